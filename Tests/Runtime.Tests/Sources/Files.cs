// Pairs of descriptors: what is written to one of a pair can be read from the other.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests;

/// <summary>A pair that is closed by disposal.</summary>
internal sealed unsafe class Files(int reader, int writer) : IDisposable
{
    private const int O_RDWR = 2;
    private const int O_NONBLOCK = 0x800;
    private const int O_NOCTTY = 0x100;
    private const int O_CLOEXEC = 0x80000;
    private const int AF_UNIX = 1;
    private const int SOCK_STREAM = 1;
    private const int SOCK_DGRAM = 2;
    private const int IN_CREATE = 0x100;

    public int Reader { get; private set; } = reader;

    public int Writer { get; private set; } = writer;

    public static Files Pipe()
    {
        int* ends = stackalloc int[2];
        Assert.Equal(0, pipe2(ends, O_CLOEXEC | O_NONBLOCK));
        return new(ends[0], ends[1]);
    }

    public static Files StreamSockets() => Sockets(SOCK_STREAM);

    public static Files DatagramSockets() => Sockets(SOCK_DGRAM);

    /// <summary>The master of a pseudo-terminal reads, its terminal writes.</summary>
    public static Files Terminal()
    {
        int master = Open("/dev/ptmx");
        int zero = 0;
        Assert.Equal(0, ioctl(master, 0x40045431 /* TIOCSPTLCK */, &zero));
        int number;
        Assert.Equal(0, ioctl(master, 0x80045430 /* TIOCGPTN */, &number));
        return new(master, Open(string.Create(CultureInfo.InvariantCulture, $"/dev/pts/{number}")));
    }

    /// <summary>One descriptor alone.</summary>
    public static Files Only(int descriptor)
    {
        Assert.True(descriptor >= 0, Marshal.GetLastPInvokeErrorMessage());
        return new(descriptor, -1);
    }

    public static Files EventCounter() => Only(LibC.eventfd(0, LibC.EFD_CLOEXEC));

    public static Files TimerDescriptor() => Only(timerfd_create(LibC.CLOCK_MONOTONIC, O_CLOEXEC));

    public static Files Epoll() => Only(LibC.epoll_create1(LibC.EPOLL_CLOEXEC));

    public static Files FolderWatch(string folder)
    {
        Files watch = Only(inotify_init1(O_CLOEXEC | O_NONBLOCK));
        fixed (byte* path = Encoding.UTF8.GetBytes(folder + "\0"))
        {
            Assert.True(inotify_add_watch(watch.Reader, path, IN_CREATE) >= 0);
        }

        return watch;
    }

    public static int Open(string path, int flags = O_RDWR | O_NOCTTY)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
        {
            int descriptor = open(name, flags | O_CLOEXEC | O_NONBLOCK, 0);
            Assert.True(descriptor >= 0, $"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
            return descriptor;
        }
    }

    public Files Write(int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            byte one = 1;
            Assert.Equal(1, LibC.write(Writer, &one, 1));
        }

        return this;
    }

    /// <summary>Adds 1 to an eventfd.</summary>
    public void Signal()
    {
        ulong one = 1;
        Assert.Equal(sizeof(ulong), LibC.write(Reader, &one, sizeof(ulong)));
    }

    /// <summary>Has a timerfd expire once, at once.</summary>
    public void Expire()
    {
        itimerspec at = default;
        at.it_value.tv_nsec = 1;
        Assert.Equal(0, timerfd_settime(Reader, 0, &at, null));
    }

    /// <summary>Has an epoll watch another descriptor for input.</summary>
    public void Watch(int descriptor)
    {
        var input = new epoll_event { events = (uint)LibC.POLLIN };
        Assert.Equal(0, LibC.epoll_ctl(Reader, LibC.EPOLL_CTL_ADD, descriptor, &input));
    }

    /// <summary>Reads what is there, a byte or all.</summary>
    public int Read(int most = 1 << 16)
    {
        byte[] buffer = new byte[most];
        fixed (byte* start = buffer)
        {
            return (int)LibC.read(Reader, start, (nuint)most);
        }
    }

    public void CloseWriter()
    {
        Assert.Equal(0, LibC.close(Writer));
        Writer = -1;
    }

    public void CloseReader()
    {
        Assert.Equal(0, LibC.close(Reader));
        Reader = -1;
    }

    public void Dispose()
    {
        if (Reader >= 0)
        {
            CloseReader();
        }

        if (Writer >= 0)
        {
            CloseWriter();
        }
    }

    private static Files Sockets(int type)
    {
        int* ends = stackalloc int[2];
        Assert.Equal(0, socketpair(AF_UNIX, type | O_CLOEXEC | O_NONBLOCK, 0, ends));
        return new(ends[0], ends[1]);
    }

#pragma warning disable SYSLIB1054 // A test's own few.
    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int pipe2(int* ends, int flags);

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int socketpair(int domain, int type, int protocol, int* ends);

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int open(byte* path, int flags, int mode);

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int ioctl(int descriptor, ulong request, int* argument);

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int timerfd_create(int clock, int flags);

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int timerfd_settime(int descriptor, int flags, itimerspec* value, itimerspec* former);

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int inotify_init1(int flags);

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int inotify_add_watch(int descriptor, byte* path, int mask);
#pragma warning restore SYSLIB1054
}
