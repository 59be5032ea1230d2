// Static fields, their initialisers, thread statics, and generics that look types up.
using System.Runtime.CompilerServices;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static unsafe class Statics
{
    private static Small s_small;
    private static Huge s_huge;

    [ThreadStatic]
    private static int t_number;

    [ThreadStatic]
    private static object? t_object;

    [Expect(Verdict.Clean, Construct.InitializedStatic), MethodImpl(Ahead)]
    private static void ReadPlainStatic(ref State state, in InterruptContext context) => state.I = ++Objects.Static;

    [Expect(Verdict.Clean, Construct.InitializedStatic, Construct.OneInitializer), MethodImpl(Ahead)]
    private static void ReadInitialized(ref State state, in InterruptContext context) => state.I = Initialized.Number;

    [Expect(Verdict.Clean, Construct.InitializedStatic), MethodImpl(Ahead)]
    private static void ReadConstant(ref State state, in InterruptContext context) => state.I = Initialized.Constant;

    [Expect(Verdict.Code, Construct.UninitializedStatic, Construct.OneInitializer, Native = Verdict.Clean, Rule = "TH5001", CompileFirst = true), MethodImpl(Ahead)]
    private static void ReadCompiledFirst(ref State state, in InterruptContext context) => state.I = Late.Number;

    [Expect(Verdict.Code, Construct.UninitializedStatic, Native = Verdict.Depends, CompileFirst = true), MethodImpl(Ahead)]
    private static void ReadReferenceCompiledFirst(ref State state, in InterruptContext context) => state.I = LateReference.Object.Number;

    [Expect(Verdict.Code, Construct.UninitializedStatic, Native = Verdict.Clean, CompileFirst = true), MethodImpl(Ahead)]
    private static void CallMethodOfTypeWithConstructor(ref State state, in InterruptContext context) => state.I = LateConstructed.Touch(state.I);

    [Expect(Verdict.Code, Construct.UninitializedStatic, Native = Verdict.Depends, CompileFirst = true), MethodImpl(Ahead)]
    private static void ReadGenericCompiledFirst(ref State state, in InterruptContext context) => state.I = LateGeneric<int>.Number + LateGeneric<State>.Number;

    [Expect(Verdict.Code, Construct.UninitializedStatic, Native = Verdict.Depends, CompileFirst = true), MethodImpl(Ahead)]
    private static void ReadGenericReferenceCompiledFirst(ref State state, in InterruptContext context) => state.I = LateGeneric<long>.Object.GetHashCode();

    [Expect(Verdict.Code, Construct.LazyConstant, Native = Verdict.Depends, CompileFirst = true), MethodImpl(Ahead)]
    private static void ReadEpoch(ref State state, in InterruptContext context) => state.A = DateTime.UnixEpoch.Ticks + TimeSpan.Zero.Ticks + TimeSpan.MaxValue.Ticks;

    [Expect(Verdict.Clean, Construct.StructStatic), MethodImpl(Ahead)]
    private static void UseStructStatic(ref State state, in InterruptContext context) => s_small.B += s_small.A;

    [Expect(Verdict.HeapOnly, Construct.LargeStatic, Native = Verdict.Clean, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void UseLargeStatic(ref State state, in InterruptContext context) => s_huge.Bytes[state.I & 7] = 1;

    [Expect(Verdict.HeapOnly, Construct.StructStatic, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void UseStaticWithReferences(ref State state, in InterruptContext context) => state.A = Objects.Two.Number;

    [Expect(Verdict.Code, Construct.ThreadStatic, Rule = "TH5002"), MethodImpl(Ahead)]
    private static void UseThreadStatic(ref State state, in InterruptContext context) => state.I = ++t_number;

    [Expect(Verdict.Code, Construct.ThreadStatic, Rule = "TH5002"), MethodImpl(Ahead)]
    private static void UseThreadStaticReference(ref State state, in InterruptContext context) => state.I = t_object is null ? 1 : 0;

    [Expect(Verdict.Code, Construct.ThreadStatic, Rule = "TH5002"), MethodImpl(Ahead)]
    private static void UseInitializedThreadStatic(ref State state, in InterruptContext context) => state.I = ThreadsWithInitializer.Number++;

    [Expect(Verdict.Code, Construct.ThreadStatic), MethodImpl(Ahead)]
    private static void UseGenericThreadStatic(ref State state, in InterruptContext context) => state.I = Threads<string>.Number++;

    [Expect(Verdict.Code, Construct.ThreadStatic), MethodImpl(Ahead)]
    private static void UseThreadLocal(ref State state, in InterruptContext context) => state.I = Managed.Local.Value;

    [Expect(Verdict.Clean, Construct.InitializedStatic), MethodImpl(Ahead)]
    private static void ReadStaticOfGenericStruct(ref State state, in InterruptContext context) => state.I = Holder<int>.Number++;

    [Expect(Verdict.Refused, Construct.SharedGenericStatic, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void ReadStaticOfSharedGeneric(ref State state, in InterruptContext context) => state.I = Shared<string>() + Shared<Node>();

    [Expect(Verdict.Code, Construct.GenericLookup, Construct.SharedGenericStatic), MethodImpl(Ahead)]
    private static void CallSharedGeneric(ref State state, in InterruptContext context) => state.I = Size<string>(3) + Size<Node>(4);

    [Expect(Verdict.Code, Construct.GenericLookup), MethodImpl(Ahead)]
    private static void CallSharedGenericOfType(ref State state, in InterruptContext context) => state.I = Holder<string>.Next(3) + Holder<Node>.Next(4);

    [Expect(Verdict.Code, Construct.GenericLookup), MethodImpl(Ahead)]
    private static void CompareByDefault(ref State state, in InterruptContext context) => state.I = Comparer<State>.Default.GetHashCode() + EqualityComparer<Guid>.Default.GetHashCode(state.Guid);

    [Expect(Verdict.Refused, Construct.InliningByCallSite, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void CompareNumbersByDefault(ref State state, in InterruptContext context) => state.I = EqualityComparer<int>.Default.Equals(state.J, state.K) ? 1 : 0;

    [MethodImpl(Inline)]
    private static int Shared<T>()
        where T : class => Holder<T>.Number++;

    [MethodImpl(Tiered)]
    private static int Size<T>(int value) => typeof(T).GetHashCode() + value;

    private struct Small
    {
        public long A, B;
    }

    private struct Huge
    {
        public fixed byte Bytes[200_000];
    }

    private static class Initialized
    {
        public static readonly int Constant = Environment.ProcessorCount;
        public static int Number = Environment.ProcessorCount;
    }

    private static class Late
    {
        public static int Number = Environment.ProcessorCount;
    }

    private static class LateReference
    {
        public static Node Object = new() { Number = Environment.ProcessorCount };
    }

    private static class LateGeneric<T>
    {
        public static int Number = Environment.ProcessorCount;
        public static object Object = new();
    }

    private static class LateConstructed
    {
        private static int s_number;

        static LateConstructed() => s_number = Environment.ProcessorCount;

        public static int Touch(int value) => s_number + value;
    }

    private static class ThreadsWithInitializer
    {
        [ThreadStatic]
        public static int Number;

        static ThreadsWithInitializer() => Number = Environment.ProcessorCount;
    }

    private static class Threads<T>
    {
        [ThreadStatic]
        public static int Number;
    }

    private static class Managed
    {
        public static readonly ThreadLocal<int> Local = new();
    }

    private static class Holder<T>
    {
        public static int Number;

        [MethodImpl(Separate)]
        public static int Next(int add) => Number += add + typeof(T).GetHashCode();
    }
}
