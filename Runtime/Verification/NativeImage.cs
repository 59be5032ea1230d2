using System.Buffers.Binary;
using Iced.Intel;
using TopHalf.Interop;

namespace TopHalf.Verification;

/// <summary>
/// What NativeAOT made of the program: where its managed code lies, which static fields never change, and the shape of the functions that
/// guard static fields.
/// </summary>
internal sealed unsafe class NativeImage
{
    private readonly MemoryMap _map;
    private readonly Dictionary<nint, nint> _constants = [];

    private NativeImage(MemoryMap map, string path)
    {
        _map = map;
        Path = path;
    }

    public string Path { get; }

    /// <summary>The section of compiled methods; it survives stripping.</summary>
    public nint CodeStart { get; private set; }

    public nint CodeEnd { get; private set; }

    /// <exception cref="PlatformNotSupportedException">The program's own file cannot be read, or is not NativeAOT's.</exception>
    public static NativeImage Of(MemoryMap map)
    {
        nint code = (nint)(delegate*<NativeFunction[]>)&SignalSafeLibC.All;
        string path = map.Library(code) ?? throw new PlatformNotSupportedException("The code of this library does not lie in an ELF file.");
        var image = new NativeImage(map, path);
        image.FindManagedCode();
        if (!image.IsManaged(code))
        {
            throw new PlatformNotSupportedException($"{path} has no section of managed code around this library: the verifier knows NativeAOT 8 and 9.");
        }

        image.FindConstants(code);
        return image;
    }

    public bool IsManaged(nint address) => address >= CodeStart && address < CodeEnd;

    /// <summary>Whether the address lies in the image's data: statics, frozen objects, tables.</summary>
    public bool IsData(nint address) => _map.Library(address) == Path && !_map.IsExecutable(address);

    /// <summary>The content of a static readonly field that holds a native function; null for all other memory.</summary>
    public nint? Constant(nint cell) => _constants.TryGetValue(cell, out nint value) ? value : null;

    /// <summary>
    /// Whether the function is one that the compiler makes for each type with an initialiser: it returns the type's statics, and runs the
    /// initialiser only where a flag says that it has not run.
    /// </summary>
    /// <param name="address">The function.</param>
    /// <param name="hasRun">Whether it has: then the function has nothing to do, for good.</param>
    public bool IsStaticBase(nint address, out bool hasRun)
    {
        // lea rax, [statics]; (mov rax, [rax];) lea rdi, [flag]; cmp qword [rdi], 0; jne +1; ret
        hasRun = false;
        const int Longest = 24;
        if (IsManaged(address) || _map.Library(address) != Path || !_map.IsReadable(address, Longest))
        {
            return false;
        }

        // SAFETY: as many bytes as are looked at were just found to be readable.
        byte* code = (byte*)address;
        if (!Take(ref code, [0x48, 0x8D, 0x05]))
        {
            return false;
        }

        code += sizeof(int);
        Take(ref code, [0x48, 0x8B, 0x00]);
        if (!Take(ref code, [0x48, 0x8D, 0x3D]))
        {
            return false;
        }

        nint flag = (nint)(code + sizeof(int)) + *(int*)code;
        code += sizeof(int);
        if (!Take(ref code, [0x48, 0x83, 0x3F, 0x00, 0x75, 0x01, 0xC3]) || !IsData(flag))
        {
            return false;
        }

        hasRun = Volatile.Read(ref *(long*)flag) == 0;
        return true;
    }

    /// <summary>Runs the initialiser behind such a function, by calling it.</summary>
    /// <exception cref="TypeInitializationException">The initialiser failed.</exception>
    public static void Initialize(nint staticBase)
    {
        // SAFETY: the function takes no argument and follows the managed convention; its result, an address, is dropped. Bit 1 of a target
        // would be taken for the mark of a fat pointer, hence the thunk.
        nint target = (staticBase & 2) == 0 ? staticBase : NativeThunk.JumpTo(staticBase);
        ((delegate*<nint>)target)();
    }

    private static bool Take(ref byte* code, ReadOnlySpan<byte> expected)
    {
        if (!new ReadOnlySpan<byte>(code, expected.Length).SequenceEqual(expected))
        {
            return false;
        }

        code += expected.Length;
        return true;
    }

    private void FindManagedCode()
    {
        const int HeaderSize = 64;
        const ushort SharedObject = 3;
        Span<byte> header = stackalloc byte[HeaderSize];
        using FileStream file = File.OpenRead(Path);
        file.ReadExactly(header);
        nint loadedAt = BinaryPrimitives.ReadUInt16LittleEndian(header[16..]) == SharedObject
            ? (nint)_map.Mappings.First(m => m.Path == Path && m.Offset == 0).Start
            : 0;
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header[58..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
        int names = BinaryPrimitives.ReadUInt16LittleEndian(header[62..]);
        byte[] sections = new byte[size * count];
        file.Position = BinaryPrimitives.ReadInt64LittleEndian(header[40..]);
        file.ReadExactly(sections);
        long namesAt = BinaryPrimitives.ReadInt64LittleEndian(sections.AsSpan(names * size + 24));
        Span<byte> name = stackalloc byte["__managedcode\0"u8.Length];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> section = sections.AsSpan(i * size, size);
            file.Position = namesAt + BinaryPrimitives.ReadInt32LittleEndian(section);
            if (file.ReadAtLeast(name, name.Length, throwOnEndOfStream: false) == name.Length && name.SequenceEqual("__managedcode\0"u8))
            {
                CodeStart = loadedAt + (nint)BinaryPrimitives.ReadInt64LittleEndian(section[16..]);
                CodeEnd = CodeStart + (nint)BinaryPrimitives.ReadInt64LittleEndian(section[32..]);
            }
        }
    }

    // SignalSafeLibC.All reads every one of its fields: the fixed addresses that its code loads from, and that hold one of the functions,
    // are the fields. They are readonly, and initialised.
    private void FindConstants(nint all)
    {
        // SAFETY: fields are read at addresses that this library's own code reads, and that were found to be readable.
        HashSet<nint> functions = [.. SignalSafeLibC.All().Select(static f => f.Address)];
        CodeFlow flow = CodeFlow.Of(new CodeScope(_map) { IsCode = IsManaged }, all);
        foreach ((Instruction code, MachineState before) in flow.Reached)
        {
            if (code.Mnemonic == Mnemonic.Mov && code.Op1Kind == OpKind.Memory
                && CodeFlow.FixedAddress(code, before) is { } address && _map.IsReadable((nint)address, sizeof(nint)) && functions.Contains(*(nint*)address))
            {
                _constants[(nint)address] = *(nint*)address;
            }
        }
    }
}
