namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH5001 to TH5004: static initialisation, thread statics, tiering, and helpers of the runtime.</summary>
public sealed class RuntimeServiceTests
{
    [Theory]
    [InlineData("state.Count = {|TH5001:Config.Limit|};")]
    [InlineData("{|TH5001:Config.Limit|} = 1;")]
    [InlineData("{|TH5001:Config.Run()|};")]
    public Task A_static_constructor_is_reported(string statement) =>
        Verify.Handler(statement, "static class Config { public static int Limit; static Config() { Limit = 5; } public static void Run() { } }");

    [Theory]
    [InlineData("state.Count = {|TH5001:default(Config).Plain()|};")]
    [InlineData("state.Count = {|TH5001:default(Config).Value|};")]
    [InlineData("state.Count = {|TH5001:Promises.Twice(2)|};")]
    public Task A_static_constructor_behind_any_member_of_a_struct_or_a_promise_is_reported(string statement) =>
        Verify.Handler(statement, """
            struct Config { static int s; static Config() { s = 5; } public int Plain() => 1; public int Value { get { return 3; } } }
            static class Promises { static int s; static Promises() { s = 5; } [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] public static int {|TH5001:Twice|}(int n) => n * 2; }
            """);

    [Theory]
    [InlineData("state.Count = default(Config).Plain();")]
    [InlineData("state.Count = Promises.Twice(2);")]
    public Task Types_with_initialised_fields_are_not_checked(string statement) =>
        Verify.Handler(statement, """
            struct Config { static int s = 5; public Config() { } public int Plain() => 1; }
            static class Promises { static int s = 5; [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] public static int Twice(int n) => n * 2; }
            """);

    [Theory]
    [InlineData("static C() { s = 1; }", "{|TH5001:On|}")]
    [InlineData("static void Set() { s = 1; }", "On")]
    public Task A_handler_in_a_class_with_a_static_constructor_is_reported_at_its_name(string member, string name) =>
        Verify.File(
            $$"""
            static class C
            {
                static int s;
                {{member}}
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void {{name}}(ref int state, in InterruptContext context) { state++; }
            }
            """);

    [Theory]
    [InlineData("static int s; public static object Timer = InterruptTimer.Start<int>({|TH5001:On|}, System.TimeSpan.FromSeconds(1));")]
    [InlineData("static int s; public static object Timer { get; } = InterruptTimer.Start<int>({|TH5001:On|}, System.TimeSpan.FromSeconds(1));")]
    [InlineData("static int s; public static object Timer = Make(); static object Make() => InterruptTimer.Start<int>({|TH5001:On|}, System.TimeSpan.FromSeconds(1));")]
    [InlineData("static int s; public static object Timer = One(); static object One() => Two(); static object Two() => InterruptTimer.Start<int>({|TH5001:On|}, System.TimeSpan.FromSeconds(1));")]
    [InlineData("static int s; public static C Instance = new(); object Timer; C() { Timer = InterruptTimer.Start<int>({|TH5001:On|}, System.TimeSpan.FromSeconds(1)); }")]
    [InlineData("static int s; public static C Instance = new(); object Timer = InterruptTimer.Start<int>({|TH5001:On|}, System.TimeSpan.FromSeconds(1));")]
    [InlineData("static readonly int s = System.Environment.ProcessorCount; public static object Timer = InterruptTimer.Start<int>({|TH5001:On|}, System.TimeSpan.FromSeconds(1));")]
    public Task A_handler_that_the_initialiser_registers_whose_statics_it_uses_is_reported_there(string members) => Verify.File(
        $$"""class C { {{members}} [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void On(ref int state, in InterruptContext context) { state += s; } }""");

    [Fact]
    public Task A_handler_that_another_types_initialiser_registers_is_reported_if_it_uses_statics_of_that() => Verify.File(
        """
        static class Owner { public static int Limit = 5; public static object Timer = InterruptTimer.Start<int>({|TH5001:Ticks.On|}, System.TimeSpan.FromSeconds(1)); }
        static class Ticks { [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] public static void On(ref int state, in InterruptContext context) { state += Of(); } static int Of() => Owner.Limit; }
        """);

    [Fact]
    public Task A_static_constructor_that_registers_a_handler_of_its_type_is_reported_at_both() => Verify.File(
        """
        static class C
        {
            public static object Timer;
            static C() { Timer = InterruptTimer.Start<int>({|TH5001:On|}, System.TimeSpan.FromSeconds(1)); }
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void {|TH5001:On|}(ref int state, in InterruptContext context) { state++; }
        }
        """);

