using System.Globalization;
using TopHalf.Generator.Material;

namespace TopHalf.Generator.Tests.Generation;

/// <summary>
/// Writes the ways to index and to slice a span of which the JIT proves some and others not: parts, lengths in locals, loops either way, tests of the index and of the length,
/// conditions as numbers, callees that index. Whether the check stays is for the machine code to say; every index stays within its buffer even so.
/// </summary>
internal sealed class Indexes(Dice dice, Scope scope, CodeWriter code, Expressions expressions)
{
    private const int MostLoops = 2;

    // As many as a byte can index.
    private static readonly string s_table = new([.. Enumerable.Range(0, 256).Select(static i => (char)('a' + (i % 26)))]);

    private readonly string _span = scope.NewName("q");
    private readonly string _index = scope.NewName("h");
    private readonly (string Type, string Buffer) _buffer = dice.Pick(("int", "Ints"), ("long", "Longs"), ("byte", "Bytes"), ("double", "Doubles"));

    private string _closing = "";

    /// <summary>A block with one of them.</summary>
    public void Write()
    {
        code.Line("{");
        code.Indent++;
        string text = scope.Loops < MostLoops && dice.Percent(35) ? Loop() : dice.Below(11) switch
        {
            10 => dice.Percent(40) ? Repeated() : Test(),
            0 or 1 => Part(),
            2 => TestedSlice(),
            3 => TwoTests(),
            4 => LongEnough(),
            5 => Condition(),
            6 => Callee(),
            7 => Range(),
            8 => Narrowed(),
            _ => Test(),
        };
        code.Line(text + _closing);
        code.Indent--;
        code.Line("}");
    }

    private string Known => $"System.Span<{_buffer.Type}> {_span} = new(state.{_buffer.Buffer}, State.Elements);";

    private string Made => dice.Percent(50) ? Known : Unknown();

    // A block that Write closes: the length lies within the buffer there.
    private string Unknown()
    {
        _closing = " }";
        string made = $"int n{_span} = {Value()}; if (n{_span} >= 0 && n{_span} <= State.Elements) {{ System.Span<{_buffer.Type}> {_span} = new(state.{_buffer.Buffer}, n{_span});";
        if (dice.Percent(6))
        {
            _closing = " } }";
            made += $" if ({dice.Pick(_span + ".Length", "n" + _span)} {dice.Pick("==", "==", "is")} {Text(dice.Below(State.Elements + 1))}) {{";
        }

        return made;
    }

    private string Use(string span, string index)
    {
        string use = dice.Percent(50) ? $"state.J64 ^= (long){span}[{index}];" : $"{span}[{index}] = {expressions.Of(_buffer.Type, 1)};";
        return dice.Percent(12) ? Equal(span, index, use) : use;
    }

    // Behind a test for equality, of which the JIT puts one side in the place of the other.
    private string Equal(string span, string index, string use)
    {
        string other = "e" + scope.NewName("q");
        string number = Text(dice.Percent(95) ? dice.Below(2) : dice.Pick(-3, 15, 99, 68538));
        return dice.Below(8) switch
        {
            0 => $"if (({index}) == {number}) {{ {use} }}",
            1 => $"if (({index}) != {number}) {{ state.J32++; }} else {{ {use} }}",
            2 => $"int {other} = {Value()}; if (({index}) == {other}) {{ state.J64 ^= {other}; {use} }}",
            3 => $"if ({span}.Length == {Text(dice.Below(State.Elements + 1))}) {{ {use} }}",
            4 => $"int {other} = {Value()}; if ({span}.Length == {other}) {{ state.J64 ^= {other}; {use} }}",
            5 => $"switch ({index}) {{ case {number}: {use} break; case {Text(State.Elements)}: state.J32++; break; }}",
            6 => $"if (({index}) is {number}) {{ {use} }}",
            _ => $"int {other} = {Value()}; if ({other} == ({index})) {{ state.J64 ^= {other}; {use} }}",
        };
    }

    // Of a constant the compiler leaves nothing to prove, and of what is dead behind a test of one nothing is left.
    private string Value() => $"unchecked({expressions.Of("int", 1)} + {dice.Pick("state.I32", "state.J32", "state.U8", "state.I16")})";

