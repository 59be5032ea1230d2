using System.Reflection;

namespace TopHalf.Verification;

/// <summary>Says what is wrong with a callee that remains in the machine code and was not prepared.</summary>
internal static class UnsafeCallees
{
    private static readonly HashSet<string> s_locks =
    [
        "System.Threading.Monitor", "System.Threading.Lock", "System.Threading.SpinLock", "System.Threading.Mutex", "System.Threading.SemaphoreSlim",
        "System.Threading.ReaderWriterLockSlim", "System.Threading.Barrier",
    ];

    private static readonly HashSet<string> s_strings =
    [
        "System.String", "System.Text.StringBuilder", "System.Runtime.CompilerServices.DefaultInterpolatedStringHandler",
    ];

    private static readonly HashSet<string> s_blocking = ["System.Threading.Thread", "System.Threading.WaitHandle", "System.Threading.Tasks.Task", "System.Console"];

    public static (string Rule, string What) Explain(MethodBase method)
    {
        string type = method.DeclaringType?.FullName ?? "";
        string space = method.DeclaringType?.Namespace ?? "";
        if ((method.Attributes & MethodAttributes.PinvokeImpl) != 0)
        {
            return (Rules.NativeCall, "It calls native code through a P/Invoke.");
        }

        if (s_locks.Contains(type))
        {
            return (Rules.Locks, "It takes a lock.");
        }

        if (s_strings.Contains(type))
        {
            return (Rules.BuildsString, "It builds or reads a string.");
        }

        if (s_blocking.Contains(type) || space.StartsWith("System.IO", StringComparison.Ordinal))
        {
            return (Rules.Blocks, "It may block.");
        }

        if (type.EndsWith("ThrowHelper", StringComparison.Ordinal))
        {
            return (Rules.ImplicitThrow, "It may throw.");
        }

        if (space == "System" || space.StartsWith("System.", StringComparison.Ordinal))
        {
            return (Rules.UnknownCallee, "It calls a platform method that is not compiled into instructions here.");
        }

        return (method.MethodImplementationFlags & MethodImplAttributes.AggressiveOptimization) == 0
            ? (Rules.CalleeNotPrepared, "It calls a method that is neither inlined nor marked AggressiveOptimization.")
            : (Rules.CalleeNotPrepared, "It calls a method that the runtime did not compile ahead (a virtual one of a class, for example).");
    }
}
