using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>
/// Finds every instruction of a body that can be reached, and what is known before each: a forward data-flow analysis over the general
/// registers, run to its fixed point.
/// </summary>
/// <remarks>
/// The size of the body is not asked for: branches are followed wherever they lead, so whatever can run is looked at, and what leads out of
/// compiled code is not followed but judged as a call.
/// </remarks>
internal sealed unsafe class CodeFlow
{
    private static readonly Register[] s_clobbered =
        [Register.RAX, Register.RCX, Register.RDX, Register.RSI, Register.RDI, Register.R8, Register.R9, Register.R10, Register.R11];

    private readonly CodeScope _scope;
    private readonly MemoryMap _map;
    private readonly ulong _entry;
    private readonly InstructionInfoFactory _info = new();
    private readonly SortedDictionary<ulong, (Instruction Code, MachineState Before)> _reached = [];
    private readonly Dictionary<ulong, HashSet<ulong>> _successors = [];
    private readonly Queue<(ulong Address, MachineState State)> _work = [];

    private CodeFlow(CodeScope scope, nint entry)
    {
        _scope = scope;
        _map = scope.Map;
        _entry = (ulong)entry;
    }

    /// <summary>Instructions in the order of their addresses. The last of a path may be invalid, or lie in memory that cannot be read.</summary>
    public IReadOnlyCollection<(Instruction Code, MachineState Before)> Reached => _reached.Values;

    /// <summary>Analyses the body that begins at <paramref name="entry"/>.</summary>
    public static CodeFlow Of(CodeScope scope, nint entry)
    {
        var flow = new CodeFlow(scope, entry);
        flow._work.Enqueue((flow._entry, new MachineState()));
        while (flow._work.TryDequeue(out (ulong Address, MachineState State) item))
        {
            flow.Run(item.Address, item.State);
        }

        return flow;
    }

    /// <summary>Whether execution can get from one instruction to another.</summary>
    public bool Leads(ulong from, ulong to)
    {
        var seen = new HashSet<ulong>();
        var work = new Stack<ulong>([from]);
        while (work.TryPop(out ulong address))
        {
            if (address == to)
            {
                return true;
            }

            if (seen.Add(address) && _successors.TryGetValue(address, out HashSet<ulong>? successors))
            {
                foreach (ulong successor in successors)
                {
                    work.Push(successor);
                }
            }
        }

        return false;
    }

    /// <summary>Whether the body goes on at the address; otherwise a jump there leaves it.</summary>
    public bool IsInside(ulong target) =>
        target >= _entry && target < _entry + (ulong)_scope.Reach && (target == _entry || !_scope.IsEntry((nint)target)) && _scope.IsCode((nint)target)
        && _map.IsExecutable((nint)target) && _map.Find((nint)target)!.Path == _map.Find((nint)_entry)?.Path;

    /// <summary>The address of a memory operand where it is fixed.</summary>
    public static long? FixedAddress(in Instruction instruction, MachineState state)
    {
        if (instruction.IsIPRelativeMemoryOperand)
        {
            return (long)instruction.IPRelativeMemoryAddress;
        }

        if (instruction.MemoryIndex != Register.None)
        {
            return null;
        }

        long displacement = (long)instruction.MemoryDisplacement64;
        if (instruction.MemoryBase == Register.None)
        {
            return displacement;
        }

        MachineValue value = state[instruction.MemoryBase];
        return value.IsConstant ? value.A + displacement : null;
    }

    /// <summary>The targets of a switch's jump; null where it is not one, or its table cannot be read.</summary>
    public ulong[]? TableTargets(MachineValue value)
    {
        if (value.Kind != ValueKind.TableTarget || !_map.IsReadable((nint)value.A, (int)value.B * sizeof(int)))
        {
            return null;
        }

        var targets = new ulong[value.B];
        for (int i = 0; i < targets.Length; i++)
        {
            // SAFETY: the table was just found to be readable.
            targets[i] = (ulong)(value.C + ((int*)value.A)[i]);
        }

        return targets;
    }

    /// <summary>Decodes one instruction; an invalid one where the memory cannot be read.</summary>
    public static Instruction Decode(MemoryMap map, ulong address)
    {
        const int LongestInstruction = 15;
        if (!map.IsExecutable((nint)address))
        {
            return new Instruction { IP = address };
        }

        int length = (int)Math.Min(LongestInstruction, map.Find((nint)address)!.End - (nuint)address);
        byte[] bytes = new ReadOnlySpan<byte>((void*)address, length).ToArray();
        var decoder = Decoder.Create(64, bytes);
        decoder.IP = address;
        return decoder.Decode();
    }

