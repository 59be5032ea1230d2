using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH7008_LeaveToRuntimeFix>;

namespace TopHalf.CodeFixes;

public sealed class TH7008_LeaveToRuntimeTests
{
    private const string Handler = "{|TH7002:{|TH7008:&OnFault|}|}";

    [Theory]
    [InlineData($"before();\n        signal(11, {Handler});\n        after();", "before();\n        after();")]
    [InlineData($"before();\n\n        signal(11, {Handler});\n\n        after();", "before();\n\n        after();")]
    [InlineData($"signal(11, {Handler});\n\n        after();", "after();")]
    [InlineData($"before();\n        signal(11, {Handler});", "before();")]
    [InlineData($"before();\n        // Faults.\n        signal(8, {Handler});\n        after();", "before();\n        // Faults.\n        after();")]
    [InlineData($"before();\n\n        // Faults.\n        signal(8, {Handler}); // why\n        after();", "before();\n\n        // Faults.\n        // why\n        after();")]
    [InlineData($"before();\n        signal(8, {Handler}); // why", "before();\n        // why")]
    [InlineData($"before();\n        signal(8, {Handler});\n        signal(11, {Handler});\n        after();", "before();\n        after();")]
    [InlineData($"if (before())\n            signal(11, {Handler}); // c", "if (before())\n            { } // c")]
    [InlineData($"System.Action install = () => {{ signal(11, {Handler}); }};", "System.Action install = () => { };")]
    [InlineData(
        $"Action action = new() {{ sa_handler = {Handler} }};\n        sigaction(11, &action, null);\n        after();",
        "Action action = new() { sa_handler = {|TH7002:&OnFault|} };\n        after();")]
    [InlineData(
        $"Action action = default;\n        action.sa_handler = {Handler};\n        sigaction(11, &action, null);",
        "Action action = default;\n        action.sa_handler = {|TH7002:&OnFault|};")]
    public Task The_installation_goes_and_all_around_it_stays(string before, string after) => VerifyCS.VerifyCodeFixAsync(Program(before), Program(after));

    [Theory]
    [InlineData($"nint old = signal(11, {Handler});")]
    [InlineData($"if (signal(11, {Handler}) == -1) after();")]
    [InlineData($"signal(11, /* why */ {Handler});")]
    [InlineData("signal(12, {|TH7002:&OnFault|});")] // No fault.
    [InlineData($"Action action = new() {{ sa_handler = {Handler} }};\n        sigaction(11, &action, null);\n        sigaction(12, &action, null);")]
    [InlineData($"sigaction(11, &{{|CS0103:missing|}}, null); nint old = signal(11, {Handler});")]
    public Task It_stays_where_more_hangs_on_it(string statement) => VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    [Fact]
    public Task A_method_that_does_nothing_else() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("Install();", $"static void Install() => signal(11, {Handler}); // c"), Program("Install();", "static void Install() { } // c"));

    [Fact]
    public Task Top_level_statements() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Program(""), "// Program.\nusing N;\n\nunsafe { C.signal(11, {|TH7002:{|TH7008:&C.OnFault|}|}); }\n" }, OutputKind = OutputKind.ConsoleApplication },
            FixedState = { Sources = { Program(""), "// Program.\nusing N;\n\nunsafe { }\n" } },
        }.RunAsync();

    private static string Program(string statement, string member = "") =>
        $$"""
        using System.Runtime.InteropServices;

        namespace N;

        static unsafe partial class C
        {
            static void Start()
            {
                {{statement}}
            }

            {{member}}

            static bool before() => true;

            static void after() { }
        }

        static unsafe partial class C
        {
            [DllImport("libc")]
            public static extern nint signal(int number, delegate* unmanaged<int, void> handler);

            [DllImport("libc")]
            public static extern int sigaction(int number, Action* action, Action* old);

            [UnmanagedCallersOnly]
            public static void OnFault(int number) { }
        }

        unsafe struct Action { public delegate* unmanaged<int, void> sa_handler; public int sa_flags; }

        """;
}
