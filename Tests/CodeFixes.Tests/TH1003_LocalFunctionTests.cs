using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH1003_LocalFunctionTests
{
    private const string Types =
        "static class D { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int Twice(int number) => number * 2; [MethodImpl(MethodImplOptions.AggressiveInlining)] public static long Once(int number) => number; [MethodImpl(MethodImplOptions.AggressiveInlining)] public static long Once(long number) => number; }";

    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task A_lambda_that_is_only_called_becomes_a_local_function(int shape) =>
        VerifyAsync(
            "// twice\nFunc<int, int> twice = {|TH1003:static number => number * 2|}; // c\nstate.Count = {|TH3002:twice(state.Total)|};",
            "// twice\nstatic int twice(int number) => number * 2; // c\nstate.Count = twice(state.Total);", shape);

    [Theory]
    [InlineData(
        "int n = state.Count; Func<int> later = {|TH1003:() => n|}; state.Total = {|TH3002:later()|};", "int n = state.Count; int later() => n; state.Total = later();")]
    [InlineData("Func<int, int> twice = {|TH1003:D.Twice|};\nstate.Count = {|TH3002:twice(state.Total)|} + {|TH3002:twice(3)|};", "state.Count = D.Twice(state.Total) + D.Twice(3);")]
    [InlineData("int n = state.Count;\nFunc<int> later = {|TH1003:() => n|};\nstate.Count++;", "int n = state.Count;\nstate.Count++;")]
    [InlineData(
        "Func<int, int> twice = {|TH1003:static delegate(int number)\n{\n    return number * 2;\n}|};\nstate.Count = {|TH3002:twice(state.Total)|};",
        "static int twice(int number)\n{\n    return number * 2;\n}\nstate.Count = twice(state.Total);")]
    public Task Whatever_the_delegate(string before, string after) => VerifyAsync(before, after);

    [Theory]
    [InlineData("Func<int, int> twice = {|TH1003:static number => number * 2|}; state.Count = {|TH3002:twice.Invoke(state.Total)|};")]
    [InlineData("Func<int, int> twice = {|TH1003:D.Twice|}; twice = {|TH1003:D.Twice|}; state.Count = {|TH3002:twice(state.Total)|};")]
    [InlineData("Func<int, long> once = {|TH1003:D.Once|}; state.Total = (int){|TH3002:once(state.Total)|};")] // Overloaded.
    [InlineData("Func<int, int, int> one = {|TH1003:static (_, _) => 1|}; state.Count = {|TH3002:one(1, 2)|};")]
    [InlineData("Func<int, int> twice = {|TH1003:static number => number * {|CS0103:missing|}|}; state.Count = {|TH3002:twice(state.Total)|};")]
    public Task Nothing_is_offered_where_it_is_more_than_called(string body) => VerifyAsync(body, body);

    private static Task VerifyAsync(string before, string after, int shape = 0) =>
        Shapes.VerifyAsync<TH1003_LocalFunctionFix>(shape, before, after, imports: "using System;\n", types: Types);
}
