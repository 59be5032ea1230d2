namespace TopHalf.Sources;

/// <summary>Decides between true interrupts and threaded delivery, and says so aloud where it was not asked for. Ordinary context.</summary>
internal static class DeliveryChoice
{
    /// <summary><see cref="DeliveryMode.Signal"/> or <see cref="DeliveryMode.Threaded"/>.</summary>
    public static DeliveryMode Resolve(Delegate handler, DeliveryMode wanted, string name)
    {
        switch (wanted)
        {
            case DeliveryMode.Signal or DeliveryMode.Threaded:
                return wanted;

            case DeliveryMode.Auto when HandlerVerifier.IsUnoptimized(handler):
                InterruptSource.RaiseNotice(
                    InterruptNoticeKind.ThreadedFallback,
                    name,
                    $"'{name}', or something that it calls, is unoptimised code (a Debug build), so its handler runs on a thread of its own instead of as a true interrupt. " +
                    "Build it with optimisation (-c Release) for interrupts, or set Delivery to DeliveryMode.Threaded to ask for this.");
                return DeliveryMode.Threaded;

            case DeliveryMode.Auto:
                return DeliveryMode.Signal;

            default:
                throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "Not a DeliveryMode.");
        }
    }
}
