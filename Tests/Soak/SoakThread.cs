using System.IO.Pipes;
using System.Runtime.ExceptionServices;
using TopHalf.Interop;

namespace TopHalf.Soak;

/// <summary>A falsified count, to see that the checks can fail.</summary>
internal enum Sabotage
{
    None,

    /// <summary>As if one expiry had been lost.</summary>
    Lose,

    /// <summary>As if one expiry had been counted twice.</summary>
    Double,
}

/// <summary>
/// One interrupted thread, its timer, the queue that its handler feeds, the software interrupt that both raise, a pipe that the queue's reader writes to and
/// the thread empties, and the counter of its page faults: each on a level of its own, so that their handlers nest, and all with
/// a value that they and the reader change.
/// </summary>
internal sealed class SoakThread
{
    private static readonly TimeSpan s_period = TimeSpan.FromMicroseconds(100);

    // So much that it is never reached: the accounting is what is wanted.
    private static readonly InterruptBudget s_ample = new() { Share = 1, Window = TimeSpan.FromMinutes(1) };

    // Time to compile and verify the handler before the first expiry is due.
    private const long Lead = 1_000_000_000;

    private const int NonBlocking = 0x800; // O_NONBLOCK

    private readonly string _name;
    private readonly TimeSpan _duration;
    private readonly Sabotage _sabotage;
    private readonly Thread _thread;
    private readonly List<string> _faults = [];
    private InterruptTimer<Beat>? _timer;
    private Exception? _failure;
    private long _read;
    private long _raised;
    private long _written;
    private long _emptied;

    public SoakThread(string name, TimeSpan duration, Sabotage sabotage)
    {
        _name = name;
        _duration = duration;
        _sabotage = sabotage;
        _thread = new Thread(() =>
        {
            try
            {
                Run();
            }
            catch (Exception failure)
            {
                _failure = failure;
            }
        })
        { Name = name };
        _thread.Start();
    }

    /// <summary>Whether the thread still works.</summary>
    public bool IsAlive => _thread.IsAlive;

    /// <summary>What is wrong; empty if nothing is. After the thread's end.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>One line of progress or, after the end, of result.</summary>
    public override string ToString() => _timer is { } timer
        ? $"{_name}: {timer.Statistics}, {Volatile.Read(ref _read)} read"
        : $"{_name}: starting";

    /// <summary>Waits for the end and throws what the thread threw.</summary>
    public void Join()
    {
        _thread.Join();
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    private void Run()
    {
        using var queue = new InterruptQueue<long>(1 << 16);
        using var tally = new InterruptShared<Tally>();
        using SoftwareInterrupt<Relay> relay = SoftwareInterrupt.Start(
            Relay.OnRaise,
            new Relay { Common = tally.Access },
            new SoftwareInterruptOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal, Capacity = 4096, Budget = s_ample, Level = 2, Shares = [tally], Name = $"{_name}'s relay" });
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        using var pipeWriter = new AnonymousPipeClientStream(PipeDirection.Out, pipe.ClientSafePipeHandle);
        int descriptor = (int)pipe.SafePipeHandle.DangerousGetHandle();
        _ = LibC.fcntl(descriptor, LibC.F_SETFL, NonBlocking);
        using FileInterrupt<Arrival> arrivals = FileInterrupt.Start(
            Arrival.OnArrival,
            new Arrival { Descriptor = descriptor, Common = tally.Access },
            pipe.SafePipeHandle,
            new FileInterruptOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal, Shares = [tally], Name = $"{_name}'s pipe" });
        using CounterInterrupt<PageFaults>? faults = StartCounter(tally);
        Task reading = ReadAsync(queue, tally, relay.Line, (int)pipeWriter.SafePipeHandle.DangerousGetHandle());
        long firstDue = InterruptClock.Timestamp + Lead;
        var beat = new Beat(firstDue, s_period, queue.Writer, relay.Line, tally.Access);
        var options = new InterruptTimerOptions
        {
            Target = InterruptTarget.CurrentThread,
            Delivery = DeliveryMode.Signal,
            DueTime = InterruptDueTime.At(firstDue),
            Budget = s_ample,
            Level = 1,
            Shares = [tally],
            Name = _name,
        };

