using TopHalf.Sources;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>Makes interrupts that software raises: the user-mode cousin of an inter-processor interrupt.</summary>
public static class SoftwareInterrupt
{
    /// <summary>Makes a source with a zeroed state.</summary>
    /// <inheritdoc cref="Start{TState}(InterruptHandler{TState}, in TState, SoftwareInterruptOptions?)"/>
    public static SoftwareInterrupt<TState> Start<TState>(InterruptHandler<TState> handler, SoftwareInterruptOptions? options = null)
        where TState : unmanaged => Start(handler, default, options);

    /// <summary>
    /// Makes a source. Each <see cref="SoftwareInterrupt{TState}.Raise"/> interrupts the target thread, and <paramref name="handler"/> runs there and
    /// then, in signal context.
    /// </summary>
    /// <param name="handler">A static method, marked <see cref="InterruptHandlerAttribute"/> and AggressiveOptimization. It is compiled and its machine code verified.</param>
    /// <param name="initialState">Copied into unmanaged memory, where the handler works on it.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <returns>The source. It lives until it is disposed, referenced or not.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="HandlerVerificationException">The handler's machine code is not proved safe.</exception>
    /// <exception cref="SignalUnavailableException">The signal is taken, or reserved.</exception>
    /// <exception cref="InterruptTargetException">The target thread does not live, or a thread that could be interrupted stays in the handling of a fault.</exception>
    /// <exception cref="InterruptLimitException">A limit of the system is reached.</exception>
    /// <exception cref="InterruptSharingException">It cannot share what it was told to.</exception>
    /// <exception cref="TypeInitializationException">A type initialiser that the handler needs failed.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux x86-64 with glibc.</exception>
    public static SoftwareInterrupt<TState> Start<TState>(InterruptHandler<TState> handler, in TState initialState, SoftwareInterruptOptions? options = null)
        where TState : unmanaged
    {
        ArgumentNullException.ThrowIfNull(handler);
        options ??= SoftwareInterruptOptions.Default;
        options.Validate();
        PlatformSupport.Require();

        string name = options.Name ?? handler.Method.Name;
        VerifiedHandler? verified = DeliveryChoice.Resolve(handler, options.Delivery, name, new VerifierOptions { StackBudget = options.StackBudget });
        DeliveryMode delivery = verified is null ? DeliveryMode.Threaded : DeliveryMode.Signal;
        int signal = SignalRegistry.Claim(options.Signal, interrupts: delivery == DeliveryMode.Signal, options.Level);
        if (verified is not null)
        {
            NestedStack.Reserve(options.Target, options.Level, verified);
            FaultGuard.Cover(options.Target, signal);
        }

        return new SoftwareInterrupt<TState>(handler, verified, initialState, name, delivery, signal, options);
    }
}
