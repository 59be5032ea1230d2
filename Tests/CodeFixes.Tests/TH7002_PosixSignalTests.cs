using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH7002_PosixSignalFix>;

namespace TopHalf.CodeFixes;

public sealed class TH7002_PosixSignalTests
{
    [Theory]
    [InlineData("signal(15, {|TH7002:&OnSignal|});", "PosixSignal.SIGTERM", "15", "")]
    [InlineData("signal(12, {|TH7002:&OnSignal|}); // c", "(PosixSignal)12", "12", " // c")]
    [InlineData("signal(SIGUSR1, {|TH7002:&C.OnSignal|});", "(PosixSignal)SIGUSR1", "10", "")]
    public Task The_runtime_calls_the_method(string before, string signal, string number, string comment) =>
        VerifyCS.VerifyCodeFixAsync(
            Program(before, "[UnmanagedCallersOnly]\n    ", ""),
            Program(
                $"s_onSignal = PosixSignalRegistration.Create({signal}, static context => {{ context.Cancel = true; {(before.Contains("C.On", System.StringComparison.Ordinal) ? "C." : "")}OnSignal({number}); }});{comment}",
                "", "private static PosixSignalRegistration? s_onSignal;\n\n    "));

    [Theory]
    [InlineData("nint old = signal(15, {|TH7002:&OnSignal|});")]
    [InlineData("signal(11, {|TH7002:{|TH7008:&OnSignal|}|});")] // A fault.
    [InlineData("signal(17, {|TH7002:&OnSignal|});")] // The runtime waits for children by it.
    [InlineData("signal(number, {|TH7002:&OnSignal|});")]
    [InlineData("signal(15, {|TH7002:&OnSignal|}); signal(2, {|TH7002:&OnSignal|});")]
    [InlineData("Action action = new() { sa_handler = {|TH7002:&OnSignal|} };")]
    [InlineData("signal(15, &{|CS0103:Missing|});")]
    [InlineData("signal(10, {|TH7002:&OnSignal|}); raise(10); [DllImport(\"libc\")] static extern int raise(int number);")] // It has run when that returns.
    [InlineData("int s_onSignal = 0; signal(15, {|TH7002:&OnSignal|});")]
    public Task Nothing_is_offered_for_what_is_something_else(string statement)
    {
        // Of two signals the one interrupts the handler of the other.
        string source = Program(statement, "[UnmanagedCallersOnly]\n    ", "")
            .Replace("s_count++", statement.Contains("signal(2,", System.StringComparison.Ordinal) ? "{|TH6001:s_count++|}" : "s_count++", System.StringComparison.Ordinal);
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task Names_are_imported_or_where_they_clash_written_in_full_and_other_attributes_stay() =>
        VerifyCS.VerifyCodeFixAsync(
            Other("[System.Diagnostics.DebuggerHidden, System.Runtime.InteropServices.UnmanagedCallersOnly] // old", "signal(2, {|TH7002:&Handlers.OnSignal|});", "", ""),
            Other(
                "[System.Diagnostics.DebuggerHidden] // old",
                "s_onSignal = PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, static context => { context.Cancel = true; Handlers.OnSignal(2); });",
                "private static PosixSignalRegistration? s_onSignal;\n\n        ", "using System.Runtime.InteropServices;\n\n"));

    [Fact]
    public Task Nothing_is_offered_for_a_method_that_native_code_knows_by_its_name()
    {
        string source = Arrow("sigset(12, {|TH7002:&OnSignal|})", "[UnmanagedCallersOnly(EntryPoint = \"on_signal\")]\n    ", "");
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task A_method_that_does_nothing_else() =>
        VerifyCS.VerifyCodeFixAsync(
            Arrow("sigset(12, {|TH7002:&OnSignal|})", "[UnmanagedCallersOnly]\n    ", ""),
            Arrow(
                "s_onSignal = PosixSignalRegistration.Create((PosixSignal)12, static context => { context.Cancel = true; OnSignal(12); })", "",
                "private static PosixSignalRegistration? s_onSignal;\n\n    "));

    private static string Arrow(string statement, string attribute, string field) =>
        $$"""
        using System.Runtime.InteropServices;

        unsafe class C
        {
            {{field}}static void Install() => {{statement}};

            [DllImport("libc")]
            static extern nint sigset(int number, delegate* unmanaged<int, void> handler);

            {{attribute}}static void OnSignal(int number) { }
        }

        """;

    private static string Other(string attribute, string statement, string field, string import) =>
        $$"""
        {{import}}namespace N;

        enum PosixSignal { None }

        static class Outer
        {
            static unsafe class Nested
            {
                [System.Runtime.InteropServices.DllImport("libc")]
                static extern nint signal(int number, delegate* unmanaged<int, void> handler);

                {{field}}internal static void Start()
                {
                    // Control-C.
                    {{statement}}
                }
            }
        }

        static class Handlers
        {
            {{attribute}}
            internal static void OnSignal(int number) { }
        }

        """;

    private static string Program(string statement, string attribute, string field) =>
        $$"""
        using System.Runtime.InteropServices;

        namespace N;

        static unsafe partial class C
        {
            static void Stop() { }

            {{field}}static void Start(int number)
            {
                {{statement}}
            }

            const int SIGUSR1 = 10;
        }

        static unsafe partial class C
        {
            [DllImport("libc")]
            static extern nint signal(int number, delegate* unmanaged<int, void> handler);

            {{attribute}}static void OnSignal(int number) => s_count++;

            static int s_count;
        }

        unsafe struct Action { public delegate* unmanaged<int, void> sa_handler; public int sa_flags; }

        """;
}
