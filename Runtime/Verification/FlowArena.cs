namespace TopHalf.Verification;

/// <summary>
/// The memory of one analysis: its nodes, and the values that their states speak of. An analysis that is done with gives it to the next one, since most
/// of what it would cost otherwise is the first use of new memory.
/// </summary>
internal sealed class FlowArena
{
    // Of the largest handlers that are worth it: less than a megabyte is kept for the life of the process.
    private const int MostNodesKept = 2048;
    private const int MostValuesKept = 4 * MostNodesKept;

    private static FlowArena? s_spare;

    private readonly List<FlowNode> _all = [];
    private int _used;

    private FlowArena()
    {
    }

    /// <summary>By the addresses of their instructions.</summary>
    public FlowNodes Nodes { get; } = new();

    public MachineValues Values { get; } = new();

    /// <summary>An arena for one analysis, which nobody else uses. Thread-safe.</summary>
    public static FlowArena Take()
    {
        FlowArena arena = Interlocked.Exchange(ref s_spare, null) ?? new FlowArena();
        arena._used = 0;
        arena.Values.Clear();
        return arena;
    }

    /// <summary>A node with any contents.</summary>
    public FlowNode NewNode()
    {
        if (_used == _all.Count)
        {
            _all.Add(new FlowNode(new MachineState(Values)));
        }

        return _all[_used++];
    }

    /// <summary>Lets another analysis have it. To be called once, by its owner.</summary>
    public void GiveBack()
    {
        if (_all.Count <= MostNodesKept && Values.Count <= MostValuesKept)
        {
            Volatile.Write(ref s_spare, this);
        }
    }
}
