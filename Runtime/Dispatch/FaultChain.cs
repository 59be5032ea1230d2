using TopHalf.Interop;

namespace TopHalf.Dispatch;

/// <summary>Where <see cref="FaultDispatcher"/> leads: back, or on to the action that SIGSEGV had before. Written before it is installed.</summary>
internal unsafe struct FaultChain
{
    /// <summary>The runtime's handler, or that of somebody who came before us.</summary>
    public delegate*<int, siginfo_t*, ucontext_t*, void> Handler;

    /// <summary><see cref="NativeThunk.Sigreturn"/>.</summary>
    public delegate*<ucontext_t*, void> Return;

    /// <summary>The signals that are blocked while it runs, besides those that the interrupted code blocks.</summary>
    public ulong Mask;
}
