// Mistakes that no fix can mend, since only their author knows what was meant. Program.cs runs none of these.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf;

namespace Mistakes;

internal static class Unmendable
{
    // TH0009: nothing is known about such a construct, and unknown is unsafe.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Peeks(ref State state, in InterruptContext context) => __refvalue(__makeref(state.Count), long) = 0;

    // TH6005: if it was not let in, there is no value.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Barges(ref InterruptSharedAccess<long> state, in InterruptContext context)
    {
        state.TryEnter(in context, out InterruptSharedSection<long> section);
        section.Value++;
        section.Exit();
    }

    // TH7001: registration compiles, verifies, allocates and locks.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void StartsATimer(ref State state, in InterruptContext context) =>
        InterruptTimer.Start<State>(Registration.Counts, TimeSpan.FromMilliseconds(1));

    // TH7005: a thread for each expiry, and no interrupt.
    internal static unsafe SignalEvent Expires() => new() { sigev_notify = 2, sigev_notify_function = (nint)(delegate* unmanaged<nint, void>)&OnExpiry };

    [UnmanagedCallersOnly]
    private static void OnExpiry(nint value)
    {
    }

    internal struct SignalEvent
    {
        public int sigev_notify;
        public nint sigev_notify_function;
    }
}
