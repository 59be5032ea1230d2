namespace TopHalf;

/// <summary>The top half: called in signal context with the state that the source owns.</summary>
/// <typeparam name="TState">A plain unmanaged struct. It lives in unmanaged memory, so the garbage collector never moves it.</typeparam>
/// <param name="state">The source's state. Only one delivery of a source runs at a time, so the handler has it to itself.</param>
/// <param name="context">What was interrupted, and by what. Valid during the call only.</param>
/// <remarks>
/// The method must be static and must capture nothing. It may touch its state, its locals, other unmanaged memory, and members marked
/// <see cref="AsyncSignalSafeAttribute"/>. It must not allocate, lock, block, throw, or touch the managed heap, not even to read it.
/// </remarks>
public delegate void InterruptHandler<TState>(ref TState state, in InterruptContext context)
    where TState : unmanaged;
