using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>
/// Hears what the runtime says of the code that it compiles, for as long as one of these is not disposed of (CoreCLR only): its event
/// MethodLoadVerbose, which owes nothing to the decoding of machine code.
/// </summary>
/// <remarks>
/// <para>The runtime tells nothing of methods that were compiled before somebody listened, and cannot be asked. So what it said of a verified
/// body is remembered.</para>
/// <para>The events come on a thread of the runtime's, some 10 ms later, since that thread sleeps so long between its looks. Listening ends
/// soon, since each method that is compiled meanwhile, anywhere in the process, costs some microseconds; but not at once, since another
/// handler may follow and since the runtime loses events, of all listeners, when one of them is switched.</para>
/// </remarks>
internal sealed class MethodLoads : IDisposable
{
    // The listener cannot be made while the caller holds a lock of the event system's own.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(1);

    // The runtime ends a session in the background. One that begins meanwhile may be left without events.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    // Not taken on the thread that the events come on: switching waits for that thread's locks.
    private static readonly object s_switch = new();
    private static readonly Dictionary<nint, MethodLoad> s_remembered = [];
    private static readonly Lazy<Task<Listener?>> s_listener = new(() => Task.Factory.StartNew(
        Listener.Make, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    private static int s_listening;

    private readonly Listener? _listener;
    private bool _isDisposed;

    private MethodLoads(Listener? listener) => _listener = listener;

    /// <summary>Makes the listener in the background, which takes a cold process some 20 ms: long before it is needed, at best.</summary>
    public static void WarmUp()
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            _ = s_listener.Value;
        }
    }

    /// <summary>Begins to listen: what is compiled from now on is heard.</summary>
    public static MethodLoads Listen()
    {
        WarmUp();
        if (!s_listener.IsValueCreated || !s_listener.Value.Wait(s_patience) || s_listener.Value.Result is not { } listener)
        {
            return new MethodLoads(null);
        }

        lock (s_switch)
        {
            s_listening++;
            listener.Open();
        }

        return new MethodLoads(listener);
    }

    /// <summary>Whether the runtime can be heard at all: not on NativeAOT, and not where the program has turned its event system off.</summary>
    public bool IsListening => _listener is not null;

    /// <summary>What the runtime said of the body that begins at the address, now or when it was verified first; null if nothing.</summary>
    /// <param name="start">The body's first byte.</param>
    /// <param name="patience">How long to wait for it.</param>
    public MethodLoad? Of(nint start, TimeSpan patience)
    {
        lock (s_remembered)
        {
            if (s_remembered.TryGetValue(start, out MethodLoad known))
            {
                return known;
            }
        }

        return _listener?.Of(start, patience);
    }

    /// <summary>Remembers what was said of a body that is never freed.</summary>
    public static void Remember(MethodLoad load)
    {
        lock (s_remembered)
        {
            s_remembered[load.Start] = load;
        }
    }

    public void Dispose()
    {
        if (_listener is null || _isDisposed)
        {
            return;
        }

        _isDisposed = true;
        lock (s_switch)
        {
            s_listening--;
            _listener.CloseLater();
        }
    }

    /// <summary>The process's one listener. There is no way to listen to some methods only.</summary>
    private sealed class Listener : EventListener
    {
        private const string RuntimeEvents = "Microsoft-Windows-DotNETRuntime";
        private const EventKeywords Jit = (EventKeywords)0x10;
        private const int MethodLoadVerbose = 143;

        // Positions in the event's payload.
        private const int Start = 2;
        private const int Size = 3;
        private const int Flags = 5;
        private const int TierShift = 7;
        private const uint TierMask = 7;

        // The base constructor calls back before this class's own has run.
        private static volatile EventSource? s_runtime;

        private readonly Dictionary<nint, MethodLoad> _heard = [];
        private readonly Timer _closing;
        private bool _isOpen;
        private long _closedAt;

        private Listener() => _closing = new Timer(static listener => ((Listener)listener!).Close(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        /// <summary>Null where the runtime has no such events.</summary>
        public static Listener? Make()
        {
            var listener = new Listener();
            if (s_runtime is null)
            {
                listener.Dispose();
                return null;
            }

            listener._isOpen = true;
            listener.CloseLater();
            return listener;
        }

        /// <summary>To be called with the switch locked.</summary>
        public void Open()
        {
            if (_isOpen)
            {
                return;
            }

            TimeSpan pause = s_pause - Stopwatch.GetElapsedTime(_closedAt);
            if (pause > TimeSpan.Zero)
            {
                Thread.Sleep(pause);
            }

            EnableEvents(s_runtime!, EventLevel.Verbose, Jit);
            _isOpen = true;
        }

        public void CloseLater() => _closing.Change(s_linger, Timeout.InfiniteTimeSpan);

        private void Close()
        {
            lock (s_switch)
            {
                if (s_listening > 0 || !_isOpen)
                {
                    return;
                }

                DisableEvents(s_runtime!);
                _isOpen = false;
                _closedAt = Stopwatch.GetTimestamp();
                lock (_heard)
                {
                    // Code that is freed unheard may leave its place to other code.
                    _heard.Clear();
                }
            }
        }

        public MethodLoad? Of(nint start, TimeSpan patience)
        {
            long begin = Stopwatch.GetTimestamp();
            lock (_heard)
            {
                MethodLoad load;
                while (!_heard.TryGetValue(start, out load))
                {
                    TimeSpan left = patience - Stopwatch.GetElapsedTime(begin);
                    if (left <= TimeSpan.Zero || !Monitor.Wait(_heard, left))
                    {
                        return _heard.TryGetValue(start, out load) ? load : null;
                    }
                }

                return load;
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == RuntimeEvents)
            {
                // Here and not later: the runtime's event system is being initialised, and deadlocks with another listener's making unless
                // all take its lock first, which is held here.
                EnableEvents(eventSource, EventLevel.Verbose, Jit);
                s_runtime = eventSource;
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventId == MethodLoadVerbose && eventData.Payload is { Count: > Flags } payload
                && payload[Start] is ulong start && payload[Size] is uint size && payload[Flags] is uint flags)
            {
                lock (_heard)
                {
                    _heard[(nint)start] = new MethodLoad((nint)start, (int)size, (CodeTier)(flags >> TierShift & TierMask));
                    Monitor.PulseAll(_heard);
                }
            }
        }
    }
}
