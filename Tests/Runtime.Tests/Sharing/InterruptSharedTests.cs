// Values that handlers of several levels share: who runs when, by the order of letters that handlers write. The first tests are what RTIC's examples show.
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Runtime.Tests.Dispatch;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests.Sharing;

public sealed class InterruptSharedTests
{
    [Fact]
    public void Preempt()
    {
        using var rig = new Rig();
        InterruptLine b = rig.Start('B', 2, [Do.Begin, Do.End]);
        InterruptLine c = rig.Start('C', 2, [Do.Begin, Do.Raise0, Do.End], b);
        InterruptLine a = rig.Start('A', 1, [Do.Begin, Do.Raise0, Do.End], c);

        Assert.Equal("ACcBba", rig.Run(a));
    }

    [Fact]
    public void A_lock_holds_back_who_shares_and_not_who_does_not()
    {
        using var rig = new Rig();
        InterruptLine c = rig.Start('C', 3, [Do.Begin, Do.End]);
        InterruptLine b = rig.StartSharer('B', 2, [Do.Begin, Do.Enter, Do.Exit, Do.End]);
        InterruptLine a = rig.StartSharer('A', 1, [Do.Begin, Do.Enter, Do.Raise0, Do.Raise1, Do.Exit, Do.End], b, c);

        Assert.Equal("A(Cc)B()ba", rig.Run(a));
        Assert.Equal((2, 2), (rig.First.Ceiling, rig.First.Snapshot().Count));
        Assert.Equal((0, 1, 0), (rig['A'].Statistics.Deferred, rig['B'].Statistics.Deferred, rig['C'].Statistics.Deferred));
        Assert.Equal((1, 1, 1), (rig['A'].Statistics.Delivered, rig['B'].Statistics.Delivered, rig['C'].Statistics.Delivered));
    }

    [Fact]
    public void Nested_locks_lower_the_ceiling_step_by_step()
    {
        using var rig = new Rig();
        InterruptLine c = rig.StartSharer('C', 2, [Do.Begin, Do.Enter2, Do.Exit2, Do.End], rig.Second);
        InterruptLine b = rig.StartSharer('B', 1, [Do.Begin, Do.Enter, Do.Exit, Do.End], rig.First);
        InterruptLine a = rig.StartSharer(
            'A', 0, [Do.Begin, Do.Enter, Do.Enter2, Do.Raise0, Do.Raise1, Do.Mark, Do.Exit2, Do.Mark, Do.Exit, Do.Mark, Do.End], [rig.First, rig.Second], b, c);

        Assert.Equal("A([0]C[]c1)B()b2a", rig.Run(a));
        Assert.Equal((1, 2), (rig.First.Ceiling, rig.Second.Ceiling));
    }

    [Fact]
    public void A_lock_of_a_lower_ceiling_within_one_of_a_higher_lowers_nothing_and_in_the_end_the_highest_comes_first()
    {
        using var rig = new Rig();
        InterruptLine c = rig.StartSharer('C', 2, [Do.Begin, Do.Enter2, Do.Exit2, Do.End], rig.Second);
        InterruptLine b = rig.StartSharer('B', 1, [Do.Begin, Do.Enter, Do.Exit, Do.End], rig.First);
        InterruptLine a = rig.StartSharer(
            'A', 0, [Do.Begin, Do.Enter2, Do.Enter, Do.Raise0, Do.Raise1, Do.Exit, Do.Mark, Do.Exit2, Do.Mark, Do.End], [rig.First, rig.Second], b, c);

        Assert.Equal("A[()0]C[]cB()b1a", rig.Run(a));
    }

    [Fact]
    public void Above_the_ceiling_it_interrupts_and_enters_what_it_shares()
    {
        using var rig = new Rig();
        InterruptLine d = rig.StartSharer('D', 3, [Do.Begin, Do.Enter2, Do.Exit2, Do.End], rig.Second);
        InterruptLine b = rig.StartSharer('B', 1, [Do.Begin, Do.Enter, Do.Exit, Do.End], rig.First);
        InterruptLine a = rig.StartSharer('A', 0, [Do.Begin, Do.Enter, Do.Raise0, Do.Raise1, Do.Exit, Do.End], rig.First, b, d);

        // What D left of the ceiling is what A had raised: B still waits.
        Assert.Equal("A(D[]d)B()ba", rig.Run(a));
    }

