using System.Runtime.InteropServices;
using TopHalf.Generator.Material;
using TopHalf.Generator.Tests.Generation;

namespace TopHalf.Generator.Tests.Running;

/// <summary>A state and the buffers that it points to, in one block of unmanaged memory, with canaries between them.</summary>
internal sealed unsafe class Arena : IDisposable
{
    private const int Gap = 64;
    private const byte Canary = 0xC5;

    private readonly byte* _memory;
    private readonly int _size;

    /// <summary>The same numbers for the same handler, whatever was in the memory before.</summary>
    public Arena(ulong seed, int index)
    {
        _size = (Gap * 6) + (State.Elements * (sizeof(byte) + sizeof(int) + sizeof(long) + sizeof(double) + sizeof(Inner)));

        // SAFETY: all that follows stays within this block, which lives until the end of this object.
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)_size, Gap);
        new Span<byte>(_memory, _size).Fill(Canary);
        var dice = new Dice(seed ^ 0xA2E4A, index);
        State state = default;
        Fill(new Span<byte>(&state, sizeof(State)), dice);
        byte* next = _memory + Gap;
        state.Bytes = (byte*)Take(State.Elements);
        state.Ints = (int*)Take(State.Elements * sizeof(int));
        state.Longs = (long*)Take(State.Elements * sizeof(long));
        state.Doubles = (double*)Take(State.Elements * sizeof(double));
        state.Inners = (Inner*)Take(State.Elements * sizeof(Inner));

        // Numbers that code branches on are small ones, often enough; floating-point ones are no bit patterns.
        state.I32 = dice.Between(-3, 100);
        state.J32 = dice.Between(-3, 100);
        state.F32 = dice.Between(-1000, 1000) / 16f;
        state.F64 = dice.Between(-1000, 1000) / 32.0;
        state.Nested.C = dice.Below(1000);
        state.Large.Nested.C = dice.Below(1000);
        for (int i = 0; i < State.Elements; i++)
        {
            state.Doubles[i] = dice.Between(-500, 500) / 4.0;
            state.Inners[i].C = i;
        }

        state.Head = state.Tail = State.Canary;
        Initial = state;

        byte* Take(int bytes)
        {
            byte* taken = next;
            Fill(new Span<byte>(taken, bytes), dice);
            next += bytes + Gap;
            return taken;
        }
    }

    /// <summary>The state before the first call.</summary>
    public State Initial { get; }

    /// <summary>What differs between two runs, or null. Pointers into the arenas are compared by where they lead.</summary>
    public static string? Difference(Arena expected, State expectedState, Arena actual, State actualState)
    {
        if (actualState.Head != State.Canary || actualState.Tail != State.Canary)
        {
            return "a canary of the state was overwritten";
        }

        int at = Memory(expected).CommonPrefixLength(Memory(actual));
        if (at < expected._size)
        {
            return $"byte {at} of the buffers is {actual._memory[at]:x2}, in ordinary context {expected._memory[at]:x2}";
        }

        State left = Relative(expected, expectedState);
        State right = Relative(actual, actualState);
        var leftBytes = new ReadOnlySpan<byte>(&left, sizeof(State));
        var rightBytes = new ReadOnlySpan<byte>(&right, sizeof(State));
        at = leftBytes.CommonPrefixLength(rightBytes);
        return at == sizeof(State) ? null : $"byte {at} of the state is {rightBytes[at]:x2}, in ordinary context {leftBytes[at]:x2}";
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    private static ReadOnlySpan<byte> Memory(Arena arena) => new(arena._memory, arena._size);

    private static State Relative(Arena arena, State state)
    {
        state.Bytes = (byte*)(state.Bytes - arena._memory);
        state.Ints = (int*)((byte*)state.Ints - arena._memory);
        state.Longs = (long*)((byte*)state.Longs - arena._memory);
        state.Doubles = (double*)((byte*)state.Doubles - arena._memory);
        state.Inners = (Inner*)((byte*)state.Inners - arena._memory);
        return state;
    }

    private static void Fill(Span<byte> bytes, Dice dice)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)dice.Next();
        }
    }
}
