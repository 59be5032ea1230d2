// Strings, literals and formatting.
using System.Runtime.CompilerServices;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static unsafe class Text
{
    [Expect(Verdict.Code, Construct.TextAndFormat), MethodImpl(Ahead)]
    private static void Interpolate(ref State state, in InterruptContext context) => Objects.Any = $"count {state.A}";

    [Expect(Verdict.Code, Construct.TextAndFormat), MethodImpl(Ahead)]
    private static void Concatenate(ref State state, in InterruptContext context) => Objects.Any = Objects.Text + "x";

    [Expect(Verdict.Code, Construct.TextAndFormat), MethodImpl(Ahead)]
    private static void FormatNumber(ref State state, in InterruptContext context) => Objects.Any = state.I.ToString();

    [Expect(Verdict.Code, Construct.TextAndFormat), MethodImpl(Ahead)]
    private static void FormatIntoSpan(ref State state, in InterruptContext context)
    {
        state.I.TryFormat(new Span<byte>(state.Memory, 16), out int written);
        state.J = written;
    }

    [Expect(Verdict.Code, Construct.TextAndFormat), MethodImpl(Ahead)]
    private static void MakeString(ref State state, in InterruptContext context) => Objects.Any = new string('x', state.I);

    [Expect(Verdict.Refused, Construct.TextAndFormat, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void CompareStrings(ref State state, in InterruptContext context) => state.I = Objects.Text == "a longer text than fits into a register" ? 1 : 0;

    [Expect(Verdict.Code, Construct.TextAndFormat, Construct.HeapRead, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void ReadCharacter(ref State state, in InterruptContext context) => state.I = Objects.Text[state.J];

    [Expect(Verdict.Code, Construct.TextAndFormat), MethodImpl(Ahead)]
    private static void WriteToConsole(ref State state, in InterruptContext context) => Console.WriteLine(state.I);

    [Expect(Verdict.HeapOnly, Construct.Literal, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void LengthOfLiteral(ref State state, in InterruptContext context) => state.I = "literal".Length + state.J;

    [Expect(Verdict.HeapOnly, Construct.LiteralToStatic, Native = Verdict.Depends, Rule = "TH1007"), MethodImpl(Ahead)]
    private static void StoreLiteral(ref State state, in InterruptContext context) => Objects.Text = "another";

    [Expect(Verdict.HeapOnly, Construct.Literal, Native = Verdict.Depends), MethodImpl(Ahead)]
    private static void CompareTypes(ref State state, in InterruptContext context) => state.I = typeof(State) == typeof(Node) ? 1 : 2;

    [Expect(Verdict.Clean, Construct.ConstantSpan), MethodImpl(Ahead)]
    private static void ReadUtf8Literal(ref State state, in InterruptContext context)
    {
        ReadOnlySpan<byte> text = "0123456789abcdef"u8;
        state.I = text[state.J & 15];
    }

    [Expect(Verdict.Clean, Construct.ConstantSpan), MethodImpl(Ahead)]
    private static void ReadConstantSpan(ref State state, in InterruptContext context)
    {
        ReadOnlySpan<int> table = [3, 5, 7, 11];
        state.I = table[state.J & 3];
    }

    private static ReadOnlySpan<int> Primes => [3, 5, 7, 11];

    private static ReadOnlySpan<byte> Digits => "0123456789abcdef"u8;

    private static ReadOnlySpan<long> Powers
    {
        get => [1, 10, 100, 1000, 10000, 100000, 1000000, 10000000];
    }

    [Expect(Verdict.Clean, Construct.ConstantSpan), MethodImpl(Ahead)]
    private static void ReadTableByConstant(ref State state, in InterruptContext context) => state.I = Primes[0] + Digits[15] + (int)Powers[7];

    [Expect(Verdict.Clean, Construct.ConstantSpan), MethodImpl(Ahead)]
    private static void ReadTableByMask(ref State state, in InterruptContext context)
    {
        state.I = Primes[state.J & 3] + Digits[state.K & 15];
        state.A = Powers[state.Byte & 7];
    }

    [Expect(Verdict.Clean, Construct.ConstantSpan), MethodImpl(Ahead)]
    private static void ReadTableInALocal(ref State state, in InterruptContext context)
    {
        ReadOnlySpan<long> powers = Powers;
        for (int i = 0; i < powers.Length; i++)
        {
            state.A += powers[i];
        }

        foreach (int prime in Primes)
        {
            state.I += prime;
        }
    }

    [Expect(Verdict.Clean, Construct.ConstantSpan), MethodImpl(Ahead)]
    private static void ReadTableByCounter(ref State state, in InterruptContext context)
    {
        for (int i = 0; i < 4; i++)
        {
            state.I += Primes[i];
        }
    }

    [Expect(Verdict.Depends, Construct.InliningByCallSite), MethodImpl(Ahead)]
    private static void IsLetter(ref State state, in InterruptContext context) => state.I = char.IsLetter((char)state.J) ? 1 : 0;

    [Expect(Verdict.Depends, Construct.InliningByCallSite), MethodImpl(Ahead)]
    private static void IsDigit(ref State state, in InterruptContext context) => state.I = char.IsAsciiDigit((char)state.J) ? 1 : 0;
}
