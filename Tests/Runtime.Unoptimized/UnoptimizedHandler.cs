// The one handler of this assembly, which is compiled without optimisation.
using System.Runtime.CompilerServices;

namespace TopHalf.Runtime.Unoptimized;

public static class UnoptimizedHandler
{
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Count(ref long state, in InterruptContext context) => state += context.IsInterrupt ? 1_000_000 : 1;
}
