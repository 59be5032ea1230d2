using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary>What does something else when it runs later, or on another thread.</summary>
internal static class DeferToBottomHalfPlace
{
    // They tell the time or the thread, wait for what the handler does next, or belong to another that must run on the same thread.
    private static readonly HashSet<string> s_members = new(StringComparer.Ordinal)
    {
        "System.DateTime.Now", "System.DateTime.UtcNow", "System.DateTime.Today", "System.DateTimeOffset.Now", "System.DateTimeOffset.UtcNow",
        "System.Environment.TickCount", "System.Environment.TickCount64", "System.Environment.CurrentManagedThreadId", "System.Environment.StackTrace",
        "System.Environment.Exit", "System.Environment.FailFast", "System.Threading.Thread.CurrentThread", "System.Threading.Thread.Sleep",
        "System.Threading.Thread.Yield",
        "System.Threading.Thread.Join", "System.Threading.Thread.SpinWait", "System.Threading.Thread.MemoryBarrier", "System.Threading.Thread.GetCurrentProcessorId",
        "System.Threading.Tasks.Task.Wait", "System.Threading.Tasks.Task.WaitAll", "System.Threading.Tasks.Task.WaitAny",
        "System.GC.GetAllocatedBytesForCurrentThread",
    };

    private static readonly HashSet<string> s_types = new(StringComparer.Ordinal)
    {
        "System.Diagnostics.Stopwatch", "System.TimeProvider", "System.Threading.Monitor", "System.Threading.Lock", "System.Threading.Mutex",
        "System.Threading.SpinLock",
        "System.Threading.ReaderWriterLock", "System.Threading.ReaderWriterLockSlim", "System.Threading.SpinWait", "System.Threading.Barrier",
        "System.Threading.ThreadLocal",
        "System.Threading.AsyncLocal", "System.Threading.ExecutionContext", "System.Threading.SynchronizationContext", "System.Runtime.InteropServices.Marshal",
        "System.Diagnostics.StackTrace", "System.Diagnostics.Debugger", "System.Runtime.CompilerServices.TaskAwaiter", "System.Threading.Interlocked",
        "System.Threading.Volatile",
    };

    private static readonly HashSet<string> s_waits = new(StringComparer.Ordinal)
    {
        "Wait", "WaitAll", "WaitAny", "WaitOne", "SignalAndWait", "GetResult", "Result",
    };

    // Native functions that speak of the calling thread, or do not return.
    private static readonly string[] s_native = ["pthread_", "sig", "sched_", "gettid", "raise", "_exit", "exit", "_Exit", "quick_exit", "abort", "fork", "vfork"];

    /// <summary>Whether an operation, without those in it, is such.</summary>
    public static bool Matters(IOperation operation) =>
        operation switch
        {
            IInvocationOperation call => Is(call.TargetMethod),
            IObjectCreationOperation { Constructor: { } constructor } => HandlerStart.IsOfTopHalf(constructor.ContainingType),
            IMemberReferenceOperation reference => Is(reference.Member) || IsBoundToThread(reference),
            _ => false,
        };

    public static bool IsBoundToThread(IOperation operation) =>
        operation is IFieldReferenceOperation { Field: { IsStatic: true } field }
            && field.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name == "ThreadStaticAttribute");

    private static bool Is(ISymbol member)
    {
        if (member is IFieldSymbol || member.ContainingType is not { } type)
        {
            return false;
        }

        string name = $"{type.ContainingNamespace?.ToDisplayString()}.{type.MetadataName.Split('`')[0]}";
        return s_types.Contains(name) || s_members.Contains(name + "." + member.Name)
            || (s_waits.Contains(member.Name) && name.StartsWith("System.Threading.", StringComparison.Ordinal))
            || HandlerStart.IsOfTopHalf(type)
            || member.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name == "DoesNotReturnAttribute")
            || (member is IMethodSymbol method && IsNative(method) && s_native.Any(start => method.Name.StartsWith(start, StringComparison.Ordinal)
                || method.GetDllImportData()?.EntryPointName?.StartsWith(start, StringComparison.Ordinal) == true));
    }

    private static bool IsNative(IMethodSymbol method) =>
        method.IsExtern || method.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name == "LibraryImportAttribute");
}
