using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH7006_LetSignalsInFix>;

namespace TopHalf.CodeFixes;

public sealed class TH7006_LetSignalsInTests
{
    private const string Dels = """
        sigdelset(&set, 4);
                sigdelset(&set, 5);
                sigdelset(&set, 6);
                sigdelset(&set, 7);
                sigdelset(&set, 8);
                sigdelset(&set, 11);
                sigdelset(&set, 34);
                sigdelset(&set, 37);
        """;

    private const string Declared = "[DllImport(\"libc\")]\n    static extern int sigdelset(SignalSet* set, int signal);\n\n    ";

    [Theory]
    [InlineData(
        "SignalSet set; sigemptyset(&set);\n        sigaddset(&set, 34);\n        {|TH7006:pthread_sigmask(0, &set, null)|};",
        "SignalSet set; sigemptyset(&set);\n        pthread_sigmask(0, &set, null);")]
    [InlineData(
        "SignalSet set; sigemptyset(&set);\n        sigaddset(&set, 10);\n        sigaddset(&set, 11);\n        // Ours.\n        sigaddset(&set, 37);\n        {|TH7006:pthread_sigmask(2, &set, null)|};",
        "SignalSet set; sigemptyset(&set);\n        sigaddset(&set, 10);\n        // Ours.\n        pthread_sigmask(2, &set, null);")]
    [InlineData("int n = 1;\n        {|TH7006:sighold(34)|};", "int n = 1;")]
    [InlineData("{|TH7006:sighold(34)|}; // why\n        int n = 1;", "// why\n        int n = 1;")]
    [InlineData("ulong all = ulong.MaxValue;\n        {|TH7006:rt_sigprocmask(0, &all, null, 8)|};", "ulong all = ulong.MaxValue & ~0x12000004F8UL;\n        rt_sigprocmask(0, &all, null, 8);")]
    [InlineData(
        "ulong some;\n        some = 1UL << 33 | 2; // c\n        {|TH7006:rt_sigprocmask(0, &some, null, 8)|};",
        "ulong some;\n        some = (1UL << 33 | 2) & ~0x200000000UL; // c\n        rt_sigprocmask(0, &some, null, 8);")]
    public Task The_signals_are_kept_out_of_the_set(string before, string after) => VerifyCS.VerifyCodeFixAsync(Program(before, Declared), Program(after, Declared));

    [Fact]
    public Task A_full_set_loses_them_again() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("SignalSet set;\n        sigfillset(&set);\n        int result = {|TH7006:pthread_sigmask(0, &set, null)|};", Declared),
            Program($"SignalSet set;\n        sigfillset(&set);\n        {Dels}\n        int result = pthread_sigmask(0, &set, null);", Declared));

    [Fact]
    public Task Sigdelset_is_declared_where_it_is_not() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("SignalSet set;\n        sigfillset(&set);\n        sigaddset(&set, 34);\n        {|TH7006:pthread_sigmask(0, &set, null)|};", ""),
            Program($"SignalSet set;\n        sigfillset(&set);\n        {Dels}\n        pthread_sigmask(0, &set, null);", Declared));

    [Fact]
    public Task Each_set_for_itself() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("SignalSet set;\n        sigfillset(&set);\n        {|TH7006:pthread_sigmask(0, &set, null)|};\n        sigfillset(&set);\n        {|TH7006:pthread_sigmask(0, &set, null)|};", ""),
            Program($"SignalSet set;\n        sigfillset(&set);\n        {Dels}\n        pthread_sigmask(0, &set, null);\n        sigfillset(&set);\n        {Dels}\n        pthread_sigmask(0, &set, null);", Declared));

    [Theory]
    [InlineData("SignalSet set; if (sigfillset(&set) == 0) {|TH7006:pthread_sigmask(0, &set, null)|};")]
    [InlineData("SignalSet set; sigemptyset(&set); int result = sigaddset(&set, 34); {|TH7006:pthread_sigmask(0, &set, null)|};")]
    [InlineData("SignalSet set; sigemptyset(&set); sigaddset(&set, 10); pthread_sigmask(0, &set, null);")]
    [InlineData("SignalSet set; Fill(&set); {|TH7006:pthread_sigmask(0, &set, null)|}; static void Fill(SignalSet* set) => sigfillset(set);")]
    [InlineData("SignalSet set; sigfillset(&set); {|TH7006:Block(&set)|}; static void Block(SignalSet* set) => pthread_sigmask(0, set, null);")]
    [InlineData("SignalSet set; sigemptyset(&set); sigaddset(&set, {|CS0103:missing|}); pthread_sigmask(0, &set, null);")]
    public Task Nothing_is_offered_where_more_hangs_on_it(string statement) => VerifyCS.VerifyCodeFixAsync(Program(statement, Declared), Program(statement, Declared));

    [Fact]
    public Task Top_level_statements()
    {
        const string Native = """

            static class Native
            {
                [System.Runtime.InteropServices.DllImport("libc")]
                public static extern int sighold(int signal);
            }

            """;
        return new VerifyCS.Test
        {
            TestState = { Sources = { "// Quiet.\n{|TH7006:Native.sighold(34)|};\nSystem.Console.ReadLine();\n" + Native }, OutputKind = OutputKind.ConsoleApplication },
            FixedState = { Sources = { "// Quiet.\nSystem.Console.ReadLine();\n" + Native } },
        }.RunAsync();
    }

    [Fact]
    public Task The_only_statement_of_a_program_stays()
    {
        const string Source = """
            {|TH7006:Native.sighold(34)|};

            static class Native
            {
                [System.Runtime.InteropServices.DllImport("libc")]
                public static extern int sighold(int signal);
            }

            """;
        return new VerifyCS.Test { TestState = { Sources = { Source }, OutputKind = OutputKind.ConsoleApplication }, FixedState = { Sources = { Source } } }.RunAsync();
    }

    private static string Program(string statement, string sigdelset) =>
        $$"""
        using System.Runtime.InteropServices;

        namespace N;

        static unsafe partial class C
        {
            static void Quiet()
            {
                {{statement}}
            }
        }

        static unsafe partial class C
        {
            [DllImport("libc")]
            static extern int sigfillset(SignalSet* set);

            {{sigdelset}}[DllImport("libc")]
            static extern int sigemptyset(SignalSet* set);

            [DllImport("libc")]
            static extern int sigaddset(SignalSet* set, int signal);

            [DllImport("libc")]
            static extern int pthread_sigmask(int how, SignalSet* set, SignalSet* old);

            [DllImport("libc")]
            static extern int rt_sigprocmask(int how, ulong* set, ulong* old, nint size);

            [DllImport("libc")]
            static extern int sighold(int signal);
        }

        unsafe struct SignalSet { public fixed ulong Bits[16]; }

        """;
}
