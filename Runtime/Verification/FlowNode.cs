using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>An instruction that can be reached, what is known before it on every way to it, and where it leads inside its body.</summary>
internal sealed class FlowNode(MachineState before)
{
    /// <summary>A field, so that it is not copied at each look: an instruction has 40 bytes.</summary>
    public Instruction Code;

    // Most instructions have one successor, branches two, and switches more.
    private FlowNode? _first;
    private FlowNode? _second;
    private List<FlowNode>? _others;

    // Asking for these costs a call into the decoder's library each time.
    public FlowControl FlowControl { get; private set; }

    public Mnemonic Mnemonic { get; private set; }

    public MachineState Before { get; } = before;

    public InstructionEffects Effects { get; private set; }

    /// <summary>Whether the analysis has to come back to it.</summary>
    public bool IsPending { get; set; }

    /// <summary>The last search that came by.</summary>
    public int Search { get; set; }

    /// <summary>Makes it the node of an instruction, whatever it was before.</summary>
    public void Set(in Instruction code, InstructionEffects effects, MachineState before)
    {
        Code = code;
        FlowControl = code.FlowControl;
        Mnemonic = code.Mnemonic;
        Effects = effects;
        Before.CopyFrom(before);
        IsPending = false;
        Search = 0;
        _first = null;
        _second = null;
        _others = null;
    }

    public void AddSuccessor(FlowNode node)
    {
        if (_first is null || _first == node)
        {
            _first = node;
        }
        else if (_second is null || _second == node)
        {
            _second = node;
        }
        else if (!(_others ??= []).Contains(node))
        {
            _others.Add(node);
        }
    }

    public void AddSuccessorsTo(List<FlowNode> list)
    {
        if (_first is not null)
        {
            list.Add(_first);
        }

        if (_second is not null)
        {
            list.Add(_second);
        }

        if (_others is not null)
        {
            list.AddRange(_others);
        }
    }

    public void Deconstruct(out Instruction code, out MachineState before)
    {
        code = Code;
        before = Before;
    }
}
