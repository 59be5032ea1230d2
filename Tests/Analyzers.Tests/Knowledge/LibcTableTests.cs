using TopHalf.Analyzers.Knowledge;

namespace TopHalf.Analyzers.Tests.Knowledge;

// How the generated table of the C library is read. Whether it is what its sources say, Tools.Tests proves.
public sealed class LibcTableTests
{
    [Theory]
    [InlineData("both||", true, false, "which is async-signal-safe by POSIX and glibc")]
    [InlineData("posix||", true, false, "which is async-signal-safe by POSIX")]
    [InlineData("glibc||", true, false, "which is async-signal-safe by glibc")]
    [InlineData("here||", true, false, "which is async-signal-safe in fact")]
    [InlineData("both||it waits", true, true, "which is async-signal-safe by POSIX and glibc, but may block (it waits)")]
    [InlineData("disputed|it locks|it waits", false, true, "which is on POSIX's list of async-signal-safe functions, but unsafe in glibc (it locks)")]
    [InlineData("refused|it locks|", false, false, "which is not on POSIX's list of async-signal-safe functions, and unsafe in glibc (it locks)")]
    [InlineData("unlisted||", false, false, "which is on no list of async-signal-safe functions")]
    public void A_line_says_whose_word_it_is_what_it_is_and_whether_it_waits(string line, bool isSafe, bool waits, string verdict)
    {
        LibcFunction function = LibcTable.Parse($"# A comment\nf|{line}|Do not\n")["f"];

        Assert.Equal((isSafe, waits, verdict, "Do not"), (function.IsSafe, function.Waits, function.Verdict, function.Remedy));
    }

    [Fact]
    public void A_function_without_a_way_out_has_none() => Assert.Null(LibcTable.Parse("f|both|||\n")["f"].Remedy);

    [Fact]
    public void What_is_not_listed_is_unsafe() => Assert.False(LibcTable.Find("no_such_function").IsSafe);

    [Theory]
    [InlineData("f|both||")]
    [InlineData("f|perhaps|||")]
    public void A_line_that_makes_no_sense_is_refused(string line) => Assert.Throws<InvalidOperationException>(() => LibcTable.Parse(line));

    [Theory]
    [InlineData("_exit", true)]
    [InlineData("clock_gettime", true)]
    [InlineData("sigaltstack", true)] // Unsafe on the Hurd only.
    [InlineData("unlinkat", true)] // The manual has not audited it.
    [InlineData("exit", false)]
    [InlineData("fork", false)]
    [InlineData("sleep", false)]
    [InlineData("longjmp", false)]
    [InlineData("thrd_create", false)] // The manual says safe; it allocates.
    public void The_two_lists_and_the_notes_are_weighed(string name, bool isSafe) => Assert.Equal(isSafe, LibcTable.Find(name).IsSafe);
}
