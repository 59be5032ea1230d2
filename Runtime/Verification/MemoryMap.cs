using System.Buffers.Text;
using System.Text;

namespace TopHalf.Verification;

/// <summary>One line of /proc/self/maps: addresses (the end is the one behind the last), and a file's path, a name in brackets, or nothing.</summary>
internal sealed record Mapping(nuint Start, nuint End, bool Readable, bool Writable, bool Executable, long Offset, string Path)
{
    public bool Contains(nuint address) => address >= Start && address < End;
}

/// <summary>What is mapped where, at the time of the verification.</summary>
internal sealed class MemoryMap
{
    private readonly List<Mapping> _mappings = [];
    private readonly List<Mapping> _libraries = [];
    private Mapping? _found;

    private MemoryMap()
    {
    }

    public IReadOnlyList<Mapping> Mappings => _mappings;

    /// <summary>Reads the map of this process. Ordinary context.</summary>
    public static MemoryMap Read()
    {
        var map = new MemoryMap();
        ReadOnlySpan<byte> text = File.ReadAllBytes("/proc/self/maps");
        string path = "";
        while (text.Length > 0)
        {
            int end = text.IndexOf((byte)'\n');
            map._mappings.Add(Parse(end < 0 ? text : text[..end], ref path));
            text = end < 0 ? default : text[(end + 1)..];
        }

        map.FindLibraries();
        return map;
    }

    public Mapping? Find(nint address)
    {
        // Questions come in rows about the same code.
        if (_found is { } found && found.Contains((nuint)address))
        {
            return found;
        }

        int low = 0;
        int high = _mappings.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            Mapping mapping = _mappings[middle];
            if (mapping.Contains((nuint)address))
            {
                return _found = mapping;
            }

            if ((nuint)address < mapping.Start)
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

    /// <summary>Whether <paramref name="size"/> bytes can be read: asked before every look at memory that code points to.</summary>
    public bool IsReadable(nint address, int size) =>
        Find(address) is { Readable: true } first && (first.Contains((nuint)address + (nuint)size - 1) || IsReadable((nint)first.End, size - (int)((nint)first.End - address)));

    public bool IsWritable(nint address) => Find(address) is { Writable: true };

    /// <summary>Whether the address lies in code, or in a second, writable mapping of the same memory, as W^X makes.</summary>
    public bool IsCode(nint address) => Find(address) is { } mapping && (mapping.Executable || (IsJitMemory(mapping.Path) && HasExecutableTwin(mapping, address)));

    public bool IsExecutable(nint address) => Find(address) is { Executable: true, Readable: true };

    /// <summary>The native library or program that the address lies in, its zero-initialised data included; null for all other memory.</summary>
    public string? Library(nint address)
    {
        foreach (Mapping library in _libraries)
        {
            if (library.Contains((nuint)address))
            {
                return library.Path;
            }
        }

        return null;
    }

    private bool HasExecutableTwin(Mapping mapping, nint address)
    {
        long offset = mapping.Offset + (address - (nint)mapping.Start);
        foreach (Mapping twin in _mappings)
        {
            if (twin.Executable && offset >= twin.Offset && offset < twin.Offset + (long)(twin.End - twin.Start) && twin.Path == mapping.Path)
            {
                return true;
            }
        }

        return false;
    }

    // Neighbours are often of one file, whose path is made a string once.
    private static Mapping Parse(ReadOnlySpan<byte> line, ref string lastPath)
    {
        // 7f0000000000-7f0000001000 r-xp 00000000 08:01 1234    /usr/lib/libc.so.6
        nuint start = Hex(ref line);
        nuint end = Hex(ref line);
        ReadOnlySpan<byte> permissions = line[..4];
        line = line[5..];
        nuint offset = Hex(ref line);
        int path = line.IndexOfAny((byte)'/', (byte)'[');
        if (path < 0)
        {
            lastPath = "";
        }
        else if (!Equal(line[path..], lastPath))
        {
            lastPath = Encoding.UTF8.GetString(line[path..]);
        }

        return new Mapping(start, end, permissions[0] == 'r', permissions[1] == 'w', permissions[2] == 'x', (long)offset, lastPath);
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

    // Reads a number and steps over the character behind it.
    private static nuint Hex(ref ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text, out ulong value, out int length, 'x'))
        {
            throw new InvalidDataException($"/proc/self/maps has a line of an unknown shape: '{Encoding.UTF8.GetString(text)}'.");
        }

        text = text[(length + 1)..];
        return (nuint)value;
    }

    // A library is a run of mappings of one file of which a part is executable, and its .bss: the anonymous memory right behind it, up to
    // where the library's program headers say that it ends. What lies behind that may be anybody's.
    // Managed assemblies are mapped too, but without code that the loader made executable in place, or as data.
    private void FindLibraries()
    {
        var native = new HashSet<string>(StringComparer.Ordinal);
        foreach (Mapping mapping in _mappings)
        {
            if (mapping.Executable && mapping.Path.StartsWith('/') && !IsManaged(mapping.Path) && !IsJitMemory(mapping.Path))
            {
                native.Add(mapping.Path);
            }
        }

        Mapping? previous = null;
        nuint end = 0;
        foreach (Mapping mapping in _mappings)
        {
            if (native.Contains(mapping.Path))
            {
                _libraries.Add(mapping);
                previous = mapping;
                end = mapping is { Offset: 0, Readable: true } ? EndOfImage(mapping) ?? end : end;
                continue;
            }

            bool isBss = mapping.Path.Length == 0 && !mapping.Executable && mapping.Writable && mapping.Start < end
                && previous is { Writable: true } && previous.End == mapping.Start;
            if (isBss)
            {
                _libraries.Add(mapping with { Path = previous!.Path, End = Math.Min(mapping.End, end) });
            }

            previous = null;
        }
    }

    // Where an ELF image ends in memory, by its loadable segments; null if the mapping does not begin with an ELF header (elf(5)).
    private static unsafe nuint? EndOfImage(Mapping first)
    {
        const int HeaderSize = 64;
        const uint Magic = 0x464C457F;
        const uint Loadable = 1;
        byte* image = (byte*)first.Start;
        nuint size = first.End - first.Start;

        // SAFETY: the mapping is readable, and nothing behind its end is read.
        if (size < HeaderSize || *(uint*)image != Magic)
        {
            return null;
        }

        ulong table = *(ulong*)(image + 32);
        int entrySize = *(ushort*)(image + 54);
        int entries = *(ushort*)(image + 56);
        if (table > size || (ulong)(entrySize * entries) > size - table)
        {
            return null;
        }

        ulong lowest = ulong.MaxValue;
        ulong highest = 0;
        for (byte* entry = image + table; entries > 0; entries--, entry += entrySize)
        {
            if (*(uint*)entry == Loadable)
            {
                ulong address = *(ulong*)(entry + 16);
                lowest = Math.Min(lowest, address);
                highest = Math.Max(highest, address + *(ulong*)(entry + 40));
            }
        }

        ulong page = (ulong)Environment.SystemPageSize;
        return highest == 0 ? null : first.Start + (nuint)(((highest + page - 1) / page * page) - (lowest / page * page));
    }

    private static bool IsManaged(string path) => path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);

    // With W^X the JIT maps its code twice, from a memory file.
    private static bool IsJitMemory(string path) => path.StartsWith("/memfd:doublemapper", StringComparison.Ordinal);
}
