using System.Numerics;
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
internal sealed unsafe class CodeFlow : IDisposable
{
    private static readonly Register[] s_clobbered =
        [Register.RAX, Register.RCX, Register.RDX, Register.RSI, Register.RDI, Register.R8, Register.R9, Register.R10, Register.R11];

    private readonly CodeScope _scope;
    private readonly MemoryMap _map;
    private readonly ulong _entry;
    private readonly InstructionReader _reader;
    private readonly InstructionInfoFactory _info = new();
    private readonly FlowArena _arena = FlowArena.Take();
    private readonly FlowNodes _nodes;
    private readonly List<FlowNode> _pending = [];
    private readonly List<FlowNode> _search = [];
    private readonly MachineState _state;
    private int _searches;

    private CodeFlow(CodeScope scope, nint entry)
    {
        _scope = scope;
        _map = scope.Map;
        _entry = (ulong)entry;
        _nodes = _arena.Nodes;
        _nodes.Clear(_entry);
        _reader = new InstructionReader(_map);
        _state = new MachineState(_arena.Values);
    }

    /// <summary>Instructions in the order of their addresses. The last of a path may be invalid, or lie in memory that cannot be read.</summary>
    public FlowNode[] Reached { get; private set; } = [];

    /// <summary>Analyses the body that begins at <paramref name="entry"/>.</summary>
    public static CodeFlow Of(CodeScope scope, nint entry)
    {
        var flow = new CodeFlow(scope, entry);
        flow.Queue(flow.Reach(flow._entry, MachineState.AtEntry(flow._arena.Values), out _));
        while (flow.TakePending() is { } node)
        {
            flow.Run(node);
        }

        flow.Reached = flow._nodes.InOrder();
        return flow;
    }

    /// <summary>Gives the nodes back, for another analysis: none of them, and no state, may be used after that.</summary>
    public void Dispose()
    {
        Reached = [];
        _arena.GiveBack();
    }

