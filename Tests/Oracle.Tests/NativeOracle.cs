// NativeAOT's side: what the image's symbols and a disassembler say of a handler. The verifier uses neither.
using System.Text.RegularExpressions;

namespace TopHalf.Oracle.Tests;

/// <summary>Judges handlers by <c>objdump -d</c> of the section of managed code, in an image that was not stripped.</summary>
internal sealed partial class NativeOracle
{
    // They end the process, touch the stack, or compute: see JitOracle. What the runtime calls them in its own source.
    private static readonly HashSet<string> s_harmless = ["RhpFallbackFailFast", "RhpStackProbe", "RhpDbl2Int", "RhpDbl2UInt", "RhpDbl2Lng", "RhpDbl2ULng"];

    private readonly Dictionary<string, List<NativeInstruction>> _code = [];

    public NativeOracle(string disassembly)
    {
        List<NativeInstruction>? code = null;
        using var reader = new StringReader(disassembly);
        while (reader.ReadLine() is { } line)
        {
            if (Symbol().Match(line) is { Success: true } symbol)
            {
                // Functions that the linker found to be equal have one of their names.
                code = [];
                _code[symbol.Groups[1].Value] = code;
            }
            else if (Code().Match(line) is { Success: true } instruction)
            {
                code?.Add(new NativeInstruction(instruction.Groups["address"].Value, instruction.Groups["text"].Value));
            }
        }
    }

    /// <summary>Whether the image has the handler's code under its own name.</summary>
    public bool Knows(string handler) => _code.ContainsKey(SymbolOf(handler));

    /// <summary>Why the code enters the runtime, thread-local storage or an exception; empty where it does not.</summary>
    /// <remarks>
    /// Two things symbols do not settle, so they count for neither side: a static base, which does nothing once the type is initialised, and a
    /// call through a register, which may be that of a constant function.
    /// </remarks>
    public IReadOnlyList<string> Against(string handler, out bool hasOpenQuestion)
    {
        var against = new List<string>();
        var seen = new HashSet<string>();
        hasOpenQuestion = false;
        var work = new Queue<string>([SymbolOf(handler)]);
        while (work.TryDequeue(out string? symbol))
        {
            if (!seen.Add(symbol))
            {
                continue;
            }

            foreach (string instruction in Reachable(_code[symbol]))
            {
                if (instruction.Contains("%fs:", StringComparison.Ordinal) || instruction.Contains("%gs:", StringComparison.Ordinal))
                {
                    against.Add($"{symbol}: {instruction}");
                }
                else if (Branch().Match(instruction) is { Success: true } branch)
                {
                    string target = branch.Groups["symbol"].Value;
                    if (branch.Groups["inside"].Success && target == symbol)
                    {
                        continue;
                    }

                    if (target.StartsWith("__GetNonGCStaticBase_", StringComparison.Ordinal))
                    {
                        hasOpenQuestion = true;
                    }
                    else if (target.StartsWith("RhSpanHelpers_", StringComparison.Ordinal))
                    {
                        // Managed from .NET 9 on, and not unsafe by what it calls; but the verifier knows it as the helper that it is.
                        against.Add($"{symbol}: {instruction}");
                    }
                    else if (_code.ContainsKey(target))
                    {
                        work.Enqueue(target);
                    }
                    else if (!s_harmless.Contains(target))
                    {
                        against.Add($"{symbol}: {instruction}");
                    }
                }
                else
                {
                    hasOpenQuestion |= IndirectCall().IsMatch(instruction);
                }
            }
        }

        return against;
    }

    // What execution can get to from the first instruction: not the exception handlers, which lie in the same symbol and which only the
    // runtime enters. Where a switch's table decides, all can be reached.
    private static IEnumerable<string> Reachable(List<NativeInstruction> code)
    {
        if (code.Exists(static i => i.Text.StartsWith("jmp", StringComparison.Ordinal) && i.Text.Contains('*', StringComparison.Ordinal)))
        {
            return code.Select(static i => i.Text);
        }

        Dictionary<string, int> positions = code.Select(static (i, p) => (i.Address, Position: p)).ToDictionary(static i => i.Address, static i => i.Position);
        var reached = new SortedSet<int>();
        var work = new Stack<int>([0]);
        while (work.TryPop(out int position))
        {
            while (position < code.Count && reached.Add(position))
            {
                string text = code[position].Text;
                if (text.StartsWith('j') && Branch().Match(text) is { Success: true } branch && positions.TryGetValue(branch.Groups["address"].Value, out int target))
                {
                    work.Push(target);
                }

                bool stops = text.StartsWith("call", StringComparison.Ordinal) && position + 1 < code.Count && code[position + 1].Text.StartsWith("int3", StringComparison.Ordinal);
                if (stops || text.StartsWith("jmp", StringComparison.Ordinal) || text.StartsWith("ret", StringComparison.Ordinal))
                {
                    break;
                }

                position++;
            }
        }

        return reached.Select(p => code[p].Text);
    }

    // TopHalf.Oracle.Handlers.Calls:AddThree is TopHalf_Oracle_TopHalf_Oracle_Handlers_Calls__AddThree: assembly, type, method.
    private static string SymbolOf(string handler) => "TopHalf_Oracle_" + handler.Replace('.', '_').Replace(":", "__", StringComparison.Ordinal);

    // 00000000001a2000 <name>:
    [GeneratedRegex(@"^[0-9a-f]+ <(.+)>:$")]
    private static partial Regex Symbol();

    //   1a2070:	call   1a2080 <name>
    [GeneratedRegex(@"^\s*(?<address>[0-9a-f]+):\t(?:bnd |rex\.W |notrack )*(?<text>.+?)\s*$")]
    private static partial Regex Code();

    // call   1a2070 <name>, jne    1a2070 <name+0x2b>
    [GeneratedRegex(@"^(?:call|j[a-z]+)\s+(?<address>[0-9a-f]+) <(?<symbol>[^+]+)(?<inside>\+0x[0-9a-f]+)?>$")]
    private static partial Regex Branch();

    // A switch jumps through a register, too, but the verifier knows its table.
    [GeneratedRegex(@"^(?:call|jmp)\s+\*")]
    private static partial Regex IndirectCall();

    private sealed record NativeInstruction(string Address, string Text);
}
