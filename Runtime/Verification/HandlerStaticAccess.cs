namespace TopHalf;

/// <summary>An instruction that uses memory at a fixed address: a static field, or a constant that the compiler put somewhere.</summary>
/// <param name="Method">The method.</param>
/// <param name="Offset">Bytes from the start of the method's machine code.</param>
/// <param name="Instruction">The instruction's text.</param>
/// <param name="Address">Where the memory lies. Where an index is added to it, the address without that.</param>
/// <param name="Size">Bytes that are accessed; 0 where that depends on data.</param>
/// <param name="Kind">Whether it is read or written.</param>
/// <param name="Target">What it is: the static field's name where the handler's IL names it, else what kind of memory lies there.</param>
public sealed record HandlerStaticAccess(
    string Method, int Offset, string Instruction, nint Address, int Size, HandlerStaticAccessKind Kind, string Target);

/// <summary>What an instruction does to static memory.</summary>
public enum HandlerStaticAccessKind
{
    /// <summary>It reads.</summary>
    Read,

    /// <summary>It writes.</summary>
    Write,

    /// <summary>It reads and writes: an increment, an exchange.</summary>
    ReadWrite,
}
