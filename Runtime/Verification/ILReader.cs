using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace TopHalf.Verification;

/// <summary>One IL instruction. The operand is a token, a number or a branch distance; 0 where there is none or it is longer than 4 bytes.</summary>
internal readonly record struct ILInstruction(int Offset, OpCode OpCode, int Operand);

/// <summary>Splits a method's IL into instructions.</summary>
internal static class ILReader
{
    private const byte Prefix = 0xFE;

    private static readonly Dictionary<ushort, OpCode> s_opCodes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(o => (ushort)o.Value);

    /// <exception cref="BadImageFormatException">The bytes are not IL.</exception>
    public static List<ILInstruction> Read(ReadOnlySpan<byte> il)
    {
        var instructions = new List<ILInstruction>();
        int position = 0;
        while (position < il.Length)
        {
            int offset = position;
            ushort value = il[position++];
            if (value == Prefix)
            {
                value = (ushort)(value << 8 | il[position++]);
            }

            if (!s_opCodes.TryGetValue(value, out OpCode opCode))
            {
                throw new BadImageFormatException($"Unknown IL instruction 0x{value:x}.");
            }

            int operand = 0;
            int size = OperandSize(opCode.OperandType);
            if (size == 4)
            {
                operand = BinaryPrimitives.ReadInt32LittleEndian(il[position..]);
            }

            position += opCode.OperandType == OperandType.InlineSwitch ? 4 + 4 * operand : size;
            instructions.Add(new ILInstruction(offset, opCode, operand));
        }

        return instructions;
    }

    private static int OperandSize(OperandType type) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
