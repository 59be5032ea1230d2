// What the verifier's tests judge: the state and the helpers that handlers share.
using System.Runtime.CompilerServices;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

#pragma warning disable CS0649 // Handlers under test are compiled and looked at, but nothing gives their state values.

/// <summary>The state of the handlers under test.</summary>
internal unsafe struct State
{
    public long Count;
    public long A, B;
    public int Index;
    public double Number;
    public int* Memory;
    public delegate*<int> Function;
}

/// <summary>Verifies handlers and says what came out.</summary>
internal static class Subject
{
    public const MethodImplOptions Handler = MethodImplOptions.AggressiveOptimization;
    public const MethodImplOptions Callee = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    public static HandlerReport Verify(InterruptHandler<State> handler) => HandlerVerifier.Verify(handler);

    /// <summary>Fails, with the whole report, unless the handler is safe.</summary>
    public static HandlerReport AssertSafe(InterruptHandler<State> handler)
    {
        HandlerReport report = Verify(handler);
        Assert.True(report.IsSafe, report.ToString());
        Assert.True(report.Instructions > 0, report.ToString());
        return report;
    }

    /// <summary>Fails unless the machine code is refused by the rule, at an instruction that leads to a target of that name.</summary>
    public static HandlerViolation AssertRefusedCode(InterruptHandler<State> handler, string rule, string? target = null)
    {
        HandlerReport report = Verify(handler);
        HandlerViolation? violation = report.Violations.FirstOrDefault(v =>
            v.Address != 0 && v.RuleId == rule && (target is null || v.Target?.Contains(target, StringComparison.Ordinal) == true));
        Assert.True(violation is not null, report.ToString());
        Assert.NotEmpty(violation.Instruction);
        Assert.NotEmpty(violation.Remedy);
        return violation;
    }

    /// <summary>Fails unless the IL, or the declaration, is refused by the rule.</summary>
    public static HandlerViolation AssertRefusedSource(InterruptHandler<State> handler, string rule, string? target = null)
    {
        HandlerReport report = Verify(handler);
        HandlerViolation? violation = report.Violations.FirstOrDefault(v =>
            v.Address == 0 && v.RuleId == rule && (target is null || v.Target?.Contains(target, StringComparison.Ordinal) == true));
        Assert.True(violation is not null, report.ToString());
        return violation;
    }
}
