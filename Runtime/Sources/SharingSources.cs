using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>Which sources share which values, and ordinary code's part of the ceilings (<see cref="CeilingGroup"/>). Ordinary context.</summary>
/// <remarks>
/// One lock for all: whoever changes shared values in nested updates takes it once, so no two can wait for each other. It is taken inside a source's gate, never the other way round:
/// within it, sources that share refuse to be used. Handlers never take it, but those in threaded delivery, which it excludes from each other.
/// </remarks>
internal static unsafe class SharingSources
{
    private static readonly object s_gate = new();
    private static readonly Dictionary<int, ThreadOfSharers> s_threads = [];
    private static readonly Stack<nint> s_freeGroups = new();
    private static readonly Stack<nint> s_freeControls = new();
    private static readonly HashSet<InterruptShared> s_living = [];
    private static int s_handlerThread; // Managed id of the thread that runs the handler of a sharer in threaded delivery, else 0.

    /// <summary>The one lock.</summary>
    public static object Gate => s_gate;

    /// <summary>Whether the calling thread has the lock, as within an update.</summary>
    public static bool IsEntered => Monitor.IsEntered(s_gate);

    /// <summary>Takes a control block for a value, which it owns from here on.</summary>
    public static SharedControl* Own(InterruptShared shared, void* value)
    {
        lock (s_gate)
        {
            // SAFETY: never freed, only used again.
            SharedControl* control = s_freeControls.TryPop(out nint free) ? (SharedControl*)free : (SharedControl*)NativeMemory.AllocZeroed((nuint)sizeof(SharedControl));
            control->Value = value;
            control->Refused = 0;
            control->Unbalanced = 0;
            control->Ceiling = -1;
            Volatile.Write(ref control->Generation, control->Generation + 1);
            s_living.Add(shared);
            return control;
        }
    }

    /// <summary>Ends a value, whoever shares it. When it returns, no handler is in it and none will be. Under the lock.</summary>
    public static void Disown(InterruptShared shared)
    {
        SharedControl* control = shared.Control;
        HoldBack(shared);
        Volatile.Write(ref control->Generation, control->Generation + 1);
        foreach (Sharer sharer in shared.Sharers)
        {
            sharer.Slot->Shares &= ~control->Bit;
        }

        LetGo(shared);
        shared.Sharers.Clear();
        Unlink(shared);
        s_living.Remove(shared);
        s_freeControls.Push((nint)control);
    }

    /// <summary>Has a source share values. Before its key is there.</summary>
    /// <exception cref="InterruptSharingException">A value is shared by sources of another thread, or of another kind of delivery; or too much is shared; or it is within an update.</exception>
    /// <exception cref="ObjectDisposedException">A value is disposed of.</exception>
    public static void Bind(InterruptSource source, InterruptSlot* slot, InterruptTarget target, int threadId, IReadOnlyList<InterruptShared> shares)
    {
        if (source.Delivery == DeliveryMode.Signal && threadId == 0)
        {
            throw Refused($"'{source.Name}' shares state, but interrupts the {target}. Sources that share must interrupt one thread, the same: set Target to InterruptTarget.CurrentThread or InterruptTarget.Thread(id).");
        }

        if (IsEntered)
        {
            throw Refused($"'{source.Name}', which shares state, was started in an update of a shared value. Start it before or after the update.");
        }

        int thread = source.Delivery == DeliveryMode.Signal ? threadId : 0;
        InterruptShared[] distinct = [.. shares.Distinct()];
        lock (s_gate)
        {
            foreach (InterruptShared shared in distinct)
            {
                ObjectDisposedException.ThrowIf(shared.IsDisposed, shared);
                RequireSameThread(source, thread, shared);
            }

            ThreadOfSharers sharers = ThreadOf(thread);
            sharers.Add(slot);
            slot->Group = sharers.Group;
            foreach (InterruptShared shared in distinct)
            {
                Link(shared, sharers);
                Join(shared, new Sharer(source, slot));
            }
        }
    }

    /// <summary>Ends a source's part in all that it shares. No thread is in its slot any more, nor will be.</summary>
    public static void Unbind(InterruptSlot* slot)
    {
        lock (s_gate)
        {
            CeilingGroup* group = slot->Group;
            if (group == null)
            {
                return;
            }

            foreach (InterruptShared shared in s_living.Where(shared => shared.Sharers.RemoveAll(sharer => sharer.Slot == slot) != 0))
            {
                // A handler that is in the value has raised the ceiling that was.
                Volatile.Write(ref shared.Control->Ceiling, shared.Sharers.Select(static sharer => sharer.Source.Level).DefaultIfEmpty(-1).Max());
                if (shared.Sharers.Count == 0)
                {
                    Unlink(shared);
                }
            }

            ThreadOfSharers sharers = s_threads[group->ThreadId];
            sharers.Remove(slot);
            CeilingGroup.Forget(group, slot);
            slot->Group = null;
            slot->Shares = 0;
            if (sharers.IsEmpty)
            {
                s_threads.Remove(group->ThreadId);
                s_freeGroups.Push((nint)group);
            }
        }
    }

    /// <summary>Holds back those that share a value. When it returns, none of their handlers is running. Under the lock.</summary>
    public static void HoldBack(InterruptShared shared)
    {
        SharedControl* control = shared.Control;
        if (control->Group == null || control->Group->ThreadId == 0)
        {
            return;
        }

        RaiseOutside(control->Group, control->Ceiling, 1);
        var spinner = default(SpinWait);
        foreach (Sharer sharer in shared.Sharers)
        {
            while (Volatile.Read(ref sharer.Slot->Inside) != 0)
            {
                spinner.SpinOnce();
            }
        }
    }

