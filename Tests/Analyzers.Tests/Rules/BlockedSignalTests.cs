using Microsoft.CodeAnalysis;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH7006: signal masks of ordinary code.</summary>
public sealed class BlockedSignalTests
{
    [Theory]
    [InlineData("Set set; sigfillset(&set); {|TH7006:pthread_sigmask(0, &set, null)|};")]
    [InlineData("Set set; sigfillset(&set); {|TH7006:pthread_sigmask(2, &set, null)|};")]
    [InlineData("Set set; sigfillset(&set); {|TH7006:sigprocmask(SIG_BLOCK, &set, null)|};")]
    [InlineData("Set set; sigemptyset(&set); sigaddset(&set, 34); {|TH7006:pthread_sigmask(0, &set, null)|};")]
    [InlineData("Set set; sigemptyset(&set); sigaddset(&set, 12); sigaddset(&set, 11); {|TH7006:pthread_sigmask(0, &set, null)|};")]
    [InlineData("Set set = default; sigaddset(&set, 37); {|TH7006:pthread_sigmask(0, &set, null)|};")]
    [InlineData("Set set; sigfillset(&set); sigdelset(&set, 34); {|TH7006:pthread_sigmask(0, &set, null)|};")]
    [InlineData("ulong set = ~0UL; {|TH7006:rt_sigprocmask(0, &set, null, 8)|};")]
    [InlineData("ulong set = 0; set = 1UL << 33; {|TH7006:rt_sigprocmask(0, &set, null, 8)|};")]
    [InlineData("{|TH7006:sighold(34)|};")]
    [InlineData("{|TH7006:sigblock(1 << 10)|};")]
    [InlineData("{|TH7006:Mask(0, ref s_set)|};", "static ulong s_set; static void Fill() { }", "s_set = ulong.MaxValue;")]
    public Task Signals_that_the_runtime_or_sources_need_are_reported(string statement, string members = "", string before = "") =>
        Ordinary(before + statement, members);

    [Theory]
    [InlineData("Set set; sigfillset(&set); pthread_sigmask(1, &set, null);")] // SIG_UNBLOCK
    [InlineData("Set set; sigemptyset(&set); pthread_sigmask(2, &set, null);")]
    [InlineData("Set set; sigemptyset(&set); sigaddset(&set, 12); sigaddset(&set, 50); pthread_sigmask(0, &set, null);")]
    [InlineData("Set set; sigemptyset(&set); pthread_sigmask(0, &set, null); sigaddset(&set, 34);")]
    [InlineData("Set set; sigfillset(&set); sigdelset(&set, Environment.ProcessId); pthread_sigmask(0, &set, null);")] // Which one is not known.
    [InlineData("Set set; sigfillset(&set); Change(&set); pthread_sigmask(0, &set, null);")]
    [InlineData("Set old; pthread_sigmask(0, null, &old); pthread_sigmask(2, &old, null);")]
    [InlineData("Set set; sigfillset(&set); pthread_sigmask(Environment.ProcessId, &set, null);")]
    [InlineData("ulong set = 1UL << 11; rt_sigprocmask(0, &set, null, 8);")]
    [InlineData("sighold(12);")]
    [InlineData("sighold(0);")]
    public Task Other_masks_are_clean(string statement) => Ordinary(statement);

    [Theory]
    [InlineData("static void Fill(Set* set) => sigfillset(set);", "Set set; Fill(&set); {|TH7006:pthread_sigmask(0, &set, null)|};")]
    [InlineData("static void Fill(Set* set) => sigfillset(set);", "Set set; Set* p = &set; Fill(p); {|TH7006:pthread_sigmask(0, p, null)|};")]
    [InlineData("static void Fill(Set* set) => More(set); static void More(Set* set) { sigemptyset(set); sigaddset(set, 34); }", "Set set; Fill(&set); {|TH7006:pthread_sigmask(0, &set, null)|};")]
    [InlineData("static void Fill(out ulong set) => set = ulong.MaxValue;", "Fill(out ulong set); {|TH7006:rt_sigprocmask(0, &set, null, 8)|};")]
    [InlineData("static void Fill(ref ulong set) => set |= 1UL << 33;", "ulong set = 1; Fill(ref set); {|TH7006:rt_sigprocmask(0, &set, null, 8)|};")]
    [InlineData("static ulong All() => ulong.MaxValue;", "ulong set = All(); {|TH7006:rt_sigprocmask(0, &set, null, 8)|};")]
    [InlineData("static ulong All => 1UL << 10;", "ulong set = All | 1; {|TH7006:rt_sigprocmask(0, &set, null, 8)|};")]
    [InlineData("static ulong Only(int signal) => 1UL << (signal - 1);", "ulong set = Only(34); {|TH7006:rt_sigprocmask(0, &set, null, 8)|};")]
    [InlineData("static Set All() { Set set; sigfillset(&set); return set; }", "Set set = All(); {|TH7006:pthread_sigmask(0, &set, null)|};")]
    [InlineData("static Set* All() { Set* set = (Set*)NativeMemory.Alloc(128); sigfillset(set); return set; }", "{|TH7006:pthread_sigmask(0, All(), null)|};")]
    [InlineData("static readonly ulong s_all = ulong.MaxValue;", "ulong set = s_all; {|TH7006:rt_sigprocmask(0, &set, null, 8)|};")]
    [InlineData("static readonly Set* s_all = All(); static Set* All() { Set* set = (Set*)NativeMemory.Alloc(128); sigfillset(set); return set; }", "{|TH7006:pthread_sigmask(0, s_all, null)|};")]
    [InlineData("static readonly Set s_all; static Handlers() { fixed (Set* p = &s_all) { sigfillset(p); } }", "Set set = s_all; {|TH7006:pthread_sigmask(0, &set, null)|};")]
    [InlineData("const ulong Everything = ulong.MaxValue;", "ulong set = Everything; {|TH7006:rt_sigprocmask(0, &set, null, 8)|};")]
    [InlineData("static void Show(in ulong set) { } static void Look(ulong set) { }", "ulong set = ulong.MaxValue; Show(in set); Look(set); {|TH7006:rt_sigprocmask(0, &set, null, 8)|};")]
    public Task A_set_that_is_filled_elsewhere_is_followed(string members, string statement) => Ordinary(statement, members);

