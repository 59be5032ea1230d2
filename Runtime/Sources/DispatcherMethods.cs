using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Verification;

namespace TopHalf.Sources;

/// <summary>The dispatcher's methods, compiled and verified once. Ordinary context.</summary>
internal static unsafe class DispatcherMethods
{
    // A delegate is how a method is named that also works where reflection metadata is trimmed (NativeAOT).
    private delegate void EntryMethod(int signal, siginfo_t* info, ucontext_t* context);

    private delegate void FaultMethod(int signal, siginfo_t* info, ucontext_t* context);

    private delegate void ReplayMethod(InterruptSlot* slot, ulong key, int signal);

    private delegate void AcceptWaitedMethod(siginfo_t* info);

    // All at once: the verifier waits for the runtime's word on them.
    private static readonly Lazy<IReadOnlyList<VerifiedHandler>> s_methods = new(() => HandlerVerifier.PrepareMethods(
        [
            ((EntryMethod)InterruptDispatcher.Entry).Method,
            ((ReplayMethod)InterruptDispatcher.Replay).Method,
            ((AcceptWaitedMethod)InterruptDispatcher.AcceptWaited).Method,
        ],
        VerifierOptions.Default));

    private static readonly Lazy<VerifiedHandler> s_fault = new(() => HandlerVerifier.PrepareMethods([((FaultMethod)FaultDispatcher.Entry).Method], VerifierOptions.Default)[0]);

    /// <summary>What the kernel calls.</summary>
    /// <exception cref="HandlerVerificationException">The dispatcher did not pass the verifier on this runtime.</exception>
    public static VerifiedHandler Entry => s_methods.Value[0];

    /// <summary>What the kernel calls for a SIGSEGV.</summary>
    /// <exception cref="HandlerVerificationException">It did not pass the verifier on this runtime.</exception>
    public static VerifiedHandler Fault => s_fault.Value;

    /// <summary>What the end of a mask calls. Handlers of one source exclude each other, so it must be as sure to return as the entry.</summary>
    /// <exception cref="HandlerVerificationException">The dispatcher did not pass the verifier on this runtime.</exception>
    public static VerifiedHandler Replay => s_methods.Value[1];

    /// <summary>What threaded delivery calls for a signal that is not its own. As sure to return as the entry, for the same reason.</summary>
    /// <exception cref="HandlerVerificationException">The dispatcher did not pass the verifier on this runtime.</exception>
    public static VerifiedHandler AcceptWaited => s_methods.Value[2];
}
