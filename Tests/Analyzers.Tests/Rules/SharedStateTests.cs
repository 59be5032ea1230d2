using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH6001 to TH6005: what ordinary code does to what a handler uses, too, and how handlers enter what they share.</summary>
public sealed class SharedStateTests
{
    [Theory]
    [InlineData("{|TH6001:s_count++|};")]
    [InlineData("{|TH6001:--s_count|};")]
    [InlineData("{|TH6001:s_count += 3|};")]
    [InlineData("{|TH6001:s_count |= 3|};")]
    [InlineData("{|TH6001:s_count = s_count + 1|};")]
    [InlineData("{|TH6001:s_count = (s_count << 1) ^ s_count|};")]
    [InlineData("ref int count = ref s_count; {|TH6001:count++|};")]
    public Task An_update_that_an_interrupt_can_tear_is_reported(string statement) =>
        Verify.Handler("s_count++;", $$"""static int s_count; static void Ordinary() { {{statement}} }""");

    [Theory]
    [InlineData("Interlocked.Increment(ref s_count);")]
    [InlineData("s_other++;")]
    [InlineData("int local = 0; local++;")]
    public Task Atomic_updates_and_private_state_are_clean(string statement) =>
        Verify.Handler("s_count++;", $$"""static int s_count; static int s_other; static void Ordinary() { {{statement}} }""");

    [Theory]
    [InlineData("s_count++;", "{|TH6001:Volatile.Write(ref s_count, Volatile.Read(ref s_count) + 1)|};")]
    [InlineData("int n = Volatile.Read(ref s_count);", "Volatile.Write(ref s_count, Volatile.Read(ref s_count) + 1);")]
    public Task An_update_in_two_atomic_steps_is_right_for_the_only_one_that_writes(string handler, string statement) =>
        Verify.Handler(handler, $$"""static int s_count; static void Ordinary() { {{statement}} }""");

    [Fact]
    public Task A_field_that_only_a_callee_of_the_handler_touches_is_shared_too() =>
        Verify.Handler("Bump();", "static int s_count; static void Bump() => s_count++; static void Ordinary() { {|TH6001:s_count++|}; }");

    [Fact]
    public Task A_field_of_a_static_struct_is_shared_too() =>
        Verify.Handler("s_state.Count = 1;", "static State s_state; static void Ordinary() { {|TH6001:s_state.Count++|}; s_state.Total++; }");

    [Theory]
    [InlineData("Console.WriteLine({|TH6002:s_count|});")]
    [InlineData("while ({|TH6002:s_count|} == 0) { }")]
    [InlineData("int n = {|TH6002:s_count|} + 1;")]
    [InlineData("string text = $\"{{|TH6002:s_count|}}\";")]
    [InlineData("string text = {|TH6002:s_count|}.ToString();")]
    [InlineData("Func<int> read = () => {|TH6002:s_count|};")]
    [InlineData("int Read() => {|TH6002:Handlers.s_count|};")]
    [InlineData("if ({|TH6002:s_count|} is > 3 and < 5) { }")]
    [InlineData("int[] all = [{|TH6002:s_count|}];")]
    [InlineData("ref int count = ref s_count; int n = {|TH6002:count|};")]
    [InlineData("ref readonly int count = ref s_count; int n = {|TH6002:count|};")]
    [InlineData("(int, int) pair = ({|TH6002:s_count|}, 1);")]
    [InlineData("{|TH6002:s_count|} = 0;")]
    [InlineData("({|TH6002:s_count|}, int n) = (1, 2);")]
    [InlineData("ref int count = ref s_count; {|TH6002:count|} = 5;")]
    public Task Plain_reads_and_writes_of_what_a_handler_writes_are_reported(string statement) =>
        Verify.Handler("s_count++;", $$"""static int s_count; static void Ordinary() { {{statement}} }""");

    [Theory]
    [InlineData("int n = Volatile.Read(ref s_count);")]
    [InlineData("Volatile.Write(ref s_count, 1);")]
    [InlineData("int n = Interlocked.CompareExchange(ref s_count, 1, 0);")]
    [InlineData("ref int count = ref s_count; int n = Volatile.Read(ref count);")]
    [InlineData("string name = nameof(s_count);")]
    [InlineData("Use(ref s_count);")]
    [InlineData("int n = s_other;")]
    [InlineData("s_other = 1;")]
    public Task Atomic_reads_and_writes_and_private_state_are_clean(string statement) =>
        Verify.Handler(
            "s_count++;",
            $$"""static int s_count; static int s_other; static void Use(ref int n) => Interlocked.Increment(ref n); static void Ordinary() { {{statement}} }""");