    private string Part()
    {
        int length = dice.Pick(2, 4, 8);
        int start = dice.Below(State.Elements - length + 1);
        string part = dice.Below(9) switch
        {
            0 => $"Slice({Text(start)}, {Text(length)})",
            1 => $"Slice({Text(State.Elements - length)})",
            2 => $"Slice(2, 12).Slice(2, {Text(length)})",
            3 => $"[{Text(start)}..{Text(start + length)}]",
            4 => $"[..{Text(length)}]",
            5 => $"[{Text(State.Elements - length)}..]",
            6 => $"[^{Text(length)}..]",
            7 => $"[^{Text(length + 1)}..^1]",
            _ => $"[{Text(start)}..^{Text(State.Elements - start - length)}]",
        };
        part = part[0] == '[' ? part : "." + part;
        string use = $"{_span}{part}";
        string index = $"{Value()} & {Text(dice.Percent(80) ? length - 1 : (2 * length) - 1)}";
        return $"{Known} {(dice.Percent(50) ? $"System.Span<{_buffer.Type}> p{_span} = {use}; {Use("p" + _span, index)}" : $"int {_index} = {index}; state.J64 ^= (long){use}[{_index}];")}";
    }

    private string TestedSlice()
    {
        string part = dice.Pick($".Slice({_index})", $".Slice(0, {_index})", $"[{_index}..]", $"[..{_index}]");
        return $"{Unknown()} int {_index} = {Value()}; if ((uint){_index} {dice.Pick("<", "<=")} (uint){_span}.Length) {{ state.J32 ^= {_span}{part}.Length; }}";
    }

    // What several places compute, on ways that may meet or not.
    private string Repeated()
    {
        string value = dice.Pick("state.I32", "state.U8", "i" + _span, "i" + _span);
        string index = dice.Pick($"({value} & 15)", $"({value} & 15)", $"(({value} & 7) + {Text(dice.Between(1, 8))})", $"({value} >>> 28)", $"((byte){value} >> 4)");
        string first = $"state.J64 {dice.Pick("^=", "+=")} (long){_span}[{index}]";
        string more = dice.Pick($"{first} + {index};", $"{first}; {Use(_span, index)}", $"{Use(_span, index)} {Use(_span, index)}", $"state.J32 = {index};");
        string test = expressions.Condition(1);
        string whole = dice.Below(5) switch
        {
            0 => $"if ({test}) {{ {more} }} else {{ {Use(_span, index)} }}",
            1 => $"if ({test}) {{ {more} }} {Use(_span, index)}",
            2 => $"state.J64 ^= {test} ? (long){_span}[{index}] + {index} : (long){_span}[{index}];",
            3 => $"if ({test}) {{ {Use(_span, index)} }} else {{ {Use(_span, index)} }} {more}",
            _ => $"switch (state.J32 & 3) {{ case 0: {more} break; case 1: {Use(_span, index)} break; case 2: {first}; break; }}",
        };
        return $"{Known} int i{_span} = {Value()}; {whole}";
    }

    private string TwoTests()
    {
        string made = Made;
        string declared = $"{made} int {_index} = {(dice.Percent(50) ? Value() : Bounded())};";
        string use = Use(_span, _index);
        if (scope.Loops < MostLoops && dice.Percent(25))
        {
            string counter = "c" + _span;
            string loop = dice.Pick($"for (int {counter} = {Text(dice.Between(1, 40))}; {counter} > 0; {counter}--)", $"for (int {counter} = {Text(dice.Between(1, 40))}; {counter} >= 0; {counter}--)", $"for (int {counter} = 0; {counter} < {Text(dice.Between(1, 40))}; {counter}++)");
            string counted = dice.Pick(counter, $"unchecked({counter} + {Value()})", $"{counter} + state.U8", $"{counter} - 1", $"{counter} * 3", $"{counter} + 5");
            string test = dice.Pick($"{_index} >= 0 && {_index} < {_span}.Length", $"{_index} < {_span}.Length && {_index} >= 0", $"(uint){_index} < (uint){_span}.Length");
            return $"{made} {loop} {{ int {_index} = {counted}; if ({test}) {{ {use} }} }}";
        }

        return dice.Below(5) switch
        {
            0 => $"{declared} if ({_index} >= 0 && {_index} < {_span}.Length) {{ {use} }}",
            1 => $"{declared} if (!({_index} < 0 || {_index} >= {_span}.Length)) {{ {use} }}",
            2 => $"{declared} if ({_index} > {Text(dice.Below(4))}) {{ if ({_span}.Length > {_index}) {{ {use} }} }}",
            3 => $"{declared} if ({expressions.Condition(1)}) {{ if ({_index} >= 0 && {_index} < {_span}.Length) {{ {use} }} }}",
            _ => $"{declared} if ({_index} < {_span}.Length && {_index} >= 0) {{ {use} }}",
        };
    }

