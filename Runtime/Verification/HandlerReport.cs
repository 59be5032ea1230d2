using System.Globalization;
using System.Text;
using Iced.Intel;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>What the verifier found in the machine code of a handler and of everything that it calls.</summary>
/// <remarks>Immutable, and safe to share between threads.</remarks>
public sealed class HandlerReport
{
    private readonly IReadOnlyList<CodeBody> _bodies;

    internal HandlerReport(string handler, IReadOnlyList<HandlerViolation> violations, IReadOnlyList<CodeBody> bodies, int stackBytes)
    {
        Handler = handler;
        Violations = violations;
        _bodies = bodies;
        StackBytes = stackBytes;
        Instructions = bodies.Sum(b => b.Instructions.Count);
        Bytes = bodies.Sum(b => b.Instructions.Sum(i => i.Length));
        Calls = [.. bodies.SelectMany(b => b.Calls.Select(c => new HandlerCall(b.Name, b.Offset(c.Site), CodeBody.Text(c.Site), c.Target, c.Kind)))];
        Loops = [.. bodies.SelectMany(b => b.Loops.Select(i => new HandlerRemark(b.Name, b.Offset(i), CodeBody.Text(i))))];
        Divisions = [.. bodies.SelectMany(b => b.Divisions.Select(i => new HandlerRemark(b.Name, b.Offset(i), CodeBody.Text(i))))];
    }

    /// <summary>The handler's name, with its type.</summary>
    public string Handler { get; }

    /// <summary>Whether the handler may run in signal context: nothing was found against it.</summary>
    public bool IsSafe => Violations.Count == 0;

    /// <summary>Everything that was found against it, the machine code's findings first.</summary>
    public IReadOnlyList<HandlerViolation> Violations { get; }

    /// <summary>Instructions that can be reached, callees included. 0 where the declaration alone was refused.</summary>
    public int Instructions { get; }

    /// <summary>Bytes of machine code that can be reached, callees included.</summary>
    public int Bytes { get; }

    /// <summary>Stack that the handler takes at its deepest, in bytes, return address and callees included.</summary>
    public int StackBytes { get; }

    /// <summary>The calls that were accepted.</summary>
    public IReadOnlyList<HandlerCall> Calls { get; }

    /// <summary>Backward branches. The interrupted thread stands still for as long as they run; whether they end is not proved.</summary>
    public IReadOnlyList<HandlerRemark> Loops { get; }

    /// <summary>Integer divisions. By zero, or the smallest number by -1, they kill the process; that the divisor is sound is not proved.</summary>
    public IReadOnlyList<HandlerRemark> Divisions { get; }

    /// <summary>The verdict, then the machine code with its calls named and its violations in place.</summary>
    public override string ToString()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder();
        text.AppendLine(culture, $"{Handler}: {(IsSafe ? "safe" : "refused")}, {Instructions} instructions, {Bytes} bytes, {StackBytes} bytes of stack");
        foreach (HandlerViolation violation in Violations.Where(v => v.Address == 0))
        {
            text.AppendLine(culture, $"  !! {violation}");
        }

        foreach (CodeBody body in _bodies)
        {
            text.AppendLine().AppendLine(culture, $"{body.Name}:");
            foreach (Instruction code in body.Instructions)
            {
                text.Append(culture, $"  {body.Offset(code):x4}  {CodeBody.Text(code)}");
                if (body.Calls.Where(c => c.Site.IP == code.IP).Select(c => c.Target).FirstOrDefault() is { } target)
                {
                    text.Append(culture, $"  ; {target}");
                }

                text.AppendLine();
                foreach (HandlerViolation violation in Violations.Where(v => v.Address == (nint)code.IP))
                {
                    text.AppendLine(culture, $"  !! {violation.RuleId}{(violation.Target is null ? "" : $" {violation.Target}")}: {violation.Message}");
                }
            }
        }

        return text.ToString();
    }
}
