namespace TopHalf.Analyzers.Tests.Anchors;

/// <summary>
/// The cases of clang-tidy's bugprone-signal-handler and of GCC's and CodeQL's tests, in C#. What those do not see (a pointer that is called, several paths, several findings
/// in one function) is here as it should be.
/// </summary>
public sealed class SignalHandlerTests
{
    private const string Inline = "[MethodImpl(MethodImplOptions.AggressiveInlining)]";

    [Theory]
    [InlineData("{|TH2002:Console.WriteLine()|};")]
    [InlineData("{|TH5004:Environment.Exit(1)|};")]
    [InlineData("{|TH1001:One()|};")]
    [InlineData("{|TH1001:Two()|};")]
    [InlineData("One2(); {|TH1001:One()|}; {|TH1001:Two()|};")]
    [InlineData("if (state.Count > 0) { {|TH1001:One()|}; } else { {|TH1001:Two()|}; }")]
    [InlineData("{|TH3007:{|TH1001:Around(3)|}|};")]
    [InlineData("{|TH3006:s_any()|};")]
    [InlineData("{|TH3003:abort()|};")]
    [InlineData("{|TH4001:throw new Exception();|}")]
    public Task What_a_handler_must_not_call_is_reported(string statement) => Verify.Handler(statement, Members);

    [Theory]
    [InlineData("Safe(); Safe2();")]
    [InlineData("if (false) { One(); }")]
    [InlineData("One2();")]
    [InlineData("s_exit(0);")]
    [InlineData("return;")]
    [InlineData("Interlocked.Exchange(ref state.Count, 1);")]
    public Task What_it_may_call_is_clean(string statement) => Verify.Handler(statement, Members);

    [Fact]
    public Task A_handler_that_is_registered_by_hand_is_judged_and_so_is_registering_it_again_inside() =>
        Verify.Members(
            """
            [DllImport("libc")] static extern nint signal(int number, delegate* unmanaged<int, void> handler);
            static void Install() { signal(10, {|TH7002:&On|}); }
            [UnmanagedCallersOnly] static void On(int number) { {|TH1001:new object()|}; {|TH3003:signal(10, {|TH7002:{|TH7007:&On|}|})|}; }
            """);

    [Fact]
    public Task A_library_method_cannot_be_the_handler_and_a_lambda_neither() =>
        Verify.Members(
            """
            static void Start()
            {
                InterruptHandler<int> lambda = {|TH0004:(ref int state, in InterruptContext context) => state++|};
                InterruptHandler<int> method = On;
            }
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void On(ref int state, in InterruptContext context) => state++;
            """);

    private const string Members =
        $$"""
        static delegate*<void> s_any; static readonly delegate*<int, void> s_exit = (delegate*<int, void>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "_exit");
        [DllImport("libc")] static extern void abort();
        {{Inline}} static void One() => new object();
        {{Inline}} static void Two() => One();
        {{Inline}} static void One2() { }
        {{Inline}} static void Safe() => One2();
        {{Inline}} static void Safe2() => Safe();
        {{Inline}} static void Around(int n) { new object(); if (n > 0) { Around(n - 1); } }
        """;
}
