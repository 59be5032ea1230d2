// The end of a source: at any time, from any thread, in any order, without a trace in memory that was freed.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Sources;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

public sealed unsafe class DisposeTests
{
    private static readonly TimeSpan s_fast = TimeSpan.FromMicroseconds(20);

    [Theory]
    [InlineData(DeliveryMode.Signal)]
    [InlineData(DeliveryMode.Threaded)]
    public void A_source_may_be_disposed_twice_and_by_several_threads_at_once(DeliveryMode delivery)
    {
        for (int i = 0; i < 10; i++)
        {
            var timer = new ProbedTimer(s_fast, new() { Delivery = delivery });
            timer.AfterCalls(5);
            Parallel.For(0, 4, _ => timer.Timer.Dispose());
            long calls = timer.Calls;
            timer.Timer.Dispose();

            Assert.Equal(calls, timer.Timer.Snapshot().Calls);
            timer.Dispose();
        }
    }

    [Fact]
    public void A_timer_on_the_current_thread_may_be_disposed_by_another_one()
    {
        using var timer = new ProbedTimer(s_fast, new() { Target = InterruptTarget.CurrentThread });
        Wait.BusyUntil(timer.CallCell, 10);
        var other = new Thread(timer.Timer.Dispose);
        other.Start();
        other.Join();
        long calls = timer.Calls;

        BusyCode.SpinUntil(timer.CallCell, calls + 1, 10_000_000);
        Assert.Equal(calls, timer.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_queue_that_a_handler_writes_to_may_be_disposed_before_it_or_after_it(bool queueFirst)
    {
        for (int i = 0; i < 10; i++)
        {
            using var cells = new Cells(1);
            var queue = new InterruptQueue<long>(64);
            var timer = InterruptTimer.Start(
                Sender.OnInterrupt, new Sender { CallsOut = cells[0], Events = queue.Writer }, s_fast);
            Wait.BusyUntil(cells[0], 20);
            Assert.True(queue.TryRead(out long first));
            Assert.Equal(1, first);

            ((IDisposable)(queueFirst ? queue : timer)).Dispose();
            if (queueFirst)
            {
                Wait.BusyUntil(cells[0], *cells[0] + 20);
            }

            ((IDisposable)(queueFirst ? timer : queue)).Dispose();
            Assert.Equal(*cells[0], timer.Snapshot().Sent);
        }
    }

    [Fact]
    public void The_watch_does_not_take_a_disposal_for_the_end_of_a_target()
    {
        List<string> notices = [];
        EventHandler<InterruptNoticeEventArgs> note = (_, notice) => { lock (notices) { notices.Add(notice.Source); } };
        InterruptSource.Notice += note;
        try
        {
            InterruptSource? current = null;
            using var watch = new Worker(() => Volatile.Read(ref current)?.WatchTarget());
            for (int i = 0; i < 60; i++)
            {
                using var timer = new ProbedTimer(s_fast, new() { Name = nameof(The_watch_does_not_take_a_disposal_for_the_end_of_a_target) });
                Volatile.Write(ref current, timer.Timer);
            }
        }
        finally
        {
            InterruptSource.Notice -= note;
        }

        lock (notices)
        {
            Assert.DoesNotContain(nameof(The_watch_does_not_take_a_disposal_for_the_end_of_a_target), notices);
        }
    }

    [Fact]
    public void No_handler_writes_to_a_state_that_was_freed() => ChildProcess.Run(PoisonFreedStates).AssertSucceeded();

    [Fact]
    public void Three_thousand_timers_come_and_go_on_four_threads_amid_collections() =>
        ChildProcess.Run(Churn, TimeSpan.FromSeconds(100)).AssertSucceeded();

    // The blocks that were freed are taken again at once and filled; a late handler would show in them.
    private static void PoisonFreedStates()
    {
        const int Blocks = 8;
        nuint size = (nuint)sizeof(Marked);
        byte** blocks = stackalloc byte*[Blocks];
        VerifiedHandler handler = HandlerVerifier.Prepare((InterruptHandler<Marked>)Marked.OnInterrupt, VerifierOptions.Default);
        long reused = 0;
        for (int i = 0; i < 400; i++)
        {
            InterruptTarget target = (i % 3) switch { 0 => InterruptTarget.Dedicated, 1 => InterruptTarget.CurrentThread, _ => InterruptTarget.Process };
            InterruptTimer<Marked> timer = Create(handler, i + 1, target, s_fast);
            Wait.Until(() => timer.Snapshot().Calls > 3);
            nint address = timer.Snapshot().Address;
            timer.Dispose();
            for (int b = 0; b < Blocks; b++)
            {
                // SAFETY: blocks of our own, freed below.
                blocks[b] = (byte*)NativeMemory.AlignedAlloc(size, 64);
                new Span<byte>(blocks[b], (int)size).Fill(0xAB);
                reused += (nint)blocks[b] == address ? 1 : 0;
            }

            long never = 0;
            BusyCode.SpinUntil(&never, 1, 100_000);
            for (int b = 0; b < Blocks; b++)
            {
                Assert.Equal(-1, new Span<byte>(blocks[b], (int)size).IndexOfAnyExcept((byte)0xAB));
                NativeMemory.AlignedFree(blocks[b]);
            }
        }

        Assert.True(reused > 100, $"Only {reused} states were found again, so this has shown little.");
    }

    private static void Churn()
    {
        const int Threads = 4;
        const int Cycles = 750;
        VerifiedHandler handler = HandlerVerifier.Prepare((InterruptHandler<Marked>)Marked.OnInterrupt, VerifierOptions.Default);
        using var collector = new Worker(static () =>
        {
            GC.KeepAlive(new byte[5000]);
            GC.Collect(1);
            Thread.Sleep(1);
        });
        long delivered = 0;
        Worker[] workers = [.. Enumerable.Range(0, Threads).Select(id =>
        {
            var random = new Random(id);
            int cycle = 0;
            return new Worker(() =>
            {
                if (cycle++ < Cycles)
                {
                    Interlocked.Add(ref delivered, LiveOnce(handler, random, (id * Cycles) + cycle));
                }
                else
                {
                    Thread.Sleep(1);
                }
            });
        })];
        Wait.Until(() => workers.All(static worker => worker.Rounds > Cycles));
        foreach (Worker worker in workers)
        {
            worker.Dispose();
        }

        Assert.True(delivered > Threads * Cycles);
    }

    private static long LiveOnce(VerifiedHandler handler, Random random, long id)
    {
        InterruptTarget target = random.Next(3) switch { 0 => InterruptTarget.Dedicated, 1 => InterruptTarget.CurrentThread, _ => InterruptTarget.Process };
        TimeSpan period = TimeSpan.FromMicroseconds(random.Next(20, 51));
        InterruptTimer<Marked> timer = Create(handler, id, target, period);
        int updates = 0;
        for (int step = random.Next(6); step > 0; step--)
        {
            switch (random.Next(5))
            {
                case 0:
                    timer.Change(TimeSpan.Zero, period);
                    break;
                case 1:
                    using (timer.Mask())
                    {
                        Thread.Yield();
                    }

                    break;
                case 2:
                    timer.Update(static (ref Marked state) => state.Updates++);
                    updates++;
                    break;
                case 3:
                    timer.Pause();
                    timer.Change(TimeSpan.Zero, period);
                    break;
                default:
                    Thread.SpinWait(500);
                    break;
            }
        }

        Wait.Until(() => timer.Statistics.Delivered > 0);
        if (random.Next(4) == 0)
        {
            using MaskScope scope = timer.Mask();
            timer.Dispose();
        }
        else
        {
            timer.Dispose();
        }

        Marked end = timer.Snapshot();
        Assert.Equal((Marked.Mark, id, 0L, (long)updates), (end.Magic, end.Id, end.Wrong, end.Updates));
        Assert.Equal((end.Calls, end.Overruns), (timer.Statistics.Delivered, timer.Statistics.Overruns));
        return end.Calls;
    }

    // Verifying a handler takes longer than all else in these tests, so it is done once.
    private static InterruptTimer<Marked> Create(VerifiedHandler handler, long id, InterruptTarget target, TimeSpan period)
    {
        var options = new InterruptTimerOptions { Target = target };
        var state = new Marked { Magic = Marked.Mark, Id = id };
        return new InterruptTimer<Marked>(
            Marked.OnInterrupt, handler, state, $"source {id}", DeliveryMode.Signal, SignalRegistry.Claim(null, interrupts: true), options, TimerSchedule.Create(period, null, options));
    }

    private struct Sender
    {
        public long* CallsOut;
        public long Sent;
        public InterruptQueueWriter<long> Events;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref Sender state, in InterruptContext context)
        {
            state.Sent++;
            state.Events.TryWrite(state.Sent);
            Volatile.Write(ref *state.CallsOut, state.Sent);
        }
    }

    /// <summary>A state that knows whose it is.</summary>
    private struct Marked
    {
        public const long Mark = 0x5AFE_57A7_E000_0001;

        public long Magic;
        public long Id;
        public nint Address;
        public long Calls;
        public long Overruns;
        public long Updates;
        public long Wrong;
        private fixed long _ballast[500];

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref Marked state, in InterruptContext context)
        {
            state.Wrong += state.Magic != Mark ? 1 : 0;
            state.Address = (nint)Unsafe.AsPointer(ref state);
            state.Calls++;
            state.Overruns += context.Overruns;
            state._ballast[0]++;
            state._ballast[499]--;
        }
    }
}
