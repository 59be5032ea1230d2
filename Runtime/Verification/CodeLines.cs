using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>
/// Finds the source lines of a body's machine instructions, as far as they can be told: the runtime gives nobody inside of the process its
/// map from machine code to IL. A call, or a use of a static field, that occurs once in the IL and once in the machine code is the same one;
/// of all others no line is stated.
/// </summary>
internal sealed class CodeLines
{
    private readonly SourceLines _lines;
    private readonly MethodBase? _method;
    private readonly Dictionary<ulong, SourceLine> _byAddress = [];

    /// <param name="lines">Lines of IL.</param>
    /// <param name="body">The body.</param>
    /// <param name="named">Instructions of it, and the method or field that each refers to.</param>
    public CodeLines(SourceLines lines, CodeBody body, IEnumerable<(Instruction Code, string Name)> named)
    {
        _lines = lines;
        _method = body.Method;
        if (_method is null)
        {
            return;
        }

        ILookup<string, int> sites = Sites(_method).ToLookup(s => s.Name, s => s.Offset);
        foreach (IGrouping<string, (Instruction Code, string Name)> group in named.GroupBy(n => n.Name))
        {
            if (group.Count() == 1 && sites[group.Key].Count() == 1 && lines.Of(_method, sites[group.Key].Single()) is { } line)
            {
                _byAddress[group.Single().Code.IP] = line;
            }
        }
    }

    /// <summary>Where the method begins.</summary>
    public SourceLine? First => _method is null ? null : _lines.Of(_method, 0);

    public SourceLine? Of(in Instruction code) => _byAddress.TryGetValue(code.IP, out SourceLine line) ? line : null;

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Reads only methods that the handler calls; the trimmer keeps them for that reason.")]
    private static IEnumerable<(string Name, int Offset)> Sites(MethodBase method)
    {
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        foreach (ILInstruction instruction in ILReader.Of(method))
        {
            if (instruction.OpCode is ILOpCode.Call or ILOpCode.Callvirt or ILOpCode.Newobj)
            {
                yield return (MethodNames.Of(method.Module.ResolveMethod(instruction.Operand, ofType, ofMethod)!), instruction.Offset);
            }
            else if (instruction.OpCode is ILOpCode.Ldsfld or ILOpCode.Ldsflda or ILOpCode.Stsfld)
            {
                FieldInfo field = method.Module.ResolveField(instruction.Operand, ofType, ofMethod)!;
                yield return (StaticNames.Of(field), instruction.Offset);
            }
        }
    }
}
