// Verified code stays as it was verified: what could change it does not, is refused, or is found out.
using System.Reflection.Metadata;
using System.Runtime.CompilerServices;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

public sealed unsafe class PermanenceTests
{
    private static readonly Dictionary<string, string> s_eagerTiering = new()
    {
        ["DOTNET_TieredCompilation"] = "1", ["DOTNET_TC_CallCountThreshold"] = "2", ["DOTNET_TC_BackgroundWorkerTimeoutMs"] = "0",
        ["DOTNET_TC_CallCountingDelayMs"] = "0",
    };

    private static readonly Dictionary<string, string> s_hotReload = new() { ["DOTNET_MODIFIABLE_ASSEMBLIES"] = "debug" };

    // A profiler that cannot be found: the runtime goes on without it, but its handlers are held to what one could do.
    private static readonly Dictionary<string, string> s_profiler = new() { ["CORECLR_ENABLE_PROFILING"] = "1" };

    [Fact]
    public void Tiering_replaces_other_methods_but_neither_a_handler_nor_what_it_calls() =>
        ChildProcess.Run(CallOften, environment: s_eagerTiering).AssertSucceeded();

    [Fact]
    public void Hot_reload_cannot_edit_an_assembly_whose_handlers_verify() => ChildProcess.Run(TryHotReload, environment: s_hotReload).AssertSucceeded();

    [Fact]
    public void Under_a_profiler_what_could_be_replaced_is_refused_and_the_rest_runs() =>
        ChildProcess.Run(VerifyUnderProfiler, environment: s_profiler).AssertSucceeded();

    [Fact]
    public void A_replaced_callee_masks_its_source_and_is_reported() => ChildProcess.Run(ReplaceCallee).AssertSucceeded();

    private static void CallOften()
    {
        VerifiedHandler handler = HandlerVerifier.Prepare((InterruptHandler<State>)CallLeaf, VerifierOptions.Default);
        CallCell cell = Assert.Single(handler.Cells);
        byte[] before = [.. Code(handler.EntryPoint, handler.Report.Bytes), .. Code(cell.Body, 16)];
        nint tieredBefore = BodyOf(nameof(Tiered));

        State state = default;
        InterruptHandler<State> call = CallLeaf;
        Wait.Until(() =>
        {
            InterruptFrame frame = default;
            for (int i = 0; i < 1000; i++)
            {
                call(ref state, new InterruptContext(&frame));
                state.B = Tiered(state.A);
            }

            return BodyOf(nameof(Tiered)) != tieredBefore;
        });

        Assert.True(handler.IsUnchanged());
        Assert.Equal(handler.EntryPoint, BodyOf(nameof(CallLeaf)));
        byte[] after = [.. Code(handler.EntryPoint, handler.Report.Bytes), .. Code(cell.Body, 16)];
        Assert.Equal(before, after);
    }

    private static void TryHotReload()
    {
        Assert.True(MetadataUpdater.IsSupported);
        Assert.True(Subject.Verify(CallLeaf).IsSafe);
        var refusal = Assert.Throws<InvalidOperationException>(() => MetadataUpdater.ApplyUpdate(typeof(PermanenceTests).Assembly, [1], [1], []));
        Assert.Contains("edit", refusal.Message, StringComparison.OrdinalIgnoreCase);

        // One that can be edited is unoptimised code.
        HandlerReport report = HandlerVerifier.Verify((InterruptHandler<long>)Unoptimized.UnoptimizedHandler.Count);
        Assert.Equal(["TH5005"], report.Violations.Select(v => v.RuleId).Distinct());
    }

    private static void VerifyUnderProfiler()
    {
        HandlerViolation violation = Assert.Single(Subject.Verify(CallLeaf).Violations);
        Assert.Equal("TH5003", violation.RuleId);
        Assert.Contains("CORECLR_ENABLE_PROFILING", violation.Message, StringComparison.Ordinal);

        using var timer = InterruptTimer.Start<State>(CountThree, TimeSpan.FromMilliseconds(1), new() { Delivery = DeliveryMode.Signal });
        Wait.Until(() => timer.Statistics.Delivered > 10);

        // What these need calls through a cell.
        var refusal = Assert.Throws<InterruptTargetException>(
            static () => InterruptTimer.Start<State>(CountThree, TimeSpan.FromMilliseconds(1), new() { Target = InterruptTarget.Process }));
        Assert.Contains("CORECLR_ENABLE_PROFILING", refusal.Message, StringComparison.Ordinal);
        using var own = InterruptTimer.Start<State>(CountThree, TimeSpan.FromMilliseconds(1), new() { Target = InterruptTarget.CurrentThread });
        Wait.Until(() => own.Statistics.Delivered > 10);
    }

    private static void ReplaceCallee()
    {
        using var timer = InterruptTimer.Start<State>(CallLeaf, TimeSpan.FromMilliseconds(1), new() { Name = "leafy" });
        Wait.Until(() => timer.Statistics.Delivered > 10);
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => notices.Add(notice);
        timer.WatchCode();
        Assert.Empty(notices);

        // As a profiler's new code for Leaf: another verified method of the same shape, so that it does no harm meanwhile.
        CallCell cell = Assert.Single(HandlerVerifier.Prepare((InterruptHandler<State>)CallLeaf, VerifierOptions.Default).Cells);
        nint other = Assert.Single(HandlerVerifier.Prepare((InterruptHandler<State>)CallOtherLeaf, VerifierOptions.Default).Cells).Body;
        Volatile.Write(ref *(nint*)cell.Address, other);
        timer.WatchCode();
        timer.WatchCode();

        InterruptNoticeEventArgs notice = Assert.Single(notices);
        Assert.Equal((InterruptNoticeKind.CodeReplaced, "leafy"), (notice.Kind, notice.Source));
        long delivered = timer.Statistics.Delivered;
        Wait.Until(() => timer.Statistics.Masked > 20);
        Assert.Equal(delivered, timer.Statistics.Delivered);
    }

    private static nint BodyOf(string method) =>
        CodeAddress.Follow(Handlers.Method(typeof(PermanenceTests), method).MethodHandle.GetFunctionPointer(), MemoryMap.Read()).Body;

    private static byte[] Code(nint start, int length) => new ReadOnlySpan<byte>((void*)start, length).ToArray();

    [MethodImpl(Subject.Callee)]
    private static long Leaf(long value) => (value * 3) + 1;

    [MethodImpl(Subject.Callee)]
    private static long OtherLeaf(long value) => (value * 5) + 1;

    [MethodImpl(Subject.Handler)]
    private static void CallLeaf(ref State state, in InterruptContext context) => state.A = Leaf(state.A) + 1;

    [MethodImpl(Subject.Handler)]
    private static void CallOtherLeaf(ref State state, in InterruptContext context) => state.A = OtherLeaf(state.A) + 1;

    [MethodImpl(Subject.Handler)]
    private static void CountThree(ref State state, in InterruptContext context) => state.Count += 3;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Tiered(long value) => (value * 7) + 1;
}
