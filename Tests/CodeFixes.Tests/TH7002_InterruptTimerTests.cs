using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH7002_InterruptTimerFix>;

namespace TopHalf.CodeFixes;

public sealed class TH7002_InterruptTimerTests
{
    private const string Install = "signal(14, {|TH7002:&OnAlarm|});";
    private const string Milliseconds = "Itimerval every = new() { it_interval = new() { tv_usec = 5000 }, it_value = new() { tv_usec = 5000 } };";
    private const string Arm = "setitimer(0, &every, null);";
    private const string Method = "[UnmanagedCallersOnly]\n    private static void OnAlarm(int number) => s_count++;";
    private const string Handler = "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    private static void OnAlarm(ref int state, in InterruptContext context) => s_count++;";
    private const string Field = "private static InterruptTimer<int>? s_onAlarm;\n\n    ";

    [Theory]
    [InlineData(Milliseconds, "TimeSpan.FromMilliseconds(5)")]
    [InlineData("var every = new Itimerval { it_interval = { tv_sec = 2 }, it_value = { tv_sec = 2 } };", "TimeSpan.FromSeconds(2)")]
    [InlineData("Itimerval every = new() { it_interval = new Timeval { tv_sec = 1, tv_usec = 1 }, it_value = new Timeval { tv_usec = 1000 } };", "TimeSpan.FromMicroseconds(1000001), new InterruptTimerOptions { DueTime = TimeSpan.FromMilliseconds(1) }")]
    public Task An_alarm_becomes_a_timer(string setting, string start) =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"// Ticks.\n        {Install} // c\n        {setting}\n        {Arm}\n        s_other = 0;", Method, ""),
            Program($"// Ticks.\n        s_onAlarm = InterruptTimer.Start<int>(OnAlarm, {start}); // c\n        s_other = 0;", Handler, Field, "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Fact]
    public Task The_setting_may_stand_first() =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"{Milliseconds}\n        {Install}\n        {Arm}", Method, ""),
            Program("s_onAlarm = InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5));", Handler, Field, "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Theory]
    [InlineData(Install)] // No period.
    [InlineData("signal(10, {|TH7002:&OnAlarm|});\n        " + Milliseconds + "\n        " + Arm)]
    [InlineData("nint old = signal(14, {|TH7002:&OnAlarm|});\n        " + Milliseconds + "\n        " + Arm)]
    [InlineData(Install + "\n        " + Milliseconds + "\n        setitimer(1, &every, null);")] // The processor's time.
    [InlineData(Install + "\n        " + Milliseconds + "\n        int result = setitimer(0, &every, null);")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        every.it_value = default;\n        " + Arm)]
    [InlineData(Install + "\n        Itimerval every = new() { it_value = new() { tv_sec = 1 } };\n        " + Arm)] // Once.
    [InlineData(Install + "\n        Itimerval every = new() { it_interval = new() { tv_sec = s_other }, it_value = new() { tv_sec = 1 } };\n        " + Arm)]
    [InlineData(Install + "\n        // Why.\n        " + Milliseconds + "\n        " + Arm)]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, "[UnmanagedCallersOnly]\n    private static void OnAlarm(int number) => s_count += number;")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, "[UnmanagedCallersOnly(EntryPoint = \"on_alarm\")]\n    private static void OnAlarm(int number) => s_count++;")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm + "\n        Other(&OnAlarm);", Method + "\n\n    private static void Other(delegate* unmanaged<int, void> it) { }")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, Method + "\n\n    [DllImport(\"libc\")] private static extern int pause();")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, Method + "\n\n    private static int s_onAlarm;")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        setitimer(0, &every, {|CS0103:missing|});")]
    public Task Nothing_is_offered_where_it_would_be_something_else(string statements, string method = Method)
    {
        string source = Program(statements, method, "");
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    private static string Program(string statements, string method, string field, string system = "", string implementation = "") =>
        $$"""
        {{system}}{{implementation}}using System.Runtime.InteropServices;
        using TopHalf;

        namespace N;

        internal struct Timeval { public long tv_sec, tv_usec; }

        internal struct Itimerval { public Timeval it_interval, it_value; }

        internal static unsafe partial class C
        {
            private static int s_count, s_other;

            {{field}}internal static void Start()
            {
                {{statements}}
            }
        }

        internal static unsafe partial class C
        {
            [DllImport("libc")]
            private static extern nint signal(int number, delegate* unmanaged<int, void> handler);

            [DllImport("libc")]
            private static extern int setitimer(int which, Itimerval* value, Itimerval* old);

            {{method}}
        }

        """;
}
