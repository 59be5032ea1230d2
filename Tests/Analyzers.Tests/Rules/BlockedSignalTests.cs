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
            static void Change(Set* set) { }
            {{members}}
            static void Run() { {{statement}} }
            """,
            expected);
}
