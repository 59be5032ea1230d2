// Processes and threads start, and threads end, under live sources, as often as the shortest period allows. In children: a signal into a thread that is half there
// would end the process, and a clone(2) that is restarted for every signal would never return.
using System.Diagnostics;
using System.Runtime.InteropServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

public sealed unsafe partial class StartAndExitTests
{
    private static readonly TimeSpan s_shortest = new InterruptTimerOptions().MinimumPeriod;

    [Fact]
    public void Processes_start_on_an_interrupted_thread_and_inherit_nothing_of_it() => ChildProcess.Run(StartProcesses).AssertSucceeded();

    [Fact]
    public void Threads_start_on_an_interrupted_thread_and_inherit_nothing_of_it() => ChildProcess.Run(StartThreads).AssertSucceeded();

    [Fact]
    public void Threads_start_and_end_while_the_process_is_interrupted() => ChildProcess.Run(StartAndEndThreads).AssertSucceeded();

    [Fact]
    public void Threads_end_while_their_own_timers_and_others_interrupt_them() => ChildProcess.Run(EndInterruptedThreads).AssertSucceeded();

    private static void StartProcesses()
    {
        const int Processes = 30;
        string before = MasksOfProcess();
        using ProbedTimer own = Start(InterruptTarget.CurrentThread);
        using ProbedTimer process = Start(InterruptTarget.Process);
        for (int i = 0; i < Processes; i++)
        {
            long calls = own.Calls;
            Assert.Equal(before, MasksOfProcess());
            Assert.Equal(0, system("exit 0"));
            Assert.NotEqual(calls, own.Calls);
        }
    }

    private static void StartThreads()
    {
        const int Threads = 300;
        ulong before = MaskOfNewThread();
        using ProbedTimer own = Start(InterruptTarget.CurrentThread);
        own.AfterCalls(1);
        for (int i = 0; i < Threads; i++)
        {
            Assert.Equal(before, MaskOfNewThread());
        }

        long calls = own.Calls;
        own.AfterCalls(calls + 1);
    }

    private static void StartAndEndThreads()
    {
        const int Rounds = 60;
        const int AtOnce = 8;
        using ProbedTimer process = Start(InterruptTarget.Process);
        int ran = 0;
        for (int round = 0; round < Rounds; round++)
        {
            var threads = new Thread[AtOnce];
            for (int i = 0; i < AtOnce; i++)
            {
                threads[i] = new Thread(() => Interlocked.Increment(ref ran));
                threads[i].Start();
            }

            foreach (Thread thread in threads)
            {
                thread.Join();
            }
        }

        long calls = process.Calls;
        process.AfterCalls(calls + 1);
        Assert.Equal(Rounds * AtOnce, ran);
        Assert.Equal(0, InterruptSource.SpuriousSignals);
    }

    private static void EndInterruptedThreads()
    {
        const int Threads = 100;
        for (int i = 0; i < Threads; i++)
        {
            ProbedTimer? timer = null;
            SoftwareInterrupt<long>? software = null;
            using var raised = new ManualResetEventSlim();
            var ends = new Thread(() =>
            {
                timer = Start(InterruptTarget.CurrentThread);
                software = SoftwareInterrupt.Start<long>(Count, new() { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal });
                raised.Wait();

                // Neither is disposed of: the thread ends while both are sent to it.
            });
            ends.Start();
            Wait.Until(() => Volatile.Read(ref software) is not null);
            RaiseResult last = RaiseResult.Raised;
            for (long raises = 0; last is RaiseResult.Raised or RaiseResult.QueueFull or RaiseResult.LimitReached; raises++)
            {
                if (raises == 20)
                {
                    raised.Set();
                }

                last = software!.Raise();

                // Not so many that they fill the queue of signals, which all of the user's processes share.
                Thread.Sleep(raises % 16 == 15 ? 1 : 0);
            }

            Assert.Equal(RaiseResult.TargetGone, last);
            ends.Join();
            long calls = timer!.Calls;
            Assert.Equal(RaiseResult.TargetGone, software!.Raise());
            Assert.Equal(calls, timer.Calls);
            software.Dispose();
            timer.Dispose();
        }
    }

    [InterruptHandler, System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
    private static void Count(ref long state, in InterruptContext context) => state++;

    private static ProbedTimer Start(InterruptTarget target) => new(s_shortest, new() { Target = target, Delivery = DeliveryMode.Signal });

    // What a new process says of itself: pending, blocked, ignored and caught signals.
    private static string MasksOfProcess()
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/grep", ["^S[ih][gd]", "/proc/self/status"]) { RedirectStandardOutput = true })!;
        string masks = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("SigBlk", masks, StringComparison.Ordinal);
        return string.Join('\n', masks.Split('\n').Where(static line => line.StartsWith("Sig", StringComparison.Ordinal) && !line.StartsWith("SigQ", StringComparison.Ordinal)));
    }

    private static ulong MaskOfNewThread()
    {
        sigset_t mask = default;
        int error = -1;
        var thread = new Thread(() =>
        {
            sigset_t found;
            error = LibC.pthread_sigmask(LibC.SIG_BLOCK, null, &found);
            mask = found;
        });
        thread.Start();
        thread.Join();
        Assert.Equal(0, error);
        return mask.bits;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int system(string command);
}
