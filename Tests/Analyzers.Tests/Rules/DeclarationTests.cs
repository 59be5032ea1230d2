namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH0001 to TH0004: what a handler is declared and registered as.</summary>
public sealed class DeclarationTests
{
    private const string Optimized = "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]";

    [Fact]
    public Task A_well_formed_handler_is_clean() => Verify.Handler("state.Count++;");

    [Fact]
    public Task An_instance_method_is_no_handler() =>
        Verify.File($$"""class C { {{Optimized}} void {|TH0001:On|}(ref int state, in InterruptContext context) { } }""");

    [Fact]
    public Task A_generic_method_is_no_handler() =>
        Verify.Members($$"""{{Optimized}} static void {|TH0001:On|}<T>(ref T state, in InterruptContext context) where T : unmanaged { }""");

    [Fact]
    public Task A_method_of_a_generic_type_is_no_handler() =>
        Verify.File($$"""class C<T> { {{Optimized}} static void {|TH0001:On|}(ref int state, in InterruptContext context) { } }""");

    [Fact]
    public Task A_handler_returns_nothing() =>
        Verify.Members($$"""{{Optimized}} static int {|TH0001:On|}(ref int state, in InterruptContext context) => 0;""");

    [Theory]
    [InlineData("int state, in InterruptContext context")]
    [InlineData("ref int state")]
    [InlineData("ref int state, InterruptContext context")]
    [InlineData("in InterruptContext context, ref int state")]
    public Task A_handler_takes_its_state_and_the_context(string parameters) =>
        Verify.Members($$"""{{Optimized}} static void {|TH0001:On|}({{parameters}}) { }""");

    [Fact]
    public Task The_state_contains_no_references() =>
        Verify.Members($$"""{{Optimized}} static void {|TH0001:On|}(ref string state, in InterruptContext context) { }""");

    [Fact]
    public Task The_message_says_what_is_wrong() =>
        Verify.Members(
            $$"""{{Optimized}} static int {|#0:On|}(ref int state, in InterruptContext context) => 0;""",
            new TopHalf.Testing.DiagnosticResult("TH0001", Microsoft.CodeAnalysis.DiagnosticSeverity.Error).WithLocation(0).WithMessage(
                "'On' cannot be an interrupt handler: it returns a value, which nobody reads. Declare it 'static void On(ref TState state, in InterruptContext context)' with an unmanaged TState."));

    [Fact]
    public Task A_safe_member_is_not_async() =>
        Verify.File("class C { [AsyncSignalSafe] static async Task {|TH0002:Wait|}() { {|TH2002:await Task.Yield()|}; } }");

    [Fact]
    public Task A_safe_member_is_not_an_iterator() =>
        Verify.Members("[AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] static IEnumerable<int> {|TH0002:Numbers|}() { {|TH1005:yield return 1;|} }");

    [Fact]
    public Task A_handler_is_marked_AggressiveOptimization() =>
        Verify.Members("[InterruptHandler] static void {|TH0003:On|}(ref int state, in InterruptContext context) { }");

    [Fact]
    public Task AggressiveInlining_is_not_enough_for_a_handler() =>
        Verify.Members("[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveInlining)] static void {|TH0003:On|}(ref int state, in InterruptContext context) { }");

    [Fact]
    public Task A_registered_method_needs_no_mark() =>
        Verify.Members(
            """
            static void Register(InterruptHandler<int> handler) { }
            static void Start() => Register(On);
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] static void On(ref int state, in InterruptContext context) { {|TH4001:throw new Exception();|} }
            """);

    [Fact]
    public Task A_registered_method_is_marked_AggressiveOptimization() =>
        Verify.Members(
            """
            static void Start() { InterruptHandler<int> handler = On; }
            static void {|TH0003:On|}(ref int state, in InterruptContext context) { }
            """);

    [Fact]
    public Task A_method_with_the_shape_of_a_handler_is_checked_before_it_is_registered() =>
        Verify.Members("static void On(ref int state, in InterruptContext context) { {|TH1001:new object()|}; }");

    [Fact]
    public Task Other_shapes_are_checked_only_where_they_are_registered() =>
        Verify.Members(
            """
            static int Returns(ref int state, in InterruptContext context) { new object(); return 1; }
            static void ByValue(int state, in InterruptContext context) { new object(); }
            static void Managed(ref object state, in InterruptContext context) { new object(); }
            static void Other(ref int state, in int context) { new object(); }
            """);