        using (_timer = InterruptTimer.Start(Beat.OnTick, beat, s_period, options))
        {
            Falsify(_timer);
            long end = firstDue + (long)_duration.TotalNanoseconds;
            for (long round = 0; InterruptClock.Timestamp < end; round++)
            {
                Chaos.Round(round);
                Empty(descriptor);
            }

            MeetTheClock();
        }

        queue.Complete();
        reading.Wait();
        Check(_timer.Snapshot(), _timer.Statistics, queue);
        Check(relay.Snapshot(), _timer.Snapshot(), relay.Statistics);
        Empty(descriptor);
        Check(arrivals.Snapshot(), arrivals.QueueOverflows);
        faults?.Pause();
        Check(tally.Snapshot(), _timer.Snapshot(), relay.Statistics, arrivals.Snapshot(), faults?.Snapshot() ?? default);
        Expect(tally is { Refused: 0, Unbalanced: 0 }, $"the tally refused {tally.Refused} handlers, and {tally.Unbalanced} left it wrongly");
        Expect(
            faults is null || (faults.Count > 0 && faults.Snapshot().Events == faults.Count),
            $"{faults?.Snapshot().Events} page faults were told of {faults?.Count}");
    }

    // Where the machine or a container allows no counters, the rest is worth the run.
    private CounterInterrupt<PageFaults>? StartCounter(InterruptShared<Tally> tally)
    {
        try
        {
            return CounterInterrupt.Start(
                PageFaults.OnFault,
                new PageFaults { Common = tally.Access },
                CounterEvent.PageFaults,
                1,
                new CounterInterruptOptions { Delivery = DeliveryMode.Signal, Level = 3, Shares = [tally], Name = $"{_name}'s page faults" });
        }
        catch (CounterUnavailableException refusal)
        {
            Console.WriteLine($"Without counters: {refusal.Message}");
            return null;
        }
    }

    private unsafe void Empty(int descriptor)
    {
        byte* buffer = stackalloc byte[4096];
        nint count;
        while ((count = LibC.read(descriptor, buffer, 4096)) > 0)
        {
            _emptied += count;
        }
    }

    // Moving the due times by a period is as good as moving the count by one.
    private void Falsify(InterruptTimer<Beat> timer)
    {
        long shift = _sabotage switch { Sabotage.Lose => -1, Sabotage.Double => 1, _ => 0 };
        if (shift != 0)
        {
            timer.Update((ref Beat beat) => beat.FirstDue += shift * beat.Period);
        }
    }

    // The count of expiries must be the clock's at some instant: as many as were due both before and after the count was read.
    private void MeetTheClock()
    {
        const int Attempts = 100_000;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            Beat beat = _timer!.Snapshot();
            long before = InterruptClock.Timestamp;
            long counted = _timer.Snapshot().Expiries;
            long after = InterruptClock.Timestamp;
            if (DueBy(beat, before) == counted && DueBy(beat, after) == counted)
            {
                return;
            }
        }

        Beat last = _timer!.Snapshot();
        Expect(false, $"{last.Expiries} expiries counted, {DueBy(last, InterruptClock.Timestamp)} due by the clock");
    }

    private static long DueBy(in Beat beat, long time) => time < beat.FirstDue ? 0 : ((time - beat.FirstDue) / beat.Period) + 1;

    private void Check(in Beat beat, InterruptStatistics statistics, InterruptQueue<long> queue)
    {
        Expect(statistics.Delivered == beat.Calls, $"delivered {statistics.Delivered}, but the handler ran {beat.Calls} times");
        Expect(
            statistics.Delivered + statistics.Overruns == beat.Expiries,
            $"delivered + overruns is {statistics.Delivered + statistics.Overruns}, but the handler saw {beat.Expiries} expiries");
        Expect(beat.Early == 0, $"{beat.Early} deliveries stood for an expiry that was not due yet: some expiry was counted twice");
        Expect(beat.LateWindows == 0, $"in {beat.LateWindows} windows every delivery was late by a period or more: some expiry was lost");
        Expect(queue.Dropped == 0, $"the queue dropped {queue.Dropped}");
        Expect(_read == beat.Calls, $"{_read} items read of {beat.Calls} written");
        Expect(statistics.Delivered > 0, "no interrupt came");
        Expect(statistics.Throttled == 0, $"{statistics.Throttled} windows were throttled");
    }

    // All that was raised for this thread has been delivered: nothing on it blocks the signal.
    private void Check(in Relay relay, in Beat beat, InterruptStatistics statistics)
    {
        Expect(relay.Wrong == 0, $"{relay.Wrong} payloads of software interrupts were not the next");
        Expect(relay.FromHandler == beat.Raised, $"{relay.FromHandler} software interrupts came of {beat.Raised} that the handler raised");
        Expect(relay.FromReader == _raised, $"{relay.FromReader} software interrupts came of {_raised} that ordinary code raised");
        Expect(beat.Refused == 0, $"{beat.Refused} software interrupts were refused");
        Expect(statistics.Delivered == beat.Raised + _raised, $"{statistics.Delivered} software interrupts were delivered of {beat.Raised + _raised}");
        Expect(_raised > 0, "ordinary code raised no software interrupt");
    }

    private void Check(in Arrival arrival, long overflows)
    {
        Expect(arrival.Wrong == 0, $"{arrival.Wrong} interrupts of the pipe told of something else than data in it");
        Expect(arrival.Events == _written, $"{arrival.Events} writes to the pipe were told of {_written}");
        Expect(_emptied == _written, $"{_emptied} bytes of {_written} were read from the pipe");
        Expect(overflows == 0, $"the kernel had no room for {overflows} signals of the pipe");
        Expect(_written > 0, "nothing was written to the pipe");
    }

    // Each handler has counted itself, and so has the reader, and nobody has undone what another did.
    private void Check(in Tally tally, in Beat beat, InterruptStatistics relay, in Arrival arrival, in PageFaults faults)
    {
        Expect(tally.Wrong == 0, $"the tally was found half-changed {tally.Wrong} times");
        Expect(tally.Beats == beat.Calls, $"{tally.Beats} beats in the tally of {beat.Calls}");
        Expect(tally.Relays == relay.Delivered, $"{tally.Relays} relays in the tally of {relay.Delivered}");
        Expect(tally.Arrivals == arrival.Calls, $"{tally.Arrivals} arrivals in the tally of {arrival.Calls}");
        Expect(tally.Faults == faults.Calls, $"{tally.Faults} page faults in the tally of {faults.Calls}");
        Expect(tally.Updates == _raised, $"{tally.Updates} updates in the tally of {_raised}");
        Expect(
            tally.Sum == tally.Beats + tally.Relays + tally.Arrivals + tally.Faults + tally.Updates,
            $"the tally's sum is {tally.Sum}, and its parts {tally.Beats + tally.Relays + tally.Arrivals + tally.Faults + tally.Updates}");
    }

    private static unsafe nint WriteByte(int descriptor)
    {
        byte one = 1;
        return LibC.write(descriptor, &one, 1);
    }

    private async Task ReadAsync(InterruptQueue<long> queue, InterruptShared<Tally> tally, InterruptLine relay, int pipe)
    {
        long last = 0;
        await foreach (long expiries in queue.ReadAllAsync().ConfigureAwait(false))
        {
            Expect(expiries > last, $"item {expiries} came after {last}");
            last = expiries;
            Volatile.Write(ref _read, _read + 1);
            RaiseResult result = relay.Raise((nint)(-_raised - 1));
            Expect(result == RaiseResult.Raised, $"ordinary code could not raise: {result}");
            _raised++;
            tally.Update(static (ref Tally all) => Tally.Count(ref all, ref all.Updates));
            nint length = WriteByte(pipe);
            Expect(length == 1, $"a write to the pipe wrote {length}");
            _written++;
        }
    }

    private void Expect(bool holds, string fault)
    {
        if (!holds)
        {
            lock (_faults)
            {
                _faults.Add($"{_name}: {fault}");
            }
        }
    }
}
