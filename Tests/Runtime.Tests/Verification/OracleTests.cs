// The verifier against an independent witness: what the JIT itself says it compiled.
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

public sealed unsafe class OracleTests
{
    private static object? s_object;
    private static int s_index;

    [Theory]
    [InlineData(nameof(Allocate), "CORINFO_HELP_NEWSFAST")]
    [InlineData(nameof(AllocateArray), "CORINFO_HELP_NEWARR_1_PTR")]
    [InlineData(nameof(AddChecked), "CORINFO_HELP_OVERFLOW")]
    [InlineData(nameof(Index), "CORINFO_HELP_RNGCHKFAIL")]
    [InlineData(nameof(Remainder), "CORINFO_HELP_DBLREM")]
    [InlineData(nameof(StackBuffer), "CORINFO_HELP_FAIL_FAST")]
    public void Both_name_the_same_helper(string method, string helper)
    {
        HandlerReport report = HandlerVerifier.Verify(Handlers.Method(typeof(OracleTests), method).CreateDelegate<InterruptHandler<State>>());
        JitListing listing = JitListing.Of($"*OracleTests:{method}", Scenario(method));

        Assert.Contains(listing.Calls, c => c.Contains(helper, StringComparison.Ordinal));
        Assert.True(Targets(report).Contains(helper), report.ToString());
    }

    [Theory]
    [InlineData(nameof(CountOnly))]
    [InlineData(nameof(CallLeaf))]
    [InlineData(nameof(ReadClock))]
    [InlineData(nameof(StackBuffer))]
    public void Both_count_the_same_calls_in_a_clean_handler(string method)
    {
        HandlerReport report = HandlerVerifier.Verify(Handlers.Method(typeof(OracleTests), method).CreateDelegate<InterruptHandler<State>>());
        JitListing listing = JitListing.Of($"*OracleTests:{method}", Scenario(method));

        Assert.True(report.IsSafe, report.ToString());
        Assert.True(listing.Calls.Count == report.Calls.Count(c => c.Method == report.Handler), $"{listing.Text}\n{report}");
    }

    private static HashSet<string> Targets(HandlerReport report) =>
        [.. report.Calls.Select(c => c.Target), .. report.Violations.Where(v => v.Address != 0).Select(v => v.Target ?? "")];

    private static Action Scenario(string method) => method switch
    {
        nameof(Allocate) => VerifyAllocate,
        nameof(AllocateArray) => VerifyAllocateArray,
        nameof(AddChecked) => VerifyAddChecked,
        nameof(Index) => VerifyIndex,
        nameof(Remainder) => VerifyRemainder,
        nameof(StackBuffer) => VerifyStackBuffer,
        nameof(CountOnly) => VerifyCountOnly,
        nameof(CallLeaf) => VerifyCallLeaf,
        nameof(ReadClock) => VerifyReadClock,
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "No scenario."),
    };

    private static void VerifyAllocate() => Subject.Verify(Allocate);

    private static void VerifyAllocateArray() => Subject.Verify(AllocateArray);

    private static void VerifyAddChecked() => Subject.Verify(AddChecked);

    private static void VerifyIndex() => Subject.Verify(Index);

    private static void VerifyRemainder() => Subject.Verify(Remainder);

    private static void VerifyStackBuffer() => Subject.Verify(StackBuffer);

    private static void VerifyCountOnly() => Subject.Verify(CountOnly);

    private static void VerifyCallLeaf() => Subject.Verify(CallLeaf);

    private static void VerifyReadClock() => Subject.Verify(ReadClock);

    [MethodImpl(Subject.Handler)]
    private static void Allocate(ref State state, in InterruptContext context) => s_object = new object();

    [MethodImpl(Subject.Handler)]
    private static void AllocateArray(ref State state, in InterruptContext context) => s_object = new long[state.Index];

    [MethodImpl(Subject.Handler)]
    private static void AddChecked(ref State state, in InterruptContext context) => s_index = checked(s_index + state.Index);

    [MethodImpl(Subject.Handler)]
    private static void Index(ref State state, in InterruptContext context) => state.A = "top half"u8[state.Index];

    [MethodImpl(Subject.Handler)]
    private static void Remainder(ref State state, in InterruptContext context) => state.Number %= state.A;

    [MethodImpl(Subject.Handler)]
    private static void StackBuffer(ref State state, in InterruptContext context)
    {
        byte* buffer = stackalloc byte[32];
        buffer[state.Index & 31] = 1;
        state.A = buffer[state.Index & 15];
    }

    [MethodImpl(Subject.Handler)]
    private static void CountOnly(ref State state, in InterruptContext context) => state.Count++;

    [MethodImpl(Subject.Callee)]
    private static long Leaf(long value) => value * 3 + 1;

    [MethodImpl(Subject.Handler)]
    private static void CallLeaf(ref State state, in InterruptContext context) => state.A = Leaf(state.A) + Leaf(state.B);

    [MethodImpl(Subject.Handler)]
    private static void ReadClock(ref State state, in InterruptContext context)
    {
        timespec time;
        SignalSafeLibC.clock_gettime(LibC.CLOCK_MONOTONIC, &time);
        state.A = time.tv_nsec;
        state.B = SignalSafeLibC.gettid();
    }
}