    [Theory]
    [InlineData("int n = s_limit;", "state.Count = s_limit;")]
    [InlineData("int n = s_limit;", "state.Count = Volatile.Read(ref s_limit);")]
    [InlineData("int n = s_limit;", "if (s_limit > 3 && s_limit.CompareTo(4) > 0) { }")]
    [InlineData("{|TH6002:s_limit|} = 3;", "state.Count = s_limit;")]
    [InlineData("{|TH6002:s_limit|} = 3;", "state.Count = Volatile.Read(ref s_limit);")]
    [InlineData("int n = {|TH6002:s_limit|};", "Interlocked.Increment(ref s_limit);")]
    [InlineData("int n = {|TH6002:s_limit|};", "Set(ref s_limit);")]
    [InlineData("int n = {|TH6002:s_limit|};", "ref int limit = ref s_limit; limit = 3;")]
    public Task Two_that_only_read_do_not_disturb_each_other(string statement, string handler) =>
        Verify.Handler(
            handler,
            $$"""
            static int s_limit; static void Ordinary() { {{statement}} }
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Set(ref int n) => n = 1;
            """);

    [Fact]
    public Task Fields_that_are_volatile_are_clean_unless_they_are_updated() =>
        Verify.Handler(
            "s_count++; s_pair.First = 1;",
            """
            struct Pair { public volatile int First; public int Second; }
            static volatile int s_count; static Pair s_pair;
            static void Ordinary() { int n = s_count + s_pair.First; s_count = 0; {|TH6001:s_count++|}; }
            """);

    [Fact]
    public Task Fields_that_are_set_before_any_handler_runs_are_clean() =>
        Verify.Handler(
            "state.Count = s_readonly + s_initial + Constant;",
            """
            static readonly int s_readonly = 1; static int s_initial = 2; const int Constant = 3;
            static int s_copy = s_initial, s_property = s_readonly;
            static int Copy { get; } = s_initial;
            static int Ordinary() => s_readonly + s_initial + Constant;
            """);

    [Fact]
    public Task A_static_constructor_is_clean_and_a_function_in_it_is_not() =>
        Verify.File(
            """
            static class Shared
            {
                public static int Count;
                static readonly Action s_reset = () => {|TH6002:Count|} = 0;
            #pragma warning disable TH5001 // Not what this is about.
                static Shared() { Count = 1; int n = Count; Action reset = () => {|TH6002:Count|} = 0; }
            }
            static class Handlers
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref int state, in InterruptContext context) => state = Shared.Count;
            }
            """);

    [Fact]
    public Task An_automatic_property_is_a_field_and_another_is_a_method() =>
        Verify.Handler(
            "Total = 1; s_count = 2;",
            """
            static int Total { get; set; }
            static int s_count;
            static int Count { get => {|TH6002:s_count|}; set => {|TH6002:s_count|} = value; }
            static int Safe => Volatile.Read(ref s_count);
            static void Ordinary() { int n = {|TH6002:Total|}; {|TH6002:Total|} = 1; {|TH6001:Total++|}; Count = Count + Safe; }
            """);

    [Fact]
    public Task Fields_of_a_struct_are_told_apart() =>
        Verify.Handler(
            "s_state.Count = 1; s_state.Buffer[0] = 2;",
            """
            static State s_state;
            static void Ordinary()
            {
                int n = {|TH6002:s_state.Count|};
                uint size = s_state.Size;
                byte b = {|TH6002:s_state.Buffer[3]|};
                State all = {|TH6003:s_state|};
                s_state.Total = 3;
            }
            """);

    [Fact]
    public Task Fields_of_a_union_are_not() =>
        Verify.Handler(
            "s_union.Whole = 1;",
            """
            [StructLayout(LayoutKind.Explicit)] struct Union { [FieldOffset(0)] public int Whole; [FieldOffset(0)] public short Low; }
            static Union s_union;
            static short Ordinary() => {|TH6002:s_union.Low|};
            """);

