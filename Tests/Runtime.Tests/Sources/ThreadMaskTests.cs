// The mask of a thread: what is held back, what is not, and that what was there before is there after.
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed unsafe class ThreadMaskTests
{
    [Fact]
    public void Interrupts_wait_for_its_end_and_come_before_that_returns()
    {
        using SoftwareInterrupt<long> source = Here();
        using (InterruptMask.Thread())
        {
            using (InterruptMask.Thread())
            {
                Assert.Equal((RaiseResult.Raised, RaiseResult.Raised), (source.Raise(1), source.Raise(2)));
            }

            Assert.Equal(0, source.Snapshot());
        }

        Assert.Equal(3, source.Snapshot());
        source.Raise(4);
        Assert.Equal(7, source.Snapshot());
    }

    [Fact]
    public void Expiries_of_a_timer_come_as_one()
    {
        using var timer = new ProbedTimer(TimeSpan.FromMicroseconds(200), new() { Target = InterruptTarget.CurrentThread });
        using (InterruptMask.Thread())
        {
            long calls = timer.Calls;
            Thread.Sleep(20);
            Assert.Equal(calls, timer.Calls);
        }

        Probe seen = timer.End();
        Assert.True(seen.Overruns >= 50, $"{seen.Overruns} overruns");
        Assert.Equal(seen.Calls, seen.Interrupts);
    }

    [Fact]
    public void Other_threads_are_interrupted_meanwhile()
    {
        using var worker = Worker.Idle();
        using var source = SoftwareInterrupt.Start<long>(Add, new SoftwareInterruptOptions { Target = InterruptTarget.Thread(worker.ThreadId), Delivery = DeliveryMode.Signal });
        using (InterruptMask.Thread())
        {
            source.Raise(5);
            Wait.Until(() => source.Snapshot() == 5);
        }
    }

    [Fact]
    public void The_runtime_can_collect_garbage_meanwhile()
    {
        using SoftwareInterrupt<long> source = Here();
        using (InterruptMask.Thread())
        {
            using var other = new Worker(static () => GC.Collect());
            Wait.Until(() => other.Rounds > 2);
        }

        Assert.Equal(0, source.Snapshot());
    }

    [Fact]
    public void What_was_blocked_before_stays_blocked_and_what_was_not_is_not()
    {
        using SoftwareInterrupt<long> source = Here();
        using (new Worker(static () => Thread.Sleep(1), () =>
        {
            sigset_t own = default;
            own.bits = 1UL << (source.Signal - 1);
            Assert.Equal(0, LibC.pthread_sigmask(LibC.SIG_BLOCK, &own, null));
            ulong before = Blocked();
            using (InterruptMask.Thread())
            {
                Assert.Equal(before | SignalRegistry.Signals, Blocked());
            }

            Assert.Equal(before, Blocked());
        }))
        {
        }

        ulong here = Blocked();
        using (InterruptMask.Thread())
        {
            Assert.Equal(here | SignalRegistry.Signals, Blocked());
            Assert.NotEqual(here, Blocked());
        }

        Assert.Equal(here, Blocked());
    }

    [Fact]
    public void Disposing_twice_is_harmless()
    {
        using SoftwareInterrupt<long> source = Here();
        ThreadMaskScope outer = InterruptMask.Thread();
        ThreadMaskScope inner = InterruptMask.Thread();
        inner.Dispose();
        inner.Dispose();
        source.Raise(1);
        Assert.Equal(0, source.Snapshot());

        outer.Dispose();
        outer.Dispose();
        Assert.Equal(1, source.Snapshot());
    }

    private static ulong Blocked()
    {
        sigset_t now;
        Assert.Equal(0, LibC.pthread_sigmask(LibC.SIG_BLOCK, null, &now));
        return now.bits;
    }

    private static SoftwareInterrupt<long> Here() => SoftwareInterrupt.Start<long>(
        Add, new SoftwareInterruptOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal });

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ref long state, in InterruptContext context) => state += context.Payload;
}
