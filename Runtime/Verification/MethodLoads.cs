using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>
/// What the runtime says of the code that it compiles while one of these listens (CoreCLR only): its event MethodLoadVerbose, which owes nothing to
/// the decoding of machine code.
/// </summary>
/// <remarks>
/// The runtime tells nothing of methods that were compiled before somebody listened, and cannot be asked. So what it said of a verified body is
/// remembered, and of others <see cref="CodeHeader"/> is read. Not thread-safe but for what is static.
/// </remarks>
internal sealed class MethodLoads : IDisposable
{
    private const int MethodLoadVerbose = 143;
    private const int MethodILToNativeMap = 190;

    private static readonly Dictionary<nint, MethodLoad> s_remembered = [];
    private static readonly object s_testimony = new();

    private readonly Dictionary<nint, MethodLoad> _heard = [];
    private readonly Dictionary<nint, ILMap> _maps = [];
    private RuntimeEventSession? _session;

    /// <summary>
    /// Lets the runtime make the first session, in the background: that takes a cold process some 15 ms, in which EventSource reads its own
    /// description.
    /// </summary>
    public static void WarmUp()
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            // On a thread of its own: the thread pool may have none to spare, and a verification waits for this.
            new Thread(static () => RuntimeEventSession.Open()?.Dispose()) { IsBackground = true, Name = "TopHalf warm-up" }.Start();
        }
    }

    /// <summary>Whether the runtime is heard: not on NativeAOT.</summary>
    public bool IsListening => _session is not null;

    /// <summary>Begins to listen: what is compiled from now on is heard.</summary>
    public void Listen()
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            _session ??= RuntimeEventSession.Open();
        }
    }

    /// <summary>What the runtime said of the body that begins at the address, now or when it was verified first; null if nothing.</summary>
    public MethodLoad? Of(nint start)
    {
        lock (s_remembered)
        {
            if (s_remembered.TryGetValue(start, out MethodLoad? known))
            {
                return known;
            }
        }

        while (_session is not null && _session.Read(out uint id, out ReadOnlySpan<byte> payload))
        {
            Hear(id, payload);
        }

        if (!_heard.TryGetValue(start, out MethodLoad? load))
        {
            return null;
        }

        return _maps.TryGetValue(load.Id, out ILMap? map) ? load with { Map = map } : load;
    }

    /// <summary>What the runtime said of some body, of a method with the attribute that handlers have; null if it said nothing of any.</summary>
    public MethodLoad? Witness(MemoryMap map)
    {
        // One at a time: while another thread compiles the witness, nothing is said of it yet.
        lock (s_testimony)
        {
            return AnyRemembered() ?? Testimony(map);
        }
    }

    private static MethodLoad? AnyRemembered()
    {
        lock (s_remembered)
        {
            foreach (MethodLoad known in s_remembered.Values)
            {
                return known;
            }
        }

        return null;
    }

    private MethodLoad? Testimony(MemoryMap map)
    {
        MethodInfo witness = ((Action)Testify).Method;
        RuntimeHelpers.PrepareMethod(witness.MethodHandle);
        MethodLoad? said = Of(CodeAddress.Follow(witness.MethodHandle.GetFunctionPointer(), map).Body);
        if (said is not null)
        {
            Remember(said);
        }

        return said;
    }

    // Compiled for what the runtime says of it; nobody calls it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Testify()
    {
    }

    /// <summary>Remembers what was said of a body that is never freed.</summary>
    public static void Remember(MethodLoad load)
    {
        lock (s_remembered)
        {
            s_remembered[load.Start] = load;
        }
    }

    public void Dispose() => _session?.Dispose();

    // ClrEtwAll.man: MethodLoadVerbose_V1 and what follows, MethodILToNativeMap.
    private void Hear(uint id, ReadOnlySpan<byte> payload)
    {
        const int LoadSize = 36;
        const int MapHeader = 19;
        if (id == MethodLoadVerbose && payload.Length >= LoadSize)
        {
            var method = (nint)BinaryPrimitives.ReadInt64LittleEndian(payload);
            var start = (nint)BinaryPrimitives.ReadInt64LittleEndian(payload[16..]);
            int size = BinaryPrimitives.ReadInt32LittleEndian(payload[24..]);
            uint flags = BinaryPrimitives.ReadUInt32LittleEndian(payload[32..]);
            _heard[start] = new MethodLoad(method, start, size, MethodLoad.TierOf(flags));
        }
        else if (id == MethodILToNativeMap && payload.Length >= MapHeader)
        {
            var method = (nint)BinaryPrimitives.ReadInt64LittleEndian(payload);
            int count = BinaryPrimitives.ReadUInt16LittleEndian(payload[17..]);
            if (payload.Length >= MapHeader + (2 * sizeof(int) * count))
            {
                _maps[method] = ILMap.Read(payload[MapHeader..], count);
            }
        }
    }
}
