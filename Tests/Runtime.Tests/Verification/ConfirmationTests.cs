// The runtime's own word on the code that was verified: where it ends, and how it was compiled. Handlers here are each used by one test,
// since the runtime speaks of a method only once.
using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

public sealed class ConfirmationTests
{
    private const string OtherPort = "TOPHALF_TEST_OTHER_PORT";
    private const string OtherFolder = "TOPHALF_TEST_OTHER_FOLDER";

    [Fact]
    public void The_runtime_confirms_every_body_of_a_handler_and_is_remembered()
    {
        HandlerReport report = HandlerVerifier.Prepare((InterruptHandler<State>)CallLeaf, VerifierOptions.Default).Report;

        Assert.Equal(["ConfirmationTests.CallLeaf", "ConfirmationTests.Leaf"], report.Methods.Select(m => m.Name));
        Assert.All(report.Methods, m => Assert.Equal(HandlerConfirmation.Confirmed, m.Confirmation));
        Assert.All(Subject.AssertSafe(CallLeaf).Methods, m => Assert.Equal(HandlerConfirmation.Confirmed, m.Confirmation));
        Assert.Contains("confirmed by the runtime", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_runtime_says_is_the_body_that_decoding_found()
    {
        MethodLoad? said = null;
        HandlerReport report = HandlerVerifier.Prepare(
            (InterruptHandler<State>)Alone, VerifierOptions.Default with { Testimony = load => said = load }).Report;

        Assert.Equal(report.Methods[0].Address, said!.Start);
        Assert.Equal(report.Methods[0].Bytes, said.Size);
        Assert.Equal(CodeTier.Optimized, said.Tier);
    }

    [Fact]
    public void A_body_that_goes_on_behind_the_end_that_the_runtime_states_is_refused()
    {
        HandlerViolation violation = Contradict(TooLong, load => load with { Size = load.Size - 1 });

        Assert.Equal("TH0009", violation.RuleId);
        Assert.Equal("ret", violation.Instruction);
        Assert.Matches(
            @"^It is reached from this method, whose code is \d+ bytes long by what the runtime says\. What cannot be proved safe is refused\.$", violation.Message);
    }

    [Fact]
    public void A_body_that_begins_before_the_start_that_the_runtime_states_is_refused() =>
        Assert.Equal(0, Contradict(TooEarly, load => load with { Start = load.Start + 1 }).Offset);

    [Theory]
    [InlineData((int)CodeTier.Quick, "TH5003", "not the method's final code (tier: Quick)")]
    [InlineData((int)CodeTier.Tier1, "TH5003", "not the method's final code (tier: Tier1)")]
    [InlineData((int)CodeTier.OnStackReplaced, "TH5003", "not the method's final code")]
    [InlineData((int)CodeTier.Unknown, "TH5003", "not the method's final code")]
    [InlineData((int)CodeTier.Unoptimized, "TH5005", "without optimisation, as for a debugger")]
    public void Code_that_is_not_final_by_the_runtimes_word_is_refused(int tier, string rule, string message)
    {
        HandlerViolation violation = Contradict(NotFinal, load => load with { Tier = (CodeTier)tier });

        Assert.Equal(rule, violation.RuleId);
        Assert.Contains(message, violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_of_which_the_runtime_does_not_speak_is_refused() => ChildProcess.Run(VerifyWithoutSessions).AssertSucceeded();

    [Fact]
    public void Handlers_are_confirmed_while_listeners_come_and_go() => ChildProcess.Run(VerifyWhileListenersComeAndGo).AssertSucceeded();

    [Fact]
    public void Many_handlers_are_confirmed_that_are_verified_at_the_same_time() => ChildProcess.Run(VerifyManyAtTheSameTime).AssertSucceeded();

    [Fact]
    public void A_handler_is_confirmed_while_others_listen_to_the_runtime() => ChildProcess.Run(VerifyBesideOtherSessions).AssertSucceeded();

    [Fact]
    public void A_method_that_was_compiled_before_is_confirmed_when_the_runtime_is_asked_for_all_methods() => ChildProcess.Run(VerifyWhatRanBefore).AssertSucceeded();

    [Fact]
    public void A_method_that_was_compiled_before_is_refused_where_the_runtime_says_something_else() => ChildProcess.Run(ContradictWhatRanBefore).AssertSucceeded();

    [Fact]
    public void A_method_that_was_compiled_before_is_confirmed_though_others_have_taken_all_sessions() => ChildProcess.Run(VerifyWhatRanBeforeWithoutSessions).AssertSucceeded();

    [Fact]
    public void A_method_that_was_compiled_before_is_refused_with_the_remedy_while_the_diagnostics_port_is_off() =>
        ChildProcess.Run(VerifyWhatRanBeforeWithoutPort, environment: new Dictionary<string, string> { ["DOTNET_EnableDiagnostics"] = "0" }).AssertSucceeded();

    [Fact]
    public void A_new_method_is_confirmed_while_the_diagnostics_port_is_off() =>
        ChildProcess.Run(VerifyNew, environment: new Dictionary<string, string> { ["DOTNET_EnableDiagnostics"] = "0" }).AssertSucceeded();

    [Fact]
    public void A_port_on_which_another_process_listens_is_not_asked()
    {
        string folder = Directory.CreateTempSubdirectory("tophalf-port-").FullName;
        try
        {
            var environment = new Dictionary<string, string> { [OtherPort] = DiagnosticsPort.SocketPath(), [OtherFolder] = folder };
            ChildProcess.Run(AskAnotherProcess, environment: environment).AssertSucceeded();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void When_asked_for_all_methods_the_runtime_says_what_it_said_when_it_compiled_them()
    {
        var heard = new List<MethodLoad>();
        HandlerVerifier.Prepare((InterruptHandler<State>)CallOtherLeaf, VerifierOptions.Default with { Testimony = load => { heard.Add(load); return load; } });

        MethodEvents rundown = MethodRundown.Read();
        Assert.Equal(2, heard.Count);
        Assert.All(heard, live => Assert.Equal(live with { Map = null }, rundown.Of(live.Start)! with { Map = null }));
        Assert.All(heard, live => Assert.Equal(Offsets(live), Offsets(rundown.Of(live.Start)!)));
        Assert.Null(rundown.Of(heard[0].Start + 1));

        static int?[] Offsets(MethodLoad load) => [.. Enumerable.Range(0, load.Size).Select(load.Map!.At)];
    }

    [Fact]
    public void The_runtime_is_asked_once_and_listened_to_from_then_on() => ChildProcess.Run(VerifyWhatRanBeforeAndSince).AssertSucceeded();

    [Fact]
    public void The_runtime_is_asked_again_when_more_was_compiled_than_a_session_holds() => ChildProcess.Run(VerifyAfterMuchWasCompiled).AssertSucceeded();

    [Fact]
    public void A_method_of_its_own_is_forgotten_when_the_runtime_frees_it() => ChildProcess.Run(HearOfFreedMethods).AssertSucceeded();

    [Fact]
    public void All_is_forgotten_when_an_assembly_goes() => ChildProcess.Run(HearOfFreedAssemblies).AssertSucceeded();

    [Fact]
    public void Threads_that_verify_at_the_same_time_are_all_confirmed() => ChildProcess.Run(VerifyAtTheSameTime).AssertSucceeded();

    [Fact]
    public void Methods_that_were_compiled_before_are_confirmed_while_others_ask() => ChildProcess.Run(VerifyWhileOthersAsk).AssertSucceeded();

    [Fact]
    public void Verifying_inside_of_a_listener_to_the_runtimes_events_comes_to_an_end() => ChildProcess.Run(VerifyInListener).AssertSucceeded();

    private static void VerifyWhatRanBefore()
    {
        RuntimeHelpers.PrepareMethod(((InterruptHandler<State>)RanBefore).Method.MethodHandle);

        HandlerReport report = Subject.AssertSafe(RanBefore);
        Assert.Equal(HandlerConfirmation.Confirmed, report.Methods[0].Confirmation);
        Assert.Contains("Bounds and tier: confirmed by the runtime", report.ToString(), StringComparison.Ordinal);
    }

    private static void VerifyWhatRanBeforeAndSince()
    {
        Run(RanBefore);
        Run(CallOtherLeaf);
        AssertConfirmed(RanBefore);

        // It cannot be asked any more.
        Environment.SetEnvironmentVariable("TMPDIR", "/nowhere");
        Assert.NotNull(MethodListing.Ask().Failure);
        Run(Alone);
        AssertConfirmed(CallOtherLeaf);
        AssertConfirmed(Alone);
        AssertConfirmed(First);
    }

    private static void VerifyAfterMuchWasCompiled()
    {
        Run(RanBefore);
        Run(First);
        AssertConfirmed(RanBefore);
        Environment.SetEnvironmentVariable("TMPDIR", "/nowhere");
        for (int i = 0; i < 4000; i++)
        {
            Compile(new string('x', 500));
        }

        var refusal = Assert.Throws<HandlerVerificationException>(() => HandlerVerifier.Prepare((InterruptHandler<State>)First, VerifierOptions.Default));
        Assert.StartsWith("It had been compiled before TopHalf listened", Assert.Single(refusal.Report.Violations).Message, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable("TMPDIR", null);
        AssertConfirmed(First);
    }

    private static void HearOfFreedMethods() => HearOfFreed(static () => Compile("Freed"));

    private static void HearOfFreedAssemblies() => HearOfFreed(CompileInAssembly);

    private static void HearOfFreed(Action compile)
    {
        using RuntimeEventSession session = RuntimeEventSession.Open(isLasting: true)!;
        for (int i = 0; i < 10; i++)
        {
            compile();
        }

        // All that they do is to return. The stubs that call them are the runtime's to keep.
        var events = new MethodEvents();
        events.Read(session);
        nint[] compiled = [.. events.Loads.Where(static l => l is { Tier: CodeTier.Optimized, Size: <= 8 }).Select(static l => l.Start)];
        Assert.Equal(10, compiled.Length);

        long begin = Stopwatch.GetTimestamp();
        while (compiled.Any(start => events.Of(start) is not null) && Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMinutes(1))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            events.Read(session);
        }

        Assert.All(compiled, start => Assert.Null(events.Of(start)));
    }

    private static void CompileInAssembly()
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Freed"), AssemblyBuilderAccess.RunAndCollect);
        TypeBuilder type = assembly.DefineDynamicModule("Freed").DefineType("Freed");
        MethodBuilder method = type.DefineMethod("Freed", MethodAttributes.Static | MethodAttributes.Public, typeof(void), Type.EmptyTypes);
        method.SetImplementationFlags(MethodImplAttributes.AggressiveOptimization);
        method.GetILGenerator().Emit(OpCodes.Ret);
        type.CreateType().GetMethod("Freed")!.CreateDelegate<Action>()();
    }

    private static void Compile(string name)
    {
        var method = new DynamicMethod(name, typeof(void), Type.EmptyTypes);
        method.GetILGenerator().Emit(OpCodes.Ret);
        method.CreateDelegate<Action>()();
    }

    private static void Run(InterruptHandler<State> handler)
    {
        var state = default(State);
        handler(ref state, default);
    }

    private static void AssertConfirmed(InterruptHandler<State> handler)
    {
        HandlerReport report = HandlerVerifier.Prepare(handler, VerifierOptions.Default).Report;
        Assert.All(report.Methods, static m => Assert.Equal(HandlerConfirmation.Confirmed, m.Confirmation));
    }

    private static void VerifyWhatRanBeforeWithoutPort()
    {
        RuntimeHelpers.PrepareMethod(((InterruptHandler<State>)RanBefore).Method.MethodHandle);

        var refusal = Assert.Throws<HandlerVerificationException>(() => HandlerVerifier.Prepare((InterruptHandler<State>)RanBefore, VerifierOptions.Default));
        HandlerViolation violation = Assert.Single(refusal.Report.Violations);
        Assert.Equal(("TH0009", HandlerConfirmation.Silent), (violation.RuleId, refusal.Report.Methods[0].Confirmation));
        Assert.Matches(
            "^It had been compiled before TopHalf listened, and the runtime's diagnostics port, by which to ask where its code ends and how it was compiled, does not answer: .+\\. "
            + "Register the handler before anything calls the method, or leave the port on \\(DOTNET_EnableDiagnostics\\)\\. What cannot be proved safe is refused\\.$",
            violation.Message);
    }

    private static void VerifyNew() =>
        Assert.Equal(HandlerConfirmation.Confirmed, HandlerVerifier.Prepare((InterruptHandler<State>)RanBefore, VerifierOptions.Default).Report.Methods[0].Confirmation);

    // The parent is such a process, and has a port.
    private static void AskAnotherProcess()
    {
        Assert.Null(MethodListing.Ask().Failure);

        Environment.SetEnvironmentVariable("TMPDIR", Environment.GetEnvironmentVariable(OtherFolder));
        Assert.NotNull(MethodListing.Ask().Failure);
        File.CreateSymbolicLink(DiagnosticsPort.SocketPath(), Environment.GetEnvironmentVariable(OtherPort)!);
        Assert.Equal("Another process listens on the port.", MethodListing.Ask().Failure);
    }

    private static void ContradictWhatRanBefore()
    {
        RuntimeHelpers.PrepareMethod(((InterruptHandler<State>)RanBefore).Method.MethodHandle);

        var refusal = Assert.Throws<HandlerVerificationException>(() => HandlerVerifier.Prepare(
            (InterruptHandler<State>)RanBefore, VerifierOptions.Default with { Testimony = static load => load with { Size = load.Size - 1 } }));
        Assert.Equal(("TH0009", "ret"), (refusal.Report.Violations[0].RuleId, refusal.Report.Violations[0].Instruction));
        Assert.Equal(HandlerConfirmation.Contradicted, refusal.Report.Methods[0].Confirmation);
    }

    private static void VerifyWhatRanBeforeWithoutSessions()
    {
        Run(RanBefore);
        List<RuntimeEventSession> taken = TakeSessions(64);

        AssertConfirmed(RanBefore);
        taken.ForEach(static session => session.Dispose());
    }

    // There can be 64 sessions, and a verification takes one.
    private static unsafe void VerifyWithoutSessions()
    {
        List<RuntimeEventSession> taken = TakeSessions(64);
        var refusal = Assert.Throws<HandlerVerificationException>(() => HandlerVerifier.Prepare((InterruptHandler<State>)First, VerifierOptions.Default));
        HandlerViolation violation = Assert.Single(refusal.Report.Violations);

        Assert.Equal(("TH0009", HandlerConfirmation.Silent), (violation.RuleId, refusal.Report.Methods[0].Confirmation));
        Assert.StartsWith(
            "The runtime's events cannot be read, to confirm where its code ends and how it was compiled. TopHalf knows how on .NET 8, 9 and 10 (this is ",
            violation.Message, StringComparison.Ordinal);
        Assert.Contains("if not all 64 sessions of the event pipe are taken", violation.Message, StringComparison.Ordinal);

        taken[0].Dispose();
        Assert.Equal(HandlerConfirmation.Confirmed, HandlerVerifier.Prepare((InterruptHandler<State>)Second, VerifierOptions.Default).Report.Methods[0].Confirmation);
        taken.ForEach(static session => session.Dispose());
    }

    private static void VerifyBesideOtherSessions()
    {
        List<RuntimeEventSession> others = TakeSessions(10);
        Assert.Equal(HandlerConfirmation.Confirmed, HandlerVerifier.Prepare((InterruptHandler<State>)First, VerifierOptions.Default).Report.Methods[0].Confirmation);

        foreach (RuntimeEventSession other in others)
        {
            int events = 0;
            while (other.Read(out _, out _))
            {
                events++;
            }

            Assert.InRange(events, 1, int.MaxValue);
            other.Dispose();
        }
    }

    private static List<RuntimeEventSession> TakeSessions(int most)
    {
        var sessions = new List<RuntimeEventSession>();
        while (sessions.Count < most && RuntimeEventSession.Open() is { } session)
        {
            sessions.Add(session);
        }

        return sessions;
    }

    private static void VerifyAtTheSameTime()
    {
        InterruptHandler<State>[] handlers = [CallLeaf, Alone, First, Second];
        HandlerReport[] reports = new HandlerReport[handlers.Length];
        Thread[] threads = [.. handlers.Select((handler, i) => new Thread(() => reports[i] = HandlerVerifier.Prepare(handler, VerifierOptions.Default).Report))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        Assert.All(reports.SelectMany(static r => r.Methods), static m => Assert.Equal(HandlerConfirmation.Confirmed, m.Confirmation));
    }

    // Each is compiled once, and so spoken of once.
    private static InterruptHandler<State>[] Many()
    {
        Type[] numbers = [typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double), typeof(char), typeof(bool)];
        MethodInfo generic = typeof(ConfirmationTests).GetMethod(nameof(OfTwoTypes), BindingFlags.Static | BindingFlags.NonPublic)!;
        return [.. from one in numbers from other in numbers select generic.MakeGenericMethod(one, other).CreateDelegate<InterruptHandler<State>>()];
    }

    // The runtime forgets what one listener asks for while it lets another go. One thread makes them: of two, the runtime's own locks stop each other.
    private static void VerifyWhileListenersComeAndGo()
    {
        bool isOver = false;
        int made = 0;
        var others = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                using var listener = new CollectorListener();
                made++;
            }
        });
        others.Start();

        Array.ForEach(Many(), AssertConfirmed);
        Volatile.Write(ref isOver, true);
        others.Join();
        Assert.InRange(made, 10, int.MaxValue);
    }

    private static void VerifyManyAtTheSameTime()
    {
        HandlerReport[] reports = new HandlerReport[Many().Length];
        Thread[] threads = [.. Many().Select((handler, i) => (handler, i)).Chunk(36).Select(part => new Thread(() =>
            Array.ForEach(part, one => reports[one.i] = HandlerVerifier.Prepare(one.handler, VerifierOptions.Default).Report)))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        Assert.All(reports.SelectMany(static r => r.Methods), static m => Assert.Equal(HandlerConfirmation.Confirmed, m.Confirmation));
    }

    private static void VerifyWhileOthersAsk()
    {
        InterruptHandler<State>[] handlers = Many();
        Array.ForEach(handlers, Run);
        bool isOver = false;
        var others = new Thread(() =>
        {
            var random = new Random(1);
            while (!Volatile.Read(ref isOver))
            {
                OlderMethods.Ask().Get();
                Thread.SpinWait(random.Next(2000));
            }
        });
        others.Start();

        Array.ForEach(handlers, AssertConfirmed);
        Volatile.Write(ref isOver, true);
        others.Join();
    }

    private static void VerifyInListener()
    {
        // Not while the listener is being made: the runtime holds a lock of its event system then, which code of its own needs.
        using var listener = new VerifyingListener();
        listener.IsMade = true;

        // Something to hear of, again and again: events are lost whenever a listener is switched.
        long begin = Stopwatch.GetTimestamp();
        while (!listener.Done.Wait(TimeSpan.FromMilliseconds(50)) && Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMinutes(1))
        {
            Compile("Something");
        }

        Assert.True(listener.Done.IsSet, "The verification did not return.");
        Assert.True(listener.Report!.IsSafe, listener.Report.ToString());
    }

    private static HandlerViolation Contradict(InterruptHandler<State> handler, Func<MethodLoad, MethodLoad> testimony)
    {
        var refusal = Assert.Throws<HandlerVerificationException>(() => HandlerVerifier.Prepare(handler, VerifierOptions.Default with { Testimony = testimony }));
        Assert.Equal(HandlerConfirmation.Contradicted, refusal.Report.Methods[0].Confirmation);
        Assert.Contains("contradicted by the runtime", refusal.Report.ToString(), StringComparison.Ordinal);
        HandlerViolation violation = Assert.Single(refusal.Report.Violations);

        // The runtime speaks of the method only once, but what it said was true and is remembered.
        Assert.Equal(HandlerConfirmation.Confirmed, HandlerVerifier.Prepare(handler, VerifierOptions.Default).Report.Methods[0].Confirmation);
        return violation;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OfTwoTypes<TOne, TOther>(ref State state, in InterruptContext context)
        where TOne : unmanaged
        where TOther : unmanaged => state.Count += Unsafe.SizeOf<TOne>() + Unsafe.SizeOf<TOther>();

    private static void NotAHandler()
    {
    }

    [MethodImpl(Subject.Callee)]
    private static long Leaf(long value) => value * 3 + 1;

    [MethodImpl(Subject.Handler)]
    private static void CallLeaf(ref State state, in InterruptContext context) => state.A = Leaf(state.A) + Leaf(state.B);

    [MethodImpl(Subject.Handler)]
    private static void Alone(ref State state, in InterruptContext context) => state.A++;

    [MethodImpl(Subject.Handler)]
    private static void TooLong(ref State state, in InterruptContext context) => state.A += 2;

    [MethodImpl(Subject.Handler)]
    private static void TooEarly(ref State state, in InterruptContext context) => state.A += 3;

    [MethodImpl(Subject.Handler)]
    private static void NotFinal(ref State state, in InterruptContext context) => state.A += 4;

    [MethodImpl(Subject.Handler)]
    private static void First(ref State state, in InterruptContext context) => state.A += 5;

    [MethodImpl(Subject.Handler)]
    private static void Second(ref State state, in InterruptContext context) => state.A += 6;

    [MethodImpl(Subject.Handler)]
    private static void RanBefore(ref State state, in InterruptContext context) => state.A += 7;

    [MethodImpl(Subject.Handler)]
    private static void CallOtherLeaf(ref State state, in InterruptContext context) => state.A = OtherLeaf(state.A) + OtherLeaf(state.B);

    [MethodImpl(Subject.Callee)]
    private static long OtherLeaf(long value) => value * 5 + 1;

    [MethodImpl(Subject.Handler)]
    private static void InListener(ref State state, in InterruptContext context) => state.A += 8;

    // Of the collector alone, as a monitor of a program's health would.
    private sealed class CollectorListener : EventListener
    {
        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
            {
                EnableEvents(eventSource, EventLevel.Informational, (EventKeywords)1);
            }
        }
    }

    private sealed class VerifyingListener : EventListener
    {
        private int _started;

        public volatile bool IsMade;

        public ManualResetEventSlim Done { get; } = new();

        public HandlerReport? Report { get; private set; }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
            {
                EnableEvents(eventSource, EventLevel.Verbose, (EventKeywords)0x10);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (IsMade && Interlocked.Exchange(ref _started, 1) == 0)
            {
                Report = Subject.Verify(InListener);
                Done.Set();
            }
        }
    }
}
