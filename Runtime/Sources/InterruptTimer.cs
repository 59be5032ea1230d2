using TopHalf.Sources;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>Starts timers whose expiries interrupt a thread.</summary>
public static class InterruptTimer
{
    /// <summary>Starts a timer with a zeroed state.</summary>
    /// <inheritdoc cref="Start{TState}(InterruptHandler{TState}, in TState, TimeSpan, InterruptTimerOptions?)"/>
    public static InterruptTimer<TState> Start<TState>(InterruptHandler<TState> handler, TimeSpan period, InterruptTimerOptions? options = null)
        where TState : unmanaged => Start(handler, default, period, options);

    /// <summary>
    /// Starts a timer. Every expiry interrupts the target thread, and <paramref name="handler"/> runs there and then, in signal context.
    /// </summary>
    /// <param name="handler">A static method, marked <see cref="InterruptHandlerAttribute"/> and AggressiveOptimization. It is compiled and its machine code verified before the timer is armed.</param>
    /// <param name="initialState">Copied into unmanaged memory, where the handler works on it.</param>
    /// <param name="period">
    /// Time between expiries: at least <see cref="InterruptTimerOptions.MinimumPeriod"/>, in steps of 100 ns;
    /// <see cref="Timeout.InfiniteTimeSpan"/> fires once, at <see cref="InterruptTimerOptions.DueTime"/>.
    /// </param>
    /// <param name="options">Null: the defaults.</param>
    /// <returns>The running timer. It runs until it is disposed, referenced or not.</returns>
    /// <exception cref="ArgumentException">An argument is out of its range, or options contradict each other.</exception>
    /// <exception cref="HandlerVerificationException">The handler's machine code is not proved safe.</exception>
    /// <exception cref="SignalUnavailableException">The signal is taken, or reserved.</exception>
    /// <exception cref="InterruptTargetException">The target thread does not live, or a thread that could be interrupted stays in the handling of a fault.</exception>
    /// <exception cref="InterruptLimitException">A limit of the system is reached.</exception>
    /// <exception cref="InterruptSharingException">It cannot share what it was told to.</exception>
    /// <exception cref="TypeInitializationException">A type initialiser that the handler needs failed.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux x86-64 with glibc.</exception>
    public static InterruptTimer<TState> Start<TState>(
        InterruptHandler<TState> handler, in TState initialState, TimeSpan period, InterruptTimerOptions? options = null)
        where TState : unmanaged
    {
        ArgumentNullException.ThrowIfNull(handler);
        options ??= InterruptTimerOptions.Default;
        options.Validate();
        var schedule = TimerSchedule.Create(period, options.DueTime, options);
        PlatformSupport.Require();

        string name = options.Name ?? handler.Method.Name;
        if (KernelFaults.OfTimer(options.Clock, KernelFaults.Running) is { } fault)
        {
            InterruptSource.RaiseNotice(InterruptNoticeKind.KernelFault, name, $"'{name}': {fault}");
        }

        VerifiedHandler? verified = DeliveryChoice.Resolve(handler, options.Delivery, name, new VerifierOptions { StackBudget = options.StackBudget });
        DeliveryMode delivery = verified is null ? DeliveryMode.Threaded : DeliveryMode.Signal;
        int signal = SignalRegistry.Claim(options.Signal, interrupts: delivery == DeliveryMode.Signal, options.Level);
        if (verified is not null)
        {
            NestedStack.Reserve(options.Target, options.Level, verified);
            FaultGuard.Cover(options.Target, signal);
        }

        return new InterruptTimer<TState>(handler, verified, initialState, name, delivery, signal, options, schedule);
    }
}
