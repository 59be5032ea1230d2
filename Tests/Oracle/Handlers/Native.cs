// Calls of native code, and platform methods that hide one.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static unsafe partial class Native
{
    private static readonly delegate*<int> s_gettid = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "gettid");

    private static readonly delegate*<int> s_getpid = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "getpid");

    private static readonly delegate*<void*, void*, nuint, void*> s_memcpy =
        (delegate*<void*, void*, nuint, void*>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "memcpy");

    private static readonly delegate*<long*, long> s_time = (delegate*<long*, long>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "time");

    private static readonly delegate*<int, void*, nuint, nint> s_read =
        (delegate*<int, void*, nuint, nint>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "read");

    private static readonly delegate*<int> s_pause = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "pause");

    private static readonly delegate*<double, double> s_sin = (delegate*<double, double>)NativeLibrary.GetExport(NativeLibrary.Load("libm.so.6"), "sin");

    private static readonly delegate*<nuint, void*> s_malloc = (delegate*<nuint, void*>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "malloc");

    private static readonly delegate* unmanaged<int> s_unmanaged = (delegate* unmanaged<int>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "gettid");

    [Expect(Verdict.Clean, Construct.ManagedPointer, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void CallSafeFunction(ref State state, in InterruptContext context) => state.I = s_gettid() + 1;

    [Expect(Verdict.Code, Construct.ManagedPointer, Rule = "TH3008", Native = Verdict.Code), MethodImpl(Ahead)]
    private static void CallUnsafeFunction(ref State state, in InterruptContext context) => state.Other = s_malloc(16);

    [Expect(Verdict.Clean, Construct.ManagedPointer, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void CallSystemCall(ref State state, in InterruptContext context) => state.I = s_getpid() + 1;

    [Expect(Verdict.Clean, Construct.ManagedPointer, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void CallFunctionChosenByProcessor(ref State state, in InterruptContext context) => s_memcpy(state.Memory, state.Other, 8);

    [Expect(Verdict.Clean, Construct.ManagedPointer, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void CallKernelsPage(ref State state, in InterruptContext context) => state.A = s_time(null) + 1;

    [Expect(Verdict.Clean, Construct.ManagedPointer, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void CallFunctionThatMayWait(ref State state, in InterruptContext context) => state.A = s_read(state.I, state.Memory, 1) + 1;

    [Expect(Verdict.Code, Construct.ManagedPointer, Rule = "TH3008", Native = Verdict.Code), MethodImpl(Ahead)]
    private static void CallFunctionThatIsLeftOut(ref State state, in InterruptContext context) => state.I = s_pause() + 1;

    [Expect(Verdict.Code, Construct.ManagedPointer, Rule = "TH3003", Native = Verdict.Code), MethodImpl(Ahead)]
    private static void CallFunctionOfOtherLibrary(ref State state, in InterruptContext context) => state.A = (long)s_sin(state.I);

    [Expect(Verdict.Code, Construct.PInvoke), MethodImpl(Ahead)]
    private static void CallPInvoke(ref State state, in InterruptContext context) => state.I = getpid();

    [Expect(Verdict.Code, Construct.PInvoke), MethodImpl(Ahead)]
    private static void CallPInvokeThatSetsError(ref State state, in InterruptContext context) => state.I = close(-1);

    [Expect(Verdict.Code, Construct.PInvoke), MethodImpl(Ahead)]
    private static void CallPInvokeWithString(ref State state, in InterruptContext context) => state.I = open(Objects.Text, 0);

    [Expect(Verdict.Code, Construct.SuppressGCTransition, Rule = "TH3004", Native = Verdict.Code), MethodImpl(Ahead)]
    private static void CallWithoutTransition(ref State state, in InterruptContext context) => state.I = getppid();

    [Expect(Verdict.Code, Construct.UnmanagedPointer, Native = Verdict.Code), MethodImpl(Ahead)]
    private static void CallUnmanagedPointer(ref State state, in InterruptContext context) => state.I = ((delegate* unmanaged<int>)state.Other)();

    [Expect(Verdict.Code, Construct.UnmanagedPointer), MethodImpl(Ahead)]
    private static void CallConstantUnmanagedPointer(ref State state, in InterruptContext context) => state.I = s_unmanaged();

    [Expect(Verdict.Code, Construct.UnmanagedPointer, Construct.SuppressGCTransition), MethodImpl(Ahead)]
    private static void CallUnmanagedPointerWithoutTransition(ref State state, in InterruptContext context) =>
        state.I = ((delegate* unmanaged[SuppressGCTransition]<int>)state.Other)();

    [Expect(Verdict.Code, Construct.HiddenNative), MethodImpl(Ahead)]
    private static void ReadStopwatch(ref State state, in InterruptContext context) => state.A = Stopwatch.GetTimestamp();

    [Expect(Verdict.Code, Construct.HiddenNative), MethodImpl(Ahead)]
    private static void ReadTickCount(ref State state, in InterruptContext context) => state.A = Environment.TickCount64;

    [Expect(Verdict.Code, Construct.HiddenNative), MethodImpl(Ahead)]
    private static void Spin(ref State state, in InterruptContext context) => Thread.SpinWait(state.I);

    [Expect(Verdict.Code, Construct.HiddenNative), MethodImpl(Ahead)]
    private static void SpinOnce(ref State state, in InterruptContext context)
    {
        var wait = default(SpinWait);
        wait.SpinOnce();
    }

    [Expect(Verdict.Refused, Construct.HiddenNative, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void AskForDebugger(ref State state, in InterruptContext context) => state.I = Debugger.IsAttached ? 1 : 0;

    [Expect(Verdict.Code, Construct.HiddenNative), MethodImpl(Ahead)]
    private static void ReadSystemError(ref State state, in InterruptContext context) => state.I = Marshal.GetLastSystemError();

    [Expect(Verdict.Code, Construct.HiddenNative), MethodImpl(Ahead)]
    private static void ReadPInvokeError(ref State state, in InterruptContext context) => state.I = Marshal.GetLastPInvokeError();

    [Expect(Verdict.Code, Construct.HiddenFrame), MethodImpl(Ahead)]
    private static void YieldThread(ref State state, in InterruptContext context) => Thread.Yield();

    [Expect(Verdict.Code, Construct.HiddenFrame), MethodImpl(Ahead)]
    private static void AskProcessor(ref State state, in InterruptContext context) => state.I = X86Base.CpuId(0, 0).Eax;

    [Expect(Verdict.Code, Construct.HiddenFrame), MethodImpl(Ahead)]
    private static void AllocateNative(ref State state, in InterruptContext context) => state.Other = NativeMemory.Alloc(16);

    [Expect(Verdict.Code, Construct.HiddenFrame), MethodImpl(Ahead)]
    private static void SleepThread(ref State state, in InterruptContext context) => Thread.Sleep(1);

    [Expect(Verdict.Code, Construct.HiddenFrame), MethodImpl(Ahead)]
    private static void Collect(ref State state, in InterruptContext context) => GC.Collect();

    [Expect(Verdict.Code, Construct.HiddenNative), MethodImpl(Ahead)]
    private static void ReadUtcNow(ref State state, in InterruptContext context) => state.A = DateTime.UtcNow.Ticks;

    [Expect(Verdict.Code, Construct.HiddenNative), MethodImpl(Ahead)]
    private static void ReadThreadId(ref State state, in InterruptContext context) => state.I = Environment.CurrentManagedThreadId;

    [Expect(Verdict.Code, Construct.HiddenNative, Construct.InliningByCallSite), MethodImpl(Ahead)]
    private static void ReadRandom(ref State state, in InterruptContext context) => state.I = Random.Shared.Next();

    [Expect(Verdict.Depends, Construct.InliningByCallSite), MethodImpl(Ahead)]
    private static void ReadByMarshal(ref State state, in InterruptContext context) => state.I = Marshal.ReadInt32((nint)state.Memory);

    [Expect(Verdict.Depends, Construct.InliningByCallSite), MethodImpl(Ahead)]
    private static void SizeByMarshal(ref State state, in InterruptContext context) => state.I = Marshal.SizeOf<Guid>();

    [Expect(Verdict.Code, Construct.Reflection), MethodImpl(Ahead)]
    private static void AskForType(ref State state, in InterruptContext context) => Objects.Any = Objects.Node.GetType().Name;

    [Expect(Verdict.Code, Construct.Reflection), MethodImpl(Ahead)]
    private static void LoadTypeHandle(ref State state, in InterruptContext context) => state.I = typeof(Native).GetMethods().Length;

    [Expect(Verdict.Code, Construct.Dynamic, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void LogByEventSource(ref State state, in InterruptContext context) => state.I = System.Diagnostics.Tracing.EventSource.CurrentThreadActivityId.GetHashCode();

    [DllImport("libc.so.6")]
    private static extern int getpid();

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int close(int fd);

    [DllImport("libc.so.6", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc.so.6")]
    [SuppressGCTransition]
    private static extern int getppid();
}