    [Fact]
    public Task Elements_of_an_inline_array_are_parts_of_it() =>
        Verify.Handler(
            "s_row[0] = 1;",
            """
            [InlineArray(2)] struct Row { int _first; }
            static Row s_row;
            static void Ordinary(int i) { int n = {|TH6002:s_row[1]|} + {|TH6002:s_row[i & 1]|}; {|TH6002:s_row[0]|} = 1; {|TH6001:s_row[0]++|}; }
            """);

    [Fact]
    public Task A_static_of_a_generic_type_is_shared() =>
        Verify.File(
            """
            static class Cell<T> where T : unmanaged { public static T Value; public static T Other; public static T Get() => {|TH6002:Value|}; }
            static class Handlers
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref int state, in InterruptContext context) => Cell<int>.Value = 1;
                static int Ordinary() => {|TH6002:Cell<int>.Value|} + Cell<int>.Other;
            }
            """);

    [Fact]
    public Task The_parts_of_a_partial_class_are_one() =>
        Files(
            "static partial class Handlers { static void Ordinary() { {|TH6002:s_count|} = 1; s_other = 1; } }",
            """
            static partial class Handlers
            {
                static int s_count, s_other;
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref int state, in InterruptContext context) => state = s_count;
            }
            """);

    [Fact]
    public Task Another_file_is_found_by_the_name_of_an_automatic_property() =>
        Files(
            "static class Other { static int Read() => {|TH6002:Shared.Count|}; }",
            """
            static class Shared { public static int Count { get; set; } }
            static class Handlers
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref int state, in InterruptContext context) => Shared.Count = 1;
            }
            """);

    [Fact]
    public Task What_handlers_and_promises_do_is_theirs() =>
        Verify.Handler(
            "s_count++; Local(); static void Local() => s_count++;",
            """
            static int s_count;
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTock(ref State state, in InterruptContext context) => state.Count = s_count;
            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] public static int Count() => s_count;
            static void Start()
            {
                using var tick = SoftwareInterrupt.Start<State>(OnTick, new() { Target = InterruptTarget.CurrentThread });
                using var tock = SoftwareInterrupt.Start<State>(OnTock, new() { Target = InterruptTarget.CurrentThread });
            }
            """);

    [Fact]
    public Task What_the_programs_own_structs_do_is_theirs() =>
        Verify.Handler(
            "s_counter.Add(); s_plain.Value = 1;",
            """
            struct Counter { int _value; [MethodImpl(MethodImplOptions.AggressiveInlining)] public void Add() => Interlocked.Increment(ref _value); public int Value => Volatile.Read(ref _value); }
            struct Plain { public int Value { get; set; } }
            static Counter s_counter; static Plain s_plain;
            static int Ordinary() => s_counter.Value + {|TH6002:s_plain.Value|};
            """);

    [Theory]
    [InlineData("using (timer.Mask()) { {|#0:s_count|} = 1; s_count++; }", true)]
    [InlineData("using (MaskScope mask = timer.Mask()) { s_count++; }", true)]
    [InlineData("using MaskScope mask = timer.Mask(); if (s_count > 0) { s_count++; }", true)]
    [InlineData("timer.Update((ref int state) => { state = s_count; s_count = 0; });", true)]
    [InlineData("{|TH6002:s_count|} = 1; using MaskScope mask = timer.Mask();", false)]
    [InlineData("using (timer.Mask()) { } {|TH6002:s_count|} = 1;", false)]
    [InlineData("using (timer.Mask()) { Action later = () => {|TH6002:s_count|} = 1; }", false)]
    [InlineData("using (timer) { {|TH6002:s_count|} = 1; }", false)]
    public Task While_the_source_is_masked_everything_is_clean(string statement, bool _) =>
        Verify.Members(
            $$"""
            static int s_count;
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref int state, in InterruptContext context) => s_count++;
            static void Ordinary(InterruptTimer<int> timer) { {{statement.Replace("{|#0:s_count|}", "s_count", StringComparison.Ordinal)}} }
            """);

