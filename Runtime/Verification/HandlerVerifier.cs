using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>
/// Proves, on the machine code that the compiler really made, that a handler never enters the runtime. What it cannot prove it refuses.
/// </summary>
/// <remarks>
/// <para>Stages, each fed by the one before: the declaration, the IL of everything that the handler calls (CoreCLR only), initialisation
/// and compilation of it, the machine code from the handler's body on, and what the runtime itself says of that code (CoreCLR only).
/// Ordinary context only; thread-safe.</para>
/// <para>The verdict holds for this process on this machine: code depends on the CPU and on what ran before.</para>
/// </remarks>
public static class HandlerVerifier
{
    // A verified body does not change and is never freed, so a handler is judged once. Refusals are not kept: an initialiser may have run since.
    private static readonly ConcurrentDictionary<(MethodInfo Method, VerifierOptions Options), VerifiedHandler> s_prepared = new();

    private static readonly object s_examination = new();

    /// <summary>Judges a handler. Compiles it and runs the type initialisers that it needs, but never calls it.</summary>
    /// <param name="handler">An <see cref="InterruptHandler{TState}"/>.</param>
    /// <returns>The report. Registration refuses a handler whose report is not safe.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    /// <exception cref="PlatformNotSupportedException">Not CoreCLR or NativeAOT on Linux x64.</exception>
    /// <exception cref="TypeInitializationException">A type initialiser that the handler needs failed.</exception>
    public static HandlerReport Verify(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        HandlerContract.RequirePlatform();
        return Examine(handler, VerifierOptions.Default).Report;
    }

    /// <summary>
    /// Judges several handlers. The runtime confirms what it compiled some 10 ms later, for which <see cref="Verify(Delegate)"/> waits: this
    /// waits once for all. Registering them afterwards does not wait again.
    /// </summary>
    /// <param name="handlers">Each an <see cref="InterruptHandler{TState}"/>.</param>
    /// <returns>The reports, in the order of the handlers.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handlers"/>, or one of them, is null.</exception>
    /// <exception cref="PlatformNotSupportedException">Not CoreCLR or NativeAOT on Linux x64.</exception>
    /// <exception cref="TypeInitializationException">A type initialiser that a handler needs failed.</exception>
    public static IReadOnlyList<HandlerReport> VerifyAll(IEnumerable<Delegate> handlers)
    {
        ArgumentNullException.ThrowIfNull(handlers);
        Delegate[] all = [.. handlers];
        Array.ForEach(all, handler => ArgumentNullException.ThrowIfNull(handler, nameof(handlers)));
        HandlerContract.RequirePlatform();
        return [.. ExamineAll(all.Select(h => (h.Method, HandlerContract.Check(h))), VerifierOptions.Default).Select(h => h.Report)];
    }

    /// <summary>Compiles and verifies a handler for installation.</summary>
    /// <exception cref="HandlerVerificationException">The handler is refused.</exception>
    internal static VerifiedHandler Prepare(Delegate handler, VerifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(handler);
        HandlerContract.RequirePlatform();
        if (HandlerContract.Check(handler).Count == 0 && s_prepared.TryGetValue((handler.Method, options), out VerifiedHandler? known))
        {
            return known;
        }

        VerifiedHandler verified = Accept(Examine(handler, options));
        s_prepared.TryAdd((handler.Method, options), verified);
        return verified;
    }

    /// <summary>Compiles and verifies static methods of this library that run in signal context: the dispatcher's.</summary>
    /// <exception cref="HandlerVerificationException">A method is refused.</exception>
    internal static IReadOnlyList<VerifiedHandler> PrepareMethods(IReadOnlyList<MethodInfo> methods, VerifierOptions options)
    {
        HandlerContract.RequirePlatform();
        return [.. ExamineAll(methods.Select(m => (m, HandlerContract.CheckMethod(m))), options).Select(Accept)];
    }

    /// <summary>
    /// Whether the handler, or anything of user code that it calls, is unoptimised (Debug) code: the one refusal for which
    /// <see cref="DeliveryMode.Auto"/> falls back. Compiles nothing.
    /// </summary>
    internal static bool IsUnoptimized(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        MethodInfo method = handler.Method;
        if (method.DeclaringType is null)
        {
            return false;
        }

        return HandlerContract.IsUnoptimized(method)
            || (RuntimeFeature.IsDynamicCodeSupported && MethodClosure.Of(method).Violations.Any(v => v.RuleId == Rules.Unoptimized));
    }

    private static VerifiedHandler Accept(VerifiedHandler handler) =>
        handler.Report.IsSafe ? handler : throw new HandlerVerificationException(handler.Report);

    private static VerifiedHandler Examine(Delegate handler, VerifierOptions options) =>
        ExamineAll([(handler.Method, HandlerContract.Check(handler))], options)[0];

    private static VerifiedHandler[] ExamineAll(
        IEnumerable<(MethodInfo Method, IReadOnlyList<HandlerViolation> Declaration)> methods, VerifierOptions options)
    {
        using MethodLoads loads = MethodLoads.Listen();
        Judgement[] judgements = [.. methods.Select(m => Judge(m.Method, m.Declaration, options))];
        return [.. judgements.Select(j => j.Confirm(loads, options))];
    }

    private static Judgement Judge(MethodInfo method, IReadOnlyList<HandlerViolation> declaration, VerifierOptions options)
    {
        string name = MethodNames.Of(method);
        if (declaration.Count > 0)
        {
            // Nothing is compiled or initialised for a method that cannot be a handler.
            return new Judgement(new VerifiedHandler(method, 0, new HandlerReport(name, declaration, [], 0, []), []), null);
        }

        GCRange.Prepare();
        SignalSafeLibC.Initialize();
        MethodClosure closure = RuntimeFeature.IsDynamicCodeSupported ? MethodClosure.Of(method) : MethodClosure.WithoutIL(method);
        if (closure.Violations.Any(v => v.RuleId == Rules.Unoptimized))
        {
            return new Judgement(new VerifiedHandler(method, 0, new HandlerReport(name, closure.Violations, [], 0, []), []), null);
        }

        closure.InitializeTypes();

        // One at a time: while another thread compiles a method, asking for it again returns before the stub in front leads to its body.
        // The users' initialisers have run before, so that none of them waits for this.
        lock (s_examination)
        {
            CallTargets targets = CallTargets.Compile(closure);
            VerifiedHandler handler = new MachineCodeVerifier(targets, options).Verify(closure);
            foreach (CodeBody body in handler.Report.Bodies)
            {
                body.Method = targets.Method(body.Entry)?.Method;
            }

            return new Judgement(handler, targets);
        }
    }

    /// <summary>What decoding says, before the runtime has been heard.</summary>
    private sealed record Judgement(VerifiedHandler Handler, CallTargets? Targets)
    {
        public VerifiedHandler Confirm(MethodLoads loads, VerifierOptions options) =>
            Handler with { Report = CodeConfirmation.Confirm(Handler.Report, body => Targets?.Method(body) is { IsNew: true }, loads, options) };
    }
}
