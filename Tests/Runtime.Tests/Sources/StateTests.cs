// The state of a source, seen from ordinary code: never torn, changed without losing anything, and kept after the end.
using System.Runtime.CompilerServices;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

public sealed unsafe class StateTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    [Fact]
    public void A_snapshot_is_never_torn_though_a_plain_copy_is()
    {
        using var cells = new Cells(1);
        using InterruptTimer<Block> timer = StartCounting(cells);
        long plainTorn = 0;
        long snapshots = 0;
        using (var one = new Worker(Look))
        using (var two = new Worker(Look))
        {
            // Under a debugger's eye the loop would not be needed: the state's address came with the first delivery.
            Wait.BusyUntil(cells[0], 1);
            nint address = timer.Snapshot().Address;
            while (Volatile.Read(ref *cells[0]) < 5000 || plainTorn == 0 || Volatile.Read(ref snapshots) < 1000)
            {
                Block copy = *(Block*)address;
                plainTorn += copy.IsWhole ? 0 : 1;
            }
        }

        timer.Dispose();
        Assert.True(timer.Snapshot().IsWhole);

        void Look()
        {
            Assert.True(timer.Snapshot().IsWhole, "A snapshot was torn.");
            Interlocked.Increment(ref snapshots);
        }
    }

    [Fact]
    public void An_update_is_whole_to_the_handler_and_nothing_of_either_is_lost()
    {
        using var cells = new Cells(1);
        using InterruptTimer<Block> timer = StartCounting(cells);
        long updates = 0;
        using (var one = new Worker(Update))
        using (var two = new Worker(Update))
        {
            Wait.Until(() => Volatile.Read(ref updates) >= 2000 && timer.Statistics.Delivered >= 1000);
        }

        timer.Dispose();
        Block state = timer.Snapshot();
        Assert.True(state.IsWhole);
        Assert.Equal(updates + timer.Statistics.Delivered, state.First);

        void Update()
        {
            timer.Update(static (ref Block block) => block.CountAll());
            Interlocked.Increment(ref updates);
        }
    }

    [Fact]
    public void An_update_that_throws_leaves_the_state_as_it_was_and_the_timer_running()
    {
        using var cells = new Cells(1);
        using InterruptTimer<Block> timer = StartCounting(cells);

        Assert.Throws<TimeZoneNotFoundException>(() => timer.Update(static (ref Block block) =>
        {
            block.First = -1_000_000;
            throw new TimeZoneNotFoundException();
        }));

        long calls = *cells[0];
        Wait.BusyUntil(cells[0], calls + 10);
        Assert.True(timer.Snapshot().IsWhole);
    }

    [Fact]
    public void The_state_begins_as_it_was_given_or_as_zeroes()
    {
        using InterruptTimer<Block> given = InterruptTimer.Start(Block.OnInterrupt, new Block { First = 42 }, s_never);
        using InterruptTimer<Block> zeroed = InterruptTimer.Start<Block>(Block.OnInterrupt, s_never);

        Assert.Equal(42, given.Snapshot().First);
        Assert.Equal(default, zeroed.Snapshot());
    }

    [Fact]
    public void An_update_is_seen_by_the_next_snapshot()
    {
        using InterruptTimer<Block> timer = InterruptTimer.Start<Block>(Block.OnInterrupt, s_never);
        timer.Update(static (ref Block block) => block.First = 7);

        Assert.Equal(7, timer.Snapshot().First);
        Assert.Throws<ArgumentNullException>(() => timer.Update(null!));
    }

    [Fact]
    public void After_disposal_snapshot_and_statistics_are_the_last_ones_and_all_else_refuses()
    {
        using var timer = new ProbedTimer(TimeSpan.FromMicroseconds(200));
        timer.AfterCalls(50);
        timer.Timer.Dispose();
        long calls = timer.Calls;
        using var other = new ProbedTimer(TimeSpan.FromMicroseconds(200)); // In the same slot, perhaps.
        other.AfterCalls(50);

        Assert.Equal(calls, timer.Calls);
        Assert.Equal(calls, timer.Timer.Snapshot().Calls);
        Assert.Equal(calls, timer.Timer.Statistics.Delivered);
        Assert.Same(timer.Timer.Statistics, timer.Timer.Statistics);
        Assert.Throws<ObjectDisposedException>(() => timer.Timer.Update(static (ref Probe _) => { }));
        Assert.Throws<ObjectDisposedException>(() => timer.Timer.Change(TimeSpan.Zero, s_never));
        Assert.Throws<ObjectDisposedException>(timer.Timer.Pause);
        Assert.Throws<ObjectDisposedException>(() => timer.Timer.Mask().Dispose());
    }

    [Fact]
    public void An_update_that_disposes_its_own_source_is_told_so_and_changes_nothing()
    {
        InterruptTimer<Block> timer = InterruptTimer.Start(Block.OnInterrupt, new Block { First = 1 }, s_never);

        Assert.Throws<ObjectDisposedException>(() => timer.Update((ref Block block) =>
        {
            block.First = 2;
            timer.Dispose();
        }));
        Assert.Equal(1, timer.Snapshot().First);
    }

    [Fact]
    public void An_update_inside_an_update_of_the_same_source_is_refused_and_loses_nothing()
    {
        using InterruptTimer<Block> timer = InterruptTimer.Start(Block.OnInterrupt, new Block { First = 1 }, s_never);

        timer.Update((ref Block block) =>
        {
            block.First = 2;
            Assert.Throws<InvalidOperationException>(() => timer.Update(static (ref Block inner) => inner.First = 3));
        });
        Assert.Equal(2, timer.Snapshot().First);
    }

    [Fact]
    public void A_threaded_handler_that_calls_its_own_timer_is_told_not_to()
    {
        using var done = new ManualResetEventSlim();
        InterruptTimer<long>? timer = null;
        List<string> refusals = [];
        InterruptHandler<long> handler = (ref long _, in InterruptContext _) =>
        {
            if (timer is null || done.IsSet)
            {
                return;
            }

            Action[] calls =
            [
                () => timer.Dispose(), () => timer.Mask().Dispose(), () => timer.Snapshot(), () => _ = timer.Statistics,
                () => timer.Update(static (ref long _) => { }), () => timer.Change(TimeSpan.Zero, s_never), timer.Pause,
            ];
            refusals.AddRange(calls.Select(static call => Assert.Throws<InvalidOperationException>(call).Message));
            done.Set();
        };
        timer = InterruptTimer.Start(handler, TimeSpan.FromMilliseconds(1), new() { Delivery = DeliveryMode.Threaded, Name = "Ticker" });

        Assert.True(done.Wait(TimeSpan.FromSeconds(40)));
        timer.Dispose();
        Assert.Equal(7, refusals.Count);
        Assert.All(refusals, static message => Assert.Contains("The handler of 'Ticker' calls its own source", message, StringComparison.Ordinal));
    }

    private static InterruptTimer<Block> StartCounting(Cells cells) =>
        InterruptTimer.Start(Block.OnInterrupt, new Block { CallsOut = cells[0] }, TimeSpan.FromMicroseconds(20));

    /// <summary>Sixteen numbers that are always equal.</summary>
    private struct Block
    {
        private const int Count = 16;

        public long* CallsOut;
        public nint Address;
        public long First;
        private fixed long _others[Count - 1];

        public readonly bool IsWhole
        {
            get
            {
                for (int i = 0; i < Count - 1; i++)
                {
                    if (_others[i] != First)
                    {
                        return false;
                    }
                }

                return true;
            }
        }

        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void CountAll()
        {
            First++;
            for (int i = 0; i < Count - 1; i++)
            {
                _others[i]++;
            }
        }

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref Block state, in InterruptContext context)
        {
            state.Address = (nint)Unsafe.AsPointer(ref state);
            state.CountAll();
            if (state.CallsOut != null)
            {
                Volatile.Write(ref *state.CallsOut, *state.CallsOut + 1);
            }
        }
    }
}
