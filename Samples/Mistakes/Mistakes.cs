// Classic mistakes, one in each handler, in the order of the rules that find them; a few bring a second rule along. Every one compiles, and
// most survive a quick test. The code fixes mend all that is here: Program.cs then runs each handler. What they cannot mend is in Unmendable.cs.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf;

namespace Mistakes;

[Flags]
internal enum Kinds
{
    None = 0,
    Even = 1,
}

internal struct State
{
    public long Count;
    public double Sum;
    public Kinds Kinds;
}

internal class Sensor
{
    public string? Name = "sensor";
    public int Calibrations;

    public virtual void Calibrate() => Calibrations++;
}

internal static class Declarations
{
    // TH0001: the context is missing, so this is not what registration takes.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void WrongSignature(ref State state) => state.Count++;

    // TH0002: the state machine lives on the heap. What is async cannot have its state by reference, either.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static async void WaitsForNothing(State state) => state.Count++;

    // TH0003: the first interrupts would run unoptimised code that counts its calls.
    [InterruptHandler]
    internal static void NotOptimized(ref State state, in InterruptContext context) => state.Count++;

    // TH0004: a lambda is an instance method of an object.
    internal static void RegistersALambda()
    {
        using var source = SoftwareInterrupt.Start<State>(
            (ref State state, in InterruptContext context) => state.Count++, new SoftwareInterruptOptions { Name = nameof(RegistersALambda) });
        Program.Fire(source);
    }

    private interface ISource
    {
        [AsyncSignalSafe]
        long Next();
    }

    // TH0005: the interface promises what this does not keep: its loop is compiled when it is first called.
    private struct Squares : ISource
    {
        public long Next()
        {
            long sum = 0;
            for (int i = 0; i < 4; i++)
            {
                sum += i * i;
            }

            return sum;
        }
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CallsItsOwn(ref State state, in InterruptContext context) => Add(ref state);

    // TH0006: nobody else can call it, and the handler is judged with it.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref State state) => state.Count++;

    // TH0007 is in TopHalf.SafeApis.txt.

    // TH0008: who knows whether this is a proof or a shortcut?

#pragma warning disable TH4005
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Halves(ref State state, in InterruptContext context)
    {
        while (state.Count > 1)
        {
            state.Count /= 2;
        }
    }
#pragma warning restore TH4005
}

internal static class ManagedHeap
{
    internal static readonly List<string> s_lines = [];
    internal static readonly Sensor s_sensor = new();
    private static readonly long[] s_steps = [1, 2, 4, 8, 16, 32, 64, 128];

    // TH1001: an array for every tick.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Allocates(ref State state, in InterruptContext context)
    {
        long[] bits = new long[2];
        bits[0] = state.Count & 1;
        bits[1] = state.Count >> 1 & 1;
        state.Count = bits[0] + bits[1];
    }

    // TH1002: before it is optimised, HasFlag makes an object of each number.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Boxes(ref State state, in InterruptContext context) => state.Count += state.Kinds.HasFlag(Kinds.Even) ? 2 : 1;

    // TH1003: a delegate is an object, too.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MakesADelegate(ref State state, in InterruptContext context)
    {
        Func<long, long> half = value => value / 2;
        state.Count = half(state.Count);
    }

    // TH1004: and so is every text that is put together.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Formats(ref State state, in InterruptContext context) => s_lines.Add($"tick {state.Count}");

    // TH1005: no 'new' is written, and there is an array all the same.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sums(ref State state, in InterruptContext context)
    {
        long[] values = [1, 2, state.Count];
        state.Count = values[0] + values[1] + values[2];
    }

    // TH1006: the collector may be moving the array at this very moment.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ReadsAnArray(ref State state, in InterruptContext context)
    {
        foreach (long step in s_steps)
        {
            state.Count += step;
        }
    }

    // TH1007: a stored reference runs the write barrier.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forgets(ref State state, in InterruptContext context) => s_sensor.Name = null;
}

internal static class Waiting
{
    internal static readonly List<long> s_log = [];
    private static readonly Lock s_gate = new();
    private static int s_ready;

