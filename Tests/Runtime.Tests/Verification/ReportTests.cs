// What a report says, and what a person reads of it.
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

#pragma warning disable CS0649 // Looked at as code only.

public sealed unsafe class ReportTests
{
    private static int s_read = 1;
    private static long s_written;
    private static long s_changed;
    private static Pair s_pair;
    private static object? s_object;

    [Fact]
    public void Static_fields_are_listed_by_name_with_what_is_done_to_them()
    {
        HandlerReport report = Subject.AssertSafe(UseStatics);

        Assert.Equal(
            [
                ("ReportTests.s_changed", HandlerStaticAccessKind.ReadWrite, 8),
                ("ReportTests.s_pair+0x8", HandlerStaticAccessKind.Write, 4),
                ("ReportTests.s_read", HandlerStaticAccessKind.Read, 4),
                ("ReportTests.s_written", HandlerStaticAccessKind.Write, 8),
            ],
            report.StaticAccesses.Select(a => (a.Target, a.Kind, a.Size)).OrderBy(a => a.Target, StringComparer.Ordinal));
        Assert.All(report.StaticAccesses, a => Assert.Equal(report.Handler, a.Method));
    }

    [Fact]
    public void The_address_of_a_static_access_is_the_fields_own()
    {
        HandlerReport report = Subject.AssertSafe(UseStatics);

        fixed (long* written = &s_written)
        {
            Assert.Equal((nint)written, Assert.Single(report.StaticAccesses, a => a.Target == "ReportTests.s_written").Address);
        }
    }

    [Fact]
    public void A_field_that_no_IL_names_shows_as_the_memory_that_it_is()
    {
        Assert.Equal("constant beside the code", Assert.Single(Subject.AssertSafe(MultiplyByConstant).StaticAccesses).Target);
        Assert.Matches(@"^constant in TopHalf\.Runtime\.Tests\.dll\+0x[0-9a-f]+$", Assert.Single(Subject.AssertSafe(ReadLiteral).StaticAccesses).Target);
    }

    [Fact]
    public void A_handler_that_uses_its_state_alone_accesses_no_static_memory() => Assert.Empty(Subject.AssertSafe(CallLeaf).StaticAccesses);

    [Fact]
    public void Methods_are_listed_with_their_code_and_their_own_stack()
    {
        HandlerReport report = Subject.AssertSafe(CallLeaf);

        Assert.Equal(["ReportTests.CallLeaf", "ReportTests.Leaf"], report.Methods.Select(m => m.Name));
        Assert.Equal(report.Instructions, report.Methods.Sum(m => m.Instructions));
        Assert.Equal(report.Bytes, report.Methods.Sum(m => m.Bytes));
        Assert.All(report.Methods, m => Assert.InRange(m.StackBytes, sizeof(long), report.StackBytes));
        Assert.Empty(HandlerVerifier.Verify((Action)NotAHandler).Methods);
    }

