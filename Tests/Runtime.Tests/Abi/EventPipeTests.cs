// The runtime's event pipe, by its own internal declarations: an oracle that we did not write.
using System.Reflection;
using System.Runtime.InteropServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Abi;

public sealed class EventPipeTests
{
    private const BindingFlags Hidden = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    private static readonly Type s_pipe = typeof(object).Assembly.GetType("System.Diagnostics.Tracing.EventPipeInternal", throwOnError: true)!;

    [Fact]
    public void It_is_known_on_this_runtime() => Assert.True(EventPipeInternal.IsKnown);

    [Fact]
    public void An_event_lies_in_memory_as_the_runtime_says() => AssertAlike(
        typeof(object).Assembly.GetType("System.Diagnostics.Tracing.EventPipeEventInstanceData", throwOnError: true)!, typeof(EventPipeInternal.EventPipeEventInstanceData));

    [Fact]
    public void A_provider_lies_in_memory_as_the_runtime_says() => AssertAlike(
        s_pipe.GetNestedType("EventPipeProviderConfigurationNative", BindingFlags.NonPublic | BindingFlags.Public)!,
        typeof(EventPipeInternal.EventPipeProviderConfigurationNative));

    [Fact]
    public void The_format_is_the_runtimes() => Assert.Equal(
        EventPipeInternal.NetTrace,
        Convert.ToInt32(
            Enum.Parse(typeof(object).Assembly.GetType("System.Diagnostics.Tracing.EventPipeSerializationFormat", throwOnError: true)!, "NetTrace"),
            System.Globalization.CultureInfo.InvariantCulture));

    private static void AssertAlike(Type theirs, Type ours)
    {
        Assert.Equal(theirs.GetFields(Hidden).Select(static f => f.Name), ours.GetFields(Hidden).Select(static f => f.Name));
        Assert.All(
            ours.GetFields(Hidden),
            field => Assert.Equal(Marshal.OffsetOf(theirs, field.Name), Marshal.OffsetOf(ours, field.Name)));
        Assert.Equal(Marshal.SizeOf(theirs), Marshal.SizeOf(ours));
    }
}
