using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>A call that was accepted. It has a body to go on with, unless it leads to native code or goes through a trusted pointer.</summary>
internal sealed record AcceptedCall(Instruction Site, string Target, HandlerCallKind Kind, CodeBody? Callee, int StackAtCall);

/// <summary>The machine code of one method, as far as it can be reached, and what was found in it.</summary>
internal sealed class CodeBody(string name, nint entry)
{
    public string Name { get; } = name;

    public nint Entry { get; } = entry;

    /// <summary>In the order of their addresses.</summary>
    public List<Instruction> Instructions { get; } = [];

    public List<AcceptedCall> Calls { get; } = [];

    public List<Instruction> Loops { get; } = [];

    public List<Instruction> Divisions { get; } = [];

    /// <summary>Stack of this body alone at its deepest, without its return address.</summary>
    public int Stack { get; set; }

    public int Offset(in Instruction instruction) => (int)((nint)instruction.IP - Entry);

    public static string Text(in Instruction instruction)
    {
        if (instruction.IsInvalid)
        {
            return "(bad)";
        }

        var formatter = new IntelFormatter();
        formatter.Options.HexPrefix = "0x";
        formatter.Options.HexSuffix = null;
        formatter.Options.UppercaseHex = false;
        formatter.Options.SpaceAfterOperandSeparator = true;
        formatter.Options.RipRelativeAddresses = false;
        var output = new StringOutput();
        formatter.Format(instruction, output);
        return output.ToStringAndReset();
    }
}
