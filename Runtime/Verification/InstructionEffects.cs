using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>What an instruction does, whatever its operands hold.</summary>
/// <param name="Written">The general registers that it writes, as bits in the order of their numbers, RAX first.</param>
/// <param name="NamesAddress">Whether an operand is memory, or a number that is large enough for an address.</param>
/// <param name="StoresToMemory">Whether it writes to memory that one of its operands names.</param>
/// <param name="IsOrdinary">
/// Whether it is of the kinds that compute: integer, SSE and AVX, and what belongs to them. All others are refused: they change the mode, the
/// flags that the interrupted code relies on, or the thread's registers in ways that returning from a signal does not undo; they enter the
/// kernel, wait, or start transactions. No list of forbidden ones can be complete, so this one is of the allowed.
/// </param>
internal readonly record struct InstructionEffects(int Written, bool NamesAddress, bool StoresToMemory, bool IsOrdinary)
{
    public static InstructionEffects Of(InstructionInfoFactory factory, in Instruction code)
    {
        if (code.IsInvalid)
        {
            return new InstructionEffects(0, NamesAddress: false, StoresToMemory: false, IsOrdinary: false);
        }

        InstructionInfo info = factory.GetInfo(code, InstructionInfoOptions.NoMemoryUsage);
        int written = 0;
        foreach (UsedRegister used in info.GetUsedRegisters())
        {
            if (Writes(used.Access) && used.Register.IsGPR())
            {
                written |= 1 << (used.Register.GetFullRegister() - Register.RAX);
            }
        }

        bool names = false;
        bool stores = false;
        int count = code.OpCount;
        for (int operand = 0; operand < count; operand++)
        {
            OpKind kind = code.GetOpKind(operand);
            names |= kind is OpKind.Memory or OpKind.Immediate64;
            stores |= kind == OpKind.Memory && Writes(info.GetOpAccess(operand));
        }

        return new InstructionEffects(written, names, stores, IsComputation(code));
    }

    private static bool Writes(OpAccess access) =>
        access is OpAccess.Write or OpAccess.CondWrite or OpAccess.ReadWrite or OpAccess.ReadCondWrite;

    private static bool IsComputation(in Instruction code)
    {
        if (code.IsPrivileged)
        {
            return false;
        }

        foreach (CpuidFeature feature in code.CpuidFeatures)
        {
            if (!IsComputation(feature))
            {
                return false;
            }
        }

        // Of the instructions that every processor has. The direction flag is the caller's, and clear.
        return code.Mnemonic is not (Mnemonic.Int or Mnemonic.Int1 or Mnemonic.Int3 or Mnemonic.Into or Mnemonic.Iret or Mnemonic.Iretd or Mnemonic.Iretq
            or Mnemonic.Syscall or Mnemonic.Sysenter or Mnemonic.Ud0 or Mnemonic.Ud1 or Mnemonic.Ud2 or Mnemonic.Std or Mnemonic.Cld
            or Mnemonic.Popf or Mnemonic.Popfd or Mnemonic.Popfq or Mnemonic.Pushf or Mnemonic.Pushfd or Mnemonic.Pushfq or Mnemonic.Enter or Mnemonic.Retf);
    }

    private static bool IsComputation(CpuidFeature feature) => feature is
        CpuidFeature.INTEL8086 or CpuidFeature.INTEL186 or CpuidFeature.INTEL386 or CpuidFeature.INTEL486 or CpuidFeature.X64 or CpuidFeature.CMOV
        or CpuidFeature.CX8 or CpuidFeature.CMPXCHG16B or CpuidFeature.MULTIBYTENOP or CpuidFeature.PAUSE or CpuidFeature.SSE or CpuidFeature.SSE2
        or CpuidFeature.SSE3 or CpuidFeature.SSSE3 or CpuidFeature.SSE4_1 or CpuidFeature.SSE4_2 or CpuidFeature.POPCNT or CpuidFeature.LZCNT
        or CpuidFeature.BMI1 or CpuidFeature.BMI2 or CpuidFeature.ADX or CpuidFeature.MOVBE or CpuidFeature.AES or CpuidFeature.PCLMULQDQ
        or CpuidFeature.SHA or CpuidFeature.GFNI or CpuidFeature.VAES or CpuidFeature.VPCLMULQDQ or CpuidFeature.PREFETCHW or CpuidFeature.F16C
        or CpuidFeature.FMA or CpuidFeature.AVX or CpuidFeature.AVX2 or CpuidFeature.AVX_VNNI or CpuidFeature.AVX_IFMA
        or CpuidFeature.AVX512F or CpuidFeature.AVX512VL or CpuidFeature.AVX512BW or CpuidFeature.AVX512CD or CpuidFeature.AVX512DQ
        or CpuidFeature.AVX512_IFMA or CpuidFeature.AVX512_VBMI or CpuidFeature.AVX512_VBMI2 or CpuidFeature.AVX512_VNNI
        or CpuidFeature.AVX512_BITALG or CpuidFeature.AVX512_VPOPCNTDQ;
}
