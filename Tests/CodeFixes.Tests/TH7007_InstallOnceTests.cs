using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH7007_InstallOnceFix>;

namespace TopHalf.CodeFixes;

public sealed class TH7007_InstallOnceTests
{
    private const string Install = "static void Install() => signal(12, {|TH7002:&OnSignal|});";
    private const string Itself = "{|TH7007:{|TH7002:&OnSignal|}|}";

    [Theory]
    [InlineData($"{{|TH3003:signal(number, {Itself})|}};\n        s_count = 1;", "s_count = 1;")]
    [InlineData($"s_count = 1;\n        {{|TH3003:signal(12, {Itself})|}};", "s_count = 1;")]
    [InlineData($"// Again.\n        {{|TH3003:C.signal(number, {Itself})|}};\n        s_count = 1;", "// Again.\n        s_count = 1;")]
    [InlineData($"{{|TH3003:signal(number, {Itself})|}}; // Again.\n        s_count = 1; // c", "// Again.\n        s_count = 1; // c")]
    [InlineData($"if (number == 12)\n            {{|TH3003:signal(number, {Itself})|}};", "if (number == 12)\n            { }")]
    public Task The_second_installation_goes(string before, string after) => VerifyCS.VerifyCodeFixAsync(Program(before, Install), Program(after, Install));

    [Fact]
    public Task Also_where_it_is_made_by_a_method_that_does_nothing_else() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("{|TH3003:Install()|};\n        s_count = 1;", $"static void Install() => signal(12, {Itself});"),
            Program("s_count = 1;", "static void Install() => signal(12, {|TH7002:&OnSignal|});"));

    [Theory]
    [InlineData($"{{|TH3003:signal(10, {Itself})|}};", Install)] // For another signal.
    [InlineData($"number = 10; {{|TH3003:signal(number, {Itself})|}};", Install)]
    [InlineData($"nint old = {{|TH3003:signal(number, {Itself})|}};", Install)]
    [InlineData($"{{|TH3003:sysv_signal(number, {Itself})|}};", Install)] // Each call takes it away.
    [InlineData($"{{|TH3003:signal(number, {Itself})|}};", "static void Install() => sysv_signal(12, {|TH7002:&OnSignal|});")]
    [InlineData($"{{|TH3003:signal(number, {Itself})|}};", "static void Install(int flags) { Action action = new() { sa_handler = {|TH7002:&OnSignal|}, sa_flags = flags }; }")]
    [InlineData($"{{|TH3003:signal(number, {Itself})|}};", "static delegate* unmanaged<int, void> Handler => &OnSignal;")]
    [InlineData("{|TH5003:{|TH3003:Install()|}|};", $"static void Install() {{ signal(12, {Itself}); s_count = 1; }}")]
    [InlineData("signal({|CS0103:missing|}, &{|TH0009:OnSignal|});", Install)]
    public Task It_stays_where_it_may_be_needed(string statement, string member) =>
        VerifyCS.VerifyCodeFixAsync(Program(statement, member), Program(statement, member));

    private static string Program(string statement, string member) =>
        $$"""
        using System.Runtime.InteropServices;

        namespace N;

        static unsafe partial class C
        {
            static int s_count;

            {{member}}

            [UnmanagedCallersOnly]
            static void OnSignal(int number)
            {
                {{statement}}
            }
        }

        static unsafe partial class C
        {
            [DllImport("libc")]
            static extern nint signal(int number, delegate* unmanaged<int, void> handler);

            [DllImport("libc")]
            static extern nint sysv_signal(int number, delegate* unmanaged<int, void> handler);
        }

        unsafe struct Action { public delegate* unmanaged<int, void> sa_handler; public int sa_flags; }

        """;
}
