// The verifier against the JIT's own listing, on every runtime, for every handler of the catalogue, in both directions.
using System.Diagnostics;
using TopHalf.Testing;
using TopHalf.Testing.Jit;
using Xunit;
using Xunit.Abstractions;

namespace TopHalf.Oracle.Tests;

public sealed class OracleTests(ITestOutputHelper log)
{
    // The handlers and their callees, and what the library offers to handlers. Handlers of the namespace Unlisted are left out by this: the
    // JIT crashes when it has to print a call through a static field.
    private const string Listed = "TopHalf.Oracle.Handlers.*:* TopHalf.Interrupt*:* TopHalf.Verification.HelperProbes:*";
    private const string Unlisted = "TopHalf.Oracle.Unlisted.";

    private const string WriteXorExecute = "DOTNET_EnableWriteXorExecute";

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(3);

    /// <summary>
    /// Code depends on the processor, so a weaker one is asked for, too: more becomes a call there. And stubs lie elsewhere where memory may be
    /// both written and executed.
    /// </summary>
    [Theory]
    [InlineData("net8.0", null)]
    [InlineData("net9.0", null)]
    [InlineData("net10.0", null)]
    [InlineData("net8.0", "DOTNET_EnableHWIntrinsic")]
    [InlineData("net9.0", "DOTNET_EnableHWIntrinsic")]
    [InlineData("net10.0", "DOTNET_EnableHWIntrinsic")]
    [InlineData("net8.0", WriteXorExecute)]
    [InlineData("net9.0", WriteXorExecute)]
    [InlineData("net10.0", WriteXorExecute)]
    public void Verifier_and_JIT_agree_on_every_handler(string framework, string? without)
    {
        (Run run, JitListing listing) = RunListed(framework, without);
        var oracle = new JitOracle(listing, run.Functions, run.Methods);
        var disagreements = new List<string>();
        int byCode = 0;
        foreach (Verification handler in run.Handlers)
        {
            // What the catalogue expects holds for a processor as they are made today.
            Verification verification = without is null or WriteXorExecute ? handler : handler with { Verdict = Verdict.Depends };
            bool listed = !handler.Name.StartsWith(Unlisted, StringComparison.Ordinal);
            Testimony? testimony = listed ? oracle.Examine(handler.Name, takesAddresses: handler.Verdict == Verdict.Clean) : null;
            byCode += testimony is { Against.Count: > 0 } ? 1 : 0;
            disagreements.AddRange(Agreement.Disagreements(verification, testimony).Select(d => $"{handler.Name}: {d}"));
        }

        log.WriteLine($"{run.Runtime}: {run.Handlers.Count} handlers, {run.Handlers.Count(static h => h.Safe)} accepted, {byCode} unsafe by the JIT's listing");
        Assert.Contains($".NET {framework[3..]}.", run.Runtime, StringComparison.Ordinal);
        Assert.True(disagreements.Count == 0, string.Join('\n', disagreements));
    }

    /// <summary>There is no IL to fill the gaps of the machine code, and no tiering: what was compiled with the program stays as it is.</summary>
    [TheoryNeedsGcc]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    public void Verifier_and_symbols_agree_on_every_handler_of_NativeAOT(string framework)
    {
        string program = PublishedProgram.Publish("Oracle", framework, nativeAot: true);
        ChildProgram child = ChildProgram.Run(s_timeout, program);
        child.AssertSucceeded();
        ChildProgram disassembler = ChildProgram.Run(s_timeout, "objdump", "-d", "--no-show-raw-insn", "-j", "__managedcode", program);
        disassembler.AssertSucceeded();
        var run = Run.Parse(child.Output);
        var oracle = new NativeOracle(disassembler.Output);
        string[] disagreements = [.. run.Handlers.SelectMany(h => Agreement.Disagreements(h, oracle).Select(d => $"{h.Name}: {d}"))];

        log.WriteLine($"{run.Runtime}: {run.Handlers.Count} handlers, {run.Handlers.Count(static h => h.Safe)} accepted, {run.Handlers.Count(h => oracle.Knows(h.Name))} with symbols");
        Assert.True(run.Handlers.Count(h => oracle.Knows(h.Name)) > run.Handlers.Count * 9 / 10, "The image has too few symbols to be believed.");
        Assert.True(disagreements.Length == 0, string.Join('\n', disagreements));
    }

