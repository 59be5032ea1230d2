// Copies, spans, buffers on the stack.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static unsafe class Memory
{
    [Expect(Verdict.Depends, Construct.StructCopy, Construct.BulkByCpu), MethodImpl(Ahead)]
    private static void Copy64(ref State state, in InterruptContext context) => *(Block64*)state.Other = state.Small;

    [Expect(Verdict.Code, Construct.StructCopy, Construct.BulkByCpu), MethodImpl(Ahead)]
    private static void Copy512(ref State state, in InterruptContext context) => *(Block512*)state.Other = state.Middle;

    [Expect(Verdict.Code, Construct.StructCopy), MethodImpl(Ahead)]
    private static void Copy4096(ref State state, in InterruptContext context) => *(Block4096*)state.Other = state.Large;

    [Expect(Verdict.Clean, Construct.StructCopy, Construct.BulkByCpu), MethodImpl(Ahead)]
    private static void Clear64(ref State state, in InterruptContext context) => state.Small = default;

    [Expect(Verdict.Depends, Construct.StructCopy, Construct.BulkByCpu), MethodImpl(Ahead)]
    private static void Clear512(ref State state, in InterruptContext context) => state.Middle = default;

    [Expect(Verdict.Code, Construct.StructCopy, Construct.BulkByCpu), MethodImpl(Ahead)]
    private static void Clear4096(ref State state, in InterruptContext context) => state.Large = default;

    [Expect(Verdict.Code, Construct.BlockCopy), MethodImpl(Ahead)]
    private static void CopyVariableBlock(ref State state, in InterruptContext context) => Unsafe.CopyBlock(state.Memory, state.Other, state.U);

    [Expect(Verdict.Code, Construct.BlockCopy), MethodImpl(Ahead)]
    private static void CopyUnalignedBlock(ref State state, in InterruptContext context) => Unsafe.CopyBlockUnaligned(state.Memory, state.Other, state.U);

    [Expect(Verdict.Clean, Construct.BlockCopy), MethodImpl(Ahead)]
    private static void CopySmallBlock(ref State state, in InterruptContext context) => Unsafe.CopyBlock(state.Memory, state.Other, 32);

    [Expect(Verdict.Code, Construct.BlockCopy), MethodImpl(Ahead)]
    private static void FillBlock(ref State state, in InterruptContext context) => Unsafe.InitBlock(state.Memory, state.Byte, state.U);

    [Expect(Verdict.Code, Construct.BlockCopy), MethodImpl(Ahead)]
    private static void ClearBlock(ref State state, in InterruptContext context) => Unsafe.InitBlock(state.Memory, 0, state.U);

    [Expect(Verdict.Code, Construct.BlockCopy), MethodImpl(Ahead)]
    private static void CopyByBuffer(ref State state, in InterruptContext context) => Buffer.MemoryCopy(state.Memory, state.Other, 64, state.I);

    [Expect(Verdict.Code, Construct.BlockCopy), MethodImpl(Ahead)]
    private static void CopyByNativeMemory(ref State state, in InterruptContext context) => NativeMemory.Copy(state.Memory, state.Other, state.U);

    [Expect(Verdict.Code, Construct.SpanBulk), MethodImpl(Ahead)]
    private static void CopySpan(ref State state, in InterruptContext context) =>
        MemoryMarshal.CreateSpan(ref *state.Memory, state.I).CopyTo(MemoryMarshal.CreateSpan(ref state.J, state.I));

    [Expect(Verdict.Code, Construct.SpanBulk), MethodImpl(Ahead)]
    private static void ClearSpan(ref State state, in InterruptContext context) => MemoryMarshal.CreateSpan(ref *state.Memory, state.I).Clear();

    [Expect(Verdict.Depends, Construct.SpanBulk), MethodImpl(Ahead)]
    private static void FillSpan(ref State state, in InterruptContext context) => MemoryMarshal.CreateSpan(ref *state.Memory, state.I).Fill(3);

    [Expect(Verdict.Code, Construct.SpanBulk, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void SearchSpan(ref State state, in InterruptContext context) => state.J = MemoryMarshal.CreateSpan(ref *state.Memory, state.I).IndexOf(3);

    [Expect(Verdict.Code, Construct.SpanBulk, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void CompareSpans(ref State state, in InterruptContext context) =>
        state.J = MemoryMarshal.CreateSpan(ref *state.Memory, state.I).SequenceEqual(MemoryMarshal.CreateSpan(ref state.K, state.I)) ? 1 : 0;

    [Expect(Verdict.Code, Construct.BoundsCheck, Rule = "TH4003"), MethodImpl(Ahead)]
    private static void IndexSpan(ref State state, in InterruptContext context) => state.J = MemoryMarshal.CreateSpan(ref *state.Memory, state.I)[state.K];

    [Expect(Verdict.Code, Construct.BoundsCheck, Rule = "TH4003"), MethodImpl(Ahead)]
    private static void MakeSpan(ref State state, in InterruptContext context)
    {
        foreach (int number in new Span<int>(state.Memory, state.I))
        {
            state.J += number;
        }
    }

    [Expect(Verdict.Code, Construct.BoundsCheck), MethodImpl(Ahead)]
    private static void SliceSpan(ref State state, in InterruptContext context)
    {
        foreach (int number in MemoryMarshal.CreateSpan(ref *state.Memory, state.I)[state.K..])
        {
            state.J += number;
        }
    }

    [Expect(Verdict.Clean, Construct.BoundsCheck, Construct.Loop), MethodImpl(Ahead)]
    private static void SumSpan(ref State state, in InterruptContext context)
    {
        Span<int> numbers = MemoryMarshal.CreateSpan(ref *state.Memory, state.I);
        for (int i = 0; i < numbers.Length; i++)
        {
            state.A += numbers[i];
        }
    }

    [Expect(Verdict.Depends, Construct.IsEmptyCheck), MethodImpl(Ahead)]
    private static void TestSpanFieldForEmpty(ref State state, in InterruptContext context)
    {
        var view = new View { Numbers = MemoryMarshal.CreateSpan(ref *state.Memory, state.I) };
        ref View same = ref view;
        state.J = same.Numbers.IsEmpty ? 0 : same.Numbers[0];
    }

    [Expect(Verdict.Clean, Construct.BoundsCheck), MethodImpl(Ahead)]
    private static void IndexPointer(ref State state, in InterruptContext context) => state.J = state.Memory[state.I] + Unsafe.Add(ref *state.Memory, state.K);

    [Expect(Verdict.Code, Construct.InlineArray, Construct.BoundsCheck), MethodImpl(Ahead)]
    private static void IndexInlineArray(ref State state, in InterruptContext context) => state.J = state.Eight[state.I];

    [Expect(Verdict.Clean, Construct.InlineArray), MethodImpl(Ahead)]
    private static void IndexInlineArrayByConstant(ref State state, in InterruptContext context) => state.J = state.Eight[3] + state.Eight[7];

    [Expect(Verdict.Clean, Construct.InlineArray), MethodImpl(Ahead)]
    private static void IndexInlineArrayMasked(ref State state, in InterruptContext context) => state.J = state.Eight[state.I & 7];

    [Expect(Verdict.Clean, Construct.FixedBuffer), MethodImpl(Ahead)]
    private static void IndexFixedBuffer(ref State state, in InterruptContext context) => state.J = state.Small.Bytes[state.I];

    [Expect(Verdict.Clean, Construct.FixedBuffer, Construct.StackCookie), MethodImpl(Ahead)]
    [SkipLocalsInit]
    private static void UseLocalFixedBuffer(ref State state, in InterruptContext context)
    {
        Block64 block;
        state.J = (&block)->Bytes[state.I];
    }

    [Expect(Verdict.Clean, Construct.StackAlloc, Construct.StackCookie), MethodImpl(Ahead)]
    private static void StackSmall(ref State state, in InterruptContext context)
    {
        byte* buffer = stackalloc byte[64];
        state.J = buffer[state.I];
    }

    [Expect(Verdict.Code, Construct.StackAlloc, Construct.BulkByCpu), MethodImpl(Ahead)]
    private static void StackLarge(ref State state, in InterruptContext context)
    {
        byte* buffer = stackalloc byte[3000];
        buffer[state.J] = 1;
        state.J = buffer[state.I];
    }

    [Expect(Verdict.Clean, Construct.StackAlloc), MethodImpl(Ahead)]
    [SkipLocalsInit]
    private static void StackLargeUninitialized(ref State state, in InterruptContext context)
    {
        byte* buffer = stackalloc byte[3000];
        buffer[state.J] = 1;
        state.J = buffer[state.I];
    }

    [Expect(Verdict.Refused, Construct.StackAlloc, Construct.Stack, Rule = "TH4004"), MethodImpl(Ahead)]
    [SkipLocalsInit]
    private static void StackVariable(ref State state, in InterruptContext context)
    {
        byte* buffer = stackalloc byte[state.I];
        buffer[0] = 1;
        state.J = buffer[state.I - 1];
    }

    [Expect(Verdict.Code, Construct.StackAlloc, Construct.BoundsCheck), MethodImpl(Ahead)]
    private static void StackSpan(ref State state, in InterruptContext context)
    {
        Span<byte> buffer = stackalloc byte[32];
        state.J = buffer[state.I];
    }

    [Expect(Verdict.Limit, Construct.LargeFrame, Construct.Stack, Rule = "TH4004"), MethodImpl(Ahead)]
    [SkipLocalsInit]
    private static void FrameOfPages(ref State state, in InterruptContext context)
    {
        Pages pages;
        state.J = ((byte*)&pages)[state.I];
    }

    [Expect(Verdict.Clean, Construct.LargeFrame), MethodImpl(Ahead)]
    [SkipLocalsInit]
    private static void FrameOfLessThanPage(ref State state, in InterruptContext context)
    {
        Block512 a, b;
        state.J = (&a)->Bytes[state.I] + (&b)->Bytes[state.K];
    }

    [Expect(Verdict.Limit, Construct.LargeFrame, Construct.Stack, Rule = "TH4004"), MethodImpl(Ahead)]
    [SkipLocalsInit]
    private static void FrameOfTwoPages(ref State state, in InterruptContext context)
    {
        Block4096 a, b;
        state.J = (&a)->Bytes[state.I] + (&b)->Bytes[state.K];
    }

    private ref struct View
    {
        public Span<int> Numbers;
    }

    private struct Pages
    {
        public fixed byte Bytes[40_000];
    }
}
