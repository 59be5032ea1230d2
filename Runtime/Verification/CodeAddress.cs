using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>Where a code address leads behind the stubs that the runtime puts in front of method bodies.</summary>
/// <param name="Body">The first instruction behind the last stub.</param>
/// <param name="Cells">The memory cells that the stubs jump through. The runtime re-points a method by writing its cell.</param>
/// <param name="Stubs">The addresses of the stubs, the one asked for first.</param>
internal sealed unsafe record CodeAddress(nint Body, nint[] Cells, nint[] Stubs)
{
    private const int MostStubs = 8;

    /// <summary>
    /// Every address that stands for the code: the stubs, their cells, and the body, unless it is the runtime's own code behind a cell, to
    /// which the stubs of all methods lead that are not compiled yet.
    /// </summary>
    public nint[] Names(MemoryMap map) =>
        Cells.Length > 0 && map.Library(Body) is not null ? [.. Stubs, .. Cells] : [.. Stubs, .. Cells, Body];

    /// <param name="address">A stub, or code.</param>
    /// <param name="map">The memory map.</param>
    /// <param name="unboxes">The method is an instance method of a struct: a stub in front may step over the header of a boxed one.</param>
    public static CodeAddress Follow(nint address, MemoryMap map, bool unboxes = false)
    {
        const int StepOverHeader = 0x08C78348; // add rdi, 8
        nint[] cells = [];
        nint[] stubs = [];
        while (stubs.Length < MostStubs)
        {
            bool stepsOver = unboxes && map.IsExecutable(address) && map.IsReadable(address, sizeof(int)) && Unsafe.Read<int>((void*)address) == StepOverHeader;
            if (Next(stepsOver ? address + sizeof(int) : address, map, ref cells) is not { } next)
            {
                break;
            }

            stubs = [.. stubs, address];
            unboxes &= !stepsOver;
            address = next;
        }

        return new CodeAddress(address, cells, stubs);
    }

    /// <summary>
    /// A guess, for those who have no map yet: where the stub in front of a method leads, or null if that is the runtime's code that compiles it.
    /// </summary>
    /// <param name="entry">What the runtime gives for the method to be called by.</param>
    public static nint? Guess(nint entry)
    {
        const int PageSize = 4096;
        const int JumpSize = 6;

        // SAFETY: code begins there, and no more is read than is mapped with its first byte; a cell is where the code reads it, too.
        byte* code = (byte*)entry;
        if (entry % PageSize > PageSize - JumpSize || code[0] != 0xFF || code[1] != 0x25)
        {
            return entry;
        }

        nint next = Unsafe.Read<nint>((void*)(entry + JumpSize + Unsafe.ReadUnaligned<int>(code + 2)));
        return next == entry + JumpSize ? null : next;
    }

    private static nint? Next(nint address, MemoryMap map, ref nint[] cells)
    {
        const int LongestStub = 24;
        if (!map.IsExecutable(address) || !map.IsReadable(address, LongestStub))
        {
            return null;
        }

        // SAFETY: the bytes were just found to be readable, and cells are read only where they are, too.
        byte* code = (byte*)address;

        // mov rax, imm64; jmp rax: a jump stub, and TopHalf's own thunk.
        if (code[0] == 0x48 && code[1] == 0xB8 && code[10] == 0xFF && code[11] == 0xE0)
        {
            return *(nint*)(code + 2);
        }

        // jmp [cell]; mov r10, [data]; jmp [fixup]: a fixup precode. The rest tells it from a body that begins with a tail call.
        if (code[0] == 0xFF && code[1] == 0x25 && code[6] == 0x4C && code[7] == 0x8B && code[8] == 0x15 && code[13] == 0xFF && code[14] == 0x25)
        {
            return ThroughCell(code, 2, map, ref cells);
        }

        // mov r10, [data]; jmp [cell]: a stub precode.
        if (code[0] == 0x4C && code[1] == 0x8B && code[2] == 0x15 && code[7] == 0xFF && code[8] == 0x25)
        {
            return ThroughCell(code + 7, 2, map, ref cells);
        }

        return code[0] == 0xE9 ? address + 5 + *(int*)(code + 1) : null;
    }

    private static nint? ThroughCell(byte* jump, int displacement, MemoryMap map, ref nint[] cells)
    {
        nint cell = (nint)(jump + displacement + sizeof(int)) + *(int*)(jump + displacement);
        if (!map.IsReadable(cell, sizeof(nint)))
        {
            return null;
        }

        cells = [.. cells, cell];
        return Unsafe.Read<nint>((void*)cell);
    }
}
