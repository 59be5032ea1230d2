// NullReferenceExceptions amid interrupts, in children. The runtime handles each of them on the thread's alternate stack, where a second
// signal frame does not fit on a CPU with AVX-512, so without a larger one each of these dies within seconds.
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Dispatch;

public sealed class NullReferenceStormTests
{
    [Fact]
    public void Null_references_amid_interrupts_of_the_current_thread_do_no_harm() => ChildProcess.Run(FailOnCurrentThread).AssertSucceeded();

    [Fact]
    public void Null_references_amid_interrupts_of_a_thread_chosen_by_its_id_do_no_harm() => ChildProcess.Run(FailOnChosenThreads).AssertSucceeded();

    [Fact]
    public void Null_references_amid_interrupts_of_the_process_do_no_harm() => ChildProcess.Run(FailInProcess).AssertSucceeded();

    [Fact]
    public void Null_references_beside_a_dedicated_thread_do_no_harm() => ChildProcess.Run(FailBesideDedicated).AssertSucceeded();

    private static void FailOnCurrentThread()
    {
        using ProbedTimer timer = StartStorm(InterruptTarget.CurrentThread);
        Fail(timer);
    }

    private static void FailOnChosenThreads()
    {
        using ProbedTimer first = StartStorm(InterruptTarget.Thread(LibC.gettid()));
        first.AfterCalls(1);
        ProbedTimer? second = null;
        var other = new Thread(() =>
        {
            InterruptTarget.PrepareCurrentThread();
            using (second = StartStorm(InterruptTarget.Thread(LibC.gettid())))
            {
                Fail(second);
            }
        });
        other.Start();
        Fail(first);
        other.Join();
    }

    private static void FailInProcess()
    {
        InterruptTarget.PrepareCurrentThread();
        using ProbedTimer timer = StartStorm(InterruptTarget.Process);
        var other = new Thread(() =>
        {
            InterruptTarget.PrepareCurrentThread();
            Fail(timer);
        });
        other.Start();
        Fail(timer);
        other.Join();
    }

    private static void FailBesideDedicated()
    {
        using ProbedTimer timer = StartStorm(InterruptTarget.Dedicated);
        Fail(timer);
    }

    private static ProbedTimer StartStorm(InterruptTarget target) => new(TimeSpan.FromMicroseconds(50), new() { Target = target });

    // As many expiries as 8 s have at 20 kHz, however long they take.
    private static void Fail(ProbedTimer timer)
    {
        const long Expiries = 160_000;
        long caught = 0;
        while (timer.Timer.Statistics is var counts && counts.Delivered + counts.Overruns < Expiries)
        {
            for (int i = 0; i < 50; i++)
            {
                try
                {
                    _ = ReadNull(null);
                }
                catch (NullReferenceException)
                {
                    caught++;
                }
            }
        }

        Assert.True(caught > 1000, $"Only {caught} exceptions.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadNull(int[]? none) => none!.Length;
}
