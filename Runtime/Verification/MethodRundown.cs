using System.Net.Sockets;
using TopHalf.Interop;

namespace TopHalf.Verification;

/// <summary>
/// What the runtime says of code that it compiled before TopHalf listened: when asked, it goes through all its methods, and writes the event
/// MethodDCEndVerbose for each, with the same contents as the event that it wrote when it compiled the method.
/// </summary>
/// <remarks>
/// Takes some 10 to 120 ms, and more in a process of many methods, since the runtime's own thread sleeps for 100 ms at a time, and cannot be asked
/// for a single method.
/// </remarks>
internal sealed class MethodRundown
{
    private const string Provider = "Microsoft-Windows-DotNETRuntimeRundown";
    private const int MethodDCEndVerbose = 144;
    private const int MethodDCEndILToNativeMap = 150;

    private readonly MethodEvents _said = new();

    private MethodRundown()
    {
    }

    /// <summary>Why the runtime could not be asked; null if it was.</summary>
    public string? Failure { get; private set; }

    /// <summary>What the runtime says of the body that begins at the address, if it was among those asked for; null if nothing.</summary>
    public MethodLoad? Of(nint start) => _said.Of(start);

    /// <summary>Asks the runtime for the bodies that begin at these addresses.</summary>
    public static MethodRundown Ask(IReadOnlySet<nint> starts)
    {
        var rundown = new MethodRundown();
        try
        {
            DiagnosticsPort.ReadRundown(stream => rundown.Read(stream, starts));
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            rundown.Failure = e.Message;
        }

        return rundown;
    }

    private void Read(Stream stream, IReadOnlySet<nint> starts)
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
            else if (id == MethodDCEndVerbose && _said.AddLoad(payload, starts))
            {
                _said.AddMap(map);
            }
        });
    }
}
