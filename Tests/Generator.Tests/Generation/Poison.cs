namespace TopHalf.Generator.Tests.Generation;

/// <summary>What the generator knows about a handler, whatever the JIT makes of it.</summary>
internal enum Knowledge
{
    /// <summary>Nothing in its IL is forbidden: the JIT's text alone decides.</summary>
    CodeDecides,

    /// <summary>It breaks a rule that holds for IL, or reads the managed heap: it must be refused, even where the machine code looks clean.</summary>
    MustBeRefused,
}

/// <summary>Something that does not belong into a handler.</summary>
/// <param name="Name">Names it in messages.</param>
/// <param name="Knowledge">Whether its presence alone condemns the handler.</param>
/// <param name="Statement">Statements. <c>$X</c> stands for an int that the JIT does not know, <c>$N</c> for the handler's number.</param>
/// <param name="Members">Declarations beside the handler that the statements need.</param>
internal sealed record Poison(string Name, Knowledge Knowledge, string Statement, string Members = "")
{
    private const string Reference = "private class Thing$N { public int Number = 3; public virtual int Turn(int by) => Number ^ by; }\nprivate static Thing$N s_thing = new();";
    private const string Array = "private static readonly int[] s_array = { 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3 };";

    public static IReadOnlyList<Poison> All { get; } =
    [
        Condemned("new object", "object o = new object(); state.I32 ^= o == null ? 1 : 2; System.GC.KeepAlive(o);"),
        Condemned("object that does not escape", "Thing$N o = new Thing$N(); o.Number += $X; state.I32 ^= o.Number;", Reference),
        Condemned("new array", "int[] a = new int[($X & 7) + 1]; a[0] = 5; state.I32 += a[0] + a.Length;"),
        Condemned("small array that does not escape", "int[] a = { $X, 2, 3 }; state.I32 += a[1];"),
        Condemned("boxing", "object o = $X; state.I64 += o.GetHashCode();"),
        Condemned("boxing to an interface", "IOperation o = new Mix(); state.I64 += o.Apply(state.I64, $X);"),
        Condemned("string literal", "state.I32 += \"top half\".Length;"),
        Condemned("string element", "state.I32 += \"top half\"[$X & 7];"),
        Condemned("string interpolation", "string s = $\"{$X} of {state.I64}\"; state.I32 ^= s.Length;"),
        Condemned("string concatenation", "string s = \"x\" + $X; state.I32 ^= s.Length;"),
        Condemned("lambda", "System.Func<int, int> f = static x => x * 3; state.I32 = f($X);"),
        Condemned("closure", "int k = $X; System.Func<int, int> f = x => x * k; state.I32 = f(3);"),
        Condemned("static reference", "state.I32 ^= s_thing == null ? 1 : 2;", Reference),
        Condemned("field of an object", "state.I32 ^= s_thing.Number;", Reference),
        Condemned("field of an object, written", "s_thing.Number = $X;", Reference),
        Condemned("virtual call", "state.I32 = s_thing.Turn($X);", Reference),
        Condemned("static reference, written", "s_thing = null;", Reference),
        Condemned("static reference by ref", "state.I32 ^= System.Threading.Volatile.Read(ref s_thing) == null ? 1 : 2;", Reference),
        Condemned("reference exchanged", "System.Threading.Interlocked.Exchange(ref s_thing, null);", Reference),
        Condemned("array element", "state.I32 ^= s_array[$X & 15];", Array),
        Condemned("array element, unmasked", "state.I32 ^= s_array[$X];", Array),
        Condemned("array length", "state.I32 ^= s_array.Length;", Array),
        Condemned("foreach over an array", "foreach (int e in s_array) state.I64 += e;", Array),
        Condemned("span over an array", "System.ReadOnlySpan<int> a = s_array; state.I32 ^= a.Length;", Array),
        Condemned("struct with a reference", "state.I32 ^= s_pair.Number; state.I32 ^= s_pair.Thing == null ? 1 : 2;", "private struct Pair$N { public object Thing; public int Number; }\nprivate static Pair$N s_pair;"),
        Condemned("interface call", "state.I64 = s_operation.Apply(state.I64, $X);", "private static IOperation s_operation = new Mix();"),
        Condemned("delegate call", "state.I32 = s_function($X);", "private static System.Func<int, int> s_function = static x => x + 1;"),
        Condemned("P/Invoke", "state.I32 ^= getpid();", "[System.Runtime.InteropServices.DllImport(\"libc\")] private static extern int getpid();"),
        Condemned("P/Invoke without transition", "state.I32 ^= getppid();", "[System.Runtime.InteropServices.DllImport(\"libc\"), System.Runtime.InteropServices.SuppressGCTransition] private static extern int getppid();"),
        Condemned("unmanaged function pointer", "state.I32 ^= ((delegate* unmanaged<int, int>)state.Bytes)($X);"),
        Condemned("throw", "if ($X == 123456) throw new System.InvalidOperationException();"),
        Condemned("throw null", "if ($X == 123456) throw null;"),
        Condemned("try and finally", "try { state.I32 += $X; } finally { state.J32++; }"),
        Condemned("try and catch", "try { state.I32 += 5 / $X; } catch (System.DivideByZeroException) { state.J32++; }"),
        Condemned("lock", "lock (s_thing) { state.I32++; }", Reference),
        Condemned("thread static", "state.I32 += ++t_count;", "[System.ThreadStatic] private static int t_count;"),
        Condemned("type handle", "state.I32 ^= typeof(State).GetHashCode();"),
        Condemned("type test", "state.I32 ^= ((object)s_thing is string) ? 1 : 2;", Reference),
        Condemned("cast", "state.I32 ^= ((Thing$N)(object)s_thing).Number;", Reference),
        Condemned("method of an enum that boxes", "state.I32 ^= ((System.DayOfWeek)($X & 3)).ToString().Length;"),
        Condemned("code shared over references", "state.I64 ^= Name$N<string>($X);", "[MethodImpl(Callee)] private static int Name$N<T>(int x) => System.Runtime.CompilerServices.Unsafe.SizeOf<T>() + x;"),
        Condemned("static struct on the managed heap", "state.I64 ^= s_monster.Numbers[$X & 1023];", "private static Monstrous s_monster;"),
        Condemned("memory of an object", "state.I32 ^= System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(s_array);", Array),

        Suspect("checked addition", "state.I32 = checked($X + state.J32);"),
        Suspect("checked addition that cannot overflow", "state.I32 = checked(($X & 255) + (state.J32 & 255));"),
        Suspect("checked multiplication", "state.I64 = checked(state.I64 * state.J64);"),
        Suspect("checked conversion", "state.U8 = checked((byte)$X);"),
        Suspect("checked conversion that cannot overflow", "state.U8 = checked((byte)($X & 255));"),
        Suspect("checked conversion of a double", "state.I32 = checked((int)state.F64);"),
        Suspect("double to ulong", "state.U64 = (ulong)state.F64;"),
        Suspect("decimal", "decimal d = $X; d *= 3; state.I64 = (long)d;"),
        Suspect("remainder of doubles", "state.F64 %= 3.25;"),
        Suspect("remainder of floats", "state.F32 = state.F32 % (float)$X;"),
        Suspect("sine", "state.F64 = System.Math.Sin(state.F64);"),
        Suspect("power", "state.F64 = System.Math.Pow(state.F64, 0.5);"),
        Suspect("floor and ceiling", "state.F64 = System.Math.Floor(state.F64) - System.Math.Ceiling(state.F64 / 3);"),
        Suspect("absolute value", "state.I32 = System.Math.Abs($X);"),
        Suspect("clamp", "state.I32 = System.Math.Clamp($X, 3, 99);"),
        Suspect("span index", "System.Span<int> s = new(state.Ints, State.Elements); state.I32 ^= s[$X];"),
        Suspect("span index behind a test", "System.Span<int> s = new(state.Ints, State.Elements); int k = $X; if ((uint)k < (uint)s.Length) state.I32 ^= s[k];"),
        Suspect("span of unknown length", "System.Span<int> s = new(state.Ints, $X); state.I32 ^= s.Length;"),
        Suspect("span slice", "System.Span<int> s = new(state.Ints, State.Elements); state.I32 ^= s.Slice($X & 3, 4)[1];"),
        Suspect("span range", "System.Span<int> s = new(state.Ints, State.Elements); state.I32 ^= s[2..5].Length;"),
        Suspect("span copy", "System.Span<int> s = new(state.Ints, 8); s.CopyTo(new System.Span<int>(state.Ints + 8, 8));"),
        Suspect("span clear", "new System.Span<long>(state.Longs, $X & 7).Clear();"),
        Suspect("span fill", "new System.Span<byte>(state.Bytes, State.Elements).Fill((byte)$X);"),
        Suspect("span search", "state.I32 = System.MemoryExtensions.IndexOf(new System.Span<int>(state.Ints, State.Elements), $X);"),
        Suspect("foreach over a span", "foreach (int e in new System.ReadOnlySpan<int>(state.Ints, State.Elements)) state.I64 += e;"),
        Suspect("inline array index", "state.I64 ^= state.Row[$X];"),
        Suspect("foreach over an inline array", "foreach (long e in state.Row) state.I64 += e;"),
        Suspect("stackalloc index", "System.Span<long> s = stackalloc long[8]; s[$X & 7] = 4; state.I64 += s[$X & 7];"),
        Suspect("large stackalloc", "byte* p = stackalloc byte[1500]; p[$X & 1023] = 1; state.I64 += p[$X & 255] & 0;"),
        Suspect("stackalloc of unknown length", "byte* p = stackalloc byte[($X & 31) + 1]; p[0] = 1; state.I64 += p[0];"),
        Suspect("huge copy", "Huge h = s_huge; h.Numbers[$X & 127]++; s_huge = h;", "private static Huge s_huge;"),
        Suspect("huge stack", "Huge a, b, c, d, e; Touch(&a); Touch(&b); Touch(&c); Touch(&d); Touch(&e);", "[MethodImpl(Callee)] private static void Touch(Huge* h) { h->Numbers[3] = 4; }"),
        Suspect("large frames in a chain", "Huge a; state.I64 ^= Deeper(&a, 3);", "[MethodImpl(Callee)] private static long Deeper(Huge* h, int x) { Huge a; h->Numbers[1] = x; return Deepest(&a) + Deepest(h); }\n[MethodImpl(Callee)] private static long Deepest(Huge* h) { Huge a, b; h->Numbers[2] = 5; Touch(&a); Touch(&b); return 1; }\n[MethodImpl(Callee)] private static void Touch(Huge* h) { h->Numbers[3] = 4; }"),
        Suspect("block copy", "System.Runtime.CompilerServices.Unsafe.CopyBlock(state.Bytes, state.Ints, (uint)($X & 7));"),
        Suspect("block of fixed size", "System.Runtime.CompilerServices.Unsafe.InitBlock(state.Bytes, 3, 12);"),
        Suspect("memory copy", "System.Buffer.MemoryCopy(state.Ints, state.Longs, 64, $X & 31);"),
        Suspect("recursion", "state.I64 ^= Again($X & 3);", "[MethodImpl(Callee)] private static long Again(int n) => n <= 0 ? 1 : n * Again(n - 1) + 1;"),
        Suspect("recursion of two", "state.I64 ^= Ping($X & 3);", "[MethodImpl(Callee)] private static long Ping(int n) => n <= 0 ? 1 : Pong(n - 1) + 1;\n[MethodImpl(Callee)] private static long Pong(int n) => n <= 0 ? 2 : Ping(n - 1) * 3;"),
        Suspect("method without the mark", "state.I64 ^= Plain($X);", "[MethodImpl(MethodImplOptions.NoInlining)] private static long Plain(int n) => n * 3;"),
        Suspect("pointer to a known method", "delegate*<int, long> f = &Known; state.I64 ^= f($X);", "[MethodImpl(Callee)] private static long Known(int n) => n * 3;"),
        Suspect("pointer to one of two methods", "delegate*<int, long> f = ($X & 1) == 0 ? &One : &Two; state.I64 ^= f(3);", "[MethodImpl(Callee)] private static long One(int n) => n * 3;\n[MethodImpl(Callee)] private static long Two(int n) => n * 5;"),
        Suspect("pointer from memory", "if ($X == 123456) state.I64 ^= ((delegate*<int, long>)state.Bytes)(3);"),
        Suspect("tick count", "if (System.Environment.TickCount64 == 3) state.I32++;"),
        Suspect("stopwatch", "if (System.Diagnostics.Stopwatch.GetTimestamp() == 3) state.I32++;"),
        Suspect("date and time", "if (System.DateTime.UtcNow.Year == 3) state.I32++;"),
        Suspect("thread id", "if (System.Environment.CurrentManagedThreadId == -3) state.I32++;"),
        Suspect("spin", "System.Threading.Thread.SpinWait($X & 3);"),
        Suspect("value of a nullable", "int? n = $X == 5 ? null : $X; state.I32 = n.Value;"),
        Suspect("value of a nullable or default", "int? n = $X == 5 ? null : $X; state.I32 = n.GetValueOrDefault();"),
        Suspect("hash code", "state.I32 = System.HashCode.Combine($X, state.J32);"),
        Suspect("time span", "state.F64 = System.TimeSpan.FromTicks(state.I64).TotalMilliseconds;"),
        Suspect("guid", "System.Guid g = default; state.I32 ^= g == System.Guid.Empty ? 1 : 2;"),
        Suspect("wide division", "System.UInt128 w = new((ulong)$X, state.U64); state.U64 = (ulong)(w / 3);"),
        Suspect("wide product", "state.U64 = System.Math.BigMul(state.U64, (ulong)$X, out ulong low) ^ low;"),
        Suspect("half", "System.Half h = (System.Half)state.F32; state.F32 = (float)h;"),
        Suspect("static of a generic type over a reference", "Cell<string>.Value ^= $X;"),
        Suspect("static of a generic type over a struct with a reference", "Cell<(string, int)>.Value ^= $X;"),
        Suspect("static of a type that is initialised late", "state.I32 ^= Late$N.Value;", "private static class Late$N { public static int Value = System.Math.Max(3, System.Environment.ProcessorCount & 0); static Late$N() { Value += 2; } }"),
        Suspect("read-only static", "state.I32 ^= Fixed$N.Value;", "private static class Fixed$N { public static readonly int Value = int.Parse(\"7\", System.Globalization.CultureInfo.InvariantCulture); }"),
        Suspect("constant span", "state.I32 ^= (\"top half\"u8)[$X & 7];"),
        Suspect("constant span, unmasked", "state.I32 ^= (\"top half\"u8)[$X];"),
        Suspect("switch expression without a default", "state.I32 ^= ($X & 1) switch { 0 => 3, 1 => 4, _ => 5 };"),
        Condemned("flag of an enum", "state.I32 ^= ((System.IO.FileAccess)($X & 3)).HasFlag(System.IO.FileAccess.Write) ? 1 : 2;"),
        Suspect("character class", "state.I32 ^= char.IsLetter((char)($X & 127)) ? 1 : 2;"),
        Suspect("unaligned read", "state.I64 ^= System.Runtime.CompilerServices.Unsafe.ReadUnaligned<long>(state.Bytes + ($X & 7));"),
        Suspect("endianness", "state.I32 = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness($X);"),
        Suspect("read of bytes in a span", "state.I32 = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(new System.ReadOnlySpan<byte>(state.Bytes, State.Elements));"),
        Suspect("vector", "System.Numerics.Vector4 v = new(state.F32, 1, 2, 3); state.F32 = System.Numerics.Vector4.Dot(v, v);"),
        Suspect("memory barrier", "System.Threading.Thread.MemoryBarrier(); state.I32++;"),
        Suspect("clock", "if (InterruptClock.Timestamp < 0) state.I32++;"),
        Suspect("kernel's thread id", "if (context.ThreadId < 0) state.I32++;"),
        .. Forms.All.Select(static f => f.Poison),
    ];

    private static Poison Condemned(string name, string statement, string members = "") => new(name, Knowledge.MustBeRefused, statement, members);

    private static Poison Suspect(string name, string statement, string members = "") => new(name, Knowledge.CodeDecides, statement, members);
}
