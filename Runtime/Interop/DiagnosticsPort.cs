using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TopHalf.Interop;

/// <summary>
/// The port on which the runtime of this process answers diagnostic tools (CoreCLR only): a Unix domain socket, with the protocol "DOTNET_IPC_V1" of
/// dotnet/diagnostics, documentation/design-docs/ipc-protocol.md.
/// </summary>
/// <remarks>
/// It is there unless DOTNET_EnableDiagnostics or DOTNET_EnableDiagnostics_IPC is 0. Ordinary context only; thread-safe.
/// </remarks>
internal static class DiagnosticsPort
{
    private const int HeaderSize = 20;
    private const byte EventPipeCommandSet = 0x02;
    private const byte StopTracing = 0x01;
    private const byte CollectTracing2 = 0x03;
    private const byte ProcessCommandSet = 0x04;
    private const byte EnablePerfMap = 0x05;
    private const byte DisablePerfMap = 0x06;
    private const byte ServerCommandSet = 0xFF;
    private const byte Ok = 0x00;

    // The runtime writes all events of a rundown before it sends any, and drops those that find no room. It takes what it needs, some 300 bytes a method.
    private const uint BufferMegabytes = 256;

    private const uint NetTrace = 1;

    // The map alone, without the dump of code that perf(1) reads too.
    private const uint PerfMapOnly = 3;

    // The runtime answers at once, or within 100 ms where its session sleeps. On an overloaded machine it may take far longer.
    private const int PatienceSeconds = 10;

    private static readonly byte[] s_magic = "DOTNET_IPC_V1\0"u8.ToArray();

    /// <summary>
    /// Lets the runtime go through all methods that have code, as it does at the end of a session. It writes an event of its rundown provider for
    /// each, in the format NetTrace.
    /// </summary>
    /// <param name="read">Reads the stream to its end.</param>
    /// <exception cref="IOException">The port is off or cannot be reached, or the runtime did not go on, or broke off.</exception>
    /// <exception cref="InvalidDataException">What answered is not the runtime of this process, or it refused.</exception>
    public static void ReadRundown(Action<Stream> read)
    {
        using FileStream events = Connect();
        Send(events, EventPipeCommandSet, CollectTracing2, SessionOfNothing());
        Span<byte> session = stackalloc byte[sizeof(ulong)];
        Receive(events, session);

        using FileStream control = Connect();
        Send(control, EventPipeCommandSet, StopTracing, session);

        // The answer comes when all has been written, which the runtime cannot before it has been read.
        read(events);
        Receive(control, session);
    }

