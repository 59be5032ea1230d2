using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Running;
using TopHalf.Verification;

namespace TopHalf.Generator.Tests.Judging;

/// <summary>Holds the verifier's verdict against the JIT's text and against what the generator knows. Pure: everything comes in as data.</summary>
internal static class Comparer
{
    // Found by the verifier on machine code, but not visible as a call in the JIT's text: judged by what the generator knows, or apart.
    private static readonly string[] s_judgedApart = [Rules.ReadsHeap, Rules.Recursion, Rules.Stack];

    /// <summary>Every way in which the two disagree.</summary>
    public static IEnumerable<string> Disagreements(GeneratedHandler handler, Verdict verdict, JitVerdict jit)
    {
        bool refusedByCode = verdict.Findings.Any(f => f.IsCode && !s_judgedApart.Contains(f.Rule));
        if (refusedByCode && jit.Findings.Count == 0)
        {
            yield return "the verifier refuses the machine code, but the JIT's text shows nothing against it";
        }

        if (!refusedByCode && jit.Findings.Count > 0)
        {
            yield return $"the verifier finds nothing in the machine code, but the JIT's text shows: {string.Join("; ", jit.Findings)}";
        }

        bool recursive = verdict.Findings.Any(static f => f.Rule == Rules.Recursion);
        if (recursive != jit.IsRecursive)
        {
            yield return $"the verifier says that it is {(recursive ? "" : "not ")}recursive, the JIT's text that it is {(jit.IsRecursive ? "" : "not ")}so";
        }

        foreach (string stack in StackDisagreements(verdict, jit))
        {
            yield return stack;
        }

        if (handler.MustBeRefused && verdict.IsSafe)
        {
            yield return $"accepted, but it contains: {handler.Poison!.Name}";
        }

        // What the generator did not plant nobody may find: no false alarms, on IL or on the heap.
        if (!handler.MustBeRefused && verdict.Findings.FirstOrDefault(static f => !f.IsCode && f.Rule != Rules.Stack || f.Rule == Rules.ReadsHeap) is { } alarm)
        {
            yield return $"refused for {alarm.Rule} {alarm.Target} in {alarm.Method}, which was not planted";
        }

        int calls = verdict.Calls.Count + verdict.Findings.Count(static f => f.IsCode && !s_judgedApart.Contains(f.Rule) && IsCall(f));
        if (calls != jit.Calls)
        {
            yield return $"the verifier saw {calls} calls, the JIT's text has {jit.Calls}";
        }

        if (verdict.IsSafe != (verdict.Findings.Count == 0))
        {
            yield return "the report's verdict does not follow from its findings";
        }
    }

    // Behind a call that is refused the two need not agree: the verifier does not go on there.
    private static IEnumerable<string> StackDisagreements(Verdict verdict, JitVerdict jit)
    {
        bool refused = verdict.Findings.Any(static f => f.Rule == Rules.Stack);
        if (jit.IsRecursive || jit.Findings.Count > 0)
        {
            yield break;
        }

        bool tooMuch = jit.Stack is not { } stack || stack > VerifierOptions.Default.StackBudget;
        if (refused != tooMuch)
        {
            yield return $"the verifier {(refused ? "refuses" : "accepts")} its stack, which is too much by the JIT's text: {tooMuch}";
        }

        if (jit.Stack is { } bytes && bytes != verdict.StackBytes)
        {
            yield return $"its stack is {verdict.StackBytes} bytes by the verifier, {bytes} by the JIT's text";
        }
    }

    private static bool IsCall(Finding finding) =>
        finding.Instruction.StartsWith("call", StringComparison.Ordinal) || finding.Instruction.StartsWith("jmp", StringComparison.Ordinal);
}
