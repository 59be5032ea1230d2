using System.Diagnostics;
using TopHalf.Interop;

namespace TopHalf.Verification;

/// <summary>A session of the runtime's event pipe that hears of compiled methods, and that is read when its owner wants to (CoreCLR only).</summary>
/// <remarks>
/// <para>The runtime writes an event before the compiling thread goes on, so what that thread compiled can be read at once.</para>
/// <para>One is open for as long as methods are compiled for a verification, and one for good in the processes of <see cref="OlderMethods"/>: each
/// method that is compiled meanwhile, anywhere in the process, costs some microseconds. Sessions of others do not notice.</para>
/// </remarks>
internal sealed unsafe class RuntimeEventSession : IDisposable
{
    private const string Provider = "Microsoft-Windows-DotNETRuntime";
    private const ulong Loader = 0x8;
    private const ulong Jit = 0x10;
    private const ulong JittedMethodILToNativeMap = 0x20000;
    private const uint Informational = 4;
    private const uint Verbose = 5;
    private const uint BufferMegabytes = 4;

    // Of one that is read now and then: each thread that writes events has at least 100 KB of it.
    private const uint LastingBufferMegabytes = 8;

    // What comes with an event's payload: its head, and the addresses of at most 100 frames of the stack.
    private const int MostBeside = 1024;

    // There can be 64 sessions at a time, of all listeners together.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly nint _provider;
    private ulong _session;

    private RuntimeEventSession(ulong session)
    {
        _session = session;
        _provider = EventPipeInternal.GetProvider(Provider);
    }

    /// <summary>Begins to listen. Null where this runtime's pipe is not known, or has had no session free for a second.</summary>
    /// <param name="isLasting">Whether it is to hear for long: of assemblies that go, too, but not of what IL code was made.</param>
    public static RuntimeEventSession? Open(bool isLasting = false)
    {
        if (!EventPipeInternal.IsKnown)
        {
            return null;
        }

        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            fixed (char* name = Provider)
            {
                // SAFETY: the runtime copies what it is given.
                var provider = new EventPipeInternal.EventPipeProviderConfigurationNative
                {
                    m_pProviderName = name,
                    m_keywords = isLasting ? Jit | Loader : Jit | JittedMethodILToNativeMap,
                    m_loggingLevel = isLasting ? Informational : Verbose,
                };
                using Turn turn = Turn.Take();
                ulong session = EventPipeInternal.Enable(null, EventPipeInternal.NetTrace, isLasting ? LastingBufferMegabytes : BufferMegabytes, &provider, 1);
                if (session != 0)
                {
                    return new RuntimeEventSession(session);
                }
            }

            if (Stopwatch.GetElapsedTime(begin) > s_patience)
            {
                return null;
            }

            Thread.Sleep(1);
        }
    }

    /// <summary>How many bytes what was read took of the buffer, at most. The runtime drops events that find no room.</summary>
    public long Heard { get; private set; }

    /// <summary>The next event of the runtime's, or none. Its payload may be read until the next call.</summary>
    public bool Read(out uint id, out ReadOnlySpan<byte> payload)
    {
        // SAFETY: the runtime fills the structure in, and keeps the payload until it is asked for the next event of this session.
        EventPipeInternal.EventPipeEventInstanceData data;
        while (EventPipeInternal.GetNextEvent(_session, &data))
        {
            Heard += data.PayloadLength + MostBeside;
            if (data.ProviderID == _provider)
            {
                id = data.EventID;
                payload = new ReadOnlySpan<byte>(data.Payload, (int)data.PayloadLength);
                return true;
            }
        }

        id = 0;
        payload = default;
        return false;
    }

    public void Dispose()
    {
        if (_session != 0)
        {
            using Turn turn = Turn.Take();
            EventPipeInternal.Disable(_session);
            _session = 0;
        }
    }

    /// <summary>
    /// The turn to begin or end a session. The runtime works out under a lock of its own what all sessions together ask for, and tells its events so behind it: of one
    /// that begins while another ends the older word may come last, and then nothing is heard.
    /// </summary>
    private readonly struct Turn : IDisposable
    {
        private static readonly object s_gate = new();

        private readonly bool _isMine;

        private Turn(bool isMine) => _isMine = isMine;

        // Not waited for for ever: listeners of others are called meanwhile, and one of them may wait for what waits for this.
        public static Turn Take() => new(Monitor.TryEnter(s_gate, s_patience));

        public void Dispose()
        {
            if (_isMine)
            {
                Monitor.Exit(s_gate);
            }
        }
    }
}
