// The analyzer against the machine code, over the catalogue: what it passes is accepted; what it flags is refused, or has a reason that machine
// code does not show.
using TopHalf.Testing;
using TopHalf.Testing.Source;
using Xunit;
using Xunit.Abstractions;

namespace TopHalf.Oracle.Tests;

public sealed class SourceOracleTests(ITestOutputHelper log)
{
    private const int FewestFlagged = 150;
    private const int FewestPassed = 50;

    [Fact]
    public void The_analyzer_agrees_with_the_machine_code_of_every_handler()
    {
        (Run run, SourceOracle source) = Read();
        var wrong = new List<string>();
        int[] cells = new int[4];
        foreach (Verification handler in run.Handlers.Where(h => !source.CompiledFirst.Contains(h.Name)))
        {
            IReadOnlyList<SourceFinding> findings = source.Of(handler.Name);
            cells[(findings.Count == 0 ? 0 : 2) + (handler.Safe ? 0 : 1)]++;
            wrong.AddRange(Disagreements(handler, findings).Select(d => $"{handler.Name}: {d}"));
        }

        log.WriteLine($"passed: {cells[0]} accepted, {cells[1]} refused; flagged: {cells[2]} accepted, {cells[3]} refused");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(cells[0] >= FewestPassed && cells[3] >= FewestFlagged, "Too few to believe it.");
    }

    [Fact]
    public void A_handler_that_is_passed_or_flagged_wrongly_is_told()
    {
        (Run run, SourceOracle source) = Read();
        Verification clean = run.Handlers.First(static h => h.Name.EndsWith(":CallPrepared", StringComparison.Ordinal));
        Verification unsafeOne = run.Handlers.First(static h => h.Name.EndsWith(":NewObject", StringComparison.Ordinal));

        Assert.Contains("passes it", Assert.Single(Disagreements(unsafeOne, source.Of(clean.Name))), StringComparison.Ordinal);
        Assert.Contains("TH1001", Assert.Single(Disagreements(clean, source.Of(unsafeOne.Name))), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Disagreements(Verification handler, IReadOnlyList<SourceFinding> findings)
    {
        if (findings.Count == 0 && !handler.Safe)
        {
            yield return $"the analyzer passes it, and it is refused: {string.Join("; ", handler.Violations.Select(static v => $"{v.Rule} {v.Instruction} {v.Target}"))}";
        }

        // What depends on the processor is clean on some only.
        SourceFinding[] untrue = handler.Safe && handler.Verdict != Verdict.Depends
            ? [.. findings.Where(static f => !SemanticReasons.Has(f) && !SemanticReasons.IsAboutLibrary(f))] : [];
        if (untrue.Length > 0)
        {
            yield return $"its code is clean, and the analyzer says: {string.Join<SourceFinding>("; ", untrue)}";
        }
    }

    private static (Run Run, SourceOracle Source) Read()
    {
        string program = PublishedProgram.Publish("Oracle", "net10.0", nativeAot: false);
        ChildProgram child = ChildProgram.Run(TimeSpan.FromMinutes(3), program);
        child.AssertSucceeded();
        return (Run.Parse(child.Output), SourceOracle.Read(program));
    }
}
