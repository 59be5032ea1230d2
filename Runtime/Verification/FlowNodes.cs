namespace TopHalf.Verification;

/// <summary>
/// The nodes of one body, found by the addresses of their instructions. A table in pieces: a body has few gaps, and this takes half the new
/// memory of a dictionary that grows.
/// </summary>
internal sealed class FlowNodes
{
    private const int PieceBits = 6;
    private const int PieceSize = 1 << PieceBits;
    private FlowNode?[]?[] _pieces = new FlowNode?[]?[64];
    private ulong _entry;

    /// <summary>The node at an address, which is not below the entry; null where none was put.</summary>
    public FlowNode? At(ulong address)
    {
        ulong place = address - _entry;
        ulong piece = place >> PieceBits;
        return piece < (ulong)_pieces.Length && _pieces[piece] is { } nodes ? nodes[place & (PieceSize - 1)] : null;
    }

    public int Count { get; private set; }

    /// <summary>Forgets all nodes, for a body that begins at this address.</summary>
    public void Clear(ulong entry)
    {
        _entry = entry;
        Count = 0;
        foreach (FlowNode?[]? piece in _pieces)
        {
            if (piece is not null)
            {
                Array.Clear(piece);
            }
        }
    }

    /// <summary>All of them, in the order of their addresses.</summary>
    public FlowNode[] InOrder()
    {
        var ordered = new FlowNode[Count];
        int next = 0;
        foreach (FlowNode?[]? piece in _pieces)
        {
            foreach (FlowNode? node in piece ?? [])
            {
                if (node is not null)
                {
                    ordered[next++] = node;
                }
            }
        }

        return ordered;
    }

    /// <summary>Puts the node at an address where none was put before.</summary>
    public void Put(ulong address, FlowNode node)
    {
        Count++;
        ulong place = address - _entry;
        int piece = checked((int)(place >> PieceBits));
        if (piece >= _pieces.Length)
        {
            Array.Resize(ref _pieces, Math.Max(piece + 1, 2 * _pieces.Length));
        }

        (_pieces[piece] ??= new FlowNode?[PieceSize])[place & (PieceSize - 1)] = node;
    }
}