    // Of what the JIT knows one end, or both, before any test.
    private string Bounded()
    {
        string value = Value();
        string small = dice.Pick("state.U8", "state.I16", "state.Bytes[3]", $"({value} & 31)");
        string number = Text(dice.Between(1, 300));
        return $"unchecked({dice.Below(10) switch
        {
            0 => $"System.Math.Max({value}, {number}) + {small}",
            1 => $"System.Math.Min({value}, -{number}) + {small}",
            2 => $"(int)((uint){value} >> 1) + {number}",
            3 => $"{small} - {number}",
            4 => $"({small} + {number}) * {Text(dice.Between(2, 9))}",
            5 => $"-({small}) - 1",
            6 => $"{value} + {number}",
            7 => $"{value} | {number}",
            8 => $"~({small})",
            _ => $"{small} + {number}",
        }})";
    }

    // What is cast to a small type, or masked as by such a cast, and then used as it is or computed with.
    private string Narrowed()
    {
        bool isByte = dice.Percent(70);
        string value = dice.Below(8) switch
        {
            0 => dice.Pick("state.I32", "state.U8", "state.I64", "state.U16", "state.I8", "state.Ints[3]"),
            1 => $"unchecked({Value()} ^ {Value()})",
            2 => $"unchecked({dice.Pick("state.U8", "state.U16", "state.J32")} {dice.Pick("^", "|", "&", "+", "-", "*")} {Text(dice.Between(1, 200))})",
            3 => $"({Value()} >> {Text(dice.Between(1, 9))})",
            4 => $"({Value()} >>> {Text(dice.Between(1, 9))})",
            5 => $"System.Numerics.BitOperations.PopCount((uint){Value()})",
            6 => $"unchecked({dice.Pick("-", "~")}{Value()})",
            _ => Value(),
        };
        string narrow = dice.Below(4) switch
        {
            0 when isByte && value is not ("state.I64" or "state.U64") => $"({value} & 255)",
            1 when !isByte && value is not ("state.I64" or "state.U64") => $"({value} & 65535)",
            _ => $"unchecked(({(isByte ? "byte" : "ushort")})({value}))",
        };
        int bits = isByte ? 8 : 16;
        string index = dice.Below(5) switch
        {
            0 => $"{narrow} % {Text(dice.Between(2, State.Elements))}",
            1 => $"({narrow} >> {Text(bits - 2)}) + {Text(dice.Below(12))}",
            _ => $"{narrow} >> {Text(dice.Between(bits - 4, bits - 2))}",
        };
        string use = dice.Percent(50) ? Use(_span, index) : $"int {_index} = {index}; {Use(_span, _index)}";
        return isByte && dice.Percent(40)
            ? $"System.ReadOnlySpan<byte> {_span} = \"{s_table}\"u8; {(dice.Percent(50) ? $"state.J64 ^= {_span}[{narrow}];" : $"byte {_index} = (byte){narrow}; state.J64 ^= {_span}[{_index}];")}"
            : dice.Percent(70) ? $"{Known} {use}" : $"{Unknown()} if ({_span}.Length >= {Text(State.Elements)}) {{ {use} }}";
    }

    private string LongEnough()
    {
        int length = dice.Pick(2, 4, 8);
        string index = dice.Pick($"({Value()} & {Text(length - 1)})", $"(({Value()} & {Text((length / 2) - 1)}) + {Text(length / 2)})", $"({expressions.Of("byte", 1)} % {Text(length)})");
        string test = dice.Pick($"{_span}.Length >= {Text(length)}", $"{_span}.Length > {Text(length - 1)}", $"{Text(length)} <= {_span}.Length", $"(uint){_span}.Length >= {Text(length)}u");
        return $"{Unknown()} if ({test}) {{ int {_index} = {index}; {Use(_span, dice.Percent(50) ? _index : index)} }}";
    }

    private string Condition()
    {
        string condition = expressions.Condition(1);
        string index = dice.Below(5) switch
        {
            0 => $"bool b{_span} = {condition}; int {_index} = *(byte*)&b{_span} & 15;",
            1 => $"bool b{_span} = {condition}; int {_index} = System.Runtime.CompilerServices.Unsafe.As<bool, byte>(ref b{_span}) & {Text(dice.Pick(1, 15))};",
            2 => $"int {_index} = {condition} ? 1 : 0;",
            3 => $"int {_index} = ({condition} ? 1 : 0) & 15;",
            _ => $"int {_index} = {condition} ? {Text(dice.Below(State.Elements))} : {Text(dice.Below(State.Elements))};",
        };
        return $"{Known} {index} {Use(_span, _index)}";
    }

    private string Callee()
    {
        string type = _buffer.Type;
        string name = "F" + _span;
        string body = dice.Below(4) switch
        {
            0 => $"new System.Span<{type}>(p, State.Elements)[i & 15]",
            1 => $"new System.Span<{type}>(p, State.Elements).Slice(0, 8)[(i >> 3) & 7]",
            2 => "p[i & 15]",
            _ => $"new System.Span<{type}>(p, State.Elements)[(i + 3) & 15]",
        };
        string inlined = $"[MethodImpl(MethodImplOptions.AggressiveInlining)] static {type} {name}({type}* p, int i) => {body};";
        string tested = $"[MethodImpl(MethodImplOptions.AggressiveInlining)] static {type} {name}({type}* p, int i) {{ System.Span<{type}> s = new(p, State.Elements); return (uint)i < (uint)s.Length ? s[i] : default; }}";
        return $"{(dice.Percent(70) ? inlined : tested)} state.J64 ^= (long){name}(state.{_buffer.Buffer}, {(dice.Percent(25) ? $"state.{dice.Pick("I32", "J32")} - state.{dice.Pick("I32", "J32")}" : Value())});";
    }

    private string Range()
    {
        string index = dice.Below(8) switch
        {
            0 => $"(int)({expressions.Of("uint", 1)} >> 28)",
            1 => $"(int)({expressions.Of("uint", 1)} % 16)",
            2 => $"(int)({expressions.Of("ulong", 1)} % 16)",
            3 => $"({Value()} & 7) + ({Value()} & 7)",
            4 => $"{expressions.Of("byte", 1)} >> {Text(dice.Between(3, 6))}",
            5 => $"({Value()} & 127) >> 3",
            6 => $"({Value()} & 127) >>> 3",
            _ => $"({Value()} & 127) % 16",
        };
        return $"{Known} {(dice.Percent(50) ? Use(_span, $"unchecked({index})") : $"int {_index} = unchecked({index}); {Use(_span, _index)}")}";
    }

    private string Test()
    {
        string value = dice.Below(6) switch
        {
            5 => Bounded(),
            0 => $"System.Numerics.BitOperations.PopCount((uint){Value()})",
            1 => $"System.Numerics.BitOperations.TrailingZeroCount({Value()})",
            2 => $"unchecked({Value()} + {Text(dice.Between(1, 9))})",
            3 => $"unchecked((int)({expressions.Of("long", 1)} + state.J64))",
            _ => $"System.Math.Max({Value()}, {Value()})",
        };
        return dice.Percent(50)
            ? $"{Made} int {_index} = {value}; int l{_span} = {_span}.Length; if ((uint){_index} < (uint)l{_span}) {{ {Use(_span, _index)} }}"
            : $"{Made} int {_index} = {value}; if ((uint){_index} < (uint){_span}.Length) {{ {Use(_span, _index)} }}";
    }

    private string Loop()
    {
        string use = Use(_span, _index);
        return dice.Below(8) switch
        {
            0 or 1 => $"{Made} int l{_span} = {_span}.Length; for (int {_index} = 0; {_index} < l{_span}; {_index}++) {{ {use} }}",
            2 => $"{Made} for (int {_index} = {Text(dice.Below(3))}, l{_span} = {_span}.Length; {_index} < l{_span}; {_index} += 1) {{ {use} }}",
            3 => $"{Unknown()} for (int {_index} = 0; {_index} < n{_span}; ++{_index}) {{ {use} }}",
            4 => $"{Made} for (int {_index} = 0; {_index} < {_span}.Length && (int){_span}[{_index}] != 3; {_index}++) {{ {use} }}",
            5 => $"{Made} for (int {_index} = {_span}.Length - 1; {_index} >= 0; {_index}--) {{ {use} }}",
            6 => $"{Made} for (int {_index} = {_span}.Length; {_index}-- > 0;) {{ {use} }}",
            _ => $"{Known} System.Span<{_buffer.Type}> p{_span} = {_span}.Slice({Text(dice.Below(8))}, 8); for (int {_index} = 0; {_index} < 8; {_index} += {Text(dice.Between(1, 3))}) {{ p{_span}[{_index}] = {expressions.Of(_buffer.Type, 1)}; }}",
        };
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