    /// <summary>Ends <see cref="HoldBack"/>. What came meanwhile interrupts its thread. Under the lock.</summary>
    public static void LetGo(InterruptShared shared)
    {
        SharedControl* control = shared.Control;
        if (control->Group == null || control->Group->ThreadId == 0)
        {
            return;
        }

        RaiseOutside(control->Group, control->Ceiling, -1);
        LetIn(control->Group);
    }

    /// <summary>Begins a handler of a sharer in threaded delivery: no two run at a time, nor one beside an update.</summary>
    public static void EnterHandler()
    {
        Monitor.Enter(s_gate);
        s_handlerThread = Environment.CurrentManagedThreadId;
    }

    /// <summary>Ends it.</summary>
    public static void LeaveHandler()
    {
        s_handlerThread = 0;
        Monitor.Exit(s_gate);
    }

    /// <exception cref="InvalidOperationException">The calling thread runs a handler. (Only in threaded delivery: a handler that is an interrupt is verified to call nothing of the kind.)</exception>
    public static void ThrowIfInsideHandler(InterruptShared shared)
    {
        if (Volatile.Read(ref s_handlerThread) == Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException($"A handler uses '{shared.Name}' as ordinary code does. A handler enters it by InterruptSharedAccess<T>.TryEnter.");
        }
    }

    /// <summary>Lets in what had no room in the queue of signals, and reports, once for each value, what was refused.</summary>
    public static void Watch()
    {
        List<(string Name, string Message)> notices = [];
        lock (s_gate)
        {
            foreach (ThreadOfSharers thread in s_threads.Values.Where(static thread => thread.Group->ThreadId != 0))
            {
                LetIn(thread.Group);
            }

            notices.AddRange(from shared in s_living let message = shared.TakeNews() where message is not null select (shared.Name, message));
        }

        foreach ((string name, string message) in notices)
        {
            InterruptSource.RaiseNotice(InterruptNoticeKind.SharingRefused, name, message);
        }
    }

    // A full fence: what is read after it is no older.
    private static void RaiseOutside(CeilingGroup* group, int level, int count) => Interlocked.Add(ref group->Outside, (long)count << (level * CeilingGroup.BitsOfLevel));

    private static void LetIn(CeilingGroup* group)
    {
        if (Volatile.Read(ref group->HeldBack) != 0)
        {
            CeilingGroup.LetIn(group);
        }
    }

    private static void RequireSameThread(InterruptSource source, int thread, InterruptShared shared)
    {
        if (shared.Sharers.Count == 0 || shared.Control->Group->ThreadId == thread)
        {
            return;
        }

        InterruptSource other = shared.Sharers[0].Source;
        throw Refused(
            other.Delivery != source.Delivery
                ? $"'{source.Name}' is delivered by {source.Delivery}, and '{other.Name}', with which it shares '{shared.Name}', by {other.Delivery}: they could not keep clear of each other. " +
                  "Build both handlers with optimisation, or set Delivery of both to DeliveryMode.Threaded."
                : $"'{source.Name}' interrupts thread {thread}, and '{other.Name}', with which it shares '{shared.Name}', thread {shared.Control->Group->ThreadId}. Sources that share must interrupt one " +
                  "thread, the same: give both the same target, InterruptTarget.CurrentThread or InterruptTarget.Thread(id). Between threads use InterruptQueue<T> or SeqLock<T>.");
    }

    private static InterruptSharingException Refused(string message) => new(message);

    private static ThreadOfSharers ThreadOf(int thread)
    {
        if (!s_threads.TryGetValue(thread, out ThreadOfSharers? sharers))
        {
            // SAFETY: never freed, only used again, when no source has it.
            CeilingGroup* group = s_freeGroups.TryPop(out nint free) ? (CeilingGroup*)free : (CeilingGroup*)NativeMemory.AllocZeroed((nuint)sizeof(CeilingGroup));
            group->ThreadId = thread;
            group->ProcessId = LibC.getpid();
            sharers = new ThreadOfSharers(group);
            s_threads.Add(thread, sharers);
        }

        return sharers;
    }

    private static void Link(InterruptShared shared, ThreadOfSharers sharers)
    {
        if (shared.Control->Group == null)
        {
            shared.Control->Bit = sharers.TakeBit(shared);
            shared.Control->Group = sharers.Group;
        }
    }

    private static void Unlink(InterruptShared shared)
    {
        SharedControl* control = shared.Control;
        if (control->Group != null)
        {
            s_threads[control->Group->ThreadId].GiveBit(control->Bit);
            control->Group = null;
            control->Bit = 0;
            control->Ceiling = -1;
        }
    }

    // Those that are in the value with a ceiling that is too low for the new one must be out first.
    private static void Join(InterruptShared shared, Sharer sharer)
    {
        SharedControl* control = shared.Control;
        bool rises = sharer.Source.Level > control->Ceiling;
        bool isShared = shared.Sharers.Count != 0;
        int former = control->Ceiling;
        if (rises && isShared)
        {
            HoldBack(shared);
        }

        if (rises)
        {
            Volatile.Write(ref control->Ceiling, sharer.Source.Level);
        }

        sharer.Slot->Shares |= control->Bit;
        shared.Sharers.Add(sharer);
        if (rises && isShared && control->Group->ThreadId != 0)
        {
            RaiseOutside(control->Group, former, -1);
            LetIn(control->Group);
        }
    }
}
