// What interrupted code notices of an interrupt: nothing. Not in errno, not in a register, not in a system call.
using System.Diagnostics;
using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Dispatch;

public sealed unsafe class InterruptedCodeTests
{
    private const int Planted = 4711;
    private static long s_calls;

    [Fact]
    public void Errno_is_what_it_was_though_the_handler_changes_it() => ChildProcess.Run(KeepErrno).AssertSucceeded();

    [Fact]
    public void Errno_would_be_changed_without_the_dispatcher() => ChildProcess.Run(LoseErrno).AssertSucceeded();

    [Fact]
    public void Registers_and_vectors_survive_a_handler_that_uses_them_all()
    {
        const int Rounds = 30_000_000;
        (long, double, Vector256<double>, Vector256<long>) expected = Compute(Rounds);
        using var cells = new Cells(1);
        using var timer = InterruptTimer.Start(
            Clobber.OnInterrupt, new Clobber { CallsOut = cells[0] }, TimeSpan.FromMicroseconds(20), new() { Target = InterruptTarget.CurrentThread });
        do
        {
            Assert.Equal(expected, Compute(Rounds));
        }
        while (Volatile.Read(ref *cells[0]) < 2000);
    }

    [Fact]
    public void A_blocking_read_is_restarted()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        int readEnd = (int)pipe.ClientSafePipeHandle.DangerousGetHandle();
        long* calls = null;
        nint result = 0;
        byte read = 0;
        using var begun = new ManualResetEventSlim();
        var reader = new Thread(() =>
        {
            using var timer = new ProbedTimer(TimeSpan.FromMilliseconds(1), new() { Target = InterruptTarget.CurrentThread });
            calls = timer.CallCell;
            begun.Set();
            byte one;
            result = LibC.read(readEnd, &one, 1);
            read = one;
        });
        reader.Start();
        begun.Wait();
        Wait.Until(() => Volatile.Read(ref *calls) >= 50);
        Assert.True(reader.IsAlive);

        pipe.WriteByte(42);
        reader.Join();

