using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>The last stage: what was decoded is held against what the runtime says of the same bodies.</summary>
internal static class CodeConfirmation
{
    /// <summary>Asks the runtime about every body of a handler: what IL it was made of and, if it was found safe, whether what was found is true.</summary>
    /// <param name="report">A report.</param>
    /// <param name="targets">What it was compiled of; null if nothing was.</param>
    /// <param name="loads">What the runtime says.</param>
    /// <param name="listing">What it says of bodies that were compiled before, if it had to be asked.</param>
    /// <param name="options">What is believed of it.</param>
    public static HandlerReport Confirm(
        HandlerReport report, CallTargets? targets, MethodLoads loads, BackgroundResult<MethodListing>? listing, VerifierOptions options)
    {
        bool isConfirmable = report.IsSafe && RuntimeFeature.IsDynamicCodeSupported;
        bool isAskedAgain = false;
        foreach (CodeBody body in report.Bodies)
        {
            PreparedMethod? method = targets?.Method(body.Entry);
            body.Said = loads.Of(body.Entry) ?? method?.Older;
            if (body.Said is null && isConfirmable && (loads.IsListening || method is not { IsNew: true }))
            {
                // Only now is the answer waited for: what was asked about may have been inlined everywhere.
                body.Said = listing?.Get().Said.Of(body.Entry);
                if (body.Said is null && !isAskedAgain)
                {
                    // It was asked before another thread compiled this; or what the runtime said of it was lost, since another listener came or went.
                    isAskedAgain = true;
                    listing = OlderMethods.Ask();
                    body.Said = listing.Get().Said.Of(body.Entry);
                }
            }

            Remember(body.Said, body.Method);
        }

        if (!isConfirmable)
        {
            return report;
        }

        var methods = new List<HandlerMethod>();
        var violations = new List<HandlerViolation>();
        foreach (CodeBody body in report.Bodies)
        {
            HandlerViolation? violation = body.Said is null
                ? Violation(body, default, Rules.CannotJudge, Silence(targets?.Method(body.Entry) is { IsNew: true } ? null : listing?.Get(), loads))
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

    /// <summary>
    /// Begins to ask if the handler itself seems to have been compiled before, the first time that one does: asking takes longer than all before the
    /// answer is needed.
    /// </summary>
    public static BackgroundResult<MethodListing>? AskEarly(MethodInfo handler, MethodLoads loads) =>
        RuntimeFeature.IsDynamicCodeSupported && !OlderMethods.WasAsked
            && CodeAddress.Guess(handler.MethodHandle.GetFunctionPointer()) is { } body && loads.Of(body) is null ? OlderMethods.Ask() : null;

    /// <summary>Begins to ask for what had been compiled before, if the runtime's word on it is not known. Null if it need not be asked.</summary>
    /// <param name="targets">What was compiled.</param>
    /// <param name="loads">What the runtime said of that.</param>
    /// <param name="early">What was asked already.</param>
    public static BackgroundResult<MethodListing>? AskForOlder(CallTargets targets, MethodLoads loads, BackgroundResult<MethodListing>? early)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            return null;
        }

        bool isKnown = true;
        foreach (PreparedMethod method in targets.Methods)
        {
            // Of all, also of those that were inlined: another handler may call them.
            Remember(loads.Of(method.Code.Body), method.Method);
            if (!method.IsNew && loads.Of(method.Code.Body) is null)
            {
                // Kept, as it may be forgotten, or out of reach while another thread asks, when it is needed.
                method.Older = OlderMethods.Of(method.Method, method.Code.Body);
                isKnown = isKnown && method.Older is not null;
            }
        }

        return isKnown ? null : early ?? OlderMethods.Ask();
    }

    private static void Remember(MethodLoad? said, MethodBase? method)
    {
        if (said is not null && method is { IsCollectible: false })
        {
            MethodLoads.Remember(said);
        }
    }

    private static string Silence(MethodListing? listing, MethodLoads loads)
    {
        if (listing?.Failure is { } failure)
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

        if (!MethodLoad.IsFinal(load.Tier))
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
