using System.Buffers.Text;
using System.Text;

namespace TopHalf.Verification;

/// <summary>All mappings, as /proc/self/maps lists them: for kernels that cannot be asked for one (proc_pid_maps(5)).</summary>
internal sealed class MappingsText : IMappings
{
    private readonly List<Mapping> _mappings = [];

    private MappingsText()
    {
    }

    /// <summary>Reads the list. Ordinary context.</summary>
    public static MappingsText Read()
    {
        var read = new MappingsText();
        ReadOnlySpan<byte> text = File.ReadAllBytes("/proc/self/maps");
        string path = "";
        while (text.Length > 0)
        {
            int end = text.IndexOf((byte)'\n');
            read._mappings.Add(Parse(end < 0 ? text : text[..end], ref path));
            text = end < 0 ? default : text[(end + 1)..];
        }

        return read;
    }

    public IReadOnlyList<Mapping> All() => _mappings;

    public IReadOnlyList<Mapping> ExecutableFiles() => _mappings.FindAll(static m => m.Executable && m.File.Inode != 0);

    public Mapping? At(nuint address)
    {
        int low = 0;
        int high = _mappings.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            Mapping mapping = _mappings[middle];
            if (mapping.Contains(address))
            {
                return mapping;
            }

            if (address < mapping.Start)
            {
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }

        return null;
    }

    // Neighbours are often of one file, whose path is made a string once.
    private static Mapping Parse(ReadOnlySpan<byte> line, ref string lastPath)
    {
        // 7f0000000000-7f0000001000 r-xp 00000000 08:01 1234    /usr/lib/libc.so.6
        ReadOnlySpan<byte> rest = line;
        nuint start = (nuint)Number(ref rest, line, 'x');
        nuint end = (nuint)Number(ref rest, line, 'x');
        ReadOnlySpan<byte> permissions = rest[..4];
        rest = rest[5..];
        long offset = (long)Number(ref rest, line, 'x');
        ulong major = Number(ref rest, line, 'x');
        ulong minor = Number(ref rest, line, 'x');
        ulong inode = Number(ref rest, line, 'D');
        int path = rest.IndexOfAny((byte)'/', (byte)'[');
        if (path < 0)
        {
            lastPath = "";
        }
        else if (!Equal(rest[path..], lastPath))
        {
            lastPath = Encoding.UTF8.GetString(rest[path..]);
        }

        return new Mapping(
            start, end, permissions[0] == 'r', permissions[1] == 'w', permissions[2] == 'x', offset, (major << 32 | minor, inode), lastPath);
    }

    private static bool Equal(ReadOnlySpan<byte> ascii, string text)
    {
        bool equal = ascii.Length == text.Length;
        for (int i = 0; equal && i < ascii.Length; i++)
        {
            equal = ascii[i] == text[i];
        }

        return equal;
    }

    // Reads a number and steps over the character behind it, if there is one.
    private static ulong Number(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> line, char format)
    {
        if (!Utf8Parser.TryParse(text, out ulong value, out int length, format))
        {
            throw new InvalidDataException($"/proc/self/maps has a line of an unknown shape: '{Encoding.UTF8.GetString(line)}'.");
        }

        text = text[Math.Min(length + 1, text.Length)..];
        return value;
    }
}
