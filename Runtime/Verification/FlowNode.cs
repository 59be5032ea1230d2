using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>An instruction that can be reached, what is known before it on every way to it, and where it leads inside its body.</summary>
internal sealed class FlowNode(in Instruction code, InstructionEffects effects, MachineState before)
{
    /// <summary>A field, so that it is not copied at each look: an instruction has 40 bytes.</summary>
    public readonly Instruction Code = code;
    private readonly List<FlowNode> _successors = new(1);

    public MachineState Before { get; } = before;

    public IReadOnlyList<FlowNode> Successors => _successors;

    public InstructionEffects Effects { get; } = effects;

    /// <summary>Whether the analysis has to come back to it.</summary>
    public bool IsPending { get; set; }

    /// <summary>The last search that came by.</summary>
    public int Search { get; set; }

    public void AddSuccessor(FlowNode node)
    {
        if (!_successors.Contains(node))
        {
            _successors.Add(node);
        }
    }

    public void Deconstruct(out Instruction code, out MachineState before)
    {
        code = Code;
        before = Before;
    }
}
