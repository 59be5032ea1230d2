using System.Runtime.InteropServices;

namespace TopHalf;

/// <summary>The x86-64 general registers of the interrupted code, in the order of the kernel's <c>gregset_t</c>.</summary>
/// <remarks>Source: &lt;sys/ucontext.h&gt; (REG_R8 … REG_CR2). A test compiles C to prove the layout.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct InterruptRegisters
{
    /// <summary>Register R8.</summary>
    public readonly ulong R8;

    /// <summary>Register R9.</summary>
    public readonly ulong R9;

    /// <summary>Register R10.</summary>
    public readonly ulong R10;

    /// <summary>Register R11.</summary>
    public readonly ulong R11;

    /// <summary>Register R12.</summary>
    public readonly ulong R12;

    /// <summary>Register R13.</summary>
    public readonly ulong R13;

    /// <summary>Register R14.</summary>
    public readonly ulong R14;

    /// <summary>Register R15.</summary>
    public readonly ulong R15;

    /// <summary>Register RDI.</summary>
    public readonly ulong Rdi;

    /// <summary>Register RSI.</summary>
    public readonly ulong Rsi;

    /// <summary>Register RBP.</summary>
    public readonly ulong Rbp;

    /// <summary>Register RBX.</summary>
    public readonly ulong Rbx;

    /// <summary>Register RDX.</summary>
    public readonly ulong Rdx;

    /// <summary>Register RAX.</summary>
    public readonly ulong Rax;

    /// <summary>Register RCX.</summary>
    public readonly ulong Rcx;

    /// <summary>Register RSP, the stack pointer.</summary>
    public readonly ulong Rsp;

    /// <summary>Register RIP, the interrupted instruction.</summary>
    public readonly ulong Rip;

    /// <summary>RFLAGS.</summary>
    public readonly ulong Eflags;

    /// <summary>Segment registers CS, GS, FS and SS, 16 bits each.</summary>
    public readonly ulong CsGsFs;

    /// <summary>Error code of the last fault, meaningless for an interrupt.</summary>
    public readonly ulong Err;

    /// <summary>Number of the last fault, meaningless for an interrupt.</summary>
    public readonly ulong TrapNo;

    /// <summary>Low 64 signals of the mask of the interrupted code.</summary>
    public readonly ulong OldMask;

    /// <summary>Address of the last page fault, meaningless for an interrupt.</summary>
    public readonly ulong Cr2;
}
