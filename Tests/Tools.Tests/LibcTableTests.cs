// Tools/LibcTable from the outside: the analyzer's table of the C library is what its sources say, and a wrong table is found out.
using System.Reflection;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.Tools.Tests;

public sealed class LibcTableTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    [Fact]
    public void The_table_is_what_its_sources_say() => LibcTable("--check").AssertSucceeded();

    [Fact]
    public void A_table_that_says_otherwise_is_found_out()
    {
        string wrong = Path.GetTempFileName();
        try
        {
            File.WriteAllText(wrong, File.ReadAllText(Table).Replace("\nmalloc|refused|", "\nmalloc|both|", StringComparison.Ordinal));

            ChildProgram check = LibcTable("--check", wrong);

            Assert.True(check.ExitCode == 1, check.ToString());
            Assert.Contains("is not what its sources say", check.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(wrong);
        }
    }

    [Theory]
    [InlineData("both", "_exit")] // POSIX and glibc say safe.
    [InlineData("posix", "pthread_kill")] // The manual has no note.
    [InlineData("posix", "faccessat")] // The manual's note is about other systems.
    [InlineData("glibc", "gettid")] // Not on POSIX's list.
    [InlineData("glibc", "sigaltstack")] // Unsafe on the Hurd only.
    [InlineData("here", "__errno_location")]
    [InlineData("disputed", "setuid")]
    [InlineData("refused", "printf")]
    [InlineData("unlisted", "pthread_mutex_lock")]
    [InlineData("unlisted", "obstack_alloc")] // The manual says safe, our notes do not.
    public void A_function_is_listed_by_whose_word_counts(string word, string function) =>
        Assert.Contains($"\n{function}|{word}|", File.ReadAllText(Table), StringComparison.Ordinal);

    [Fact]
    public void Arguments_that_make_no_sense_end_with_the_usage()
    {
        ChildProgram check = LibcTable("--chek");

        Assert.Equal(2, check.ExitCode);
        Assert.StartsWith("usage: ", check.Error, StringComparison.Ordinal);
    }

    private static string Table
    {
        get
        {
            string folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "TopHalf.slnx")))
            {
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This test is not inside the repository.");
            }

            return Path.Combine(folder, "Analyzers", "Knowledge", "LibcApis.txt");
        }
    }

    private static ChildProgram LibcTable(params string[] arguments) => ChildProgram.Run(
        s_timeout, ChildProgram.Dotnet,
        ["exec", typeof(LibcTableTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "TopHalf.LibcTable").Value!, .. arguments]);
}
