using System.Buffers.Binary;

namespace TopHalf.Verification;

/// <summary>
/// What events of the runtime say of bodies: where each is, how it was compiled and of what IL. Layouts: ClrEtwAll.man, MethodLoadVerbose_V1,
/// MethodUnloadVerbose_V1, MethodILToNativeMap; those of the rundown are the same.
/// </summary>
internal sealed class MethodEvents
{
    private const int MethodLoadVerbose = 143;
    private const int MethodUnloadVerbose = 144;
    private const int MethodILToNativeMap = 190;
    private const int ModuleUnload = 153;
    private const int LoadSize = 36;

    private readonly Dictionary<nint, MethodLoad> _byStart = [];
    private readonly Dictionary<nint, MethodLoad> _byId = [];
    private readonly Dictionary<nint, byte[]> _maps = [];

    /// <summary>What was said of all bodies, without their maps.</summary>
    public IReadOnlyCollection<MethodLoad> Loads => _byStart.Values;

    /// <summary>What was said of the body that begins at the address, or null.</summary>
    public MethodLoad? Of(nint start)
    {
        if (!_byStart.TryGetValue(start, out MethodLoad? load))
        {
            return null;
        }

        return _maps.TryGetValue(load.Id, out byte[]? map) ? load with { Map = ILMap.Read(map) } : load;
    }

    /// <summary>Takes in what a session has heard.</summary>
    /// <param name="session">A session.</param>
    /// <param name="onlyFinal">Whether only final code is wanted.</param>
    public void Read(RuntimeEventSession session, bool onlyFinal = false)
    {
        while (session.Read(out uint id, out ReadOnlySpan<byte> payload))
        {
            switch (id)
            {
                case MethodLoadVerbose:
                    AddLoad(payload, onlyFinal);
                    break;
                case MethodUnloadVerbose:
                    Forget(payload);
                    break;
                case MethodILToNativeMap:
                    AddMap(payload);
                    break;
                case ModuleUnload:
                    // Of its methods, and those that others made for its types, the runtime says nothing.
                    _byStart.Clear();
                    _byId.Clear();
                    _maps.Clear();
                    break;
            }
        }
    }

    /// <summary>Takes a MethodLoadVerbose or MethodDCEndVerbose in.</summary>
    public void AddLoad(ReadOnlySpan<byte> payload, bool onlyFinal = false)
    {
        if (payload.Length < LoadSize)
        {
            return;
        }

        CodeTier tier = MethodLoad.TierOf(BinaryPrimitives.ReadUInt32LittleEndian(payload[32..]));
        if (!onlyFinal || MethodLoad.IsFinal(tier))
        {
            var id = (nint)BinaryPrimitives.ReadInt64LittleEndian(payload);
            Add(new MethodLoad(id, StartOf(payload), BinaryPrimitives.ReadInt32LittleEndian(payload[24..]), tier));
        }
    }

    /// <summary>Takes a MethodILToNativeMap or MethodDCEndILToNativeMap in, if its method is here.</summary>
    public void AddMap(ReadOnlySpan<byte> payload)
    {
        if (ILMap.MethodOf(payload) is { } method && _byId.ContainsKey(method))
        {
            _maps[method] = payload.ToArray();
        }
    }

    /// <summary>Takes in what others say of final code.</summary>
    public void AddFinal(MethodEvents others)
    {
        foreach (MethodLoad load in others.Loads)
        {
            if (MethodLoad.IsFinal(load.Tier))
            {
                Add(load);
                if (others._maps.TryGetValue(load.Id, out byte[]? map))
                {
                    _maps[load.Id] = map;
                }
            }
        }
    }

    /// <summary>Takes in what was said of a body.</summary>
    public void Add(MethodLoad load)
    {
        _byStart[load.Start] = load;
        if (load.Id != 0)
        {
            _byId[load.Id] = load;
        }
    }

    private void Forget(ReadOnlySpan<byte> unload)
    {
        if (unload.Length >= LoadSize && _byStart.Remove(StartOf(unload), out MethodLoad? load))
        {
            _byId.Remove(load.Id);
            _maps.Remove(load.Id);
        }
    }

    private static nint StartOf(ReadOnlySpan<byte> payload) => (nint)BinaryPrimitives.ReadInt64LittleEndian(payload[16..]);
}
