// Which ways to index the JITs of .NET 8, 9 and 10 prove, and what the analyzer says of each, built for each of them: IndexForms.txt, held against the real machine code of
// all three. A form that the analyzer passes and one of them does not prove fails, whatever the file says; so does everything that is not as the file has it, so that the
// false alarms that are put up with are those with a '!' there. TOPHALF_UPDATE=1 has the file rewritten instead: read the diff.
using TopHalf.Generator.Tests.Runtimes;
using Xunit;

namespace TopHalf.Generator.Tests;

public sealed class IndexFormsTests
{
    private static readonly string s_path = Path.Combine(Checkout.Root, "Tests", "Generator.Tests", "IndexForms.txt");

    [Fact]
    public void What_the_analyzer_passes_every_runtime_proves_and_what_it_reports_although_they_do_is_stated()
    {
        string[] expected = File.ReadAllLines(s_path);

        string[] actual = [.. FormTable.Judge(expected, JitLimitsTests.Members)];

        string[] misses = [.. actual.Where(FormTable.IsMiss)];
        Assert.True(misses.Length == 0, string.Join('\n', misses));
        if (Environment.GetEnvironmentVariable("TOPHALF_UPDATE") == "1")
        {
            File.WriteAllLines(s_path, actual);
        }
        else
        {
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void A_miss_and_a_false_alarm_are_told_apart()
    {
        // Suppressed, a finding is none.
        string[] judged = [.. FormTable.Judge(
            [
                "#comment",
                "+++ +++  state.I32 += 1;",
                "System.Span<int> s = new(state.Ints, 16); s[state.I32] = 1;",
                "$KNOWN\n#pragma warning disable\ns[state.I32] = 1;\n#pragma warning restore\n;",
                "$KNOWN s[(state.U8 & 7) - 0] = 1;",
            ], JitLimitsTests.Members)];

        Assert.Equal("#comment", judged[0]);
        Assert.Equal("+++ +++  state.I32 += 1;", judged[1]);
        Assert.StartsWith("--- ---  ", judged[2], StringComparison.Ordinal);
        Assert.StartsWith("--- ???  ", judged[3], StringComparison.Ordinal);
        Assert.StartsWith("+++ !!!  ", judged[4], StringComparison.Ordinal);
        Assert.Equal([false, false, false, true, false], judged.Select(FormTable.IsMiss));
    }
}