    [Theory]
    [InlineData("static void Fill(Set* set) { sigfillset(set); sigemptyset(set); }", "Set set; Fill(&set); pthread_sigmask(0, &set, null);")]
    [InlineData("static void Clear(Set* set) => sigemptyset(set);", "Set set; sigfillset(&set); Clear(&set); pthread_sigmask(0, &set, null);")]
    [InlineData("static void Clear(Set* set) => *set = default;", "Set set; sigfillset(&set); Clear(&set); pthread_sigmask(0, &set, null);")]
    [InlineData("static void Clear(Set* set) => set->Bits[0] = 0;", "Set set; sigfillset(&set); Clear(&set); pthread_sigmask(0, &set, null);")]
    [InlineData("", "Set set; sigfillset(&set); set.Bits[0] &= 1; pthread_sigmask(0, &set, null);")]
    [InlineData("static void Fill(out ulong set) => set = 1;", "ulong set = ulong.MaxValue; Fill(out set); rt_sigprocmask(0, &set, null, 8);")]
    [InlineData("static ulong Some(bool all) => all ? ulong.MaxValue : 1;", "ulong set = Some(true); rt_sigprocmask(0, &set, null, 8);")]
    [InlineData("static ulong Some(bool all) { if (all) { return ulong.MaxValue; } return 1; }", "ulong set = Some(true); rt_sigprocmask(0, &set, null, 8);")]
    [InlineData("static ulong s_all = ulong.MaxValue;", "ulong set = s_all; rt_sigprocmask(0, &set, null, 8);")] // Others may change it.
    [InlineData("static ulong Round(int n) => n == 0 ? 0 : Round(n - 1);", "ulong set = Round(3); rt_sigprocmask(0, &set, null, 8);")]
    [InlineData("static void Round(Set* set) => Round(set);", "Set set; sigemptyset(&set); Round(&set); pthread_sigmask(0, &set, null);")]
    public Task What_is_put_in_elsewhere_and_does_no_harm_is_clean(string members, string statement) => Ordinary(statement, members);

    private const string Quiet = "static void Quiet(Set* set) { pthread_sigmask(0, set, null); } static void Deep(Set* set) => Quiet(set);";

