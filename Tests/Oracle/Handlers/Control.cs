// Exceptions, locks, loops and switches.
using System.Runtime.CompilerServices;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static unsafe class Control
{
    private static readonly object s_lock = new();

    [Expect(Verdict.Code, Construct.Throw, Rule = "TH4001"), MethodImpl(Ahead)]
    private static void ThrowIt(ref State state, in InterruptContext context)
    {
        if (state.I == 3)
        {
            throw new InvalidOperationException();
        }
    }

    [Expect(Verdict.Code, Construct.Throw, Rule = "TH4001"), MethodImpl(Ahead)]
    private static void ThrowKnown(ref State state, in InterruptContext context) => throw (Exception)Objects.Any!;

    [Expect(Verdict.Code, Construct.Throw), MethodImpl(Ahead)]
    private static void ThrowByHelper(ref State state, in InterruptContext context)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(state.I);
        state.J++;
    }

    [Expect(Verdict.Code, Construct.Throw), MethodImpl(Ahead)]
    private static void FailFast(ref State state, in InterruptContext context) => Environment.FailFast(null);

    [Expect(Verdict.HeapOnly, Construct.TryFinally, Native = Verdict.Clean, Rule = "TH4002"), MethodImpl(Ahead)]
    private static void TryFinally(ref State state, in InterruptContext context)
    {
        try
        {
            state.A++;
        }
        finally
        {
            state.B++;
        }
    }

    [Expect(Verdict.HeapOnly, Construct.TryCatch, Native = Verdict.Depends, Rule = "TH4002"), MethodImpl(Ahead)]
    private static void TryCatch(ref State state, in InterruptContext context)
    {
        try
        {
            state.A = state.B / state.C;
        }
        catch (DivideByZeroException)
        {
            state.A = 0;
        }
    }

    [Expect(Verdict.Code, Construct.TryCatch), MethodImpl(Ahead)]
    private static void TryCatchAroundCall(ref State state, in InterruptContext context)
    {
        try
        {
            state.I = Checked(state.I);
        }
        catch (OverflowException)
        {
            state.I = 0;
        }
    }

    [Expect(Verdict.Code, Construct.Throw, Construct.TryCatch), MethodImpl(Ahead)]
    private static void Rethrow(ref State state, in InterruptContext context)
    {
        try
        {
            state.I = Checked(state.I);
        }
        catch (OverflowException)
        {
            state.I = 0;
            throw;
        }
    }

    [Expect(Verdict.Code, Construct.Lock, Rule = "TH2001"), MethodImpl(Ahead)]
    private static void LockObject(ref State state, in InterruptContext context)
    {
        lock (s_lock)
        {
            state.A++;
        }
    }

    [Expect(Verdict.Code, Construct.Lock), MethodImpl(Ahead)]
    private static void EnterSpinLock(ref State state, in InterruptContext context)
    {
        var spin = default(SpinLock);
        bool taken = false;
        spin.Enter(ref taken);
        state.I = taken ? 1 : 0;
    }

    [Expect(Verdict.Code, Construct.Lock), MethodImpl(Ahead)]
    private static void CallSynchronized(ref State state, in InterruptContext context) => state.I = Synchronized(state.I) + 1;

    [Expect(Verdict.Refused, Construct.Iterator, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void EnumerateList(ref State state, in InterruptContext context)
    {
        foreach (int number in Objects.List)
        {
            state.I += number;
        }
    }

    [Expect(Verdict.Clean, Construct.Loop), MethodImpl(Ahead)]
    private static void LoopOverMemory(ref State state, in InterruptContext context)
    {
        for (int i = 0; i < state.I; i++)
        {
            state.A += state.Memory[i] * state.B;
        }
    }

    [Expect(Verdict.Clean, Construct.Loop), MethodImpl(Ahead)]
    private static void LoopInLoop(ref State state, in InterruptContext context)
    {
        for (int i = 0; i < state.I; i++)
        {
            for (int j = i; j > 0; j--)
            {
                (state.Memory[j], state.Memory[j - 1]) = (state.Memory[j - 1], state.Memory[j]);
            }
        }
    }

    [Expect(Verdict.Clean, Construct.Loop), MethodImpl(Ahead)]
    private static void LoopWithCall(ref State state, in InterruptContext context)
    {
        while (state.I-- > 0)
        {
            state.J = Add(state.J);
        }
    }

    [Expect(Verdict.Clean, Construct.SwitchTable), MethodImpl(Ahead)]
    private static void SwitchDense(ref State state, in InterruptContext context)
    {
        switch (state.I)
        {
            case 0: state.A++; break;
            case 1: state.B = 3; break;
            case 2: state.B = state.A; break;
            case 3: state.D++; break;
            case 4: state.F = 2; break;
            case 5: state.D *= 3; break;
            case 6: state.C--; break;
            default: state.J = 1; break;
        }
    }

    [Expect(Verdict.Code, Construct.SwitchTable), MethodImpl(Ahead)]
    private static void SwitchWithUnsafeCase(ref State state, in InterruptContext context)
    {
        switch (state.I)
        {
            case 0: state.A++; break;
            case 1: state.B = 3; break;
            case 2: state.B = state.A; break;
            case 3: state.D++; break;
            case 4: Objects.Any = new Node(); break;
            case 5: state.D *= 3; break;
        }
    }

    [Expect(Verdict.Clean, Construct.SwitchTable), MethodImpl(Ahead)]
    private static void SwitchSparse(ref State state, in InterruptContext context) =>
        state.I = state.J switch { 3 => 1, 30 => 2, 300 => 3, 3000 => 4, _ => 5 };

    [MethodImpl(Separate)]
    private static int Checked(int value) => checked(value * 3);

    [MethodImpl(Separate | MethodImplOptions.Synchronized)]
    private static int Synchronized(int value) => value + 3;

    [MethodImpl(Separate)]
    private static int Add(int value) => value + 3;
}