    [Fact]
    public Task A_method_is_reported_once_however_often_it_is_registered() =>
        Verify.Members(
            """
            static void Start() { InterruptHandler<int> handler = On; handler = On; }
            static void {|TH0003:On|}(ref int state, in InterruptContext context) { {|TH1001:new object()|}; }
            """);

    [Fact]
    public Task A_registered_partial_method_is_checked_by_its_body() =>
        Verify.Members(
            """
            static void Start() { InterruptHandler<int> handler = On; }
            static partial void On(ref int state, in InterruptContext context);
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] static partial void On(ref int state, in InterruptContext context) { {|TH1001:new object()|}; }
            """);

    [Fact]
    public Task A_registered_partial_method_without_fault_is_clean() =>
        Verify.Members(
            """
            static void Start() { InterruptHandler<int> handler = On; }
            static partial void On(ref int state, in InterruptContext context);
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] static partial void On(ref int state, in InterruptContext context) { state++; }
            """);

    [Fact]
    public Task A_registered_generic_method_is_no_handler() =>
        Verify.Members(
            """
            static void Start() { InterruptHandler<int> handler = {|TH0001:On<int>|}; }
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] static void On<T>(ref int state, in InterruptContext context) { state++; }
            """);

    [Fact]
    public Task A_registered_local_function_of_a_generic_method_is_no_handler() =>
        Verify.Members(
            """
            static void Start<T>()
            {
                InterruptHandler<int> handler = {|TH0001:On|};
                [MethodImpl(MethodImplOptions.AggressiveOptimization)] static void On(ref int state, in InterruptContext context) { state++; }
            }
            """);

    [Fact]
    public Task A_promise_that_is_registered_is_a_handler_too() =>
        Verify.Members(
            """
            static void Start() { InterruptHandler<int> handler = On; }
            [AsyncSignalSafe] static void {|TH0003:On|}(ref int state, in InterruptContext context) { {|TH1001:new object()|}; }
            """);

    [Fact]
    public Task An_optimized_promise_that_is_registered_is_clean() =>
        Verify.Members(
            """
            static void Start() { InterruptHandler<int> handler = On; }
            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void On(ref int state, in InterruptContext context) { state++; }
            """);

    [Fact]
    public Task A_marked_local_function_that_captures_nothing_is_a_handler() =>
        Verify.Members(
            """
            static void Start()
            {
                InterruptHandler<int> handler = On;
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] void On(ref int state, in InterruptContext context) { state++; }
            }
            """);

    [Fact]
    public Task A_marked_local_function_that_captures_is_no_handler() =>
        Verify.Members(
            """
            static void Start(int start)
            {
                Use();
                void Use() { }
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] void {|TH0001:On|}(ref int state, in InterruptContext context) { state = start; }
            }
            """);

    [Theory]
    [InlineData("(ref int state, in InterruptContext context) => { }")]
    [InlineData("static (ref int state, in InterruptContext context) => { }")]
    public Task A_lambda_cannot_be_registered(string lambda) =>
        Verify.Members($$"""static void Start() { InterruptHandler<int> handler = {|TH0004:{{lambda}}|}; }""");

    [Fact]
    public Task The_body_of_a_registered_lambda_is_checked() =>
        Verify.Members("static void Start() { InterruptHandler<int> handler = {|TH0004:(ref int state, in InterruptContext context) => { {|TH1001:new object()|}; }|}; }");

    [Fact]
    public Task An_instance_method_cannot_be_registered() =>
        Verify.File(
            """
            class C
            {
                void Start() { InterruptHandler<int> handler = {|TH0004:On|}; }
                [MethodImpl(MethodImplOptions.AggressiveOptimization)] void On(ref int state, in InterruptContext context) { }
            }
            """);

    [Fact]
    public Task A_local_function_that_captures_cannot_be_registered() =>
        Verify.Members(
            """
            static void Start(int start)
            {
                InterruptHandler<int> handler = {|TH0004:On|};
                [MethodImpl(MethodImplOptions.AggressiveOptimization)] void On(ref int state, in InterruptContext context) { state = start; }
            }
            """);

    [Theory]
    [InlineData("static ")]
    [InlineData("")]
    public Task A_local_function_that_captures_nothing_can_be_registered(string modifier) =>
        Verify.Members(
            $$"""
            static void Start()
            {
                InterruptHandler<int> handler = On;
                [MethodImpl(MethodImplOptions.AggressiveOptimization)] {{modifier}}void On(ref int state, in InterruptContext context) { state++; }
            }
            """);

    [Fact]
    public Task Ordinary_code_is_none_of_its_business() =>
        Verify.Members("static void Ordinary() { lock (new object()) { Console.WriteLine($\"{1}\"); } }");
}
