using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using TopHalf.Sources;
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
    private static readonly ConcurrentDictionary<Preparation, VerifiedHandler> s_prepared = new();

    private static readonly object s_examination = new();

    /// <summary>Judges a handler. Compiles it and runs the type initialisers that it needs, but never calls it.</summary>
    /// <param name="handler">An <see cref="InterruptHandler{TState}"/>.</param>
    /// <returns>The report. Registration refuses a handler whose report is not safe.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    /// <exception cref="PlatformNotSupportedException">Not CoreCLR or NativeAOT on Linux x86-64 with glibc.</exception>
    /// <exception cref="TypeInitializationException">A type initialiser that the handler needs failed.</exception>
    public static HandlerReport Verify(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        PlatformSupport.Require();
        return ExamineAll([new Declaration(handler.Method, HandlerContract.Check(handler))], VerifierOptions.Default)[0].Report;
    }

    /// <summary>Compiles and verifies a handler for installation.</summary>
    /// <exception cref="HandlerVerificationException">The handler is refused.</exception>
    internal static VerifiedHandler Prepare(Delegate handler, VerifierOptions options) => Accept(ExamineOnce(handler, options));

    /// <summary>
    /// The same, but null where the handler, or anything of user code that it calls, is unoptimised (Debug) code: the one refusal for which
    /// <see cref="DeliveryMode.Auto"/> falls back.
    /// </summary>
    /// <exception cref="HandlerVerificationException">The handler is refused for other reasons.</exception>
    internal static VerifiedHandler? PrepareUnlessUnoptimized(Delegate handler, VerifierOptions options)
    {
        VerifiedHandler examined = ExamineOnce(handler, options);
        return examined.Report.Violations.Any(static v => v.RuleId == Rules.Unoptimized) ? null : Accept(examined);
    }

    /// <summary>Compiles and verifies static methods of this library that run in signal context: the dispatcher's.</summary>
    /// <exception cref="HandlerVerificationException">A method is refused.</exception>
    internal static IReadOnlyList<VerifiedHandler> PrepareMethods(IReadOnlyList<MethodInfo> methods, VerifierOptions options)
    {
        PlatformSupport.Require();
        return Array.ConvertAll(ExamineAll([.. methods.Select(static m => new Declaration(m, HandlerContract.CheckMethod(m)))], options), Accept);
    }

    private static VerifiedHandler Accept(VerifiedHandler handler) =>
        handler.Report.IsSafe ? handler : throw new HandlerVerificationException(handler.Report);

    private static VerifiedHandler ExamineOnce(Delegate handler, VerifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(handler);
        PlatformSupport.Require();
        var declaration = new Declaration(handler.Method, HandlerContract.Check(handler));
        if (declaration.Violations.Count == 0 && s_prepared.TryGetValue(new Preparation(handler.Method, options), out VerifiedHandler? known))
        {
            return known;
        }

        VerifiedHandler examined = ExamineAll([declaration], options)[0];
        if (examined.Report.IsSafe)
        {
            s_prepared.TryAdd(new Preparation(handler.Method, options), examined);
        }

        return examined;
    }

    private static VerifiedHandler[] ExamineAll(Declaration[] declarations, VerifierOptions options)
    {
        using var loads = new MethodLoads();
        return Array.ConvertAll(declarations, d => Judge(d.Method, d.Violations, loads, options).Confirm(loads, options));
    }

    private static Judgement Judge(MethodInfo method, IReadOnlyList<HandlerViolation> declaration, MethodLoads loads, VerifierOptions options)
    {
        string name = MethodNames.Of(method);
        if (declaration.Count > 0)
        {
            // Nothing is compiled or initialised for a method that cannot be a handler.
            return new Judgement(new VerifiedHandler(method, 0, new HandlerReport(name, declaration, [], 0, []), []), null, null);
        }

        BackgroundResult<MethodListing>? early = CodeConfirmation.AskEarly(method, loads);
        GCRange.Prepare();
        SignalSafeLibC.Initialize();
        MethodClosure closure = RuntimeFeature.IsDynamicCodeSupported ? MethodClosure.Of(method) : MethodClosure.WithoutIL(method);
        if (closure.IsUnoptimized)
        {
            return new Judgement(new VerifiedHandler(method, 0, new HandlerReport(name, closure.Violations, [], 0, []), []), null, null);
        }

        loads.Listen();
        closure.InitializeTypes();

        // One at a time: while another thread compiles a method, asking for it again returns before the stub in front leads to its body.
        // The users' initialisers have run before, so that none of them waits for this.
        lock (s_examination)
        {
            CallTargets targets = CallTargets.Compile(closure);
            BackgroundResult<MethodListing>? listing = CodeConfirmation.AskForOlder(targets, loads, early);
            VerifiedHandler handler = new MachineCodeVerifier(targets, options).Verify(closure);
            foreach (CodeBody body in handler.Report.Bodies)
            {
                body.Method = targets.Method(body.Entry)?.Method;
            }

            return new Judgement(handler, targets, listing);
        }
    }

    /// <summary>What a handler's declaration alone says.</summary>
    private sealed record Declaration(MethodInfo Method, IReadOnlyList<HandlerViolation> Violations);

    private sealed record Preparation(MethodInfo Method, VerifierOptions Options);

    /// <summary>What decoding says, before the runtime has been heard.</summary>
    private sealed record Judgement(VerifiedHandler Handler, CallTargets? Targets, BackgroundResult<MethodListing>? Listing)
    {
        public VerifiedHandler Confirm(MethodLoads loads, VerifierOptions options) =>
            Handler with { Report = CodeConfirmation.Confirm(Handler.Report, Targets, loads, Listing, options) };
    }
}
