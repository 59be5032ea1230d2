// Interrupts of descriptors: what happens is told, on the right thread, with the right descriptor, and when the kernel has no room for the signal, too.
using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;
using TopHalf.Runtime.Tests.Dispatch;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed unsafe class FileInterruptTests
{
    private const int O_APPEND = 0x400;
    private const int F_OWNER_PGRP = 2;

    [Theory]
    [InlineData(DeliveryMode.Signal)]
    [InlineData(DeliveryMode.Threaded)]
    public void Data_interrupts_the_sources_own_thread_with_descriptor_and_band(DeliveryMode delivery)
    {
        using Files pipe = Files.Pipe();
        using FileInterrupt<Seen> source = Start(pipe.Reader, InterruptTarget.Dedicated, delivery: delivery);
        pipe.Write();

        Wait.Until(() => source.Snapshot().Calls == 1);
        Seen seen = source.Snapshot();
        Assert.Equal((pipe.Reader, FileBands.Input), (seen.Descriptor, seen.Bands));
        Assert.Equal((delivery, delivery == DeliveryMode.Signal ? 1 : 0), (source.Delivery, seen.Interrupts));
        Assert.NotEqual(LibC.gettid(), seen.Thread);
        Assert.Equal((pipe.Reader, 0), (source.Descriptor, source.QueueOverflows));
    }

    [Fact]
    public void On_the_own_thread_each_write_is_one_call_before_it_returns()
    {
        using Files pipe = Files.Pipe();
        using FileInterrupt<Seen> source = Start(pipe.Reader);
        for (int i = 1; i <= 1000; i++)
        {
            pipe.Write();
            Assert.Equal(i, source.Snapshot().Calls);
        }

        InterruptStatistics statistics = source.Statistics;
        Assert.Equal((1000, 0, 0, 0), (statistics.Delivered, statistics.Overruns, statistics.Masked, statistics.EntryLatency.Max));
        Assert.Equal(1000, pipe.Read());
    }

    public static TheoryData<string> Kinds => ["pipe", "stream socket", "datagram socket", "terminal", "TCP", "UDP", "inotify", "FIFO"];

    [Theory, MemberData(nameof(Kinds))]
    public void Whatever_has_signals_interrupts(string kind)
    {
        using var folder = new TemporaryFolder();
        (Files files, Action happen, IDisposable[] others) = Make(kind, folder);
        using (files)
        {
            using FileInterrupt<Seen> source = Start(files.Reader, bands: FileBands.Input);
            happen();

            Wait.Until(() => source.Snapshot().Calls >= 1);
            Assert.Equal((files.Reader, FileBands.Input), (source.Snapshot().Descriptor, source.Snapshot().Bands));
        }

        Array.ForEach(others, static other => other.Dispose());
    }

    [Fact]
    public void What_is_ready_at_the_start_is_told_once_and_what_is_not_is_not()
    {
        using Files full = Files.Pipe().Write(3);
        using Files empty = Files.Pipe();
        using FileInterrupt<Seen> ready = Start(full.Reader);
        using FileInterrupt<Seen> idle = Start(empty.Reader);
        using FileInterrupt<Seen> roomy = Start(empty.Writer);

        Assert.Equal((1, FileBands.Input), (ready.Snapshot().Calls, ready.Snapshot().Bands));
        Assert.Equal(0, idle.Snapshot().Calls);
        Assert.Equal((1, FileBands.Output), (roomy.Snapshot().Calls, roomy.Snapshot().Bands));
    }

    [Fact]
    public void An_edge_comes_once_and_a_look_tells_what_is_left()
    {
        using Files pipe = Files.Pipe();
        using FileInterrupt<Seen> source = Start(pipe.Reader);
        pipe.Write(2);
        Assert.Equal(1, pipe.Read(most: 1));
        Assert.Equal(2, source.Snapshot().Calls);

        source.Look();
        Assert.Equal((3, FileBands.Input), (source.Snapshot().Calls, source.Snapshot().Bands));

        Assert.Equal(1, pipe.Read());
        source.Look();
        Assert.Equal(3, source.Snapshot().Calls);
    }

    [Fact]
    public void Room_to_write_interrupts_the_writer()
    {
        using Files pipe = Files.Pipe();
        byte[] much = new byte[1 << 20];
        fixed (byte* start = much)
        {
            Assert.InRange(LibC.write(pipe.Writer, start, (nuint)much.Length), 1, much.Length - 1);
        }

        using FileInterrupt<Seen> source = Start(pipe.Writer);
        Assert.Equal(0, source.Snapshot().Calls);
        pipe.Read();
        Assert.Equal((pipe.Writer, FileBands.Output), (source.Snapshot().Descriptor, source.Snapshot().Bands));
    }

    [Fact]
    public void The_end_of_the_other_side_interrupts()
    {
        using Files sockets = Files.StreamSockets();
        using FileInterrupt<Seen> source = Start(sockets.Reader, bands: FileBands.All & ~FileBands.Output);
        sockets.CloseWriter();

        Assert.True(source.Snapshot().Bands.HasFlag(FileBands.HangUp), source.Snapshot().Bands.ToString());
    }

    [Fact]
    public void Bands_that_are_not_asked_for_interrupt_nobody()
    {
        using Files sockets = Files.StreamSockets();
        using FileInterrupt<Seen> reads = Start(sockets.Reader, bands: FileBands.Input);
        using FileInterrupt<Seen> writes = Start(sockets.Writer, bands: FileBands.Output);
        Assert.Equal((0, 1), (reads.Snapshot().Calls, writes.Snapshot().Calls));

        sockets.Write();
        Assert.Equal((1, FileBands.Input), (reads.Snapshot().Calls, reads.Snapshot().Bands));
        Assert.Equal((1, FileBands.Output), (writes.Snapshot().Calls, writes.Snapshot().Bands));
    }

    [Fact]
    public void While_masked_what_happens_is_merged_and_told_by_the_thread_that_unmasks()
    {
        using Files sockets = Files.StreamSockets();
        using FileInterrupt<Seen> source = Start(sockets.Reader, InterruptTarget.Dedicated, FileBands.Input | FileBands.HangUp);
        using (source.Mask())
        {
            sockets.Write(5).CloseWriter();
            Wait.Until(() => source.Statistics.Masked == 6);
            Assert.Equal(0, source.Snapshot().Calls);
        }

        Seen seen = source.Snapshot();
        Assert.Equal((1, 5, LibC.gettid(), 0), (seen.Calls, seen.Overruns, seen.Thread, seen.Interrupts));
        Assert.Equal(FileBands.Input | FileBands.HangUp, seen.Bands);
        Assert.Equal((sockets.Reader, 6), (seen.Descriptor, source.Statistics.Masked));
    }

    // LTP's fcntl31: the owner is a thread, or the process.
    [Fact]
    public void A_chosen_thread_is_interrupted_and_no_other()
    {
        using var worker = Worker.Idle();
        using var bystander = Worker.Idle();
        using Files pipe = Files.Pipe();

        // A snapshot may mask, and the end of a mask delivers on this thread.
        using var cells = new Cells(1);
        long* events = cells[0];
        using FileInterrupt<Seen> source = FileInterrupt.Start(
            OnEvent, new Seen { EventsOut = events }, pipe.Reader, new FileInterruptOptions { Target = InterruptTarget.Thread(worker.ThreadId), Delivery = DeliveryMode.Signal });
        pipe.Write(200);

        Wait.Until(() => Volatile.Read(ref *events) == 200);
        Assert.Equal((worker.ThreadId, 0), (source.Snapshot().Thread, source.Snapshot().MovesOfThread));
        Assert.Equal((LibC.F_OWNER_TID, worker.ThreadId, source.Signal), OwnerOf(pipe.Reader));
    }

    [Fact]
    public void The_process_is_interrupted_on_some_thread()
    {
        using Files pipe = Files.Pipe();
        using FileInterrupt<Seen> source = Start(pipe.Reader, InterruptTarget.Process);
        pipe.Write(200);

        Wait.Until(() => source.Statistics is { } s && s.Delivered + s.Overruns == 200);
        Assert.Equal((LibC.F_OWNER_PID, LibC.getpid(), source.Signal), OwnerOf(pipe.Reader));
    }

    [Fact]
    public void Descriptors_on_one_thread_are_told_apart()
    {
        using Files first = Files.Pipe();
        using Files second = Files.Pipe();
        using FileInterrupt<Seen> one = Start(first.Reader);
        using FileInterrupt<Seen> two = Start(second.Reader);
        for (int i = 0; i < 100; i++)
        {
            first.Write();
            second.Write(2);
        }

        Assert.Equal((100, 200), (one.Snapshot().Calls, two.Snapshot().Calls));
        Assert.Equal((first.Reader, second.Reader), (one.Snapshot().Descriptor, two.Snapshot().Descriptor));
    }

    [Fact]
    public void Handles_of_dotnet_do_as_well()
    {
        using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        using var writer = new AnonymousPipeClientStream(PipeDirection.Out, reader.ClientSafePipeHandle);
        using FileInterrupt<Seen> source = FileInterrupt.Start<Seen>(OnEvent, reader.SafePipeHandle, new FileInterruptOptions { Delivery = DeliveryMode.Signal });
        writer.WriteByte(7);

        Wait.Until(() => source.Snapshot().Calls == 1);
        Assert.Equal((int)reader.SafePipeHandle.DangerousGetHandle(), source.Snapshot().Descriptor);
        Assert.Equal(7, reader.ReadByte());
    }

    [Theory]
    [InlineData(LibC.F_OWNER_TID)]
    [InlineData(LibC.F_OWNER_PID)]
    [InlineData(F_OWNER_PGRP)]
    public void In_the_end_flags_signal_and_owner_are_as_they_were_and_what_others_set_meanwhile_stays(int type)
    {
        using var owner = Worker.Idle();
        using Files sockets = Files.StreamSockets();
        var former = new f_owner_ex { type = type, pid = type == LibC.F_OWNER_TID ? owner.ThreadId : type == LibC.F_OWNER_PID ? LibC.getpid() : getpgrp() };
        Assert.Equal(0, LibC.fcntl(sockets.Reader, LibC.F_SETOWN_EX, (nint)(&former)));
        Assert.Equal(0, LibC.fcntl(sockets.Reader, LibC.F_SETSIG, 12));
        int flags = LibC.fcntl(sockets.Reader, LibC.F_GETFL, 0);
        using (FileInterrupt<Seen> source = Start(sockets.Reader, InterruptTarget.Dedicated))
        {
            Assert.Equal(flags | LibC.O_ASYNC, LibC.fcntl(sockets.Reader, LibC.F_GETFL, 0));
            Assert.Equal(0, LibC.fcntl(sockets.Reader, LibC.F_SETFL, flags | LibC.O_ASYNC | O_APPEND));
            (int Type, int Id, int Signal) now = OwnerOf(sockets.Reader);
            Assert.Equal((LibC.F_OWNER_TID, source.Signal), (now.Type, now.Signal));
            Assert.DoesNotContain(now.Id, new[] { owner.ThreadId, former.pid });
        }

        Assert.Equal(flags | O_APPEND, LibC.fcntl(sockets.Reader, LibC.F_GETFL, 0));
        Assert.Equal((former.type, former.pid, 12), OwnerOf(sockets.Reader));
    }

    [Fact]
    public void After_the_end_nothing_comes_and_the_file_can_have_another_source()
    {
        using Files pipe = Files.Pipe();
        FileInterrupt<Seen> source = Start(pipe.Reader);
        pipe.Write();
        source.Dispose();
        pipe.Write();
        Assert.Equal((1, 1), (source.Snapshot().Calls, source.Statistics.Delivered));
        Assert.Throws<ObjectDisposedException>(source.Look);
        Assert.Equal(2, pipe.Read());

        using FileInterrupt<Seen> successor = Start(pipe.Reader);
        pipe.Write();
        Assert.Equal((1, 1), (source.Snapshot().Calls, successor.Snapshot().Calls));
    }

    public static TheoryData<string> KindsAlwaysReady => ["regular file", "folder", "/dev/null"];

    [Theory, MemberData(nameof(KindsAlwaysReady))]
    public void What_is_always_ready_is_refused_and_left_as_it_was(string kind)
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Name, "file");
        File.WriteAllText(file, "text");
        using Files files = kind switch
        {
            "regular file" => Files.Only(Files.Open(file)),
            "folder" => Files.Only(Files.Open(folder.Name, flags: 0)),
            _ => Files.Only(Files.Open("/dev/null")),
        };

        var refusal = Assert.Throws<InterruptDescriptorException>(() => Start(files.Reader));

        Assert.Contains("a file of this kind is always ready", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(files.Reader, refusal.Descriptor);
        Assert.Equal((0, 0), (OwnerOf(files.Reader).Id, OwnerOf(files.Reader).Signal));
    }

    [Fact]
    public void A_descriptor_that_is_closed_is_refused()
    {
        using Files pipe = Files.Pipe();
        int closed = pipe.Writer;
        pipe.CloseWriter();

        var refusal = Assert.Throws<InterruptDescriptorException>(() => Start(closed));
        Assert.StartsWith($"Descriptor {closed} is not open", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<InterruptDescriptorException>(static () => Start(-1));
    }

    [Fact]
    public void An_open_file_has_one_source_by_whatever_descriptor()
    {
        using Files pipe = Files.Pipe();
        using Files duplicate = Files.Only(LibC.fcntl(pipe.Reader, LibC.F_DUPFD_CLOEXEC, 0));
        using FileInterrupt<Seen> source = Start(pipe.Reader);

        string refusal = Assert.Throws<InterruptDescriptorException>(() => Start(duplicate.Reader)).Message;
        Assert.Contains($"sends signals already (O_ASYNC), to process or thread {LibC.gettid()}", refusal, StringComparison.Ordinal);
        pipe.Write();
        Assert.Equal(1, source.Snapshot().Calls);
    }

    [Fact]
    public void A_signal_that_is_not_queued_is_refused()
    {
        using Files pipe = Files.Pipe();
        string refusal = Assert.Throws<ArgumentOutOfRangeException>(() => FileInterrupt.Start<Seen>(OnEvent, pipe.Reader, new FileInterruptOptions { Signal = 12 })).Message;

        Assert.Contains("Not a real-time signal", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FileBands.None)]
    [InlineData((FileBands)64)]
    public void Bands_that_say_nothing_are_refused(FileBands bands)
    {
        using Files pipe = Files.Pipe();
        Assert.Throws<ArgumentOutOfRangeException>(() => Start(pipe.Reader, bands: bands));
    }

    [Fact]
    public void Signals_that_are_not_its_own_are_spurious()
    {
        using var worker = Worker.Idle();
        using Files pipe = Files.Pipe();
        using Files other = Files.Pipe();
        using FileInterrupt<Seen> source = Start(pipe.Reader);
        using FileInterrupt<Seen> elsewhere = Start(other.Reader, InterruptTarget.Thread(worker.ThreadId));
        siginfo_t look = Forge.Genuine(source);
        look.si_code = LibC.SI_QUEUE;
        long before = InterruptSource.SpuriousSignals;

        // The descriptor that was given, one beyond the table, one of another thread's source, a code that is none of a descriptor's, and a false sender.
        Forge.SendHere(Descriptor(source, pipe.Reader));
        Forge.SendHere(Descriptor(source, -1));
        Forge.SendHere(Descriptor(source, Forge.SlotOf(elsewhere)->Descriptor));
        Forge.SendHere(look with { si_code = LibC.SI_TIMER });
        Forge.SendHere(look with { si_pid = look.si_pid + 1 });

        Assert.Equal(5, InterruptSource.SpuriousSignals - before);
        Assert.Equal((0, 0), (source.Snapshot().Calls, elsewhere.Snapshot().Calls));

        Forge.SendHere(Descriptor(source, Forge.SlotOf(source)->Descriptor));
        Assert.Equal((1, pipe.Reader), (source.Snapshot().Calls, source.Snapshot().Descriptor));
    }

    [Fact]
    public void When_the_queue_of_signals_is_full_what_is_ready_is_found() => ChildProcess.Run(FillQueue).AssertSucceeded();

    [Fact]
    public void When_the_queue_is_full_threaded_delivery_finds_it_too() => ChildProcess.Run(FillQueueThreaded).AssertSucceeded();

    [Fact]
    public void The_source_of_a_thread_that_has_ended_says_so_and_can_be_disposed() => ChildProcess.Run(OutliveThread).AssertSucceeded();

    [Fact]
    public void A_thread_that_does_not_live_is_refused()
    {
        using Files pipe = Files.Pipe();
        Assert.Throws<InterruptTargetException>(() => Start(pipe.Reader, InterruptTarget.Thread(int.MaxValue)));
        Assert.Equal(0, LibC.fcntl(pipe.Reader, LibC.F_GETFL, 0) & LibC.O_ASYNC);
    }

    [Fact]
    public void Where_SIGIO_has_another_handler_it_is_refused() => ChildProcess.Run(TakeOverflowSignal).AssertSucceeded();

    [Fact]
    public void A_descriptor_that_is_closed_too_early_is_reported_and_its_number_is_left_alone() => ChildProcess.Run(CloseTooEarly).AssertSucceeded();

    [Fact]
    public void Other_code_that_takes_the_signals_is_reported() => ChildProcess.Run(TakeSignals).AssertSucceeded();

    [Fact]
    public void Neither_refusals_nor_ended_sources_leave_a_descriptor_open() => ChildProcess.Run(CountDescriptors).AssertSucceeded();

    [Fact]
    public void Disposing_while_others_write_does_no_harm() => ChildProcess.Run(DisposeWhileWriting).AssertSucceeded();

    private static void FillQueue()
    {
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => { lock (notices) { notices.Add(notice); } };
        using Files pipe = Files.Pipe();
        using Files quiet = Files.Pipe();
        using Files foreign = Files.Pipe();
        using var worker = Worker.Idle();
        using FileInterrupt<Seen> source = Start(pipe.Reader);
        using FileInterrupt<Seen> idle = Start(quiet.Reader);
        using FileInterrupt<Seen> elsewhere = Start(foreign.Reader, InterruptTarget.Thread(worker.ThreadId));
        pipe.Write();
        SetSignalLimit(0);
        pipe.Write(100);

        Assert.Equal((101, 100, FileBands.Input), (source.Snapshot().Calls, source.QueueOverflows, source.Snapshot().Bands));
        Assert.Equal((0, 100, 0), (idle.Snapshot().Calls, idle.QueueOverflows, elsewhere.QueueOverflows));
        foreign.Write();
        Wait.Until(() => elsewhere.Snapshot().Calls == 1);
        Assert.Equal(worker.ThreadId, elsewhere.Snapshot().Thread);
        Assert.Throws<InterruptLimitException>(source.Look);
        SetSignalLimit(null);
        pipe.Write();
        Assert.Equal((102, 100), (source.Snapshot().Calls, source.QueueOverflows));

        Wait.Until(() => { lock (notices) { return notices.Count >= 3; } });
        source.WatchOrigin();
        Assert.Equal(3, notices.Count);
        Assert.All(notices, static notice => Assert.Equal(InterruptNoticeKind.SignalQueueFull, notice.Kind));
        Assert.Contains("RLIMIT_SIGPENDING", notices[0].Message, StringComparison.Ordinal);
    }

    private static void FillQueueThreaded()
    {
        using Files pipe = Files.Pipe();
        using FileInterrupt<Seen> source = Start(pipe.Reader, delivery: DeliveryMode.Threaded);
        SetSignalLimit(0);
        for (int i = 1; i <= 20; i++)
        {
            pipe.Write();
            Wait.Until(() => source.Snapshot().Calls == i);
        }

        Assert.Equal((20, FileBands.Input), (source.QueueOverflows, source.Snapshot().Bands));
    }

    private static void OutliveThread()
    {
        using var worker = Worker.Idle();
        using Files pipe = Files.Pipe();
        using FileInterrupt<Seen> source = Start(pipe.Reader, InterruptTarget.Thread(worker.ThreadId));
        worker.Dispose();
        Wait.Until(() => LibC.tgkill(LibC.getpid(), worker.ThreadId, 0) != 0);
        pipe.Write();

        Assert.Contains($"Thread {worker.ThreadId} is not a living thread", Assert.Throws<InterruptTargetException>(source.Look).Message, StringComparison.Ordinal);
        Assert.Equal(0, source.Snapshot().Calls);
        source.Dispose();
        Assert.Equal(0, LibC.fcntl(pipe.Reader, LibC.F_GETFL, 0) & LibC.O_ASYNC);
        Assert.Equal(1, pipe.Read());
    }

    private static void TakeOverflowSignal()
    {
        sigaction_t action = default;
        action.sa_sigaction = LibC.SIG_IGN;
        Assert.Equal(0, LibC.sigaction(LibC.SIGIO, &action, null));
        using Files pipe = Files.Pipe();

        var refusal = Assert.Throws<SignalUnavailableException>(() => Start(pipe.Reader));
        Assert.Equal(LibC.SIGIO, refusal.Signal);
        Assert.Contains("Find who calls sigaction for SIGIO", refusal.Message, StringComparison.Ordinal);
    }

    private static void CloseTooEarly()
    {
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => { lock (notices) { notices.Add(notice); } };
        using Files pipe = Files.Pipe();
        int number = pipe.Reader;
        FileInterrupt<Seen> source = Start(number);
        source.WatchOrigin();
        Assert.Empty(notices);
        pipe.CloseReader();
        using Files successor = Files.StreamSockets();
        Assert.Contains(number, new[] { successor.Reader, successor.Writer });

        source.WatchOrigin();
        source.WatchOrigin();
        InterruptNoticeEventArgs notice;
        lock (notices)
        {
            notice = Assert.Single(notices);
        }

        Assert.Equal((InterruptNoticeKind.DescriptorClosed, source.Name), (notice.Kind, notice.Source));
        Assert.StartsWith($"descriptor {number}, which", notice.Message, StringComparison.Ordinal);
        successor.Write();
        Assert.Equal(0, source.Snapshot().Calls);
        pipe.Write();
        Assert.Equal(1, source.Snapshot().Calls);

        int before = LibC.fcntl(number, LibC.F_GETFL, 0);
        source.Dispose();
        Assert.Equal(before, LibC.fcntl(number, LibC.F_GETFL, 0));
    }

    private static void CountDescriptors()
    {
        using Files nothing = Files.Only(Files.Open("/dev/null"));
        using Files pipe = Files.Pipe();
        RefuseAndEnd();
        int before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        RefuseAndEnd();
        Assert.Equal(before, Directory.GetFileSystemEntries("/proc/self/fd").Length);

        void RefuseAndEnd()
        {
            for (int i = 0; i < 20; i++)
            {
                Assert.Throws<InterruptDescriptorException>(() => Start(nothing.Reader));
                using FileInterrupt<Seen> source = Start(pipe.Reader);
                Assert.Throws<InterruptDescriptorException>(() => Start(pipe.Reader));
            }
        }
    }

    private static void TakeSignals()
    {
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => { lock (notices) { notices.Add(notice); } };
        using Files pipe = Files.Pipe();
        using FileInterrupt<Seen> source = Start(pipe.Reader);
        Assert.Equal(0, LibC.fcntl(pipe.Reader, LibC.F_SETSIG, 12));
        Assert.Equal(0, LibC.fcntl(pipe.Reader, LibC.F_SETFL, 0));

        source.WatchOrigin();
        source.WatchOrigin();
        lock (notices)
        {
            Assert.Equal(InterruptNoticeKind.DescriptorTaken, Assert.Single(notices).Kind);
        }

        source.Dispose();
        Assert.Equal(12, LibC.fcntl(pipe.Reader, LibC.F_GETSIG, 0));
    }

    private static void DisposeWhileWriting()
    {
        using var worker = Worker.Idle();
        for (int round = 0; round < 200; round++)
        {
            using Files pipe = Files.Pipe();
            using FileInterrupt<Seen> source = Start(pipe.Reader, (round % 3) switch { 0 => InterruptTarget.Dedicated, 1 => InterruptTarget.Process, _ => InterruptTarget.Thread(worker.ThreadId) });
            long written = 0;
            bool stop = false;
            using var go = new Barrier(2);
            var thread = new Thread(() =>
            {
                go.SignalAndWait();
                while (!Volatile.Read(ref stop))
                {
                    // The kernel tells of a write to a full pipe, too.
                    byte one = 1;
                    _ = LibC.write(pipe.Writer, &one, 1);
                    written++;
                }
            });
            thread.Start();
            go.SignalAndWait();
            Thread.SpinWait(round * 50);
            source.Dispose();
            Volatile.Write(ref stop, true);
            thread.Join();

            InterruptStatistics statistics = source.Statistics;
            Assert.InRange(statistics.Delivered + statistics.Overruns, 0, written);
            Assert.Equal(0, LibC.fcntl(pipe.Reader, LibC.F_GETFL, 0) & LibC.O_ASYNC);
        }
    }

    private static siginfo_t Descriptor(InterruptSource source, int descriptor) =>
        new() { si_signo = source.Signal, si_code = LibC.POLL_IN, si_band = LibC.POLLIN, si_fd = descriptor };

    private static (Files Files, Action Happen, IDisposable[] Others) Make(string kind, TemporaryFolder folder)
    {
        switch (kind)
        {
            case "inotify":
                return (Files.FolderWatch(folder.Name), () => File.WriteAllText(Path.Combine(folder.Name, "new"), "x"), []);
            case "TCP":
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                var client = new TcpClient();
                client.Connect((IPEndPoint)listener.LocalEndpoint);
                Socket accepted = listener.AcceptSocket();
                return (Files.Only(Duplicate(accepted)), () => client.GetStream().WriteByte(1), [accepted, client, listener]);
            case "UDP":
                var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                var sender = new UdpClient();
                return (Files.Only(Duplicate(receiver)), () => sender.Send([1], 1, (IPEndPoint)receiver.LocalEndPoint!), [receiver, sender]);
            case "FIFO":
                string name = Path.Combine(folder.Name, "fifo");
                fixed (byte* path = System.Text.Encoding.UTF8.GetBytes(name + "\0"))
                {
                    Assert.Equal(0, mkfifo(path, 384 /* 0600 */));
                }

                var fifo = new Files(Files.Open(name), Files.Open(name));
                return (fifo, () => fifo.Write(), []);
            default:
                Files files = kind switch
                {
                    "pipe" => Files.Pipe(),
                    "stream socket" => Files.StreamSockets(),
                    "datagram socket" => Files.DatagramSockets(),
                    _ => Files.Terminal(),
                };
                return (files, () => files.Write(), []);
        }
    }

    private static int Duplicate(Socket socket) => LibC.fcntl((int)socket.Handle, LibC.F_DUPFD_CLOEXEC, 0);

    private static (int Type, int Id, int Signal) OwnerOf(int descriptor)
    {
        f_owner_ex owner;
        Assert.Equal(0, LibC.fcntl(descriptor, LibC.F_GETOWN_EX, (nint)(&owner)));
        return (owner.type, owner.pid, LibC.fcntl(descriptor, LibC.F_GETSIG, 0));
    }

    private static void SetSignalLimit(ulong? limit)
    {
        rlimit now;
        Assert.Equal(0, LibC.getrlimit(LibC.RLIMIT_SIGPENDING, &now));
        now.rlim_cur = limit ?? now.rlim_max;
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_SIGPENDING, &now));
    }

    private static FileInterrupt<Seen> Start(
        int descriptor, InterruptTarget? target = null, FileBands bands = FileBands.All, DeliveryMode delivery = DeliveryMode.Signal) => FileInterrupt.Start<Seen>(
            OnEvent, descriptor, new FileInterruptOptions { Target = target ?? InterruptTarget.CurrentThread, Bands = bands, Delivery = delivery });

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnEvent(ref Seen state, in InterruptContext context)
    {
        var happened = new FileEvent(context.Payload);
        int thread = context.ThreadId;
        state.MovesOfThread += state.Calls > 0 && thread != state.Thread ? 1 : 0;
        state.Thread = thread;
        state.Descriptor = happened.Descriptor;
        state.Bands = happened.Bands;
        state.Overruns += context.Overruns;
        state.Interrupts += context.IsInterrupt ? 1 : 0;
        state.Calls++;
        if (state.EventsOut != null)
        {
            Volatile.Write(ref *state.EventsOut, state.Calls + state.Overruns);
        }
    }

    [DllImport("libc.so.6")]
    private static extern int getpgrp();

    [DllImport("libc.so.6")]
    private static extern int mkfifo(byte* path, uint mode);

    private struct Seen
    {
        public long* EventsOut;
        public long Calls;
        public long Overruns;
        public long Interrupts;
        public long MovesOfThread;
        public int Thread;
        public int Descriptor;
        public FileBands Bands;
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Name { get; } = Directory.CreateTempSubdirectory("tophalf-files-").FullName;

        public void Dispose() => Directory.Delete(Name, recursive: true);
    }
}
