using VerifyCS = TopHalf.Testing.CSharpAnalyzerVerifier<TopHalf.Analyzers.SignalContextAnalyzer>;

namespace TopHalf.Analyzers.Tests;

/// <summary>The first example that a newcomer sees raises nothing.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public Task The_first_example_is_clean()
    {
        VerifyCS.Test test = new()
        {
            TestCode = Verify.Usings + """
                record struct Tick(long Number, long Timestamp);
                struct Ticks { public long Count; public Queue.Writer<Tick> Events; }

                static class Program
                {
                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    static void OnTick(ref Ticks state, in InterruptContext context)
                    {
                        state.Count++;
                        state.Events.TryWrite(new Tick(state.Count, context.Timestamp));
                    }
                }
                """,
        };
        // The queue's shape, as the contract has it.
        test.TestState.Sources.Add(Verify.Usings + """
            static class Queue
            {
                public unsafe readonly struct Writer<T> where T : unmanaged
                {
                    private readonly T* _slots;
                    private readonly long* _position;

                    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
                    public bool TryWrite(in T item)
                    {
                        long position = Interlocked.Increment(ref *_position);
                        _slots[position & 15] = item;
                        return true;
                    }
                }
            }
            """);
        return test.RunAsync();
    }
}
