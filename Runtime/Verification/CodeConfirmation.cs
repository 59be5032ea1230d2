using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>The last stage: what was decoded is held against what the runtime says of the same bodies.</summary>
internal static class CodeConfirmation
{
    private const int LastVersionWithTier1 = 8;

    /// <summary>Asks the runtime about every body of a handler that was found safe. Waits for it, so no lock should be held.</summary>
    /// <param name="report">A report of a handler that is safe so far.</param>
    /// <param name="isNew">Whether the body at the address was compiled for this verification, so that the runtime must speak of it.</param>
    /// <param name="loads">What the runtime says.</param>
    /// <param name="options">How long to wait, and how silence is taken.</param>
    public static HandlerReport Confirm(HandlerReport report, Func<nint, bool> isNew, MethodLoads loads, VerifierOptions options)
    {
        if (!report.IsSafe || !RuntimeFeature.IsDynamicCodeSupported)
        {
            return report;
        }

        var confirmations = new List<HandlerConfirmation>();
        var violations = new List<HandlerViolation>();
        long begin = Stopwatch.GetTimestamp();
        foreach (CodeBody body in report.Bodies)
        {
            HandlerViolation? violation = null;
            if (loads.Of(body.Entry, isNew(body.Entry) ? options.Patience - Stopwatch.GetElapsedTime(begin) : TimeSpan.Zero) is { } load)
            {
                MethodLoads.Remember(load);
                violation = Compare(body, options.Testimony(load));
                confirmations.Add(violation is null ? HandlerConfirmation.Confirmed : HandlerConfirmation.Contradicted);
            }
            else
            {
                confirmations.Add(isNew(body.Entry) || !loads.IsListening ? HandlerConfirmation.Silent : HandlerConfirmation.CompiledBefore);
                if (options.RefuseUnconfirmed)
                {
                    violation = Violation(body, default, Rules.CannotJudge, "The runtime did not confirm where its code ends and how it was compiled.");
                }
            }

            if (violation is not null)
            {
                violations.Add(violation);
            }
        }

        return report.With(confirmations, violations);
    }

    private static HandlerViolation? Compare(CodeBody body, MethodLoad load)
    {
        if (load.Tier == CodeTier.Unoptimized)
        {
            return Violation(body, default, Rules.Unoptimized, "The runtime says that it compiled this without optimisation, as for a debugger.");
        }

        if (load.Tier != CodeTier.Optimized && !(load.Tier == CodeTier.Tier1 && Environment.Version.Major <= LastVersionWithTier1))
        {
            return Violation(body, default, Rules.CalleeNotPrepared, $"The runtime says that this is not the method's final code (tier: {load.Tier}).");
        }

        ulong end = (ulong)(load.Start + load.Size);
        foreach (Instruction code in body.Instructions)
        {
            if (code.IP < (ulong)load.Start || code.NextIP > end)
            {
                string what = string.Create(
                    CultureInfo.InvariantCulture, $"It is reached from this method, whose code is {load.Size} bytes long by what the runtime says.");
                return Violation(body, code, Rules.CannotJudge, what);
            }
        }

        return null;
    }

    private static HandlerViolation Violation(CodeBody body, Instruction code, string rule, string what)
    {
        (string consequence, string remedy) = Rules.Explain(rule);
        bool isPlace = code.IP != 0;
        return new HandlerViolation(
            rule, body.Name, isPlace ? (nint)code.IP : 0, isPlace ? body.Offset(code) : 0, isPlace ? CodeBody.Text(code) : "", null,
            $"{what} {consequence}", remedy);
    }
}
