using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf.Benchmarks;

/// <summary>
/// How long it takes from a writer, on this thread, to a reader that sleeps: read(2) of an eventfd that ordinary code writes to, and a queue's Wait and
/// ReadAllAsync that a handler writes for. All in turn, so that what else the machine does concerns all.
/// </summary>
internal static class WakeCost
{
    // Counts every arrival, and holds what the last took.
    private static long s_arrivals;
    private static long s_last;

    public static (double[] Raw, double[] Blocking, double[] Awaiting, double[] AwaitingHere) Measure(int wakes)
    {
        int eventfd = LibC.eventfd(0, LibC.EFD_CLOEXEC);
        long sent = 0;
        bool stop = false;
        using var blocking = new InterruptQueue<long>(16);
        using var awaiting = new InterruptQueue<long>(16);
        using var awaitingHere = new InterruptQueue<long>(16) { AllowSynchronousContinuations = true };
        var raw = new Thread(() =>
        {
            while (Hear(eventfd) && !Volatile.Read(ref stop))
            {
                Arrive(Volatile.Read(ref sent));
            }
        });
        var waiter = new Thread(() =>
        {
            while (blocking.Wait())
            {
                long now = InterruptClock.Timestamp;
                blocking.TryRead(out long at);
                Arrive(at, now);
            }
        });
        raw.Start();
        waiter.Start();
        Task[] readers = [.. new[] { awaiting, awaitingHere }.Select(static queue => Task.Run(async () =>
        {
            await foreach (long at in queue.ReadAllAsync())
            {
                Arrive(at);
            }
        }))];

        var options = new SoftwareInterruptOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal };
        using SoftwareInterrupt<InterruptQueueWriter<long>> toBlocking = SoftwareInterrupt.Start(Write, blocking.Writer, options);
        using SoftwareInterrupt<InterruptQueueWriter<long>> toAwaiting = SoftwareInterrupt.Start(Write, awaiting.Writer, options);
        using SoftwareInterrupt<InterruptQueueWriter<long>> toAwaitingHere = SoftwareInterrupt.Start(Write, awaitingHere.Writer, options);
        Func<bool>[] writes =
        [
            () =>
            {
                Volatile.Write(ref sent, InterruptClock.Timestamp);
                return Ring(eventfd);
            },
            () => toBlocking.Raise(0) == RaiseResult.Raised,
            () => toAwaiting.Raise(0) == RaiseResult.Raised,
            () => toAwaitingHere.Raise(0) == RaiseResult.Raised,
        ];

        const int WarmUp = 50;
        double[][] results = [new double[wakes], new double[wakes], new double[wakes], new double[wakes]];
        for (int round = -WarmUp; round < wakes; round++)
        {
            for (int kind = 0; kind < writes.Length; kind++)
            {
                long before = Volatile.Read(ref s_arrivals);

                // All readers are asleep by the time that it is written.
                Thread.Sleep(1);
                if (!writes[kind]())
                {
                    throw new InvalidOperationException("It could not be written.");
                }

                while (Volatile.Read(ref s_arrivals) == before)
                {
                    Thread.Sleep(0);
                }

                if (round >= 0)
                {
                    results[kind][round] = Volatile.Read(ref s_last);
                }
            }
        }

        blocking.Complete();
        awaiting.Complete();
        awaitingHere.Complete();
        Volatile.Write(ref stop, true);
        _ = writes[0]();
        raw.Join();
        waiter.Join();
        Task.WaitAll(readers);
        _ = LibC.close(eventfd);
        return (results[0], results[1], results[2], results[3]);
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ignore(ref long state, in InterruptContext context) => state++;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(ref InterruptQueueWriter<long> state, in InterruptContext context) => state.TryWrite(InterruptClock.Timestamp);

    // SAFETY, of both: an eventfd takes and gives exactly eight bytes.
    private static unsafe bool Hear(int eventfd)
    {
        ulong count;
        return LibC.read(eventfd, &count, sizeof(ulong)) == sizeof(ulong);
    }

    private static unsafe bool Ring(int eventfd)
    {
        ulong one = 1;
        return LibC.write(eventfd, &one, sizeof(ulong)) == sizeof(ulong);
    }

    private static void Arrive(long from) => Arrive(from, InterruptClock.Timestamp);

    private static void Arrive(long from, long now)
    {
        Volatile.Write(ref s_last, now - from);
        Interlocked.Increment(ref s_arrivals);
    }
}
