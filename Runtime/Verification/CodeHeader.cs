using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>
/// The record that CoreCLR keeps of each body that it compiled, found in front of the body (RealCodeHeader, src/coreclr/vm/codeman.h): what its own
/// stack walks rely on. It is read for bodies that were compiled before TopHalf listened, and believed only where the record of a body of which
/// the runtime spoke is as the runtime said.
/// </summary>
/// <param name="Method">The runtime's number of the method.</param>
/// <param name="Size">How many bytes its main part has; the handlers of exceptions are others.</param>
internal readonly record struct CodeHeader(nint Method, int Size)
{
    private const int MethodAt = 24;
    private const int PartsAt = 32;
    private const int BeginAt = 36;
    private const int EndAt = 40;
    private const int RecordSize = 44;
    private const uint MostParts = 1000;
    private const uint PageMask = 0xFFF;

    /// <summary>The record of the body that begins at the address; null where there is none, or it has another shape.</summary>
    public static unsafe CodeHeader? Of(nint start, MemoryMap map)
    {
        if (!map.IsExecutable(start) || !map.IsReadable(start - sizeof(nint), sizeof(nint)))
        {
            return null;
        }

        // SAFETY: both pieces of memory were found to be readable. Offsets may mean something else on another runtime: see Agrees.
        byte* record = *(byte**)(start - sizeof(nint));
        if ((nint)record <= 0 || !map.IsReadable((nint)record, RecordSize))
        {
            return null;
        }

        // The end and the beginning are counted from the same page.
        uint parts = Unsafe.Read<uint>(record + PartsAt);
        uint begin = Unsafe.Read<uint>(record + BeginAt);
        uint end = Unsafe.Read<uint>(record + EndAt);
        bool isRecord = parts is >= 1 and <= MostParts && (begin & PageMask) == ((ulong)start & PageMask) && end > begin && end - begin <= int.MaxValue;
        return isRecord ? new CodeHeader(Unsafe.Read<nint>(record + MethodAt), (int)(end - begin)) : null;
    }

    /// <summary>Whether the record of a body says what the runtime itself said of it: then records have the known shape.</summary>
    public static bool Agrees(MethodLoad said, MemoryMap map) => Of(said.Start, map) is { } header && header.Method == said.Id && header.Size == said.Size;
}