    private void Run(ulong address, MachineState state)
    {
        while (true)
        {
            Instruction instruction;
            if (_reached.TryGetValue(address, out (Instruction Code, MachineState Before) known))
            {
                if (!known.Before.Merge(state, address))
                {
                    return;
                }

                instruction = known.Code;
                state = known.Before.Clone();
            }
            else
            {
                instruction = Decode(_map, address);
                _reached.Add(address, (instruction, state.Clone()));
            }

            if (instruction.IsInvalid || !Step(instruction, state))
            {
                return;
            }

            AddSuccessor(address, instruction.NextIP);
            address = instruction.NextIP;
        }
    }

    /// <summary>Applies an instruction to the state and queues its other successors. Returns whether the next instruction follows.</summary>
    private bool Step(in Instruction instruction, MachineState state)
    {
        switch (instruction.FlowControl)
        {
            case FlowControl.Next:
                Apply(instruction, state);
                return true;

            case FlowControl.ConditionalBranch:
                bool? taken = state.IsZero is { } zero && instruction.ConditionCode is ConditionCode.e or ConditionCode.ne
                    ? zero == (instruction.ConditionCode == ConditionCode.e)
                    : null;
                if (taken != false)
                {
                    Branch(instruction.IP, instruction.NearBranchTarget, state);
                }

                ApplyBound(instruction, state);
                return taken != true;

            case FlowControl.UnconditionalBranch:
                Branch(instruction.IP, instruction.NearBranchTarget, state);
                return false;

            case FlowControl.IndirectBranch:
                if (instruction.Op0Kind == OpKind.Register && TableTargets(state[instruction.Op0Register]) is { } targets)
                {
                    foreach (ulong target in targets.Distinct())
                    {
                        Branch(instruction.IP, target, state);
                    }
                }

                return false;

            case FlowControl.Call:
            case FlowControl.IndirectCall:
                foreach (Register register in s_clobbered)
                {
                    // The stack probe takes the new stack pointer in R11 and keeps it. No other call is made with such a value there.
                    if (register != Register.R11 || state[register].Kind != ValueKind.Stack)
                    {
                        state.Define(register, instruction.IP);
                    }
                }

                state.Compared = null;
                state.IsZero = null;

                // Compilers put a breakpoint behind a call that does not return. SAFETY: the byte is read only where it can be.
                return !_map.IsReadable((nint)instruction.NextIP, 1) || *(byte*)instruction.NextIP != 0xCC;

            default:
                return false;
        }
    }

    private void Branch(ulong from, ulong target, MachineState state)
    {
        if (IsInside(target))
        {
            AddSuccessor(from, target);
            _work.Enqueue((target, state.Clone()));
        }
    }

    private void AddSuccessor(ulong from, ulong to)
    {
        if (!_successors.TryGetValue(from, out HashSet<ulong>? successors))
        {
            _successors.Add(from, successors = []);
        }

        successors.Add(to);
    }

    // Behind "cmp x, n; ja elsewhere", x is at most n: what bounds a switch's table.
    private static void ApplyBound(in Instruction instruction, MachineState state)
    {
        if (state.Compared is { Kind: ValueKind.Unknown } compared && state.ComparedWith >= 0)
        {
            if (instruction.ConditionCode == ConditionCode.a)
            {
                state.Bound(compared, state.ComparedWith + 1);
            }
            else if (instruction.ConditionCode == ConditionCode.ae)
            {
                state.Bound(compared, state.ComparedWith);
            }
        }
    }

    private void Apply(in Instruction instruction, MachineState state)
    {
        MachineValue? result = Evaluate(instruction, state);
        MachineValue? compared = instruction.Mnemonic == Mnemonic.Cmp && instruction.Op0Kind == OpKind.Register && IsImmediate(instruction.Op1Kind)
            ? state[instruction.Op0Register]
            : null;
        bool? zero = instruction.Mnemonic == Mnemonic.Test && IsImmediate(instruction.Op1Kind) && Tested(instruction, state) is { } tested
            ? (tested & (long)instruction.GetImmediate(1)) == 0
            : null;
        MachineValue stack = state[Register.RSP];
        MachineValue frame = state[Register.RBP];

        foreach (UsedRegister used in _info.GetInfo(instruction).GetUsedRegisters())
        {
            if (used.Access is OpAccess.Write or OpAccess.CondWrite or OpAccess.ReadWrite or OpAccess.ReadCondWrite && used.Register.IsGPR())
            {
                state.Define(used.Register, instruction.IP);
            }
        }

        if (instruction.IsStackInstruction)
        {
            state[Register.RSP] = instruction.Mnemonic == Mnemonic.Leave && frame.Kind == ValueKind.Stack
                ? frame with { A = frame.A + sizeof(long) }
                : stack.Kind == ValueKind.Stack && instruction.Mnemonic != Mnemonic.Leave
                    ? stack with { A = stack.A + instruction.StackPointerIncrement }
                    : state[Register.RSP];
        }

        if (result is { } value)
        {
            state[instruction.Op0Register] = value;
        }

        if (compared is not null)
        {
            state.Compared = compared;
            state.ComparedWith = (long)instruction.GetImmediate(1);
        }
        else if (instruction.RflagsModified != RflagsBits.None)
        {
            state.Compared = null;
        }

        if (instruction.RflagsModified != RflagsBits.None)
        {
            state.IsZero = zero;
        }
    }