    /// <summary>
    /// Lets the runtime write the map of perf(1), with all methods that it has compiled, and from then on those that it compiles. Has no effect if it
    /// writes one already.
    /// </summary>
    /// <exception cref="IOException">The port is off or cannot be reached, or the runtime did not answer.</exception>
    /// <exception cref="InvalidDataException">What answered is not the runtime of this process, or it refused.</exception>
    public static void BeginPerfMap()
    {
        byte[] payload = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, PerfMapOnly);
        Command(EnablePerfMap, payload);
    }

    /// <summary>Lets the runtime write what is left of the map, and close it.</summary>
    /// <inheritdoc cref="BeginPerfMap" path="/exception"/>
    public static void EndPerfMap() => Command(DisablePerfMap, []);

    private static void Command(byte command, ReadOnlySpan<byte> payload)
    {
        using FileStream control = Connect();
        Send(control, ProcessCommandSet, command, payload);
        Span<byte> result = stackalloc byte[sizeof(int)];
        Receive(control, result);
        if (BinaryPrimitives.ReadInt32LittleEndian(result) != 0)
        {
            throw new InvalidDataException($"The runtime refused (HRESULT {BinaryPrimitives.ReadInt32LittleEndian(result):x8}).");
        }
    }

    // Of CollectTracing2: buffer, format, rundown, and providers. There has to be one, and nobody writes events under this name.
    private static byte[] SessionOfNothing()
    {
        const string Nobody = nameof(TopHalf) + "." + nameof(SessionOfNothing);
        using var payload = new MemoryStream();
        using var writer = new BinaryWriter(payload, Encoding.Unicode);
        writer.Write(BufferMegabytes);
        writer.Write(NetTrace);
        writer.Write(true);
        writer.Write(1u);
        writer.Write(0UL); // keywords
        writer.Write(0u); // level
        writer.Write((uint)Nobody.Length + 1);
        writer.Write(Encoding.Unicode.GetBytes(Nobody + "\0"));
        writer.Write(0u); // no filter
        return payload.ToArray();
    }

    // By libc: the library for sockets costs a process that has not loaded it more than all else that is done here.
    private static unsafe FileStream Connect()
    {
        var address = new sockaddr_un { sun_family = LibC.AF_UNIX };
        byte[] path = Encoding.UTF8.GetBytes(SocketPath());
        if (path.Length >= sockaddr_un.PathLength)
        {
            throw new IOException($"The path of the port is too long for a socket ({path.Length} bytes, the limit is {sockaddr_un.PathLength - 1}): set TMPDIR to a shorter one.");
        }

        // SAFETY: the path fits with the zero behind it.
        path.AsSpan().CopyTo(new Span<byte>(address.sun_path, path.Length));

        // SAFETY: everything that libc is given is of this method, and none of it is kept.
        var socket = new SafeFileHandle(LibC.socket(LibC.AF_UNIX, LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0), ownsHandle: true);
        try
        {
            Require(socket.IsInvalid ? -1 : 0, "socket");
            int descriptor = (int)socket.DangerousGetHandle();
            var patience = new timeval { tv_sec = PatienceSeconds };
            Require(LibC.setsockopt(descriptor, LibC.SOL_SOCKET, LibC.SO_RCVTIMEO, &patience, (uint)sizeof(timeval)), "setsockopt");
            Require(LibC.setsockopt(descriptor, LibC.SOL_SOCKET, LibC.SO_SNDTIMEO, &patience, (uint)sizeof(timeval)), "setsockopt");

            // socket(7): where there is a time-out, a signal breaks this off, whatever SA_RESTART says. FileStream begins again itself.
            int connected;
            do
            {
                connected = LibC.connect(descriptor, &address, (uint)sizeof(sockaddr_un));
            }
            while (connected < 0 && Marshal.GetLastPInvokeError() == LibC.EINTR);

            Require(connected, "connect");
            RequireOwn(descriptor);
            return new FileStream(socket, FileAccess.ReadWrite, bufferSize: 0);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Require(int result, string function)
    {
        if (result < 0)
        {
            throw new IOException($"{function}: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>
    /// Where the port is: the time at which the process began tells it from an earlier one of the same number. Field 22 of proc(5), stat, where the
    /// name in field 2 may have spaces and parentheses.
    /// </summary>
    /// <exception cref="IOException">/proc cannot be read.</exception>
    public static string SocketPath()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        string began = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[22 - 3];
        string name = string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{Environment.ProcessId}-{began}-socket");
        return Path.Combine(Path.GetTempPath(), name);
    }

    // The folder is one in which anybody may make a socket: unix(7), SO_PEERCRED tells the process that listens.
    private static unsafe void RequireOwn(int socket)
    {
        ucred credentials;
        uint size = (uint)sizeof(ucred);

        // SAFETY: as much is written as there is room for.
        Require(LibC.getsockopt(socket, LibC.SOL_SOCKET, LibC.SO_PEERCRED, &credentials, &size), "getsockopt");
        if (credentials.pid != Environment.ProcessId)
        {
            throw new InvalidDataException("Another process listens on the port.");
        }
    }

    private static void Send(FileStream stream, byte commandSet, byte command, ReadOnlySpan<byte> payload)
    {
        byte[] message = new byte[HeaderSize + payload.Length];
        s_magic.CopyTo(message, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(s_magic.Length), (ushort)message.Length);
        message[16] = commandSet;
        message[17] = command;
        payload.CopyTo(message.AsSpan(HeaderSize));
        stream.Write(message);
    }

    private static void Receive(FileStream stream, Span<byte> payload)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        stream.ReadExactly(header);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header[s_magic.Length..]) - HeaderSize;
        if (!header.StartsWith(s_magic) || header[16] != ServerCommandSet || header[17] != Ok || size != payload.Length)
        {
            throw new InvalidDataException($"The runtime refused (answer {Convert.ToHexString(header[16..18])}).");
        }

        stream.ReadExactly(payload);
    }
}
