// Classic mistakes, one in each handler, in the order of the rules that find them; a few bring a second rule along. Every one compiles, and
// most survive a quick test.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf;

namespace Mistakes;

internal struct State
{
    public long Count;
    public double Sum;
}

internal class Sensor
{
    public double Value;

    public virtual double Read() => Value;
}

internal static class Declarations
{
    // TH0001: the context is missing, so this is not what registration takes.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WrongSignature(ref State state) => state.Count++;

    // TH0002: after the await another thread goes on, and the state machine lives on the heap.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static async void WaitsForIt(long state) => await Task.Yield();

    // TH0003: the first interrupts would run unoptimised code that counts its calls.
    [InterruptHandler]
    private static void NotOptimized(ref State state, in InterruptContext context) => state.Count++;

    // TH0004: a lambda is an instance method of an object.
    public static InterruptTimer<State> RegistersALambda() =>
        InterruptTimer.Start<State>((ref State state, in InterruptContext context) => state.Count++, TimeSpan.FromMilliseconds(1));

    private interface ISource
    {
        [AsyncSignalSafe]
        long Next();
    }

    // TH0005: the interface promises what this does not keep.
    private struct Boxed : ISource
    {
        public long Next() => Convert.ToInt64((object)1);
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CallsItsOwn(ref State state, in InterruptContext context) => Add(ref state);

    // TH0006: nobody else can call it, and the handler is judged with it.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref State state) => state.Count++;

    // TH0007 is in TopHalf.SafeApis.txt.

    // TH0008: who knows whether this is a proof or a shortcut?

#pragma warning disable TH3001
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sine(ref State state, in InterruptContext context) => state.Sum = Math.Sin(state.Sum);
#pragma warning restore TH3001

    // TH0009: nothing is known about such a construct, and unknown is unsafe.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Peeks(ref State state, in InterruptContext context) => __refvalue(__makeref(state.Count), long) = 0;
}

internal static class ManagedHeap
{
    private static readonly double[] s_samples = new double[64];
    private static object? s_last;

    // TH1001: an object for every tick.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Allocates(ref State state, in InterruptContext context) => _ = new Sensor();

    // TH1002: a number in an object variable is a new object.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Boxes(ref State state, in InterruptContext context)
    {
        object boxed = state.Count;
    }

    // TH1003: so is a delegate, with what it captures.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Captures(ref State state, in InterruptContext context)
    {
        long count = state.Count;
        Func<long> later = () => count;
    }

    // TH1004: and every text that is put together.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Formats(ref State state, in InterruptContext context)
    {
        string text = $"tick {state.Count}";
    }

    // TH1005: params makes an array.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sums(ref State state, in InterruptContext context) => state.Sum = Total(1.0, 2.0, state.Sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Total(params double[] values) => 0;

    // TH1006: the collector may be moving the array at this very moment.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadsAnArray(ref State state, in InterruptContext context) => state.Sum += s_samples[0];

    // TH1007: a stored reference runs the write barrier.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forgets(ref State state, in InterruptContext context) => s_last = null;
}

internal static class Waiting
{
    private static readonly Lock s_gate = new();

    // TH2001: if the interrupted code holds the lock, it is never released.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Locks(ref State state, in InterruptContext context)
    {
        lock (s_gate)
        {
            state.Count++;
        }
    }

    // TH2002: the interrupted thread stands still meanwhile.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sleeps(ref State state, in InterruptContext context) => Thread.Sleep(1);
}

internal static class Loops
{
    private static int s_ready;

    // TH2003: if the interrupted thread was about to set it, nobody ever does.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spins(ref State state, in InterruptContext context)
    {
        while (Volatile.Read(ref s_ready) == 0)
        {
        }
    }
}

internal static unsafe partial class Calls
{
    private static readonly Sensor s_sensor = new();

    // TH3001: nothing is known about what this does.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CallsTheUnknown(ref State state, in InterruptContext context) => state.Count += char.IsLetter((char)state.Count) ? 1 : 0;

    // TH3002: which method runs is found out at run time, through the heap.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CallsVirtually(ref State state, in InterruptContext context) => state.Sum = s_sensor.Read();

    // TH3003: P/Invoke changes the thread's state, and waits for the collector on its way back.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CallsNative(ref State state, in InterruptContext context) => state.Count = getpid();

    [DllImport("libc")]
    private static extern int getpid();

    // TH3004: faster, and worse: a GC poll stands behind the call.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CallsNativeFast(ref State state, in InterruptContext context) => state.Count = getppid();

    [DllImport("libc"), SuppressGCTransition]
    private static extern int getppid();

    // TH3005: its author says so.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CallsWhatItMustNot(ref State state, in InterruptContext context) => Flush();

    [AsyncSignalUnsafe("writes to the log")]
    private static void Flush()
    {
    }

    // TH3006: nobody can see where the pointer points to.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CallsAPointer(ref State state, in InterruptContext context) => ((delegate*<void>)state.Count)();

    // TH3007: on what is left of somebody else's stack.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Recurses(ref State state, in InterruptContext context) => state.Count = Fibonacci(state.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Fibonacci(long n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);

