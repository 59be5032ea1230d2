// Values made into objects.
using System.Runtime.CompilerServices;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static unsafe class Boxing
{
    [Expect(Verdict.Code, Construct.Box, Rule = "TH1002"), MethodImpl(Ahead)]
    private static void BoxLong(ref State state, in InterruptContext context) => Objects.Any = state.A;

    [Expect(Verdict.Code, Construct.Box, Rule = "TH1002"), MethodImpl(Ahead)]
    private static void BoxStruct(ref State state, in InterruptContext context) => Objects.Any = state.Middle;

    [Expect(Verdict.Code, Construct.Box, Construct.Nullable, Rule = "TH1002"), MethodImpl(Ahead)]
    private static void BoxNullable(ref State state, in InterruptContext context) => Objects.Any = state.Maybe;

    [Expect(Verdict.Code, Construct.Box, Rule = "TH1002"), MethodImpl(Ahead)]
    private static void BoxWithReferences(ref State state, in InterruptContext context) => Objects.Any = (state.I, Objects.Text);

    [Expect(Verdict.Code, Construct.Box), MethodImpl(Ahead)]
    private static void BoxForInterface(ref State state, in InterruptContext context) => Objects.Counter = new Counter { Value = state.I };

    [Expect(Verdict.Code, Construct.CastAndTest, Rule = "TH4003"), MethodImpl(Ahead)]
    private static void Unbox(ref State state, in InterruptContext context) => state.A = (long)Objects.Any!;

    [Expect(Verdict.Code, Construct.Box, Construct.Nullable), MethodImpl(Ahead)]
    private static void UnboxNullable(ref State state, in InterruptContext context) => state.Maybe = (int?)Objects.Any;

    [Expect(Verdict.Refused, Construct.EnumMember, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void EqualsOfEnum(ref State state, in InterruptContext context) => state.I = state.Kind.Equals(Kind.One) ? 1 : 0;

    [Expect(Verdict.Code, Construct.EnumMember), MethodImpl(Ahead)]
    private static void CompareToOfEnum(ref State state, in InterruptContext context) => state.I = state.Kind.CompareTo(Kind.One);

    [Expect(Verdict.Refused, Construct.EnumMember, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void HashCodeOfEnum(ref State state, in InterruptContext context) => state.I = state.Kind.GetHashCode();

    [Expect(Verdict.Refused, Construct.EnumMember, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void HasFlag(ref State state, in InterruptContext context) => state.I = state.Kind.HasFlag(Kind.Two) ? 1 : 0;

    [Expect(Verdict.Clean, Construct.EnumMember), MethodImpl(Ahead)]
    private static void CompareEnums(ref State state, in InterruptContext context) => state.I = state.Kind == Kind.One ? 1 : (int)state.Kind & 2;

    [Expect(Verdict.Code, Construct.EnumMember, Construct.TextAndFormat), MethodImpl(Ahead)]
    private static void ToStringOfEnum(ref State state, in InterruptContext context) => Objects.Any = state.Kind.ToString();

    [Expect(Verdict.Code, Construct.SwitchWithoutDefault, Native = Verdict.Code), MethodImpl(Ahead)]
    private static void SwitchWithoutDiscard(ref State state, in InterruptContext context) =>
        state.I = state.Kind switch { Kind.None => 3, Kind.One => 5, Kind.Two => 7 };

    [Expect(Verdict.Clean, Construct.SwitchWithoutDefault), MethodImpl(Ahead)]
    private static void SwitchWithDiscard(ref State state, in InterruptContext context) =>
        state.I = state.Kind switch { Kind.None => 3, Kind.One => 5, _ => 7 };

    [Expect(Verdict.Refused, Construct.Box, Native = Verdict.Depends, Rule = "TH1002"), MethodImpl(Ahead)]
    private static void CallInheritedMethodOfStruct(ref State state, in InterruptContext context) => state.I = new Counter { Value = state.I }.GetHashCode();

    [Expect(Verdict.Clean, Construct.Box), MethodImpl(Ahead)]
    private static void CallConstrained(ref State state, in InterruptContext context)
    {
        var counter = new Counter { Value = state.I };
        state.J = CountOf(ref counter) + SizeOf<Counter>();
    }

    [MethodImpl(Inline)]
    private static int CountOf<T>(ref T counter)
        where T : struct, ICounter => counter.Count();

    [MethodImpl(Inline)]
    private static int SizeOf<T>()
        where T : struct, ICounter => T.Size;
}
