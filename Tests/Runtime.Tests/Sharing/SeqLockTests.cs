// SeqLock between an interrupt handler and the thread that it interrupts, and between threads. Counts and order only: nothing here waits for a time.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace TopHalf.Runtime.Tests.Sharing;

public sealed unsafe class SeqLockTests
{
    private const long Enough = 2000;

    [Fact]
    public void The_default_has_the_default_value()
    {
        var shared = default(SeqLock<Wide>);

        Assert.True(shared.TryRead(out Wide value));
        Assert.Equal(default, value);
    }

    [Fact]
    public void What_was_written_is_read_whatever_its_size()
    {
        Check((byte)200);
        Check((short)-2);
        Check(int.MinValue);
        Check(double.Pi);
        Check(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
        Check(new Odd(1, 2, 3));
        Check(new Wide(4));

        static void Check<T>(T value)
            where T : unmanaged
        {
            var shared = default(SeqLock<T>);
            Assert.True(shared.TryWrite(in value));
            Assert.True(shared.TryRead(out T read));
            Assert.Equal(value, read);

            shared.Write(default);
            Assert.Equal(default, shared.Read());
        }
    }

    [Fact]
    public void Nothing_beside_the_value_is_written()
    {
        Surrounded both = new() { Before = 0x11, After = 0x22 };
        both.Shared.Write(new Odd(-1, -1, 0xFF));

        Assert.Equal((0x11, 0x22), (both.Before, both.After));
    }

    [Fact]
    public void A_handler_never_reads_half_of_what_the_code_it_interrupts_writes() => ChildProcess.Run(ReadInHandler).AssertSucceeded();

    [Fact]
    public void Ordinary_code_never_reads_half_of_what_a_handler_writes() => ChildProcess.Run(WriteInHandler).AssertSucceeded();

    [Fact]
    public void A_handler_and_the_code_it_interrupts_never_write_at_the_same_time() => ChildProcess.Run(WriteOnBothSides).AssertSucceeded();

    [Fact]
    public void Threads_never_read_half_of_what_others_write()
    {
        const int Writers = 2;
        const int Each = 20_000;
        var shared = new Boxed();
        int live = Writers;
        Thread[] writers = [.. Enumerable.Range(0, Writers).Select(w => new Thread(() =>
        {
            for (long i = 0; i < Each; i++)
            {
                shared.Lock.Write(new Wide(w * Each + i));
            }

            Interlocked.Decrement(ref live);
        }))];
        Array.ForEach(writers, static thread => thread.Start());

        long torn = 0;
        while (Volatile.Read(ref live) > 0)
        {
            torn += shared.Lock.Read().IsWhole ? 0 : 1;
        }

        Array.ForEach(writers, static thread => thread.Join());
        Assert.Equal(0, torn);
        Assert.Contains(shared.Lock.Read().A, new long[] { Each - 1, (2 * Each) - 1 });
    }

    private static void ReadInHandler()
    {
        var shared = (SeqLock<Wide>*)NativeMemory.AllocZeroed((nuint)sizeof(SeqLock<Wide>));
        using InterruptTimer<Reader> timer = Start(OnRead, new Reader { Shared = shared });
        long i = 0;
        while (timer.Snapshot() is var seen && (seen.Read < Enough || seen.Refused == 0))
        {
            for (int k = 0; k < 10_000; k++)
            {
                shared->Write(new Wide(++i));
            }
        }

        Assert.Equal(0, timer.Snapshot().Torn);
    }

    private static void WriteInHandler()
    {
        var shared = (SeqLock<Wide>*)NativeMemory.AllocZeroed((nuint)sizeof(SeqLock<Wide>));
        using InterruptTimer<Reader> timer = Start(OnWrite, new Reader { Shared = shared });
        long changes = 0;
        long last = 0;
        while (changes < Enough)
        {
            Wide value = shared->Read();
            Assert.True(value.IsWhole);
            Assert.True(value.A >= last, $"{value.A} after {last}");
            changes += value.A != last ? 1 : 0;
            last = value.A;
        }

        Assert.Equal(0, timer.Snapshot().Refused);
    }

    private static void WriteOnBothSides()
    {
        var shared = (SeqLock<Wide>*)NativeMemory.AllocZeroed((nuint)sizeof(SeqLock<Wide>));
        using InterruptTimer<Reader> timer = Start(OnWrite, new Reader { Shared = shared });
        while (timer.Snapshot() is var seen && (seen.Read < Enough || seen.Refused == 0))
        {
            for (int k = 0; k < 10_000; k++)
            {
                shared->Write(new Wide(-k));
                Assert.True(shared->Read().IsWhole);
            }
        }
    }

    private static InterruptTimer<Reader> Start(InterruptHandler<Reader> handler, in Reader state) =>
        InterruptTimer.Start(handler, in state, TimeSpan.FromMicroseconds(100), new InterruptTimerOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal });

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnRead(ref Reader state, in InterruptContext context)
    {
        if (!state.Shared->TryRead(out Wide value))
        {
            state.Refused++;
        }
        else
        {
            state.Read++;
            state.Torn += value.A == value.B && value.B == value.C && value.C == value.D ? 0 : 1;
        }
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnWrite(ref Reader state, in InterruptContext context)
    {
        Wide value;
        value.A = value.B = value.C = value.D = ++state.Read;
        if (!state.Shared->TryWrite(in value))
        {
            state.Refused++;
        }
    }

    private struct Reader
    {
        public SeqLock<Wide>* Shared;
        public long Read;
        public long Refused;
        public long Torn;
    }

    private struct Wide(long value)
    {
        public long A = value;
        public long B = value;
        public long C = value;
        public long D = value;

        public readonly bool IsWhole => A == B && B == C && C == D;
    }

    private sealed class Boxed
    {
        public SeqLock<Wide> Lock;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private record struct Odd(long A, int B, byte C);

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Surrounded
    {
        public int Before;
        public SeqLock<Odd> Shared;
        public int After;
    }
}
