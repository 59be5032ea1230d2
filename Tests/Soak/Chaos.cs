using System.Runtime.CompilerServices;

namespace TopHalf.Soak;

/// <summary>What a busy program does to its runtime while it is interrupted: allocate, throw, fault, lock, collect.</summary>
internal static class Chaos
{
    private static readonly object s_gate = new();
    private static readonly Dictionary<long, string> s_shared = [];
    private static readonly string?[] s_nothing = new string?[1];

    /// <summary>One round, some ten to a few hundred microseconds.</summary>
    public static void Round(long number)
    {
        Allocate(number);
        Throw(number);
        Fault();
        lock (s_gate)
        {
            s_shared[number % 1000] = $"round {number}";
        }

        if (number % 64 == 0)
        {
            GC.Collect(number % 1024 == 0 ? 2 : 0);
        }
    }

    private static void Allocate(long number)
    {
        var rows = new List<byte[]>();
        for (int i = 0; i < 50; i++)
        {
            rows.Add(new byte[(number + (i * 37)) % 2000]);
        }

        if (rows.Sum(static row => row.Length) < 0)
        {
            throw new InvalidOperationException("A length is never negative.");
        }
    }

    private static void Throw(long number)
    {
        try
        {
            throw new ArgumentOutOfRangeException(nameof(number));
        }
        catch (ArgumentOutOfRangeException)
        {
            // That it is thrown and caught is all that is wanted.
        }
    }

    // The hard one: a SIGSEGV that the runtime turns into an exception, on the alternate stack.
    public static void Fault()
    {
        try
        {
            _ = Length(Volatile.Read(ref s_nothing[0])!);
            throw new InvalidOperationException("Null has no length.");
        }
        catch (NullReferenceException)
        {
            // As above.
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Length(string text) => text.Length;
}
