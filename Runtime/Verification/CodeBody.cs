using System.Reflection;
using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>A call that was accepted. It has a body to go on with, unless it leads to native code or goes through a trusted pointer.</summary>
internal sealed record AcceptedCall(Instruction Site, string Target, HandlerCallKind Kind, CodeBody? Callee, int StackAtCall);

/// <summary>An instruction in a body, and the fixed address that it uses, if it does.</summary>
internal sealed record CodeSite(Instruction Code, nint Address = 0);

/// <summary>The machine code of one method, as far as it can be reached, and what was found in it.</summary>
internal sealed class CodeBody(string name, nint entry)
{
    private byte[] _bytes = [];

    public string Name { get; } = name;

    public nint Entry { get; } = entry;

    /// <summary>The method, where it is known; not of NativeAOT's callees.</summary>
    public MethodBase? Method { get; set; }

    /// <summary>What the runtime says of it, if it does.</summary>
    public MethodLoad? Said { get; set; }

    /// <summary>In the order of their addresses.</summary>
    public Instruction[] Instructions { get; set; } = [];

    public List<AcceptedCall> Calls { get; } = [];

    public List<CodeSite> Loops { get; } = [];

    public List<CodeSite> Divisions { get; } = [];

    /// <summary>Instructions that use memory at a fixed address.</summary>
    public List<CodeSite> StaticAccesses { get; } = [];

    /// <summary>Bytes of all instructions.</summary>
    public int Length
    {
        get
        {
            int length = 0;
            for (int i = 0; i < Instructions.Length; i++)
            {
                length += Instructions[i].Length;
            }

            return length;
        }
    }

    /// <summary>Stack of this body alone at its deepest, without its return address.</summary>
    public int Stack { get; set; }

    /// <summary>The instructions with their bytes as they were when they were judged, once <see cref="KeepBytes"/> has been called.</summary>
    public IEnumerable<(Instruction Code, ReadOnlyMemory<byte> Bytes)> Listing
    {
        get
        {
            int start = 0;
            foreach (Instruction code in Instructions)
            {
                yield return (code, _bytes.AsMemory(start, code.Length));
                start += code.Length;
            }
        }
    }

    /// <summary>Copies the machine code, for reports that are read later. To be called while the code is mapped.</summary>
    public unsafe void KeepBytes()
    {
        _bytes = new byte[Length];
        int start = 0;
        for (int i = 0; i < Instructions.Length; i++)
        {
            ref readonly Instruction code = ref Instructions[i];

            // SAFETY: the instruction was decoded from these bytes a moment ago; one that could not be read has no length.
            new ReadOnlySpan<byte>((void*)code.IP, code.Length).CopyTo(_bytes.AsSpan(start));
            start += code.Length;
        }
    }

    public HandlerRemark Remark(CodeSite site) => new(Name, Offset(site.Code), Text(site.Code));

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
