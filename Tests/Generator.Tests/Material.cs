// What generated handlers work on. Public, since generated assemblies use it, and in a namespace of its own, by which the JIT lists it.
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace TopHalf.Generator.Material;

#pragma warning disable CA1051, CA1815, CA2211 // Plain data.

/// <summary>Every kind of memory that a handler may use. The buffers that it points to have <see cref="Elements"/> elements each.</summary>
public unsafe struct State
{
    /// <summary>Elements of each buffer and array: a power of two, so that a mask keeps every index inside.</summary>
    public const int Elements = 16;

    public const ulong Canary = 0xC0FFEE_5AFE_C0DE_01;

    // Nobody writes the first and the last field.
    public ulong Head;
    public sbyte I8;
    public byte U8;
    public short I16;
    public ushort U16;
    public int I32;
    public int J32;
    public uint U32;
    public long I64;
    public long J64;
    public ulong U64;
    public float F32;
    public double F64;
    public Inner Nested;
    public Large Large;
    public fixed int Fixed[Elements];
    public Row Row;
    public byte* Bytes;
    public int* Ints;
    public long* Longs;
    public double* Doubles;
    public Inner* Inners;
    public ulong Tail;
}

/// <summary>A small struct, without padding: nothing says what a copy leaves there, and states are compared byte by byte.</summary>
public struct Inner
{
    public int A;
    public short D, E;
    public long B;
    public double C;

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Sum() => A + (int)B + D - E;

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Turn(int by)
    {
        A += by;
        B = (B << 7) | (long)((ulong)B >> 57);
        D = (short)(D ^ A);
    }
}

/// <summary>A struct whose copies take several moves, but no helper.</summary>
public struct Large
{
    public long A, B, C, D, E, F;
    public Inner Nested;
}

/// <summary>A struct whose copies take a helper.</summary>
public unsafe struct Huge
{
    public fixed long Numbers[128];
}

/// <summary>A struct that the runtime keeps on the managed heap where it is static.</summary>
public unsafe struct Monstrous
{
    public fixed long Numbers[16384];
}

/// <summary>A row of numbers.</summary>
[InlineArray(State.Elements)]
[SuppressMessage("Style", "IDE0044", Justification = "An inline array's field is written by index.")]
public struct Row
{
    private long _first;
}

/// <summary>An operation that generic helpers take as a type argument.</summary>
public interface IOperation
{
    long Apply(long a, long b);
}

/// <summary>Adds.</summary>
public struct Plus : IOperation
{
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long Apply(long a, long b) => a + b;
}

/// <summary>Mixes.</summary>
public struct Mix : IOperation
{
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long Apply(long a, long b) => (a ^ (b << 3)) * 31;
}