    [Fact]
    public void The_text_of_a_safe_handler_says_verdict_and_counts_first_and_has_no_reasons()
    {
        HandlerReport report = Subject.AssertSafe(UseStatics);
        string[] lines = Lines(report);

        Assert.Equal("ReportTests.UseStatics: safe", lines[0]);
        Assert.Equal($"  {report.Instructions} instructions in 1 method, {report.Bytes} bytes of code, 8 bytes of stack", lines[1]);
        Assert.Equal("  0 calls, 0 loops, 0 divisions, 4 accesses to static memory", lines[2]);
        Assert.DoesNotContain("refused", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_of_a_refused_handler_says_why_and_how_to_mend_it_before_all_else()
    {
        HandlerReport report = Subject.Verify(Allocate);
        string[] lines = Lines(report);

        Assert.Equal("ReportTests.Allocate: refused", lines[0]);
        int reasons = Array.IndexOf(lines, "Why it is refused");
        Assert.StartsWith("  1. It allocates an object. An allocation can start a collection", lines[reasons + 1], StringComparison.Ordinal);
        Assert.StartsWith("     To mend it: Allocate before registration", lines[reasons + 2], StringComparison.Ordinal);
        Assert.Matches(@"^     TH1001 at ReportTests\.Allocate\+0x[0-9a-f]+: call .* -> CORINFO_HELP_NEWSFAST \(.*ReportTests\.cs:\d+\)$", lines[reasons + 3]);
        Assert.True(reasons < Array.FindIndex(lines, l => l.StartsWith("ReportTests.Allocate at 0x", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_violation_is_in_the_text_with_its_remedy()
    {
        HandlerReport report = Subject.Verify(Allocate);
        string text = Regex.Replace(report.ToString(), @"\s+", " ");

        Assert.True(report.Violations.Count > 2);
        Assert.All(report.Violations, v => Assert.Contains($"{v.Message} To mend it: {v.Remedy} {v.RuleId} at ", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Loops_divisions_and_calls_have_tables_and_what_does_not_occur_has_none()
    {
        string text = Subject.AssertSafe(LoopDivideAndCall).ToString();

        Assert.Matches(@"\nLoops: [^\n]*\n  ReportTests\.LoopDivideAndCall\+0x[0-9a-f]+  j", text);
        Assert.Matches(@"\nDivisions: [^\n]*\n  ReportTests\.LoopDivideAndCall\+0x[0-9a-f]+  idiv", text);
        Assert.Matches(@"\nCalls\n  ReportTests\.LoopDivideAndCall\+0x[0-9a-f]+  verified  ReportTests\.Leaf\n", text);
        Assert.DoesNotContain("Static memory", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_listing_shows_address_offset_bytes_and_instruction_of_the_code_as_it_lies_in_memory()
    {
        HandlerReport report = Subject.AssertSafe(CallLeaf);
        MatchCollection listing = Regex.Matches(report.ToString(), @"^  ([0-9a-f]{8,16})  ([0-9a-f]{4,})  ((?:[0-9a-f]{2})+) +[a-z]", RegexOptions.Multiline);

        Assert.Equal(report.Instructions, listing.Count);
        Assert.Equal((report.Methods[0].Address, "0000"), (Address(listing[0]), listing[0].Groups[2].Value));
        Assert.All(listing, line => Assert.Equal(line.Groups[3].Value, Convert.ToHexStringLower(new ReadOnlySpan<byte>((byte*)Address(line), line.Groups[3].Length / 2))));

        static nint Address(Match line) => nint.Parse(line.Groups[1].Value, System.Globalization.NumberStyles.HexNumber, null);
    }

    [Fact]
    public void Columns_are_aligned()
    {
        string[] lines = Lines(Subject.AssertSafe(UseStatics));
        IEnumerable<string> statics = lines.SkipWhile(l => l != "Static memory").Skip(1).TakeWhile(l => l.Length > 0);
        IEnumerable<string> notes = lines.Where(l => l.Contains("  ; ReportTests.s_", StringComparison.Ordinal));

        Assert.Single(statics.Select(l => l.IndexOf("0x", l.IndexOf("byte", StringComparison.Ordinal), StringComparison.Ordinal)).Distinct());
        Assert.All(lines, l => Assert.Equal(l.TrimEnd(), l));
        Assert.Equal(4, notes.Count());
    }

    [Fact]
    public void Findings_in_IL_name_their_source_line()
    {
        HandlerViolation boxing = Assert.Single(Subject.Verify(BoxOnSecondLine).Violations, v => v.RuleId == "TH1002");
        string[] lines = Lines(Subject.Verify(BoxOnSecondLine));

        Assert.EndsWith(
            $"Verification/ReportTests.cs:{MarkOf(nameof(BoxOnSecondLine)) + 4})",
            Assert.Single(lines, l => l.Contains($"TH1002 at {boxing.Method}+0x", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_listing_shows_the_source_line_where_it_changes()
    {
        string text = Subject.AssertSafe(CallOnceAndUseTwice).ToString();
        int mark = MarkOf(nameof(CallOnceAndUseTwice));

        Assert.Equal(
            Enumerable.Range(mark + 3, 5).Select(line => $"ReportTests.cs:{line}"),
            Regex.Matches(text[text.IndexOf("push", StringComparison.Ordinal)..text.IndexOf("ret", StringComparison.Ordinal)], @"ReportTests\.cs:\d+").Select(static m => m.Value));
        Assert.Matches($@"\nReportTests\.CallOnceAndUseTwice at 0x[0-9a-f]+: .* \(ReportTests\.cs:{mark + 3}\)\n", text);
    }

    [Fact]
    public void Findings_in_machine_code_name_their_source_line()
    {
        string text = Subject.Verify(Allocate).ToString();
        int mark = MarkOf(nameof(Allocate));

        Assert.Matches($@"\n     TH1001 at ReportTests\.Allocate\+0x[0-9a-f]+: call [^\n]* \([^\n]*ReportTests\.cs:{mark + 4}\)", text.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Code_that_was_compiled_before_has_source_lines_too() => ChildProcess.Run(ReportWhatRanBefore).AssertSucceeded();

    [Fact]
    public void Where_the_runtime_cannot_be_asked_a_report_goes_without_lines() =>
        ChildProcess.Run(ReportWhatRanBeforeWithoutPort, environment: new Dictionary<string, string> { ["DOTNET_EnableDiagnostics"] = "0" }).AssertSucceeded();

    [Fact]
    public void Findings_in_a_declaration_name_the_methods_line()
    {
        string text = HandlerVerifier.Verify((InterruptHandler<long>)Unoptimized.UnoptimizedHandler.Count).ToString();

        Assert.Matches(@"TH5005 at .* \(.*UnoptimizedHandler\.cs:\d+\)\n", text);
    }

    [Fact]
    public void Without_symbols_there_are_no_lines_and_no_error()
    {
        using var lines = new TopHalf.Verification.SourceLines();

        Assert.Null(lines.Of(typeof(object).GetMethod(nameof(ToString))!, 0));
        Assert.NotNull(lines.Of(Handlers.Method(typeof(ReportTests), nameof(Leaf)), 0));
    }

    private static void ReportWhatRanBefore()
    {
        System.Runtime.CompilerServices.RuntimeHelpers.PrepareMethod(((InterruptHandler<State>)CallLeaf).Method.MethodHandle);
        string[] lines = Lines(Subject.AssertSafe(CallLeaf));

        Assert.Contains(lines, static l => l.Contains("; ReportTests.Leaf", StringComparison.Ordinal));
        Assert.Contains(lines, static l => Regex.IsMatch(l, @"; .*ReportTests\.cs:\d+$"));
    }

    private static void ReportWhatRanBeforeWithoutPort()
    {
        int mark = MarkOf(nameof(CallOnceAndUseTwice));
        HandlerReport report = Subject.AssertSafe(CallOnceAndUseTwice);
        foreach (TopHalf.Verification.CodeBody body in report.Bodies)
        {
            body.Said = body.Said! with { Map = null };
        }

        string[] lines = Lines(report);

        Assert.Contains(lines, l => l.EndsWith($"(ReportTests.cs:{mark + 3})", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, static l => Regex.IsMatch(l, @"; .*ReportTests\.cs:\d+$"));
    }

    private static int MarkOf(string method) =>
        Handlers.Method(typeof(ReportTests), method).GetCustomAttributes(false).OfType<MarkAttribute>().Single().Line;

    private static string[] Lines(HandlerReport report) => report.ToString().ReplaceLineEndings("\n").Split('\n');

    private static void NotAHandler()
    {
    }

    [MethodImpl(Subject.Handler)]
    private static void UseStatics(ref State state, in InterruptContext context)
    {
        state.A = s_read;
        s_written = state.B;
        s_changed++;
        s_pair.Second = state.Index;
    }

    [MethodImpl(Subject.Handler)]
    private static void MultiplyByConstant(ref State state, in InterruptContext context) => state.Number *= 1.0625;

    [MethodImpl(Subject.Handler)]
    private static void ReadLiteral(ref State state, in InterruptContext context) =>
        state.A = Unsafe.Add(ref Unsafe.AsRef(in System.Runtime.InteropServices.MemoryMarshal.GetReference("some text"u8)), state.Index & 7);

    [MethodImpl(Subject.Callee)]
    private static long Leaf(long value) => value * 3 + 1;

    [MethodImpl(Subject.Handler)]
    private static void CallLeaf(ref State state, in InterruptContext context) => state.A = Leaf(state.A) + Leaf(state.B);

    [MethodImpl(Subject.Handler)]
    private static void LoopDivideAndCall(ref State state, in InterruptContext context)
    {
        for (int i = 0; i < state.Index; i++)
        {
            state.A ^= state.B / (state.Index | 1) + i;
        }

        state.B = Leaf(state.A) + 1;
    }

    [Mark, MethodImpl(Subject.Handler)]
    private static void Allocate(ref State state, in InterruptContext context)
    {
        state.A = s_read;
        s_object = new object();
    }

    [Mark, MethodImpl(Subject.Handler)]
    private static void BoxOnSecondLine(ref State state, in InterruptContext context)
    {
        state.A = state.B;
        state.B = ((object)state.A).GetHashCode();
    }

    [Mark, MethodImpl(Subject.Handler)]
    private static void CallOnceAndUseTwice(ref State state, in InterruptContext context)
    {
        state.A = Leaf(state.B);
        s_written = state.A;
        s_changed = state.A;
        Leaf2(ref state);
        s_changed = state.B;
    }

    [MethodImpl(Subject.Callee)]
    private static void Leaf2(ref State state) => state.B++;

    /// <summary>Knows the line that it stands on.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class MarkAttribute([CallerLineNumber] int line = 0) : Attribute
    {
        public int Line { get; } = line;
    }

    private struct Pair
    {
        public long First;
        public int Second;
    }
}
