// Verdicts that are true pass; each that is falsified is told. The verdicts and the listing are real ones.
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Judging;
using TopHalf.Generator.Tests.Running;
using TopHalf.Testing.Jit;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Generator.Tests;

public sealed class ComparerTests(ComparerTests.Judged judged) : IClassFixture<ComparerTests.Judged>
{
    private const int Clean = 0;
    private const int Allocates = 1;
    private const int Recursive = 2;
    private const int ReadsClock = 3;
    private const int Overflows = 4;
    private const int Stacks = 5;
    private const int OneOfTwo = 6;
    private const int NotMarked = 7;

    [Fact]
    public void True_verdicts_pass()
    {
        foreach (GeneratedHandler handler in judged.Batch.Handlers)
        {
            Assert.Empty(Disagreements(handler.Index));
        }

        Assert.Equal([Clean, ReadsClock], judged.Batch.Handlers.Select(static h => h.Index).Where(i => judged.VerdictOf(i).IsSafe));
    }

    [Fact]
    public void The_text_alone_shows_what_is_wrong()
    {
        Assert.Empty(judged.JitOf(Clean).Findings);
        Assert.Empty(judged.JitOf(ReadsClock).Findings);
        Assert.Contains("CORINFO_HELP_NEW", Assert.Single(judged.JitOf(Allocates).Findings), StringComparison.Ordinal);
        Assert.Contains("CORINFO_HELP_OVERFLOW", Assert.Single(judged.JitOf(Overflows).Findings), StringComparison.Ordinal);
        Assert.Contains("call rax", Assert.Single(judged.JitOf(OneOfTwo).Findings), StringComparison.Ordinal);
        Assert.Contains(":Plain(int):long", Assert.Single(judged.JitOf(NotMarked).Findings), StringComparison.Ordinal);
        Assert.True(judged.JitOf(Recursive).IsRecursive);
        Assert.Equal(judged.VerdictOf(ReadsClock).StackBytes, judged.JitOf(ReadsClock).Stack);
        Assert.Null(judged.JitOf(Stacks).Stack);
    }

    [Theory]
    [InlineData(Overflows)]
    [InlineData(Allocates)]
    [InlineData(OneOfTwo)]
    [InlineData(NotMarked)]
    public void A_missed_call_is_told(int handler) =>
        AssertTold(handler, "the verifier finds nothing in the machine code", static v => v with { IsSafe = true, Findings = [] });

    [Fact]
    public void A_missed_object_is_told_even_where_the_code_is_clean() =>
        AssertTold(Allocates, "accepted, but it contains", static v => v with { IsSafe = true, Findings = [] });

    [Fact]
    public void A_false_alarm_about_the_code_is_told() => AssertTold(
        Clean,
        "the JIT's text shows nothing against it",
        static v => v with { IsSafe = false, Findings = [new Finding(Rules.UnknownCallee, "H0.Handle", true, 3, "call rax", null)] });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_false_alarm_about_the_heap_is_told(bool isCode) => AssertTold(
        Clean,
        "which was not planted",
        v => v with { IsSafe = false, Findings = [new Finding(Rules.ReadsHeap, "H0.Handle", isCode, 3, "mov rax, [rax]", null)] });

    [Fact]
    public void A_missed_recursion_is_told() =>
        AssertTold(Recursive, "recursive", static v => v with { IsSafe = true, Findings = [] });

    [Fact]
    public void A_missed_stack_without_bound_is_told() =>
        AssertTold(Stacks, "accepts its stack", static v => v with { IsSafe = true, Findings = [] });

    [Fact]
    public void A_slot_of_stack_too_few_is_told() =>
        AssertTold(ReadsClock, "bytes by the verifier", static v => v with { StackBytes = v.StackBytes - 8 });

    [Fact]
    public void A_call_too_few_is_told() =>
        AssertTold(ReadsClock, "calls, the JIT's text has", static v => v with { Calls = [.. v.Calls.Skip(1)] });

    [Fact]
    public void A_verdict_that_its_findings_do_not_bear_out_is_told() =>
        AssertTold(Clean, "does not follow", static v => v with { IsSafe = false });

    private void AssertTold(int handler, string complaint, Func<Verdict, Verdict> falsify) =>
        Assert.Contains(Disagreements(handler, falsify), d => d.Contains(complaint, StringComparison.Ordinal));

    private List<string> Disagreements(int handler, Func<Verdict, Verdict>? falsify = null)
    {
        Verdict verdict = judged.VerdictOf(handler);
        return [.. Comparer.Disagreements(judged.Batch.Handlers[handler], falsify is null ? verdict : falsify(verdict), judged.JitOf(handler))];
    }

    /// <summary>Handlers that a child process verified under the JIT's listing.</summary>
    public sealed class Judged
    {
        private readonly BatchOutcome _outcome;
        private readonly JitListing _listing;

        public Judged()
        {
            string folder = Directory.CreateTempSubdirectory("tophalf-generator-").FullName;
            try
            {
                _outcome = BatchOutcome.Of(Batch, BatchCompiler.Compile(Batch, folder).Assembly, runs: 0);
                _listing = JitListing.Parse(_outcome.Listing);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        internal Batch Batch { get; } = HandWritten.Batch(
            HandWritten.Handler(Clean, "for (int i = 0; i < (state.J32 & 7); i++) state.I64 += state.Longs[i];"),
            Planted(Allocates, "new object"),
            Planted(Recursive, "recursion"),
            Planted(ReadsClock, "clock"),
            Planted(Overflows, "checked addition"),
            Planted(Stacks, "stackalloc of unknown length"),
            Planted(OneOfTwo, "pointer to one of two methods"),
            Planted(NotMarked, "method without the mark"));

        internal Verdict VerdictOf(int handler) => _outcome.VerdictOf(handler)!;

        internal JitVerdict JitOf(int handler) => JitVerdict.Of(_listing, Batch.Handlers[handler], _outcome.Natives, _outcome.Entries);

        private static GeneratedHandler Planted(int index, string name)
        {
            Poison poison = Poison.All.Single(p => p.Name == name);
            return HandWritten.Handler(index, poison.Statement.Replace("$X", "state.I32", StringComparison.Ordinal), poison.Members, poison);
        }
    }
}
