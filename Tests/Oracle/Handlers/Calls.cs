// Calls through objects and pointers, and of methods.
using System.Runtime.CompilerServices;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static unsafe class Calls
{
    private static readonly delegate*<int, int> s_constant = &AddThree;

    [Expect(Verdict.Code, Construct.Delegate), MethodImpl(Ahead)]
    private static void InvokeDelegate(ref State state, in InterruptContext context) => state.I = Objects.Function(state.J);

    [Expect(Verdict.Refused, Construct.Delegate, Native = Verdict.Depends, Rule = "TH1003"), MethodImpl(Ahead)]
    private static void MakeLambda(ref State state, in InterruptContext context)
    {
        Func<int> three = static () => 3;
        state.I = three();
    }

    [Expect(Verdict.Code, Construct.Delegate, Construct.New), MethodImpl(Ahead)]
    private static void MakeClosure(ref State state, in InterruptContext context)
    {
        int captured = state.I;
        Objects.Function = x => x + captured;
    }

    [Expect(Verdict.Code, Construct.Delegate, Rule = "TH1003"), MethodImpl(Ahead)]
    private static void MakeDelegateOfMethod(ref State state, in InterruptContext context) => Objects.Any = (Func<int>)Objects.Node.Plain;

    [Expect(Verdict.Code, Construct.Virtual), MethodImpl(Ahead)]
    private static void CallVirtual(ref State state, in InterruptContext context) => state.I = Objects.Node.Get() + 1;

    [Expect(Verdict.Code, Construct.Interface), MethodImpl(Ahead)]
    private static void CallInterface(ref State state, in InterruptContext context) => state.I = Objects.Counter.Count() + 1;

    [Expect(Verdict.Code, Construct.Interface), MethodImpl(Ahead)]
    private static void CallDefaultMethod(ref State state, in InterruptContext context) => state.I = Objects.Counter.Twice() + 1;

    [Expect(Verdict.Code, Construct.Interface, Construct.TailCall), MethodImpl(Ahead)]
    private static void CallInterfaceInTailPosition(ref State state, in InterruptContext context) => Objects.Counter.Count();

    [Expect(Verdict.Code, Construct.VirtualGeneric), MethodImpl(Ahead)]
    private static void CallVirtualGeneric(ref State state, in InterruptContext context) => state.I = Objects.Node.GetOf<string>() + Objects.Node.GetOf<int>();

    [Expect(Verdict.Code, Construct.VirtualSlot), MethodImpl(Ahead)]
    private static void CallMethodThatOpensSlot(ref State state, in InterruptContext context) => state.I = new Node().NewSlot() + Objects.Node.NewSlot();

    [Expect(Verdict.Code, Construct.Virtual), MethodImpl(Ahead)]
    private static void LoadVirtualFunction(ref State state, in InterruptContext context) => Objects.Any = (Func<int>)Objects.Node.Get;

    [Expect(Verdict.Clean, Construct.ManagedPointer), MethodImpl(Ahead)]
    private static void CallKnownPointer(ref State state, in InterruptContext context)
    {
        delegate*<int, int> pointer = &AddThree;
        state.I = pointer(state.J) + 1;
    }

    [Expect(Verdict.Code, Construct.ManagedPointer, Native = Verdict.Code), MethodImpl(Ahead)]
    private static void CallConstantPointer(ref State state, in InterruptContext context) => state.I = s_constant(state.J) + 1;

    [Expect(Verdict.Code, Construct.ManagedPointer, Rule = "TH3006"), MethodImpl(Ahead)]
    private static void CallPointerOfState(ref State state, in InterruptContext context) => state.I = state.Function(state.J) + 1;

    [Expect(Verdict.Code, Construct.ManagedPointer, Construct.TailCall, Rule = "TH3006"), MethodImpl(Ahead)]
    private static void CallPointerInTailPosition(ref State state, in InterruptContext context) => ((delegate*<void*, void>)state.Function)(state.Other);

    [Expect(Verdict.Code, Construct.ManagedPointer, Rule = "TH3006"), MethodImpl(Ahead)]
    private static void ChoosePointer(ref State state, in InterruptContext context)
    {
        delegate*<int, int> pointer = state.I == 3 ? &AddThree : &AddFive;
        state.I = pointer(state.J) + 1;
    }

    [Expect(Verdict.Clean, Construct.InlinedCallee), MethodImpl(Ahead)]
    private static void CallSmallProperty(ref State state, in InterruptContext context) => state.I = Double(state.J);

    [Expect(Verdict.Clean, Construct.InlinedCallee), MethodImpl(Ahead)]
    private static void CallInlinedGeneric(ref State state, in InterruptContext context) => state.I = Larger(state.I, state.J);

    [Expect(Verdict.Clean, Construct.InlinedCallee), MethodImpl(Ahead)]
    private static void CallLocalFunction(ref State state, in InterruptContext context)
    {
        state.I = Add(state.I, state.J);

        static int Add(int a, int b) => a + b;
    }

    [Expect(Verdict.Clean, Construct.PreparedCallee), MethodImpl(Ahead)]
    private static void CallPrepared(ref State state, in InterruptContext context) => state.I = AddThree(state.I) + AddFive(state.J);

    // Accepted only where the runtime can be asked for code that it compiled before.
    [Expect(Verdict.Clean, Construct.PreparedCallee, CompileFirst = true), MethodImpl(Ahead)]
    private static void CallPreparedCompiledBefore(ref State state, in InterruptContext context) => state.I = AddThree(state.I) - AddFive(state.J);

    [Expect(Verdict.Clean, Construct.PreparedCallee), MethodImpl(Ahead)]
    private static void CallChain(ref State state, in InterruptContext context) => state.I = First(state.I) + 1;

    [Expect(Verdict.Clean, Construct.PreparedCallee), MethodImpl(Ahead)]
    private static void CallInGenericStruct(ref State state, in InterruptContext context) => state.I = new Wrapper<long>(state.A).Low(state.I) + 1;

    [Expect(Verdict.Clean, Construct.PreparedCallee), MethodImpl(Ahead)]
    private static void CallGenericOverStruct(ref State state, in InterruptContext context) => state.I = SizeOf<long>(state.I) + SizeOf<Block64>(state.J);

    [Expect(Verdict.Clean, Construct.PreparedCallee), MethodImpl(Ahead)]
    private static void CallInstanceMethodOfState(ref State state, in InterruptContext context)
    {
        var counter = new Tally { Value = state.I };
        counter.Increment(state.J);
        state.I = counter.Value;
    }

    [Expect(Verdict.Clean, Construct.TailCall, Construct.PreparedCallee), MethodImpl(Ahead)]
    private static void EndInCall(ref State state, in InterruptContext context) => Set(ref state);

    [Expect(Verdict.Clean, Construct.TailCall, Construct.PreparedCallee), MethodImpl(Ahead)]
    private static void CallThatEndsInCall(ref State state, in InterruptContext context) => state.I = Forward(state.I) + 1;

    [Expect(Verdict.Code, Construct.UnpreparedCallee, Native = Verdict.Clean, Rule = "TH5003"), MethodImpl(Ahead)]
    private static void CallUnprepared(ref State state, in InterruptContext context) => state.I = Unprepared(state.I) + 1;

    [Expect(Verdict.Code, Construct.UnpreparedCallee, Construct.TailCall, Native = Verdict.Clean), MethodImpl(Ahead)]
    private static void EndInUnprepared(ref State state, in InterruptContext context) => UnpreparedSet(ref state);

    [Expect(Verdict.Code, Construct.UnpreparedCallee, Native = Verdict.Clean, Rule = "TH5003"), MethodImpl(Ahead)]
    private static void CallUnpreparedDeep(ref State state, in InterruptContext context) => state.I = Outer(state.I) + 1;

    [Expect(Verdict.Code, Construct.UnpreparedCallee, Native = Verdict.Clean, Rule = "TH5003"), MethodImpl(Ahead)]
    private static void CallUnpreparedOfGenericStruct(ref State state, in InterruptContext context) => state.I = new Wrapper<long>(state.A).Slow(state.I) + 1;

    [Expect(Verdict.Code, Construct.UnpreparedCallee), MethodImpl(Ahead)]
    private static void CallPlatformMethod(ref State state, in InterruptContext context) => state.A = Environment.TickCount64 + Environment.CurrentManagedThreadId;

    [Expect(Verdict.Limit, Construct.Recursion, Rule = "TH3007"), MethodImpl(Ahead)]
    private static void Recurse(ref State state, in InterruptContext context) => state.A = Fibonacci(state.B);

    [Expect(Verdict.Limit, Construct.MutualRecursion, Rule = "TH3007"), MethodImpl(Ahead)]
    private static void RecurseInTurns(ref State state, in InterruptContext context) => state.I = IsEven(state.J) ? 1 : 0;

    [MethodImpl(Separate)]
    private static int AddThree(int value) => value + 3;

    [MethodImpl(Separate)]
    private static int AddFive(int value) => value + 5;

    private static int Double(int value) => 2 * value;

    [MethodImpl(Inline)]
    private static T Larger<T>(T a, T b)
        where T : IComparable<T> => a.CompareTo(b) > 0 ? a : b;

    [MethodImpl(Separate)]
    private static int First(int value) => Second(value) + 1;

    [MethodImpl(Separate)]
    private static int Second(int value) => AddThree(value) + 1;

    [MethodImpl(Separate)]
    private static int SizeOf<T>(int value)
        where T : unmanaged => sizeof(T) + value;

    [MethodImpl(Separate)]
    private static void Set(ref State state) => state.I = 3;

    [MethodImpl(Separate)]
    private static int Forward(int value) => AddThree(value + 1);

    [MethodImpl(Tiered)]
    private static int Unprepared(int value) => value + 3;

    [MethodImpl(Tiered)]
    private static void UnpreparedSet(ref State state) => state.I = 3;

    [MethodImpl(Separate)]
    private static int Outer(int value) => Unprepared(value) + 1;

    [MethodImpl(Separate)]
    private static long Fibonacci(long n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);

    [MethodImpl(Separate)]
    private static bool IsEven(int n) => n == 0 || !IsOdd(n - 1);

    [MethodImpl(Separate)]
    private static bool IsOdd(int n) => n != 0 && !IsEven(n - 1);

    private struct Tally
    {
        public int Value;

        [MethodImpl(Separate)]
        public void Increment(int by) => Value += by;
    }

    private readonly struct Wrapper<T>(T value)
        where T : unmanaged
    {
        private readonly T _value = value;

        [MethodImpl(Separate)]
        public int Low(int add) => Unsafe.As<T, int>(ref Unsafe.AsRef(in _value)) + add;

        [MethodImpl(Tiered)]
        public int Slow(int add) => Unsafe.SizeOf<T>() + add;
    }
}
