using System.Globalization;
using System.Runtime.CompilerServices;
using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>The last stage: what was decoded is held against what the runtime says of the same bodies.</summary>
internal static class CodeConfirmation
{
    private const int LastVersionWithTier1 = 8;

    /// <summary>Asks the runtime about every body of a handler: what IL it was made of and, if it was found safe, whether what was found is true.</summary>
    /// <param name="report">A report.</param>
    /// <param name="isNew">Whether the body at the address was compiled for this verification, so that the runtime must have spoken of it.</param>
    /// <param name="loads">What the runtime says.</param>
    /// <param name="options">What is believed of it.</param>
    public static HandlerReport Confirm(HandlerReport report, Func<nint, bool> isNew, MethodLoads loads, VerifierOptions options)
    {
        foreach (CodeBody body in report.Bodies)
        {
            Hear(body, loads.Of(body.Entry));
        }

        if (!report.IsSafe || !RuntimeFeature.IsDynamicCodeSupported)
        {
            return report;
        }

        MethodRundown? rundown = AskForOlder(report.Bodies, isNew);
        var methods = new List<HandlerMethod>();
        var violations = new List<HandlerViolation>();
        foreach (CodeBody body in report.Bodies)
        {
            HandlerViolation? violation = body.Said is null
                ? Violation(body, default, Rules.CannotJudge, Silence(isNew(body.Entry) ? null : rundown, loads))
                : Compare(body, options.Testimony(body.Said));
            HandlerConfirmation confirmation = (body.Said, violation) switch
            {
                (null, _) => HandlerConfirmation.Silent,
                (_, not null) => HandlerConfirmation.Contradicted,
                _ => HandlerConfirmation.Confirmed,
            };
            methods.Add(HandlerMethod.Of(body) with { Confirmation = confirmation });
            if (violation is not null)
            {
                violations.Add(violation);
            }
        }

        return report.With(methods, violations);
    }

    // Bodies that had been compiled before TopHalf listened: by a call, for example.
    private static MethodRundown? AskForOlder(IReadOnlyList<CodeBody> bodies, Func<nint, bool> isNew)
    {
        HashSet<nint>? older = null;
        foreach (CodeBody body in bodies)
        {
            if (body.Said is null && !isNew(body.Entry))
            {
                (older ??= []).Add(body.Entry);
            }
        }

        if (older is null)
        {
            return null;
        }

        var rundown = MethodRundown.Ask(older);
        foreach (CodeBody body in bodies)
        {
            if (older.Contains(body.Entry))
            {
                Hear(body, rundown.Of(body.Entry));
            }
        }

        return rundown;
    }

    private static void Hear(CodeBody body, MethodLoad? said)
    {
        body.Said = said;
        if (body is { Said: not null, Method.IsCollectible: false })
        {
            MethodLoads.Remember(body.Said);
        }
    }

    private static string Silence(MethodRundown? rundown, MethodLoads loads)
    {
        if (rundown?.Failure is { } failure)
        {
            return "It had been compiled before TopHalf listened, and the runtime's diagnostics port, by which to ask where its code ends and how it was compiled, "
                + $"does not answer: {failure.TrimEnd('.')}. Register the handler before anything calls the method, or leave the port on (DOTNET_EnableDiagnostics).";
        }

        return loads.IsListening
            ? $"The runtime did not confirm where its code ends and how it was compiled. TopHalf knows how to ask .NET 8, 9 and 10 (this is {Environment.Version})."
            : $"The runtime's events cannot be read, to confirm where its code ends and how it was compiled. TopHalf knows how on .NET 8, 9 and 10 (this is {Environment.Version}), if not all 64 sessions of the event pipe are taken.";
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
