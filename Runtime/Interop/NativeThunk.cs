using System.Runtime.InteropServices;

namespace TopHalf.Interop;

/// <summary>Executable trampolines to native functions.</summary>
internal static unsafe class NativeThunk
{
    /// <summary>
    /// A 16-byte aligned <c>mov rax, target; jmp rax</c>. NativeAOT takes a function pointer with bit 1 set for a "fat pointer" to a
    /// generic method and calls through it, so a native function at such an address must be reached by way of an aligned one.
    /// </summary>
    /// <remarks>One page each; there are a handful of such functions at most. Ordinary context. Never freed.</remarks>
    public static nint JumpTo(nint target)
    {
        nuint size = (nuint)Environment.SystemPageSize;
        byte* code = (byte*)LibC.mmap(null, size, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        if (code == LibC.MAP_FAILED)
        {
            throw new InvalidOperationException($"mmap of a code page failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        // SAFETY: the page was just mapped, is writable and larger than the 12 bytes written.
        code[0] = 0x48;
        code[1] = 0xB8;
        *(nint*)(code + 2) = target;
        code[10] = 0xFF;
        code[11] = 0xE0;
        if (LibC.mprotect(code, size, LibC.PROT_READ | LibC.PROT_EXEC) != 0)
        {
            throw new InvalidOperationException(
                $"mprotect of a code page failed: {Marshal.GetLastPInvokeErrorMessage()}. TopHalf on NativeAOT needs to map executable memory.");
        }

        return (nint)code;
    }
}
