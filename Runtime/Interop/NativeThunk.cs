using System.Runtime.InteropServices;

namespace TopHalf.Interop;

/// <summary>Executable pieces of native code. A page each, never freed; there are a handful at most. Ordinary context.</summary>
internal static unsafe class NativeThunk
{
    /// <summary>
    /// A 16-byte aligned <c>mov rax, target; jmp rax</c>. NativeAOT takes a function pointer with bit 1 set for a "fat pointer" to a
    /// generic method and calls through it, so a native function at such an address must be reached by way of an aligned one.
    /// </summary>
    public static nint JumpTo(nint target)
    {
        // mov rax, target; jmp rax
        Span<byte> code = [0x48, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xE0];
        MemoryMarshal.Write(code[2..], target);
        return Map(code);
    }

    /// <summary>
    /// <c>void (ucontext_t *frame)</c>: returns from a signal by a frame that may lie anywhere, with the stack pointer there when the kernel
    /// looks. Does not return to its caller. Async-signal-safe.
    /// </summary>
    public static nint Sigreturn()
    {
        // mov rsp, rdi; mov eax, SYS_rt_sigreturn; syscall; ud2
        return Map([0x48, 0x89, 0xFC, 0xB8, 15, 0, 0, 0, 0x0F, 0x05, 0x0F, 0x0B]);
    }

    /// <summary>
    /// <c>long (…)</c>, up to four arguments: a system call by its number, which gives the kernel's answer, a negative errno if it fails, and leaves
    /// errno alone. Async-signal-safe.
    /// </summary>
    public static nint SystemCall(int number)
    {
        // mov r10, rcx; mov eax, number; syscall; ret
        Span<byte> code = [0x49, 0x89, 0xCA, 0xB8, 0, 0, 0, 0, 0x0F, 0x05, 0xC3];
        MemoryMarshal.Write(code[4..], number);
        return Map(code);
    }

    private static nint Map(ReadOnlySpan<byte> instructions)
    {
        nuint size = (nuint)Environment.SystemPageSize;
        byte* code = (byte*)LibC.mmap(null, size, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        if (code == LibC.MAP_FAILED)
        {
            throw new InvalidOperationException($"mmap of a code page failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        // SAFETY: the page was just mapped, is writable and larger than the few bytes written.
        instructions.CopyTo(new Span<byte>(code, (int)size));
        if (LibC.mprotect(code, size, LibC.PROT_READ | LibC.PROT_EXEC) != 0)
        {
            throw new InvalidOperationException(
                $"mprotect of a code page failed: {Marshal.GetLastPInvokeErrorMessage()}. TopHalf needs to map executable memory.");
        }

        return (nint)code;
    }
}
