using System.Runtime.InteropServices;
using TopHalf.Sources;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>Starts interrupts of descriptors: pipes, FIFOs, sockets, terminals, inotify, eventfd, timerfd and others.</summary>
public static class FileInterrupt
{
    /// <summary>Starts with a zeroed state.</summary>
    /// <inheritdoc cref="Start{TState}(InterruptHandler{TState}, in TState, int, FileInterruptOptions?)"/>
    public static FileInterrupt<TState> Start<TState>(InterruptHandler<TState> handler, int descriptor, FileInterruptOptions? options = null)
        where TState : unmanaged => Start(handler, default, descriptor, options);

    /// <summary>Starts with a zeroed state.</summary>
    /// <inheritdoc cref="Start{TState}(InterruptHandler{TState}, in TState, SafeHandle, FileInterruptOptions?)"/>
    public static FileInterrupt<TState> Start<TState>(InterruptHandler<TState> handler, SafeHandle descriptor, FileInterruptOptions? options = null)
        where TState : unmanaged => Start(handler, default, descriptor, options);

    /// <inheritdoc cref="Start{TState}(InterruptHandler{TState}, in TState, int, FileInterruptOptions?)"/>
    public static FileInterrupt<TState> Start<TState>(InterruptHandler<TState> handler, in TState initialState, SafeHandle descriptor, FileInterruptOptions? options = null)
        where TState : unmanaged
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        bool held = false;
        try
        {
            descriptor.DangerousAddRef(ref held);
            return Start(handler, in initialState, (int)descriptor.DangerousGetHandle(), options);
        }
        finally
        {
            if (held)
            {
                descriptor.DangerousRelease();
            }
        }
    }

    /// <summary>
    /// Starts interrupts of a descriptor. Whatever happens to it interrupts the target thread, and <paramref name="handler"/> runs there and then, in signal
    /// context; <see cref="FileEvent"/> says what happened. What is ready already is told at once.
    /// </summary>
    /// <param name="handler">A static method, marked <see cref="InterruptHandlerAttribute"/> and AggressiveOptimization. It is compiled and its machine code verified.</param>
    /// <param name="initialState">Copied into unmanaged memory, where the handler works on it.</param>
    /// <param name="descriptor">Of a pipe, a socket, or what else is not always ready. Dispose of the source before it is closed.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <returns>The source. It lives until it is disposed, referenced or not.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InterruptDescriptorException">The descriptor is not open, its kind of file is always ready, or its signals are asked for already.</exception>
    /// <exception cref="HandlerVerificationException">The handler's machine code is not proved safe.</exception>
    /// <exception cref="SignalUnavailableException">The signal is taken, or reserved; or SIGIO is taken.</exception>
    /// <exception cref="InterruptTargetException">The target thread does not live, or a thread that could be interrupted stays in the handling of a fault.</exception>
    /// <exception cref="InterruptLimitException">A limit of the system is reached.</exception>
    /// <exception cref="InterruptSharingException">It cannot share what it was told to.</exception>
    /// <exception cref="TypeInitializationException">A type initialiser that the handler needs failed.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux x86-64 with glibc.</exception>
    public static FileInterrupt<TState> Start<TState>(InterruptHandler<TState> handler, in TState initialState, int descriptor, FileInterruptOptions? options = null)
        where TState : unmanaged
    {
        ArgumentNullException.ThrowIfNull(handler);
        options ??= FileInterruptOptions.Default;
        options.Validate();
        PlatformSupport.Require();

        string name = options.Name ?? handler.Method.Name;
        VerifiedHandler? verified = DeliveryChoice.Resolve(handler, options.Delivery, name, new VerifierOptions { StackBudget = options.StackBudget });
        DeliveryMode delivery = verified is null ? DeliveryMode.Threaded : DeliveryMode.Signal;
        int signal = SignalRegistry.Claim(options.Signal, interrupts: delivery == DeliveryMode.Signal, options.Level);
        DescriptorSignals.ClaimOverflowSignal(interrupts: delivery == DeliveryMode.Signal);
        if (verified is not null)
        {
            NestedStack.Reserve(options.Target, options.Level, verified);
            FaultGuard.Cover(options.Target, signal);
        }

        return new FileInterrupt<TState>(handler, verified, initialState, name, delivery, signal, descriptor, options);
    }
}