    // NativeAOT tests every function pointer for being a fat one; of a known pointer the outcome is known.
    private long? Tested(in Instruction instruction, MachineState state)
    {
        if (instruction.Op0Kind == OpKind.Register)
        {
            Register register = instruction.Op0Register;
            bool high = register is Register.AH or Register.BH or Register.CH or Register.DH;
            return state[register] is { IsConstant: true } value && !high ? value.A : null;
        }

        return FixedAddress(instruction, state) is { } address && _scope.Constant((nint)address) is { } content ? content : null;
    }

    /// <summary>What an instruction leaves in its first operand, a full or 32-bit register, where that is known.</summary>
    private MachineValue? Evaluate(in Instruction instruction, MachineState state)
    {
        if (instruction.Op0Kind != OpKind.Register || !(instruction.Op0Register.IsGPR64() || instruction.Op0Register.IsGPR32()))
        {
            return null;
        }

        bool wide = instruction.Op0Register.IsGPR64();
        MachineValue left = state[instruction.Op0Register];
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Mov when IsImmediate(instruction.Op1Kind):
                long immediate = (long)instruction.GetImmediate(1);
                return MachineValue.Constant(wide ? immediate : (uint)immediate);

            case Mnemonic.Mov when instruction.Op1Kind == OpKind.Register:
                MachineValue source = state[instruction.Op1Register];

                // The name and the bound of an unknown value are about its lower half.
                return wide || source.Kind == ValueKind.Unknown ? source : source.IsConstant ? MachineValue.Constant((uint)source.A) : null;

            case Mnemonic.Mov when wide && instruction.Op1Kind == OpKind.Memory && FixedAddress(instruction, state) is { } address:
                return _scope.Constant((nint)address) is { } content ? MachineValue.Constant(content) : new MachineValue(ValueKind.Loaded, address);

            case Mnemonic.Mov when !wide && instruction.Op1Kind == OpKind.Memory:
                return TableEntry(instruction, state);

            case Mnemonic.Movsxd when instruction.Op1Kind == OpKind.Memory:
                return TableEntry(instruction, state);

            case Mnemonic.Lea when wide:
                return FixedAddress(instruction, state) is { } fixedAddress
                    ? MachineValue.Constant(fixedAddress)
                    : instruction.MemoryIndex == Register.None && state[instruction.MemoryBase] is { Kind: ValueKind.Stack } stack
                        ? stack with { A = stack.A + (long)instruction.MemoryDisplacement64 }
                        : null;

            case Mnemonic.Add or Mnemonic.Sub when wide && IsImmediate(instruction.Op1Kind) && left.Kind is ValueKind.Stack or ValueKind.Constant:
                long amount = (long)instruction.GetImmediate(1);
                return left with { A = instruction.Mnemonic == Mnemonic.Add ? left.A + amount : left.A - amount };

            case Mnemonic.Add when wide && instruction.Op1Kind == OpKind.Register:
                MachineValue right = state[instruction.Op1Register];
                return (left.Kind, right.Kind) switch
                {
                    (ValueKind.TableEntry, ValueKind.Constant) => new MachineValue(ValueKind.TableTarget, left.A, left.B, right.A),
                    (ValueKind.Constant, ValueKind.TableEntry) => new MachineValue(ValueKind.TableTarget, right.A, right.B, left.A),
                    _ => null,
                };

            case Mnemonic.Xor when instruction.Op1Kind == OpKind.Register && instruction.Op0Register == instruction.Op1Register:
                return MachineValue.Constant(0);

            default:
                return null;
        }
    }

    private static MachineValue? TableEntry(in Instruction instruction, MachineState state) =>
        instruction.MemoryIndex != Register.None
        && instruction.MemoryIndexScale == sizeof(int)
        && state[instruction.MemoryBase] is { IsConstant: true } table
        && state[instruction.MemoryIndex] is { Kind: ValueKind.Unknown, B: > 0 } index
            ? new MachineValue(ValueKind.TableEntry, table.A + (long)instruction.MemoryDisplacement64, index.B)
            : null;

    public static bool IsImmediate(OpKind kind) => kind is >= OpKind.Immediate8 and <= OpKind.Immediate32to64;
}
