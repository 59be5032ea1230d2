using System.Reflection;
using TopHalf.Dispatch;
using TopHalf.Generator.Material;

namespace TopHalf.Generator.Tests.Running;

/// <summary>Calls a handler as an ordinary method, lets it run as often in signal context, and compares what came out.</summary>
internal sealed unsafe class HandlerRun(InterruptHandler<State> handler, Action reset, Func<ulong> digest)
{
    private static readonly PropertyInfo s_slot = typeof(InterruptSource).GetProperty("Slot", BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>What went wrong, or null.</summary>
    public string? Compare(Victim victim, ulong seed, int index, int runs)
    {
        using var ordinary = new Arena(seed, index);
        State expected = ordinary.Initial;
        reset();
        var options = new InterruptTimerOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal };
        using var arena = new Arena(seed, index);
        using InterruptTimer<State> timer = InterruptTimer.Start(handler, arena.Initial, TimeSpan.FromHours(1), options);
        CallOrdinarily(ref expected, timer.Signal, runs);
        ulong expectedStatics = digest();

        reset();
        var slot = (InterruptSlot*)Pointer.Unbox(s_slot.GetValue(timer)!);
        victim.Interrupt(timer, slot, runs);
        InterruptStatistics statistics = timer.Statistics;
        timer.Dispose();
        if (statistics.Delivered != runs || statistics.Overruns != 0 || statistics.Spurious != 0 || InterruptSource.SpuriousSignals != 0)
        {
            return $"of {runs} interrupts {statistics.Delivered} were delivered, {statistics.Overruns} merged, "
                + $"{statistics.Spurious + InterruptSource.SpuriousSignals} dropped";
        }

        return digest() != expectedStatics
            ? "the statics differ from those of ordinary calls"
            : Arena.Difference(ordinary, expected, arena, timer.Snapshot());
    }

    // SAFETY: the frame outlives the calls.
    private void CallOrdinarily(ref State state, int signal, int count)
    {
        InterruptRegisters none = default;
        var frame = new InterruptFrame { Signal = signal, IsInterrupt = 1, Registers = &none };
        for (int i = 0; i < count; i++)
        {
            handler(ref state, new InterruptContext(&frame));
        }
    }
}
