using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>What is known of a register's content.</summary>
internal enum ValueKind : byte
{
    /// <summary>
    /// Anything. <c>A</c> names the lower half of the value, so that copies are known to be equal; <c>B</c> is an exclusive upper bound of that
    /// half, 0 for none; <c>C</c> is 1 where the upper half is known to be 0.
    /// </summary>
    Unknown,

    /// <summary>The number <c>A</c>.</summary>
    Constant,

    /// <summary>The stack pointer at entry plus <c>A</c>.</summary>
    Stack,

    /// <summary>Eight bytes loaded from the fixed address <c>A</c>.</summary>
    Loaded,

    /// <summary>One of <c>B</c> entries of a switch's table at <c>A</c>.</summary>
    TableEntry,

    /// <summary>The address <c>C</c> plus one of <c>B</c> entries of a switch's table at <c>A</c>.</summary>
    TableTarget,
}

internal readonly record struct MachineValue(ValueKind Kind, long A, long B = 0, long C = 0)
{
    // Compared at every step of the analysis, before the JIT compiler has optimised what the compiler would write here.
    public bool Equals(MachineValue other) => Kind == other.Kind && A == other.A && B == other.B && C == other.C;

    public override int GetHashCode() => HashCode.Combine(Kind, A, B, C);

    public static MachineValue Constant(long value) => new(ValueKind.Constant, value);

    public bool IsConstant => Kind == ValueKind.Constant;

    /// <summary>Whether the upper half is known to be 0.</summary>
    public bool IsShort => Kind == ValueKind.Unknown ? C != 0 : IsConstant && (ulong)A <= uint.MaxValue;
}

/// <summary>What is known before an instruction: the general registers, and the last comparison if its flags still stand.</summary>
internal sealed class MachineState
{
    private const int Count = 16;
    private readonly MachineValue[] _registers = new MachineValue[Count];

    public MachineState()
    {
        for (int i = 0; i < Count; i++)
        {
            _registers[i] = new MachineValue(ValueKind.Unknown, i - Count);
        }

        this[Register.RSP] = new MachineValue(ValueKind.Stack, 0);
    }

    private MachineState(MachineState other) => CopyFrom(other);

    /// <summary>The left side of the last comparison with a number; null where its flags are gone.</summary>
    public MachineValue? Compared { get; set; }

    public long ComparedWith { get; set; }

    /// <summary>Whether the whole register was compared, not its lower half.</summary>
    public bool ComparedWhole { get; set; }

    /// <summary>The zero flag, where it is known.</summary>
    public bool? IsZero { get; set; }

    public MachineValue this[Register register]
    {
        get => IsGeneral(register) ? _registers[register.GetFullRegister() - Register.RAX] : new MachineValue(ValueKind.Unknown, long.MinValue);
        set
        {
            if (IsGeneral(register))
            {
                _registers[register.GetFullRegister() - Register.RAX] = value;
            }
        }
    }

    public MachineState Clone() => new(this);

    public void CopyFrom(MachineState other)
    {
        Array.Copy(other._registers, _registers, Count);
        Compared = other.Compared;
        ComparedWith = other.ComparedWith;
        ComparedWhole = other.ComparedWhole;
        IsZero = other.IsZero;
    }

    /// <summary>Every register that holds the value is known to be below the bound; where the whole was compared, its upper half is 0.</summary>
    public void Bound(MachineValue value, long bound, bool whole)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_registers[i].Kind == ValueKind.Unknown && _registers[i].A == value.A)
            {
                _registers[i] = _registers[i] with { B = bound, C = whole && _registers[i] == value && bound <= uint.MaxValue ? 1 : _registers[i].C };
            }
        }
    }

    /// <summary>Forgets what a register held: the instruction at this address puts something new there.</summary>
    public void Define(Register register, ulong at, bool isShort = false)
    {
        long name = Name(at, Count + (register.GetFullRegister() - Register.RAX));
        for (int i = 0; i < Count; i++)
        {
            // A copy that the same instruction made in an earlier turn of a loop is another value now.
            if (_registers[i].Kind == ValueKind.Unknown && _registers[i].A == name)
            {
                _registers[i] = _registers[i] with { A = Name(at, 2 * Count + i), B = 0 };
            }
        }

        this[register] = new MachineValue(ValueKind.Unknown, name, C: isShort ? 1 : 0);
    }

    /// <summary>Keeps what both states know; returns whether this one changed.</summary>
    public bool Merge(MachineState other, ulong at)
    {
        bool changed = false;
        int compared = RegisterOfCompared(other);
        for (int i = 0; i < Count; i++)
        {
            MachineValue joined = new(
                ValueKind.Unknown, Name(at, i), CommonBound(_registers[i], other._registers[i]), _registers[i].IsShort && other._registers[i].IsShort ? 1 : 0);
            if (_registers[i] != other._registers[i] && _registers[i] != joined)
            {
                _registers[i] = joined;
                changed = true;
            }
        }

        if (Compared is not null && (Compared != other.Compared || ComparedWith != other.ComparedWith || ComparedWhole != other.ComparedWhole))
        {
            MachineValue? joined = compared < 0 ? null : _registers[compared];
            changed |= Compared != joined;
            Compared = joined;
        }

        if (IsZero is not null && IsZero != other.IsZero)
        {
            IsZero = null;
            changed = true;
        }

        return changed;
    }

    // What is bounded on both ways is below the higher bound. Bounds only grow, and are numbers of the code, so this comes to an end.
    private static long CommonBound(MachineValue a, MachineValue b) =>
        a.Kind == ValueKind.Unknown && b.Kind == ValueKind.Unknown && a.B > 0 && b.B > 0 ? Math.Max(a.B, b.B) : 0;

    // A comparison holds where ways meet if it is about the same register on both: the value is another one on each, but it lies in there.
    private int RegisterOfCompared(MachineState other)
    {
        if (Compared is not { } mine || other.Compared is not { } others || ComparedWith != other.ComparedWith || ComparedWhole != other.ComparedWhole)
        {
            return -1;
        }

        for (int i = 0; i < Count; i++)
        {
            if (IsSame(_registers[i], mine) && IsSame(other._registers[i], others))
            {
                return i;
            }
        }

        return -1;

        static bool IsSame(MachineValue a, MachineValue b) => a.Kind == ValueKind.Unknown && b.Kind == ValueKind.Unknown && a.A == b.A;
    }

    private static long Name(ulong at, int variant) => (long)(at << 6 | (uint)variant);

    private static bool IsGeneral(Register register) => register.IsGPR();
}
