namespace TopHalf;

/// <summary>What came of raising a software interrupt.</summary>
public enum RaiseResult
{
    /// <summary>The handler will be called with the payload, or was.</summary>
    Raised,

    /// <summary>As many payloads wait for the handler as the source holds: it is masked, or served too slowly. Nothing was raised.</summary>
    QueueFull,

    /// <summary>The kernel has no room for another signal: RLIMIT_SIGPENDING, over all of the user's processes. Nothing was raised.</summary>
    LimitReached,

    /// <summary>The thread has ended. Nothing was raised.</summary>
    TargetGone,

    /// <summary>The source was disposed, or there never was one. Nothing was raised.</summary>
    Disposed,

    /// <summary>The kernel refused, as a seccomp filter makes it. Nothing was raised.</summary>
    Refused,
}
