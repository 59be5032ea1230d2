// The reader of the runtime's event stream, on what the runtime of this process really sends, and on that spoilt.
using TopHalf.Interop;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

public sealed class NetTraceReaderTests
{
    private static readonly Lazy<byte[]> s_sent = new(Record);

    [Fact]
    public void The_runtimes_stream_is_read_to_its_end_and_begins_once()
    {
        var ids = new List<int>();
        Read(s_sent.Value, (provider, id) =>
        {
            if (provider == "Microsoft-Windows-DotNETRuntimeRundown")
            {
                ids.Add(id);
            }
        });

        // DCEndInit, and MethodDCEndVerbose of each method.
        Assert.Equal(1, ids.Count(static id => id == 148));
        Assert.True(ids.Count(static id => id == 144) > 1000, $"{ids.Count(static id => id == 144)} methods");
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public void A_stream_that_breaks_off_is_no_shorter_stream(double share) =>
        Assert.Throws<EndOfStreamException>(() => Read(s_sent.Value[..(int)(s_sent.Value.Length * share)]));

    [Theory]
    [InlineData(3)] // "Nettrace"
    [InlineData(15)] // "!FastSerialization.1"
    [InlineData(32)] // The first object's tag.
    [InlineData(34)] // Its version, in its type.
    public void A_stream_of_another_format_is_refused(int spoilt)
    {
        byte[] stream = [.. s_sent.Value];
        stream[spoilt] ^= 0x55;

        Assert.Equal("What the runtime sent is not in the format NetTrace, version 4.", Assert.Throws<InvalidDataException>(() => Read(stream)).Message);
    }

    [Fact]
    public void Noise_in_a_stream_is_refused_or_ends_but_never_read_beyond_it()
    {
        var random = new Random(20261128);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] stream = [.. s_sent.Value];
            random.NextBytes(stream.AsSpan(random.Next(200, stream.Length - 64), 64));
            try
            {
                Read(stream);
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                refused++;
            }
        }

        // Most of the noise falls into names and numbers, which may be anything.
        Assert.InRange(refused, 20, 2000);
    }

    private static void Read(byte[] stream, Action<string, int>? read = null) =>
        new NetTraceReader(new MemoryStream(stream)).Read((provider, id, _) => read?.Invoke(provider, id));

    private static byte[] Record()
    {
        using var copy = new MemoryStream();
        DiagnosticsPort.ReadRundown(stream => stream.CopyTo(copy));
        return copy.ToArray();
    }
}
