using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using TopHalf.Interop;

namespace TopHalf.Verification;

/// <summary>
/// Asks the kernel for single mappings, as they are needed: the verification of a handler needs a few, and a process has hundreds. Linux 6.11
/// and later (PROCMAP_QUERY, include/uapi/linux/fs.h).
/// </summary>
internal sealed unsafe class MappingsQuery : IMappings
{
    private const ulong Readable = 1;
    private const ulong Writable = 2;
    private const ulong Executable = 4;
    private const ulong CoveringOrNext = 0x10;
    private const ulong FileBacked = 0x20;
    private const int LongestPath = 4096;
    private const int NoPath = 0;

    // Whom this kernel can be asked by; null where it cannot. Open for the life of the process.
    private static readonly SafeFileHandle? s_maps = Open();

    private readonly List<Mapping> _known = [];
    private IReadOnlyList<Mapping>? _executable;

    private MappingsQuery()
    {
    }

    /// <summary>Ordinary context. Null on an older kernel, or where the process is kept from asking.</summary>
    public static MappingsQuery? Create() => s_maps is null ? null : new MappingsQuery();

    public Mapping? At(nuint address)
    {
        foreach (Mapping known in _known)
        {
            if (known.Contains(address))
            {
                return known;
            }
        }

        Mapping? mapping = Ask(s_maps!, address, 0, LongestPath, out int error);
        if (mapping is not null)
        {
            _known.Add(mapping);
        }
        else if (error != LibC.ENOENT)
        {
            throw Failure(error);
        }

        return mapping;
    }

    public IReadOnlyList<Mapping> All() => From(0, LongestPath);

    public IReadOnlyList<Mapping> ExecutableFiles() => _executable ??= From(Executable | FileBacked, NoPath);

    private static List<Mapping> From(ulong kinds, int longestPath)
    {
        List<Mapping> mappings = [];
        nuint address = 0;
        int error;
        while (Ask(s_maps!, address, CoveringOrNext | kinds, longestPath, out error) is { } mapping)
        {
            mappings.Add(mapping);
            address = mapping.End;
        }

        return error == LibC.ENOENT ? mappings : throw Failure(error);
    }

    private static SafeFileHandle? Open()
    {
        SafeFileHandle maps;
        try
        {
            maps = File.OpenHandle("/proc/self/maps", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Where it cannot be opened, reading its text says so to whom it concerns.
            return null;
        }

        int here;
        if (Ask(maps, (nuint)(&here), 0, LongestPath, out _) is not null)
        {
            return maps;
        }

        maps.Dispose();
        return null;
    }

    [SkipLocalsInit]
    private static Mapping? Ask(SafeFileHandle maps, nuint address, ulong flags, int longestPath, out int error)
    {
        byte* name = stackalloc byte[LongestPath];
        var query = new procmap_query
        {
            size = (ulong)sizeof(procmap_query),
            query_flags = flags,
            query_addr = address,
            vma_name_size = (uint)longestPath,
            vma_name_addr = longestPath == NoPath ? 0 : (ulong)name,
        };

        // SAFETY: the kernel writes into the struct, whose size it is told, and into the buffer for the name, likewise. The handle is static.
        if (LibC.ioctl((int)maps.DangerousGetHandle(), procmap_query.PROCMAP_QUERY, &query) != 0)
        {
            error = Marshal.GetLastPInvokeError();
            return null;
        }

        error = 0;
        string path = query.vma_name_size == 0 ? "" : Encoding.UTF8.GetString(name, (int)query.vma_name_size - 1);
        return new Mapping(
            (nuint)query.vma_start, (nuint)query.vma_end, (query.vma_flags & Readable) != 0, (query.vma_flags & Writable) != 0,
            (query.vma_flags & Executable) != 0, (long)query.vma_offset, ((ulong)query.dev_major << 32 | query.dev_minor, query.inode), path);
    }

    private static InvalidOperationException Failure(int error) =>
        new($"PROCMAP_QUERY of /proc/self/maps failed: {Marshal.GetPInvokeErrorMessage(error)}.");

    // Nested: the headers of most distributions are older than it. A test compares what it says with the text of /proc/self/maps.
    [StructLayout(LayoutKind.Sequential)]
    private struct procmap_query
    {
        public const ulong PROCMAP_QUERY = 0xC0686611; // _IOWR('f', 17, struct procmap_query)

        public ulong size;
        public ulong query_flags;
        public ulong query_addr;
        public ulong vma_start;
        public ulong vma_end;
        public ulong vma_flags;
        public ulong vma_page_size;
        public ulong vma_offset;
        public ulong inode;
        public uint dev_major;
        public uint dev_minor;
        public uint vma_name_size;
        public uint build_id_size;
        public ulong vma_name_addr;
        public ulong build_id_addr;
    }
}
