using System.Reflection;

namespace TopHalf;

/// <summary>One reason why a handler must not run in signal context.</summary>
/// <param name="RuleId">The rule, as the analyzers number them (<c>TH1001</c>).</param>
/// <param name="Method">The method that breaks the rule: the handler, or a method that it calls.</param>
/// <param name="Address">Address of the machine instruction; 0 where the finding is about the declaration or about IL.</param>
/// <param name="Offset">Bytes from the start of the method's machine code, or of its IL; 0 where the finding is about the declaration.</param>
/// <param name="Instruction">The instruction's text; empty where the finding is about the declaration.</param>
/// <param name="Target">What the instruction calls, jumps to or reads, where it has a name.</param>
/// <param name="Message">What is wrong, and what it would do to the process.</param>
/// <param name="Remedy">How to mend it.</param>
public sealed record HandlerViolation(
    string RuleId, string Method, nint Address, int Offset, string Instruction, string? Target, string Message, string Remedy)
{
    /// <summary>The method that <see cref="Offset"/> is an offset of IL in; null where it is one of machine code.</summary>
    internal MethodBase? Origin { get; init; }

    /// <summary>One paragraph: rule, place, instruction, target, message and remedy.</summary>
    public override string ToString()
    {
        string place = Instruction.Length == 0 ? Method : $"{Method}+0x{Offset:x}: {Instruction}";
        string target = Target is null ? "" : $" -> {Target}";
        return $"{RuleId} {place}{target}: {Message} {Remedy}";
    }
}