    [Fact]
    public void A_ceiling_holds_back_who_shares_anything_up_to_its_level_and_nobody_else()
    {
        using var rig = new Rig();
        InterruptLine free = rig.Start('F', 1, [Do.Begin, Do.End]);
        InterruptLine other = rig.StartSharer('O', 1, [Do.Begin, Do.Enter2, Do.Exit2, Do.End], rig.Second);
        rig.StartSharer('T', 2, [], rig.First);
        InterruptLine a = rig.StartSharer('A', 0, [Do.Begin, Do.Enter, Do.Raise0, Do.Raise1, Do.Exit, Do.End], rig.First, free, other);

        Assert.Equal("A(Ff)O[]oa", rig.Run(a));
    }

    [Fact]
    public void Sharers_of_one_level_need_no_ceiling_and_have_one_that_does_no_harm()
    {
        using var rig = new Rig();
        InterruptLine b = rig.StartSharer('B', 0, [Do.Begin, Do.Enter, Do.Exit, Do.End]);
        InterruptLine a = rig.StartSharer('A', 0, [Do.Begin, Do.Enter, Do.Raise0, Do.Exit, Do.End], b);

        Assert.Equal("A()aB()b", rig.Run(a));
        Assert.Equal(0, rig['B'].Statistics.Deferred);
    }

    [Fact]
    public void Several_that_wait_come_each_once_for_each_raise()
    {
        using var rig = new Rig();
        InterruptLine c = rig.StartSharer('C', 3, [Do.Begin, Do.Enter, Do.Exit, Do.End]);
        InterruptLine b = rig.StartSharer('B', 1, [Do.Begin, Do.Enter, Do.Exit, Do.End]);
        InterruptLine a = rig.StartSharer('A', 0, [Do.Begin, Do.Enter, Do.Raise0, Do.Raise1, Do.Raise0, Do.Raise1, Do.Exit, Do.End], b, c);

        for (int round = 1; round <= 50; round++)
        {
            Assert.Equal("A()C()cC()cB()bB()ba", rig.Run(a));
            Assert.Equal((5 * round, 2 * round), (rig.First.Snapshot().Count, rig['C'].Statistics.Delivered));
        }

        Assert.Equal((100, 100), (rig['B'].Statistics.Deferred, rig['C'].Statistics.Deferred));
    }

    [Fact]
    public void What_a_handler_forgets_to_leave_it_leaves_when_it_returns()
    {
        using var rig = new Rig();
        InterruptLine b = rig.StartSharer('B', 2, [Do.Begin, Do.Enter, Do.End]);
        InterruptLine a = rig.StartSharer('A', 0, [Do.Begin, Do.Enter, Do.Raise0, Do.End], b);

        Assert.Equal("A(aB(b", rig.Run(a));
        Assert.Equal("A(aB(b", rig.Run(a));
        Assert.Equal(0, rig.First.Unbalanced);
    }

    [Fact]
    public void Sections_left_in_the_wrong_order_stay_until_the_handler_returns_and_are_counted()
    {
        using var rig = new Rig();
        InterruptLine b = rig.StartSharer('B', 1, [Do.Begin, Do.Enter, Do.Exit, Do.End]);
        InterruptLine c = rig.StartSharer('C', 2, [Do.Begin, Do.Enter2, Do.Exit2, Do.End], rig.Second);
        InterruptLine a = rig.StartSharer(
            'A', 0, [Do.Begin, Do.Enter, Do.Enter2, Do.Raise0, Do.Raise1, Do.Exit, Do.Exit2, Do.Mark, Do.End], [rig.First, rig.Second], b, c);

        // The first exit does nothing; the second lowers to what was before the second value, which still holds B back.
        Assert.Equal("A([)]C[]c0aB()b", rig.Run(a));
        Assert.Equal((1, 0), (rig.First.Unbalanced, rig.Second.Unbalanced));
    }

    [Fact]
    public void To_leave_twice_does_nothing()
    {
        using var rig = new Rig();
        InterruptLine b = rig.StartSharer('B', 1, [Do.Begin, Do.Enter, Do.Exit, Do.End]);
        InterruptLine a = rig.StartSharer('A', 0, [Do.Begin, Do.Enter, Do.Exit, Do.Enter2, Do.Exit, Do.Raise0, Do.Exit2, Do.End], [rig.First, rig.Second], b);
        rig.StartSharer('T', 3, [], rig.Second);

        // The second exit of the first value must not end the section of the second.
        Assert.Equal("A()[)]B()ba", rig.Run(a));
        Assert.Equal((1, 0), (rig.First.Unbalanced, rig.Second.Unbalanced));
    }

