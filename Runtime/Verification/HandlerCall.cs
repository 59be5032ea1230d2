namespace TopHalf;

/// <summary>A call that a verified handler makes.</summary>
/// <param name="Method">The calling method.</param>
/// <param name="Offset">Bytes from the start of the method's machine code.</param>
/// <param name="Instruction">The instruction's text.</param>
/// <param name="Target">What is called.</param>
/// <param name="Kind">Why the call is accepted.</param>
public sealed record HandlerCall(string Method, int Offset, string Instruction, string Target, HandlerCallKind Kind);

/// <summary>Why a call is accepted.</summary>
public enum HandlerCallKind
{
    /// <summary>A managed method whose body was verified too.</summary>
    Verified,

    /// <summary>A native function that is async-signal-safe.</summary>
    Native,

    /// <summary>A call through a pointer, of which TopHalf's own dispatcher guarantees that it leads to a verified handler.</summary>
    Trusted,

    /// <summary>Stops the process, or touches the stack's pages: a helper of the JIT that needs nothing of the runtime.</summary>
    Helper,
}

/// <summary>A place in a handler's machine code.</summary>
/// <param name="Method">The method.</param>
/// <param name="Offset">Bytes from the start of the method's machine code.</param>
/// <param name="Instruction">The instruction's text.</param>
public sealed record HandlerRemark(string Method, int Offset, string Instruction);
