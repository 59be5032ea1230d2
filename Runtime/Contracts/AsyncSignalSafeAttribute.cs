namespace TopHalf;

/// <summary>
/// Promises that a member may be called from a handler. The analyzers check the member as they check a handler, and trust the promise
/// across assemblies.
/// </summary>
/// <remarks>The word is POSIX's: see signal-safety(7).</remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Constructor | AttributeTargets.Property, Inherited = true)]
public sealed class AsyncSignalSafeAttribute : Attribute;
