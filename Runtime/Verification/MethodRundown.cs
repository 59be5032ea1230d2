using System.Net.Sockets;
using TopHalf.Interop;

namespace TopHalf.Verification;

/// <summary>
/// What the runtime says of all code that there is: when asked, it goes through its methods, and writes the event MethodDCEndVerbose for each, with
/// the same contents as the event that it wrote when it compiled the method.
/// </summary>
/// <remarks>
/// Takes some 10 ms, or 100 more where the runtime's own thread sleeps as long, and more in a process of many methods, since the runtime cannot be
/// asked for a single one.
/// </remarks>
internal sealed class MethodRundown
{
    private const string Provider = "Microsoft-Windows-DotNETRuntimeRundown";
    private const int MethodDCEndVerbose = 144;
    private const int MethodDCEndILToNativeMap = 150;

    private MethodRundown()
    {
    }

    /// <summary>Why the runtime could not be asked; null if it was.</summary>
    public string? Failure { get; private set; }

    /// <summary>What the runtime says.</summary>
    public MethodEvents Said { get; } = new();

    /// <summary>Asks the runtime.</summary>
    public static MethodRundown Ask()
    {
        var rundown = new MethodRundown();
        try
        {
            DiagnosticsPort.ReadRundown(rundown.Read);
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            rundown.Failure = e.Message;
        }

        return rundown;
    }

    private void Read(Stream stream)
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
                Said.AddLoad(payload);
                Said.AddMap(map);
            }
        });
    }
}
