namespace TopHalf.Verification;

/// <summary>
/// A piece of this process's address space: addresses (the end is the one behind the last), the file that it shows (device and inode, 0 for
/// none) and from where on, and that file's path, a name in brackets, or nothing.
/// </summary>
internal sealed record Mapping(nuint Start, nuint End, bool Readable, bool Writable, bool Executable, long Offset, (ulong Device, ulong Inode) File, string Path)
{
    public bool Contains(nuint address) => address >= Start && address < End;

    public bool IsOfSameFile(Mapping other) => File.Inode != 0 && File.Inode == other.File.Inode && File.Device == other.File.Device;
}

/// <summary>Who knows the mappings. All that one says is true at one time of the verification, not at the same.</summary>
internal interface IMappings
{
    Mapping? At(nuint address);

    /// <summary>In the order of their addresses.</summary>
    IReadOnlyList<Mapping> All();

    /// <summary>Those that show a file and may be executed, perhaps without its path.</summary>
    IReadOnlyList<Mapping> ExecutableFiles();
}
