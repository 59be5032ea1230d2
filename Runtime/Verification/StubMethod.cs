using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>
/// Reads in a stub of CoreCLR which method it stands for. Each method has one in front, a page of stubs has its data in the page behind, and
/// the handle of the method is in there. Only to name what is refused, never to accept.
/// </summary>
internal static unsafe class StubMethod
{
    private const int Page = 0x4000;
    private const int StubSize = 19;

    /// <summary>The method of the stub at the address, or of the stub that jumps through the cell at the address; null if it is neither.</summary>
    public static MethodBase? Of(nint address, MemoryMap map)
    {
        nint handle = Handle(address, map);
        if (handle == 0)
        {
            handle = Handle(address - Page, map);
        }

        if (handle == 0)
        {
            handle = Handle(address - sizeof(nint) - Page, map);
        }

        return handle == 0 ? null : Resolve(handle);
    }

    // A method of a generic type is resolved by its type, too. The runtime can tell that, but offers it to itself only.
    private static MethodBase? Resolve(nint handle)
    {
        var method = RuntimeMethodHandle.FromIntPtr(handle);
        return DeclaringType(handle) is { } type ? MethodBase.GetMethodFromHandle(method, type.TypeHandle) : null;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "CoreCLR only, and only the name is used.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "CoreCLR only, and only the name is used.")]
    private static Type? DeclaringType(nint handle)
    {
        const BindingFlags NotPublic = BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        Type? wrapper = typeof(object).Assembly.GetType("System.RuntimeMethodHandleInternal");
        ConstructorInfo? wrap = wrapper?.GetConstructor(NotPublic, [typeof(nint)]);
        MethodInfo? ask = wrapper is null ? null : typeof(RuntimeMethodHandle).GetMethod("GetDeclaringType", NotPublic, [wrapper]);
        return wrap is null ? null : (Type?)ask?.Invoke(null, [wrap.Invoke([handle])]);
    }

    private static nint Handle(nint stub, MemoryMap map)
    {
        if (!map.IsExecutable(stub) || !map.IsReadable(stub, StubSize) || !map.IsReadable(stub + Page, 3 * sizeof(nint)) || map.Library(stub) is not null)
        {
            return 0;
        }

        // SAFETY: as many bytes as are looked at were just found to be readable. What is taken for a method's handle comes from memory that
        // only the runtime writes, behind the exact instructions and distances of its own stubs.
        byte* code = (byte*)stub;
        nint* data = (nint*)(stub + Page);
        bool isFixup = code[0] == 0xFF && code[1] == 0x25 && At(2) == data
            && code[6] == 0x4C && code[7] == 0x8B && code[8] == 0x15 && At(9) == data + 1
            && code[13] == 0xFF && code[14] == 0x25 && At(15) == data + 2;
        if (isFixup)
        {
            return data[1];
        }

        bool isStub = code[0] == 0x4C && code[1] == 0x8B && code[2] == 0x15 && At(3) == data
            && code[7] == 0xFF && code[8] == 0x25 && At(9) == data + 1;

        // The kinds whose data is a method: that of .NET 8 and 9, that of .NET 10, and a P/Invoke that was not called yet.
        return isStub && (byte)data[2] is 0x4C or 0x03 or 0x05 ? data[0] : 0;

        nint* At(int displacement) => (nint*)(code + displacement + sizeof(int) + Unsafe.ReadUnaligned<int>(code + displacement));
    }
}