    [Theory]
    [InlineData("static object Timer; public static void Start() => Timer = InterruptTimer.Start<int>(On, System.TimeSpan.FromSeconds(1)); static int s = 5;", "state += s;")]
    [InlineData("static int s = 5; public static object Timer = InterruptTimer.Start<int>(On, System.TimeSpan.FromSeconds(1));", "state++;")]
    [InlineData("const int s = 5; public static object Timer = InterruptTimer.Start<int>(On, System.TimeSpan.FromSeconds(1));", "state += s;")]
    [InlineData("public static object Timer = InterruptTimer.Start<int>(On, System.TimeSpan.FromSeconds(1));", "state += Other.Limit;")]
    [InlineData("static int s = 5; public static InterruptHandler<int> Later = On;", "state += s;")]
    [InlineData("static int s = 5; public static System.Func<object> Later = () => InterruptTimer.Start<int>(On, System.TimeSpan.FromSeconds(1));", "state += s;")]
    [InlineData("static int s = Set(); static int Set() => 5; public static object Start() => InterruptTimer.Start<int>(On, System.TimeSpan.FromSeconds(1));", "state += s;")]
    public Task A_handler_that_is_registered_later_or_needs_nothing_of_the_type_is_clean(string members, string statement) => Verify.File(
        $$"""
        class C { {{members}} [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void On(ref int state, in InterruptContext context) { {{statement}} } }
        static class Other { public static int Limit = 5; }
        """);

    [Fact]
    public Task Initialised_fields_alone_are_clean() =>
        Verify.Handler("state.Count = Config.Limit;", "static class Config { public static int Limit = 5; public static readonly long Other = 3; }");

    [Fact]
    public Task Statics_of_other_assemblies_are_reported() => Verify.Handler("var x = {|TH5001:TimeSpan.Zero|};");

    [Fact]
    public Task Constants_of_other_assemblies_are_clean() => Verify.Handler("state.Total = long.MaxValue; state.Count = (int)IntPtr.Zero;");

    [Fact]
    public Task A_thread_static_is_reported() =>
        Verify.Handler("{|TH5002:s_depth|}++;", "[ThreadStatic] static int s_depth;");

    [Theory]
    [InlineData("for (int i = 0; i < 3; i++) { state.Count++; }")]
    [InlineData("state.Count = 1; state.Total = 2; state.Size = 3;")]
    public Task A_callee_with_a_loop_or_more_than_16_bytes_is_reported(string statements) =>
        Verify.Handler("{|TH5003:Other(ref state)|};", $$"""static void Other(ref State state) { {{statements}} }""");

    [Theory]
    [InlineData("AggressiveInlining")]
    [InlineData("AggressiveOptimization")]
    public Task A_large_callee_with_the_attribute_is_clean(string option) =>
        Verify.Handler(
            "Other(ref state);",
            $$"""[MethodImpl(MethodImplOptions.{{option}})] static void Other(ref State state) { for (int i = 0; i < 3; i++) { state.Count++; } }""");

    [Fact]
    public Task A_small_callee_is_clean() => Verify.Handler("Other(ref state);", "static void Other(ref State state) => state.Count++;");

    [Fact]
    public Task A_callee_that_forbids_inlining_is_reported() =>
        Verify.Handler("{|TH5003:Other()|};", "[MethodImpl(MethodImplOptions.NoInlining)] static void Other() { }");

    [Fact]
    public Task A_safe_member_that_is_too_large_is_reported_at_its_name() =>
        Verify.Members("[AsyncSignalSafe] static void {|TH5003:Other|}(ref State state) { for (int i = 0; i < 3; i++) { state.Count++; } }");

    [Fact]
    public Task A_positional_struct_of_two_fields_is_inlined() =>
        Verify.Handler("Tick t = new(state.Count, context.Timestamp); state.Total = t.At;", "readonly record struct Tick(long Number, long At);");

    [Theory]
    [InlineData("dynamic d = {|TH1002:1|}; {|TH5004:{|TH5004:d.Run|}()|};")]
    [InlineData("var x = {|TH5004:typeof(int)|};")]
    [InlineData("bool x = {|TH5004:Get() is string|};")]
    [InlineData("var x = {|TH5004:Get() as string|};")]
    [InlineData("bool x = Get() is {|TH5004:string s|};")]
    [InlineData("decimal x = {|TH5004:1.5m|}; x = {|TH5004:x + 1m|};")]
    [InlineData("state.Value = {|TH5004:state.Value % 2.0|};")]
    [InlineData("{|TH5004:Make<string>()|};")]
    public Task Helper_calls_are_reported(string statement) =>
        Verify.Handler(
            statement,
            "[AsyncSignalSafe] static object? Get() => null; [AsyncSignalSafe] static void Make<T>() { }");

