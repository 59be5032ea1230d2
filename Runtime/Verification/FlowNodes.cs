namespace TopHalf.Verification;

/// <summary>
/// The nodes of one body, found by the addresses of their instructions. A table in pieces: a body has few gaps, and this takes half the new
/// memory of a dictionary that grows.
/// </summary>
internal sealed class FlowNodes(ulong entry)
{
    private const int PieceBits = 6;
    private const int PieceSize = 1 << PieceBits;
    private FlowNode?[]?[] _pieces = new FlowNode?[]?[64];

    /// <summary>The node at an address, which is not below the entry; null where none was put.</summary>
    public FlowNode? At(ulong address)
    {
        ulong place = address - entry;
        ulong piece = place >> PieceBits;
        return piece < (ulong)_pieces.Length && _pieces[piece] is { } nodes ? nodes[place & (PieceSize - 1)] : null;
    }

    public void Put(ulong address, FlowNode node)
    {
        ulong place = address - entry;
        int piece = checked((int)(place >> PieceBits));
        if (piece >= _pieces.Length)
        {
            Array.Resize(ref _pieces, Math.Max(piece + 1, 2 * _pieces.Length));
        }

        (_pieces[piece] ??= new FlowNode?[PieceSize])[place & (PieceSize - 1)] = node;
    }
}
