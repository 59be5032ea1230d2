namespace TopHalf.Verification;

/// <summary>What is mapped where, at the time of the verification.</summary>
internal sealed class MemoryMap(IMappings mappings)
{
    // Pages of the JIT's memory file that were found to be data, by where they are mapped and where in the file they lie. Of the file's other
    // mappings one has to look at all to see that none is executable; and what holds a static holds it until its type is unloaded.
    private static readonly List<DataPage> s_data = [];

    private Mapping? _found;

    /// <summary>In the order of their addresses. Takes its time; what one address needs is found by <see cref="Find"/>.</summary>
    public IReadOnlyList<Mapping> Mappings => mappings.All();

    /// <summary>The map of this process. Ordinary context.</summary>
    public static MemoryMap Read() => new((IMappings?)MappingsQuery.Create() ?? MappingsText.Read());

    public Mapping? Find(nint address)
    {
        // Questions come in rows about the same code.
        if (_found is { } found && found.Contains((nuint)address))
        {
            return found;
        }

        Mapping? mapping = mappings.At((nuint)address);
        _found = mapping ?? _found;
        return mapping;
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
        if (Find(address) is not { } mapping)
        {
            return null;
        }

        if (mapping.Path.Length > 0)
        {
            return IsOfLibrary(mapping) ? mapping.Path : null;
        }

        // The .bss: anonymous memory right behind the library's data, up to where its program headers say that it ends. What lies behind
        // that may be anybody's.
        return mapping is { Executable: false, Writable: true } && Find((nint)mapping.Start - 1) is { Writable: true } data && IsOfLibrary(data)
            && (nuint)address < EndOfImage(data)
            ? data.Path
            : null;
    }

    // A library is a file of which a part is executable. Managed assemblies are mapped too, but without code that the loader made executable
    // in place, or as data.
    private bool IsOfLibrary(Mapping mapping)
    {
        if (!mapping.Path.StartsWith('/') || IsManaged(mapping.Path) || IsJitMemory(mapping.Path))
        {
            return false;
        }

        if (mapping.Executable)
        {
            return true;
        }

        foreach (Mapping code in mappings.ExecutableFiles())
        {
            if (code.IsOfSameFile(mapping))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasExecutableTwin(Mapping mapping, nint address)
    {
        long offset = mapping.Offset + (address - (nint)mapping.Start);
        nint page = address / Environment.SystemPageSize;
        lock (s_data)
        {
            foreach (DataPage known in s_data)
            {
                if (known.Page == page && known.Offset == offset / Environment.SystemPageSize)
                {
                    return false;
                }
            }
        }

        foreach (Mapping twin in mappings.ExecutableFiles())
        {
            if (offset >= twin.Offset && offset < twin.Offset + (long)(twin.End - twin.Start) && twin.IsOfSameFile(mapping))
            {
                return true;
            }
        }

        lock (s_data)
        {
            s_data.Add(new DataPage(page, offset / Environment.SystemPageSize));
        }

        return false;
    }

    // Where the image that has this data ends in memory. One whose header is not mapped has no end: fail closed.
    private nuint EndOfImage(Mapping data)
    {
        nuint end = nuint.MaxValue;
        foreach (Mapping mapping in mappings.All())
        {
            if (mapping.Start > data.Start)
            {
                break;
            }

            end = mapping is { Offset: 0, Readable: true } && mapping.IsOfSameFile(data) ? EndOfElf(mapping) ?? end : end;
        }

        return end;
    }

    // Where an ELF image ends in memory, by its loadable segments; null if the mapping does not begin with an ELF header (elf(5)).
    private static unsafe nuint? EndOfElf(Mapping first)
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

    // No value: the runtime would have to compile a list of those in each process.
    private sealed record DataPage(nint Page, long Offset);
}
