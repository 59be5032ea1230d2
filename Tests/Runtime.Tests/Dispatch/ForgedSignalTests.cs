// Signals that no timer sent: whoever sends them, whatever they carry, they run no handler. In children, where nobody else's are counted.
using System.Globalization;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Dispatch;

public sealed class ForgedSignalTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    [Fact]
    public void A_signal_that_differs_from_the_genuine_one_in_anything_is_spurious() => ChildProcess.Run(SendVariants).AssertSucceeded();

    [Fact]
    public void A_plain_signal_to_the_thread_is_spurious() => ChildProcess.Run(SendPlainSignal).AssertSucceeded();

    [Fact]
    public void A_signal_for_a_source_that_is_gone_is_spurious() => ChildProcess.Run(SendAfterDisposal).AssertSucceeded();

    [Fact]
    public void A_signal_of_another_process_is_spurious() => ChildProcess.Run(BeAttacked).AssertSucceeded();

    [Fact]
    public void A_hundred_thousand_random_signals_run_no_handler() => ChildProcess.Run(SendNonsense).AssertSucceeded();

    private static void SendVariants()
    {
        using ProbedTimer timer = StartSilent();
        siginfo_t genuine = Forge.Genuine(timer.Timer);
        siginfo_t[] variants =
        [
            genuine with { si_code = LibC.SI_QUEUE },
            genuine with { si_code = 0 },
            genuine with { si_code = -6 },
            genuine with { si_timerid = genuine.si_timerid + 1 },
            genuine with { si_timerid = -1 },
            genuine with { si_value = genuine.si_value + 0x10000 },
            genuine with { si_value = genuine.si_value - 0x10000 },
            genuine with { si_value = genuine.si_value ^ (1UL << 63) },
            genuine with { si_value = genuine.si_value + 1 },
            genuine with { si_value = genuine.si_value & 0xFFFF },
            genuine with { si_value = 0 },
            genuine with { si_value = ulong.MaxValue },
        ];
        for (int i = 0; i < variants.Length; i++)
        {
            Forge.SendHere(variants[i]);
            Assert.Equal((0, i + 1), (timer.Calls, InterruptSource.SpuriousSignals));
        }

        Assert.Equal(0, timer.Timer.Statistics.Spurious);
        Forge.SendHere(genuine);
        Assert.Equal((1, variants.Length), (timer.Calls, InterruptSource.SpuriousSignals));
    }

    private static void SendPlainSignal()
    {
        using ProbedTimer timer = StartSilent();
        Assert.Equal(0, LibC.tgkill(LibC.getpid(), LibC.gettid(), timer.Timer.Signal));

        Assert.Equal((0, 1, 0), (timer.Calls, InterruptSource.SpuriousSignals, timer.Timer.Statistics.Spurious));
    }

    private static void SendAfterDisposal()
    {
        ProbedTimer timer = StartSilent();
        siginfo_t late = Forge.Genuine(timer.Timer);
        timer.Timer.Dispose();
        Forge.SendHere(late);
        using ProbedTimer next = StartSilent();
        Forge.SendHere(late);

        Assert.Equal((0, 0, 2), (timer.Calls, next.Calls, InterruptSource.SpuriousSignals));
        Assert.Equal((0, 0), (timer.Timer.Statistics.Spurious, next.Timer.Statistics.Spurious));
    }

    private static void BeAttacked()
    {
        using ProbedTimer timer = StartSilent();
        siginfo_t genuine = Forge.Genuine(timer.Timer);
        var environment = new Dictionary<string, string>
        {
            ["VICTIM"] = Text(LibC.getpid()),
            ["THREAD"] = Text(LibC.gettid()),
            ["SIGNAL"] = Text(genuine.si_signo),
            ["TIMER"] = Text(genuine.si_timerid),
            ["INDEX"] = Text((long)(genuine.si_value & 0xFFFF)),
        };

        ChildProcess.Run(Attack, environment: environment).AssertSucceeded();

        Wait.Until(() => InterruptSource.SpuriousSignals == 3);
        Assert.Equal((0, 0), (timer.Calls, timer.Timer.Statistics.Spurious));

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    // It may well know the timer's id and the source's place, but not the generation.
    private static void Attack()
    {
        int victim = Number("VICTIM");
        int thread = Number("THREAD");
        var info = new siginfo_t { si_signo = Number("SIGNAL"), si_timerid = Number("TIMER"), si_value = (ulong)Number("INDEX") };
        Forge.Send(victim, thread, info with { si_code = LibC.SI_TIMER });
        Forge.Send(victim, thread, info with { si_code = LibC.SI_QUEUE });
        Forge.Send(victim, thread, info with { si_code = LibC.SI_TIMER, si_value = info.si_value | 0x1234_5678_9ABC_0000 });

        static int Number(string name) => int.Parse(Environment.GetEnvironmentVariable(name)!, CultureInfo.InvariantCulture);
    }

    private static void SendNonsense()
    {
        const int Signals = 100_000;
        var random = new Random(20_251_122);
        using ProbedTimer timer = StartSilent();
        using ProbedTimer other = StartSilent();
        siginfo_t genuine = Forge.Genuine(timer.Timer);
        timer.Timer.Change(s_never, s_never); // A generation of its own, older than the present one.
        siginfo_t present = Forge.Genuine(timer.Timer);
        for (int i = 0; i < Signals; i++)
        {
            siginfo_t info = Nonsense(random, genuine, present);
            bool wouldRun = info.si_code == LibC.SI_TIMER && info.si_value == present.si_value && info.si_timerid == present.si_timerid;
            Forge.SendHere(wouldRun ? info with { si_timerid = ~info.si_timerid } : info);
        }

        long stale = timer.Timer.Statistics.Spurious + other.Timer.Statistics.Spurious;
        Assert.Equal((0, 0), (timer.Calls, other.Calls));
        Assert.Equal(Signals, InterruptSource.SpuriousSignals + stale);
        Assert.True(stale > 0 && InterruptSource.SpuriousSignals > stale);
    }

    // Each field is nonsense, or a value that was or is right: the combinations are what matters.
    private static unsafe siginfo_t Nonsense(Random random, siginfo_t old, siginfo_t present)
    {
        const int Used = 48; // The kernel refuses what has anything behind (E2BIG).
        siginfo_t info = default;
        random.NextBytes(new Span<byte>(&info, Used));
        info.si_signo = present.si_signo;
        info.si_code = random.Next(4) switch { 0 => LibC.SI_TIMER, 1 => LibC.SI_QUEUE, 2 => random.Next(-64, 16), _ => info.si_code };
        info.si_timerid = random.Next(3) switch { 0 => present.si_timerid, 1 => old.si_timerid, _ => info.si_timerid };
        info.si_value = random.Next(5) switch
        {
            0 => present.si_value,
            1 => old.si_value,
            2 => (info.si_value & ~0xFFFFUL) | (present.si_value & 0xFFFF),
            3 => present.si_value + (ulong)(random.Next(-3, 4) * 0x10000L),
            _ => info.si_value,
        };
        return info;
    }

    private static ProbedTimer StartSilent() => new(s_never, new() { Target = InterruptTarget.CurrentThread });
}
