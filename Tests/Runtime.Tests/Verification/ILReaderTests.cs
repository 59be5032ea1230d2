using System.Reflection;
using System.Reflection.Emit;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

public sealed class ILReaderTests
{
    [Fact]
    public void Every_instruction_of_the_platform_is_read_with_its_size()
    {
        foreach (OpCode opCode in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (OpCode)f.GetValue(null)!))
        {
            if (opCode.OpCodeType == OpCodeType.Nternal)
            {
                continue;
            }

            byte[] code = opCode.Size == 1 ? [(byte)opCode.Value] : [(byte)(opCode.Value >> 8), (byte)opCode.Value];
            byte[] operand = new byte[opCode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                _ => 4,
            }];

            ILInstruction[] instructions = ILReader.Read([.. code, .. operand, 0x00]);

            Assert.True(instructions.Length == 2 && instructions[1].Offset == code.Length + operand.Length, opCode.Name);
            Assert.Equal(opCode.OpCodeType == OpCodeType.Prefix, instructions[0].IsPrefix);
        }
    }

    [Fact]
    public void A_switch_is_skipped_with_its_table()
    {
        ILInstruction[] instructions = ILReader.Read([0x45, 2, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 0x2A]);

        Assert.Equal([0, 13], instructions.Select(i => i.Offset));
    }

    [Fact]
    public void An_unknown_instruction_is_an_error() => Assert.Throws<BadImageFormatException>(() => ILReader.Read([0x24]));
}
