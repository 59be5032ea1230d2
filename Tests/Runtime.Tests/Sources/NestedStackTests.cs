// One handler of each level, nested, and a fault below them, must fit on an alternate stack.
using TopHalf.Interop;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed class NestedStackTests
{
    private const int DefaultBudget = 4096;

    [Fact]
    public void Handlers_of_the_default_budget_on_all_levels_fit_on_this_machine() =>
        Assert.InRange(InterruptLevel.Count * (DefaultBudget + DispatcherMethods.Entry.Report.StackBytes), 1, NestedStack.Room);

    [Fact]
    public void What_the_kernel_puts_there_is_thought_of() =>
        Assert.True(NestedStack.Room + ((InterruptLevel.Count + 1) * (int)LibC.getauxval(LibC.AT_MINSIGSTKSZ)) < (int)AlternateStack.RequiredSize);

    [Fact]
    public void The_deepest_of_each_level_count()
    {
        int[] deepest = new int[InterruptLevel.Count];
        NestedStack.Reserve("A", 0, 4000, 200, 10_000, deepest);
        NestedStack.Reserve("B", 0, 3000, 200, 10_000, deepest);
        NestedStack.Reserve("C", 1, 4000, 200, 10_000, deepest);
        Assert.Equal([4200, 4200, 0, 0], deepest);

        InterruptLimitException refusal = Assert.Throws<InterruptLimitException>(() => NestedStack.Reserve("D", 2, 1401, 200, 10_000, deepest));
        Assert.Contains("'D' uses 1401 bytes of stack. With the deepest handlers of the other levels", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("that is 10001, and", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("there is room for 10000", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([4200, 4200, 0, 0], deepest);

        NestedStack.Reserve("D", 2, 1400, 200, 10_000, deepest);
        NestedStack.Reserve("E", 1, 4000, 200, 10_000, deepest);
        Assert.Equal([4200, 4200, 1600, 0], deepest);
    }
}