    [Theory]
    [InlineData("s_count = 1; var timer = Start(); Keep(timer);")]
    [InlineData("s_count = 1; s_count++; using (Start()) { } int n = s_count;")]
    [InlineData("using (var timer = Start()) { } Console.WriteLine(s_count);")]
    [InlineData("var timer = Start(); timer.Dispose(); Console.WriteLine(s_count);")]
    [InlineData("var timer = Start(); try { } finally { timer.Dispose(); } Console.WriteLine({|TH6002:s_count|});")]
    [InlineData("var timer = Start(); if (Environment.HasShutdownStarted) { timer.Dispose(); } Console.WriteLine({|TH6002:s_count|});")]
    [InlineData("var timer = Start(); Console.WriteLine({|TH6002:s_count|}); timer.Dispose();")]
    [InlineData("using var timer = Start(); Console.WriteLine({|TH6002:s_count|});")]
    [InlineData("using (Start()) { {|TH6002:s_count|} = 1; }")]
    [InlineData("for (; ; ) { {|TH6002:s_count|} = 1; Keep(Start()); }")]
    [InlineData("using (Start()) { } using var timer = Start(); {|TH6002:s_count|} = 1;")]
    [InlineData("Action later = () => {|TH6002:s_count|} = 1; using (Start()) { }")]
    public Task Before_a_source_is_started_and_after_its_end_everything_is_clean(string statement) =>
        Verify.Members(
            $$"""
            static int s_count;
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref int state, in InterruptContext context) => s_count++;
            static void Ordinary() { {{statement}} }
            static InterruptTimer<int> Start() => InterruptTimer.Start<int>(OnTick, 0, TimeSpan.FromMilliseconds(1));
            static void Keep(InterruptSource source) { }
            """);

    [Theory]
    [InlineData("signal(12, {|TH7002:&OnSignal|});", "{|TH6001:s_count++|};")]
    [InlineData("signal(12, {|TH7002:&OnSignal|});", "while ({|TH6002:s_count|} == 0) { }")]
    [InlineData("signal(12, {|TH7002:&OnSignal|});", "while (Volatile.Read(ref s_count) == 0) { }")]
    [InlineData("delegate* unmanaged<int, void> none = &OnSignal;", "s_count++;")]
    public Task What_a_handler_uses_that_is_installed_by_hand_is_shared_too(string install, string statement) =>
        Verify.Members(
            $$"""
            static int s_count;
            [DllImport("libc")] static extern nint signal(int number, delegate* unmanaged<int, void> handler);
            [UnmanagedCallersOnly, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void OnSignal(int number) => Count();
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Count() => s_count++;
            static void Install() { {{install}} }
            static void Ordinary() { {{statement}} }
            """);

    [Theory]
    [InlineData("decimal", "{|TH6003:s_value|} = 1;")]
    [InlineData("Guid", "var copy = {|TH6003:s_value|};")]
    [InlineData("Guid", "{|TH6003:s_value|} = Guid.NewGuid();")]
    [InlineData("Int128", "{|TH6003:s_value|} = 1;")]
    [InlineData("DateTimeOffset", "bool late = {|TH6003:s_value|} > DateTimeOffset.UtcNow;")]
    [InlineData("long?", "if ({|TH6003:s_value|} is 3) { }")]
    [InlineData("long?", "{|TH6003:s_value|} ??= 3;")]
    [InlineData("(int, int, int)", "var copy = {|TH6003:s_value|};")]
    [InlineData("(long First, long Second)", "{|TH6003:s_value|} = (1, 2);")]
    [InlineData("(long First, long Second)", "long first = {|TH6002:s_value.First|};")]
    [InlineData("State", "State copy = {|TH6003:s_value|};")]
    [InlineData("State", "ref State copy = ref s_value; int size = {|TH6002:copy.Count|}; copy = ref s_other; State all = {|TH6003:copy|};")]
    [InlineData("System.Numerics.Vector4", "float x = {|TH6002:s_value.X|};")]
    [InlineData("System.Runtime.Intrinsics.Vector128<int>", "var copy = {|TH6003:s_value|};")]
    [InlineData("Guid", "Show(in {|TH6003:s_value|}); static void Show(in Guid value) { }")]
    [InlineData("Guid", "Change(ref s_value); static void Change(ref Guid value) { }")]
    [InlineData("int?", "Show(in s_value); static void Show(in int? value) { }")]
    [InlineData("int?", "var copy = {|TH6002:s_value|};")]
    [InlineData("(int, int)", "var copy = {|TH6002:s_value|};")]
    [InlineData("DateTime", "var copy = {|TH6002:s_value|};")]
    [InlineData("double", "{|TH6002:s_value|} = 1;")]
    public Task Values_that_are_wider_than_a_register_are_read_and_written_in_halves(string type, string statement) =>
        Verify.Handler("Set();", $$"""static {{type}} s_value, s_other; {{Setter}} static void Ordinary() { {{statement}} }""");

