namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH1001 to TH1007: every C# form that allocates, reads or writes the managed heap, and its harmless neighbour.</summary>
public sealed class ManagedHeapTests
{
    [Theory]
    [InlineData("var x = {|TH1001:new Thing()|};")]
    [InlineData("Thing x = {|TH1001:new()|};")]
    [InlineData("var x = {|TH1001:new int[4]|};")]
    [InlineData("var x = {|TH1001:new[] { 1, 2 }|};")]
    [InlineData("var x = {|TH1001:new int[2, 2]|};")]
    [InlineData("int[] x = {|TH1001:{ 1, 2 }|};")]
    [InlineData("var x = {|TH1001:new { A = 1 }|};")]
    [InlineData("var x = {|TH1001:new Thing { Number = 1 }|};")]
    [InlineData("Span<int> x = {|TH1001:{|TH1006:new int[4]|}|};")]
    public Task Explicit_allocation_is_reported(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("var x = new Pair(1, 2); state.Count = x.A;")]
    [InlineData("Pair x = default; state.Count = x.A;")]
    [InlineData("var x = (1, 2); state.Count = x.Item1;")]
    [InlineData("var x = new Pair { A = 1 }; var y = x with { B = 2 }; state.Count = y.B;")]
    [InlineData("ReadOnlySpan<byte> x = new byte[] { 1, 2, 3 }; state.Count = x.Length;")]
    [InlineData("ReadOnlySpan<byte> x = \"abc\"u8; state.Count = x.Length;")]
    [InlineData("int* x = stackalloc int[4]; x[0] = 1;")]
    public Task Values_and_image_data_are_clean(string statement) =>
        Verify.Handler(statement, "struct Pair { public int A, B; public Pair(int a, int b) { A = a; B = b; } }");

    [Fact]
    public Task A_copied_record_class_is_reported() =>
        Verify.Handler("var x = {|TH1001:Make() with { A = 1 }|};", "sealed record R(int A); [AsyncSignalSafe] static R Make() => null!;");

    [Theory]
    [InlineData("object x = {|TH1002:1|};")]
    [InlineData("object x = {|TH1002:state|};")]
    [InlineData("IComparable x = {|TH1002:state.Count|};")]
    [InlineData("Enum x = {|TH1002:Color.Red|};")]
    [InlineData("bool x = {|TH1002:Make().Equals({|TH1002:Color.Green|})|};")]
    [InlineData("var x = {|TH1002:state.Count.GetType()|};")]
    public Task Boxing_is_reported(string statement) => Verify.Handler(statement, "[AsyncSignalSafe] static Color Make() => Color.Red;");

    [Theory]
    [InlineData("bool x = state.Count == 1;")]
    [InlineData("bool x = state.Count.Equals(1);")]
    [InlineData("long x = state.Count;")]
    [InlineData("int? x = state.Count;")]
    [InlineData("bool x = Make() == Color.Green;")]
    public Task Values_that_stay_values_are_clean(string statement) => Verify.Handler(statement, "[AsyncSignalSafe] static Color Make() => Color.Red;");

    [Theory]
    [InlineData("Action x = {|TH1003:() => { }|};")]
    [InlineData("Action x = {|TH1003:static () => { }|};")]
    [InlineData("Action x = {|TH1003:Other|};")]
    [InlineData("Action x = {|TH1003:delegate { }|};")]
    [InlineData("Action x = {|TH1003:new Action(Other)|};")]
    [InlineData("{|TH1003:Event += {|TH1003:Other|}|};")]
    public Task Delegates_are_reported(string statement) => Verify.Handler(statement, "static void Other() { } static event Action? Event;");

    [Fact]
    public Task A_function_pointer_is_no_delegate() =>
        Verify.Handler("delegate*<void> x = &Other;", "static void Other() { }");

    [Fact]
    public Task Defining_a_local_function_is_not_calling_it() =>
        Verify.Handler("state.Count++; void Local() { Console.WriteLine(); }");

    [Theory]
    [InlineData("var x = {|TH1004:$\"{state.Count}\"|};")]
    [InlineData("var x = {|TH1004:\"a\" + state.Count|};")]
    [InlineData("var x = {|TH1004:\"a\" + state.Count + \"b\"|};")]
    [InlineData("var x = {|TH1006:\"a\"|}; {|TH1004:x += \"b\"|};")]
    [InlineData("var x = {|TH1004:state.Count.ToString()|};")]
    [InlineData("var x = {|TH1004:string.Concat(\"a\", \"b\")|};")]
    public Task String_building_is_reported(string statement) => Verify.Handler(statement);

    [Fact]
    public Task Constant_strings_are_built_by_the_compiler() =>
        Verify.Handler("const string a = \"a\"; const string b = a + nameof(state); const bool same = a == b; state.Count = same ? 1 : 2;");

