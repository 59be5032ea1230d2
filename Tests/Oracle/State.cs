// The state of all handlers.
using System.Runtime.CompilerServices;

namespace TopHalf.Oracle;

internal unsafe struct State
{
    public long A, B, C;
    public int I, J, K;
    public uint U, V;
    public ulong W, X;
    public byte Byte;
    public sbyte SByte;
    public short Short;
    public ushort UShort;
    public double D, E;
    public float F, G;
    public decimal Money;
    public Half Half;
    public UInt128 Wide;
    public Guid Guid;
    public DateTime Date;
    public TimeSpan Time;
    public int? Maybe;
    public (int First, long Second) Pair;
    public int* Memory;
    public void* Other;
    public delegate*<int, int> Function;
    public Kind Kind;
    public nint Handle;
    public Eight Eight;
    public Block64 Small;
    public Block512 Middle;
    public Block4096 Large;
    public InterruptHistogram Histogram;
    public InterruptLog Log;
    public SeqLock<Guid> Shared;
    public InterruptQueueWriter<long> Queue;
}

internal enum Kind
{
    None,
    One,
    Two,
    Four = 4,
}

[InlineArray(8)]
internal struct Eight
{
    private int _first;
}

internal unsafe struct Block64
{
    public fixed byte Bytes[64];
}

internal unsafe struct Block512
{
    public fixed byte Bytes[512];
}

internal unsafe struct Block4096
{
    public fixed byte Bytes[4096];
}

internal class Node
{
    public int Number;
    public object? Reference;
    public Node? Next;

    public virtual int Get() => Number;

    public virtual int GetOf<T>() => Number + Unsafe.SizeOf<T>();

    [MethodImpl(Compiled.Ahead)]
    public virtual int NewSlot() => 3;

    public int Plain() => Number;
}

internal sealed class Leaf : Node, ICounter
{
    public override int Get() => 2;

    public int Count() => Number;

    int ICounter.Twice() => 2;
}

internal interface ICounter
{
    int Count();

    int Twice() => 2 * Count();

    static virtual int Size => 3;
}

internal struct Counter : ICounter
{
    public int Value;

    public int Count() => Value++;

    public static int Size => 4;
}

/// <summary>Two references, for copies that need a barrier.</summary>
internal struct TwoReferences
{
    public object? First, Second;
    public long Number;
}

/// <summary>So many that they are copied at once.</summary>
internal struct ManyReferences
{
    public TwoReferences A, B, C, D, E, F, G, H;
}

/// <summary>Managed objects for handlers to do wrong with.</summary>
internal static class Objects
{
    public static object? Any = new();
    public static Node Node = new Leaf();
    public static ICounter Counter = new Leaf();
    public static int[] Numbers = new int[8];
    public static object?[] Array = new object?[8];
    public static string Text = "text";
    public static Func<int, int> Function = static x => x + 1;
    public static TwoReferences Two;
    public static ManyReferences Many;
    public static List<int> List = [1, 2, 3];
    public static int Static;
}
