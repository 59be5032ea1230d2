using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Metronome;

/// <summary>timerfd_create(2): a thread of its own that sleeps in read(2), the best that Linux offers without interrupts.</summary>
internal sealed class TimerFdMetronome : CallbackMetronome
{
    private const int ClockMonotonic = 1;
    private const int CloseOnExec = 0x80000;
    private const int AbsoluteTime = 1;
    private const int Interrupted = 4;
    private const long Second = 1_000_000_000;

    private volatile bool _stop;
    private int _fd;
    private Thread? _thread;

    public override string Name => "timerfd thread";

    public override void Dispose()
    {
        _stop = true;
        _thread!.Join();
        _ = close(_fd);
    }

    protected override void Begin()
    {
        _fd = timerfd_create(ClockMonotonic, CloseOnExec);
        (long periodSeconds, long periodRest) = Math.DivRem(Schedule.Period, Second);
        (long dueSeconds, long dueRest) = Math.DivRem(Schedule.FirstDue, Second);
        long[] setting = [periodSeconds, periodRest, dueSeconds, dueRest];
        if (_fd < 0 || timerfd_settime(_fd, AbsoluteTime, setting, 0) != 0)
        {
            throw new Win32Exception();
        }

        _thread = new Thread(Loop) { Name = Name, IsBackground = true };
        _thread.Start();
    }

    private void Loop()
    {
        while (!_stop)
        {
            if (read(_fd, out _, sizeof(long)) == sizeof(long))
            {
                OnTick();
            }
            else if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw new Win32Exception();
            }
        }
    }

#pragma warning disable IDE1006, SYSLIB1054 // Native names stay native; generated marshalling would need unsafe code.
    [DllImport("libc", SetLastError = true)]
    private static extern int timerfd_create(int clock, int flags);

    // struct itimerspec: interval and first expiry, in seconds and nanoseconds each.
    [DllImport("libc", SetLastError = true)]
    private static extern int timerfd_settime(int fd, int flags, long[] setting, nint former);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(int fd, out long expirations, nint size);

    [DllImport("libc")]
    private static extern int close(int fd);
#pragma warning restore IDE1006, SYSLIB1054
}
