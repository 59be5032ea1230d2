using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;
using TopHalf.Sources;

namespace TopHalf.Soak;

/// <summary>
/// Short-lived threads, one after the other, that do nothing but fault, and are interrupted 20,000 times a second: in turn by a source of
/// the process that is there before they are, and by one of their own that starts amid their faults. None is prepared for it. Each first
/// interrupt has its chance to fall into the runtime's handling of a fault, which is what kills a process whose threads have too small an
/// alternate stack.
/// </summary>
internal static unsafe class FaultStorm
{
    private const long Hits = 30;
    private const int EnoughStack = 64 * 1024;

    private static readonly TimeSpan s_period = TimeSpan.FromMicroseconds(50);

    // Before Linux 6.4 a signal to the process goes to its main thread as a rule.
    private static readonly bool s_processReachesAll = Environment.OSVersion.Version >= new Version(6, 4);

    /// <summary>Runs for so long; returns how many threads there were, and what is wrong.</summary>
    public static (int Threads, List<string> Faults) Run(TimeSpan duration)
    {
        List<string> faults = [];
        int threads = 0;
        long end = InterruptClock.Timestamp + (long)duration.TotalNanoseconds;
        while (InterruptClock.Timestamp < end)
        {
            bool byId = threads % 2 == 1;
            Aim* aim = (Aim*)NativeMemory.AllocZeroed((nuint)sizeof(Aim));
            Interrupt(aim, byId, out nuint stack);
            if (aim->Hits < Hits && (byId || s_processReachesAll))
            {
                faults.Add($"thread {threads} was interrupted {aim->Hits} times only, while others were {aim->Others} times");
            }

            if (stack is not 0 and < EnoughStack)
            {
                faults.Add($"thread {threads} ended with an alternate stack of {stack} bytes");
            }

            NativeMemory.Free(aim);
            threads++;
        }

        return (threads, faults);
    }

    private static void Interrupt(Aim* aim, bool byId, out nuint stack)
    {
        nuint last = 0;
        var thread = new Thread(() =>
        {
            Volatile.Write(ref aim->Thread, LibC.gettid());
            while (Volatile.Read(ref aim->Hits) < Hits && Volatile.Read(ref aim->Others) < 200 * Hits)
            {
                Chaos.Fault();
                Volatile.Write(ref aim->Faults, aim->Faults + 1);
            }

            last = AlternateStack.CurrentSize;
        });
        if (byId)
        {
            thread.Start();
            while (Volatile.Read(ref aim->Faults) < 3)
            {
                Thread.Yield();
            }

            using var own = Start(aim, InterruptTarget.Thread(aim->Thread));
            thread.Join();
        }
        else
        {
            using var process = Start(aim, InterruptTarget.Process);
            thread.Start();
            thread.Join();
        }

        stack = last;
    }

    private static InterruptTimer<AimAt> Start(Aim* aim, InterruptTarget target) =>
        InterruptTimer.Start(AimAt.OnTick, new AimAt { Aim = aim }, s_period, new() { Target = target, Delivery = DeliveryMode.Signal, Name = "storm" });

    /// <summary>What the thread, its interrupts and their observer share.</summary>
    private struct Aim
    {
        public int Thread;
        public long Hits;
        public long Others;
        public long Faults;
    }

    /// <summary>Counts the interrupts of the one thread, and those of all others.</summary>
    private struct AimAt
    {
        public Aim* Aim;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnTick(ref AimAt state, in InterruptContext context)
        {
            if (context.ThreadId == Volatile.Read(ref state.Aim->Thread))
            {
                Volatile.Write(ref state.Aim->Hits, state.Aim->Hits + 1);
            }
            else
            {
                Volatile.Write(ref state.Aim->Others, state.Aim->Others + 1);
            }
        }
    }
}
