namespace TopHalf;

/// <summary>Changes the state of a source in ordinary context, while its interrupts are held back.</summary>
/// <param name="state">A copy, which becomes the state when the delegate returns; if it throws, the state stays as it was.</param>
public delegate void StateUpdate<TState>(ref TState state)
    where TState : unmanaged;
