using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>Decodes instructions where they lie in memory.</summary>
internal sealed unsafe class InstructionReader
{
    private const int Bits = 64;

    private readonly MemoryMap _map;
    private readonly Bytes _bytes = new();
    private readonly Decoder _decoder;

    public InstructionReader(MemoryMap map)
    {
        _map = map;
        _decoder = Decoder.Create(Bits, _bytes);
    }

    /// <summary>The instruction at an address; an invalid one where no code is mapped.</summary>
    public Instruction Read(ulong address)
    {
        if (_map.Find((nint)address) is not { Executable: true, Readable: true } mapping)
        {
            return new Instruction { IP = address };
        }

        _bytes.Next = (byte*)address;
        _bytes.End = (byte*)mapping.End;
        _decoder.IP = address;
        return _decoder.Decode();
    }

    private sealed class Bytes : CodeReader
    {
        public byte* Next;
        public byte* End;

        // SAFETY: both lie in one mapping that was found to be readable.
        public override int ReadByte() => Next < End ? *Next++ : -1;
    }
}
