namespace TopHalf.Analyzers.Tests.Anchors;

/// <summary>
/// The families of Clang's tests of function effects (attr-nonblocking-constraints.cpp) in the forms that C# gives them, in their order: first what is
/// reported, then what is like it and clean.
/// </summary>
public sealed class FunctionEffectsTests
{
    private const string Inline = "[MethodImpl(MethodImplOptions.AggressiveInlining)]";

    [Fact]
    public Task Allocation_and_its_end() =>
        Both("{|TH1001:new object()|}; {|TH3003:NativeMemory.Free(state.Pointer)|};", "int* p = stackalloc int[2]; p[0] = 1;");

    [Fact]
    public Task Statics_that_are_initialised_on_first_use() =>
        Both("state.Count = {|TH5001:Late.Value|};", "state.Count = Early.Value;",
            "static class Late { public static int Value = 1; static Late() { Value = 2; } } static class Early { public const int Value = 1; }");

    [Fact]
    public Task Throw_and_catch() =>
        Both("{|TH4002:try { state.Count++; } catch (Exception) { }|} if (state.Count > 3) {|TH4001:throw new Exception();|}", "if (state.Count > 3) { return; }");

    [Fact]
    public Task Callees_that_can_be_inferred_and_those_that_cannot() =>
        Both("{|TH3001:AppContext.SetData(\"a\", null)|};", "Visible();", $"{Inline} static void Visible() {{ }}");

    [Fact]
    public Task Virtual_calls() =>
        Both("{|TH3002:{|TH1006:s_open|}.M()|};", "default(Struct).M();",
            "static readonly Open s_open = null!; class Open { [AsyncSignalSafe] public virtual void M() { } } struct Struct { public void M() { } }");

    [Fact]
    public Task A_callee_of_a_callee() =>
        Both("{|TH1001:A1()|};", "B1();",
            $"{Inline} static void A1() => A2(); {Inline} static void A2() => new object(); {Inline} static void B1() => B2(); {Inline} static void B2() {{ }}");

    [Fact]
    public Task Thread_locals() => Both("state.Count = {|TH5002:t_count|};", "state.Count = s_count;", "[ThreadStatic] static int t_count; static int s_count;");

    [Fact]
    public Task Anonymous_methods() => Both("Action a = {|TH1003:delegate { }|};", "void Local() { } Local();");

    [Fact]
    public Task Lambdas() => Both("Action a = {|TH1003:() => { }|};", "static void Local() { } Local();");

    [Fact]
    public Task Defining_an_unsafe_function_does_not_taint_its_owner() =>
        Both($"{{|TH1001:Local()|}}; {Inline} void Local() {{ new object(); }}", "#pragma warning disable CS8321\nvoid Local() { new object(); }");

    [Fact]
    public Task A_capture_taints_the_owner() => Both("int n = 1; Func<int> f = {|TH1003:() => n|};", "int n = 1; int Local() => n; state.Count = Local();");

    [Fact]
    public Task But_not_what_is_captured_into() => Both($"int n = 1; {{|TH1001:Local()|}}; {Inline} void Local() {{ object o = new object(); n++; }}", "int n = 1; Local(); void Local() => n++;");

    [Fact]
    public Task Explicit_type_arguments() => Both("{|TH1002:Box<int>(1)|};", "state.Count = Same<int>(1);", Generics);

    [Fact]
    public Task Inferred_type_arguments_and_operators() =>
        Both("{|TH1002:Box(1)|}; _ = {|TH1001:default(Adds) + 1|};", "state.Count = Same(1) + (default(Plain) + 1);",
            Generics + $"struct Adds {{ {Inline} public static int operator +(Adds a, int n) {{ new object(); return n; }} }} struct Plain {{ public static int operator +(Plain a, int n) => n; }}");

    [Fact]
    public Task A_function_out_of_a_generic_method() =>
        Both("{|TH1003:Make<int>()|};", "state.Count = Within<int>(3);",
            $"{Inline} static Func<T?> Make<T>() where T : struct => () => default; {Inline} static T Within<T>(T n) where T : unmanaged {{ return Local(n); static T Local(T m) => m; }}");

    [Fact]
    public Task A_generic_local_function() =>
        Both($"{{|TH1002:Local(1)|}}; {Inline} static void Local<T>(T n) where T : struct {{ object o = n; }}", "state.Count = Local(1); static T Local<T>(T n) where T : struct => n;");

    [Fact]
    public Task Function_pointers_with_and_without_a_target() =>
        Both("{|TH3006:s_any()|};", "s_fixed();", "static delegate*<void> s_any; static readonly delegate*<int> s_fixed = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load(\"libc.so.6\"), \"getpid\");");

    [Fact]
    public Task A_pointer_gained_by_a_cast() => Both("{|TH3006:((delegate*<void>)state.Pointer)()|};", "((delegate*<void>)&Good)();", "static void Good() { }");

    [Fact]
    public Task A_callee_that_a_condition_chooses() =>
        Both("{|TH3006:(state.Count > 0 ? s_a : s_b)()|};", "if (state.Count > 0) { s_a(); } else { s_b(); }", "static readonly delegate*<int> s_a = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load(\"libc.so.6\"), \"getpid\"); static readonly delegate*<int> s_b = s_a;");

    [Fact]
    public Task A_member_that_is_never_to_be_assumed_safe() =>
        Both("{|TH3005:Never()|};", "Always();", $"[AsyncSignalUnsafe(\"it will log\")] {Inline} static void Never() {{ }} {Inline} static void Always() {{ }}");

