// One method of the JIT's listing.
namespace TopHalf.Testing.Jit;

/// <summary>Instructions that are entered at their first one only. <see cref="Label"/> is what jumps call it.</summary>
internal sealed record JitBlock(string Label, IReadOnlyList<JitInstruction> Instructions);

internal sealed class JitMethod
{
    private readonly Dictionary<string, int> _starts = [];
    private readonly Dictionary<string, List<string>> _tables;
    private readonly List<string> _cases;

    public JitMethod(string name, string tier, IReadOnlyList<JitBlock> blocks, Dictionary<string, List<string>> tables, int bytes)
    {
        Name = name;
        Tier = tier;
        Blocks = blocks;
        Bytes = bytes;
        _tables = tables;
        _cases = [.. tables.Values.SelectMany(static c => c)];
        var instructions = new List<JitInstruction>();
        foreach (JitBlock block in blocks)
        {
            _starts[block.Label] = instructions.Count;
            instructions.AddRange(block.Instructions);
        }

        Instructions = instructions;
        Calls = [.. Enumerable.Range(0, instructions.Count).Where(LeavesMethod).Select(CallAt)];
        Reachable = FindReachable();
        ReachableCalls = [.. Reachable.Where(LeavesMethod).Select(CallAt)];
    }

    /// <summary>As printed: <c>Type:Method(args):result</c>.</summary>
    public string Name { get; }

    /// <summary>As printed: FullOpts, Tier0, Tier1 (on .NET 8 also for methods that never had another tier), Tier1-OSR, MinOpts.</summary>
    public string Tier { get; }

    /// <summary>Whether the code is fully optimised.</summary>
    public bool IsOptimized => Tier is "FullOpts" or "Tier1";

    public int Bytes { get; }

    public IReadOnlyList<JitBlock> Blocks { get; }

    /// <summary>All that was printed, unreachable code (exception handlers among it) and alignment included.</summary>
    public IReadOnlyList<JitInstruction> Instructions { get; }

    /// <summary>Everything that leaves the method, in the order of the text.</summary>
    public IReadOnlyList<JitCall> Calls { get; }

    /// <summary>
    /// Positions, in <see cref="Instructions"/>, of all that execution can get to from the first instruction. Exception handlers are not
    /// among it: only the runtime enters them. A call returns unless a breakpoint follows it.
    /// </summary>
    public IReadOnlyCollection<int> Reachable { get; }

    /// <summary>Of <see cref="Calls"/> those that can be reached.</summary>
    public IReadOnlyList<JitCall> ReachableCalls { get; }

    /// <summary>Whether any instruction uses thread-local storage through a segment.</summary>
    public bool UsesThreadPointer => Instructions.Any(static i => i.UsesThreadPointer);

    // A jump through a register is a switch where the method has a table of cases, and leaves the method where it has none.
    private bool IsSwitch(JitInstruction jump) => _cases.Count > 0 && JitRegister.Full(jump.Operands) is not null;

    /// <summary>The labels that the switch which jumps at this position leads to: those of the table that was loaded last before it.</summary>
    public IReadOnlyList<string> CasesOf(int position)
    {
        const string Table = "[reloc @";
        for (int i = position - 1; i >= 0; i--)
        {
            string operands = Instructions[i].Operands;
            int start = operands.IndexOf(Table, StringComparison.Ordinal);
            if (Instructions[i].Mnemonic == "lea" && start >= 0 && _tables.TryGetValue(operands[(start + Table.Length)..].TrimEnd(']'), out List<string>? cases))
            {
                return cases;
            }
        }

        return [];
    }

    private bool LeavesMethod(int position)
    {
        JitInstruction instruction = Instructions[position];
        return instruction.Label is null && (instruction.IsCall || instruction.IsTailJump || (instruction.IsJump && !IsSwitch(instruction)));
    }

    private JitCall CallAt(int position) => JitCall.Of(Instructions[position], register => ConstantIn(register, position));

    private SortedSet<int> FindReachable()
    {
        var reached = new SortedSet<int>();
        var work = new Stack<int>([0]);
        while (work.TryPop(out int position))
        {
            while (position < Instructions.Count && reached.Add(position))
            {
                JitInstruction instruction = Instructions[position];
                if (instruction.Label is { } label)
                {
                    work.Push(_starts[label]);
                }
                else if (instruction.IsJump && IsSwitch(instruction))
                {
                    _cases.ForEach(c => work.Push(_starts[c]));
                }

                bool returns = !instruction.IsCall || instruction.Label is not null || position + 1 == Instructions.Count || Instructions[position + 1].Mnemonic != "int3";
                if (instruction.Ends || !returns)
                {
                    break;
                }

                position++;
            }
        }

        return reached;
    }

    // The number that was moved into the register. Looked for backwards, as far as nothing else can have come in between; failing that, the
    // register has the number if nothing else is ever moved there.
    private long? ConstantIn(string register, int position)
    {
        for (int i = position - 1; i >= 0; i--)
        {
            JitInstruction instruction = Instructions[i];
            bool clobbers = instruction.IsCall && !JitRegister.IsPreserved(register);
            if (clobbers || instruction.Ends || IsJumpedTo(i + 1))
            {
                break;
            }

            if (Defines(instruction, register))
            {
                return Constant(instruction);
            }
        }

        long?[] definitions = [.. Instructions.Where(i => i.Mnemonic != "pop" && Defines(i, register)).Select(Constant).Distinct()];
        return JitRegister.IsPreserved(register) && definitions is [{ } only] ? only : null;

        static long? Constant(JitInstruction definition) =>
            definition.Mnemonic == "mov" ? JitCall.Number(definition.Operands[(definition.Operands.IndexOf(',', StringComparison.Ordinal) + 1)..].Trim()) : null;
    }

    private static bool Defines(JitInstruction instruction, string register) =>
        instruction.FirstRegister == register && instruction.Mnemonic is not ("cmp" or "test" or "push" or "call" or "bt");

    private bool IsJumpedTo(int position) =>
        _starts.Any(s => s.Value == position && (_cases.Contains(s.Key) || Instructions.Any(i => i.Label == s.Key)));
}
