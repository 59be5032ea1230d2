// Interrupts beside all that the runtime does to threads: collections, exceptions, locks; and beside one another.
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Dispatch;

public sealed class CoexistenceTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    [Fact]
    public void Interrupted_threads_allocate_throw_lock_and_collect() => ChildProcess.Run(Labour, s_patience).AssertSucceeded();

    [Fact]
    public void Interrupted_threads_do_so_under_the_server_collector() =>
        ChildProcess.Run(
            Labour, s_patience, new Dictionary<string, string> { ["DOTNET_gcServer"] = "1", ["DOTNET_GCHeapCount"] = "2" }).AssertSucceeded();

    [Fact]
    public void A_threaded_timer_loses_no_interrupt_of_a_process_timer() => ChildProcess.Run(ShareProcessSignals).AssertSucceeded();

    private static void Labour()
    {
        const long Interrupts = 30_000;
        var gate = new Lock();
        long shared = 0;
        long locked = 0;
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(id => new Thread(() =>
        {
            using var timer = new ProbedTimer(TimeSpan.FromMicroseconds(100), new() { Target = InterruptTarget.CurrentThread });
            var random = new Random(id);
            List<object> kept = [];
            while (timer.Calls < Interrupts)
            {
                kept.Add(new byte[random.Next(1, 4000)]);
                if (kept.Count > 500)
                {
                    kept.RemoveRange(0, 400);
                    GC.Collect(random.Next(3), GCCollectionMode.Forced, blocking: random.Next(2) == 0);
                }

                try
                {
                    lock (gate)
                    {
                        shared++;
                        Interlocked.Increment(ref locked);
                        _ = ((int[])[1, 2])[random.Next(2, 4)];
                    }
                }
                catch (IndexOutOfRangeException)
                {
                    Assert.NotEmpty(kept);
                }
            }

            Probe seen = timer.End();
            Assert.Equal((LibC.gettid(), 0, 0), (seen.FirstThread, seen.MovesOfThread, seen.Overlaps));
        }))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Equal(locked, shared);
    }

    // A thread that waits for the signal in sigtimedwait(2) is offered those that are sent to the process as well.
    private static void ShareProcessSignals()
    {
        using var threaded = new ProbedTimer(TimeSpan.FromMicroseconds(50), new() { Delivery = DeliveryMode.Threaded });
        using var process = new ProbedTimer(TimeSpan.FromMicroseconds(50), new() { Target = InterruptTarget.Process });
        process.AfterCalls(10_000);
        threaded.AfterCalls(1000);

        Assert.Equal((0, 0), (process.Timer.Statistics.Spurious, threaded.Timer.Statistics.Spurious));
        Assert.Equal(0, InterruptSource.SpuriousSignals);
        Probe seen = process.End();
        Probe own = threaded.End();
        Assert.Equal((0, 0, 0), (seen.Overlaps, seen.Negative, own.Overlaps));
        Assert.Equal((seen.Calls, seen.Overruns), (process.Timer.Statistics.Delivered, process.Timer.Statistics.Overruns));

        // Those that the waiting thread got interrupted nothing, and count all the same.
        Assert.InRange(seen.Interrupts, 1, seen.Calls - 1);
    }
}
