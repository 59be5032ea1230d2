using System.Runtime.CompilerServices;
using TopHalf.Interop;
using TopHalf.Verification;

namespace TopHalf.Dispatch;

/// <summary>
/// Stands in front of the runtime's handler of SIGSEGV, and sees to it that a fault is handled on a large alternate stack. What is
/// installed is the address of the compiled body of <see cref="Entry"/>. It runs with all signals blocked.
/// </summary>
/// <remarks>
/// A fault on a small stack is not handled at all. The thread gets a block for its alternate stack, and returns from the signal: the
/// faulting instruction runs again, and faults again, on the large stack now. (Or it does not fault: then the memory has become valid
/// meanwhile, and all is well.) Only then is the handler behind called, with the mask that the kernel would have given it. So no other signal
/// comes for as long as the small stack is in use.
/// </remarks>
internal static unsafe class FaultDispatcher
{
    /// <summary>The handler of SIGSEGV, in the kernel's convention. Async-signal-safe, thread-safe.</summary>
    /// <remarks>
    /// It has to leave by a jump, with no frame of its own left: the runtime leaves its handler by throwing. So there is no local here whose
    /// address is taken. That it does is checked before it is installed.
    /// </remarks>
    [AsyncSignalSafe, TrustedIndirectCall("the handler that SIGSEGV had, as the kernel told it, or a return from the signal")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Entry(int signal, siginfo_t* info, ucontext_t* context)
    {
        // SAFETY: Root is set and the chain is filled in before this is installed, and none of it is ever freed.
        InterruptTable* table = InterruptTable.Root;
        ucontext_t* frame = FrameToFaultAgain(table, info, context);
        if (frame != null)
        {
            table->Faults.Return(frame);
            return;
        }

        table->Faults.Handler(signal, info, context);
    }

    // The frame to return by, so that the thread faults again on a larger stack. If it is not to, null, and the mask is set for the handler
    // behind. The runtime's suspension signal is in that mask, so the collector never meets a thread in the rest of Entry, whose frame it could
    // not walk. Nothing here touches errno.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ucontext_t* FrameToFaultAgain(InterruptTable* table, siginfo_t* info, ucontext_t* context)
    {
        // Only a fault of the thread itself comes again; a signal that somebody sent would be lost. The kernel's codes of faults are positive.
        ucontext_t* frame = info->si_code > LibC.SI_USER ? AlternateStackPool.FrameWithLargeStack(&table->AlternateStacks, context) : null;
        if (frame == null)
        {
            sigset_t mask;
            mask.bits = context->uc_sigmask | table->Faults.Mask;
            SignalSafeLibC.pthread_sigmask(LibC.SIG_SETMASK, &mask, null);
        }

        return frame;
    }
}