    [Fact]
    public void Who_does_not_share_it_is_refused_and_it_is_counted()
    {
        using var rig = new Rig();
        InterruptLine stranger = rig.Start('S', 1, [Do.Begin, Do.Enter, Do.End]);
        InterruptLine other = rig.StartSharer('O', 1, [Do.Begin, Do.Enter, Do.Enter2, Do.Exit2, Do.End], rig.Second);
        Assert.Equal("S!s", rig.Run(stranger));
        Assert.Null(rig.First.Ceiling);
        InterruptLine a = rig.StartSharer('A', 0, [Do.Begin, Do.Enter, Do.Raise0, Do.Exit, Do.End], rig.First, stranger);

        Assert.Equal("S!s", rig.Run(stranger));
        Assert.Equal("O![]o", rig.Run(other));
        Assert.Equal("A(S!s)a", rig.Run(a));

        Assert.Equal((4, 0), (rig.First.Refused, rig.Second.Refused));
        Assert.Equal((1, 1), (rig.First.Snapshot().Count, rig.Second.Snapshot().Count));
    }

    [Fact]
    public void The_default_access_and_that_of_a_value_that_is_gone_refuse()
    {
        using var rig = new Rig();
        InterruptLine a = rig.StartSharer('A', 0, [Do.Begin, Do.Enter2, Do.Enter, Do.End]);
        Assert.Equal("A!(a", rig.Run(a));

        rig.First.Dispose();
        rig.First.Dispose();

        // Another value may have its place by now.
        using var next = new InterruptShared<Wide>();
        Assert.Equal("A!!a", rig.Run(a));
        Assert.Equal((1, 0), (rig.First.Snapshot().Count, next.Snapshot().Count));
        Assert.Equal((0, null), (next.Refused, rig.First.Ceiling));
        Assert.Throws<ObjectDisposedException>(() => rig.First.Update(static (ref Wide _) => { }));
        Assert.Throws<ObjectDisposedException>(() => rig.StartSharer('B', 0, []));
    }

    [Fact]
    public void The_ceiling_is_the_highest_level_of_the_living()
    {
        using var rig = new Rig();
        Assert.Null(rig.First.Ceiling);
        rig.StartSharer('A', 1, []);
        rig.StartSharer('B', 3, []);
        rig.StartSharer('C', 2, []);
        rig.Start('D', 3, []);
        Assert.Equal(3, rig.First.Ceiling);
        rig['B'].Dispose();
        Assert.Equal(2, rig.First.Ceiling);
        rig['A'].Dispose();
        Assert.Equal(2, rig.First.Ceiling);
        rig['C'].Dispose();
        Assert.Null(rig.First.Ceiling);
    }

    [Fact]
    public void What_came_in_an_update_interrupts_when_it_is_done()
    {
        using var rig = new Rig();
        InterruptLine free = rig.Start('F', 3, [Do.Begin, Do.End]);
        InterruptLine b = rig.StartSharer('B', 1, [Do.Begin, Do.Enter, Do.Exit, Do.End]);
        InterruptLine c = rig.StartSharer('C', 2, [Do.Begin, Do.Enter, Do.Exit, Do.End]);
        rig.First.Update((ref Wide value) =>
        {
            Assert.Equal("Ff", rig.Run(free));
            Assert.Equal("", rig.Run(b) + rig.Run(c));
            Wide.Add(ref value);
        });

        Assert.Equal("C()cB()b", rig.Trace.Take());
        Assert.Equal(3, rig.First.Snapshot().Count);
        Assert.Equal((1, 1), (rig['B'].Statistics.Deferred, rig['C'].Statistics.Deferred));
    }

