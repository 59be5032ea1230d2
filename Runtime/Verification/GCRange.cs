using System.Reflection;
using System.Runtime.CompilerServices;
using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>Where the garbage collector keeps objects that it may move or free.</summary>
/// <remarks>
/// <para>The collector tells nobody, but its checked write barrier must know: it begins by comparing the address that is written with the
/// lowest and the highest address of the heap. Those two cells are read out of its code. Where the code has another shape, the range is
/// taken to be the anonymous mappings around objects of each kind (new, large, pinned) without a gap, which can only be too much.</para>
/// <para>Objects that are frozen (literals, small static structs without references) lie elsewhere: they never move and are never freed,
/// so reading them is sound.</para>
/// </remarks>
internal sealed unsafe class GCRange
{
    // The barrier is some ten instructions long.
    private const int LargestBarrier = 64;

    private readonly List<(nuint Start, nuint End)> _ranges = [];

    private GCRange()
    {
    }

    public static GCRange Find(MemoryMap map)
    {
        var range = new GCRange();
        List<nuint> objects = ObjectsOfEachKind();
        if (BoundsOfBarrier() is { } bounds && objects.TrueForAll(o => o >= bounds.Start && o < bounds.End))
        {
            range._ranges.Add(bounds);
        }
        else
        {
            objects.ForEach(o => range.AddMappings(map, o));
        }

        return range;
    }

    public bool Contains(nint address) => _ranges.Exists(r => (nuint)address >= r.Start && (nuint)address < r.End);

    private static List<nuint> ObjectsOfEachKind()
    {
        object[] probes = [new object(), new byte[100_000], GC.AllocateUninitializedArray<byte>(16, pinned: true)];

        // SAFETY: the references are only looked at as numbers; that they may be out of date at once does no harm, as the collector does
        // not leave its range.
        return [.. probes.Select(p => *(nuint*)Unsafe.AsPointer(ref p))];
    }

    private static (nuint Start, nuint End)? BoundsOfBarrier()
    {
        MethodInfo probe = typeof(HelperProbes).GetMethod(nameof(HelperProbes.StoreReferenceByRef), BindingFlags.Static | BindingFlags.NonPublic)!;
        RuntimeHelpers.PrepareMethod(probe.MethodHandle);
        MemoryMap map = MemoryMap.Read();
        if (HelperNames.CallsOf(probe, map) is not [{ Addresses: { Length: > 0 } barrier }])
        {
            return null;
        }

        var cells = new List<nint>();
        foreach ((Instruction code, MachineState before) in CodeFlow.Of(new CodeScope(map) { Reach = LargestBarrier }, barrier[^1]).Reached)
        {
            if (code.Mnemonic == Mnemonic.Cmp && code.Op0Kind == OpKind.Register && code.Op0Register == Register.RDI
                && code.Op1Kind == OpKind.Memory && CodeFlow.FixedAddress(code, before) is { } cell && map.IsReadable((nint)cell, sizeof(nuint)))
            {
                cells.Add((nint)cell);
            }
        }

        // SAFETY: both cells were just found to be readable.
        return cells.Count == 2 ? (*(nuint*)cells[0], *(nuint*)cells[1]) : null;
    }

    private void AddMappings(MemoryMap map, nuint address)
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