    [Theory]
    [InlineData("{|TH1005:Sum(1, 2)|};")]
    [InlineData("{|TH1005:Sum()|};")]
    [InlineData("int[] x = {|TH1005:[1, 2]|};")]
    [InlineData("List<int> x = {|TH1005:[1, 2]|};")]
    [InlineData("{|TH1005:Numbers()|};")]
    [InlineData("{|TH1005:Wait()|};")]
    public Task Hidden_allocation_is_reported(string statement) =>
        Verify.Handler(
            statement,
            """
            [AsyncSignalSafe] static void Sum(params int[] numbers) { }
            static IEnumerable<int> Numbers() { yield return 1; }
            static Task Wait() => Waiter.Wait();
            }
            static class Waiter { public static async Task Wait() { await Task.Yield(); }
            """);

    [Theory]
    [InlineData("Span<int> x = [state.Count, 2]; state.Count = x.Length;")]
    [InlineData("ReadOnlySpan<int> x = [1, 2]; state.Count = x.Length;")]
    [InlineData("Sum(null!);")]
    public Task Spans_of_elements_are_clean(string statement) =>
        Verify.Handler(statement, "[AsyncSignalSafe] static void Sum(params int[] numbers) { }");

    [Fact]
    public Task An_enumerator_of_reference_type_is_reported() =>
        Verify.Handler(
            "foreach (int x in {|TH1005:{|TH3002:{|TH4002:Make()|}|}|}) { }",
            "[AsyncSignalSafe] static IEnumerable<int> Make() => null!;");

    [Fact]
    public Task Enumerating_a_span_is_clean() =>
        Verify.Handler("foreach (byte x in new ReadOnlySpan<byte>(ref Unsafe.AsRef<byte>(state.Pointer))) { state.Count += x; }");

    [Theory]
    [InlineData("state.Count = {|TH1006:Get().Number|};")]
    [InlineData("state.Count = {|TH1006:{|TH1006:s_numbers|}[0]|};")]
    [InlineData("var x = {|TH1006:s_thing|};")]
    [InlineData("var x = {|TH1006:\"text\"|};")]
    [InlineData("object x = {|TH1006:\"text\"|};")]
    [InlineData("Ignore({|TH1006:\"text\"|});")]
    [InlineData("{|TH1006:Get().Number|} = 1;")]
    [InlineData("fixed (int* p = {|TH1006:s_numbers|}) { *p = 1; }")]
    [InlineData("foreach (int x in {|TH1006:s_numbers|}) { }")]
    public Task Reads_of_the_heap_are_reported(string statement) =>
        Verify.Handler(statement, "static Thing s_thing = null!; static int[] s_numbers = null!; [AsyncSignalSafe] static Thing Get() => null!; static void Ignore(string text) { }");

    [Theory]
    [InlineData("state.Count = *state.Pointer;")]
    [InlineData("state.Count = state.Pointer[3];")]
    [InlineData("state.Buffer[state.Count] = 1;")]
    [InlineData("s_number = 1; state.Count = s_number;")]
    [InlineData("s_state.Count = 1;")]
    [InlineData("fixed (int* p = &state.Count) { *p = 1; }")]
    [InlineData("State* p = (State*)Unsafe.AsPointer(ref state); p->Count++; p->Buffer[1] = 2;")]
    [InlineData("Thing? x = null; if (x == null) { state.Count = 1; }")]
    public Task Unmanaged_memory_and_primitive_statics_are_clean(string statement) =>
        Verify.Handler(statement, "static int s_number; static State s_state;");

    [Theory]
    [InlineData("{|TH1007:s_thing = null|};")]
    [InlineData("{|TH1007:Get().Text = null!|};")]
    [InlineData("{|TH1007:Get().Text = {|TH1006:\"a\"|}|};")]
    public Task Stores_of_references_are_reported(string statement) =>
        Verify.Handler(statement, "static Thing? s_thing; [AsyncSignalSafe] static Thing Get() => null!;");

    [Fact]
    public Task A_reference_behind_a_pointer_is_reported() =>
        Verify.Handler("void** p = (void**)state.Pointer; var x = *p; Thing? y = {|TH1006:*(Thing*)state.Pointer|};");

    [Fact]
    public Task References_in_locals_need_no_barrier() => Verify.Handler("Thing? x = null; x = null; (Thing? A, int B) y = default; y.A = null;");

    [Theory]
    [InlineData("bool b = {|TH1002:Make().HasFlag({|TH1002:Color.Green|})|};")]
    [InlineData("bool b = (Make() & Color.Green) != 0;")]
    public Task A_flag_is_tested_by_an_operator(string statement) => Verify.Handler(statement, "[AsyncSignalSafe] static Color Make() => Color.Red;");

    [Theory]
    [InlineData("var r = new R(state.Count); state.Count = r.X;")]
    [InlineData("var r = {|TH1005:new R(state.Count).All()|};")]
    public Task A_primary_constructor_is_apart_from_the_iterators_of_its_type(string statement) =>
        Verify.Handler(statement, "record struct R(int X) { public IEnumerable<int> All() { yield return 1; } }");

    [Theory]
    [InlineData("var b = default(Row); foreach (int x in b) { state.Count += x; }")]
    [InlineData("var b = default(Row); foreach (object x in {|TH1002:b|}) { state.Count++; }")]
    public Task An_inline_array_is_enumerated_by_index(string statement) =>
        Verify.Handler(statement, "[InlineArray(4)] struct Row { int e; }");
}