    /// <summary>The verifier cannot ask the JIT for its names, so it is told them by probes. Here the JIT is asked.</summary>
    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public void Every_probe_calls_the_helper_that_it_names(string framework)
    {
        (Run run, JitListing listing) = RunListed(framework, null);
        var wrong = new List<string>();
        int right = 0;
        foreach (Probe probe in run.Probes.Where(static p => p.Name.StartsWith("CORINFO_HELP_", StringComparison.Ordinal)))
        {
            // Where several have the same name (overloads), one of them is meant.
            IReadOnlyList<JitCall>[] calls = [.. listing.Methods
                .Where(m => m.Name.StartsWith($"TopHalf.Verification.HelperProbes:{probe.Method}(", StringComparison.Ordinal)).Select(static m => m.ReachableCalls)];
            string[] names = [.. calls.Where(c => (probe.Call < 0 ? c.Count + probe.Call : probe.Call) is >= 0 and int i && i < c.Count)
                .Select(c => c[probe.Call < 0 ? c.Count + probe.Call : probe.Call].Name)];
            right += names.Contains(probe.Name) ? 1 : 0;

            // Some helpers are called on weaker processors only.
            if (calls.Length == 0 || (names.Length > 0 && !names.Contains(probe.Name)))
            {
                wrong.Add($"{probe.Method}, call {probe.Call}: the JIT says {string.Join(" or ", names.DefaultIfEmpty("nothing"))}, the probe {probe.Name}");
            }
        }

        log.WriteLine($"{run.Runtime}: {right} of {run.Probes.Count} names are the JIT's");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(right >= 40, $"Only {right}.");
    }

    [Fact]
    public void The_catalogue_has_an_example_of_every_construct()
    {
        Run run = RunListed("net10.0", null).Run;

        Assert.True(run.Handlers.Count >= 150, $"Only {run.Handlers.Count} handlers.");
        Assert.Equal(run.Handlers.Count, run.Handlers.Select(static h => h.Name).Distinct().Count());
        Assert.Empty(Enum.GetValues<Construct>().Except(run.Handlers.SelectMany(static h => h.Constructs)));
        Assert.True(run.Handlers.Count(static h => h.Verdict == Verdict.Clean) >= 50, "Too few that are clean.");
        Assert.True(run.Handlers.Count(static h => h.Verdict == Verdict.Depends) <= run.Handlers.Count / 6, "Too many of which nothing is expected.");
    }

    [Fact]
    public void A_wrong_verdict_a_missing_name_and_a_wrong_count_are_found()
    {
        (Run run, JitListing listing) = RunListed("net10.0", null);
        var oracle = new JitOracle(listing, run.Functions, run.Methods);
        Verification clean = run.Handlers.First(static h => h.Name.EndsWith(":CallPrepared", StringComparison.Ordinal));
        Verification unsafeOne = run.Handlers.First(static h => h.Name.EndsWith(":NewObject", StringComparison.Ordinal));
        Testimony ofClean = oracle.Examine(clean.Name, takesAddresses: false);
        Testimony ofUnsafe = oracle.Examine(unsafeOne.Name, takesAddresses: false);

        Assert.Empty(Agreement.Disagreements(clean, ofClean));
        Assert.Empty(Agreement.Disagreements(unsafeOne, ofUnsafe));
        Assert.Contains(Agreement.Disagreements(unsafeOne with { Violations = [], Safe = true }, ofUnsafe), Says("finds nothing in the code"));
        Assert.Contains(Agreement.Disagreements(unsafeOne with { Rule = "TH9999" }, ofUnsafe), Says("expected to break TH9999"));
        Assert.Contains(Agreement.Disagreements(clean with { Violations = unsafeOne.Violations, Safe = false }, ofClean), Says("shows nothing unsafe"));
        Assert.Contains(Agreement.Disagreements(clean with { Calls = [] }, ofClean), Says("AddThree(int):int, and the verifier names"));
        Assert.Contains(Agreement.Disagreements(clean with { Instructions = clean.Instructions + 1 }, ofClean), Says("instructions in 3 methods"));
        Assert.Contains(Agreement.Disagreements(
            unsafeOne with { Violations = [.. unsafeOne.Violations.Where(static v => v.Rule != "TH1007")] }, ofUnsafe), Says("the JIT calls CORINFO_HELP_ASSIGN_REF"));

        static Predicate<string> Says(string part) => d => d.Contains(part, StringComparison.Ordinal);
    }

    private static (Run Run, JitListing Listing) RunListed(string framework, string? without)
    {
        string program = PublishedProgram.Publish("Oracle", framework, nativeAot: false);
        string file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(program)
            {
                Environment = { ["DOTNET_JitDisasm"] = Listed, ["DOTNET_JitStdOutFile"] = file },
            };
            if (without is not null)
            {
                start.Environment[without] = "0";
            }

            ChildProgram child = ChildProgram.Run(s_timeout, start);
            child.AssertSucceeded();
            return (Run.Parse(child.Output), JitListing.Parse(File.ReadAllText(file)));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
