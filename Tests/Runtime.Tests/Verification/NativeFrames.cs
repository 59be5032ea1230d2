// How much stack native code takes, read from its instructions.
using System.Runtime.InteropServices;
using Iced.Intel;

namespace TopHalf.Runtime.Tests.Verification;

/// <summary>
/// Measures the deepest path of native functions by their code in memory, callees included. Paths that never return (a smashed stack, a thread
/// that is cancelled) are the end of the process or thread and do not count. What it does not understand makes it throw.
/// </summary>
internal sealed class NativeFrames
{
    private const int ReturnAddress = 8;
    private const int Unbounded = 1 << 16;

    private readonly Dictionary<ulong, int> _known = [];
    private readonly HashSet<ulong> _entered = [];
    private readonly HashSet<ulong> _ends = [];
    private readonly HashSet<(ulong, int)> _returning = [];

    public NativeFrames()
    {
        nint libc = NativeLibrary.Load("libc.so.6");
        foreach (string end in (string[])["abort", "__stack_chk_fail"])
        {
            _ends.Add((ulong)NativeLibrary.GetExport(libc, end));
        }

        // libc calls the kernel's page of code by pointers that it found at start-up.
        nint vdso = NativeLibrary.Load("linux-vdso.so.1");
        foreach (string function in (string[])["clock_gettime", "clock_getres", "gettimeofday", "time", "getcpu"])
        {
            VdsoDepth = Math.Max(VdsoDepth, Of(NativeLibrary.GetExport(vdso, $"__vdso_{function}")));
        }
    }

    /// <summary>What the functions of the vDSO take at most.</summary>
    public int VdsoDepth { get; }

    /// <summary>Bytes of stack that a call of the function takes at most, its return address included.</summary>
    public int Of(nint function) => Of((ulong)function);

    private int Of(ulong entry)
    {
        if (_known.TryGetValue(entry, out int known))
        {
            return known;
        }

        if (!_entered.Add(entry))
        {
            throw new InvalidOperationException($"The code at 0x{entry:x} is recursive.");
        }

        int found = Walk(entry);
        _known.Add(entry, found);
        return found;
    }

    // Whether a function may return. So many levels of callees are looked at; what lies deeper is taken to return.
    private bool Returns(ulong entry, int levels = 3)
    {
        if (levels == 0 || _returning.Contains((entry, levels)))
        {
            return true;
        }

        var seen = new HashSet<ulong>();
        var paths = new Stack<ulong?>([_ends.Contains(entry) ? null : entry]);
        while (paths.TryPop(out ulong? next))
        {
            while (next is { } address && seen.Add(address))
            {
                Instruction code = Read(address);
                next = code.NextIP;
                if (code.FlowControl == FlowControl.ConditionalBranch)
                {
                    paths.Push(code.NearBranchTarget);
                }
                else if (code.FlowControl is FlowControl.UnconditionalBranch or FlowControl.IndirectBranch && Target(code) is { } target)
                {
                    next = target;
                }
                else if (code.FlowControl is FlowControl.Return or FlowControl.IndirectBranch)
                {
                    _returning.Add((entry, levels));
                    return true;
                }
                else if (IsEnd(code) || (code.Mnemonic == Mnemonic.Call && Target(code) is { } callee && !Returns(callee, levels - 1)))
                {
                    next = null;
                }
            }
        }

        _ends.Add(entry);
        return false;
    }

