namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH6001: non-atomic updates of what a handler shares.</summary>
public sealed class SharedStateTests
{
    [Theory]
    [InlineData("{|TH6001:s_count++|};")]
    [InlineData("{|TH6001:--s_count|};")]
    [InlineData("{|TH6001:s_count += 3|};")]
    [InlineData("{|TH6001:s_count |= 3|};")]
    public Task An_update_that_an_interrupt_can_tear_is_reported(string statement) =>
        Verify.Handler("s_count++;", $$"""static int s_count; static void Ordinary() { {{statement}} }""");

    [Theory]
    [InlineData("Interlocked.Increment(ref s_count);")]
    [InlineData("s_count = 0;")]
    [InlineData("s_other++;")]
    [InlineData("int local = 0; local++;")]
    public Task Atomic_updates_and_private_state_are_clean(string statement) =>
        Verify.Handler("s_count++;", $$"""static int s_count; static int s_other; static void Ordinary() { {{statement}} }""");

    [Fact]
    public Task A_field_that_only_a_callee_of_the_handler_touches_is_shared_too() =>
        Verify.Handler("Bump();", "static int s_count; static void Bump() => s_count++; static void Ordinary() { {|TH6001:s_count++|}; }");

    [Fact]
    public Task A_field_of_a_static_struct_is_shared_too() =>
        Verify.Handler("s_state.Count = 1;", "static State s_state; static void Ordinary() { {|TH6001:s_state.Count++|}; }");
}
