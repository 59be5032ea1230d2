// Reads and writes of objects: barriers, casts, elements, fields.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static unsafe class References
{
    [Expect(Verdict.Code, Construct.StoreReference, Rule = "TH1007"), MethodImpl(Ahead)]
    private static void StoreIntoField(ref State state, in InterruptContext context) => Objects.Node.Reference = Objects.Any;

    [Expect(Verdict.Code, Construct.StoreReference, Rule = "TH1007"), MethodImpl(Ahead)]
    private static void StoreIntoStatic(ref State state, in InterruptContext context) => Objects.Any = Objects.Node;

    [Expect(Verdict.Code, Construct.StoreReference, Rule = "TH1007"), MethodImpl(Ahead)]
    private static void StoreByRef(ref State state, in InterruptContext context) => Unsafe.AsRef<object?>(state.Other) = Objects.Node;

    [Expect(Verdict.Code, Construct.StoreReference, Rule = "TH1007"), MethodImpl(Ahead)]
    private static void CopyReferences(ref State state, in InterruptContext context) => Objects.Two = Unsafe.AsRef<TwoReferences>(state.Other);

    [Expect(Verdict.HeapOnly, Construct.StoreReference, Construct.LiteralToStatic, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void StoreNull(ref State state, in InterruptContext context) => Objects.Node.Next = null;

    [Expect(Verdict.Code, Construct.ArrayElement), MethodImpl(Ahead)]
    private static void StoreElement(ref State state, in InterruptContext context) => Objects.Array[state.I] = Objects.Node;

    [Expect(Verdict.Code, Construct.ArrayElement), MethodImpl(Ahead)]
    private static void AddressOfElement(ref State state, in InterruptContext context) => Use(ref Objects.Array[state.I]);

    [Expect(Verdict.Code, Construct.ArrayElement, Construct.BoundsCheck, Rule = "TH4003"), MethodImpl(Ahead)]
    private static void ReadElement(ref State state, in InterruptContext context) => state.I = Objects.Numbers[state.J];

    [Expect(Verdict.Code, Construct.ArrayElement), MethodImpl(Ahead)]
    private static void ReadMatrix(ref State state, in InterruptContext context) => state.I = ((int[,])Objects.Any!)[state.I, state.J];

    [Expect(Verdict.HeapOnly, Construct.HeapRead, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void LengthOfArray(ref State state, in InterruptContext context) => state.I = Objects.Numbers.Length;

    [Expect(Verdict.HeapOnly, Construct.HeapRead, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void ReadField(ref State state, in InterruptContext context) => state.I = Objects.Node.Number;

    [Expect(Verdict.HeapOnly, Construct.HeapRead, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void WriteField(ref State state, in InterruptContext context) => Objects.Node.Number = state.I;

    [Expect(Verdict.HeapOnly, Construct.HeapRead, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void TestForNull(ref State state, in InterruptContext context) => state.I = Objects.Any is null ? 1 : 0;

    [Expect(Verdict.HeapOnly, Construct.HeapRead, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void CallMethodOfObject(ref State state, in InterruptContext context) => state.I = Objects.Node.Plain();

    [Expect(Verdict.Refused, Construct.HeapRead, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void ReadThroughHandle(ref State state, in InterruptContext context) => state.I = Unsafe.As<Node>(GCHandle.FromIntPtr(state.Handle).Target!).Number;

    [Expect(Verdict.Code, Construct.CastAndTest), MethodImpl(Ahead)]
    private static void CastToClass(ref State state, in InterruptContext context) => state.I = ((Node)Objects.Any!).Number;

    [Expect(Verdict.Code, Construct.CastAndTest), MethodImpl(Ahead)]
    private static void CastToInterface(ref State state, in InterruptContext context) => Objects.Counter = (ICounter)Objects.Any!;

    [Expect(Verdict.Code, Construct.CastAndTest), MethodImpl(Ahead)]
    private static void CastToArray(ref State state, in InterruptContext context) => state.I = ((object[])Objects.Any!).Length;

    [Expect(Verdict.Code, Construct.CastAndTest), MethodImpl(Ahead)]
    private static void CastToVariantInterface(ref State state, in InterruptContext context) => Objects.Any = (IEnumerable<object>)Objects.Any!;

    [Expect(Verdict.Refused, Construct.CastAndTest, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void CastToSealed(ref State state, in InterruptContext context) => state.I = ((Leaf)Objects.Any!).Number;

    [Expect(Verdict.Code, Construct.CastAndTest), MethodImpl(Ahead)]
    private static void IsClass(ref State state, in InterruptContext context) => state.I = Objects.Any is Node ? 1 : 0;

    [Expect(Verdict.Code, Construct.CastAndTest), MethodImpl(Ahead)]
    private static void IsInterface(ref State state, in InterruptContext context) => state.I = Objects.Any is ICounter ? 1 : 0;

    [Expect(Verdict.Code, Construct.CastAndTest), MethodImpl(Ahead)]
    private static void IsArray(ref State state, in InterruptContext context) => state.I = Objects.Any is object[]? 1 : 0;

    [Expect(Verdict.Code, Construct.CastAndTest), MethodImpl(Ahead)]
    private static void IsVariantInterface(ref State state, in InterruptContext context) => state.I = Objects.Any is IEnumerable<object> ? 1 : 0;

    [Expect(Verdict.HeapOnly, Construct.CastAndTest, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void IsSealed(ref State state, in InterruptContext context) => state.I = Objects.Any is Leaf ? 1 : 0;

    [Expect(Verdict.Code, Construct.InterlockedReference), MethodImpl(Ahead)]
    private static void ExchangeReference(ref State state, in InterruptContext context) => Interlocked.Exchange(ref Objects.Any, Objects.Node);

    [Expect(Verdict.Refused, Construct.InterlockedReference, Construct.LiteralToStatic, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void ExchangeNull(ref State state, in InterruptContext context) => Interlocked.Exchange(ref Objects.Any, null);

    [Expect(Verdict.Code, Construct.InterlockedReference), MethodImpl(Ahead)]
    private static void CompareExchangeReference(ref State state, in InterruptContext context) =>
        Interlocked.CompareExchange(ref Objects.Any, Objects.Node, null);

    [Expect(Verdict.HeapOnly, Construct.HeapRead, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void FollowNull(ref State state, in InterruptContext context)
    {
        Node? none = null;
        state.I = none!.Number;
    }

    [Expect(Verdict.Code, Construct.StoreReference), MethodImpl(Ahead)]
    private static void CopyManyReferences(ref State state, in InterruptContext context) => Objects.Many = Unsafe.AsRef<ManyReferences>(state.Other);

    [Expect(Verdict.Refused, Construct.Reflection, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void UseTypedReference(ref State state, in InterruptContext context)
    {
        int value = state.I;
        TypedReference reference = __makeref(value);
        state.J = __refvalue(reference, int);
    }

    [MethodImpl(Separate)]
    private static void Use(ref object? value) => Objects.Static++;
}
