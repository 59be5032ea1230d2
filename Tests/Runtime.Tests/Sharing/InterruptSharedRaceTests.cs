// Shared values under storms of interrupts of all levels, beside updates of ordinary code: no change is lost, none is seen half-done, nobody is in a value beside another.
using System.Runtime.CompilerServices;
using Xunit;

namespace TopHalf.Runtime.Tests.Sharing;

public sealed unsafe class InterruptSharedRaceTests
{
    [Fact]
    public void Handlers_of_all_levels_and_updates_of_two_threads_lose_nothing_and_tear_nothing() => ChildProcess.Run(Contend).AssertSucceeded();

    [Fact]
    public void Without_entering_handlers_would_tear_it() => ChildProcess.Run(ContendUnprotected).AssertSucceeded();

    [Fact]
    public void Values_and_sources_can_be_disposed_of_in_any_order_at_any_time() => ChildProcess.Run(DisposeInAnyOrder).AssertSucceeded();

    [Fact]
    public void A_source_of_a_higher_level_can_join_while_others_are_in_the_value() => ChildProcess.Run(JoinAmidStorm).AssertSucceeded();

    private static void Contend()
    {
        const int Least = 3000;
        using var shared = new InterruptShared<Wide>();
        using var worker = new Worker(AllocateAndCompute, InterruptTarget.PrepareCurrentThread);
        using Files pipe = Files.Pipe();
        var target = InterruptTarget.Thread(worker.ThreadId);
        var state = new Contender { Shared = shared.Access, Rounds = 30 };
        using var low = InterruptTimer.Start(Contender.OnInterrupt, state, TimeSpan.FromMicroseconds(300), new() { Target = target, Delivery = DeliveryMode.Signal, Shares = [shared] });
        using var middle = InterruptTimer.Start(Contender.OnInterrupt, state, TimeSpan.FromMicroseconds(170), new() { Target = target, Delivery = DeliveryMode.Signal, Shares = [shared], Level = 2 });
        using var file = FileInterrupt.Start(Contender.OnInterrupt, state, pipe.Reader, new() { Target = target, Delivery = DeliveryMode.Signal, Shares = [shared], Level = 1 });
        using var high = SoftwareInterrupt.Start(Contender.OnInterrupt, state, new() { Target = target, Delivery = DeliveryMode.Signal, Shares = [shared], Level = 3 });
        long raised = 0;
        long updates = 0;
        long torn = 0;
        using (var raiser = new Worker(() =>
        {
            raised += high.Raise() == RaiseResult.Raised ? 1 : 0;
            pipe.Write();
            pipe.Read();
            Thread.SpinWait(2000);
        }))
        using (var first = new Worker(Update))
        using (var second = new Worker(Update))
        {
            Wait.Until(() => Math.Min(Math.Min(low.Statistics.Delivered, middle.Statistics.Delivered), Math.Min(file.Statistics.Delivered, high.Statistics.Delivered)) >= Least);
        }

        low.Pause();
        middle.Pause();
        Wait.Until(() => high.Statistics.Delivered == raised);
        file.Dispose();
        Contender[] ends = [low.Snapshot(), middle.Snapshot(), file.Snapshot(), high.Snapshot()];
        Assert.All(ends, static end => Assert.Equal((0, 0, 0), (end.Torn, end.Intruded, end.Refused)));
        Assert.Equal((0, false), (torn, shared.Snapshot().IsTorn));
        Assert.Equal(ends.Sum(static end => end.Calls) + updates, shared.Snapshot().Count);
        Assert.Equal(raised, high.Snapshot().Calls);
        Assert.True(middle.Statistics.Deferred + file.Statistics.Deferred + high.Statistics.Deferred > 0, "Nothing was ever held back.");
        Assert.True(updates > 1000, $"Only {updates} updates.");

        void Update()
        {
            shared.Update((ref Wide value) =>
            {
                torn += value.IsTorn ? 1 : 0;
                Wide.Add(ref value);
                updates++;
            });
            if (shared.Snapshot().IsTorn)
            {
                Interlocked.Increment(ref torn);
            }
        }
    }

    // The same handlers, without the ceiling.
    private static void ContendUnprotected()
    {
        using var memory = new Cells(Wide.Words);
        using var worker = new Worker(AllocateAndCompute, InterruptTarget.PrepareCurrentThread);
        var target = InterruptTarget.Thread(worker.ThreadId);
        var state = new Contender { Bare = (Wide*)memory[0], Rounds = 30 };
        using var low = InterruptTimer.Start(Contender.OnInterrupt, state, TimeSpan.FromMicroseconds(110), new() { Target = target, Delivery = DeliveryMode.Signal });
        using var high = InterruptTimer.Start(Contender.OnInterrupt, state, TimeSpan.FromMicroseconds(170), new() { Target = target, Delivery = DeliveryMode.Signal, Level = 3 });
        Wait.Until(() => low.Snapshot().Intruded > 0);
    }

