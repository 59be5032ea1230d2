using System.Buffers.Binary;

namespace TopHalf.Verification;

/// <summary>Which IL each piece of a method's machine code was made of, as the JIT says (MethodILToNativeMap).</summary>
internal sealed class ILMap
{
    private const int Header = 19;

    /// <summary>Of code of which the runtime says nothing.</summary>
    public static readonly ILMap None = new([]);

    private readonly List<Piece> _pieces;

    private ILMap(List<Piece> pieces) => _pieces = pieces;

    /// <summary>The runtime's number of the method whose map the event is; null if it breaks off.</summary>
    public static nint? MethodOf(ReadOnlySpan<byte> payload) =>
        payload.Length >= Header && payload.Length >= Header + (2 * sizeof(int) * Count(payload)) ? (nint)BinaryPrimitives.ReadInt64LittleEndian(payload) : null;

    /// <summary>Reads a whole event MethodILToNativeMap: behind its head are all offsets of IL, and then as many of the machine code.</summary>
    public static ILMap Read(ReadOnlySpan<byte> payload)
    {
        int count = Count(payload);
        ReadOnlySpan<byte> data = payload[Header..];
        var pieces = new List<Piece>(count);
        for (int i = 0; i < count; i++)
        {
            int il = BinaryPrimitives.ReadInt32LittleEndian(data[(i * sizeof(int))..]);
            int native = BinaryPrimitives.ReadInt32LittleEndian(data[((count + i) * sizeof(int))..]);
            pieces.Add(new Piece(native, il));
        }

        return new ILMap(pieces);
    }

    /// <summary>The IL that the instruction at this offset was made of; null for what the compiler added, as prologs and epilogs.</summary>
    public int? At(int offset)
    {
        Piece? last = null;
        foreach (Piece piece in _pieces)
        {
            // Of pieces that begin at the same place all but the last are empty.
            if (piece.Native <= offset && (last is null || piece.Native >= last.Native))
            {
                last = piece;
            }
        }

        return last is { IL: >= 0 } ? last.IL : null;
    }

    private static int Count(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt16LittleEndian(payload[17..]);

    /// <summary>From an offset of the machine code on. Negative IL: none.</summary>
    private sealed record Piece(int Native, int IL);
}