        Assert.Equal((1L, 42), ((long)result, (int)read));
    }

    [Fact]
    public void A_blocking_read_fails_with_EINTR_under_a_handler_that_does_not_restart_it() => ChildProcess.Run(BreakRead).AssertSucceeded();

    [Fact]
    public void Sockets_pipes_processes_threads_and_tasks_work_under_ten_thousand_interrupts_a_second()
    {
        using var timer = new ProbedTimer(TimeSpan.FromMicroseconds(100), new() { Target = InterruptTarget.CurrentThread });
        SendThroughSocket();
        SendThroughPipe();
        RunProcess();
        for (int i = 0; i < 20; i++)
        {
            int ran = 0;
            var thread = new Thread(() => ran++);
            thread.Start();
            thread.Join();
            Assert.Equal(1, ran);
            WaitForTask();
        }

        Probe seen = timer.End();
        Assert.Equal((seen.Calls, 0), (seen.Interrupts, seen.MovesOfThread));
        Assert.True(seen.Calls > 100);
    }

    private static void KeepErrno()
    {
        using var cells = new Cells(1);
        using var timer = InterruptTimer.Start(
            Writer.OnInterrupt, new Writer { CallsOut = cells[0] }, TimeSpan.FromMicroseconds(100), new() { Target = InterruptTarget.CurrentThread });

        Assert.Equal(Planted, PlantErrno(cells[0], *cells[0] + 1000));
        Assert.Equal(-1, timer.Snapshot().LastResult);
    }

    private static void LoseErrno()
    {
        s_calls = 0;
        Handlers.Install(Handlers.SpareSignal, typeof(InterruptedCodeTests), nameof(WriteNowhere));
        fixed (long* calls = &s_calls)
        {
            using var sender = new Worker(Kill(LibC.gettid()));
            Assert.NotEqual(Planted, PlantErrno(calls, 5));
        }

        static Action Kill(int thread) => () =>
        {
            Assert.Equal(0, LibC.tgkill(LibC.getpid(), thread, Handlers.SpareSignal));
            Thread.Sleep(1);
        };
    }

    private static void BreakRead()
    {
        sigaction_t action = default;
        RuntimeMethodHandle method = Handlers.Method(typeof(InterruptedCodeTests), nameof(WriteNowhere)).MethodHandle;
        SignalSafeLibC.Initialize();
        RuntimeHelpers.PrepareMethod(method);
        action.sa_sigaction = method.GetFunctionPointer();
        action.sa_flags = LibC.SA_SIGINFO;
        Assert.Equal(0, LibC.sigfillset(&action.sa_mask));
        Assert.Equal(0, LibC.sigaction(Handlers.SpareSignal, &action, null));
        int thread = LibC.gettid();
        using var sender = new Worker(() =>
        {
            Assert.Equal(0, LibC.tgkill(LibC.getpid(), thread, Handlers.SpareSignal));
            Thread.Sleep(1);
        });
        int counter = LibC.eventfd(0, LibC.EFD_CLOEXEC);
        long value;

        Assert.Equal(-1, LibC.read(counter, &value, sizeof(long)));
        Assert.Equal(LibC.EINTR, System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
    }

    // Plants a number in errno and looks at it when so many interrupts have come. No call in between.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int PlantErrno(long* calls, long until)
    {
        int* errno = SignalSafeLibC.__errno_location();
        *errno = Planted;
        for (long round = 0; round < 20_000_000_000 && Volatile.Read(ref *errno) == Planted && Volatile.Read(ref *calls) < until; round++)
        {
        }

        return *errno;
    }

    // Each step needs the last one's result, so that all are in registers at any time.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static (long Integer, double Real, Vector256<double> Reals, Vector256<long> Integers) Compute(int rounds)
    {
        long a = 1;
        long b = 2;
        double x = 1;
        Vector256<double> v = Vector256.Create(1.0, 2.0, 3.0, 4.0);
        Vector256<long> w = Vector256.Create(1L, 2L, 3L, 4L);
        Vector256<double> factor = Vector256.Create(0.999999);
        Vector256<long> step = Vector256.Create(7L, 11L, 13L, 17L);
        for (int i = 0; i < rounds; i++)
        {
            a = (a * 6364136223846793005) + b;
            b ^= a >> 17;
            x = (x * 0.9999999) + 1;
            v = (v * factor) + Vector256<double>.One;
            w = (w + step) ^ (w << 1);
        }

        return (a ^ b, x, v, w);
    }

    private static void SendThroughSocket()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        Task<TcpClient> accepted = listener.AcceptTcpClientAsync();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using TcpClient server = accepted.Result;
        Exchange(client.GetStream(), server.GetStream());
    }

    private static void SendThroughPipe()
    {
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = new AnonymousPipeClientStream(PipeDirection.In, writer.GetClientHandleAsString());
        Exchange(reader, writer);
    }

    // Both threads block in turn; the reader is the one that is interrupted.
    private static void Exchange(Stream reader, Stream writer)
    {
        const int Length = 500_000;
        byte[] sent = new byte[Length];
        new Random(1).NextBytes(sent);
        var sender = new Thread(() =>
        {
            for (int at = 0; at < Length; at += 50_000)
            {
                Thread.Sleep(2);
                writer.Write(sent, at, 50_000);
            }
        });
        sender.Start();
        byte[] received = new byte[Length];
        reader.ReadExactly(received);
        sender.Join();
        Assert.Equal(sent, received);
    }

    private static void WaitForTask() => Assert.True(Task.Delay(1).Wait(TimeSpan.FromSeconds(40)));

    private static void RunProcess()
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "sleep 0.05; echo done; exit 3"]) { RedirectStandardOutput = true })!;
        Assert.Equal("done\n", process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Assert.Equal(3, process.ExitCode);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteNowhere(int signal, siginfo_t* info, void* context)
    {
        _ = SignalSafeLibC.write(-1, null, 0);
        s_calls++;
    }

    /// <summary>Fails a system call each time.</summary>
    private struct Writer
    {
        public long* CallsOut;
        public nint LastResult;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref Writer state, in InterruptContext context)
        {
            state.LastResult = SignalSafeLibC.write(-1, null, 0);
            Volatile.Write(ref *state.CallsOut, *state.CallsOut + 1);
        }
    }

    /// <summary>Computes something with every kind of register.</summary>
    private struct Clobber
    {
        public long* CallsOut;
        public double Real;
        public Vector256<double> Reals;
        public Vector256<long> Integers;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref Clobber state, in InterruptContext context)
        {
            long a = context.Timestamp;
            long b = 3;
            long c = 5;
            Vector256<double> v = Vector256.Create(1.5);
            Vector256<double> u = Vector256.Create(2.5);
            Vector256<long> w = Vector256.Create(9L);
            for (int i = 0; i < 10; i++)
            {
                a += b * c;
                b ^= a;
                c += b << 3;
                u += v * u;
                v += u;
                w ^= w << 1;
                state.Real += i * 0.5;
            }

            state.Reals = u + v;
            state.Integers = w + Vector256.Create(a ^ b ^ c);
            Volatile.Write(ref *state.CallsOut, *state.CallsOut + 1);
        }
    }
}