    [Fact]
    public Task A_wide_value_that_nobody_writes_and_one_that_is_masked_are_clean() =>
        Verify.Handler(
            "state.Total = s_read.First; Set();",
            $$"""static (long First, long Second) s_read; static Guid s_value; {{Setter}} static long Ordinary(InterruptSource source) { using (source.Mask()) { s_value = default; } return s_read.First; }""");

    [Theory]
    [InlineData("Pack = 1", "", "{|TH6003:s_packed.Count|}")]
    [InlineData("Pack = 2", "", "{|TH6003:s_packed.Count|}")]
    [InlineData("Pack = 4", "", "{|TH6002:s_packed.Count|}")]
    [InlineData("Pack = 1", "", "{|TH6002:s_packed.First|}")]
    [InlineData("Pack = 4", "", "{|TH6003:s_packed.Long|}")]
    [InlineData("Pack = 8", "", "{|TH6002:s_packed.Long|}")]
    [InlineData("Pack = 1", "", "{|TH6003:s_packed.Inner.Value|}")]
    public Task Values_that_are_not_aligned_are_too(string layout, string _, string read) =>
        Verify.Handler(
            "Set();",
            $$"""
            struct Inner { public int Value; }
            [StructLayout(LayoutKind.Sequential, {{layout}})] struct Packed { public byte First; public int Count; public int Other; public long Long; public byte Last; public Inner Inner; }
            static Packed s_packed, s_value;
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Set() => Unsafe.SkipInit(out s_packed);
            static long Ordinary() => {{read}};
            """);

    [Fact]
    public Task A_field_at_an_odd_offset_is_too() =>
        Verify.Handler(
            "Set();",
            """
            [StructLayout(LayoutKind.Explicit)] struct Placed { [FieldOffset(0)] public int First; [FieldOffset(6)] public int Odd; }
            static Placed s_value;
            """ + Setter + """
            static int Ordinary() => {|TH6002:s_value.First|} + {|TH6003:s_value.Odd|};
            """);

    private const string Setter = "[MethodImpl(MethodImplOptions.AggressiveInlining)] static void Set() => Unsafe.SkipInit(out s_value);";

    [Theory]
    [InlineData("{|TH6004:*s_pointer|} = 1;")]
    [InlineData("int n = {|TH6004:*s_pointer|};")]
    [InlineData("{|TH6004:s_pointer[3]|}++;")]
    [InlineData("{|TH6004:*s_pointer|} += 2;")]
    [InlineData("int* p = s_pointer; {|TH6004:*p|} = 1;")]
    [InlineData("int* p; p = s_pointer + 1; {|TH6004:*p++|} = 1;")]
    [InlineData("void* p = s_pointer; {|TH6004:*(int*)p|} = 1;")]
    [InlineData("nint p = (nint)s_pointer; int* q = (int*)p; {|TH6004:*q|} = 1;")]
    [InlineData("int* p = (int*)NativeMemory.Alloc(4); {|TH6002:s_pointer|} = p; {|TH6004:*p|} = 1;")]
    [InlineData("int n = Volatile.Read(ref *s_pointer);")]
    [InlineData("Interlocked.Increment(ref s_pointer[1]);")]
    [InlineData("int* p = s_pointer; Interlocked.Increment(ref *p);")]
    [InlineData("int* p = s_other; *p = 1; *s_other = 2;")]
    [InlineData("int x = 0; int* p = &x; *p = 1;")]
    [InlineData("bool any = s_pointer != null;")]
    public Task Access_through_a_static_pointer_that_a_handler_follows_is_reported(string statement) =>
        Verify.Handler("*s_pointer = 1;", $$"""static int* s_pointer, s_other; static void Ordinary() { {{statement}} }""");