    [Fact]
    public Task An_attribute_on_one_part_of_a_member() =>
        Verify.File(
            """
            static partial class C
            {
                [AsyncSignalSafe] static partial void Bad();
                [MethodImpl(MethodImplOptions.AggressiveInlining)] static partial void Bad() { {|TH1001:new object()|}; }
                [AsyncSignalSafe] static partial void Good();
                [MethodImpl(MethodImplOptions.AggressiveInlining)] static partial void Good() { }
            }
            """);

    [Fact]
    public Task Method_groups() => Both("Action a = {|TH1003:Target|};", "delegate*<void> a = &Target; a();", "static void Target() { }");

    [Fact]
    public Task Delegates_in_variables() =>
        Both("{|TH3002:{|TH1006:s_action|}()|};", "Direct();", $"static readonly Action s_action = null!; {Inline} static void Direct() {{ }}");

    [Fact]
    public Task Members_that_the_compiler_knows() =>
        Both("{|TH4003:Math.Abs(state.Count)|};", "state.Count = Math.Max(state.Count, 3); state.Count = Unsafe.As<long, int>(ref state.Total);");

    [Fact]
    public Task Regions_around_a_whole_body() =>
        Both("{|TH4002:A()|};", "B();", $"{Inline} static void A() {{ try {{ }} finally {{ s_n++; }} }} {Inline} static void B() {{ s_m++; }} static int s_n; static int s_m;");

    [Fact]
    public Task What_a_constructor_brings() =>
        Both(
            "_ = {|TH1001:new Body(1)|}; _ = {|TH1001:new Field(1)|}; _ = {|TH1001:new Chain(1)|};",
            "_ = new Plain(1); _ = default(Field); _ = new Implied();",
            $$"""
            struct Body { {{Inline}} public Body(int n) { new object(); } }
            struct Field { object o = new object(); {{Inline}} public Field(int n) { } }
            struct Chain { {{Inline}} public Chain(int n) : this(n, 1) { } {{Inline}} Chain(int n, int m) { new object(); } }
            struct Plain { int _n = 1; public Plain(int n) => _n = n; }
            struct Implied { public int N; }
            """);

    [Fact]
    public Task Optional_arguments_and_those_of_the_caller() =>
        Both("{|TH1006:Named()|};", "Numbered(); Numbered(2);",
            $"{Inline} static void Named([CallerMemberName] string name = \"\") {{ }} {Inline} static void Numbered(int n = 1, [CallerLineNumber] int line = 0) {{ }}");

    [Fact]
    public Task What_ends_the_life_of_a_value() =>
        Both("{|TH4002:using Bad {|TH1001:bad = default|};|}", "Good good = default; good.Dispose();",
            $"struct Bad : IDisposable {{ {Inline} public void Dispose() {{ new object(); }} }} struct Good {{ public void Dispose() {{ }} }}");

    [Fact]
    public Task Finalizers() =>
        Both("_ = {|TH1001:new Finalized()|};", "_ = new Value();", "class Finalized { ~Finalized() { } } struct Value { public int N; }");

    [Fact]
    public Task Default_members_of_interfaces() =>
        Both("{|TH1002:Run<Lazy>()|};", "Run<Diligent>();",
            $"interface I {{ void M() {{ }} }} struct Lazy : I {{ }} struct Diligent : I {{ public void M() {{ }} }} {Inline} static void Run<T>() where T : struct, I {{ T t = default; t.M(); }}");

    [Fact]
    public Task Operands_that_are_not_evaluated() =>
        Both("state.Count = {|TH1001:Allocate()|};", "if (nameof(Allocate) == \"a\") { Allocate(); } state.Count = sizeof(State);",
            $"{Inline} static int Allocate() {{ new object(); return 1; }}");

    [Fact]
    public Task What_constraints_require_is_judged_where_it_is_called() =>
        Both("state.Count = {|TH1001:Use<Bad>()|};", "state.Count = Use<Good>();",
            $$"""
            interface IMakes { static abstract int Make(); }
            struct Bad : IMakes { {{Inline}} public static int Make() { new object(); return 1; } }
            struct Good : IMakes { public static int Make() => 1; }
            {{Inline}} static int Use<T>() where T : struct, IMakes => T.Make();
            """);

    [Fact]
    public Task Callees_that_do_not_return() =>
        Both("{|TH4001:Throw()|};", "s_exit(0);", $"[System.Diagnostics.CodeAnalysis.DoesNotReturn] {Inline} static void Throw() => throw new Exception(); static readonly delegate*<int, void> s_exit = (delegate*<int, void>)NativeLibrary.GetExport(NativeLibrary.Load(\"libc.so.6\"), \"_exit\");");

    [Fact]
    public Task Questions_about_types() =>
        Both("Type t = {|TH5004:typeof(State)|}; bool b = {|TH5004:{|TH5004:typeof(int)|}.IsValueType|};", "state.Count = Unsafe.SizeOf<State>() + (RuntimeHelpers.IsReferenceOrContainsReferences<State>() ? 1 : 0);");

    [Fact]
    public Task What_is_safe_never_throws() =>
        Verify.Members(
            $$"""
            [AsyncSignalSafe] {{Inline}} static int Bad(int d) => {|TH4003:8 / d|};
            [AsyncSignalSafe] {{Inline}} static int Good(uint d) => d != 0 ? (int)(8 / d) : 0;
            """);

    private const string Generics =
        "[MethodImpl(MethodImplOptions.AggressiveInlining)] static void Box<T>(T n) where T : struct { object o = n; } [MethodImpl(MethodImplOptions.AggressiveInlining)] static T Same<T>(T n) where T : struct => n;";

    private static async Task Both(string reported, string clean, string members = "")
    {
        await Verify.Handler(reported, members);
        await Verify.Handler(clean, members);
    }
}
