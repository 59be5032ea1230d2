// Handlers of every verdict. None is ever registered.
using System.Runtime.CompilerServices;
using TopHalf.Runtime.Unoptimized;

namespace TopHalf.Tools.Subjects;

internal static class Subjects
{
    private const MethodImplOptions Optimized = MethodImplOptions.AggressiveOptimization;

    private static object? s_object;

    [InterruptHandler, MethodImpl(Optimized)]
    public static void Safe(ref long state, in InterruptContext context) => state += context.IsInterrupt ? 1 : 2;

    [InterruptHandler, MethodImpl(Optimized)]
    private static void Allocates(ref long state, in InterruptContext context) => s_object = new object();

    [InterruptHandler, MethodImpl(Optimized)]
    private static void NeedsFailingInitializer(ref long state, in InterruptContext context) => state += Failing.Number;

    [InterruptHandler, MethodImpl(Optimized)]
    private static void CallsDependency(ref long state, in InterruptContext context) => UnoptimizedHandler.Count(ref state, in context);

    [InterruptHandler, MethodImpl(Optimized)]
    private static int HasAnotherSignature(ref long state) => (int)state;

    [InterruptHandler, MethodImpl(Optimized)]
    private static void IsGeneric<T>(ref T state, in InterruptContext context) where T : unmanaged => state = default;
}

internal sealed class Generic<T>
{
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InGenericType(ref T state, in InterruptContext context) => state = default!;
}

internal static class Failing
{
    public static readonly int Number = int.Parse("not a number", null);
}
