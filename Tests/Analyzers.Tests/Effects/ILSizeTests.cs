using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers.Effects;
using TopHalf.Testing;
using Xunit.Abstractions;

namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>The sizes that are told from the source, held against the IL that the compiler emits.</summary>
public sealed class ILSizeTests(ITestOutputHelper output)
{
    private static readonly string[] s_numbers = ["sbyte", "byte", "short", "ushort", "char", "int", "uint", "long", "ulong", "nint", "nuint", "float", "double"];

    // Numbers, and what else a place may hold.
    private static readonly string[] s_types = [.. s_numbers, "bool", "Big", "Inner", "Kind", "int*"];

    private static readonly string Prelude =
        $$"""
        global using static Helpers; using System; using System.Numerics; using System.Runtime.CompilerServices; using System.Threading;
        [Flags] enum Kind { A = 1, B = 2 } [Flags] enum Small : byte { A = 1, B = 2 }
        struct Inner { public int A; public long B; public readonly long Sum() => A + B; public int P { get; set; } }
        struct Big
        {
            public long A, B, C, D; public Inner I;
            public static Big operator +(Big a, Big b) => a; public static bool operator ==(Big a, Big b) => false; public static bool operator !=(Big a, Big b) => false;
        }
        [InlineArray(16)] struct Row { public long First; } [InlineArray(4)] struct Inners { public Inner First; }
        unsafe struct S { public Row Row; public Inners Inners; public fixed byte Buffer[8]; public volatile int Flag; {{Each(s_types, type => $"public {type} F_{Name(type)}; ")}} }
        static unsafe class Helpers
        {
            public static int s_count; public static S s_s; public static void Callee(ref int n) { } public static void In<T>(in T x) { } public static void Out<T>(out T x) { x = default(T)!; }
            {{Each(s_types, type => $"public static {type} s_{Name(type)}; public static {type} Make_{Name(type)}() => default; public static {type} P_{Name(type)} {{ get; set; }} ")}}
        }

        """;

