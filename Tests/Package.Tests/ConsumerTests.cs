using System.Globalization;
using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>Real projects with the package: what is built, found and run.</summary>
[Collection(SharedPackage.Name)]
public sealed class ConsumerTests(TopHalfPackage package)
{
    [Fact]
    public void A_clean_handler_builds_in_silence_for_both_frameworks_and_its_timer_fires()
    {
        var project = new ConsumerProject(
            package,
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            using var timer = InterruptTimer.Start<long>(Handlers.Count, TimeSpan.FromMilliseconds(1));
            bool fired = SpinWait.SpinUntil(() => timer.Snapshot() >= 10, TimeSpan.FromMinutes(1));
            Console.WriteLine(timer.Delivery);
            return fired ? 0 : 1;

            internal static class Handlers
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                public static void Count(ref long state, in InterruptContext context) => state++;
            }
            """,
            targetFrameworks: "net8.0;net10.0");

        BuildResult build = project.Build("-warnaserror");
        Assert.True(build.Succeeded, build.ToString());
        Assert.Empty(build.Findings);

        CommandResult run = project.Run();
        Assert.True(run.Succeeded, run.ToString());
        Assert.Equal("Signal\n", run.StandardOutput);
    }

    // A verifier that the JIT has to compile first would take several times as long. What is left are a few generic methods of the platform's.
    [Fact]
    public void The_first_verification_compiles_the_handler_and_next_to_nothing_else()
    {
        const int MostOthers = 10;
        var project = new ConsumerProject(
            package,
            """
            using System.Runtime;
            using System.Runtime.CompilerServices;
            using TopHalf;

            long before = JitInfo.GetCompiledMethodCount(currentThread: true);
            HandlerReport report = HandlerVerifier.Verify((InterruptHandler<State>)Handlers.Record);
            long compiled = JitInfo.GetCompiledMethodCount(currentThread: true) - before;
            Console.WriteLine(report.IsSafe ? compiled - report.Methods.Count : report);

            internal struct State
            {
                public InterruptHistogram Histogram;
                public long Last;
            }

            internal static class Handlers
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                public static void Record(ref State state, in InterruptContext context)
                {
                    long now = InterruptClock.Timestamp;
                    state.Histogram.Record(now - state.Last);
                    state.Last = now;
                }
            }
            """);

        BuildResult build = project.Build("-warnaserror");
        Assert.True(build.Succeeded, build.ToString());
        CommandResult run = project.Run();
        Assert.True(run.Succeeded, run.ToString());
        Assert.InRange(int.Parse(run.StandardOutput, CultureInfo.InvariantCulture), 0, MostOthers);
    }

    [Fact]
    public void A_handler_that_allocates_is_found_once_with_a_page_to_read()
    {
        BuildResult build = new ConsumerProject(package, FaultyPrograms.Allocates).Build();

        Assert.True(build.Succeeded, build.ToString());
        Finding finding = Assert.Single(build.Findings, finding => finding.IsTopHalf);
        Assert.Equal(("TH1001", "warning", "Program.cs"), (finding.Rule, finding.Level, finding.File));
        Assert.EndsWith("Analyzers/Docs/TH1001.md", finding.HelpLink, StringComparison.Ordinal);
        Assert.Contains("warning TH1001", build.Command.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rules_reach_a_project_that_references_only_a_user_of_the_package()
    {
        var library = new ConsumerProject(package, "public class Library;", name: "Library", outputType: "Library");

        BuildResult build = new ConsumerProject(package, FaultyPrograms.Allocates, references: library).Build();

        Assert.Equal(["TH1001 warning"], build.RuleLevels);
    }

    [Fact]
    public void A_code_fix_is_applied_by_dotnet_format()
    {
        var project = new ConsumerProject(package, FaultyPrograms.IsNotOptimized);

        CommandResult format = project.Dotnet("format", "analyzers", "--diagnostics", "TH0003", "--severity", "info");

        Assert.True(format.Succeeded, format.ToString());
        Assert.Contains("AggressiveOptimization", project.Source, StringComparison.Ordinal);
        Assert.Empty(project.Build("--no-restore").RuleLevels);
    }

    [Fact]
    public void Code_fixes_leave_a_program_that_builds_without_findings_verifies_and_runs()
    {
        var project = new ConsumerProject(package, FaultyPrograms.IsMendable);
        project.SetProperty("AllowUnsafeBlocks", "true");
        BuildResult before = project.Build();
        Assert.Equal(
            ["TH0003", "TH0004", "TH0006", "TH1002", "TH1006", "TH2001", "TH3001", "TH3004", "TH4003", "TH5003", "TH6001", "TH6002", "TH7003"],
            before.Findings.Where(static f => f.IsTopHalf).Select(static f => f.Rule).Distinct().Order(StringComparer.Ordinal));

        CommandResult format = project.Dotnet("format", "analyzers", "--severity", "info");
        Assert.True(format.Succeeded, format.ToString());

        BuildResult after = project.Build("--no-restore");
        Assert.True(after.Succeeded, after + project.Source);
        Assert.Empty(after.RuleLevels);
        CommandResult run = project.Run();
        Assert.True(run.Succeeded, run + project.Source);
        Assert.Contains("await foreach (OnTickEvent", project.Source, StringComparison.Ordinal);
        Assert.Equal("Signal True True 5", run.StandardOutput.Trim());
    }
}
