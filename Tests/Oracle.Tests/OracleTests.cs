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
    private const string Listed = "TopHalf.Oracle.Handlers.*:* TopHalf.Interrupt*:*";
    private const string Unlisted = "TopHalf.Oracle.Unlisted.";

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public void Verifier_and_JIT_agree_on_every_handler(string framework)
    {
        (Run run, JitListing listing) = RunListed(framework);
        var oracle = new JitOracle(listing, run.Functions, run.Methods);
        var disagreements = new List<string>();
        int byCode = 0;
        foreach (Verification handler in run.Handlers)
        {
            bool listed = !handler.Name.StartsWith(Unlisted, StringComparison.Ordinal);
            Testimony? testimony = listed ? oracle.Examine(handler.Name, takesAddresses: handler.Verdict == Verdict.Clean) : null;
            byCode += testimony is { Against.Count: > 0 } ? 1 : 0;
            disagreements.AddRange(Agreement.Disagreements(handler, testimony).Select(d => $"{handler.Name}: {d}"));
        }

        log.WriteLine($"{run.Runtime}: {run.Handlers.Count} handlers, {run.Handlers.Count(static h => h.Safe)} accepted, {byCode} unsafe by the JIT's listing");
        Assert.Contains($".NET {framework[3..]}.", run.Runtime, StringComparison.Ordinal);
        Assert.True(disagreements.Count == 0, string.Join('\n', disagreements));
    }

    private static (Run Run, JitListing Listing) RunListed(string framework)
    {
        string program = PublishedProgram.Publish("Oracle", framework, nativeAot: false);
        string file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(program)
            {
                Environment = { ["DOTNET_JitDisasm"] = Listed, ["DOTNET_JitStdOutFile"] = file },
            };
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
