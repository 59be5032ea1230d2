using System.Globalization;
using System.Runtime.CompilerServices;

namespace TopHalf.Sources;

/// <summary>Prepares the calling thread, which a source made for itself. Ordinary context.</summary>
/// <param name="preparation">What is wanted.</param>
/// <param name="memory">What the handler uses, but for the stack.</param>
internal sealed unsafe class ThreadPreparer(ThreadPreparation preparation, IReadOnlyList<MemoryRange> memory)
{
    // The handler's budget, the dispatcher, and a signal frame with all that a processor has in registers.
    private const nint StackNeeded = 64 * 1024;

    private readonly List<PreparationResult> _results = [];
    private IReadOnlyList<nint> _locked = [];

    /// <summary>What came of each step that was wanted.</summary>
    public IReadOnlyList<PreparationResult> Results => _results;

    /// <summary>Takes the steps. The priority comes last: the others may take a while.</summary>
    public void Apply()
    {
        if (preparation.Processors is { } processors)
        {
            Note(PreparationStep.Processors, ThreadSettings.SetProcessors(processors), $"the thread runs on {string.Join(", ", processors.Distinct().Order())}");
        }

        if (preparation.TimerSlack is { } slack)
        {
            string? refusal = ThreadSettings.SetTimerSlack(Nanoseconds.Of(slack, nameof(preparation.TimerSlack)));
            Note(PreparationStep.TimerSlack, refusal, string.Create(CultureInfo.InvariantCulture, $"{ThreadSettings.TimerSlack()} ns"));
        }

        if (preparation.LockMemory)
        {
            LockMemory();
        }

        if (preparation.RealTimePriority is { } priority)
        {
            Note(PreparationStep.RealTimePriority, ThreadSettings.SetRealTime(priority), string.Create(CultureInfo.InvariantCulture, $"SCHED_FIFO, priority {priority}"));
        }
    }

    /// <summary>Gives locked memory back, before the thread ends. The rest ends with it.</summary>
    public void Undo()
    {
        LockedPages.Unlock(_locked);
        _locked = [];
    }

    private void LockMemory()
    {
        MemoryRange[] ranges = [.. memory, Stack()];
        foreach (MemoryRange range in ranges)
        {
            Touch(range);
        }

        nint[] pages = [.. ranges.SelectMany(static range => range.Pages).Distinct()];
        string? refusal = LockedPages.Lock(pages);
        _locked = refusal is null ? pages : [];
        Note(PreparationStep.LockMemory, refusal, string.Create(CultureInfo.InvariantCulture, $"{pages.Length * Environment.SystemPageSize / 1024} KiB of code, state and stack are locked"));
    }

    private void Note(PreparationStep step, string? refusal, string done) => _results.Add(new(step, refusal is null, refusal ?? done));

    // What a thread's stack is for is below its stack pointer. The C library maps all of it at the start.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MemoryRange Stack()
    {
        nint here = 0;
        nint top = (nint)(&here);
        nint start = Math.Max(ThreadStack.Current.Start, top - StackNeeded);
        return new(start, top - start, IsWritable: true);
    }

    // SAFETY: all of it is mapped. Below the stack pointer nothing is kept, but a signal's frame, which is gone when this goes on; the state is not in use yet; and
    // what else is written to by others is only added 0 to, as a whole.
    private static void Touch(MemoryRange range)
    {
        foreach (nint page in range.Pages)
        {
            var byteOfIt = (int*)Math.Max(page, range.Start & ~(nint)3);
            _ = range.IsWritable ? Interlocked.Add(ref *byteOfIt, 0) : Volatile.Read(ref *byteOfIt);
        }
    }
}
