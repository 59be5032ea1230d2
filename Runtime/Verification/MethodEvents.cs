using System.Buffers.Binary;

namespace TopHalf.Verification;

/// <summary>
/// What events of the runtime say of bodies: where each is, how it was compiled and of what IL. Layouts: ClrEtwAll.man, MethodLoadVerbose_V1 and
/// MethodILToNativeMap and what follows; those of the rundown are the same.
/// </summary>
internal sealed class MethodEvents
{
    private readonly Dictionary<nint, MethodLoad> _loads = [];
    private readonly Dictionary<nint, ILMap> _maps = [];

    /// <summary>What was said of the body that begins at the address, or null.</summary>
    public MethodLoad? Of(nint start)
    {
        if (!_loads.TryGetValue(start, out MethodLoad? load))
        {
            return null;
        }

        return _maps.TryGetValue(load.Id, out ILMap? map) ? load with { Map = map } : load;
    }

    /// <summary>Takes a MethodLoadVerbose or MethodDCEndVerbose in, if its body is wanted, and says whether it was.</summary>
    public bool AddLoad(ReadOnlySpan<byte> payload, IReadOnlySet<nint>? wanted = null)
    {
        const int LoadSize = 36;
        if (payload.Length < LoadSize)
        {
            return false;
        }

        var start = (nint)BinaryPrimitives.ReadInt64LittleEndian(payload[16..]);
        if (wanted is not null && !wanted.Contains(start))
        {
            return false;
        }

        int size = BinaryPrimitives.ReadInt32LittleEndian(payload[24..]);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(payload[32..]);
        _loads[start] = new MethodLoad((nint)BinaryPrimitives.ReadInt64LittleEndian(payload), start, size, MethodLoad.TierOf(flags));
        return true;
    }

    /// <summary>Takes a MethodILToNativeMap or MethodDCEndILToNativeMap in.</summary>
    public void AddMap(ReadOnlySpan<byte> payload)
    {
        const int MapHeader = 19;
        if (payload.Length < MapHeader)
        {
            return;
        }

        int count = BinaryPrimitives.ReadUInt16LittleEndian(payload[17..]);
        if (payload.Length >= MapHeader + (2 * sizeof(int) * count))
        {
            _maps[(nint)BinaryPrimitives.ReadInt64LittleEndian(payload)] = ILMap.Read(payload[MapHeader..], count);
        }
    }
}
