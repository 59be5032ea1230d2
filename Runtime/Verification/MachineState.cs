using System.Runtime.CompilerServices;
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

/// <summary>
/// The values that the states of one analysis speak of. A state names them by their numbers, which keeps it small: there is one before each
/// instruction, and most of it is what the one before had.
/// </summary>
internal sealed class MachineValues
{
    // In pieces, as a larger array would cost more new memory than all else, and a process that is new pays for each page that it touches.
    private const int PieceBits = 6;
    private const int PieceSize = 1 << PieceBits;
    private MachineValue[]?[] _pieces = new MachineValue[]?[8];

    public int Count { get; private set; }

    /// <summary>Forgets all values.</summary>
    public void Clear() => Count = 0;

    public ref readonly MachineValue this[int number] => ref _pieces[number >> PieceBits]![number & (PieceSize - 1)];

    /// <summary>The number of a value. Equal values may have several.</summary>
    public int Add(MachineValue value)
    {
        int piece = Count >> PieceBits;
        int place = Count & (PieceSize - 1);
        if (place == 0)
        {
            if (piece == _pieces.Length)
            {
                Array.Resize(ref _pieces, 2 * piece);
            }

            _pieces[piece] ??= new MachineValue[PieceSize];
        }

        _pieces[piece]![place] = value;
        return Count++;
    }
}

/// <summary>What is known before an instruction: the general registers, and the last comparison if its flags still stand.</summary>
internal sealed class MachineState
{
    private const int Count = 16;
    private const int None = -1;
    private readonly MachineValues _values;
    private Numbers _registers;
    private int _compared = None;

    /// <summary>A state to be filled in: see <see cref="CopyFrom"/>.</summary>
    public MachineState(MachineValues values) => _values = values;

    /// <summary>What is known at the entry of a method: nothing but the stack pointer.</summary>
    public static MachineState AtEntry(MachineValues values)
    {
        var state = new MachineState(values);
        for (int i = 0; i < Count; i++)
        {
            state._registers[i] = values.Add(new MachineValue(ValueKind.Unknown, i - Count));
        }

        state[Register.RSP] = new MachineValue(ValueKind.Stack, 0);
        return state;
    }

    /// <summary>The left side of the last comparison with a number; null where its flags are gone.</summary>
    public MachineValue? Compared => _compared == None ? null : _values[_compared];

    public long ComparedWith { get; private set; }

    /// <summary>Whether the whole register was compared, not its lower half.</summary>
    public bool ComparedWhole { get; private set; }

    /// <summary>The zero flag, where it is known.</summary>
    public bool? IsZero { get; set; }

    public MachineValue this[Register register]
    {
        get => IsGeneral(register) ? _values[_registers[Index(register)]] : new MachineValue(ValueKind.Unknown, long.MinValue);
        set
        {
            if (IsGeneral(register))
            {
                _registers[Index(register)] = _values.Add(value);
            }
        }
    }

    public MachineState Clone()
    {
        var clone = new MachineState(_values);
        clone.CopyFrom(this);
        return clone;
    }

    public void CopyFrom(MachineState other)
    {
        _registers = other._registers;
        _compared = other._compared;
        ComparedWith = other.ComparedWith;
        ComparedWhole = other.ComparedWhole;
        IsZero = other.IsZero;
    }

    /// <summary>A register is compared with a number.</summary>
    public void Compare(Register left, long right, bool whole)
    {
        _compared = _registers[Index(left)];
        ComparedWith = right;
        ComparedWhole = whole;
    }

    /// <summary>The flags of the last comparison are gone.</summary>
    public void ForgetComparison() => _compared = None;

    /// <summary>Every register that holds the value is known to be below the bound; where the whole was compared, its upper half is 0.</summary>
    public void Bound(MachineValue value, long bound, bool whole)
    {
        for (int i = 0; i < Count; i++)
        {
            ref readonly MachineValue held = ref _values[_registers[i]];
            if (held.Kind == ValueKind.Unknown && held.A == value.A)
            {
                _registers[i] = _values.Add(held with { B = bound, C = whole && held == value && bound <= uint.MaxValue ? 1 : held.C });
            }
        }
    }

    /// <summary>Forgets what a register held: the instruction at this address puts something new there.</summary>
    public void Define(Register register, ulong at, bool isShort = false)
    {
        int defined = Index(register);
        long name = Name(at, Count + defined);
        for (int i = 0; i < Count; i++)
        {
            // A copy that the same instruction made in an earlier turn of a loop is another value now.
            ref readonly MachineValue held = ref _values[_registers[i]];
            if (held.Kind == ValueKind.Unknown && held.A == name)
            {
                _registers[i] = _values.Add(held with { A = Name(at, 2 * Count + i), B = 0 });
            }
        }

        _registers[defined] = _values.Add(new MachineValue(ValueKind.Unknown, name, C: isShort ? 1 : 0));
    }

    /// <summary>Keeps what both states know; returns whether this one changed.</summary>
    public bool Merge(MachineState other, ulong at)
    {
        bool changed = false;
        int compared = RegisterOfCompared(other);
        for (int i = 0; i < Count; i++)
        {
            if (_registers[i] == other._registers[i])
            {
                continue;
            }

            ref readonly MachineValue mine = ref _values[_registers[i]];
            ref readonly MachineValue others = ref _values[other._registers[i]];
            if (mine != others)
            {
                MachineValue joined = new(ValueKind.Unknown, Name(at, i), CommonBound(mine, others), mine.IsShort && others.IsShort ? 1 : 0);
                if (mine != joined)
                {
                    _registers[i] = _values.Add(joined);
                    changed = true;
                }
            }
        }

        if (_compared != None && (Compared != other.Compared || ComparedWith != other.ComparedWith || ComparedWhole != other.ComparedWhole))
        {
            int joined = compared < 0 ? None : _registers[compared];
            changed |= joined == None || _values[_compared] != _values[joined];
            _compared = joined;
        }

        if (IsZero is not null && IsZero != other.IsZero)
        {
            IsZero = null;
            changed = true;
        }

        return changed;
    }

    // What is bounded on both ways is below the higher bound. Bounds only grow, and are numbers of the code, so this comes to an end.
    private static long CommonBound(in MachineValue a, in MachineValue b) =>
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
            if (IsSame(_values[_registers[i]], mine) && IsSame(_values[other._registers[i]], others))
            {
                return i;
            }
        }

        return -1;

        static bool IsSame(in MachineValue a, in MachineValue b) => a.Kind == ValueKind.Unknown && b.Kind == ValueKind.Unknown && a.A == b.A;
    }

    private static long Name(ulong at, int variant) => (long)(at << 6 | (uint)variant);

    private static bool IsGeneral(Register register) => register is >= Register.AL and <= Register.R15;

    // Most are whole registers, or their lower halves.
    private static int Index(Register register) => register switch
    {
        >= Register.RAX and <= Register.R15 => register - Register.RAX,
        >= Register.EAX and <= Register.R15D => register - Register.EAX,
        _ => register.GetFullRegister() - Register.RAX,
    };

    [InlineArray(Count)]
    private struct Numbers
    {
        private int _first;
    }
}
