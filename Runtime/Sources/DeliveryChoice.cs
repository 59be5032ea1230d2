using TopHalf.Verification;

namespace TopHalf.Sources;

/// <summary>Decides between true interrupts and threaded delivery, and says so aloud where it was not asked for. Ordinary context.</summary>
internal static class DeliveryChoice
{
    /// <summary>The verified handler for <see cref="DeliveryMode.Signal"/>; null for <see cref="DeliveryMode.Threaded"/>.</summary>
    /// <exception cref="HandlerVerificationException">The handler is refused.</exception>
    public static VerifiedHandler? Resolve(Delegate handler, DeliveryMode wanted, string name, VerifierOptions options)
    {
        switch (wanted)
        {
            case DeliveryMode.Threaded:
                return null;

            case DeliveryMode.Signal:
                return HandlerVerifier.Prepare(handler, options);

            case DeliveryMode.Auto:
                VerifiedHandler? verified = HandlerVerifier.PrepareUnlessUnoptimized(handler, options);
                if (verified is null)
                {
                    InterruptSource.RaiseNotice(
                        InterruptNoticeKind.ThreadedFallback,
                        name,
                        $"'{name}', or something that it calls, is unoptimised code (a Debug build), so its handler runs on a thread of its own instead of as a true interrupt. " +
                        "Build it with optimisation (-c Release) for interrupts, or set Delivery to DeliveryMode.Threaded to ask for this.");
                }

                return verified;

            default:
                throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "Not a DeliveryMode.");
        }
    }
}