    private int Walk(ulong entry)
    {
        var seen = new Dictionary<ulong, int>();
        var paths = new Stack<(ulong Address, int Depth, int? Frame)>([(entry, ReturnAddress, null)]);
        int deepest = ReturnAddress;
        while (paths.TryPop(out (ulong Address, int Depth, int? Frame) path))
        {
            (ulong? next, int depth, int? frame) = path;
            while (next is { } address && !(seen.TryGetValue(address, out int before) && before >= depth))
            {
                seen[address] = depth;
                Instruction code = Read(address);
                next = code.NextIP;
                switch (code.FlowControl)
                {
                    case FlowControl.Return:
                        next = null;
                        break;
                    case FlowControl.ConditionalBranch:
                    case FlowControl.XbeginXabortXend when code.Mnemonic == Mnemonic.Xbegin:
                        paths.Push((code.NearBranchTarget, depth, frame));
                        break;
                    case FlowControl.UnconditionalBranch:
                    case FlowControl.IndirectBranch:
                        next = Target(code) ?? throw Unknown(code);
                        break;
                    case FlowControl.Call or FlowControl.IndirectCall when code.Mnemonic == Mnemonic.Call && Target(code) is { } callee && !Returns(callee):
                        next = null;
                        break;
                    case FlowControl.Call or FlowControl.IndirectCall when code.Mnemonic == Mnemonic.Call:
                        deepest = Math.Max(deepest, depth + (Target(code) is { } target ? Of(target) : VdsoDepth));
                        break;
                    case FlowControl.Next or FlowControl.XbeginXabortXend when !IsEnd(code):
                    case FlowControl.Call when code.Mnemonic == Mnemonic.Syscall:
                        (depth, frame) = Moved(code, depth, frame);
                        deepest = Math.Max(deepest, depth);
                        break;
                    case FlowControl.Next or FlowControl.Exception or FlowControl.Interrupt:
                        next = null; // IsEnd
                        break;
                    default:
                        throw Unknown(code);
                }
            }
        }

        return deepest < Unbounded ? deepest : throw new InvalidOperationException($"The stack of the code at 0x{entry:x} has no bound.");
    }

    // The stack pointer and the frame pointer behind an instruction, as distances from the caller's stack pointer.
    private static (int Depth, int? Frame) Moved(in Instruction code, int depth, int? frame)
    {
        switch (code.Mnemonic)
        {
            case Mnemonic.Leave:
                return ((frame ?? throw Unknown(code)) - ReturnAddress, null);
            case Mnemonic.Sub when code.Op0Register == Register.RSP && code.Op1Kind != OpKind.Register:
                return (depth + (int)code.GetImmediate(1), frame);
            case Mnemonic.Add when code.Op0Register == Register.RSP && code.Op1Kind != OpKind.Register:
                return (depth - (int)code.GetImmediate(1), frame);
            case Mnemonic.And when code.Op0Register == Register.RSP:
                return (depth + (-(int)(long)code.GetImmediate(1) - 1), frame);
            case Mnemonic.Lea when code.Op0Register == Register.RSP && code.MemoryIndex == Register.None && code.MemoryBase == Register.RSP:
                return (depth - (int)code.MemoryDisplacement64, frame);
            case Mnemonic.Lea when code.Op0Register == Register.RSP && code.MemoryIndex == Register.None && code.MemoryBase == Register.RBP && frame is { } known:
                return (known - (int)code.MemoryDisplacement64, frame);
            case Mnemonic.Mov when code.Op0Register == Register.RBP && code.Op1Register == Register.RSP:
                return (depth, depth);
            case Mnemonic.Mov when code.Op0Register == Register.RSP && code.Op1Register == Register.RBP && frame is { } known:
                return (known, frame);
        }

        if (code.IsStackInstruction)
        {
            return (depth - code.StackPointerIncrement, code.Mnemonic == Mnemonic.Pop && code.Op0Register == Register.RBP ? null : frame);
        }

        bool readsOnly = code.Mnemonic is Mnemonic.Cmp or Mnemonic.Test || code.Op0Kind != OpKind.Register;
        return !readsOnly && code.Op0Register is Register.RSP or Register.ESP ? throw Unknown(code)
            : !readsOnly && code.Op0Register is Register.RBP or Register.EBP ? (depth, null) : (depth, frame);
    }

    // Where a call or jump leads, if it is not a register that says so. SAFETY: linkers make code go through cells of their own in the image,
    // which is loaded and bound.
    private static unsafe ulong? Target(in Instruction code) =>
        code.FlowControl is FlowControl.Call or FlowControl.UnconditionalBranch ? code.NearBranchTarget
            : code.IsIPRelativeMemoryOperand ? *(ulong*)code.IPRelativeMemoryAddress : null;

    private static bool IsEnd(in Instruction code) => code.Mnemonic == Mnemonic.Hlt || code.FlowControl is FlowControl.Exception or FlowControl.Interrupt;

    private static Instruction Read(ulong address) => Decoder.Create(64, new Memory(address), address).Decode();

    private static InvalidOperationException Unknown(in Instruction code) => new($"It is not known what '{code}' at 0x{code.IP:x} does to the stack.");

    // SAFETY: the code that is read is loaded, and it is read along the ways that it runs.
    private sealed unsafe class Memory(ulong address) : CodeReader
    {
        private byte* _next = (byte*)address;

        public override int ReadByte() => *_next++;
    }
}
