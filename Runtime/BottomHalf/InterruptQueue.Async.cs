// The ways to wait for items of an InterruptQueue<T> without blocking a thread, of which there is one reader at a time.
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace TopHalf;

public sealed partial class InterruptQueue<T>
{
    private int _readers;

    /// <summary>Reads items as they come, until the queue is completed and empty.</summary>
    /// <param name="cancellationToken">Ends the enumeration. No item is lost by it: the next reader gets what is there.</param>
    /// <returns>The items. One enumeration at a time.</returns>
    /// <exception cref="InvalidOperationException">Something else waits for items of this queue.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed. For a good end call <see cref="Complete"/> first.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        BecomeReader();
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TryRead(out T item))
                {
                    yield return item;
                }
                else if (!await WaitAsync(cancellationToken).ConfigureAwait(false))
                {
                    yield break;
                }
            }
        }
        finally
        {
            CeaseToRead();
        }
    }

    /// <summary>The queue as the reading end of a channel, for code that takes one.</summary>
    /// <returns>A view: what it reads, the queue has delivered. One wait at a time.</returns>
    /// <remarks>It ends when the queue is completed and empty, and by an <see cref="ObjectDisposedException"/> when it is disposed before.</remarks>
    public ChannelReader<T> AsChannelReader() => new QueueChannelReader<T>(this);

    /// <summary>
    /// Has items handled on the thread pool as they come, many at a time: a soft interrupt. One call at a time, in order; while one is at work
    /// what comes is gathered for the next.
    /// </summary>
    /// <param name="handler">What to do with the items.</param>
    /// <param name="batchSize">How many items it gets at most.</param>
    /// <param name="onError">
    /// Is given what <paramref name="handler"/> throws; it goes on with the next items. Null: a notice (<see cref="InterruptNoticeKind.BatchFailed"/>).
    /// </param>
    /// <returns>Disposed of, it makes no further call.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">Something else waits for items of this queue.</exception>
    public InterruptBatches OnBatch(InterruptBatchHandler<T> handler, int batchSize = 256, Action<Exception>? onError = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        BecomeReader();
        return new InterruptBatches(stop => new QueueBatches<T>(this, handler, batchSize, onError).RunAsync(stop));
    }

    /// <summary>The calling code will wait for items by <see cref="WaitAsync"/>, and nothing else, until it ceases to.</summary>
    internal void BecomeReader()
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException(
                "Something else waits for items of this queue (ReadAllAsync, OnBatch or a channel's reader), and it has one reader. "
                + "Read in one place and hand on, or give each reader its own queue.");
        }
    }

    /// <summary>Another may read.</summary>
    internal void CeaseToRead() => Volatile.Write(ref _readers, 0);

    /// <summary>Waits until there is something to read, or nothing comes any more. By the one reader.</summary>
    /// <returns>Whether there is something to read.</returns>
    internal async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (HasItemOrEnded(out bool hasItem))
            {
                return hasItem;
            }

            ValueTask wait = SleepAsync();
            using (cancellationToken.UnsafeRegister(Cancel, _sleeper))
            {
                await wait.ConfigureAwait(false);
            }
        }
    }

    private static void Cancel(object? sleeper, CancellationToken cancellationToken) =>
        ((QueueSleeper)sleeper!).Interrupt(new OperationCanceledException(cancellationToken));
}