    [Theory]
    [InlineData("Make<int>();")]
    [InlineData("int? x = state.Count; if (x is int y) { state.Total = y; }")]
    [InlineData("state.Count = sizeof(int);")]
    [InlineData("state.Value = state.Value + 2.0;")]
    public Task Their_harmless_neighbours_are_clean(string statement) => Verify.Handler(statement, "[AsyncSignalSafe] static void Make<T>() { }");

    [Fact]
    public Task A_large_copy_is_reported() =>
        Verify.Handler(
            "Big copy = {|TH5004:s_big|}; s_big = {|TH5004:default|}; copy = {|TH5004:Get()|};",
            """
            struct Big { public fixed long Numbers[64]; }
            static Big s_big;
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static Big Get() => s_big;
            """);

    [Fact]
    public Task A_reference_to_a_large_struct_is_clean() =>
        Verify.Handler("ref Big big = ref s_big; big.Numbers[3] = 1;", "struct Big { public fixed long Numbers[64]; } static Big s_big;");

    private const string Large = """
        struct Big
        {
            public fixed long Numbers[64];
            public int Count;
            public Big(int count) { Unsafe.SkipInit(out this); Count = count; }
            [MethodImpl(MethodImplOptions.AggressiveInlining)] public int Get() => Count;
            [MethodImpl(MethodImplOptions.AggressiveInlining)] public readonly int Peek() => Count;
            public int Last { [MethodImpl(MethodImplOptions.AggressiveInlining)] get => Count; }
            [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int operator -(Big big) => big.Count;
            [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int operator +(in Big big, int n) => big.Count + n;
            [MethodImpl(MethodImplOptions.AggressiveInlining)] public static explicit operator int(Big big) => big.Count;
        }
        struct Holder { public readonly Big Fixed; public Big Free; }
        static Big s_big, s_other;
        static Holder s_holder;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static ref Big Ref() => ref s_big;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static ref readonly Big ReadOnlyRef() => ref s_big;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Of(in Big big) => big.Peek();
        """;

    [Theory]
    [InlineData("if (s_big is {|TH5004:var copy|}) { state.Count = copy.Count; }")]
    [InlineData("if (s_big is {|TH5004:{ Count: 3 } copy|}) { state.Count = copy.Count; }")]
    [InlineData("(s_big, s_other) = ({|TH5004:s_other|}, s_big);")]
    [InlineData("(Big copy, int n) = ({|TH5004:s_big|}, 3); state.Count = n;")]
    [InlineData("*(Big?*)state.Pointer = {|TH5004:null|};")]
    [InlineData("state.Count = {|TH5004:*(Big?*)state.Pointer|} is Big ? 1 : 2;")]
    [InlineData("state.Count = ({|TH5004:s_big with { Count = 4 }|}).Peek();")]
    [InlineData("foreach ({|TH5004:Big|} copy in new Span<Big>(state.Pointer, 2)) { state.Count = copy.Count; }")]
    [InlineData("s_other = {|TH5004:Ref()|};")]
    [InlineData("s_other = {|TH5004:ReadOnlyRef()|};")]
    [InlineData("s_other = {|TH5004:Unsafe.Read<Big>(state.Pointer)|};")]
    [InlineData("s_other = {|TH5004:Unsafe.As<int, Big>(ref state.Count)|};")]
    [InlineData("{|TH5004:Unsafe.Copy(state.Pointer, ref s_big)|};")]
    [InlineData("state.Count = {|TH5004:MemoryMarshal.TryRead(new ReadOnlySpan<byte>(state.Pointer, 600), out s_big)|} ? 1 : 0;")]
    [InlineData("state.Count = -{|TH5004:s_big|};")]
    [InlineData("state.Count = (int){|TH5004:s_big|};")]
    [InlineData("s_big = {|TH5004:new Big(3)|};")]
    [InlineData("s_big = {|TH5004:new() { Count = 3 }|};")]
    [InlineData("ref readonly Big big = ref s_big; state.Count = {|TH5004:big|}.Get();")]
    [InlineData("state.Count = {|TH5004:ReadOnlyRef()|}.Last;")]
    [InlineData("state.Count = {|TH5004:s_holder.Fixed|}.Get();")]
    [InlineData("ref readonly Holder holder = ref s_holder; state.Count = {|TH5004:holder.Free|}.Get();")]
    public Task A_large_copy_is_reported_wherever_it_hides(string statement) => Verify.Handler(statement, Large);

