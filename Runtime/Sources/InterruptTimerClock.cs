namespace TopHalf;

/// <summary>The clock that an <see cref="InterruptTimer"/> counts on. Source: clock_gettime(2), timer_create(2).</summary>
public enum InterruptTimerClock
{
    /// <summary>CLOCK_MONOTONIC: never set, stands still while the machine is suspended. The default.</summary>
    Monotonic,

    /// <summary>CLOCK_REALTIME: UTC. Follows every step of the system's clock.</summary>
    Realtime,

    /// <summary>CLOCK_BOOTTIME: like monotonic, and goes on while the machine is suspended.</summary>
    Boottime,

    /// <summary>CLOCK_TAI: atomic time, UTC without leap seconds.</summary>
    Tai,

    /// <summary>CPU time of all threads of this process. Advances in ticks of 1 to 10 ms, as the kernel is configured.</summary>
    ProcessCpuTime,

    /// <summary>CPU time of the target thread, which must be a chosen one. Advances in ticks of 1 to 10 ms, as the kernel is configured.</summary>
    ThreadCpuTime,
}