    [Theory]
    [InlineData("fixed (int* p = &s_count) { {|TH6004:*p|} = 1; }")]
    [InlineData("fixed (int* p = &s_count) { int n = {|TH6004:p[0]|}; Interlocked.Increment(ref *p); }")]
    [InlineData("int* p = (int*)Unsafe.AsPointer(ref s_count); {|TH6004:*p|} = 1;")]
    [InlineData("fixed (State* p = &s_state) { {|TH6004:p->Count|}++; p->Total = 1; }")]
    [InlineData("fixed (int* p = &s_other) { *p = 1; }")]
    public Task Access_to_a_static_by_its_address_is_reported(string statement) =>
        Verify.Handler("s_count = 1; s_state.Count = 1;", $$"""static int s_count, s_other; static State s_state; static void Ordinary() { {{statement}} }""");

    [Theory]
    [InlineData("*state.Pointer = 1;", "int n = {|TH6004:*_kept|};", "{|TH6004:*_kept|} = 1;")]
    [InlineData("state.Pointer[2]++;", "int n = {|TH6004:*_kept|};", "{|TH6004:_kept[1]|} = 1;")]
    [InlineData("int* p = state.Pointer; *p = 1;", "int n = {|TH6004:*_kept|};", "{|TH6004:*_kept|} = 1;")]
    [InlineData("Set(state.Pointer);", "int n = {|TH6004:*_kept|};", "{|TH6004:*_kept|} = 1;")]
    [InlineData("Interlocked.Increment(ref *state.Pointer);", "int n = {|TH6004:*_kept|};", "{|TH6004:*_kept|} = 1;")]
    [InlineData("int n = *state.Pointer;", "int n = *_kept;", "{|TH6004:*_kept|} = 1;")]
    [InlineData("int n = Volatile.Read(ref *state.Pointer);", "int n = *_kept;", "{|TH6004:*_kept|} = 1;")]
    [InlineData("if (state.Pointer == null) { state.Count++; }", "int n = *_kept;", "*_kept = 1;")]
    [InlineData("state.Count++;", "int n = *_kept;", "*_kept = 1;")]
    public Task Access_to_what_the_state_points_to_is_reported_where_the_pointer_is_kept(string handler, string read, string write) =>
        Verify.File(
            $$"""
            unsafe struct State { public int Count; public int* Pointer; }
            static unsafe class Handlers
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                public static void OnTick(ref State state, in InterruptContext context) { {{handler}} }
                [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Set(int* p) => *p = 1;
            }
            unsafe class Meter
            {
                readonly int* _kept = (int*)NativeMemory.Alloc(8); readonly int* _other = (int*)NativeMemory.Alloc(8);
                InterruptTimer<State>? _timer;
                void Start() { *_kept = 0; _timer = InterruptTimer.Start(Handlers.OnTick, new State { Pointer = _kept }, TimeSpan.FromMilliseconds(1)); }
                int Read() { {{read}} return Volatile.Read(ref *_kept) + *_other; }
                void Write() { {{write}} *_other = 1; using (_timer!.Mask()) { *_kept = 1; } }
            }
            """);

    [Fact]
    public Task A_pointer_is_followed_through_locals_parameters_and_snapshots() =>
        Verify.File(
            """
            unsafe struct Inner { public long First, Second; }
            unsafe struct State { public int Count; public Inner* Kept { get; set; } }
            static unsafe class Handlers
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                public static void OnTick(ref State state, in InterruptContext context) => state.Kept->First = 1;
                static void Ordinary(Inner* memory)
                {
                    Inner* same = memory;
                    State state = new() { Kept = same };
                    memory->First = 0;
                    using var timer = InterruptTimer.Start(OnTick, state, TimeSpan.FromMilliseconds(1));
                    long a = {|TH6004:memory->First|} + {|TH6004:timer.Snapshot().Kept->First|} + timer.Snapshot().Kept->Second + same->Second;
                    {|TH6004:*same|} = default;
                }
            }
            """);

    [Fact]
    public Task An_address_is_followed_through_the_constructor_of_a_record() =>
        Verify.File(
            """
            record struct State(int Count, nint Address);
            static unsafe class Handlers
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                public static void OnTick(ref State state, in InterruptContext context) => *(int*)state.Address = 1;
                static void Ordinary(int* memory, int* other, InterruptTimer<State> timer)
                {
                    timer.Update((ref State state) => state = new State(1, (nint)memory));
                    State kept = new State(1, (nint)memory);
                    {|TH6004:*memory|} = 1;
                    *other = 1;
                }
            }
            """);

