using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace TopHalf;

/// <summary>An <see cref="InterruptQueue{T}"/> as the reading end of a channel.</summary>
internal sealed class QueueChannelReader<T>(InterruptQueue<T> queue) : ChannelReader<T>
    where T : unmanaged
{
    public override Task Completion => queue.Ended;

    public override bool CanCount => true;

    public override int Count => queue.Count;

    public override bool TryRead([MaybeNullWhen(false)] out T item) => queue.TryRead(out item);

    public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        queue.BecomeReader();
        try
        {
            return await queue.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            queue.CeaseToRead();
        }
    }
}
