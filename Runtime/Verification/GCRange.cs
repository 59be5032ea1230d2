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

    private static readonly BackgroundResult<List<CodeSite>> s_barrierCells = new("TopHalf write barrier", FindBarrierCells);

    private static readonly object s_large = new byte[100_000];
    private static readonly object s_pinned = GC.AllocateUninitializedArray<byte>(16, pinned: true);

    private readonly List<Range> _ranges = [];

    private GCRange()
    {
    }

    /// <summary>
    /// Begins, on another thread, with what is found out once per process: the first verification has enough to do before it needs it, and
    /// the decoder alone takes a good part of its time to start.
    /// </summary>
    public static void Prepare() => s_barrierCells.Start();

    public static GCRange Find(MemoryMap map)
    {
        var range = new GCRange();
        nuint[] objects = ObjectsOfEachKind();
        if (BoundsOfBarrier(map) is { } bounds && bounds.ContainsAll(objects))
        {
            range._ranges.Add(bounds);
        }
        else
        {
            foreach (nuint address in objects)
            {
                range.AddMappings(map, address);
            }
        }

        return range;
    }

    public bool Contains(nint address)
    {
        foreach (Range range in _ranges)
        {
            if (range.Contains((nuint)address))
            {
                return true;
            }
        }

        return false;
    }

    private static nuint[] ObjectsOfEachKind()
    {
        object small = new();
        object large = s_large;
        object pinned = s_pinned;

        // SAFETY: the references are only looked at as numbers; that they may be out of date at once does no harm, as the collector does
        // not leave its range.
        return [*(nuint*)Unsafe.AsPointer(ref small), *(nuint*)Unsafe.AsPointer(ref large), *(nuint*)Unsafe.AsPointer(ref pinned)];
    }

    // The heap may have grown since the last look, so the cells are read each time.
    private static Range? BoundsOfBarrier(MemoryMap map)
    {
        List<CodeSite> cells = s_barrierCells.Get();

        // SAFETY: cells of the runtime's data, which stays mapped; found to be readable all the same.
        return cells is [{ Address: var lowest }, { Address: var highest }] && map.IsReadable(lowest, sizeof(nuint)) && map.IsReadable(highest, sizeof(nuint))
            ? new Range(*(nuint*)lowest, *(nuint*)highest)
            : null;
    }

    private static List<CodeSite> FindBarrierCells()
    {
        MethodInfo probe = typeof(HelperProbes).GetMethod(nameof(HelperProbes.StoreReferenceByRef), BindingFlags.Static | BindingFlags.NonPublic)!;
        RuntimeHelpers.PrepareMethod(probe.MethodHandle);
        MemoryMap map = MemoryMap.Read();
        if (HelperNames.CallsOf(probe, map) is not [{ Addresses: { Length: > 0 } barrier }])
        {
            return [];
        }

        List<CodeSite> comparisons = [];
        foreach ((Instruction code, MachineState before) in CodeFlow.Of(new CodeScope(map) { Reach = LargestBarrier }, barrier[^1]).Reached)
        {
            if (code.Mnemonic == Mnemonic.Cmp && code.Op0Kind == OpKind.Register && code.Op0Register == Register.RDI
                && code.Op1Kind == OpKind.Memory && CodeFlow.FixedAddress(code, before) is { } cell && map.IsReadable((nint)cell, sizeof(nuint)))
            {
                comparisons.Add(new CodeSite(code, (nint)cell));
            }
        }

        return comparisons;
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

        _ranges.Add(new Range(mappings[first].Start, mappings[last].End));
    }

    private static bool IsHeap(Mapping mapping) => mapping.Path.Length == 0 && !mapping.Executable;

    private sealed record Range(nuint Start, nuint End)
    {
        public bool Contains(nuint address) => address >= Start && address < End;

        public bool ContainsAll(nuint[] addresses)
        {
            foreach (nuint address in addresses)
            {
                if (!Contains(address))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
