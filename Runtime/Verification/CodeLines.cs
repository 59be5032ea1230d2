using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>
/// Finds the source lines of a body's machine instructions, by the JIT's map from machine code to IL. There is none on NativeAOT.
/// </summary>
internal sealed class CodeLines(SourceLines lines, CodeBody body)
{
    /// <summary>Where the method begins.</summary>
    public SourceLine? First => body.Method is { } method ? lines.Of(method, 0) : null;

    public SourceLine? Of(in Instruction code) =>
        body.Method is { } method && body.Said?.Map?.At(body.Offset(code)) is { } offset ? lines.Of(method, offset) : null;
}
