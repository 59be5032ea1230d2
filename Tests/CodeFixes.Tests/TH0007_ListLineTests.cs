using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH0007_ListLineTests
{
    private const string Safe = "/0/TopHalf.SafeApis.txt";
    private const string Unsafe = "/0/TopHalf.UnsafeApis.txt";
    private const string Sine = "M:System.Math.Sin(System.Double) # leaf\n";

    [Theory]
    [InlineData("# Mine\nM:System.Math.Sine(System.Double) # typo\n" + Sine, "# Mine\n" + Sine)]
    [InlineData(Sine + "M:System.Math.Sin(System.Double)", Sine)]
    [InlineData("M:System.DateTime.get_Ticks # a field\n", "P:System.DateTime.Ticks # a field\n")]
    public Task A_line_that_says_nothing_goes_and_an_accessor_becomes_its_property(string before, string after) =>
        TextFixes.VerifyAsync<TH0007_ListLineFix>("", [new(Safe, before)], [new(Safe, after)]);

    [Fact]
    public Task A_safe_line_that_an_unsafe_one_overrules_goes() =>
        TextFixes.VerifyAsync<TH0007_ListLineFix>("", [new(Safe, Sine), new(Unsafe, Sine)], [new(Safe, ""), new(Unsafe, Sine)]);

    [Theory]
    [InlineData(Safe, "Math.Sin\n")] // What was meant, nobody knows.
    [InlineData(Safe, "M:System.Math.Sin(System.Double) # <Pending>\n")] // The reason is missing, and not the line.
    [InlineData(Safe, "T:System.Math\n")]
    [InlineData(Unsafe, "M:System.Math.Sin(System.Double) | TH2001 | a\nM:System.Math.Sin(System.Double) | TH2002 | b\n")] // The last one holds.
    public Task Nothing_is_offered_where_the_line_says_something(string file, string text) =>
        TextFixes.VerifyAsync<TH0007_ListLineFix>("", [new(file, text)], [new(file, text)], "TH0007");
}
