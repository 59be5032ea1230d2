// A call, or a jump out of the method, as the JIT prints it.
using System.Globalization;
using System.Text.RegularExpressions;

namespace TopHalf.Testing.Jit;

internal enum JitTarget
{
    /// <summary>A helper of the JIT: <see cref="JitCall.Name"/> is <c>CORINFO_HELP_X</c>.</summary>
    Helper,

    /// <summary>A method that is fixed: <see cref="JitCall.Name"/> is <c>Type:Method(args):result</c>.</summary>
    Method,

    /// <summary>A method that an object or a stub decides on at run time: <see cref="JitCall.Name"/> is the one declared.</summary>
    Virtual,

    /// <summary>A fixed address: <see cref="JitCall.Address"/>. The JIT may add a name.</summary>
    Address,

    /// <summary>Whatever a register or a memory cell holds.</summary>
    Unknown,
}

/// <param name="Site">The instruction.</param>
/// <param name="Target">What kind of thing it calls.</param>
/// <param name="Name">The name that is printed, or empty.</param>
/// <param name="ThroughCell">Whether the target is read from memory (<c>[X]</c>).</param>
/// <param name="Address">The address that was loaded into the register that is called.</param>
internal sealed partial record JitCall(JitInstruction Site, JitTarget Target, string Name, bool ThroughCell, long? Address)
{
    /// <summary>Whether it is a jump: the callee returns to the caller's caller.</summary>
    public bool IsTail => !Site.IsCall;

    /// <param name="site">A call, or a jump out of the method.</param>
    /// <param name="constant">The number that a register holds there; null if that is not fixed.</param>
    public static JitCall Of(JitInstruction site, Func<string, long?> constant)
    {
        string operand = site.Operands;
        if (JitRegister.Full(operand) is { } register)
        {
            long? address = constant(register);
            return new JitCall(site, address is null ? JitTarget.Unknown : JitTarget.Address, site.Comment, false, address);
        }

        // [rax+0x20]Type:Method():int:this
        if (ThroughObject().Match(operand) is { Success: true } through)
        {
            string name = through.Groups["name"].Value;
            return new JitCall(site, name.Length == 0 ? JitTarget.Unknown : JitTarget.Virtual, name, true, null);
        }

        bool throughCell = operand is ['[', .., ']'];
        string target = throughCell ? operand[1..^1] : operand;
        if (target.StartsWith("CORINFO_HELP_", StringComparison.Ordinal))
        {
            return new JitCall(site, JitTarget.Helper, target, throughCell, null);
        }

        // A method's name has a colon between type and method. A bare address in brackets is a variable: (reloc 0x7f...).
        if (target.Contains(':', StringComparison.Ordinal))
        {
            return new JitCall(site, JitTarget.Method, target, throughCell, null);
        }

        return new JitCall(site, JitTarget.Unknown, site.Comment, throughCell, null);
    }

    public static long? Number(string text) =>
        HexNumber().Match(text) is { Success: true } match ? (long)ulong.Parse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"^(?:\[|qword ptr \[)(?:r[a-z0-9]+)(?:[+*-][^\]]*)?\](?<name>.*)$")]
    private static partial Regex ThroughObject();

    [GeneratedRegex(@"^0x([0-9A-Fa-f]+)$")]
    private static partial Regex HexNumber();
}
