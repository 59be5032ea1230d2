namespace TopHalf.Generator.Tests.Generation;

/// <summary>The forms of C# beyond plain statements: whatever the compiler turns into calls that are not written as such.</summary>
internal static class Forms
{
    // How a member may be compiled so that a handler may call it.
    private const string Inline = "[MethodImpl(MethodImplOptions.AggressiveInlining)] ";
    private const string Ahead = "[MethodImpl(Callee)] ";

    // What no handler may do, wherever it is hidden.
    private const string Allocate = "System.GC.KeepAlive(new object());";

    private const string Number =
        "private struct V$N { public long X;\n"
        + Inline + "public static V$N operator +(V$N a, V$N b) => new V$N { X = a.X + b.X };\n"
        + Ahead + "public static V$N operator -(V$N a, V$N b) { " + Allocate + " return a; }\n"
        + Ahead + "public static V$N operator ++(V$N a) => new V$N { X = a.X + 1 };\n"
        + Ahead + "public static V$N operator --(V$N a) { " + Allocate + " return a; }\n"
        + Inline + "public static bool operator true(V$N a) => a.X > 0;\n"
        + Ahead + "public static bool operator false(V$N a) { return a.X <= 0; }\n"
        + Inline + "public static V$N operator &(V$N a, V$N b) => new V$N { X = a.X & b.X };\n"
        + Ahead + "public static V$N operator |(V$N a, V$N b) { " + Allocate + " return a; }\n"
        + Inline + "public static implicit operator V$N(int x) => new V$N { X = x };\n"
        + Ahead + "public static explicit operator V$N(long x) { " + Allocate + " return default; }\n"
        + Inline + "public static bool operator ==(V$N a, V$N b) => a.X == b.X;\n"
        + Ahead + "public static bool operator !=(V$N a, V$N b) { " + Allocate + " return true; }\n"
        + "public override bool Equals(object o) => false;\npublic override int GetHashCode() => 0; }";

    private const string Properties =
        "private struct P$N { public long X;\n"
        + "public long Twice { " + Inline + "get => X * 2; " + Ahead + "set => X = value / 2; }\n"
        + "public long Bad { " + Ahead + "get { " + Allocate + " return X; } " + Ahead + "set { " + Allocate + " } }\n"
        + "public int Auto { get; set; }\n"
        + "public long this[int i] { " + Inline + "get => X + i; " + Ahead + "set => X = value - i; }\n"
        + "public long this[long i] { " + Ahead + "get { " + Allocate + " return X; } }\n"
        + Inline + "public void Deconstruct(out int a, out long b) { a = (int)X; b = X * 3; }\n"
        + Inline + "public void Deconstruct(out int a, out long b, out long c) { " + Allocate + " a = 1; b = c = 2; } }";

    private const string Enumerable =
        "private struct E$N { private int _left; " + Inline + "public E$N(int count) { _left = count; Current = 0; }\n"
        + Inline + "public E$N GetEnumerator() => this;\n"
        + "public int Current { get; private set; }\n"
        + Ahead + "public bool MoveNext() { Current += 3; return _left-- > 0; } }\n"
        + "private struct EB$N { private int _left;\n"
        + Inline + "public EB$N GetEnumerator() => this;\n"
        + "public int Current => 3;\n"
        + Ahead + "public bool MoveNext() { " + Allocate + " return _left-- > 0; } }";

    private const string Counters =
        "private interface ICount$N { long Count(int by); long Twice(int by) => 2 * Count(by); static abstract long Make(int by); static virtual long Zero(int by) => by ^ by; }\n"
        + "private struct Own$N : ICount$N { " + Inline + "public long Count(int by) => by + 1; " + Ahead + "public long Twice(int by) => by * 2; "
        + Inline + "public static long Make(int by) => by * 3; }\n"
        + "private struct Inherits$N : ICount$N { " + Ahead + "long ICount$N.Count(int by) => by + 1; " + Ahead + "public static long Make(int by) { " + Allocate + " return by; } }\n"
        + Inline + "private static long Run$N<T>(int by) where T : struct, ICount$N { T t = default; return t.Count(by) + t.Count(3); }\n"
        + Ahead + "private static long RunTwice$N<T>(int by) where T : struct, ICount$N { T t = default; return t.Twice(by); }\n"
        + Inline + "private static long RunStatic$N<T>(int by) where T : struct, ICount$N => T.Make(by) + T.Zero(by);";

