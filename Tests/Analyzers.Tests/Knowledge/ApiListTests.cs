using Microsoft.CodeAnalysis;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Knowledge;

/// <summary>TH0007: the lines of the user's lists.</summary>
public sealed class ApiListTests
{
    [Theory]
    [InlineData("M:System.Math.Sin(System.Double)")]
    [InlineData("M:System.Math.Sin(System.Double) # a reason")]
    [InlineData("# only a comment")]
    [InlineData("")]
    [InlineData("M:System.Math.Max(*)")]
    [InlineData("M:System.String.#ctor(*)")]
    [InlineData("M:System.Array.Fill``1(``0[],``0)")]
    [InlineData("M:System.Array.Fill(*)")]
    [InlineData("P:System.DateTime.UtcNow")]
    [InlineData("P:System.String.Chars(*)")]
    [InlineData("F:System.Math.PI")]
    [InlineData("T:System.Math.*")]
    [InlineData("T:System.Collections.Generic.List`1.*")]
    [InlineData("T:System.Environment.SpecialFolder.*")]
    [InlineData("N:System.Text.*")]
    [InlineData("M:Mine.Own")]
    public async Task A_line_that_names_something_is_clean(string line) => Assert.Empty(await Safe(line));

    [Theory]
    [InlineData("System.Math.Sin", "cannot be read")]
    [InlineData("X:System.Math", "cannot be read")]
    [InlineData("M:System.Math.Sin (System.Double)", "cannot be read")]
    [InlineData("T:System.Math", "names no member")]
    [InlineData("N:System.Text", "names no member")]
    [InlineData("M:System.Math.*", "mixes a member with a wild card")]
    [InlineData("M:System.Math.Sine(System.Double)", "names nothing")]
    [InlineData("M:System.Math.Sin(System.Decimal)", "names nothing")]
    [InlineData("M:System.Math.Sine(*)", "names nothing")]
    [InlineData("M:System.Array.Fill``1(*)", "names nothing")]
    [InlineData("T:System.Maths.*", "names nothing")]
    [InlineData("N:Sistem.*", "names nothing")]
    [InlineData("M:System.DateTime.get_UtcNow", "names an accessor")]
    [InlineData("M:System.Math.Sin(System.Double) | TH3001", "has columns")]
    public async Task A_line_that_says_nothing_is_reported(string line, string what) =>
        Assert.Contains(what, Assert.Single(await Safe(line)), StringComparison.Ordinal);

    [Theory]
    [InlineData("M:System.Math.Sin(System.Double)", null)]
    [InlineData("M:System.Math.Sin(System.Double) | TH2001 | it locks | Use a table", null)]
    [InlineData("M:System.Math.Sin(System.Double) | | it locks", null)]
    [InlineData("M:System.Math.Sin(System.Double) | TH2999 | it locks", "names the rule 'TH2999', which does not exist")]
    [InlineData("M:System.Math.Sin(System.Double) | TH2001 | it locks | Use a table | or not", "has more than four columns")]
    [InlineData("M:System.Math.Sine(System.Double) | TH2001 | it locks", "names nothing")]
    public async Task The_columns_of_the_other_list_are_judged_too(string line, string? what)
    {
        string[] found = await Messages(("/TopHalf.UnsafeApis.txt", line));
        Assert.Equal(what is null ? 0 : 1, found.Length);
        Assert.All(found, message => Assert.Contains(what!, message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_finding_stands_at_the_id_in_the_list()
    {
        TestState state = new();
        state.AdditionalFiles.Add(("/lists/TopHalf.SafeApis.txt", "# first\n  M:System.Math.Sine(System.Double) # why\n"));
        Diagnostic found = Assert.Single(await Run.Of(Source, state));
        Assert.Equal(DiagnosticSeverity.Warning, found.Severity);
        FileLinePositionSpan place = found.Location.GetLineSpan();
        Assert.Equal(
            ("/lists/TopHalf.SafeApis.txt", 1, 2, 35), (place.Path, place.StartLinePosition.Line, place.StartLinePosition.Character, place.EndLinePosition.Character));
        Assert.Equal(
            "'M:System.Math.Sine(System.Double)' names nothing in this project or its references. Correct the line, or remove it; look for type parameters, which are written `1 and ``1.",
            found.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_reason_that_is_still_to_be_written_is_asked_for()
    {
        Assert.Contains("is listed without a reason", Assert.Single(await Safe("M:System.Math.Sin(System.Double) # <Pending>")), StringComparison.Ordinal);
        Assert.Empty(await Safe("M:System.Math.Sin(System.Double) # leaf of libm"));
    }

    [Fact]
    public async Task The_second_of_two_equal_lines_is_reported() =>
        Assert.Contains("is listed twice", Assert.Single(await Safe("T:System.Math.*\nT:System.MathF.*\nT:System.Math.*")), StringComparison.Ordinal);

    [Fact]
    public async Task Two_files_of_one_list_are_one_list() =>
        Assert.Contains("is listed twice",
            Assert.Single(await Messages(("/a/TopHalf.SafeApis.txt", "T:System.Math.*"), ("/b/TopHalf.SafeApis.txt", "T:System.Math.*"))), StringComparison.Ordinal);

    [Fact]
    public async Task What_both_lists_name_is_reported_where_it_has_no_effect() =>
        Assert.Contains("is also in TopHalf.UnsafeApis.txt, which wins",
            Assert.Single(await Messages(("/TopHalf.SafeApis.txt", "T:System.Math.*"), ("/TopHalf.UnsafeApis.txt", "T:System.Math.*"))), StringComparison.Ordinal);

    [Fact]
    public async Task A_narrower_line_of_the_other_list_is_an_exception_and_no_contradiction() =>
        Assert.Empty(await Messages(("/TopHalf.SafeApis.txt", "T:System.Math.*"), ("/TopHalf.UnsafeApis.txt", "M:System.Math.Sin(System.Double)")));

    [Fact]
    public async Task Other_additional_files_are_none_of_its_business() => Assert.Empty(await Messages(("/Banned.txt", "nonsense")));

    private const string Source = "static class Mine { public static int Own() => 1; }";

    private static Task<string[]> Safe(string lines) => Messages(("/TopHalf.SafeApis.txt", lines));

    private static async Task<string[]> Messages(params (string Path, string Text)[] lists)
    {
        TestState state = new();
        foreach ((string Path, string Text) list in lists)
        {
            state.AdditionalFiles.Add(list);
        }

        return
        [
            .. (await Run.Of(Source, state)).Select(diagnostic =>
            {
                Assert.Equal("TH0007", diagnostic.Id);
                return diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture);
            }),
        ];
    }
}
