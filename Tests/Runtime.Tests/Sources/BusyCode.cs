// Code without calls for interrupts to land in, and where it lies in memory.
using System.Runtime.CompilerServices;
using TopHalf.Verification;

namespace TopHalf.Runtime.Tests;

internal static unsafe class BusyCode
{
    // The loop is a few instructions long; what lies within this distance of its start is the loop.
    private const int Length = 128;

    /// <summary>First address of <see cref="SpinUntil"/>'s machine code, and the first behind it.</summary>
    public static (nint Start, nint End) Range()
    {
        RuntimeMethodHandle method = Handlers.PublicMethod(typeof(BusyCode), nameof(SpinUntil)).MethodHandle;
        RuntimeHelpers.PrepareMethod(method);
        nint start = CodeAddress.Follow(method.GetFunctionPointer(), MemoryMap.Read()).Body;
        return (start, start + Length);
    }

    /// <summary>Looks at the cell until it reaches the value, or for so many rounds. Returns the rounds.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static long SpinUntil(long* cell, long value, long mostRounds)
    {
        long rounds = 0;
        while (rounds < mostRounds && Volatile.Read(ref *cell) < value)
        {
            rounds++;
        }

        return rounds;
    }
}
