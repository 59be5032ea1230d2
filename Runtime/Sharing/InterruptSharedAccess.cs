using System.Runtime.CompilerServices;
using TopHalf.Dispatch;

namespace TopHalf;

/// <summary>What a handler enters an <see cref="InterruptShared{T}"/> by: a plain value that fits into its state. Copies of it are as good as it.</summary>
/// <typeparam name="T">What is shared.</typeparam>
/// <remarks>The default value belongs to nothing and refuses. So does that of a value that was disposed of.</remarks>
public readonly unsafe struct InterruptSharedAccess<T>
    where T : unmanaged
{
    // SAFETY: control blocks are never freed, and a generation never comes back.
    private readonly SharedControl* _control;
    private readonly long _generation;

    internal InterruptSharedAccess(SharedControl* control, long generation)
    {
        _control = control;
        _generation = generation;
    }

    /// <summary>
    /// Enters the value: until <see cref="InterruptSharedSection{T}.Exit"/> no other handler that shares it runs. Never waits and never throws.
    /// <code>
    /// if (state.Shared.TryEnter(in context, out InterruptSharedSection&lt;Totals&gt; section))
    /// {
    ///     section.Value.Count++;
    ///     section.Exit();
    /// }
    /// </code>
    /// </summary>
    /// <param name="context">The handler's own.</param>
    /// <param name="section">The way to the value; if it was not entered, of no meaning.</param>
    /// <returns>
    /// Whether it was entered: always, if the handler's source names the value in the property <c>Shares</c> of its options. A handler of any other is refused, and that is counted
    /// (<see cref="InterruptShared.Refused"/>) and reported.
    /// </returns>
    /// <remarks>Async-signal-safe. No system call. Of several values, leave first what was entered last.</remarks>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public bool TryEnter(scoped in InterruptContext context, out InterruptSharedSection<T> section)
    {
        SharedControl* control = _control;
        InterruptSlot* slot = context.Slot;
        if (control == null || Volatile.Read(ref control->Generation) != _generation)
        {
            section = default;
            return false;
        }

        // What is compared here does not change while the handler of a source that shares the value runs, nor can the value be disposed of.
        if (slot == null || slot->Group == null || slot->Group != control->Group || (slot->Shares & control->Bit) == 0 || slot->Level > control->Ceiling)
        {
            Interlocked.Increment(ref control->Refused);
            section = default;
            return false;
        }

        long former = slot->Group->Raised;
        section = new InterruptSharedSection<T>(control, former, CeilingGroup.Raise(slot->Group, control->Ceiling, former));
        return true;
    }
}

/// <summary>The time in which a handler is in an <see cref="InterruptShared{T}"/>, and the way to the value. Made by <see cref="InterruptSharedAccess{T}.TryEnter"/>.</summary>
/// <typeparam name="T">What is shared.</typeparam>
public readonly unsafe ref struct InterruptSharedSection<T>
    where T : unmanaged
{
    private readonly SharedControl* _control;
    private readonly long _former;
    private readonly long _raised;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal InterruptSharedSection(SharedControl* control, long former, long raised)
    {
        _control = control;
        _former = former;
        _raised = raised;
    }

    /// <summary>The value. Only until <see cref="Exit"/>, and only if <see cref="InterruptSharedAccess{T}.TryEnter"/> said true: else there is none, and the process ends.</summary>
    /// <remarks>Async-signal-safe.</remarks>
    // SAFETY: the value is not freed while the handler of a source that shares it runs.
    public ref T Value
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        get => ref *(T*)_control->Value;
    }

    /// <summary>
    /// Leaves the value: what was held back interrupts before this returns, if nothing else holds it back. A handler that forgets it leaves the value when it returns.
    /// </summary>
    /// <remarks>Async-signal-safe. No system call, unless something was held back. Of a section that is not the last that was entered it does nothing (<see cref="InterruptShared.Unbalanced"/>).</remarks>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public void Exit()
    {
        if (_control == null)
        {
            return;
        }

        if (_control->Group->Raised == _raised)
        {
            CeilingGroup.Lower(_control->Group, _former);
        }
        else
        {
            Interlocked.Increment(ref _control->Unbalanced);
        }
    }
}
