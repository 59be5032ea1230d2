namespace TopHalf;

/// <summary>How a source's interrupts reach its handler.</summary>
public enum DeliveryMode
{
    /// <summary>
    /// <see cref="Signal"/> where the handler is optimised code, <see cref="Threaded"/> in a Debug (unoptimised) build, so that the handler
    /// can be stepped through. Never in silence: the source's <c>Delivery</c> says which, an event and one line on stderr say why.
    /// </summary>
    Auto,

    /// <summary>A true interrupt: the handler runs in signal context, on top of the interrupted instruction.</summary>
    Signal,

    /// <summary>
    /// Like the kernel's <c>threadirqs</c>: the same handler, run as ordinary managed code on a dedicated thread. The thread has the source's
    /// signal blocked, and so have threads and processes that the handler starts; start none there.
    /// </summary>
    Threaded,
}