    [Theory]
    [InlineData(Quiet, "Set set; sigfillset(&set); {|TH7006:Quiet(&set)|};")]
    [InlineData(Quiet, "Set set; sigfillset(&set); {|TH7006:Deep(&set)|};")]
    [InlineData(Quiet, "Set set; sigemptyset(&set); Quiet(&set);")]
    [InlineData("static void Quiet(Set set) { sigdelset(&set, 34); pthread_sigmask(0, &set, null); }", "Set set; sigemptyset(&set); sigaddset(&set, 34); Quiet(set);")]
    [InlineData("static void Quiet(Set set) { sigdelset(&set, 34); pthread_sigmask(0, &set, null); }", "Set set; sigfillset(&set); {|TH7006:Quiet(set)|};")]
    [InlineData("static void Quiet(ulong set) { rt_sigprocmask(0, &set, null, 8); }", "{|TH7006:Quiet(ulong.MaxValue)|}; Quiet(1);")]
    [InlineData("static void Quiet(ref ulong set) => Mask(0, ref set);", "ulong set = ulong.MaxValue; {|TH7006:Quiet(ref set)|};")]
    [InlineData("static void Quiet(int signal) { Set set; sigemptyset(&set); sigaddset(&set, signal); pthread_sigmask(0, &set, null); }", "{|TH7006:Quiet(34)|}; Quiet(12);")]
    [InlineData("static void Quiet(int signal) => sighold(signal);", "{|TH7006:Quiet(11)|}; Quiet(12);")]
    [InlineData("static void Change(int how, Set* set) { pthread_sigmask(how, set, null); }", "Set set; sigfillset(&set); {|TH7006:Change(SIG_BLOCK, &set)|}; Change(1, &set);")]
    [InlineData("static void Change(int how) { Set set; sigfillset(&set); pthread_sigmask(how, &set, null); }", "{|TH7006:Change(SIG_BLOCK)|}; Change(1);")]
    [InlineData("static void Quiet(Set* set) { sigfillset(set); {|TH7006:pthread_sigmask(0, set, null)|}; }", "Set set; Quiet(&set);")]
    [InlineData("static void Quiet(Set* set) { pthread_sigmask(0, set, null); Quiet(set); }", "Set set; sigfillset(&set); {|TH7006:Quiet(&set)|};")]
    [InlineData("static void Restore(Set* old) { pthread_sigmask(2, old, null); }", "Set old; pthread_sigmask(0, null, &old); Restore(&old);")]
    [InlineData("", "{|TH7006:Block(ulong.MaxValue)|}; static void Block(ulong set) => rt_sigprocmask(0, &set, null, 8);")]
    public Task A_method_that_blocks_what_it_is_given_is_reported_where_that_is_given(string members, string statement) => Ordinary(statement, members);

    [Fact]
    public Task The_finding_at_a_call_shows_what_blocks() =>
        Ordinary(
            "Set set; sigemptyset(&set); sigaddset(&set, 34); {|#0:Quiet(&set)|};",
            "static void Quiet(Set* set) { {|#1:pthread_sigmask(0, set, null)|}; }",
            new DiagnosticResult("TH7006", DiagnosticSeverity.Warning).WithLocation(0).WithLocation(1).WithMessage(
                "'Quiet' blocks SIGRTMIN, with which the runtime suspends threads: a collection may wait for this thread for ever. Block only the signals that you mean, and mask an interrupt source by Mask()."));

    [Fact]
    public Task A_method_of_another_file_is_known_in_a_file_that_names_no_function_of_signals()
    {
        CSharpAnalyzerTest<SignalContextAnalyzer> test = new();
        test.TestState.Sources.Add(("/0/Masks.cs", """
            using System.Runtime.InteropServices;
            static unsafe class Masks
            {
                [DllImport("libc")] static extern int pthread_sigmask(int how, ulong* set, ulong* old);
                public static void Quiet(ulong set) { pthread_sigmask(0, &set, null); }
            }
            """));
        test.TestState.Sources.Add(("/0/Program.cs", "class Program { void Run() { {|TH7006:Masks.Quiet(~0UL)|}; Masks.Quiet(1); } }"));
        return test.RunAsync();
    }

    [Fact]
    public Task The_message_says_what_becomes_of_it() =>
        Ordinary(
            "Set set; sigfillset(&set); {|#0:Block(0, &set, null)|};",
            "[DllImport(\"libc\", EntryPoint = \"pthread_sigmask\")] static extern int Block(int how, Set* set, Set* old);",
            new DiagnosticResult("TH7006", DiagnosticSeverity.Warning).WithLocation(0).WithMessage(
                "'Block' blocks SIGRTMIN, with which the runtime suspends threads: a collection may wait for this thread for ever, and signals of faults, of which the runtime makes exceptions: a null reference ends the process, and the signal that interrupt sources take by default: they do not reach this thread. Block only the signals that you mean, and mask an interrupt source by Mask()."));

    private static Task Ordinary(string statement, string members = "", params DiagnosticResult[] expected) =>
        Verify.Members(
            $$"""
            const int SIG_BLOCK = 0;
            struct Set { public fixed ulong Bits[16]; }
            [DllImport("libc")] static extern int sigfillset(Set* set);
            [DllImport("libc")] static extern int sigemptyset(Set* set);
            [DllImport("libc")] static extern int sigaddset(Set* set, int signal);
            [DllImport("libc")] static extern int sigdelset(Set* set, int signal);
            [DllImport("libc")] static extern int pthread_sigmask(int how, Set* set, Set* old);
            [DllImport("libc")] static extern int sigprocmask(int how, Set* set, Set* old);
            [DllImport("libc")] static extern int rt_sigprocmask(int how, ulong* set, ulong* old, nint size);
            [DllImport("libc", EntryPoint = "pthread_sigmask")] static extern int Mask(int how, ref ulong set, nint old = 0);
            [DllImport("libc")] static extern int sighold(int signal);
            [DllImport("libc")] static extern int sigblock(int mask);
            [DllImport("libc")] static extern void Change(Set* set);
            {{members}}
            static void Run() { {{statement}} }
            """,
            expected);
}
