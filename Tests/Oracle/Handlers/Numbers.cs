// Arithmetic.
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static unsafe class Numbers
{
    [Expect(Verdict.Clean, Construct.Division), MethodImpl(Ahead)]
    private static void DivideByConstant(ref State state, in InterruptContext context) => state.A = state.B / 10 + state.I % 7;

    [Expect(Verdict.Clean, Construct.Division), MethodImpl(Ahead)]
    private static void DivideIntegers(ref State state, in InterruptContext context) => state.I = state.J / state.K;

    [Expect(Verdict.Clean, Construct.Division), MethodImpl(Ahead)]
    private static void DivideLongs(ref State state, in InterruptContext context) => state.A = state.B % state.C;

    [Expect(Verdict.Clean, Construct.Division), MethodImpl(Ahead)]
    private static void DivideUnsigned(ref State state, in InterruptContext context) => state.W = state.W / state.X + state.U % state.V;

    [Expect(Verdict.Clean, Construct.FloatToUnsigned), MethodImpl(Ahead)]
    private static void DoubleToUnsigned(ref State state, in InterruptContext context) => state.W = (ulong)state.D;

    [Expect(Verdict.Clean, Construct.FloatToUnsigned), MethodImpl(Ahead)]
    private static void DoubleToInteger(ref State state, in InterruptContext context) => state.A = (long)state.D + (int)state.F + (uint)state.E;

    [Expect(Verdict.Clean, Construct.FloatToUnsigned), MethodImpl(Ahead)]
    private static void UnsignedToDouble(ref State state, in InterruptContext context) => state.D = state.W + (double)state.U;

    [Expect(Verdict.Code, Construct.CheckedConversion), MethodImpl(Ahead)]
    private static void CheckedDoubleToInt(ref State state, in InterruptContext context) => state.I = checked((int)state.D);

    [Expect(Verdict.Code, Construct.CheckedConversion), MethodImpl(Ahead)]
    private static void CheckedDoubleToLong(ref State state, in InterruptContext context) => state.A = checked((long)state.D);

    [Expect(Verdict.Code, Construct.CheckedConversion), MethodImpl(Ahead)]
    private static void CheckedDoubleToUInt(ref State state, in InterruptContext context) => state.U = checked((uint)state.D);

    [Expect(Verdict.Code, Construct.CheckedConversion), MethodImpl(Ahead)]
    private static void CheckedDoubleToULong(ref State state, in InterruptContext context) => state.W = checked((ulong)state.D);

    [Expect(Verdict.Code, Construct.CheckedConversion, Rule = "TH4003"), MethodImpl(Ahead)]
    private static void CheckedToByte(ref State state, in InterruptContext context) => state.Byte = checked((byte)state.I);

    [Expect(Verdict.Code, Construct.CheckedArithmetic, Rule = "TH4003"), MethodImpl(Ahead)]
    private static void CheckedAdd(ref State state, in InterruptContext context) => state.A = checked(state.A + state.B);

    [Expect(Verdict.Code, Construct.CheckedArithmetic, Rule = "TH4003"), MethodImpl(Ahead)]
    private static void CheckedMultiply(ref State state, in InterruptContext context) => state.I = checked(state.I * state.J);

    [Expect(Verdict.Clean, Construct.CheckedArithmetic), MethodImpl(Ahead)]
    private static void UncheckedArithmetic(ref State state, in InterruptContext context) => state.Byte = (byte)(state.A * state.B - state.I + (state.J << 3));

    [Expect(Verdict.Code, Construct.FloatRemainder), MethodImpl(Ahead)]
    private static void DoubleRemainder(ref State state, in InterruptContext context) => state.D %= state.E;

    [Expect(Verdict.Code, Construct.FloatRemainder), MethodImpl(Ahead)]
    private static void FloatRemainder(ref State state, in InterruptContext context) => state.F %= state.G;

    [Expect(Verdict.Clean, Construct.FloatRemainder), MethodImpl(Ahead)]
    private static void FloatArithmetic(ref State state, in InterruptContext context) => state.D = state.D * state.E / 3 + state.F - state.I;

    [Expect(Verdict.Code, Construct.MathFunction), MethodImpl(Ahead)]
    private static void Sine(ref State state, in InterruptContext context) => state.D = Math.Sin(state.D);

    [Expect(Verdict.Code, Construct.MathFunction), MethodImpl(Ahead)]
    private static void Power(ref State state, in InterruptContext context) => state.D = Math.Pow(state.D, state.E) + 1;

    [Expect(Verdict.Code, Construct.MathFunction), MethodImpl(Ahead)]
    private static void LogarithmOfFloat(ref State state, in InterruptContext context) => state.F = MathF.Log(state.F) + MathF.Exp(state.G);

    [Expect(Verdict.Clean, Construct.MathIntrinsic), MethodImpl(Ahead)]
    private static void SquareRoot(ref State state, in InterruptContext context) => state.D = Math.Sqrt(state.D) + Math.Abs(state.E);

    [Expect(Verdict.Depends, Construct.MathIntrinsic), MethodImpl(Ahead)]
    private static void Floor(ref State state, in InterruptContext context) => state.D = Math.Floor(state.D) + Math.Ceiling(state.E);

    [Expect(Verdict.Depends, Construct.MathIntrinsic), MethodImpl(Ahead)]
    private static void Round(ref State state, in InterruptContext context) => state.D = Math.Round(state.D) + Math.Truncate(state.E);

    [Expect(Verdict.Clean, Construct.MathIntrinsic), MethodImpl(Ahead)]
    private static void Extremes(ref State state, in InterruptContext context) => state.A = Math.Min(state.A, state.B) + Math.Max(state.I, state.J);

    [Expect(Verdict.Depends, Construct.MathIntrinsic), MethodImpl(Ahead)]
    private static void ExtremesOfDouble(ref State state, in InterruptContext context) => state.D = Math.Min(state.D, state.E);

    [Expect(Verdict.Code, Construct.MathIntrinsic), MethodImpl(Ahead)]
    private static void AbsoluteOfInt(ref State state, in InterruptContext context) => state.I = Math.Abs(state.J);

    [Expect(Verdict.Code, Construct.MathIntrinsic), MethodImpl(Ahead)]
    private static void Clamp(ref State state, in InterruptContext context) => state.I = Math.Clamp(state.I, state.J, state.K);

    [Expect(Verdict.Depends, Construct.MathIntrinsic), MethodImpl(Ahead)]
    private static void FusedMultiplyAdd(ref State state, in InterruptContext context) => state.D = Math.FusedMultiplyAdd(state.D, state.E, 3);

    [Expect(Verdict.Depends, Construct.WideArithmetic), MethodImpl(Ahead)]
    private static void BigMultiply(ref State state, in InterruptContext context) => state.W = Math.BigMul(state.W, state.X, out state.X);

    [Expect(Verdict.Code, Construct.WideArithmetic), MethodImpl(Ahead)]
    private static void MultiplyDecimal(ref State state, in InterruptContext context) => state.Money *= 2.5m;

    [Expect(Verdict.Depends, Construct.WideArithmetic), MethodImpl(Ahead)]
    private static void DivideWide(ref State state, in InterruptContext context) => state.Wide /= 10;

    [Expect(Verdict.Depends, Construct.WideArithmetic), MethodImpl(Ahead)]
    private static void AddWide(ref State state, in InterruptContext context) => state.Wide += state.W;

    [Expect(Verdict.Depends, Construct.WideArithmetic), MethodImpl(Ahead)]
    private static void ConvertHalf(ref State state, in InterruptContext context) => state.Half = (Half)state.F;

    [Expect(Verdict.Code, Construct.WideArithmetic), MethodImpl(Ahead)]
    private static void MultiplyBigInteger(ref State state, in InterruptContext context) => state.I = (new BigInteger(state.A) * state.B).IsZero ? 1 : 0;

    [Expect(Verdict.Depends, Construct.BitOperations), MethodImpl(Ahead)]
    private static void PopCount(ref State state, in InterruptContext context) => state.I = BitOperations.PopCount(state.W) + BitOperations.PopCount(state.U);

    [Expect(Verdict.Clean, Construct.BitOperations), MethodImpl(Ahead)]
    private static void Rotate(ref State state, in InterruptContext context) => state.W = BitOperations.RotateLeft(state.W, 3) + BitOperations.RotateRight(state.U, state.I);

    [Expect(Verdict.Depends, Construct.BitOperations), MethodImpl(Ahead)]
    private static void CountZeroes(ref State state, in InterruptContext context) =>
        state.I = BitOperations.LeadingZeroCount(state.W) + BitOperations.TrailingZeroCount(state.U) + BitOperations.Log2(state.V);

    [Expect(Verdict.Depends, Construct.BitOperations), MethodImpl(Ahead)]
    private static void Checksum(ref State state, in InterruptContext context) => state.U = BitOperations.Crc32C(state.U, state.W);

    [Expect(Verdict.Clean, Construct.BitOperations), MethodImpl(Ahead)]
    private static void ReverseBytes(ref State state, in InterruptContext context) => state.A = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(state.A);

    [Expect(Verdict.Depends, Construct.Intrinsic), MethodImpl(Ahead)]
    private static void UsePopcntGuarded(ref State state, in InterruptContext context) => state.I = Popcnt.IsSupported ? (int)Popcnt.PopCount(state.U) : 0;

    [Expect(Verdict.Clean, Construct.Intrinsic), MethodImpl(Ahead)]
    private static void AddVectors(ref State state, in InterruptContext context) =>
        Sse2.Store(state.Memory, Sse2.Add(Sse2.LoadVector128(state.Memory), Vector128.Create(state.I)));

    [Expect(Verdict.Code, Construct.Intrinsic), MethodImpl(Ahead)]
    private static void UseOtherProcessor(ref State state, in InterruptContext context) => state.I = System.Runtime.Intrinsics.Arm.ArmBase.LeadingZeroCount(state.J);

    [Expect(Verdict.Depends, Construct.Intrinsic), MethodImpl(Ahead)]
    private static void ExtractVariable(ref State state, in InterruptContext context) => state.I = Vector128.Load(state.Memory).GetElement(state.J);

    [Expect(Verdict.Depends, Construct.Intrinsic), MethodImpl(Ahead)]
    private static void UseUnsupportedElement(ref State state, in InterruptContext context) => state.I = Vector128<Guid>.Count;

    [Expect(Verdict.Clean, Construct.Intrinsic), MethodImpl(Ahead)]
    private static void Pause(ref State state, in InterruptContext context) => X86Base.Pause();

    [Expect(Verdict.Depends, Construct.VectorFallback), MethodImpl(Ahead)]
    private static void ShiftByVariable(ref State state, in InterruptContext context) =>
        Sse2.Store(state.Memory, Sse2.ShiftLeftLogical128BitLane(Sse2.LoadVector128(state.Memory), state.Byte));

    [Expect(Verdict.Depends, Construct.VectorFallback), MethodImpl(Ahead)]
    private static void ShuffleByVariable(ref State state, in InterruptContext context) =>
        Vector128.Shuffle(Vector128.Load(state.Memory), Vector128.Create(state.I)).Store(state.Memory);
}