    // TH2001: if the interrupted code holds the lock, it is never released.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Locks(ref State state, in InterruptContext context)
    {
        lock (s_gate)
        {
            s_log.Add(state.Count);
        }
    }

    // TH2002: the console has a lock, and the interrupted thread stands still meanwhile.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Prints(ref State state, in InterruptContext context) => Console.WriteLine($"at {state.Count}");

    // TH2003: if the interrupted thread was about to set it, nobody ever does.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Spins(ref State state, in InterruptContext context)
    {
        while (Volatile.Read(ref s_ready) == 0)
        {
        }
    }
}

internal static class Calls
{
    internal static readonly Sensor s_sensor = new();
    internal static readonly List<long> s_numbers = [];
    internal static int s_flushes;

    // TH3001: nothing is known about what this does.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CallsTheUnknown(ref State state, in InterruptContext context) => AppContext.SetSwitch("Mistakes.Called", state.Count > 0);

    // TH3002: which method runs is found out at run time, through the heap.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CallsVirtually(ref State state, in InterruptContext context) => s_sensor.Calibrate();

    // TH3003: P/Invoke changes the thread's state, and waits for the collector on its way back.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CallsNative(ref State state, in InterruptContext context) => state.Sum = getpid();

    [DllImport("libc")]
    private static extern int getpid();

    // TH3004: faster, and worse: a GC poll stands behind the call.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CallsNativeFast(ref State state, in InterruptContext context) => state.Sum = getppid();

    [DllImport("libc"), SuppressGCTransition]
    private static extern int getppid();

    // TH3005: its author says so.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CallsWhatItMustNot(ref State state, in InterruptContext context) => Flush();

    [AsyncSignalUnsafe("writes to the log")]
    private static void Flush() => Interlocked.Increment(ref s_flushes);

    // TH3006: anybody may change where the pointer points to.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static unsafe void CallsAPointer(ref State state, in InterruptContext context) => state.Sum = s_getuid();

    private static unsafe delegate*<int> s_getuid = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "getuid");

    // TH3007: on what is left of somebody else's stack.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Recurses(ref State state, in InterruptContext context) => s_numbers.Add(Fibonacci(state.Count));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Fibonacci(long n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);

    // TH3008: POSIX leaves open what it does where there are several threads.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static unsafe void ChangesTheMask(ref State state, in InterruptContext context)
    {
        s_sigprocmask(0, null, null);
    }

    private static readonly unsafe delegate*<int, void*, void*, int> s_sigprocmask =
        (delegate*<int, void*, void*, int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "sigprocmask");
}

internal static class ControlFlow
{
    // TH4001: it would land in a catch block of the interrupted code.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Throws(ref State state, in InterruptContext context)
    {
        if (state.Count > 0)
        {
            throw null!;
        }

        state.Count++;
    }

    // TH4002: in signal context nothing is caught.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Catches(ref State state, in InterruptContext context)
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
    internal static void Divides(ref State state, in InterruptContext context) => state.Count = 1_000_000 / state.Count;

    // TH4004: what only some ways through the method take is taken by a call of the runtime.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static unsafe void TakesStackLate(ref State state, in InterruptContext context)
    {
        if (state.Count > 0)
        {
            byte* buffer = stackalloc byte[64];
            buffer[0] = (byte)state.Count;
            state.Count += buffer[0];
        }
    }

    // TH4005: as long as there is something.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Drains(ref State state, in InterruptContext context)
    {
        while (state.Count > 0)
        {
            state.Count -= 7;
        }
    }
}

internal static class RuntimeServices
{
    internal static readonly List<decimal> s_prices = [];

    [ThreadStatic]
    private static int t_depth;

    private static class Lazy
    {
        public static int Answer;

        static Lazy() => Answer = 42;
    }

    // TH5001: the first access runs the initialiser, under a lock.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Initializes(ref State state, in InterruptContext context) => state.Count = Lazy.Answer;

