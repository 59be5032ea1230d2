using TopHalf.Interop;

namespace TopHalf.Verification;

/// <summary>
/// What the runtime says of all code that there is: when asked, it goes through its methods, and writes the event MethodDCEndVerbose for each, with
/// the same contents as the event that it wrote when it compiled the method.
/// </summary>
/// <remarks>
/// Takes some 10 ms, or 100 more where the runtime's own thread sleeps as long, and more in a process of many methods, since the runtime cannot be
/// asked for a single one. Beside <see cref="PerfMap"/> it says of what IL code was made.
/// </remarks>
internal static class MethodRundown
{
    private const string Provider = "Microsoft-Windows-DotNETRuntimeRundown";
    private const int MethodDCEndVerbose = 144;
    private const int MethodDCEndILToNativeMap = 150;

    /// <summary>Asks the runtime.</summary>
    /// <exception cref="IOException">The diagnostics port is off or cannot be reached, or the runtime did not go on, or broke off.</exception>
    /// <exception cref="InvalidDataException">What answered is not the runtime of this process, or it refused.</exception>
    public static MethodEvents Read()
    {
        var said = new MethodEvents();
        DiagnosticsPort.ReadRundown(stream => Read(stream, said));
        return said;
    }

    private static void Read(Stream stream, MethodEvents said)
    {
        const int ReadSize = 1 << 16;
        byte[] map = [];
        using var buffered = new BufferedStream(stream, ReadSize);
        new NetTraceReader(buffered).Read((provider, id, payload) =>
        {
            if (provider != Provider)
            {
                return;
            }

            // A method's map comes before its bounds.
            if (id == MethodDCEndILToNativeMap)
            {
                map = payload.ToArray();
            }
            else if (id == MethodDCEndVerbose)
            {
                said.AddLoad(payload);
                said.AddMap(map);
            }
        });
    }
}
