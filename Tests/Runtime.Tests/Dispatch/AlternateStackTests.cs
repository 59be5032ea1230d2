// The larger alternate stack that each interrupted thread gets. What it is for is tested by NullReferenceStormTests.
using System.Globalization;
using System.Runtime.CompilerServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests.Dispatch;

public sealed unsafe class AlternateStackTests
{
    private const int Enough = 64 * 1024;

    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    [Fact]
    public void A_thread_that_is_to_be_interrupted_is_prepared_when_it_says_so() => OnNewThread(() =>
    {
        Assert.InRange((long)AlternateStack.CurrentSize, 1, Enough - 1);

        InterruptTarget.PrepareCurrentThread();

        Assert.True(AlternateStack.CurrentSize >= Enough);
        Assert.Equal(AlternateStack.RequiredSize, AlternateStack.CurrentSize);
    });

    [Fact]
    public void A_thread_that_names_itself_as_the_target_is_prepared() => OnNewThread(() =>
    {
        Assert.Equal(LibC.gettid(), InterruptTarget.CurrentThread.ThreadId);
        Assert.True(AlternateStack.CurrentSize >= Enough);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_thread_chosen_by_its_id_or_as_one_of_the_process_is_prepared_by_its_first_fault(bool byId) => OnNewThread(() =>
    {
        using var timer = new ProbedTimer(s_never, new() { Target = byId ? InterruptTarget.Thread(LibC.gettid()) : InterruptTarget.Process });
        Forge.Expire(timer.Timer);
        Assert.Equal(1, timer.Calls);
        Assert.InRange((long)AlternateStack.CurrentSize, 1, Enough - 1);

        Fault.Catch();

        Assert.Equal(AlternateStack.RequiredSize, AlternateStack.CurrentSize);
    });

    [Fact]
    public void A_thread_without_an_alternate_stack_gets_none_by_its_faults() => OnNewThread(() =>
    {
        using var timer = new ProbedTimer(s_never, new() { Target = InterruptTarget.Process });
        var none = new stack_t { ss_flags = LibC.SS_DISABLE };
        stack_t former;
        Assert.Equal(0, LibC.sigaltstack(&none, &former));

        Fault.Catch();
        Assert.Equal(0u, AlternateStack.CurrentSize);

        Assert.Equal(0, LibC.sigaltstack(&former, null));
    });

    [Fact]
    public void The_dedicated_thread_is_prepared() => AssertHandlersSeeLargeStack(InterruptTarget.Dedicated);

    [Fact]
    public void Fifteen_hundred_threads_in_turn_find_room() => ChildProcess.Run(PrepareManyThreads).AssertSucceeded();

    [Fact]
    public void Threads_that_were_prepared_and_ended_leave_no_mappings_behind() => ChildProcess.Run(CountMappingsOfManyThreads).AssertSucceeded();

    [Fact]
    public void The_stacks_of_ended_threads_that_a_fault_prepared_are_taken_back() => ChildProcess.Run(FaultOnManyThreads).AssertSucceeded();

    [Fact]
    public void Dedicated_threads_give_theirs_back() => ChildProcess.Run(StartManyDedicatedThreads).AssertSucceeded();

    [Fact]
    public void Two_thousand_living_threads_are_prepared() => ChildProcess.Run(PrepareTwoThousandThreads).AssertSucceeded();

    [Fact]
    public void One_thread_too_many_at_a_time_is_refused_with_the_limit() => ChildProcess.Run(PrepareTooManyThreads).AssertSucceeded();

    private static void AssertHandlersSeeLargeStack(InterruptTarget target)
    {
        using var cells = new Cells(1);
        using var timer = InterruptTimer.Start(
            StackSize.OnInterrupt,
            new StackSize { CallsOut = cells[0], Least = ulong.MaxValue },
            TimeSpan.FromMicroseconds(200),
            new() { Target = target });
        Wait.Until(() => Volatile.Read(ref *cells[0]) >= 300);
        timer.Dispose();

        Assert.InRange(timer.Snapshot().Least, (ulong)Enough, 1UL << 30);
    }

    private static void PrepareManyThreads()
    {
        for (int i = 0; i < 1500; i++)
        {
            OnNewThread(static () =>
            {
                InterruptTarget.PrepareCurrentThread();
                Assert.True(AlternateStack.CurrentSize >= Enough);
                Assert.InRange(BlocksTaken(), 1, 257); // What the ended ones had is taken back in time.
            });
        }

        Assert.Equal(0, SourceTable.Root->AlternateStacks.Exhausted);
    }

    private static void CountMappingsOfManyThreads()
    {
        const int Threads = 1000;
        using var timer = new ProbedTimer(s_never); // The watch works as long as there is a source.
        Run(100);
        int before = Mappings();

        Run(Threads);

        // Each leak would be two mappings.
        Assert.InRange(Mappings() - before, int.MinValue, Threads / 4);

        static void Run(int threads)
        {
            for (int i = 0; i < threads; i++)
            {
                OnNewThread(InterruptTarget.PrepareCurrentThread);
            }

            Wait.Until(() => BlocksTaken() < 5);
        }
    }

    private static void FaultOnManyThreads()
    {
        using var timer = new ProbedTimer(s_never, new() { Target = InterruptTarget.Process }); // The watch works as long as there is a source.
        Round();
        int before = Mappings();
        Round();
        Round();

        // Each leak would be two mappings.
        Assert.InRange(Mappings() - before, int.MinValue, 250);
        Assert.Equal(0, SourceTable.Root->AlternateStacks.Exhausted);

        static void Round()
        {
            for (int i = 0; i < 500; i++)
            {
                OnNewThread(() =>
                {
                    Fault.Catch();
                    Assert.True(AlternateStack.CurrentSize >= Enough);
                });
            }

            Wait.Until(() => BlocksTaken() < 5);
        }
    }

    // Without those of the pool itself, which keeps a block once it was used.
    private static int Mappings()
    {
        AlternateStackPool* pool = &SourceTable.Root->AlternateStacks;
        ulong first = (ulong)pool->Blocks;
        ulong end = first + ((ulong)pool->Count * pool->Stride);
        return File.ReadLines("/proc/self/maps").Count(line =>
        {
            ulong start = ulong.Parse(line.AsSpan(0, line.IndexOf('-', StringComparison.Ordinal)), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return start < first || start >= end;
        });
    }

    private static void StartManyDedicatedThreads()
    {
        _ = SourceTable.Root;
        for (int i = 0; i < 1500; i++)
        {
            using var thread = new DedicatedThread("short-lived");
            Assert.Equal(1, BlocksTaken());
        }

        Assert.Equal(0, BlocksTaken());
    }

    // One half prepares itself, the other half by a fault.
    private static void PrepareTwoThousandThreads()
    {
        const int Count = 2000;
        using var timer = new ProbedTimer(s_never, new() { Target = InterruptTarget.Process });
        int prepared = 0;
        WithLivingThreads(
            Count,
            i =>
            {
                if (i % 2 == 0)
                {
                    InterruptTarget.PrepareCurrentThread();
                }
                else
                {
                    Fault.Catch();
                }

                Interlocked.Add(ref prepared, AlternateStack.CurrentSize >= Enough ? 1 : 0);
            },
            () =>
            {
                Assert.Equal(Count, prepared);
                Assert.InRange(BlocksTaken(), Count, Count + 20); // The library's own threads, too.
            });
        Assert.Equal(0, SourceTable.Root->AlternateStacks.Exhausted);
    }

    private static void PrepareTooManyThreads()
    {
        AlternateStackPool* pool = &SourceTable.Root->AlternateStacks;
        using var timer = new ProbedTimer(s_never, new() { Target = InterruptTarget.Thread(LibC.gettid()) }); // The watch works as long as there is a source.
        pool->Count = 100; // The true limit is more than the kernel lets a process have.
        WithLivingThreads(pool->Count, static _ => InterruptTarget.PrepareCurrentThread(), RefuseOneMore);
        Wait.Until(() => Fault.Catch() == 1 && AlternateStack.CurrentSize >= Enough);
    }

    private static void WithLivingThreads(int count, Action<int> each, Action meanwhile)
    {
        using var end = new ManualResetEventSlim();
        using var done = new CountdownEvent(count);
        var threads = new Thread[count];
        for (int i = 0; i < threads.Length; i++)
        {
            int number = i;
            threads[i] = new Thread(
                () =>
                {
                    each(number);
                    done.Signal();
                    end.Wait();
                },
                128 * 1024);
            threads[i].Start();
        }

        done.Wait();
        meanwhile();
        end.Set();
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    private static void RefuseOneMore()
    {
        AlternateStackPool* pool = &SourceTable.Root->AlternateStacks;
        string refusal = Assert.Throws<InterruptLimitException>(InterruptTarget.PrepareCurrentThread).Message;
        Assert.Contains($"{pool->Count} of {pool->Count} large alternate stacks are taken by living threads", refusal, StringComparison.Ordinal);
        Assert.Contains(
            "large alternate stacks",
            Assert.Throws<InterruptLimitException>(() => new ProbedTimer(s_never)).Message,
            StringComparison.Ordinal);

        // A fault finds none either. That does no harm by itself, and is told.
        using var noticed = new ManualResetEventSlim();
        InterruptSource.Notice += (_, notice) =>
        {
            Assert.Equal(InterruptNoticeKind.AlternateStacksExhausted, notice.Kind);
            noticed.Set();
        };
        Fault.Catch();
        Assert.Equal(1, pool->Exhausted);
        Assert.InRange((long)AlternateStack.CurrentSize, 1, Enough - 1);
        Assert.True(noticed.Wait(TimeSpan.FromSeconds(40)));
    }

    private static int BlocksTaken()
    {
        AlternateStackPool* pool = &SourceTable.Root->AlternateStacks;
        int taken = 0;
        for (int i = 0; i < pool->Count; i++)
        {
            taken += Volatile.Read(ref pool->Owners[i]) != 0 ? 1 : 0;
        }

        return taken;
    }

    private static void OnNewThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action), 128 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    /// <summary>Looks at the alternate stack that the kernel will install when the handler returns.</summary>
    private struct StackSize
    {
        public long* CallsOut;
        public ulong Least;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref StackSize state, in InterruptContext context)
        {
            // SAFETY: in a true interrupt the registers lie inside the kernel's ucontext_t, this far from its start.
            const int RegistersOffset = 40;
            byte* registers = (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in context.Registers));
            ulong size = ((ucontext_t*)(registers - RegistersOffset))->uc_stack.ss_size;

            // A thread without an alternate stack (the runtime's own, or one that is just starting) has none that could be too small.
            state.Least = size != 0 && size < state.Least ? size : state.Least;
            Volatile.Write(ref *state.CallsOut, *state.CallsOut + 1);
        }
    }
}
