using TopHalf.Sources;
using TopHalf.Timers;

namespace TopHalf;

/// <summary>
/// A <see cref="TimeProvider"/> whose timers are exact to microseconds: a POSIX timer of the kernel drives them, on a thread of its own, in
/// place of the runtime's timers, which count in milliseconds. Pass it to <c>Task.Delay</c>, <c>PeriodicTimer</c>,
/// <c>CancellationTokenSource</c> and whatever else takes a <see cref="TimeProvider"/>.
/// </summary>
/// <remarks>
/// <para>Callbacks are ordinary code on the thread pool, in the execution context in which their timer was made, as with
/// <see cref="TimeProvider.System"/>: nothing here runs in signal context. What differs:</para>
/// <list type="bullet">
/// <item>Due times and periods count to 100 ns; a period below 20 µs is taken as 20 µs. <c>Task.Delay</c> and
/// <c>CancellationTokenSource</c> themselves cut what they are given to whole milliseconds; <see cref="CreateTimer"/> and
/// <see cref="ITimer.Change"/> do not. <c>CancellationTokenSource.TryReset</c> is .NET's own timers' only: here it returns false.</item>
/// <item>No timer expires early by <see cref="TimeProvider.GetTimestamp"/>.</item>
/// <item>A periodic timer does not drift: expiry n is due n periods after the first, however late those before it were. What was missed is
/// made up for at once, up to 100 expiries; older ones are left out and counted in <see cref="Overruns"/>. If callbacks take longer than
/// their period, several run at the same time, as with <see cref="TimeProvider.System"/>.</item>
/// </list>
/// <para>The time of day, time zone and timestamps are the system's. One provider serves a whole program: any number of timers, one
/// thread, one kernel timer.</para>
/// <para>Source: timer_settime(2).</para>
/// </remarks>
public sealed class InterruptTimeProvider : TimeProvider, IDisposable
{
    private readonly TimerThread _thread;
    private volatile bool _disposed;

    /// <summary>Makes a time provider, and its thread.</summary>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="SignalUnavailableException">The signal is taken, or reserved.</exception>
    /// <exception cref="InterruptLimitException">The user has as many timers and queued signals as the system allows.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux x86-64 with glibc.</exception>
    public InterruptTimeProvider(InterruptTimeProviderOptions? options = null)
    {
        options ??= new InterruptTimeProviderOptions();
        options.Validate();
        PlatformSupport.Require();
        Signal = SignalRegistry.Claim(options.Signal, interrupts: false);
        ThreadPreparer? preparer = options.Preparation is { } preparation ? new ThreadPreparer(preparation, []) : null;
        _thread = new TimerThread(options.Name, Signal, preparer);
        Preparation = preparer?.Results ?? [];
        InterruptSource.Report(options.Name, Preparation);
    }

    /// <summary>What came of the preparation of its thread: a line for each step that <see cref="ThreadPreparation"/> asked for.</summary>
    public IReadOnlyList<PreparationResult> Preparation { get; }

    /// <summary>How many expiries of periodic timers were left out, since the program was stopped or starved for more than 100 of their periods.</summary>
    public long Overruns => _thread.Overruns;

    /// <summary>How many timers are set: made or changed to expire, and neither expired for the last time nor disposed of.</summary>
    public int ActiveTimers => _thread.Count;

    /// <summary>Makes a timer.</summary>
    /// <param name="callback">Called on the thread pool, once for each expiry. An exception that it lets go ends the process.</param>
    /// <param name="state">Passed to it.</param>
    /// <param name="dueTime">When it expires first: 0 is at once, <see cref="Timeout.InfiniteTimeSpan"/> not until <see cref="ITimer.Change"/> says so.</param>
    /// <param name="period">Time between expiries; 0 or <see cref="Timeout.InfiniteTimeSpan"/>: it expires once.</param>
    /// <returns>The timer. While it is set it goes on, referenced or not.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative and not infinite, or longer than 49.7 days, as with <see cref="TimeProvider.System"/>.</exception>
    /// <exception cref="ObjectDisposedException">The provider is disposed.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        long due = TimerInterval.Of(dueTime, nameof(dueTime));
        long interval = TimerInterval.OfPeriod(period, nameof(period));
        ObjectDisposedException.ThrowIf(_disposed, this);
        var timer = new ProvidedTimer(_thread, callback, state);
        ObjectDisposedException.ThrowIf(!_thread.Change(timer, due, interval), this);
        return timer;
    }

    /// <summary>
    /// Ends the provider: it makes no more timers, and those that live cannot be set anew. What is set goes on, so that nothing waits for
    /// ever: a timer expires for the last time, or is disposed of, and with the last one the thread ends.
    /// </summary>
    public void Dispose()
    {
        _disposed = true;
        _thread.Close();
    }

    /// <summary>The number of its signal.</summary>
    internal int Signal { get; }

    /// <summary>The kernel's id of its thread.</summary>
    internal int ThreadId => _thread.ThreadId;

    /// <summary>Waits for the thread's end.</summary>
    internal void Join() => _thread.Join();
}
