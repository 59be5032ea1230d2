using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Sources;

namespace TopHalf;

/// <summary>A value that handlers of several levels share: see <see cref="InterruptShared{T}"/>.</summary>
public abstract unsafe class InterruptShared : IDisposable
{
    private bool _newsTold;
    private long _finalRefused;
    private long _finalUnbalanced;

    private protected InterruptShared(string name) => Name = name;

    /// <summary>Name in messages.</summary>
    public string Name { get; }

    /// <summary>The highest level of the living sources that share it, to which the ceiling is raised while it is in use; null if none does.</summary>
    public int? Ceiling
    {
        get
        {
            lock (SharingSources.Gate)
            {
                return Sharers.Count == 0 ? null : Control->Ceiling;
            }
        }
    }

    /// <summary>
    /// How often <see cref="InterruptSharedAccess{T}.TryEnter"/> refused a handler: its source does not name this value in the property <c>Shares</c> of its options. A notice tells of the
    /// first, as of the first below.
    /// </summary>
    public long Refused
    {
        get
        {
            lock (SharingSources.Gate)
            {
                return IsDisposed ? _finalRefused : Volatile.Read(ref Control->Refused);
            }
        }
    }

    /// <summary>How often <see cref="InterruptSharedSection{T}.Exit"/> did nothing, as the section was not the last that its handler had entered, or was left before.</summary>
    public long Unbalanced
    {
        get
        {
            lock (SharingSources.Gate)
            {
                return IsDisposed ? _finalUnbalanced : Volatile.Read(ref Control->Unbalanced);
            }
        }
    }

    internal bool IsDisposed { get; private set; }

    internal SharedControl* Control { get; private protected init; }

    /// <summary>Under the lock.</summary>
    internal List<Sharer> Sharers { get; } = [];

    /// <summary>
    /// Ends the value. When it returns, no handler is in it, and each one that tries to enter it is refused; the sources go on. Repeating it is harmless.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called inside a handler, or inside an update of the value.</exception>
    public void Dispose()
    {
        SharingSources.ThrowIfInsideHandler(this);
        lock (SharingSources.Gate)
        {
            if (IsDisposed)
            {
                return;
            }

            ThrowIfUpdating();
            (_finalRefused, _finalUnbalanced) = (Control->Refused, Control->Unbalanced);
            SharingSources.Disown(this);
            Free();
            IsDisposed = true;
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>What is to be reported and was not yet; else null. Under the lock.</summary>
    internal string? TakeNews()
    {
        if (_newsTold || (Control->Refused | Control->Unbalanced) == 0)
        {
            return null;
        }

        _newsTold = true;
        return Control->Refused != 0
            ? $"a handler was not let into '{Name}': its source does not share it. Name it in the property Shares of the options of each source whose handler enters it, and of no other thread."
            : $"a handler ended a section of '{Name}' that was not the last that it had entered, or twice; the ceiling stays raised until the handler returns. Leave sections in the reverse order.";
    }

    private protected abstract void Free();

    private protected abstract void ThrowIfUpdating();
}

/// <summary>
/// A value of any size that handlers of several levels change, and ordinary code too, none of them ever seeing it half-changed, and none ever waiting in a handler: RTIC's shared
/// resources, by the Stack Resource Policy.
/// </summary>
/// <typeparam name="T">What is shared, any unmanaged type.</typeparam>
/// <remarks>
/// <para>Name it in the property <c>Shares</c> of the options of each source whose handler enters it, and give the handler's state <see cref="Access"/>. While a handler is in it, the
/// ceiling of its thread is raised to the highest level of the sources that share it, and those up to the ceiling that share it, or anything else, are held back. What comes meanwhile
/// interrupts as soon as the handler leaves it. Sources above the ceiling, which cannot share it, interrupt all the same, and so do those of higher levels than the handler's that share nothing.</para>
/// <para>There is one ceiling for each thread, so all that share a value must interrupt the same one. In threaded delivery, where no handler interrupts another, handlers of sources that
/// share run one at a time.</para>
/// <para>Sources can come and go. After disposal of the value handlers are refused. Safe from any thread, but not from inside a handler. A value that is not disposed lives for the life
/// of the process, referenced or not.</para>
/// <para>Source: T. P. Baker, "Stack-based scheduling of realtime processes", Real-Time Systems 3 (1991); RTIC.</para>
/// </remarks>
public sealed unsafe class InterruptShared<T> : InterruptShared
    where T : unmanaged
{
    private readonly T* _value;
    private readonly long _generation;
    private T _finalValue;
    private bool _updating; // Under the lock.

    /// <summary>Makes a value that no source shares yet.</summary>
    /// <param name="initialValue">Copied into unmanaged memory.</param>
    /// <param name="name">Name in messages. Null: the type's.</param>
    /// <exception cref="PlatformNotSupportedException">Not Linux x86-64 with glibc.</exception>
    public InterruptShared(in T initialValue = default, string? name = null)
        : base(name ?? typeof(T).Name)
    {
        PlatformSupport.Require();
        _ = SourceTable.Root;

        // SAFETY: freed by Free only, when no handler is in the value and none can enter it.
        _value = (T*)NativeMemory.AlignedAlloc((nuint)sizeof(T), 64);
        *_value = initialValue;
        Control = SharingSources.Own(this, _value);
        _generation = Control->Generation;
    }

    /// <summary>What a handler enters the value by: a plain value that fits into its state.</summary>
    public InterruptSharedAccess<T> Access => new(Control, _generation);

    /// <summary>Changes the value while the sources that share it are held back; what came meanwhile interrupts their thread when it is done.</summary>
    /// <param name="update">
    /// Works on a copy, so that an exception leaves the value as it was. Keep it short: all updates of shared values exclude each other, on whatever thread. It may update other shared
    /// values; the sources that share must not be used in it, and refuse.
    /// </param>
    /// <exception cref="ObjectDisposedException">The value is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called inside a handler, or inside another update of this value.</exception>
    [AsyncSignalUnsafe("it takes a lock; in a handler use Access")]
    public void Update(StateUpdate<T> update)
    {
        ArgumentNullException.ThrowIfNull(update);
        SharingSources.ThrowIfInsideHandler(this);
        lock (SharingSources.Gate)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            ThrowIfUpdating();
            SharingSources.HoldBack(this);
            _updating = true;
            try
            {
                T copy = *_value;
                update(ref copy);
                *_value = copy;
            }
            finally
            {
                _updating = false;
                SharingSources.LetGo(this);
            }
        }
    }

    /// <summary>A copy of the value as no handler had it half-changed; after disposal, the last one. Holds the sources that share it back for the copy.</summary>
    /// <exception cref="InvalidOperationException">Called inside a handler.</exception>
    [AsyncSignalUnsafe("it takes a lock; in a handler use Access")]
    public T Snapshot()
    {
        SharingSources.ThrowIfInsideHandler(this);
        lock (SharingSources.Gate)
        {
            if (IsDisposed)
            {
                return _finalValue;
            }

            SharingSources.HoldBack(this);
            T copy = *_value;
            SharingSources.LetGo(this);
            return copy;
        }
    }

    private protected override void Free()
    {
        _finalValue = *_value;
        NativeMemory.AlignedFree(_value);
    }

    private protected override void ThrowIfUpdating()
    {
        if (_updating)
        {
            throw new InvalidOperationException($"An update of '{Name}' updates it again or disposes of it: the outer one would undo that. Make both changes in one update, and dispose of it after that.");
        }
    }
}
