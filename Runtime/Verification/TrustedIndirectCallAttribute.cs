namespace TopHalf.Verification;

/// <summary>
/// Accepts calls of unknown target in the body of a method of this library that is verified as a root: the dispatcher calls handlers
/// through pointers that only registration writes, and only after it verified them.
/// </summary>
/// <param name="reason">Why the target can be trusted. It is shown in the report.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TrustedIndirectCallAttribute(string reason) : Attribute
{
    public string Reason { get; } = reason;
}
