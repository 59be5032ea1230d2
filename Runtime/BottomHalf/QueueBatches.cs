namespace TopHalf;

/// <summary>Hands a queue's items to a callback, batch by batch, on the thread pool. Who makes it has become the queue's reader.</summary>
internal sealed class QueueBatches<T>(InterruptQueue<T> queue, InterruptBatchHandler<T> handler, int batchSize, Action<Exception>? onError)
    where T : unmanaged
{
    // As the kernel's softirqs have it: after so many batches without a pause, others of the pool get their turn.
    private const int BatchesInARow = 10;

    private readonly T[] _items = new T[batchSize];

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            int inARow = 0;
            while (!stop.IsCancellationRequested)
            {
                if (queue.Read(_items) is > 0 and int count)
                {
                    Handle(count);
                    if (++inARow == BatchesInARow)
                    {
                        inARow = 0;
                        await Task.Yield();
                    }
                }
                else if (await queue.WaitAsync(stop).ConfigureAwait(false))
                {
                    inARow = 0;
                }
                else
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped while it waited, as asked.
        }
        finally
        {
            queue.CeaseToRead();
        }
    }

    private void Handle(int count)
    {
        try
        {
            handler(new ReadOnlySpan<T>(_items, 0, count));
        }
#pragma warning disable CA1031 // It is reported, whatever it is; the items after these must not be lost by it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Report(exception, count);
        }
    }

    private void Report(Exception exception, int count)
    {
        if (onError is not null)
        {
            onError(exception);
            return;
        }

        InterruptSource.RaiseNotice(
            InterruptNoticeKind.BatchFailed,
            string.Empty,
            $"the OnBatch callback {handler.Method.DeclaringType}.{handler.Method.Name} threw {exception.GetType()}: {exception.Message.ReplaceLineEndings(" ")} "
            + $"It goes on behind the {count} items that it was given. Catch what it may throw, or give onError.");
    }
}