    private static void DisposeInAnyOrder()
    {
        using var worker = new Worker(AllocateAndCompute, InterruptTarget.PrepareCurrentThread);
        var target = InterruptTarget.Thread(worker.ThreadId);
        var random = new Random(5);
        for (int round = 0; round < 60; round++)
        {
            var shared = new InterruptShared<Wide>();
            var other = new InterruptShared<Wide>();
            var state = new Contender { Shared = shared.Access, Rounds = 10 };
            InterruptSource<Contender>[] sources =
            [
                InterruptTimer.Start(Contender.OnInterrupt, state, TimeSpan.FromMicroseconds(60), new() { Target = target, Delivery = DeliveryMode.Signal, Shares = [shared, other] }),
                InterruptTimer.Start(Contender.OnInterrupt, state, TimeSpan.FromMicroseconds(90), new() { Target = target, Delivery = DeliveryMode.Signal, Shares = [shared], Level = 1 }),
                SoftwareInterrupt.Start(Contender.OnInterrupt, state, new() { Target = target, Delivery = DeliveryMode.Signal, Shares = [shared, other], Level = 3 }),
            ];
            InterruptLine line = ((SoftwareInterrupt<Contender>)sources[2]).Line;
            long updates = 0;
            using (var raiser = new Worker(() =>
            {
                Thread.SpinWait(500);
                line.Raise();
            }))
            using (var updater = new Worker(() =>
            {
                Thread.SpinWait(2000);
                try
                {
                    shared.Update((ref Wide value) =>
                    {
                        Wide.Add(ref value);
                        updates++;
                    });
                }
                catch (ObjectDisposedException)
                {
                    // Expected: that is what happens to it here.
                    Thread.Sleep(0);
                }
            }))
            {
                IDisposable[] order = [.. sources, shared, other];
                random.Shuffle(order);
                Thread.SpinWait(random.Next(100_000));
                foreach (IDisposable next in order)
                {
                    next.Dispose();
                    Thread.SpinWait(random.Next(20_000));
                }
            }

            Contender[] ends = [.. sources.Select(static source => source.Snapshot())];
            Assert.All(ends, static end => Assert.Equal((0, 0), (end.Torn, end.Intruded)));
            Assert.Equal(ends.Sum(static end => end.Calls - end.Refused) + updates, shared.Snapshot().Count);
        }
    }

    private static void JoinAmidStorm()
    {
        using var worker = new Worker(AllocateAndCompute, InterruptTarget.PrepareCurrentThread);
        var target = InterruptTarget.Thread(worker.ThreadId);
        using var shared = new InterruptShared<Wide>();
        var state = new Contender { Shared = shared.Access, Rounds = 200 };
        using var low = InterruptTimer.Start(Contender.OnInterrupt, state, TimeSpan.FromMicroseconds(100), new() { Target = target, Delivery = DeliveryMode.Signal, Shares = [shared] });
        long calls = 0;
        for (int round = 0; round < 300; round++)
        {
            int level = 1 + (round % 3);
            using var high = InterruptTimer.Start(
                Contender.OnInterrupt, state, TimeSpan.FromMicroseconds(70), new() { Target = target, Delivery = DeliveryMode.Signal, Shares = [shared], Level = level });
            Wait.Until(() => high.Statistics.Delivered > 3);
            Assert.Equal(level, shared.Ceiling);
            high.Dispose();
            Contender end = high.Snapshot();
            Assert.Equal((0, 0, 0), (end.Torn, end.Intruded, end.Refused));
            calls += end.Calls;
        }

        low.Pause();
        Contender last = low.Snapshot();
        Assert.Equal((0, 0, 0), (last.Torn, last.Intruded, last.Refused));
        Assert.Equal(calls + last.Calls, shared.Snapshot().Count);
    }

    private static void AllocateAndCompute()
    {
        object[] kept = new object[100];
        for (int i = 0; i < 1000; i++)
        {
            kept[i % kept.Length] = new byte[i];
        }

        GC.KeepAlive(kept);
    }

    /// <summary>Enters the value, changes it, stays, and looks whether somebody else was in it meanwhile.</summary>
    private struct Contender
    {
        public InterruptSharedAccess<Wide> Shared;
        public Wide* Bare;
        public long Rounds;
        public long Calls;
        public long Torn;
        public long Intruded;
        public long Refused;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref Contender state, in InterruptContext context)
        {
            state.Calls++;
            if (state.Bare != null)
            {
                Change(ref state, ref *state.Bare);
            }
            else if (state.Shared.TryEnter(in context, out InterruptSharedSection<Wide> section))
            {
                Change(ref state, ref section.Value);
                section.Exit();
            }
            else
            {
                state.Refused++;
            }
        }

        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        private static void Change(ref Contender state, ref Wide value)
        {
            long before = Volatile.Read(ref value.All[0]);
            for (int i = 1; i < Wide.Words; i++)
            {
                state.Torn += Volatile.Read(ref value.All[i]) != before ? 1 : 0;
            }

            Wide.Add(ref value);
            for (long round = 0; round < state.Rounds; round++)
            {
                for (int i = 0; i < Wide.Words; i++)
                {
                    state.Intruded += Volatile.Read(ref value.All[i]) != before + 1 ? 1 : 0;
                }
            }
        }
    }
}