    [Fact]
    public Task A_pointer_that_another_part_of_the_class_hands_over_is_followed() =>
        Files(
            "unsafe partial class Meter { int Read() => {|TH6004:*_kept|} + *_other; void Start() => Run(new State { Pointer = _kept }); }",
            """
            unsafe struct State { public int* Pointer; }
            static unsafe class Handlers
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref State state, in InterruptContext context) => (*state.Pointer)++;
            }
            unsafe partial class Meter { int* _kept, _other; static void Run(State state) { } }
            """);

    [Fact]
    public Task A_pointer_that_is_kept_is_followed_into_a_part_of_the_class_that_knows_nothing_of_handlers() =>
        Files(
            "unsafe partial class Meter { int Read() => {|TH6004:*_kept|} + *_other; }",
            """
            unsafe struct State { public int* Pointer; }
            static unsafe class Handlers
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                public static void OnTick(ref State state, in InterruptContext context) => (*state.Pointer)++;
            }
            unsafe partial class Meter
            {
                int* _kept, _other;
                InterruptTimer<State> Start() => InterruptTimer.Start(Handlers.OnTick, new State { Pointer = _kept }, TimeSpan.FromMilliseconds(1));
            }
            """);

    [Theory]
    [InlineData("{|TH6001:Bump()|};")]
    [InlineData("{|TH6001:Handlers.Bump()|};")]
    [InlineData("{|TH6001:Deep()|};")]
    [InlineData("int n = {|TH6002:Total|};")]
    [InlineData("{|TH6002:Total|} = 3;")]
    [InlineData("int n = {|TH6002:Peek()|};")]
    [InlineData("Safe();")]
    [InlineData("int n = Limit();")]
    [InlineData("int n = Twice(3);")]
    [InlineData("Promised();")]
    [InlineData("Action later = Bump;")]
    public Task What_a_member_does_that_handlers_call_too_it_does_in_ordinary_code(string statement) =>
        Verify.Handler(
            "Bump(); Deep(); Total = Peek() + Limit() + Twice(s_limit); Safe(); Promised(); s_count = Total;",
            $$"""
            static int s_count, s_total, s_limit;
            {{Inline}} static void Bump() => s_count++;
            {{Inline}} static void Deep() => Bump();
            {{Inline}} static int Peek() => s_count;
            {{Inline}} static int Limit() => s_limit;
            {{Inline}} static int Twice(int n) => n * 2;
            {{Inline}} static void Safe() => Interlocked.Increment(ref s_count);
            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Promised() => s_count++;
            static int Total { {{Inline}} get => s_total; {{Inline}} set => s_total = value; }
            static void Ordinary() { {{statement}} }
            """);

    private const string Inline = "[MethodImpl(MethodImplOptions.AggressiveInlining)]";

    [Theory]
    [InlineData("TH6002", "int n = {|#0:s_count|};", "The handler 'OnTick' writes 's_count', too: the compiler may leave out, repeat or move a plain read, so that the other side sees it late or never. Use Volatile or Interlocked, or mask the source.")]
    [InlineData("TH6002", "{|#0:s_limit|} = 1;", "The handler 'OnTick' reads 's_limit', too: the compiler may leave out, repeat or move a plain write, so that the other side sees it late or never. Use Volatile or Interlocked, or mask the source.")]
    [InlineData("TH6003", "var n = {|#0:s_pair|};", "'s_pair' has 16 bytes, more than the processor reads or writes at once: as the handler 'OnTick' writes it, too, an interrupt in between leaves one half old and one half new. Keep it in the state of the handler, for Snapshot and Update, or in a SeqLock, or mask the source.")]
    [InlineData("TH6004", "int n = {|#0:s_pointer[1]|};", "'s_pointer[1]' is memory that the handler 'OnTick' writes, too, and this is plain access behind the back of Snapshot and Update. Use Volatile or Interlocked on it, or mask the source.")]
    public Task A_message_says_who_else_uses_it_and_what_to_do(string id, string statement, string message) =>
        Verify.Handler(
            "s_count = s_limit; s_pair.First = 1; *s_pointer = 2;",
            $$"""static int s_count, s_limit; static (long First, long Second) s_pair; static int* s_pointer; static void Ordinary() { {{statement}} }""",
            new DiagnosticResult(id, Microsoft.CodeAnalysis.DiagnosticSeverity.Warning).WithLocation(0).WithMessage(message));

