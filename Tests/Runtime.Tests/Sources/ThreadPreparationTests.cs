// Prepared threads: each step is really taken, by the kernel's word, or it is said aloud why not.
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed unsafe class ThreadPreparationTests
{
    private static readonly ThreadPreparation s_everything = new()
    {
        RealTimePriority = 7, Processors = [ThreadSettings.Processors()[0]], LockMemory = true, TimerSlack = TimeSpan.FromMicroseconds(3),
    };

    public static TheoryData<string, DeliveryMode> Sources => new()
    {
        { "timer", DeliveryMode.Signal }, { "timer", DeliveryMode.Threaded }, { "software", DeliveryMode.Signal }, { "software", DeliveryMode.Threaded },
        { "file", DeliveryMode.Signal }, { "file", DeliveryMode.Threaded },
    };

    [Theory, MemberData(nameof(Sources))]
    public void Each_step_is_taken_or_it_is_said_why_not(string kind, DeliveryMode delivery)
    {
        using Files pipe = Files.Pipe();
        using InterruptSource source = Start(kind, delivery, s_everything, pipe);

        Assert.Equal(Enum.GetValues<PreparationStep>(), source.Preparation.Select(static result => result.Step));
        int thread = ThreadOf(source);
        foreach (PreparationResult result in source.Preparation)
        {
            switch (result.Step)
            {
                case PreparationStep.Processors:
                    Assert.True(result.IsDone, result.Explanation);
                    Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{s_everything.Processors!.First()}"), Status(thread, "Cpus_allowed_list"));
                    break;
                case PreparationStep.TimerSlack:
                    Assert.Equal((true, "3000 ns"), (result.IsDone, result.Explanation));
                    break;
                case PreparationStep.RealTimePriority when result.IsDone:
                    sched_param parameter;
                    Assert.Equal(0, LibC.sched_getparam(thread, &parameter));
                    Assert.Equal((LibC.SCHED_FIFO, 7), (LibC.sched_getscheduler(thread) & 0xFF, parameter.sched_priority));
                    break;
                case PreparationStep.RealTimePriority:
                    Assert.Contains("CAP_SYS_NICE", result.Explanation, StringComparison.Ordinal);
                    break;
                default:
                    Assert.Contains(result.IsDone ? " KiB of code, state and stack are locked" : "RLIMIT_MEMLOCK", result.Explanation, StringComparison.Ordinal);
                    break;
            }
        }
    }

    [Fact]
    public void Locked_memory_is_locked_by_the_kernels_count_and_given_back() => ChildProcess.Run(LockAndUnlock).AssertSucceeded();

    [Fact]
    public void A_prepared_handler_meets_no_page_fault() => ChildProcess.Run(CountFaults).AssertSucceeded();

    [Fact]
    public void What_is_not_allowed_is_said_aloud_and_the_source_works_all_the_same() => ChildProcess.Run(LosePermissions).AssertSucceeded();

    [Fact]
    public void Processors_that_are_not_there_are_named()
    {
        int here = ThreadSettings.Processors()[0];
        using Files pipe = Files.Pipe();
        using (InterruptSource partly = Start("software", DeliveryMode.Signal, new() { Processors = [here, 8000] }, pipe))
        {
            PreparationResult result = Assert.Single(partly.Preparation);
            Assert.False(result.IsDone);
            Assert.StartsWith("the processors 8000 are not there", result.Explanation, StringComparison.Ordinal);
        }

        using InterruptSource nowhere = Start("software", DeliveryMode.Signal, new() { Processors = [8000] }, pipe);
        Assert.StartsWith("none of the processors 8000 is one", Assert.Single(nowhere.Preparation).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_preparation_there_is_nothing_to_tell()
    {
        using var plain = new ProbedTimer(TimeSpan.FromMilliseconds(1));
        using var empty = new ProbedTimer(TimeSpan.FromMilliseconds(1), new() { Preparation = new() });

        Assert.Empty(plain.Timer.Preparation);
        Assert.Empty(empty.Timer.Preparation);
    }

    public static TheoryData<ThreadPreparation> Nonsense =>
    [
        new ThreadPreparation { RealTimePriority = 0 }, new ThreadPreparation { RealTimePriority = 100 }, new ThreadPreparation { Processors = [] },
        new ThreadPreparation { Processors = [-1] }, new ThreadPreparation { Processors = [8192] }, new ThreadPreparation { TimerSlack = TimeSpan.FromTicks(-1) },
    ];

    [Theory, MemberData(nameof(Nonsense))]
    public void What_makes_no_sense_is_refused(ThreadPreparation preparation) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProbedTimer(TimeSpan.FromMilliseconds(1), new() { Preparation = preparation }));

    [Fact]
    public void A_thread_of_the_programs_own_is_not_prepared()
    {
        string refusal = Assert.Throws<ArgumentException>(() => new ProbedTimer(
            TimeSpan.FromMilliseconds(1), new() { Preparation = new() { LockMemory = true }, Target = InterruptTarget.Process })).Message;

        Assert.Contains("but the target is the process", refusal, StringComparison.Ordinal);
    }

    private static void LockAndUnlock()
    {
        var preparation = new ThreadPreparation { LockMemory = true };
        using Files pipe = Files.Pipe();
        Assert.Equal(0, Locked());
        InterruptSource first = Start("software", DeliveryMode.Signal, preparation, pipe);
        Assert.True(first.Preparation[0].IsDone, first.Preparation[0].Explanation);
        int one = LockedPages.Count;
        Assert.Equal(one * Environment.SystemPageSize / 1024, Locked());
        Assert.InRange(one, 10, 100);

        InterruptSource second = Start("software", DeliveryMode.Signal, preparation, pipe);
        int both = LockedPages.Count;
        Assert.InRange(both, one + 1, 100);
        first.Dispose();
        Assert.Equal(LockedPages.Count * Environment.SystemPageSize / 1024, Locked());

        // How many pages a source's blocks of the heap lie on is by chance.
        Assert.InRange(LockedPages.Count, 10, both - 1);
        second.Dispose();
        Assert.Equal((0, 0), (LockedPages.Count, Locked()));
    }

    // By the kernel's count of the thread's page faults (/proc/self/task/*/stat): after the first call it has had all that it will have.
    private static void CountFaults()
    {
        using var timer = new ProbedTimer(TimeSpan.FromMilliseconds(1), new() { Delivery = DeliveryMode.Signal, Preparation = new() { LockMemory = true } });
        int thread = ThreadOf(timer.Timer);
        long before = MinorFaults(thread);
        timer.AfterCalls(50);
        Assert.Equal(before, MinorFaults(thread));
    }

    private static void LosePermissions()
    {
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => { lock (notices) { notices.Add(notice); } };
        using (var before = new ProbedTimer(TimeSpan.FromMilliseconds(1)))
        {
            before.AfterCalls(1);
        }

        var none = new rlimit();
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_RTPRIO, &none));
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_MEMLOCK, &none));
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Equal(0, setresuid(65534, 65534, 65534));
        }

        using var timer = new ProbedTimer(TimeSpan.FromMilliseconds(1), new() { Name = "modest", Preparation = s_everything });
        Assert.Equal([true, true, false, false], timer.Timer.Preparation.Select(static result => result.IsDone));
        Assert.Contains("RLIMIT_MEMLOCK is 0 bytes", timer.Timer.Preparation[2].Explanation, StringComparison.Ordinal);
        Assert.Contains("RLIMIT_RTPRIO is 0, and there is no CAP_SYS_NICE", timer.Timer.Preparation[3].Explanation, StringComparison.Ordinal);
        lock (notices)
        {
            Assert.Equal(2, notices.Count);
            Assert.All(notices, static notice => Assert.Equal((InterruptNoticeKind.PreparationIncomplete, "modest"), (notice.Kind, notice.Source)));
            Assert.Contains("could not be prepared (LockMemory)", notices[0].Message, StringComparison.Ordinal);
        }

        timer.AfterCalls(20);
        Assert.Equal(0, LockedPages.Count);
    }

    private static InterruptSource Start(string kind, DeliveryMode delivery, ThreadPreparation preparation, Files pipe) => kind switch
    {
        "timer" => InterruptTimer.Start<long>(Count, TimeSpan.FromMilliseconds(1), new() { Delivery = delivery, Preparation = preparation, Name = "prepared" }),
        "software" => SoftwareInterrupt.Start<long>(Count, new() { Delivery = delivery, Preparation = preparation, Name = "prepared" }),
        _ => FileInterrupt.Start<long>(Count, pipe.Reader, new() { Delivery = delivery, Preparation = preparation, Name = "prepared" }),
    };

    private static int ThreadOf(InterruptSource source)
    {
        var id = source.GetType().BaseType!;
        while (id.Name != "InterruptSource`1")
        {
            id = id.BaseType!;
        }

        return (int)id.GetProperty("TargetThread", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(source)!;
    }

    private static string Status(int thread, string key) =>
        File.ReadLines($"/proc/self/task/{thread}/status").First(line => line.StartsWith(key + ":", StringComparison.Ordinal)).Split(':')[1].Trim();

    private static int Locked() => int.Parse(Status(LibC.gettid(), "VmLck").Split(' ')[0], CultureInfo.InvariantCulture);

    private static long MinorFaults(int thread)
    {
        const int Field = 10 - 3; // Behind the name in parentheses, from the third on: proc(5).
        string stat = File.ReadAllText($"/proc/self/task/{thread}/stat");
        return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[Field], CultureInfo.InvariantCulture);
    }

    [DllImport("libc.so.6")]
    private static extern int setresuid(uint real, uint effective, uint saved);

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(ref long state, in InterruptContext context) => state++;
}
