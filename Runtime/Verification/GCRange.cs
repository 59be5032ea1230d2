using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>Where the garbage collector keeps objects that it may move or free.</summary>
/// <remarks>
/// The collector reserves one range of addresses for all its regions, and tells nobody. The range is found by where objects of each kind
/// (new, large, pinned) lie, and by the anonymous mappings around them without a gap. Objects that are frozen (literals,
/// small static structs without references) lie elsewhere: they never move and are never freed, so reading them is sound.
/// </remarks>
internal sealed unsafe class GCRange
{
    private readonly List<(nuint Start, nuint End)> _ranges = [];

    private GCRange()
    {
    }

    public static GCRange Find(MemoryMap map)
    {
        var range = new GCRange();
        object[] probes = [new object(), new byte[100_000], GC.AllocateUninitializedArray<byte>(16, pinned: true)];
        foreach (object probe in probes)
        {
            // SAFETY: the reference is only looked at as a number; that it may be out of date at once does no harm, as the collector
            // does not leave its range.
            nuint address = *(nuint*)Unsafe.AsPointer(ref Unsafe.AsRef(in probe));
            range.Add(map, address);
        }

        return range;
    }

    public bool Contains(nint address) => _ranges.Exists(r => (nuint)address >= r.Start && (nuint)address < r.End);

    private void Add(MemoryMap map, nuint address)
    {
        if (Contains((nint)address))
        {
            return;
        }

        IReadOnlyList<Mapping> mappings = map.Mappings;
        int index = 0;
        while (!mappings[index].Contains(address))
        {
            index++;
        }

        int first = index;
        while (first > 0 && IsHeap(mappings[first - 1]) && mappings[first - 1].End == mappings[first].Start)
        {
            first--;
        }

        int last = index;
        while (last + 1 < mappings.Count && IsHeap(mappings[last + 1]) && mappings[last].End == mappings[last + 1].Start)
        {
            last++;
        }

        _ranges.Add((mappings[first].Start, mappings[last].End));
    }

    private static bool IsHeap(Mapping mapping) => mapping.Path.Length == 0 && !mapping.Executable;
}