    private static Task Files(string other, string rest)
    {
        CSharpAnalyzerTest<SignalContextAnalyzer> test = new();
        test.TestState.Sources.Add(("/0/Other.cs", other));
        test.TestState.Sources.Add(("/0/Rest.cs", Verify.Usings + rest));
        return test.RunAsync();
    }

    [Theory]
    [InlineData("s_counter.Increment();", "long n = s_counter.Value; s_counter.Take();")]
    [InlineData("s_flag.Raise();", "while (!s_flag.IsRaised) { }")]
    [InlineData("s_counter.Increment();", "InterruptCounter copy = {|TH6002:s_counter|};")]
    public Task What_the_library_makes_for_both_sides_is_clean_and_a_copy_is_not(string handler, string ordinary) =>
        Verify.Handler(handler, $"#pragma warning disable TH1006 // Not what this is about.\nstatic InterruptCounter s_counter; static InterruptFlag s_flag; static void Ordinary() {{ {ordinary} }}");

    [Theory]
    [InlineData("s_lock.TryWrite(new Pair { First = 1 });", "s_lock.Read()")]
    [InlineData("s_lock.TryRead(out s_copy);", "s_lock.TryRead(out Pair copy)")]
    public Task A_SeqLock_is_made_for_both_sides(string handler, string ordinary) =>
        Verify.Handler(handler, $"static SeqLock<Pair> s_lock; static Pair s_copy; struct Pair {{ public long First, Second; }} static void Ordinary() {{ s_lock.Write(default); _ = {ordinary}; }}");

    [Fact]
    public Task A_SeqLock_behind_the_pointer_of_a_handler_is_made_for_both_sides() =>
        Verify.Members("""
            struct Shared { public SeqLock<Guid>* Last; }

            static SeqLock<Guid>* s_last;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnShared(ref Shared state, in InterruptContext context) => state.Last->TryWrite(default);

            static Guid Ordinary(ref Shared state) => state.Last->Read();
            """);

    [Fact]
    public Task Each_copy_of_a_SeqLock_is_a_lock_of_its_own() =>
        Verify.Handler(
            "s_lock.TryWrite(default);",
            "static SeqLock<Guid> s_lock; static void Ordinary() { SeqLock<Guid> copy = {|TH6003:s_lock|}; }");

    [Theory]
    [InlineData("{|TH3005:s_lock.Write(1)|};")]
    [InlineData("long value = {|TH3005:s_lock.Read()|};")]
    public Task What_waits_for_writers_is_not_for_handlers(string statement) => Verify.Handler(statement, "static SeqLock<long> s_lock;");

    private const string SharedState = "struct Shared { public InterruptSharedAccess<State> Value; }";

    [Theory]
    [InlineData("{|TH6005:state.Value.TryEnter(in context, out InterruptSharedSection<State> section)|}; section.Value.Count++; section.Exit();")]
    [InlineData("_ = {|TH6005:state.Value.TryEnter(in context, out InterruptSharedSection<State> section)|}; section.Exit();")]
    [InlineData("{|TH6005:state.Value.TryEnter(in context, out _)|};")]
    public Task A_shared_value_of_which_nobody_asks_whether_it_was_entered_is_reported(string statements) => Enter(statements);

    [Theory]
    [InlineData("if (state.Value.TryEnter(in context, out InterruptSharedSection<State> section)) { section.Value.Count++; section.Exit(); }")]
    [InlineData("bool entered = state.Value.TryEnter(in context, out var section); if (entered) { section.Value.Total += section.Value.Count; section.Exit(); }")]
    [InlineData("if (!state.Value.TryEnter(in context, out InterruptSharedSection<State> section)) { return; } ref State value = ref section.Value; value.Count++; section.Exit();")]
    [InlineData("if (state.Value.TryEnter(in context, out var outer)) { if (state.Value.TryEnter(in context, out var inner)) { inner.Value = outer.Value; inner.Exit(); } outer.Exit(); }")]
    [InlineData("Other.TryEnter();")]
    public Task A_shared_value_that_is_entered_if_it_can_be_is_clean(string statements) => Enter(statements);

    private static Task Enter(string statements) => Verify.Members(
        $$"""
        {{SharedState}}
        static class Other { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static bool TryEnter() => true; }
        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void OnTick(ref Shared state, in InterruptContext context)
        {
            {{statements}}
        }
        """);
}
