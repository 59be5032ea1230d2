using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace TopHalf.Verification;

/// <summary>
/// Reads the events out of a stream of the runtime's event pipe: the format NetTrace, version 4 (microsoft/perfview,
/// src/TraceEvent/EventPipe, "NetTrace File Format").
/// </summary>
internal sealed class NetTraceReader(Stream stream)
{
    private const byte NullReference = 1;
    private const byte BeginPrivateObject = 5;
    private const byte EndObject = 6;
    private const int KnownVersion = 4;
    private const int TraceSize = 48;
    private const int LargestBlock = 64 << 20;

    private readonly Dictionary<int, (string Provider, int Event)> _kinds = [];
    private long _position;
    private byte[] _block = [];

    /// <summary>What an event is and brings with it.</summary>
    public delegate void EventReader(string provider, int id, ReadOnlySpan<byte> payload);

    /// <summary>Reads all events.</summary>
    /// <exception cref="IOException">The stream broke off.</exception>
    /// <exception cref="InvalidDataException">The stream is not in this format.</exception>
    public void Read(EventReader read)
    {
        Expect("Nettrace"u8);
        Require(ReadInt32() == "!FastSerialization.1"u8.Length);
        Expect("!FastSerialization.1"u8);
        while (ReadByte() is var tag && tag != NullReference)
        {
            Require(tag == BeginPrivateObject);
            string type = ReadType();
            if (type == "Trace")
            {
                Fill(TraceSize);
            }
            else
            {
                int size = ReadInt32();
                Require(size is >= 0 and <= LargestBlock);
                Fill((int)(-_position & (sizeof(int) - 1)));
                ReadOnlySpan<byte> block = Fill(size);
                if (type == "MetadataBlock")
                {
                    ReadBlock(block, (_, payload) => Learn(payload));
                }
                else if (type == "EventBlock")
                {
                    ReadBlock(block, (kind, payload) =>
                    {
                        Require(_kinds.TryGetValue(kind, out (string Provider, int Event) known));
                        read(known.Provider, known.Event, payload);
                    });
                }
            }

            Require(ReadByte() == EndObject);
        }
    }

    private delegate void BlobReader(int kind, ReadOnlySpan<byte> payload);

    // A type is an object too, of no type: version, version of the oldest reader, name.
    private string ReadType()
    {
        Require(ReadByte() == BeginPrivateObject && ReadByte() == NullReference);
        int version = ReadInt32();
        Require(ReadInt32() <= KnownVersion && version >= 0);
        int length = ReadInt32();
        Require(length is > 0 and < 64);
        string name = Encoding.ASCII.GetString(Fill(length));
        Require(ReadByte() == EndObject && (name != "Trace" || version == KnownVersion));
        return name;
    }

    private void Learn(ReadOnlySpan<byte> metadata)
    {
        int kind = BinaryPrimitives.ReadInt32LittleEndian(Take(ref metadata, sizeof(int)));
        ReadOnlySpan<char> text = MemoryMarshal.Cast<byte, char>(metadata);
        int length = text.IndexOf('\0');
        Require(length >= 0);
        string provider = text[..length].ToString();
        Take(ref metadata, (length + 1) * sizeof(char));
        _kinds[kind] = (provider, BinaryPrimitives.ReadInt32LittleEndian(Take(ref metadata, sizeof(int))));
    }

    private static void ReadBlock(ReadOnlySpan<byte> block, BlobReader read)
    {
        const int Compressed = 1;
        int header = BinaryPrimitives.ReadInt16LittleEndian(Take(ref block, sizeof(short)));
        Require((BinaryPrimitives.ReadInt16LittleEndian(Take(ref block, sizeof(short))) & Compressed) != 0);
        Take(ref block, header - (2 * sizeof(short)));
        var blob = default(BlobHeader);
        while (!block.IsEmpty)
        {
            blob.Read(ref block);
            read(blob.Kind, Take(ref block, blob.Size));
        }
    }

    private byte ReadByte() => Fill(1)[0];

    private int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Fill(sizeof(int)));

    private void Expect(ReadOnlySpan<byte> bytes) => Require(Fill(bytes.Length).SequenceEqual(bytes));

    // Valid until the next call.
    private ReadOnlySpan<byte> Fill(int size)
    {
        if (_block.Length < size)
        {
            _block = new byte[size];
        }

        stream.ReadExactly(_block, 0, size);
        _position += size;
        return _block.AsSpan(0, size);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int size)
    {
        Require(size >= 0 && size <= bytes.Length);
        ReadOnlySpan<byte> taken = bytes[..size];
        bytes = bytes[size..];
        return taken;
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("What the runtime sent is not in the format NetTrace, version 4.");
        }
    }

    /// <summary>The compressed header of an event: what is not written is as it was in the event before.</summary>
    private ref struct BlobHeader
    {
        private const byte HasKind = 1;
        private const byte HasThreadAndSequence = 2;
        private const byte HasThread = 4;
        private const byte HasStack = 8;
        private const byte HasActivity = 16;
        private const byte HasRelatedActivity = 32;
        private const byte HasSize = 128;
        private const int GuidSize = 16;

        public int Kind { get; private set; }

        public int Size { get; private set; }

        public void Read(ref ReadOnlySpan<byte> block)
        {
            byte flags = Take(ref block, 1)[0];
            if ((flags & HasKind) != 0)
            {
                Kind = (int)ReadNumber(ref block);
            }

            // Sequence number, capturing thread and processor; thread; stack; time.
            Skip(ref block, (flags & HasThreadAndSequence) != 0 ? 3 : 0);
            Skip(ref block, (flags & HasThread) != 0 ? 1 : 0);
            Skip(ref block, (flags & HasStack) != 0 ? 1 : 0);
            Skip(ref block, 1);
            Take(ref block, (flags & HasActivity) != 0 ? GuidSize : 0);
            Take(ref block, (flags & HasRelatedActivity) != 0 ? GuidSize : 0);
            if ((flags & HasSize) != 0)
            {
                Size = (int)ReadNumber(ref block);
            }
        }

        private static void Skip(ref ReadOnlySpan<byte> block, int numbers)
        {
            for (int i = 0; i < numbers; i++)
            {
                ReadNumber(ref block);
            }
        }

        // Seven bits a byte, the lowest first.
        private static ulong ReadNumber(ref ReadOnlySpan<byte> block)
        {
            ulong number = 0;
            for (int shift = 0; ; shift += 7)
            {
                Require(shift < 64);
                byte next = Take(ref block, 1)[0];
                number |= (ulong)(next & 0x7F) << shift;
                if ((next & 0x80) == 0)
                {
                    return number;
                }
            }
        }
    }
}
