// Descriptors of whose files the kernel sends no signals: a thread waits for them by epoll and sends them. The signal is as real, and so is the handler's context.
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed unsafe class WatchedDescriptorTests
{
    [Theory]
    [InlineData(DeliveryMode.Signal)]
    [InlineData(DeliveryMode.Threaded)]
    public void An_eventfd_interrupts_once_a_write_with_descriptor_and_band(DeliveryMode delivery)
    {
        using Files counter = Files.EventCounter();
        using FileInterrupt<Seen> source = Start(counter.Reader, InterruptTarget.Dedicated, delivery);
        Assert.True(source.IsWatched);
        for (int i = 1; i <= 200; i++)
        {
            counter.Signal();
            Wait.Until(() => source.Snapshot().Calls == i);
        }

        Seen seen = source.Snapshot();
        Assert.Equal((counter.Reader, FileBands.Input), (seen.Descriptor, seen.Bands));
        Assert.Equal((delivery, delivery == DeliveryMode.Signal ? 200 : 0), (source.Delivery, seen.Interrupts));
        Assert.Equal((200, 0), (source.Statistics.Delivered, source.QueueOverflows));
    }

    [Fact]
    public void What_has_signals_of_the_kernels_is_not_watched()
    {
        using Files pipe = Files.Pipe();
        using FileInterrupt<Seen> source = Start(pipe.Reader, InterruptTarget.CurrentThread);
        Assert.False(source.IsWatched);
    }

    [Fact]
    public void The_chosen_thread_is_interrupted()
    {
        using Files counter = Files.EventCounter();
        using var worker = Worker.Idle();
        using FileInterrupt<Seen> source = Start(counter.Reader, InterruptTarget.Thread(worker.ThreadId));
        counter.Signal();
        Wait.Until(() => source.Snapshot().Calls == 1);
        Assert.Equal((worker.ThreadId, 1), (source.Snapshot().Thread, source.Snapshot().Interrupts));
    }

    [Fact]
    public void A_timerfd_an_epoll_and_the_process_are_told_of()
    {
        using Files timer = Files.TimerDescriptor();
        using Files epoll = Files.Epoll();
        using Files pipe = Files.Pipe();
        epoll.Watch(pipe.Reader);
        using FileInterrupt<Seen> ofTimer = Start(timer.Reader, InterruptTarget.Process);
        using FileInterrupt<Seen> ofEpoll = Start(epoll.Reader, InterruptTarget.Dedicated);
        Assert.Equal((true, true), (ofTimer.IsWatched, ofEpoll.IsWatched));
        Assert.Equal((0, 0), (ofTimer.Snapshot().Calls, ofEpoll.Snapshot().Calls));

        timer.Expire();
        pipe.Write();
        Wait.Until(() => ofTimer.Snapshot().Calls >= 1 && ofEpoll.Snapshot().Calls >= 1);
        Assert.Equal((timer.Reader, epoll.Reader), (ofTimer.Snapshot().Descriptor, ofEpoll.Snapshot().Descriptor));
        Assert.Equal((FileBands.Input, FileBands.Input), (ofTimer.Snapshot().Bands, ofEpoll.Snapshot().Bands));
    }

    [Fact]
    public void What_is_ready_at_the_start_is_told_once_and_what_is_not_is_not()
    {
        using Files full = Files.EventCounter();
        using Files empty = Files.EventCounter();
        full.Signal();
        using FileInterrupt<Seen> ready = Start(full.Reader, InterruptTarget.CurrentThread);
        using FileInterrupt<Seen> idle = Start(empty.Reader, InterruptTarget.CurrentThread);
        Wait.Until(() => ready.Snapshot().Calls >= 1);
        empty.Signal();
        Wait.Until(() => idle.Snapshot().Calls >= 1);
        Assert.Equal((1, 1), (ready.Snapshot().Calls, idle.Snapshot().Calls));
    }

    [Fact]
    public void Each_of_two_sources_of_one_file_is_told_and_after_its_end_no_more()
    {
        using Files counter = Files.EventCounter();
        using FileInterrupt<Seen> stays = Start(counter.Reader, InterruptTarget.Dedicated);
        FileInterrupt<Seen> ends = Start(counter.Reader, InterruptTarget.Dedicated);
        counter.Signal();
        Wait.Until(() => stays.Snapshot().Calls == 1 && ends.Snapshot().Calls == 1);
        ends.Dispose();
        counter.Signal();
        Wait.Until(() => stays.Snapshot().Calls == 2);
        Assert.Equal((1, 1), (ends.Snapshot().Calls, ends.Statistics.Delivered));
    }

    [Fact]
    public void What_comes_under_a_mask_is_delivered_at_its_end()
    {
        using Files counter = Files.EventCounter();
        using FileInterrupt<Seen> source = Start(counter.Reader, InterruptTarget.Dedicated);
        using (source.Mask())
        {
            counter.Signal();
            Wait.Until(() => source.Statistics.Masked == 1);
            Assert.Equal(0, source.Snapshot().Calls);
        }

        Assert.Equal((1, LibC.gettid()), (source.Snapshot().Calls, source.Snapshot().Thread));
    }

    [Fact]
    public void While_the_queue_of_signals_is_full_an_edge_waits_and_is_counted() => ChildProcess.Run(FillQueue).AssertSucceeded();

    [Fact]
    public void Sources_that_end_leave_no_descriptor_open() => ChildProcess.Run(CountDescriptors).AssertSucceeded();

    private static void FillQueue()
    {
        using Files counter = Files.EventCounter();
        using FileInterrupt<Seen> source = Start(counter.Reader, InterruptTarget.Dedicated);
        rlimit limit;
        Assert.Equal(0, LibC.getrlimit(LibC.RLIMIT_SIGPENDING, &limit));
        rlimit none = limit;
        none.rlim_cur = 0;
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_SIGPENDING, &none));
        counter.Signal();
        Wait.Until(() => source.QueueOverflows == 1);
        Assert.Equal(0, source.Snapshot().Calls);

        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_SIGPENDING, &limit));
        Wait.Until(() => source.Snapshot().Calls == 1);
        counter.Signal();
        Wait.Until(() => source.Snapshot().Calls == 2);
        Assert.Equal(1, source.QueueOverflows);
    }

    private static void CountDescriptors()
    {
        using Files counter = Files.EventCounter();
        StartAndEnd();
        int before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        StartAndEnd();
        Assert.Equal(before, Directory.GetFileSystemEntries("/proc/self/fd").Length);

        void StartAndEnd()
        {
            for (int i = 0; i < 20; i++)
            {
                using FileInterrupt<Seen> source = Start(counter.Reader, InterruptTarget.CurrentThread);
                counter.Signal();
            }
        }
    }

    private static FileInterrupt<Seen> Start(int descriptor, InterruptTarget target, DeliveryMode delivery = DeliveryMode.Signal) =>
        FileInterrupt.Start<Seen>(OnEvent, descriptor, new FileInterruptOptions { Target = target, Bands = FileBands.Input, Delivery = delivery });

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnEvent(ref Seen state, in InterruptContext context)
    {
        var happened = new FileEvent(context.Payload);
        state.Thread = context.ThreadId;
        state.Descriptor = happened.Descriptor;
        state.Bands = happened.Bands;
        state.Interrupts += context.IsInterrupt ? 1 : 0;
        state.Calls++;
    }

    private struct Seen
    {
        public long Calls;
        public long Interrupts;
        public int Thread;
        public int Descriptor;
        public FileBands Bands;
    }
}
