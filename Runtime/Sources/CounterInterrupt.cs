using TopHalf.Sources;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>Starts interrupts by counters of the processor and of the kernel.</summary>
public static class CounterInterrupt
{
    /// <summary>Starts with a zeroed state.</summary>
    /// <inheritdoc cref="Start{TState}(InterruptHandler{TState}, in TState, CounterEvent, long, CounterInterruptOptions?)"/>
    public static CounterInterrupt<TState> Start<TState>(InterruptHandler<TState> handler, CounterEvent counted, long every, CounterInterruptOptions? options = null)
        where TState : unmanaged => Start(handler, default, counted, every, options);

    /// <summary>
    /// Counts events of a thread. Each time that <paramref name="every"/> of them were counted the thread is interrupted, and <paramref name="handler"/> runs there
    /// and then, in signal context.
    /// </summary>
    /// <param name="handler">A static method, marked <see cref="InterruptHandlerAttribute"/> and AggressiveOptimization. It is compiled and its machine code verified.</param>
    /// <param name="initialState">Copied into unmanaged memory, where the handler works on it.</param>
    /// <param name="counted">The event.</param>
    /// <param name="every">How many make an interrupt. Of the clocks, nanoseconds: 20,000 at least.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <returns>The source. It lives until it is disposed, referenced or not.</returns>
    /// <exception cref="ArgumentException">An argument is out of its range.</exception>
    /// <exception cref="CounterUnavailableException">The event cannot be counted here: the message says why, and what to set.</exception>
    /// <exception cref="HandlerVerificationException">The handler's machine code is not proved safe.</exception>
    /// <exception cref="SignalUnavailableException">The signal is taken, or reserved; or SIGIO is taken.</exception>
    /// <exception cref="InterruptTargetException">The target thread does not live, or stays in the handling of a fault.</exception>
    /// <exception cref="InterruptLimitException">A limit of the system is reached.</exception>
    /// <exception cref="InterruptSharingException">It cannot share what it was told to.</exception>
    /// <exception cref="TypeInitializationException">A type initialiser that the handler needs failed.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux x86-64 with glibc.</exception>
    public static CounterInterrupt<TState> Start<TState>(
        InterruptHandler<TState> handler, in TState initialState, CounterEvent counted, long every, CounterInterruptOptions? options = null)
        where TState : unmanaged
    {
        ArgumentNullException.ThrowIfNull(handler);
        options ??= CounterInterruptOptions.Default;
        options.Validate();
        KernelCounter.Validate(counted, every, nameof(every));
        PlatformSupport.Require();

        string name = options.Name ?? handler.Method.Name;
        InterruptTarget target = options.Target ?? InterruptTarget.CurrentThread;
        VerifiedHandler? verified = DeliveryChoice.Resolve(handler, options.Delivery, name, new VerifierOptions { StackBudget = options.StackBudget });
        DeliveryMode delivery = verified is null ? DeliveryMode.Threaded : DeliveryMode.Signal;
        int signal = SignalRegistry.Claim(options.Signal, interrupts: delivery == DeliveryMode.Signal, options.Level);
        DescriptorSignals.ClaimOverflowSignal(interrupts: delivery == DeliveryMode.Signal);
        if (verified is not null)
        {
            NestedStack.Reserve(target, options.Level, verified);
            FaultGuard.Cover(target, signal);
        }

        return new CounterInterrupt<TState>(handler, verified, initialState, name, delivery, signal, counted, every, target, options);
    }
}
