using System.Diagnostics.CodeAnalysis;

namespace TopHalf;

/// <summary>The calls that <see cref="InterruptQueue{T}.OnBatch"/> makes, to await their end or to end them. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A token source without timer or wait handle holds nothing.")]
public sealed class InterruptBatches : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    internal InterruptBatches(Func<CancellationToken, Task> run) => Completion = Task.Run(() => run(_stop.Token));

    /// <summary>
    /// Ends when no further call is made: because the queue was completed and all was handed over, or <see cref="Stop"/> was called; by an
    /// <see cref="ObjectDisposedException"/> if the queue was disposed before, and by what the handler of errors threw, if it threw.
    /// </summary>
    public Task Completion { get; }

    /// <summary>Has no further call made. One that is at work goes on. What is not read stays in the queue for others. May be called inside the call.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Has no further call made, and waits for the one at work. Not inside the call: that would wait for itself.</summary>
    /// <returns>Ends when no call is at work.</returns>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
