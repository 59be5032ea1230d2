using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>The IL instructions that are looked at by name; others keep their number (ECMA-335, III.1.2).</summary>
internal enum ILOpCode : ushort
{
    Jmp = 0x27,
    Call = 0x28,
    Calli = 0x29,
    Switch = 0x45,
    Ldind_Ref = 0x50,
    Stind_Ref = 0x51,
    Callvirt = 0x6F,
    Cpobj = 0x70,
    Ldobj = 0x71,
    Ldstr = 0x72,
    Newobj = 0x73,
    Castclass = 0x74,
    Isinst = 0x75,
    Unbox = 0x79,
    Throw = 0x7A,
    Ldfld = 0x7B,
    Ldflda = 0x7C,
    Stfld = 0x7D,
    Ldsfld = 0x7E,
    Ldsflda = 0x7F,
    Stsfld = 0x80,
    Stobj = 0x81,
    Box = 0x8C,
    Newarr = 0x8D,
    Ldlen = 0x8E,

    /// <summary>First of all the instructions on array elements.</summary>
    Ldelema = 0x8F,

    /// <summary>Last of all the instructions on array elements.</summary>
    Stelem = 0xA4,
    Unbox_Any = 0xA5,
    Refanyval = 0xC2,
    Mkrefany = 0xC6,
    Ldtoken = 0xD0,
    Arglist = 0xFE00,
    Ldftn = 0xFE06,
    Ldvirtftn = 0xFE07,
    Unaligned = 0xFE12,
    Volatile = 0xFE13,
    Tail = 0xFE14,
    Constrained = 0xFE16,
    No = 0xFE19,
    Rethrow = 0xFE1A,
    Refanytype = 0xFE1D,
    Readonly = 0xFE1E,
}

/// <summary>One IL instruction. The operand is a token or a number of 4 bytes; 0 where there is none of that size.</summary>
internal readonly record struct ILInstruction(int Offset, ILOpCode OpCode, int Operand)
{
    /// <summary>Whether it only says something about the next instruction.</summary>
    public bool IsPrefix =>
        OpCode is ILOpCode.Unaligned or ILOpCode.Volatile or ILOpCode.Tail or ILOpCode.Constrained or ILOpCode.No or ILOpCode.Readonly;
}

/// <summary>Splits a method's IL into instructions.</summary>
internal static class ILReader
{
    private const int FirstTwoBytePrefix = 0xFE;

    /// <summary>The instructions of a method; none where it has no IL, as all methods on NativeAOT.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Reads only methods that the handler calls; the trimmer keeps them for that reason.")]
    public static ILInstruction[] Of(MethodBase method) =>
        RuntimeFeature.IsDynamicCodeSupported && method.GetMethodBody()?.GetILAsByteArray() is { } il ? Read(il) : [];

    /// <exception cref="BadImageFormatException">The bytes are not IL.</exception>
    public static ILInstruction[] Read(ReadOnlySpan<byte> il)
    {
        int count = 0;
        for (int position = 0; position < il.Length; count++)
        {
            Next(il, ref position);
        }

        var instructions = new ILInstruction[count];
        for (int i = 0, position = 0; i < count; i++)
        {
            instructions[i] = Next(il, ref position);
        }

        return instructions;
    }

    private static ILInstruction Next(ReadOnlySpan<byte> il, ref int position)
    {
        int offset = position;
        int opCode = il[position++];
        if (opCode == FirstTwoBytePrefix)
        {
            opCode = opCode << 8 | il[position++];
        }

        int size = OperandSize(opCode);
        int operand = size == 4 ? BinaryPrimitives.ReadInt32LittleEndian(il[position..]) : 0;
        position += opCode == (int)ILOpCode.Switch ? size + 4 * operand : size;
        return new ILInstruction(offset, (ILOpCode)opCode, operand);
    }

    private static int OperandSize(int opCode) => opCode switch
    {
        0x21 or 0x23 => 8,
        0x20 or 0x22 or (>= 0x27 and <= 0x29) or (>= 0x38 and <= 0x45) or (>= 0x6F and <= 0x75) or 0x79 or (>= 0x7B and <= 0x81)
            or 0x8C or 0x8D or 0x8F or (>= 0xA3 and <= 0xA5) or 0xC2 or 0xC6 or 0xD0 or 0xDD or 0xFE06 or 0xFE07 or 0xFE15 or 0xFE16 or 0xFE1C => 4,
        (>= 0xFE09 and <= 0xFE0B) or (>= 0xFE0C and <= 0xFE0E) => 2,
        (>= 0x0E and <= 0x13) or 0x1F or (>= 0x2B and <= 0x37) or 0xDE or 0xFE12 or 0xFE19 => 1,
        <= 0x23 or 0x25 or 0x26 or 0x2A or (>= 0x46 and <= 0x6E) or 0x76 or 0x7A or (>= 0x82 and <= 0x8B) or 0x8E or (>= 0x90 and <= 0xA2)
            or (>= 0xB3 and <= 0xBA) or 0xC3 or (>= 0xD1 and <= 0xDC) or 0xDF or 0xE0
            or (>= 0xFE00 and <= 0xFE05) or 0xFE0F or 0xFE11 or 0xFE13 or 0xFE14 or 0xFE17 or 0xFE18 or 0xFE1A or 0xFE1D or 0xFE1E => 0,
        _ => throw new BadImageFormatException($"Unknown IL instruction 0x{opCode:x}."),
    };
}
