using System.Globalization;
using TopHalf.Testing.Jit;

namespace TopHalf.Generator.Tests.Judging;

/// <summary>How much stack a method takes at each instruction, by the JIT's text.</summary>
internal sealed class JitStack
{
    // By reference: equal instructions lie at many places.
    private readonly Dictionary<JitInstruction, int> _before = new(ReferenceEqualityComparer.Instance);
    private bool _known = true;

    private JitStack()
    {
    }

    /// <summary>Null where it depends on data: the pointer is computed, or paths with different amounts meet.</summary>
    public int? Deepest => _known ? _before.Values.Max() : null;

    public int? At(JitInstruction instruction) => _known ? _before[instruction] : null;

    public static JitStack Of(JitMethod method)
    {
        var stack = new JitStack();
        var starts = new Dictionary<string, int>();
        int start = 0;
        foreach (JitBlock block in method.Blocks)
        {
            starts[block.Label] = start;
            start += block.Instructions.Count;
        }

        var work = new Stack<(int Position, int Depth)>([(0, 0)]);
        int frame = 0;
        while (stack._known && work.TryPop(out (int Position, int Depth) item))
        {
            stack.Follow(method, item.Position, item.Depth, ref frame, (label, depth) => work.Push((starts[label], depth)));
        }

        // A case that was not found leads to code that was not looked at.
        stack._known &= method.Reachable.All(p => stack._before.ContainsKey(method.Instructions[p]));
        return stack;
    }

    private void Follow(JitMethod method, int position, int depth, ref int frame, Action<string, int> branch)
    {
        IReadOnlyList<JitInstruction> code = method.Instructions;
        for (; position < code.Count; position++)
        {
            JitInstruction instruction = code[position];
            if (_before.TryGetValue(instruction, out int known))
            {
                _known &= known == depth;
                return;
            }

            _before.Add(instruction, depth);
            if (Change(instruction, depth, ref frame) is not { } after)
            {
                _known = false;
                return;
            }

            depth = after;
            IEnumerable<string> labels = instruction.Label is { } label ? [label] : instruction.IsJump ? method.CasesOf(position) : [];
            foreach (string target in labels)
            {
                branch(target, depth);
            }

            bool returns = !instruction.IsCall || position + 1 == code.Count || code[position + 1].Mnemonic != "int3";
            if (instruction.Ends || !returns)
            {
                return;
            }
        }
    }

    /// <summary>The depth behind the instruction; null where that is not known.</summary>
    private static int? Change(JitInstruction instruction, int depth, ref int frame)
    {
        const int Slot = sizeof(long);
        string[] operands = instruction.Operands.Split(',', StringSplitOptions.TrimEntries);
        switch (instruction.Mnemonic)
        {
            case "push":
                return depth + Slot;
            case "pop":
                return depth - Slot;
            case "leave":
                return frame - Slot;
            case "sub" when operands[0] == "rsp":
                return depth + Number(operands[1]);
            case "add" when operands[0] == "rsp":
                return depth - Number(operands[1]);
            case "mov" when operands[0] == "rbp" && operands[1] == "rsp":
                frame = depth;
                return depth;
            case "lea" when operands[0] == "rbp" && operands[1].StartsWith("[rsp+", StringComparison.Ordinal):
                frame = depth - Number(operands[1]["[rsp+".Length..^1]) ?? 0;
                return depth;
            case "lea" when operands[0] == "rsp" && operands[1].StartsWith("[rbp-", StringComparison.Ordinal):
                return frame + Number(operands[1]["[rbp-".Length..^1]);
            case "lea" when operands[0] == "rsp" && operands[1] == "[rbp]":
                return frame;
            case "lea" when operands[0] == "rsp" && operands[1].StartsWith("[rsp-", StringComparison.Ordinal):
                return depth + Number(operands[1]["[rsp-".Length..^1]);
            case "lea" when operands[0] == "rsp" && operands[1].StartsWith("[rsp+", StringComparison.Ordinal):
                return depth - Number(operands[1]["[rsp+".Length..^1]);
            default:
                return operands[0] == "rsp" && instruction.Mnemonic is not ("cmp" or "test") ? null : depth;
        }
    }

    private static int? Number(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? int.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int hex) ? hex : null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
