// Signal handlers of tests, installed without the dispatcher: what tests of its parts need.
using System.Reflection;
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests;

/// <summary>Installs managed code that has no call into the runtime as a raw signal handler. In child processes only.</summary>
internal static unsafe class Handlers
{
    /// <summary>A private static method by its name.</summary>
    public static MethodInfo Method(Type type, string name) =>
        type.GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic) ?? throw new MissingMethodException(type.FullName, name);

    /// <summary>A public static method by its name.</summary>
    public static MethodInfo PublicMethod(Type type, string name) => type.GetMethod(name) ?? throw new MissingMethodException(type.FullName, name);

    /// <summary>SIGUSR2: nobody else uses it here, and it does not queue, so a flood of it uses nothing up.</summary>
    public const int SpareSignal = 12;

    /// <summary>Installs a handler with all signals blocked while it runs.</summary>
    /// <param name="signal">The signal's number.</param>
    /// <param name="type">The handler's type.</param>
    /// <param name="method">
    /// A static AggressiveOptimization method <c>void (int, siginfo_t*, void*)</c>, clean by its listing.
    /// </param>
    public static void Install(int signal, Type type, string method)
    {
        RuntimeMethodHandle handle = Method(type, method).MethodHandle;
        RuntimeHelpers.PrepareMethod(handle);
        sigaction_t action = default;
        action.sa_sigaction = handle.GetFunctionPointer();
        action.sa_flags = LibC.SA_SIGINFO | LibC.SA_RESTART;
        Assert.Equal(0, LibC.sigfillset(&action.sa_mask));
        Assert.Equal(0, LibC.sigaction(signal, &action, null));
    }
}