    [Fact]
    public void Updates_of_several_values_nest_and_those_of_one_do_not()
    {
        using var rig = new Rig();
        InterruptLine b = rig.StartSharer('B', 1, [Do.Begin, Do.Enter, Do.Exit, Do.End]);
        InterruptLine c = rig.StartSharer('C', 2, [Do.Begin, Do.Enter2, Do.Exit2, Do.End], rig.Second);
        rig.First.Update((ref Wide first) =>
        {
            rig.Second.Update((ref Wide second) => Assert.Equal("", rig.Run(b) + rig.Run(c)));

            // The ceiling of the first is below C.
            Assert.Equal("C[]c", rig.Trace.Take());
            Assert.Contains("updates it again", Assert.Throws<InvalidOperationException>(() => rig.First.Update(static (ref Wide _) => { })).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(rig.First.Dispose);
        });
        Assert.Equal("B()b", rig.Trace.Take());
    }

    [Fact]
    public void An_update_that_throws_leaves_the_value_and_lets_in_what_came()
    {
        using var rig = new Rig();
        InterruptLine b = rig.StartSharer('B', 1, [Do.Begin, Do.Enter, Do.Exit, Do.End]);
        Assert.Throws<TimeoutException>(() => rig.First.Update((ref Wide value) =>
        {
            Wide.Add(ref value);
            b.Raise();
            throw new TimeoutException();
        }));

        Assert.Equal("B()b", rig.Trace.Take());
        Assert.Equal(1, rig.First.Snapshot().Count);
    }

    [Fact]
    public void A_source_that_shares_refuses_to_be_used_in_an_update_and_any_other_does_not()
    {
        using var rig = new Rig();
        rig.StartSharer('B', 1, []);
        rig.Start('F', 1, []);
        rig.Second.Update((ref Wide _) =>
        {
            Assert.Contains("An update of a shared value uses 'B'", Assert.Throws<InvalidOperationException>(() => rig['B'].Update(static (ref SharedScript _) => { })).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => rig['B'].Snapshot());
            Assert.Throws<InvalidOperationException>(rig['B'].Dispose);
            Assert.Contains("was started in an update", Assert.Throws<InterruptSharingException>(() => rig.StartSharer('C', 1, [])).Message, StringComparison.Ordinal);
            rig['F'].Mask().Dispose();
            rig['F'].Dispose();
        });
        rig['B'].Mask().Dispose();
    }

    [Fact]
    public void Behind_a_mask_it_comes_on_its_own_thread_and_keeps_clear_of_those_it_shares_with()
    {
        using var worker = new Worker(static () => Thread.Sleep(1), InterruptTarget.PrepareCurrentThread);
        using var rig = new Rig(InterruptTarget.Thread(worker.ThreadId));
        InterruptLine b = rig.StartSharer('B', 1, [Do.Begin, Do.Enter, Do.Exit, Do.End]);
        using (rig['B'].Mask())
        {
            b.Raise();
            Wait.Until(() => rig['B'].Statistics.Masked == 1);
            Assert.Equal(0, rig.First.Snapshot().Count);
        }

        Wait.Until(() => rig['B'].Statistics.Delivered == 1);
        Assert.Equal((1, 0), (rig.First.Snapshot().Count, rig.First.Refused));
    }

    [Fact]
    public void A_signal_that_only_has_it_looked_at_brings_nothing_and_one_without_the_sign_is_spurious()
    {
        using var rig = new Rig();
        InterruptLine b = rig.StartSharer('B', 1, [Do.Begin, Do.End]);
        using var timer = rig.StartTimer(1);
        siginfo_t kick = Forge.Genuine(timer);
        (kick.si_code, kick.si_pid, kick.si_errno) = (LibC.SI_QUEUE, LibC.getpid(), CeilingGroup.Kick);
        long spurious = InterruptSource.SpuriousSignals;

        Forge.SendHere(kick);
        Assert.Equal((0, spurious), (timer.Statistics.Delivered, InterruptSource.SpuriousSignals));

        kick.si_errno = 0;
        Forge.SendHere(kick);
        Assert.Equal((0, spurious + 1), (timer.Statistics.Delivered, InterruptSource.SpuriousSignals));

        // A genuine one that comes to another thread, where it would run beside those it shares with.
        using var other = Worker.Idle();
        Forge.Send(LibC.getpid(), other.ThreadId, Forge.Genuine(timer));
        Wait.Until(() => InterruptSource.SpuriousSignals == spurious + 2);
        Assert.Equal(0, timer.Statistics.Delivered);

        Forge.Expire(timer);
        Assert.Equal(1, timer.Statistics.Delivered);
        Assert.Equal("Bb", rig.Run(b));
    }

    [Fact]
    public void Sources_of_two_threads_cannot_share_and_the_message_says_what_to_do()
    {
        using var worker = Worker.Idle();
        using var rig = new Rig();
        rig.StartSharer('A', 0, []);
        string message = Assert.Throws<InterruptSharingException>(() => rig.StartSharerOf('B', InterruptTarget.Thread(worker.ThreadId))).Message;
        Assert.Contains($"'B' interrupts thread {worker.ThreadId}, and 'A', with which it shares 'Wide', thread {LibC.gettid()}", message, StringComparison.Ordinal);
        Assert.Contains("give both the same target", message, StringComparison.Ordinal);
        Assert.Contains("interrupts the process", Assert.Throws<InterruptSharingException>(() => rig.StartSharerOf('C', InterruptTarget.Process)).Message, StringComparison.Ordinal);
        Assert.Throws<InterruptSharingException>(() => rig.StartSharerOf('D', InterruptTarget.Dedicated));
        Assert.Contains(
            "'E' is delivered by Threaded, and 'A', with which it shares 'Wide', by Signal",
            Assert.Throws<InterruptSharingException>(() => rig.StartSharerOf('E', InterruptTarget.CurrentThread, DeliveryMode.Threaded)).Message,
            StringComparison.Ordinal);

        // When the last of a thread is gone, another thread's may.
        rig['A'].Dispose();
        rig.StartSharerOf('F', InterruptTarget.Thread(worker.ThreadId));
        Assert.Equal(0, rig.First.Ceiling);
    }

    [Fact]
    public void There_is_room_for_64_of_each()
    {
        using var rig = new Rig();
        InterruptShared<Wide>[] values = [.. Enumerable.Range(0, 65).Select(static i => new InterruptShared<Wide>(name: $"value {i}"))];
        rig.StartSharer('A', 0, [], values[..64]);
        Assert.Contains("share 64 values already, so they cannot share 'value 64'", Assert.Throws<InterruptSharingException>(() => rig.StartSharer('B', 0, [], values[64])).Message, StringComparison.Ordinal);
        for (int i = 1; i < 64; i++)
        {
            rig.StartSharer((char)('A' + i), 0, [], values[0]);
        }

        Assert.Contains("64 sources of one thread share values already", Assert.Throws<InterruptSharingException>(() => rig.StartSharer('Z', 0, [], values[0])).Message, StringComparison.Ordinal);
        rig['A'].Dispose();
        rig.StartSharer('\u00C4', 0, [], values[64]);
        Array.ForEach(values, static value => value.Dispose());
    }

    [Fact]
    public void A_value_named_twice_is_shared_once()
    {
        using var rig = new Rig();
        InterruptLine a = rig.StartSharer('A', 2, [Do.Begin, Do.Enter, Do.Exit, Do.End], [rig.First, rig.First]);
        Assert.Equal("A()a", rig.Run(a));
        rig['A'].Dispose();
        Assert.Null(rig.First.Ceiling);
    }

    [Fact]
    public void Threaded_delivery_lets_one_handler_run_at_a_time()
    {
        using var shared = new InterruptShared<Wide>();
        var options = new SoftwareInterruptOptions { Delivery = DeliveryMode.Threaded, Shares = [shared], Capacity = 4096 };
        using var trace = new Trace();
        SoftwareInterrupt<SharedScript>[] sources = [.. Enumerable.Range(0, 3).Select(i => SoftwareInterrupt.Start(
            SharedScript.OnInterrupt, new SharedScript(trace, (char)('A' + i), Do.Enter, Do.Exit) { First = shared.Access }, options))];
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(RaiseResult.Raised, sources[i % 3].Raise());
            shared.Update(static (ref Wide value) => Wide.Add(ref value));
        }

        Wait.Until(() => sources.Sum(static source => source.Statistics.Delivered) == 1000);
        Assert.Equal((2000, false, 0), (shared.Snapshot().Count, shared.Snapshot().IsTorn, shared.Refused));
        Array.ForEach(sources, static source => source.Dispose());
    }

