// The machine code of TryWrite: what runs in a handler must not call the runtime.
using System.Runtime.CompilerServices;
using Xunit;

namespace TopHalf.Runtime.Tests.BottomHalf;

public sealed unsafe class InterruptQueueCodeTests
{
    private static readonly (string, string)[] s_oldestCpu = [("DOTNET_EnableHWIntrinsic", "0")];

    [Fact]
    public void A_write_calls_nothing_but_the_doorbell_and_the_futex() =>
        JitListing.Of(nameof(WriteSmall), PrepareSmall).AssertCallsNativeFunctionsOnly(2);

    [Fact]
    public void A_write_of_a_large_item_calls_nothing_but_the_doorbell_and_the_futex() =>
        JitListing.Of(nameof(WriteLarge), PrepareLarge).AssertCallsNativeFunctionsOnly(2);

    [Fact]
    public void A_write_calls_nothing_but_the_doorbell_and_the_futex_on_the_oldest_CPU()
    {
        JitListing.Of(nameof(WriteSmall), PrepareSmall, s_oldestCpu).AssertCallsNativeFunctionsOnly(2);
        JitListing.Of(nameof(WriteLarge), PrepareLarge, s_oldestCpu).AssertCallsNativeFunctionsOnly(2);
    }

    [Fact]
    public void The_listing_does_show_a_call_of_the_runtime()
    {
        JitListing listing = JitListing.Of(nameof(CopyLarge), PrepareCopy);

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => listing.AssertCallsNativeFunctionsOnly(0));
    }

    private static void PrepareSmall() => Prepare<long>(nameof(WriteSmall));

    private static void PrepareLarge() => Prepare<Item1000>(nameof(WriteLarge));

    private static void PrepareCopy() => Prepare<long>(nameof(CopyLarge));

    // As registration does it: the queue exists, then the handler is compiled.
    private static void Prepare<T>(string method)
        where T : unmanaged
    {
        using var queue = new InterruptQueue<T>(2);
        RuntimeHelpers.PrepareMethod(Handlers.Method(typeof(InterruptQueueCodeTests), method).MethodHandle);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteSmall(InterruptQueueWriter<long>* writer, long* item) => writer->TryWrite(in *item);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteLarge(InterruptQueueWriter<Item1000>* writer, Item1000* item) => writer->TryWrite(in *item);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyLarge(Item1000* from, Item1000* to) => *to = *from;

    // 1000 is no multiple of a vector, 1001 not even of a word.
    private struct Item1000
    {
        public fixed byte Bytes[1001];
    }
}
