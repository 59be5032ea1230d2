// Allocation in all its forms.
using System.Runtime.CompilerServices;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static class Allocation
{
    [Expect(Verdict.Code, Construct.New, Rule = "TH1001"), MethodImpl(Ahead)]
    private static void NewObject(ref State state, in InterruptContext context) => Objects.Any = new Node { Number = state.I };

    [Expect(Verdict.Code, Construct.New, Rule = "TH1001"), MethodImpl(Ahead)]
    private static void NewFinalizable(ref State state, in InterruptContext context) => Objects.Any = new Finalizable();

    [Expect(Verdict.Refused, Construct.EscapeAnalysis, Native = Verdict.Depends, Rule = "TH1001"), MethodImpl(Ahead)]
    private static void NewUnescaping(ref State state, in InterruptContext context) => state.I = new Node { Number = 3 }.Number;

    [Expect(Verdict.Code, Construct.NewArray, Rule = "TH1001"), MethodImpl(Ahead)]
    private static void NewBytes(ref State state, in InterruptContext context) => Objects.Any = new byte[state.I];

    [Expect(Verdict.Code, Construct.NewArray, Rule = "TH1001"), MethodImpl(Ahead)]
    private static void NewLongs(ref State state, in InterruptContext context) => Objects.Any = new long[state.I];

    [Expect(Verdict.Code, Construct.NewArray, Rule = "TH1001"), MethodImpl(Ahead)]
    private static void NewObjects(ref State state, in InterruptContext context) => Objects.Any = new object[state.I];

    [Expect(Verdict.Code, Construct.NewArray, Rule = "TH1001"), MethodImpl(Ahead)]
    private static void NewDoubles(ref State state, in InterruptContext context) => Objects.Any = new double[state.I];

    [Expect(Verdict.Code, Construct.NewArray), MethodImpl(Ahead)]
    private static void NewMatrix(ref State state, in InterruptContext context) => Objects.Any = new int[state.I, state.J];

    [Expect(Verdict.Refused, Construct.EscapeAnalysis, Native = Verdict.Depends, Rule = "TH1001"), MethodImpl(Ahead)]
    private static void NewConstantArray(ref State state, in InterruptContext context)
    {
        int[] numbers = [1, 2, state.I];
        state.J = numbers[0] + numbers[2];
    }

    [Expect(Verdict.Refused, Construct.EmptyArray, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void NewEmptyArray(ref State state, in InterruptContext context)
    {
        int[] none = [];
        state.I = none.Length;
    }

    [Expect(Verdict.Code, Construct.EmptyArray, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void PassNoArguments(ref State state, in InterruptContext context) => state.I = CountSizes();

    [Expect(Verdict.Code, Construct.NewArray, Rule = "TH1001"), MethodImpl(Ahead)]
    private static void PassArguments(ref State state, in InterruptContext context) => state.I = Sum(state.I, state.J, 3);

    [Expect(Verdict.Code, Construct.Spread), MethodImpl(Ahead)]
    private static unsafe void SpreadIntoSpan(ref State state, in InterruptContext context)
    {
        ReadOnlySpan<int> some = new(state.Memory, state.I);
        ReadOnlySpan<int> all = [1, .. some];
        state.J = all.Length;
    }

    [Expect(Verdict.Refused, Construct.EscapeAnalysis, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void CloneRecord(ref State state, in InterruptContext context)
    {
        var point = new Point(state.I, 3);
        state.J = (point with { Y = 4 }).X;
    }

    [Expect(Verdict.Refused, Construct.EscapeAnalysis, Construct.Iterator), MethodImpl(Ahead)]
    private static void EnumerateInterface(ref State state, in InterruptContext context)
    {
        IEnumerable<int> numbers = Objects.Numbers;
        foreach (int number in numbers)
        {
            state.I += number;
        }
    }

    [Expect(Verdict.Code, Construct.Iterator), MethodImpl(Ahead)]
    private static void CallIterator(ref State state, in InterruptContext context) => Objects.Any = Count(state.I);

    [Expect(Verdict.Code, Construct.Async), MethodImpl(Ahead)]
    private static void CallAsync(ref State state, in InterruptContext context) => Objects.Any = WaitAsync();

    [Expect(Verdict.Code, Construct.New), MethodImpl(Ahead)]
    private static void CreateByActivator(ref State state, in InterruptContext context) => Objects.Any = Activator.CreateInstance<Node>();

    [Expect(Verdict.Code, Construct.New, Rule = "TH1001"), MethodImpl(Ahead)]
    private static void CallAllocator(ref State state, in InterruptContext context) => state.I = Make(state.I);

    [MethodImpl(Separate)]
    private static int Make(int number)
    {
        Objects.Any = new Node { Number = number };
        return number;
    }

    [MethodImpl(Separate)]
    private static int Sum(params int[] numbers) => numbers.Length;

    // Of a type of which nobody else makes an empty array: where one was made already, no check is left in the code.
    [MethodImpl(Separate)]
    private static int CountSizes(params Size[] sizes) => sizes.Length;

    private readonly record struct Size(int Width, int Height);

    private static IEnumerable<int> Count(int to)
    {
        for (int i = 0; i < to; i++)
        {
            yield return i;
        }
    }

    private static async Task WaitAsync() => await Task.Yield();

    private sealed class Finalizable
    {
        ~Finalizable() => GC.KeepAlive(this);
    }

    private sealed record Point(int X, int Y);
}