    [Fact]
    public void Who_is_refused_is_reported_once() => ChildProcess.Run(Report).AssertSucceeded();

    [Fact]
    public void What_had_no_room_in_the_queue_of_signals_comes_when_there_is_some() => ChildProcess.Run(FillQueue).AssertSucceeded();

    private static void Report()
    {
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => { lock (notices) { notices.Add(notice); } };
        using var rig = new Rig();
        InterruptLine stranger = rig.Start('S', 1, [Do.Begin, Do.Enter, Do.End]);
        rig.Run(stranger);
        Wait.Until(() => { lock (notices) { return notices.Count == 1; } });
        rig.Run(stranger);
        SharingSources.Watch();

        InterruptNoticeEventArgs only = Assert.Single(notices);
        Assert.Equal((InterruptNoticeKind.SharingRefused, "Wide"), (only.Kind, only.Source));
        Assert.Contains("Name it in the property Shares", only.Message, StringComparison.Ordinal);
        Assert.Equal(2, rig.First.Refused);
    }

    private static void FillQueue()
    {
        using var rig = new Rig();
        rig.StartSharer('A', 0, []);
        using var timer = rig.StartTimer(1);
        using (timer.Mask())
        {
            Forge.Expire(timer);
            Assert.Equal(1, timer.Statistics.Masked);
            SetSignalLimit(0);
        }

        Assert.Equal(0, timer.Statistics.Delivered);
        SetSignalLimit(null);
        Wait.Until(() => timer.Statistics.Delivered == 1);
    }