    // TH5002: thread-local storage is allocated on first use.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CountsByThread(ref State state, in InterruptContext context) => t_depth++;

    // TH5003: the helper is neither inlined nor compiled ahead, so its first call goes to the JIT compiler.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CallsAHelper(ref State state, in InterruptContext context) => state.Count = Digits(state.Count);

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
    internal static void Pays(ref State state, in InterruptContext context) => s_prices.Add(state.Count * 1.1m);
}

internal static class SharedState
{
    private static long s_ticks;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Counts(ref State state, in InterruptContext context) => s_ticks++;

    // TH6001: an interrupt between the read and the write loses a tick.
    internal static void TakesOneBack() => s_ticks--;

    private static bool s_done;
    private static Guid s_owner;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Finishes(ref State state, in InterruptContext context)
    {
        s_done = true;
        s_owner = default;
    }

    // TH6002: the loop may read it once, and then for ever from a register.
    internal static void WaitsForIt()
    {
        while (!s_done)
        {
        }
    }

    // TH6003: sixteen bytes are read by two instructions.
    internal static Guid Owner() => s_owner;

    private static readonly unsafe long* s_level = (long*)NativeMemory.AllocZeroed(sizeof(long));

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static unsafe void Rises(ref State state, in InterruptContext context) => *s_level = state.Count;

    // TH6004: a snapshot of the state copies no more than the pointer, and neither does this keep the sides apart.
    internal static unsafe long Level() => *s_level;
}

internal static class Registration
{
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Counts(ref State state, in InterruptContext context) => state.Count++;

    // TH7002: the signal enters the runtime through it.
    internal static unsafe void InstallsByHand()
    {
        signal(14, &OnAlarm);
        Times every = new() { it_interval = new() { tv_usec = 5000 }, it_value = new() { tv_usec = 5000 } };
        setitimer(0, &every, null);
    }

    internal static long Alarms => Volatile.Read(ref s_alarms);

    private static long s_alarms;

    [UnmanagedCallersOnly]
    private static void OnAlarm(int number) => s_alarms++;

    [DllImport("libc.so.6")]
    private static extern unsafe nint signal(int signal, delegate* unmanaged<int, void> handler);

    [DllImport("libc.so.6")]
    private static extern unsafe int setitimer(int which, Times* value, Times* old);

    private struct Time
    {
        public long tv_sec;
        public long tv_usec;
    }

    private struct Times
    {
        public Time it_interval;
        public Time it_value;
    }

    // So it does where the program raises the signal itself.
    internal static unsafe void RaisesByHand()
    {
        signal(40, &OnSignal);
        kill(Environment.ProcessId, 40);
    }

    internal static long Signals => Volatile.Read(ref s_signals);

    private static long s_signals;

    [UnmanagedCallersOnly]
    private static void OnSignal(int number) => s_signals++;

    [DllImport("libc.so.6")]
    private static extern int kill(int process, int signal);

    // TH7003: the runtime makes NullReferenceExceptions of SIGSEGV.
    internal static readonly SoftwareInterruptOptions Taken = new() { Signal = 11 };

    // TH7004 is in Program.cs.

    // TH7006: the runtime cannot suspend this thread any more.
    internal static unsafe void BlocksEverything()
    {
        ulong all = ulong.MaxValue;
        pthread_sigmask(0, &all, null);
    }

    [DllImport("libc.so.6")]
    private static extern unsafe int pthread_sigmask(int how, ulong* set, ulong* old);

    // TH7007: where it is needed, it comes too late.
    internal static unsafe void InstallsOnce() => sigset(12, &OnEach);

    [UnmanagedCallersOnly]
    private static unsafe void OnEach(int number) => sigset(number, &OnEach);

    [DllImport("libc.so.6")]
    private static extern unsafe nint sigset(int signal, delegate* unmanaged<int, void> handler);

    // TH7008: the instruction that faulted is the next to run.
    internal static unsafe void CarriesOn() => sigset(8, &OnFault);

    [UnmanagedCallersOnly]
    private static void OnFault(int number)
    {
    }
}