    private const string Handler =
        "[InterpolatedStringHandler] private ref struct Text$N { public long Sum; " + Inline + "public Text$N(int literals, int holes) { Sum = holes; }\n"
        + Inline + "public void AppendFormatted(int value) { Sum += value; }\n"
        + Inline + "public void AppendLiteral(string text) { Sum++; } }\n"
        + Inline + "private static long Log$N(Text$N text) => text.Sum;";

    private const string Sums =
        Ahead + "private static int SumSpan$N(params System.ReadOnlySpan<int> values) { int sum = 0; foreach (int value in values) sum += value; return sum; }\n"
        + Ahead + "private static int SumArray$N(params int[] values) => values.Length;";

    public static IReadOnlyList<Form> All { get; } =
    [
        new("operator", "state.I64 = (new V$N { X = state.I64 } + new V$N { X = $X }).X;", "state.I64 = (new V$N { X = state.I64 } - new V$N { X = $X }).X;", Number),
        new("compound operator", "V$N v = new V$N { X = $X }; v += v; state.I64 ^= v.X;", "V$N v = new V$N { X = $X }; v -= v; state.I64 ^= v.X;", Number),
        new("increment operator", "V$N v = new V$N { X = $X }; v++; state.I64 ^= v.X;", "V$N v = new V$N { X = $X }; --v; state.I64 ^= v.X;", Number),
        new("operators true and false", "if (new V$N { X = $X } && new V$N { X = state.J64 }) state.I32++;", "if (new V$N { X = $X } || new V$N { X = state.J64 }) state.I32++;", Number),
        new("conversion operator", "V$N v = $X; state.I64 ^= v.X;", "V$N v = (V$N)state.J64; state.I64 ^= v.X;", Number),
        new("comparison operator", "if (new V$N { X = $X } == new V$N { X = 3 }) state.I32++;", "if (new V$N { X = $X } != new V$N { X = 3 }) state.I32++;", Number),
        new("tuple of operators", "if ((state.I32, state.J64) == ($X, 3L)) state.I32++;", "if ((new V$N { X = $X }, 3) != (new V$N { X = 4 }, 3)) state.I32++;", Number),
        new("checked operator", "state.I64 = unchecked(new C$N { X = $X } * new C$N { X = 3 }).X;", "state.I64 = checked(new C$N { X = $X } * new C$N { X = 3 }).X;",
            "private struct C$N { public long X; " + Inline + "public static C$N operator *(C$N a, C$N b) => new C$N { X = a.X * b.X };\n" + Ahead + "public static C$N operator checked *(C$N a, C$N b) { " + Allocate + " return a; } }"),
        new("compound operator of the instance", "W$N w = new W$N { X = $X }; w += 3; state.I64 ^= w.X;", "W$N w = new W$N { X = $X }; w -= 3; state.I64 ^= w.X;",
            "private struct W$N { public long X; " + Inline + "public void operator +=(int by) { X += by; }\n" + Ahead + "public void operator -=(int by) { " + Allocate + " } }"),

        new("property", "P$N p = new P$N { X = $X }; p.Twice += 6; state.I64 ^= p.Twice;", "state.I64 ^= new P$N { X = $X }.Bad;", Properties),
        new("property in an initialiser", "state.I64 ^= new P$N { Twice = $X }.X;", "state.I64 ^= new P$N { Bad = $X }.X;", Properties),
        new("automatic property", "Q$N q = new Q$N { Auto = $X }; q.Auto++; q.Masked = q.Auto; state.I32 ^= q.Masked;", "state.I32 ^= Q$N.One == null ? 1 : 2;",
            "private struct Q$N { public int Auto { get; set; } public int Masked { " + Inline + "get => field; " + Inline + "set => field = value & 15; } public static object One { get; set; } = new object(); }"),
        new("indexer", "P$N p = new P$N { X = $X }; p[2]++; state.I64 ^= p[3];", "state.I64 ^= new P$N { X = $X }[3L];", Properties),
        new("property pattern", "if (state.Nested is { A: > 3, D: < 5 } && new P$N { X = $X } is { Twice: 6, Auto: 0 }) state.I32++;", "if (new P$N { X = $X } is { Bad: 3 }) state.I32++;", Properties),
        new("positional pattern", "if (new P$N { X = $X } is (3, > 5)) state.I32++;", "if (new P$N { X = $X } is (3, _, > 5)) state.I32++;", Properties),
        new("deconstruction", "(int a, long b) = new P$N { X = $X }; state.I64 ^= a + b; (state.I32, state.J64) = new P$N { X = 4 };", "(int a, long b, long c) = new P$N { X = $X }; state.I64 ^= a + b + c;", Properties),
        new("deconstruction in a foreach", "foreach (int e in new E$N($X & 3)) state.I64 += e;", "foreach (int e in new EB$N()) state.I64 += e;", Enumerable),

        new("default member of an interface", "state.I64 ^= Run$N<Own$N>($X) + RunTwice$N<Own$N>($X);", "state.I64 ^= RunTwice$N<Inherits$N>($X);", Counters),
        new("constrained call", "state.I64 ^= Run$N<Inherits$N>($X);", "ICount$N count = new Own$N(); state.I64 ^= count.Count($X);", Counters),
        new("static abstract member", "state.I64 ^= RunStatic$N<Own$N>($X);", "state.I64 ^= RunStatic$N<Inherits$N>($X);", Counters),

        new("interpolated string handler", "state.I64 += Log$N($\"{$X}{state.J32}\");", "state.I64 += Log$N($\"top half {$X}\");", Handler),
        new("record struct", "R$N r = new R$N($X, 3); r = r with { B = 5 }; state.I64 ^= r.A + r.B;", "K$N r = new K$N($X, 3); r = r with { B = 5 }; state.I64 ^= r.A + r.B;",
            "private record struct R$N(int A, long B);\nprivate record K$N(int A, long B);"),
        new("collection expression", "System.ReadOnlySpan<int> s = [3, 1, 4, 1]; state.I32 += s[2]; System.Span<long> t = [$X, 2, 3]; state.I64 ^= t[1];", "int[] s = [$X, 2]; state.I32 += s[1];"),
        new("collection expression with a spread", "System.ReadOnlySpan<int> s = [$X, 2]; foreach (int e in s) state.I32 ^= e;", "System.ReadOnlySpan<int> u = new(state.Ints, 4); System.ReadOnlySpan<int> s = [$X, .. u]; state.I32 += s.Length;"),
        new("list pattern", "System.ReadOnlySpan<int> s = new(state.Ints, State.Elements); if (s is [3, > 4, ..]) state.I32++;", "int[] s = { $X, 2 }; if (s is [3, 2]) state.I32++;"),
        new("params span", "state.I32 += SumSpan$N(1, $X, 3);", "state.I32 += SumArray$N(1, $X, 3);", Sums),
        new("params span of constants", "state.I32 += SumSpan$N(1, 2, 3) + SumSpan$N();", "state.I32 += SumArray$N();", Sums),
        new("optional arguments", "state.I64 ^= Optional$N($X) + Optional$N(b: 4);", "state.I64 ^= Named$N($X);",
            Ahead + "private static long Optional$N(int a = 3, long b = 5, [CallerLineNumber] int line = 0) => a + b + line * 0;\n" + Ahead + "private static long Named$N(int a, [CallerMemberName] string name = \"\") => a + name.Length;"),
        new("extension members", "state.I32 ^= ($X).Thrice$N() + ($X).Half$N;", "state.I32 ^= ($X).Bad$N;",
            Inline + "public static int Thrice$N(this int x) => x * 3;\nextension(int x) { public int Half$N { " + Inline + "get => x >> 1; } public int Bad$N { " + Ahead + "get { " + Allocate + " return x; } } }"),

        new("inline array", "state.Row[3] ^= $X; System.Span<long> s = state.Row; s[5]++; foreach (long e in state.Row) state.I64 ^= e;", "state.Row[$X] = 3;", "", Knowledge.CodeDecides),
        new("capturing local function", "int k = $X; " + Inline + "int L(int a) => a + k; state.I32 = L(3);", "int k = $X; int L(int a) => a + k; System.Func<int, int> f = L; state.I32 = f(3);"),
        new("generic local function", Ahead + "static T L<T>(T a, T b, bool c) where T : unmanaged => c ? a : b; state.I64 = L<long>(state.J64, 3, $X > 3);", Ahead + "static int L<T>(int a) where T : class => a + typeof(T).GetHashCode(); state.I32 = L<string>($X);"),
        new("generic instance", "Pair$N<long> p = new Pair$N<long>(state.J64, $X); state.I64 ^= p.Second; p.Swap(); state.I64 ^= p.First;", "Pair$N<object> p = new Pair$N<object>(null, null); p.Swap(); state.I32 ^= p.First == null ? 1 : 2;",
            "private struct Pair$N<T> { public T First, Second; " + Inline + "public Pair$N(T first, T second) { First = first; Second = second; } " + Ahead + "public void Swap() { T t = First; First = Second; Second = t; } }"),
        new("constant condition", "const bool Debug = false; if (Debug) { " + Allocate + " } state.I32 ^= Debug ? \"x\".Length : $X; Trace$N($\"{$X}\");", "bool debug = $X == 77; if (debug) { " + Allocate + " }",
            "[System.Diagnostics.Conditional(\"NEVER\")] private static void Trace$N(string text) => " + Allocate),
        new("switch expression", "state.I32 = $X switch { < 0 => 1, >= 0 and < 10 => 2, 77 or 78 => state.J32, _ when state.I64 > 3 => 4, _ => 5 };", "state.I32 = ($X & 1) switch { 0 => 3, 5 => 4 };"),
        new("switch on a tuple", "state.I32 = (state.I32 > 3, state.J32 & 3) switch { (true, 1) => 1, (_, > 2) => 2, _ => 3 };", "state.I32 = (state.I32 > 3, \"x\") switch { (true, \"x\") => 1, _ => 3 };"),
        new("ref struct", "Ref$N r = new Ref$N(ref state.I32); r.Field += $X;", "Ref$N r = new Ref$N(ref s_box.Number); r.Field += $X;",
            "private ref struct Ref$N { public ref int Field; " + Inline + "public Ref$N(ref int field) { Field = ref field; } }\nprivate sealed class Box$N { public int Number; }\nprivate static readonly Box$N s_box = new();"),
        new("fixed buffer", "fixed (int* f = state.Fixed) state.I32 ^= f[$X & 15]; state.Fixed[3] = $X;", "fixed (int* f = s_numbers) state.I32 ^= f[1];", "private static int[] s_numbers = { 1, 2 };"),
        new("stackalloc with values", "int* p = stackalloc int[] { $X, 2, 3 }; state.I32 ^= p[1]; System.Span<int> s = stackalloc[] { 4, $X }; state.I32 ^= s[1];", "int n = ($X & 3) + 1; System.Span<int> s = stackalloc int[n]; state.I32 ^= s.Length;", "", Knowledge.CodeDecides),
        new("function pointer", "delegate*<int, long> f = &Known$N; state.I64 ^= f($X);", "delegate*<int, long> f = &Worse$N; state.I64 ^= f($X);",
            Ahead + "private static long Known$N(int n) => n * 3;\n" + Ahead + "private static long Worse$N(int n) { " + Allocate + " return n; }"),
        new("tuple", "(int a, long b) t = ($X, state.J64); (t.a, t.b) = ((int)t.b, t.a); state.I64 ^= t.a + t.b; (state.I32, state.J32) = (state.J32, state.I32);", "(int a, object b) t = ($X, new object()); state.I32 ^= t.b == null ? 1 : t.a;"),
        new("range and index", "System.Span<int> s = new(state.Ints, State.Elements); state.I32 ^= s[^2] + s[3..8].Length;", "System.Span<int> s = new(state.Ints, State.Elements); System.Range r = $X..5; state.I32 ^= s[r].Length;", "", Knowledge.CodeDecides),
        new("nullable value", "int? n = $X == 3 ? null : $X; n += 2; n ??= 4; state.I32 = (n ?? 5) + (n > 3 ? n.GetValueOrDefault() : 1) + (n is { } v ? v : 2);", "int? n = $X; object o = n; state.I32 ^= o == null ? 1 : 2;"),
        new("conversion of a nullable", "byte? n = state.U8 == 3 ? null : state.U8; int? m = n; state.I32 = m.GetValueOrDefault() + (m.HasValue ? 1 : 0);", "byte? n = $X == 3 ? null : state.U8; state.I32 = (int)n;", "", Knowledge.CodeDecides),
        new("constructor chain", "state.I64 ^= new Chain$N($X).Sum;", "state.I64 ^= new Chain$N((long)$X).Sum;",
            "private struct Chain$N { public long Sum; private int _three = 3; " + Inline + "public Chain$N(int a) : this(a, 4) { }\n" + Inline + "public Chain$N(int a, int b) { Sum = a + b + _three; }\n" + Ahead + "public Chain$N(long a) { " + Allocate + " Sum = a; } }"),
        new("primary constructor", "state.I64 ^= new Primary$N($X).Twice;", "state.I64 ^= new Careless$N($X).Twice;",
            "private struct Primary$N(int x) { public int Twice => x * 2; }\nprivate struct Careless$N(int x) { private readonly object _thing = new object(); public int Twice => _thing == null ? 1 : x * 2; }"),
        new("collection initialiser", "state.I64 ^= new Bag$N { $X, 3 }.Sum;", "state.I64 ^= new Bag$N { 5L }.Sum;",
            "private struct Bag$N : System.Collections.IEnumerable { public long Sum; " + Inline + "public void Add(int x) { Sum += x; }\n" + Ahead + "public void Add(long x) { " + Allocate + " }\npublic System.Collections.IEnumerator GetEnumerator() => null; }"),
        new("defensive copy", "state.I64 ^= Copied$N(in state.Nested);", "state.I64 ^= Copied$N(in s_holder.Value);",
            Inline + "private static long Copied$N(in Inner value) { Inner copy = value; copy.Turn(3); return copy.B; }\nprivate sealed class Holder$N { public Inner Value; }\nprivate static readonly Holder$N s_holder = new();"),
        new("reference to a property", "At$N(ref state, $X) = 5; ref long r = ref At$N(ref state, 1); r++;", "AtObject$N() = 5;",
            Inline + "private static ref long At$N(ref State state, int i) => ref i > 3 ? ref state.I64 : ref state.J64;\nprivate sealed class Cellar$N { public long Value; }\nprivate static readonly Cellar$N s_cellar = new();\n" + Inline + "private static ref long AtObject$N() => ref s_cellar.Value;"),
        new("goto", "int left = $X & 3; again: state.I32 ^= left; if (--left > 0) goto again;", "int left = $X & 3; again: " + Allocate + " if (--left > 0) goto again;"),
        new("size and default", "state.I32 ^= sizeof(Inner) + default(Inner).A + default(int) + (int)default(System.DayOfWeek); state.Nested = default;", "state.I32 ^= nameof(state.I32).Length;"),
        new("assignment through null", "Inner* p = $X == 3 ? null : state.Inners; if (p != null) p->A ^= 1;", "Link$N l = null; l?.Next = new Link$N(); state.I32 ^= l == null ? 1 : 2;", "private sealed class Link$N { public Link$N Next; }"),
        new("using", "Once$N once = default; once.Close(); state.I32 ^= once.Closed;", "using Once$N once = default; state.I32 ^= once.Closed;",
            "private ref struct Once$N { public int Closed; " + Inline + "public void Close() { Closed = 1; } " + Inline + "public void Dispose() => Close(); }"),
        new("bits of an enum", "System.IO.FileAccess f = (System.IO.FileAccess)($X & 3); if ((f & System.IO.FileAccess.Write) != 0) state.I32++; switch (f) { case System.IO.FileAccess.Read: state.J32++; break; }", "System.IO.FileAccess f = (System.IO.FileAccess)($X & 3); state.I32 ^= f.Equals(System.IO.FileAccess.Read) ? 1 : 2;"),
        new("enumeration of constants", "foreach (byte e in \"top half\"u8) state.I64 += e;", "foreach (int e in Iterate$N($X & 3)) state.I64 += e;", "private static System.Collections.Generic.IEnumerable<int> Iterate$N(int n) { while (n-- > 0) yield return n; }"),
        new("asynchronous method", "state.I32 ^= Now$N($X);", "state.I32 ^= Later$N($X).IsCompleted ? 1 : 2;", Inline + "private static int Now$N(int x) => x + 1;\nprivate static async System.Threading.Tasks.Task<int> Later$N(int x) => x;"),
        new("anonymous object", "var t = (A: $X, B: 3); state.I32 ^= t.A + t.B;", "var t = new { A = $X, B = 3 }; state.I32 ^= t.A + t.B;"),
        new("event", "state.I32 ^= $X;", "s_ticked += null; state.I32 ^= 1;", "private static event System.Action s_ticked;"),
        new("as and is", "if ($X is 3 or > 77 and not 80) state.I32++;", "Thing2$N t = s_any as Thing2$N; state.I32 ^= t is null ? 1 : 2; if (s_any is string u) state.I32 ^= u.Length;", "private class Thing2$N { }\nprivate static object s_any = new Thing2$N();"),
    ];
}