    private static unsafe void SetSignalLimit(ulong? limit)
    {
        rlimit now;
        Assert.Equal(0, LibC.getrlimit(LibC.RLIMIT_SIGPENDING, &now));
        now.rlim_cur = limit ?? now.rlim_max;
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_SIGPENDING, &now));
    }

    /// <summary>Two values, and software interrupts by their letters.</summary>
    private sealed class Rig(InterruptTarget? target = null) : IDisposable
    {
        private readonly InterruptTarget _target = target ?? InterruptTarget.CurrentThread;
        private readonly Dictionary<char, SoftwareInterrupt<SharedScript>> _sources = [];

        public Trace Trace { get; } = new();

        public InterruptShared<Wide> First { get; } = new();

        public InterruptShared<Wide> Second { get; } = new(name: "second");

        public SoftwareInterrupt<SharedScript> this[char letter] => _sources[letter];

        public InterruptLine Start(char letter, int level, Do[] steps, params InterruptLine[] lines) => StartSharer(letter, level, steps, [], lines);

        public InterruptLine StartSharer(char letter, int level, Do[] steps, params InterruptLine[] lines) => StartSharer(letter, level, steps, First, lines);

        public InterruptLine StartSharer(char letter, int level, Do[] steps, InterruptShared<Wide> shared, params InterruptLine[] lines) =>
            StartSharer(letter, level, steps, [shared], lines);

        public InterruptLine StartSharer(char letter, int level, Do[] steps, InterruptShared<Wide>[] shared, params InterruptLine[] lines)
        {
            var script = new SharedScript(Trace, letter, steps) { Line0 = At(0), Line1 = At(1), Line2 = At(2), First = First.IsDisposed ? default : First.Access };
            if (shared.Contains(Second))
            {
                script.Second = Second.Access;
            }

            SoftwareInterrupt<SharedScript> source = SoftwareInterrupt.Start(
                SharedScript.OnInterrupt, script, new() { Level = level, Target = _target, Delivery = DeliveryMode.Signal, Shares = shared, Name = letter.ToString() });
            _sources.Add(letter, source);
            return source.Line;

            InterruptLine At(int index) => index < lines.Length ? lines[index] : default;
        }

        public void StartSharerOf(char letter, InterruptTarget target, DeliveryMode delivery = DeliveryMode.Signal) => _sources.Add(
            letter, SoftwareInterrupt.Start<SharedScript>(SharedScript.OnInterrupt, new() { Target = target, Delivery = delivery, Shares = [First], Name = letter.ToString() }));

        public InterruptTimer<SharedScript> StartTimer(int level) => InterruptTimer.Start<SharedScript>(
            SharedScript.OnInterrupt, TimeSpan.FromHours(1), new() { Level = level, Target = _target, Delivery = DeliveryMode.Signal, Shares = [First] });

        public string Run(InterruptLine line)
        {
            Assert.Equal(RaiseResult.Raised, line.Raise());
            return Trace.Take();
        }

        public void Dispose()
        {
            foreach (SoftwareInterrupt<SharedScript> source in _sources.Values)
            {
                source.Dispose();
            }

            First.Dispose();
            Second.Dispose();
            Trace.Dispose();
        }
    }
}