    [Theory]
    [InlineData("if (s_big is { Count: 3 }) { state.Count = 4; }")]
    [InlineData("foreach (ref readonly Big big in new Span<Big>(state.Pointer, 2)) { state.Count = big.Count; }")]
    [InlineData("foreach (ref Big big in new Span<Big>(state.Pointer, 2)) { state.Count = big.Get(); }")]
    [InlineData("ref Big big = ref Ref(); state.Count = big.Get();")]
    [InlineData("state.Count = Unsafe.As<int, Big>(ref state.Count).Get();")]
    [InlineData("state.Count = s_big + 3;")]
    [InlineData("ref readonly Big big = ref s_big; state.Count = big.Peek() + big.Count;")]
    [InlineData("state.Count = ReadOnlyRef().Peek() + Of(in s_big);")]
    [InlineData("state.Count = s_holder.Free.Get() + s_holder.Fixed.Peek();")]
    [InlineData("Unsafe.SkipInit(out Big big); big.Count = 3;")]
    public Task A_large_struct_that_is_used_where_it_is_is_clean(string statement) => Verify.Handler(statement, Large);

    private const string Decimals = "static decimal s_d; const decimal Five = 5m; [AsyncSignalSafe] static object? Get() => null; [AsyncSignalSafe] static ITuple Tuple() => null!; [AsyncSignalSafe] static (int, int)? Pair() => null;";

    [Theory]
    [InlineData("if (s_d is {|TH5004:> 5m|}) { }")]
    [InlineData("if (s_d is {|TH5004:5m|}) { }")]
    [InlineData("if (s_d is {|TH5004:Five|} or {|TH5004:6m|}) { }")]
    [InlineData("switch (s_d) { case {|TH5004:1m|}: break; }")]
    [InlineData("if (Get() is {|TH1006:5|}) { }")]
    [InlineData("if (Get() is {|TH1006:> 5|}) { }")]
    [InlineData("if (Tuple() is {|TH3002:({|TH1006:1|}, {|TH1006:2|})|}) { }")]
    public Task Patterns_that_compare_by_calls_are_reported(string statement) => Verify.Handler(statement, Decimals);

    [Theory]
    [InlineData("if (Get() is null) { }")]
    [InlineData("if (Get() is not null) { }")]
    [InlineData("if (state.Count is 5 or > 7) { }")]
    [InlineData("int? n = state.Count; if (n is 5) { }")]
    [InlineData("if (state.Value is > 5.0) { }")]
    [InlineData("switch (state.Count) { case 1: break; }")]
    [InlineData("if (Pair() is (1, 2)) { }")]
    public Task Patterns_over_plain_values_are_clean(string statement) => Verify.Handler(statement, Decimals);

    [Theory]
    [InlineData("s_d = {|TH5004:1.5m|};")]
    [InlineData("s_d = {|TH5004:Five|};")]
    [InlineData("s_d = {|TH5004:2m * 3m|};")]
    public Task A_decimal_constant_is_reported(string statement) => Verify.Handler(statement, Decimals);

    [Theory]
    [InlineData("const decimal Local = 5m;")]
    [InlineData("state.Value = 1.5;")]
    [InlineData("state.Count = (int)Five;")]
    public Task What_the_compiler_computes_from_decimals_is_clean(string statement) => Verify.Handler(statement, Decimals);

    [Theory]
    [InlineData("{|TH5004:Make<(string, int)>()|};")]
    [InlineData("{|TH5004:Make<KeyValuePair<int, (int, string)>>()|};")]
    public Task Code_shared_over_structs_that_contain_references_is_reported(string statement) =>
        Verify.Handler(statement, "[AsyncSignalSafe] static void Make<T>() { } static class Holder<T> { public static int S; }");

    [Fact]
    public Task A_static_of_a_type_that_the_code_does_not_know_is_looked_up() =>
        Verify.Members(
            """
            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] static int Get<T>() => {|TH5004:Holder<T>.S|};
            static class Holder<T> { public static int S; }
            """);

    [Theory]
    [InlineData("Holder<string>.S = 1;")]
    [InlineData("Holder<(string, int)>.S = 1;")]
    [InlineData("Make<(long, int)>();")]
    [InlineData("Make<KeyValuePair<int, (int, long)>>();")]
    [InlineData("Holder<(long, int)>.S = 1;")]
    public Task Code_over_structs_of_plain_values_is_clean(string statement) =>
        Verify.Handler(statement, "[AsyncSignalSafe] static void Make<T>() { } static class Holder<T> { public static int S; }");

    [Theory]
    [InlineData("{|TH5004:d + d|}")]
    [InlineData("{|TH5004:-d|}")]
    [InlineData("{|TH5004:d++|}")]
    [InlineData("{|TH5004:d += 1|}")]
    public Task An_operator_on_dynamic_is_reported(string expression) =>
        Verify.Members($"[AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] static void Take(dynamic d) {{ _ = {expression}; }}");

    [Theory]
    [InlineData("n + n")]
    [InlineData("n += 1")]
    public Task An_operator_on_a_number_is_clean(string expression) =>
        Verify.Members($"[AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] static void Take(int n) {{ _ = {expression}; }}");
}