    // TH3008: if malloc is what it interrupted, it waits for a lock that its own thread holds.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CallsMalloc(ref State state, in InterruptContext context) => state.Sum = (double)(nuint)s_malloc(64);

    private static readonly delegate*<nuint, void*> s_malloc =
        (delegate*<nuint, void*>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "malloc");
}

internal static class ControlFlow
{
    // TH4001: it would land in a catch block of the interrupted code.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Throws(ref State state, in InterruptContext context) => throw null!;

    // TH4002: in signal context nothing is caught.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Catches(ref State state, in InterruptContext context)
    {
        try
        {
            state.Count++;
        }
        catch (OverflowException)
        {
            state.Count = 0;
        }
    }

    // TH4003: and if nothing was counted yet?
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Divides(ref State state, in InterruptContext context) => state.Count = 1_000_000 / state.Count;

    // TH4004: 64 KiB of a stack that belongs to somebody else.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void UsesMuchStack(ref State state, in InterruptContext context)
    {
        byte* buffer = stackalloc byte[65536];
    }

    // TH4005: as long as there is something.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Drains(ref State state, in InterruptContext context)
    {
        while (state.Count > 0)
        {
            state.Count -= 7;
        }
    }
}

internal static class RuntimeServices
{
    [ThreadStatic]
    private static int t_depth;

    private static class Lazy
    {
        public static int Answer = 42;

        static Lazy() => Answer++;
    }

    // TH5001: the first access runs the initialiser, under a lock.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Initializes(ref State state, in InterruptContext context) => state.Count = Lazy.Answer;

    // TH5002: thread-local storage is allocated on first use.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountsByThread(ref State state, in InterruptContext context) => t_depth++;

    // TH5003: the helper is neither inlined nor compiled ahead, so its first call goes to the JIT compiler.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CallsAHelper(ref State state, in InterruptContext context) => state.Count = Digits(state.Count);

    private static long Digits(long value)
    {
        long digits = 1;
        while (value > 9)
        {
            value /= 10;
            digits++;
        }

        return digits;
    }

    // TH5004: decimal arithmetic is a library of its own.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pays(ref State state, in InterruptContext context) => state.Sum = (double)(state.Count * 1.1m);
}

internal static class SharedState
{
    private static long s_ticks;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Counts(ref State state, in InterruptContext context) => s_ticks++;

    // TH6001: an interrupt between the read and the write loses a tick.
    public static void TakesOneBack() => s_ticks--;

    private static bool s_done;
    private static Guid s_owner;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finishes(ref State state, in InterruptContext context)
    {
        s_done = true;
        s_owner = default;
    }

    // TH6002: the loop may read it once, and then for ever from a register.
    public static void WaitsForIt()
    {
        while (!s_done)
        {
        }
    }

    // TH6003: sixteen bytes are read by two instructions.
    public static Guid Owner() => s_owner;

    private static unsafe long* s_level;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Rises(ref State state, in InterruptContext context) => *s_level = state.Count;

    // TH6004: a snapshot of the state copies no more than the pointer, and neither does this keep the sides apart.
    public static unsafe long Level() => *s_level;
}

internal static class Registration
{
    // TH7001: registration compiles, verifies, allocates and locks.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StartsATimer(ref State state, in InterruptContext context) =>
        InterruptTimer.Start<State>(Counts, TimeSpan.FromMilliseconds(1));

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Counts(ref State state, in InterruptContext context) => state.Count++;

    // TH7002: the signal enters the runtime through it.
    public static unsafe void InstallsByHand() => sigset(12, &OnSignal);

    [UnmanagedCallersOnly]
    private static void OnSignal(int number)
    {
    }

    [DllImport("libc.so.6")]
    private static extern unsafe nint sigset(int signal, delegate* unmanaged<int, void> handler);

    // TH7003: the runtime makes NullReferenceExceptions of SIGSEGV.
    public static readonly InterruptTimerOptions Taken = new() { Signal = 11 };

    // TH7004: nobody can stop it.
    public static void Forgets()
    {
        InterruptTimer.Start<State>(Counts, TimeSpan.FromMilliseconds(1));
    }

    // TH7005: a thread for each expiry, and no interrupt.
    public static unsafe SignalEvent Expires() => new() { sigev_notify = 2, sigev_notify_function = (nint)(delegate* unmanaged<nint, void>)&OnExpiry };

    [UnmanagedCallersOnly]
    private static void OnExpiry(nint value)
    {
    }

    internal struct SignalEvent
    {
        public int sigev_notify;
        public nint sigev_notify_function;
    }

    // TH7006: the runtime cannot suspend this thread any more.
    public static unsafe void BlocksEverything()
    {
        ulong all = ulong.MaxValue;
        rt_sigprocmask(0, &all, null, sizeof(ulong));
    }

    [DllImport("libc.so.6")]
    private static extern unsafe int rt_sigprocmask(int how, ulong* set, ulong* old, nint size);

    // TH7007: where it is needed, it comes too late.
    public static unsafe void InstallsOnce() => sigset(12, &OnEach);

    [UnmanagedCallersOnly]
    private static unsafe void OnEach(int number) => sigset(number, &OnEach);

    // TH7008: the instruction that faulted is the next to run.
    public static unsafe void CarriesOn() => sigset(8, &OnSignal);
}