    [Fact]
    public void No_method_has_more_IL_than_the_estimate_says_where_it_decides()
    {
        string[] wrong = [.. s_measured.Value.Where(static method => method.Most <= Inlining.AlwaysInlineSize && method.Actual > Inlining.AlwaysInlineSize).Select(static method => $"{method}")];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void No_method_has_less_IL_than_the_estimate_says()
    {
        string[] wrong = [.. s_measured.Value.Where(static method => method.Least > method.Actual).Select(static method => $"{method}")];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void The_estimate_is_rarely_too_large_where_it_decides()
    {
        Measured[] small = [.. s_measured.Value.Where(static method => method.Actual <= Inlining.AlwaysInlineSize)];
        Measured[] wrong = [.. small.Where(static method => method.Most > Inlining.AlwaysInlineSize)];
        output.WriteLine($"{wrong.Length} of {small.Length}");
        Assert.True(wrong.Length <= small.Length / 20, string.Join('\n', wrong.Take(100)));
    }

    [Theory]
    [InlineData("static int M(ref S s) => s.F_int;")]
    [InlineData("static void M(ref S s) => s.F_int = 1;")]
    [InlineData("static void M(ref S s) => s.F_long += 3;")]
    [InlineData("static int M(int a, int b) => a < b ? a : b;")]
    [InlineData("static int M(int* p) => *p;")]
    [InlineData("static void M(ref S s, int n) { if (n >= 0) { s.F_int = n; } }")]
    [InlineData("static ReadOnlySpan<long> M() => [1, 2, 4, 8, 16, 32, 64, 128];")]
    [InlineData("static ReadOnlySpan<byte> M() => [1, 2, 4, 8, 16, 32, 64, 128, 0, 0];")]
    public void Accessors_and_one_liners_count_as_small(string method)
    {
        Measured measured = Assert.Single(Measure([method]));
        Assert.InRange(measured.Actual, 1, Inlining.AlwaysInlineSize);
        Assert.InRange(measured.Most, 1, Inlining.AlwaysInlineSize);
    }

    [Fact]
    public Task All_initializers_of_a_constructor_count() => Verify.Handler(
        "Pair pair = {|TH5003:new()|}; One one = new(); state.Count = pair.A + pair.B + one.A;",
        """
        struct Pair { public int A = 1000; public int B = 2000; public Pair() { } }
        struct One { public int A = 1000; public One() { } }
        """);

    private static readonly Lazy<IReadOnlyList<Measured>> s_measured = new(static () => Measure([.. Generated(), .. Written.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]));

    private static IReadOnlyList<Measured> Measure(IReadOnlyList<string> methods)
    {
        // Not every operator has every type.
        HashSet<int> impossible = [.. Compile(methods).GetDiagnostics().Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(static diagnostic => diagnostic.Location.GetLineSpan().StartLinePosition.Line - Prelude.Count(static letter => letter == '\n'))];
        string[] possible = [.. methods.Where((_, i) => !impossible.Contains(i))];
        Assert.True(impossible.All(i => i >= 0) && possible.Length > methods.Count / 2, $"{possible.Length} of {methods.Count} compile");

        CSharpCompilation compilation = Compile(possible);
        using MemoryStream image = new();
        Assert.True(compilation.Emit(image).Success);
        using PEReader reader = new(new MemoryStream(image.ToArray()));
        MetadataReader metadata = reader.GetMetadataReader();
        Dictionary<string, int> actual = metadata.TypeDefinitions.Select(metadata.GetTypeDefinition).Where(type => metadata.GetString(type.Name).StartsWith('C')).ToDictionary(
            type => metadata.GetString(type.Name),
            type => reader.GetMethodBody(type.GetMethods().Select(metadata.GetMethodDefinition).Single(method => metadata.GetString(method.Name) == "M").RelativeVirtualAddress).GetILReader().Length);
        SyntaxTree tree = compilation.SyntaxTrees[0];
        SemanticModel model = compilation.GetSemanticModel(tree);
        return [.. tree.GetRoot().ChildNodes().OfType<TypeDeclarationSyntax>().Where(static type => type.Identifier.Text.StartsWith('C')).Select((type, i) =>
        {
            MethodDeclarationSyntax syntax = type.Members.OfType<MethodDeclarationSyntax>().Single(static method => method.Identifier.Text == "M");
            IOperation operation = model.GetOperation(syntax)!;
            return new Measured(possible[i], ILSize.Least(operation), ILSize.Most(operation, model.GetDeclaredSymbol(syntax)!), actual[type.Identifier.Text]);
        })];
    }

    private static CSharpCompilation Compile(IReadOnlyList<string> methods) => CSharpCompilation.Create(
        "Sizes",
        [CSharpSyntaxTree.ParseText(Prelude + string.Concat(methods.Select(static (method, i) => $"{(method.StartsWith("static", StringComparison.Ordinal) ? "static unsafe class" : "unsafe struct")} C{i} {{ {method} }}\n")))],
        TestReferences.All,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true));

    private static string Each(string[] types, Func<string, string> text) => string.Concat(types.Select(text));

    private static string Name(string type) => type.Replace('*', 'p');

    private static IEnumerable<string> Generated()
    {
        string[] others = ["byte", "short", "int", "uint", "ulong", "nint", "double"];
        foreach (string a in s_numbers)
        {
            foreach (string b in s_numbers)
            {
                yield return $"static {b} M({a} x) => unchecked(({b})x);";
                yield return $"static {b} M({a} x) => checked(({b})x);";
                yield return $"static {b} M() => unchecked(({b})(({b})s_{a} - ({b})(int)s_{a}));";
            }

            foreach (string b in others)
            {
                foreach (string op in (string[])["+", "/", "&", "<<", ">>>"])
                {
                    yield return $"static {a} M({a} x, {b} y) => unchecked(({a})(x {op} y));";
                    yield return $"static {a} M({a} x, {b} y) => checked(({a})(x {op} y));";
                    yield return $"static {a} M({a} x, {b} y) {{ x {op}= y; return x; }}";
                    yield return $"static void M(S* s, {b} y) {{ s->F_{a} {op}= y; }}";
                    yield return $"static void M({b} y) {{ s_{a} {op}= y; }}";
                    yield return $"static void M(ref {a} x, {b} y) => x {op}= y;";
                    yield return $"static {a} M({a}* x, {b} y) => x[1] {op}= y;";
                }

                foreach (string op in (string[])["==", "!=", "<", ">="])
                {
                    yield return $"static bool M({a} x, {b} y) => x {op} y;";
                    yield return $"static bool M({a} x, {b} y) => !(x {op} y);";
                    yield return $"static int M({a} x, {b} y) => x {op} y ? 1 : 2;";
                    yield return $"static void M({a} x, {b} y) {{ if (x {op} y) Callee(ref s_count); }}";
                    yield return $"static bool M({a} x, {b} y) => x {op} y && x != 0;";
                    yield return $"static bool M({a} x, {b} y) => x {op} y || x != 0;";
                    yield return $"static bool M({a} x, {b} y) => x {op} y & x != 0;";
                }
            }
        }

        foreach (string a in s_types)
        {
            foreach (string form in (string[])[
                "static T M(T x) => x++;", "static T M(T x) => --x;", "static void M(S* s) => s->F_T++;", "static T M(S* s) => s->F_T--;", "static T M(S* s) => ++s->F_T;", "static T M(ref T s) => s++;",
                "static T M() => s_T--;", "static void M(T* p) => (*p)++;", "static T M(T* p) => *p++;", "static T M(T* p) => *--p;", "static T M(T* p) => p[2]++;", "static T M(T* p, int i) => p[i]--;",
                "static T M(T* p, long i) => ++p[i];", "static T? M(T? x) => ++x;", "static long M(T x) => (long)(-x);", "static long M(T x) => (long)(~x);", "static T M(T x) => checked((T)(-x));",
                "static bool M(T x) => x is 3;", "static bool M(T x) => x is > (T)3 and < (T)9;", "static bool M(T x) => x is (T)3 or (T)9;", "static bool M(T x) => x is not (T)3;", "static bool M(T? x) => x is null;",
                "static bool M(T? x) => x.HasValue;", "static T M(T? x) => x.GetValueOrDefault();", "static T M(T? x) => x ?? (T)4;", "static T? M(T x) => x;", "static T? M(T? x, T? y) => (T?)(x + y);",
                "static bool M(T? x, T? y) => x == y;", "static T M(T* p) => *p;", "static T M(T* p, int i) => p[i];", "static T M(T* p, uint i) => p[i];", "static T M(T* p, byte i) => p[i];", "static T M(T* p, long i) => p[i];",
                "static T M(T* p, ulong i) => *(p + i);", "static T M(T* p, nint i) => *(p - i);", "static T* M(T* p, int i) => p + i;", "static T* M(T* p, int i) => &p[i];", "static T* M(T* p, int i) { p += i; return p; }",
                "static T* M(T* p, uint i) { p -= i; return p; }", "static long M(T* p, T* q) => p - q;", "static bool M(T* p, T* q) => p < q;", "static void M(T* p, T v) => *p = v;", "static void M(T* p, T v) => p[3] = v;",
                "static void M(T* p, T v, int i) => p[i] = v;", "static void M(T* p) => p[3] = p[2] = p[1];", "static T M(S* s) => s->F_T;", "static T M(S s) => s.F_T;", "static T M(in S s) => s.F_T;", "static T M() => s_T;",
                "static T M() => s_s.F_T;", "static void M(T v) => s_s.F_T = v;", "static T M(T v) => s_s.F_T = v;", "static T M(S* s, T v) => s->F_T = v;", "static T M(T v) { T w = v; T z = w; return z; }",
                "static ref T M(ref S s) => ref s.F_T;", "static void M(ref S s) { ref T r = ref s.F_T; r = s_T; }", "static T M() => Make_T();", "static void M() { Make_T(); }", "static T M() { Out(out T v); return v; }",
                "static void M(T v) => In(v);", "static void M(T v) => In(in v);", "static void M(T v) => In(v + 1);", "static void M() => In(s_T);", "static T M() => P_T;", "static void M(T v) => P_T = v;", "static T M(T v) => P_T = v;",
                "static void M(T v) => P_T += v;", "static T M() => P_T++;", "static T M() => Volatile.Read(ref s_T);", "static void M() => Volatile.Write(ref s_T, (T)1);", "static (T, int) M(T x) => (x, 1);",
                "static T M((T A, int B) x) => x.A;", "static void M((T, T) x) { (s_T, T q) = x; s_T = q; }", "static void M(ref T x, ref T y) => (x, y) = (y, x);", "static bool M((T, int) x) => x == ((T)1, 2);",
                "static int M(T x) => x switch { (T)1 => 5, (T)2 => 6, _ => 7 };", "static int M(Span<T> x) => x.Length;", "static T M(Span<T> x) => x[2];", "static T M(ReadOnlySpan<T> x) => x[^1];", "static Span<T> M(T* x) => new(x, 4);",
                "static T M() { T* x = stackalloc T[4]; return x[1]; }", "static T M() { Span<T> x = stackalloc T[4]; return x[1]; }", "static T M() => default;", "static T M() => (T)100;", "static T M(T x) => x == (T)0 ? (T)1 : x;",
                "static void M(T x) { _ = x + 1; }", "static Kind M(T x) => (Kind)x;", "static Small M(T x) => (Small)x;"])
            {
                yield return form.Replace("F_T", "F_" + Name(a), StringComparison.Ordinal).Replace("s_T", "s_" + Name(a), StringComparison.Ordinal).Replace("P_T", "P_" + Name(a), StringComparison.Ordinal)
                    .Replace("Make_T", "Make_" + Name(a), StringComparison.Ordinal).Replace("T?", a + "?", StringComparison.Ordinal).Replace("T*", a + "*", StringComparison.Ordinal)
                    .Replace("(T ", $"({a} ", StringComparison.Ordinal).Replace("(T)", $"({a})", StringComparison.Ordinal).Replace("<T>", $"<{a}>", StringComparison.Ordinal).Replace("(T,", $"({a},", StringComparison.Ordinal)
                    .Replace("static T ", $"static {a} ", StringComparison.Ordinal).Replace(" T ", $" {a} ", StringComparison.Ordinal).Replace(" T[", $" {a}[", StringComparison.Ordinal).Replace(" T)", $" {a})", StringComparison.Ordinal);
            }
        }

        foreach (string type in (string[])["Kind", "Small"])
        {
            foreach (string op in (string[])["&", "|", "^"])
            {
                yield return $"static {type} M({type} x) => x {op} {type}.B;";
                yield return $"static void M(ref {type} x) => x {op}= {type}.B;";
                yield return $"static bool M({type} x) => (x {op} {type}.B) != 0;";
            }

            yield return $"static {type} M({type} x) => ~x;";
            yield return $"static {type} M({type} x) => x + 1;";
            yield return $"static {type} M({type} x) => x++;";
            yield return $"static int M({type} x) => x - {type}.A;";
        }
    }

    private sealed record Measured(string Method, int Least, int Most, int Actual);

    private const string Written =
        """
        int _n; void M() => _n++;
        long _n; void M() => _n++;
        byte _n; void M() => _n--;
        long _n; void M() => _n += 4;
        long _n; long M() => ++_n;
        int _n; int M() => _n++;
        int _n; int M() => _n = 3;
        int _n; int M(int a) { _n += a; return _n; }
        Inner _n; void M() => _n.A++;
        Inner _n; void M() => _n.B += 2;
        Inner _n; long M() => _n.Sum();
        Inner _n; int M() => _n.P++;
        Inner _n; Inner M() => _n;
        Inner _n; void M(Inner a) => _n = a;
        int _n; bool M() => ++_n < 3;
        int _n; bool M() => _n++ < 3;
        int _n; bool M() => _n-- > 0 && _n != 2;
        int* _n; void M() => _n++;
        int* _n; int M() => *_n++;
        double _n; void M() => _n++;
        int _n; int M(int a, int b, int c) => _n + c;
        int _n; int N { get; set; } void M() => N++;
        static int M(S s) { s.F_int++; return s.F_int; }
        static int M(S s) { s.F_int += 3; return s.F_int; }
        static int M(int a) { Inner i = default; i.A += a; return i.A; }
        static int M(int a) { Inner i = default; i.A++; return i.A++; }
        static int M(int a) { int? n = a == 5 ? null : a; return n.GetValueOrDefault(); }
        static int? M(int a) => null;
        static int? M(int a) => a > 3 ? a : null;
        static int F(int n) => n; static delegate*<int, int> M() => &F;
        static int F(int n) => n; static int G(int n, delegate*<int, int> f) => n; static void M() => G(12, &F);
        static int F(int n) => n; static int M(int n) { delegate*<int, int> f = &F; return f(n); }
        static int F(int n) => n; static int G(int n) => -n; static int M(int n) { delegate*<int, int> f = n > 3 ? &F : &G; return f(n); }
        static int F(int n) => n; static nint M() => (nint)(delegate*<int, int>)&F;
        static void M(int* p, int i) => p[i] = p[i + 1];
        static void M(S* s) => s->Buffer[3] = 4;
        static long M(ref Row r) => r[0];
        static int M(ref Row r) => (int)r[3];
        static ref long M(ref Row r) => ref r[3];
        static ref long M(ref Row r, int i) => ref r[i];
        static long M(ref Row r, int i) => r[i & 15];
        static long M(Row r, int i) => r[i & 15];
        static long M(in Row r) => r[4];
        static void M(ref Row r) => r[4] = 9;
        static void M(ref Row r) => r[4]++;
        static void M(ref Row r, int i) => r[i] += 4;
        static long M(ref S s) => s.Row[4];
        static long M(ref S s) => s.Inners[2].Sum();
        static long M(ref S s, int i) => s.Inners[i].B;
        static void M(ref S s, int i) => s.Inners[i].B = 3;
        static void M(ref S s) => s.Inners[2] = s.Inners[1];
        static Row M() => default;
        static long M() => new Row()[2];
        static int M(long* p) => (int)p[20];
        static byte M(byte* p) => p[300];
        static int M(int* p) => p[-1];
        static int M(int* p) => p['a'];
        static int M(int* p) => p[100000000];
        static int M(int* p) => *(p + 5L);
        static int M(int* p) => p[0];
        static S M(S* p) => p[5];
        static byte M(ref S s, int i) => s.Buffer[i];
        static int M(ref S s) => s.Flag;
        static void M(ref S s) => s.Flag++;
        static void M() => s_int = 100000;
        static long M() => 0x123456789ABC;
        static long M() { s_count = s_count; return 141; }
        static ulong M() { s_count = s_count; return 3000000000; }
        static bool M(int a) => a != 3 && a <= 5;
        static void M(int n) { int k = n; Callee(ref k); }
        static int M(int n) => n switch { 1 => 2, _ => 3 };
        static bool M(int n) => n is 1 or 5;
        static S M() => default;
        static ReadOnlySpan<long> M() => [1, 2, 4, 8, 16, 32, 64, 128];
        static ReadOnlySpan<byte> M() => [1, 2, 4, 8, 16, 32, 64, 128];
        static int M(int n) { ReadOnlySpan<int> s = [1, n]; return s.Length; }
        static Span<int> M() => (int[])[1, 2, 3];
        static ushort M(float a) => unchecked((ushort)unchecked((int)(unchecked((int)unchecked((double)s_ulong)) - unchecked((int)s_ulong))));
        static long M(ref S s) => s.F_Inner.B;
        static void M(ref S s) => s.F_Inner.B = 3;
        static void M(ref S s) => s.F_Inner.B += 3;
        static void M(ref S s) => s.F_Inner = s.F_Big.I;
        static long M(ref S s) => s.F_Inner.Sum();
        static long M(S s) => s.F_Inner.Sum();
        static int M(S s) => s.F_Inner.P;
        static void M(ref S s) => s.F_Inner.P = 4;
        static void M(ref S s) => s.F_Inner.P += 4;
        static int M(ref S s) => s.F_Inner.P++;
        static void M(S s) { s.F_Inner.P++; }
        static void M(ref S s) => s.F_Inner = new Inner();
        static void M(ref S s) => s.F_Inner = new Inner { A = 1, B = 2 };
        static void M(ref S s) => s.F_Inner = default;
        static Inner M(ref S s) => s.F_Inner with { A = 4 };
        static int M(int a, int b) { int x = a + b; int y = a - b; int z = x * y; return z + x; }
        static int M(int a) { int L() => 3; return L() + a; }
        static int M(int a) { int L() => a; return L(); }
        static int M(int a) { static int L(int x) => x; return L(a); }
        static void M(int a) { s_int = a; }
        static void M(int a) { if (a > 3) { s_int = a; } }
        static void M(int a) { if (a > 3) { s_int = a; } else { s_int = 1; } }
        static void M(int a) { if (a >= 3 && a < 7) { s_int = a; } }
        static bool M(int a) => a >= 3 && a < 7;
        static bool M(uint a) => a - 3 <= 4;
        static bool M(uint a, int b) { if (a > 3) return false; return b != 0; }
        static int M(int a) { if (a < 0) return 0; return a; }
        static int M(int a) => a < 0 ? 0 : a;
        static int M(int a) => a < 0 ? 0 : a > 100 ? 100 : a;
        static void M() { Make_int(); }
        static void M() { _ = Make_int(); }
        static void M(ref S s) { Interlocked.Increment(ref s.F_int); }
        static void M(ref S s) { Volatile.Write(ref s.F_int, 4); }
        static void M(ref S s) => Volatile.Write(ref s.F_int, 4);
        static int M(ref S s) => Interlocked.CompareExchange(ref s.F_int, 1, 0);
        static int M(delegate*<int, int> f) => f(3);
        static int M(delegate*<int, int> f, int x) => f(x) + 1;
        static int M(int a, int b, int c, int d, int e) => e;
        static void M(int a, int b, int c, int d, int e) { e = 4; s_int = e; }
        static int M(int n) => Math.Max(n, 3);
        static int M(int n) => Math.Min(Math.Max(n, 3), 9);
        static uint M(uint n) => BitConverter.SingleToUInt32Bits(n);
        static int M(nint n) => (int)(n << 3);
        static nint M(nint n) => n >> 3;
        static long M(S* s) => (long)s;
        static S* M(long s) => (S*)s;
        static ref int M(ref S s) => ref s.F_int;
        static int* M(ref S s) => (int*)Unsafe.AsPointer(ref s.F_int);
        static int M(ref S s) { ref int r = ref s.F_int; r++; return r; }
        static bool M(ref S s) => s.F_bool && s.F_int > 3;
        static bool M(bool a, bool b) => a ^ b;
        static bool M(bool a, bool b) => a & !b;
        static bool M(bool a) => !a;
        static void M(bool a, ref S s) => s.F_bool = !a;
        static void M(bool a, ref S s) => s.F_bool |= a;
        static int M(Kind e) => (int)e;
        static bool M(Kind e) => (e & Kind.A) != 0;
        static Small M(Small e) => e | Small.A;
        static void M(ref S s) { s.F_int = 1; s.F_long = 2; }
        static void M(ref S s, int v) { s.F_int = v; s.F_long = v; }
        static void M(ref S s) { (s.F_int, s.F_uint) = (1, 2); }
        static (int, int) M(ref S s) => (s.F_int, s.F_int);
        static int M((int a, int b) t) => t.a + t.b;
        static int M((int a, int b) t) { var (x, y) = t; return x + y; }
        static int M() { var (x, y) = (1, s_int); return x + y; }
        static ReadOnlySpan<byte> M() => "abc"u8;
        static byte M(int i) => "abc"u8[i];
        static int M(int i) { fixed (int* p = &s_int) { return p[i]; } }
        static Span<int> M(ref int r) => System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref r, 4);
        static bool M(long t) => t is 0 or 1 or 2;
        static bool M(int t) => t is >= 0 and < 10;
        static bool M(uint t) => t is < 10;
        static bool M(byte t) => t is (byte)'a';
        static bool M(char t) => t is >= 'a' and <= 'z';
        static int M(bool b) => b ? 1 : 0;
        static int M(int x) { int y = x; y *= 3; return y; }
        static int M(int x) { x ^= x << 13; x ^= x >> 7; return x; }
        static uint M(uint x) { x ^= x << 13; return x; }
        static void M(ref uint x) { x ^= x << 13; }
        static ulong M(ref S s) { s.F_ulong ^= s.F_ulong << 13; return s.F_ulong; }
        static int M(S* s, int i) => (&s->F_int)[i];
        static ref S M(S* s, int i) => ref s[i];
        static S* M(S* s, int i) => &s[i];
        static S M(S* s, int i) => s[i];
        static S M(S* s) => *s;
        static int M(S* s, int i) => s[i].F_int;
        static void M(S* s, int i) => s[i].F_int++;
        static void M(S* s) { s++; s->F_int = 3; }
        static int M(S** s) => (*s)->F_int;
        static S M(ref S s) => s;
        static void M(ref S s, S t) => s = t;
        static void M(ref S s, in S t) => s = t;
        static void M(S* s, S t) => *s = t;
        static void M(S* s, S* t) => *s = *t;
        static Int128 M(Int128 a) => a + 1;
        static long M() => DateTime.UtcNow.Ticks;
        static long M() => System.Diagnostics.Stopwatch.GetTimestamp();
        static TimeSpan M(long a) => TimeSpan.FromTicks(a);
        static long M(TimeSpan a) => a.Ticks;
        static bool M(TimeSpan a, TimeSpan b) => a < b;
        static TimeSpan M(TimeSpan a, TimeSpan b) => a + b;
        static int M(int x) => checked(x + 1);
        static int M(int x) => checked(x * 2 + x);
        static byte M(int x) => checked((byte)x);
        static decimal M(decimal x) => x;
        static int M() => sizeof(S);
        static int M() => sizeof(int);
        static int M<T>(T x) where T : unmanaged => sizeof(T);
        static T M<T>(T* x) where T : unmanaged => *x;
        static T M<T>(ref T x) where T : unmanaged => x;
        static void M<T>(ref T x, T y) where T : unmanaged => x = y;
        static T M<T>(T* x, int i) where T : unmanaged => x[i];
        static T M<T>() where T : unmanaged => default;
        static int M<T>(T x) where T : struct, IComparable<T> => x.CompareTo(x);
        static int M(int x) => x % 7 + x / 3 - x * 5;
        static void M(int* p, int n) { p[n] = p[n] + 1; }
        static void M(int* p, int n) { p[n]++; }
        static void M(int* p) { *p++ = 3; }
        static int M(int* p) => *(p + 3);
        static int M(int* p) => p[3];
        static int M(long* p) => (int)p[300];
        static double M(double x) => (double)x;
        static float M(double x) => (float)x;
        static double M(int a, int b) => (double)a / b;
        static double M(ulong a, ulong b) => (double)a / (double)b;
        static void M(S s) { Span<int> a = new(&s.F_int, 1); a[0] = 3; }
        static bool M(object o) => o is string;
        static int M(Span<int> s, int i) => s[i];
        static void M(Span<int> s, int i) => s[i] = 3;
        static void M(Span<int> s, int i) => s[i] += 3;
        static void M(Span<int> s, int i) => s[i]++;
        static int M(Span<int> s, int i) => (uint)i < (uint)s.Length ? s[i] : 0;
        static ref int M(Span<int> s, int i) => ref s[i];
        static Inner M(Span<Inner> s, int i) => s[i];
        static long M(Span<Inner> s, int i) => s[i].B;
        static long M(Span<Inner> s, int i) => s[i].Sum();
        static void M(Span<Inner> s, Inner i) => s[2] = i;
        static int M(int a) => -a;
        static int M(int a) => ~a & 255;
        static int M(int a) => checked(-a);
        static void M(params ReadOnlySpan<int> a) { }
        static int M(int a = 4) => M(a);
        static bool M(nint a) => a == 0;
        static bool M(int* a) => a == null;
        static bool M(int* a) => a != null;
        static int* M() => null;
        static void M(int** p) => *p = null;
        static int M(string s) => s.Length;
        static Guid M() => default;
        static void M(ref Guid g) => g = default;
        static void M(out Guid g) => g = default;
        static void M(out int g) => g = 3;
        static void M(out int g, int a, int b) => g = a > b ? a : b;
        static bool M(int a, out int g) { g = a; return a > 3; }
        static bool M(int a, out int g) { if (a > 3) { g = 1; return true; } g = 0; return false; }
        static int M<T>(T x) where T : struct, IComparable<T> => x.CompareTo(x) + 1;
        static int M<T>(ref T x) where T : struct, IComparable<T> => x.CompareTo(x);
        static T M<T>(T x, T y) where T : struct, System.Numerics.INumber<T> => x + y;
        static T M<T>(T x, T y) where T : struct, System.Numerics.INumber<T> => T.Max(x, y);
        static bool M<T>(T x, T y) where T : struct, System.Numerics.INumber<T> => x < y;
        static void M(in Inner x) => s_Inner = x;
        static int M(in Inner x) => x.P;
        static long M(in Inner x) => x.Sum();
        static int M(int a) { int b, c; b = c = a; return b + c; }
        static int M(int a) { int b = a; b++; return b--; }
        static int M(int a) { a++; ++a; return a; }
        static void M(int a) { s_int = s_uint > 3 ? a : 4; }
        static uint M(int a) => (uint)a;
        static long M(int a) => a;
        static long M(uint a) => a;
        static ulong M(byte a) => a;
        static nint M(int a) => a;
        static int M(int a) => (short)a;
        static int M(int a) => (byte)(a + 1) & 15;
        static int M(int a) => (a + 1) & 15;
        static int M(S* s) => s->F_intp[3];
        static int M(S* s) => *s->F_intp;
        static void M(S* s) => *s->F_intp = 3;
        static void M(S* s) => s->F_intp++;
        static int M(S* s) => *s->F_intp++;
        static int M(void* p) => *(int*)p;
        static int M(nint p) => *(int*)p;
        static void M(nint p) => ((int*)p)[2]++;
        static int M(int a) { switch (a) { default: return 4; } }
        static int M(int a) { L: return a; }
        static int M(int a) => ((a + 1));
        static int M(int a) => true ? a : 0;
        static int M(int a) { if (false) { return 3; } return a; }
        static int M(int a) { const int k = 1000000; return a + k; }
        static int M(int a) => nameof(a).Length;
        static void M() { ; }
        static void M() { }
        static int M(int x) { { int y = x + 1; return y; } }
        static int M(ref int x, ref int y) => x + y;
        static void M(out int x, out int y) { x = 1; y = 2; }
        static void M(ref int x) => x = -1;
        static void M(ref long x) => x = 0;
        static void M(ref double x) => x = 0;
        static void M(ref bool x) => x = true;
        static void M(ref float x) => x = 1;
        static void M(ref S s) => s.F_double = 0;
        static void M(ref S s, bool b) => s.F_int = b ? 1 : 0;
        static T M<T>() where T : struct, System.Numerics.INumber<T> => T.Zero;
        static void M<T>(ref T x, T y) where T : struct, System.Numerics.INumber<T> => x += y;
        static void M<T>(ref T x) where T : struct, System.Numerics.INumber<T> => x++;
        static T M<T>(int x) where T : struct, System.Numerics.INumber<T> => T.CreateTruncating(x);
        static T M<T>(T x) where T : struct, System.Numerics.INumber<T> => -x;
        static bool M<T>(T x) where T : struct, IEquatable<T> => x.Equals(default);
        static int M(int a) { if (true) { return 3 + a; } return a; }
        """;
}
