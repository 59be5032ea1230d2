using System.Text.RegularExpressions;
using TopHalf.Analyzers.Knowledge;

namespace TopHalf.Analyzers.Tests.Knowledge;

/// <summary>The functions that a handler may call, against the table of the C library and the page that lists them.</summary>
public sealed class CallableLibcTests
{
    [Fact]
    public void Each_is_async_signal_safe() => Assert.All(CallableLibc.All, static name => Assert.True(LibcTable.Find(name).IsSafe, name));

    [Fact]
    public void Each_is_there_once() => Assert.Equal(CallableLibc.All.Count, CallableLibc.All.Distinct().Count());

    [Fact]
    public void What_is_left_out_is_safe_too_and_has_a_reason() =>
        Assert.All(CallableLibc.LeftOut, static entry =>
        {
            Assert.True(LibcTable.Find(entry.Key).IsSafe, entry.Key);
            Assert.False(CallableLibc.Has(entry.Key), entry.Key);
            Assert.Equal(entry.Value, CallableLibc.WhyNot(entry.Key));
        });

    [Theory]
    [InlineData("getpid", true)]
    [InlineData("malloc", false)]
    [InlineData("sin", false)]
    [InlineData("open", false)]
    public void It_says_which_may_be_called(string name, bool may) => Assert.Equal(may, CallableLibc.Has(name));

    [Fact]
    public void The_page_lists_them_with_the_reasons()
    {
        using StreamReader page = new(typeof(CallableLibcTests).Assembly.GetManifestResourceStream("docs/TH3008.md")!);
        string[] rows = [.. Regex.Matches(page.ReadToEnd(), "^\\| (`.*`) \\| (.*) \\|$", RegexOptions.Multiline).Select(static row => row.Value)];

        Assert.Equal(CallableLibc.Groups.Select(static group => $"| {string.Join(" ", group.Names.Select(static name => $"`{name}`"))} | {group.Reason} |"), rows);
    }
}
