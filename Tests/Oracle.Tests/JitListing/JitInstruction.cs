// One line of code in the JIT's listing.
namespace TopHalf.Testing.Jit;

/// <param name="Mnemonic">As printed; a call in tail position is <c>tail.jmp</c> or <c>rex.jmp</c>.</param>
/// <param name="Operands">All that follows, without a comment.</param>
/// <param name="Comment">What follows a semicolon, or empty.</param>
internal sealed record JitInstruction(string Mnemonic, string Operands, string Comment)
{
    private const string LabelStart = "G_M";

    public bool IsCall => Mnemonic == "call";

    /// <summary>Whether it leaves the method by a jump: a call in tail position, or a jump of which only the register is known.</summary>
    public bool IsTailJump => Mnemonic is "tail.jmp" or "rex.jmp";

    public bool IsJump => Mnemonic == "jmp";

    public bool IsConditionalJump => Mnemonic.StartsWith('j') && !IsJump;

    /// <summary>Whether execution does not go on behind it.</summary>
    public bool Ends => IsJump || IsTailJump || Mnemonic is "ret" or "int3" or "ud2";

    /// <summary>Bytes of padding in front of a loop, which the JIT prints as one line whatever it consists of; 0 for an instruction.</summary>
    public int Padding { get; init; }

    /// <summary>A line that says how far the next loop is aligned.</summary>
    public bool IsAlignment => Mnemonic == "align";

    /// <summary>The label in the method that a jump, or the call of a finally block, leads to; null where it leads out.</summary>
    public string? Label
    {
        get
        {
            string target = Operands.StartsWith("SHORT ", StringComparison.Ordinal) ? Operands["SHORT ".Length..] : Operands;
            return (IsCall || IsJump || IsConditionalJump) && target.StartsWith(LabelStart, StringComparison.Ordinal) ? target : null;
        }
    }

    /// <summary>Whether it uses thread-local storage through a segment.</summary>
    public bool UsesThreadPointer =>
        Operands.Contains("fs:", StringComparison.Ordinal) || Operands.Contains("gs:", StringComparison.Ordinal);

    /// <summary>Its first operand where that is a register.</summary>
    public string? FirstRegister
    {
        get
        {
            int comma = Operands.IndexOf(',', StringComparison.Ordinal);
            string first = comma < 0 ? Operands : Operands[..comma];
            return JitRegister.Full(first);
        }
    }

    public override string ToString() => $"{Mnemonic} {Operands}{(Comment.Length == 0 ? "" : $" ; {Comment}")}".TrimEnd();
}
