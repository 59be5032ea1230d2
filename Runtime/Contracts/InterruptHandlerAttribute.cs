namespace TopHalf;

/// <summary>
/// Marks a static method as a top half: a method that runs in the context of a POSIX signal, on top of whatever instruction the
/// thread was at.
/// </summary>
/// <remarks>
/// The analyzers check a marked method, and everything it can reach, against the rules of signal context. The mark changes nothing at
/// run time: registration verifies the machine code of every handler, marked or not.
/// </remarks>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class InterruptHandlerAttribute : Attribute;