    /// <summary>Whether execution can get from one instruction to another: not from one that is not reached, as behind a branch that is known not to be taken.</summary>
    public bool Leads(ulong from, ulong to)
    {
        if (_nodes.At(from) is not { } first)
        {
            return false;
        }

        int search = ++_searches;
        _search.Clear();
        _search.Add(first);
        while (_search.Count > 0)
        {
            FlowNode node = _search[^1];
            _search.RemoveAt(_search.Count - 1);
            if (node.Code.IP == to)
            {
                return true;
            }

            if (node.Search != search)
            {
                node.Search = search;
                node.AddSuccessorsTo(_search);
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
        // Compilers put tables beside the code, or among the constants. One that could be written would prove nothing.
        nint table = (nint)value.A;
        if (value.Kind != ValueKind.TableTarget || !_map.IsReadable(table, (int)value.B * sizeof(int))
            || (_map.IsWritable(table) && !_map.IsExecutable(table)))
        {
            return null;
        }

        var targets = new ulong[value.B];
        for (int i = 0; i < targets.Length; i++)
        {
            // SAFETY: the table was just found to be readable.
            targets[i] = (ulong)(value.C + ((int*)table)[i]);
        }

        return targets;
    }

    // From a node on, as long as one instruction follows the other and something new is known.
    private void Run(FlowNode node)
    {
        bool changed = true;
        while (changed && !node.Code.IsInvalid)
        {
            node.IsPending = false;
            _state.CopyFrom(node.Before);
            if (!Step(node, _state))
            {
                return;
            }

            FlowNode next = Reach(node.Code.NextIP, _state, out changed);
            node.AddSuccessor(next);
            node = next;
        }
    }

    /// <summary>The node at the address, which now knows no more than what holds on this way to it, too.</summary>
    private FlowNode Reach(ulong address, MachineState state, out bool changed)
    {
        if (_nodes.At(address) is { } known)
        {
            changed = known.Before.Merge(state, address);
            return known;
        }

        Instruction code = _reader.Read(address);
        FlowNode node = _arena.NewNode();
        node.Set(code, InstructionEffects.Of(_info, code), state);
        _nodes.Put(address, node);
        changed = true;
        return node;
    }

    private void Queue(FlowNode node)
    {
        if (!node.IsPending)
        {
            node.IsPending = true;
            _pending.Add(node);
        }
    }

    // The lowest address first: most ways to an instruction lead from lower ones, so it is visited when they are known.
    private FlowNode? TakePending()
    {
        int lowest = -1;
        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            if (!_pending[i].IsPending)
            {
                _pending.RemoveAt(i);
                lowest--;
            }
            else if (lowest < 0 || _pending[i].Code.IP < _pending[lowest].Code.IP)
            {
                lowest = i;
            }
        }

        if (lowest < 0)
        {
            return null;
        }

        FlowNode node = _pending[lowest];
        node.IsPending = false;
        return node;
    }

    /// <summary>Applies an instruction to the state and queues its other successors. Returns whether the next instruction follows.</summary>
    private bool Step(FlowNode node, MachineState state)
    {
        ref readonly Instruction instruction = ref node.Code;
        switch (node.FlowControl)
        {
            case FlowControl.Next:
                Apply(node, state);
                return true;

            case FlowControl.ConditionalBranch:
                bool? taken = state.IsZero is { } zero && instruction.ConditionCode is ConditionCode.e or ConditionCode.ne
                    ? zero == (instruction.ConditionCode == ConditionCode.e)
                    : null;
                if (taken != false)
                {
                    Branch(node, instruction.NearBranchTarget, Bounded(instruction.ConditionCode, state, copies: true));
                }

                ConditionCode otherwise = instruction.ConditionCode switch
                {
                    ConditionCode.a => ConditionCode.be,
                    ConditionCode.ae => ConditionCode.b,
                    _ => ConditionCode.None,
                };
                Bounded(otherwise, state, copies: false);
                return taken != true;

            case FlowControl.UnconditionalBranch:
                Branch(node, instruction.NearBranchTarget, state);
                return false;

            case FlowControl.IndirectBranch:
                if (instruction.Op0Kind == OpKind.Register && TableTargets(state[instruction.Op0Register]) is { } targets)
                {
                    foreach (ulong target in targets)
                    {
                        Branch(node, target, state);
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

                state.ForgetComparison();
                state.IsZero = null;

                // Compilers put a breakpoint behind a call that does not return. SAFETY: the byte is read only where it can be.
                return !_map.IsReadable((nint)instruction.NextIP, 1) || *(byte*)instruction.NextIP != 0xCC;

            default:
                return false;
        }
    }

    private void Branch(FlowNode from, ulong target, MachineState state)
    {
        if (IsInside(target))
        {
            FlowNode node = Reach(target, state, out bool changed);
            from.AddSuccessor(node);
            if (changed)
            {
                Queue(node);
            }
        }
    }

    // Behind "cmp x, n", x is at most n where "below or equal" holds, be it there or elsewhere: what bounds a switch's table.
    private static MachineState Bounded(ConditionCode holds, MachineState state, bool copies)
    {
        if (holds is ConditionCode.be or ConditionCode.b && state.Compared is { Kind: ValueKind.Unknown } compared && state.ComparedWith >= 0)
        {
            state = copies ? state.Clone() : state;
            state.Bound(compared, holds == ConditionCode.be ? state.ComparedWith + 1 : state.ComparedWith, state.ComparedWhole);
        }

        return state;
    }

    private void Apply(FlowNode node, MachineState state)
    {
        ref readonly Instruction instruction = ref node.Code;
        Mnemonic mnemonic = node.Mnemonic;
        Register left = instruction.Op0Kind == OpKind.Register ? instruction.Op0Register : Register.None;
        bool wide = left is >= Register.RAX and <= Register.R15;
        bool half = left is >= Register.EAX and <= Register.R15D && mnemonic is not (Mnemonic.Bsf or Mnemonic.Bsr);
        MachineValue? result = wide || left is >= Register.EAX and <= Register.R15D ? Evaluate(instruction, mnemonic, left, wide, state) : null;
        bool compares = mnemonic == Mnemonic.Cmp && (wide || half) && IsImmediate(instruction.Op1Kind);
        bool? zero = mnemonic == Mnemonic.Test && IsImmediate(instruction.Op1Kind) && Tested(instruction, state) is { } tested
            ? (tested & (long)instruction.GetImmediate(1)) == 0
            : null;
        MachineValue stack = state[Register.RSP];
        MachineValue frame = state[Register.RBP];

        for (int written = node.Effects.Written; written != 0; written &= written - 1)
        {
            // A write of the lower half clears the upper one, but for bsf and bsr of 0, which may write nothing.
            Register register = Register.RAX + BitOperations.TrailingZeroCount(written);
            state.Define(register, instruction.IP, isShort: half && register - Register.RAX == left - Register.EAX);
        }

        if (instruction.IsStackInstruction)
        {
            state[Register.RSP] = mnemonic == Mnemonic.Leave && frame.Kind == ValueKind.Stack
                ? frame with { A = frame.A + sizeof(long) }
                : stack.Kind == ValueKind.Stack && mnemonic != Mnemonic.Leave
                    ? stack with { A = stack.A + instruction.StackPointerIncrement }
                    : state[Register.RSP];
        }

        if (result is { } value)
        {
            state[left] = value;
        }

        if (instruction.RflagsModified != RflagsBits.None)
        {
            state.ForgetComparison();
            state.IsZero = zero;
            if (compares)
            {
                state.Compare(left, (long)instruction.GetImmediate(1), wide);
            }
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
    private MachineValue? Evaluate(in Instruction instruction, Mnemonic mnemonic, Register target, bool wide, MachineState state)
    {
        switch (mnemonic)
        {
            case Mnemonic.Mov when IsImmediate(instruction.Op1Kind):
                long immediate = (long)instruction.GetImmediate(1);
                return MachineValue.Constant(wide ? immediate : (uint)immediate);

            case Mnemonic.Mov when instruction.Op1Kind == OpKind.Register:
                MachineValue source = state[instruction.Op1Register];

                return wide ? source : source.Kind == ValueKind.Unknown ? source with { C = 1 } : source.IsConstant ? MachineValue.Constant((uint)source.A) : null;

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

            case Mnemonic.Add or Mnemonic.Sub when wide && IsImmediate(instruction.Op1Kind) && state[target] is { Kind: ValueKind.Stack or ValueKind.Constant } moved:
                long amount = (long)instruction.GetImmediate(1);
                return moved with { A = mnemonic == Mnemonic.Add ? moved.A + amount : moved.A - amount };

            case Mnemonic.Add when wide && instruction.Op1Kind == OpKind.Register:
                MachineValue left = state[target];
                MachineValue right = state[instruction.Op1Register];
                return (left.Kind, right.Kind) switch
                {
                    (ValueKind.TableEntry, ValueKind.Constant) => new MachineValue(ValueKind.TableTarget, left.A, left.B, right.A),
                    (ValueKind.Constant, ValueKind.TableEntry) => new MachineValue(ValueKind.TableTarget, right.A, right.B, left.A),
                    _ => null,
                };

            case Mnemonic.Xor when instruction.Op1Kind == OpKind.Register && target == instruction.Op1Register:
                return MachineValue.Constant(0);

            default:
                return null;
        }
    }

    // The index of a switch is bounded, or a number that the compiler did not see to be one.
    private static MachineValue? TableEntry(in Instruction instruction, MachineState state)
    {
        if (instruction.MemoryIndex == Register.None || instruction.MemoryIndexScale != sizeof(int) || state[instruction.MemoryBase] is not { IsConstant: true } table)
        {
            return null;
        }

        long first = table.A + (long)instruction.MemoryDisplacement64;
        return state[instruction.MemoryIndex] switch
        {
            { Kind: ValueKind.Unknown, B: > 0, IsShort: true } index => new MachineValue(ValueKind.TableEntry, first, index.B),
            { IsConstant: true } index => new MachineValue(ValueKind.TableEntry, first + (index.A * sizeof(int)), 1),
            _ => null,
        };
    }

    public static bool IsImmediate(OpKind kind) => kind is >= OpKind.Immediate8 and <= OpKind.Immediate32to64;
}
