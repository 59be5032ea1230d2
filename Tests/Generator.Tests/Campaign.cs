using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Judging;
using TopHalf.Generator.Tests.Running;
using TopHalf.Testing.Jit;

namespace TopHalf.Generator.Tests;

/// <summary>
/// Generates handlers in batches, has each batch verified and run by a process of its own under DOTNET_JitDisasm, and compares. The seed and a
/// handler's number determine its source.
/// </summary>
internal sealed partial class Campaign(int runsOfEach, Action<string> log)
{
    private const int BatchSize = 250;
    private const int MostFailures = 20;

    private readonly CampaignResult _result = new();

    /// <param name="seed">Of all handlers.</param>
    /// <param name="first">The first handler's number. Batches begin at multiples of 250 in a whole campaign.</param>
    /// <param name="count">How many.</param>
    public CampaignResult Run(ulong seed, int first, int count)
    {
        var clock = Stopwatch.StartNew();
        string folder = Directory.CreateTempSubdirectory("tophalf-generator-").FullName;
        try
        {
            Task<(Batch Batch, CompiledBatch Compiled)>? next = Prepare(seed, first, Math.Min(BatchSize, count), folder);
            for (int done = 0; done < count && _result.Failures.Count < MostFailures; done += BatchSize)
            {
                (Batch batch, CompiledBatch compiled) = next!.GetAwaiter().GetResult();
                int following = done + BatchSize;
                next = following < count ? Prepare(seed, first + following, Math.Min(BatchSize, count - following), folder) : null;
                Run(batch, compiled);
                log(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed:hh\\:mm\\:ss} seed {seed}: {_result}"));
            }

            next?.Wait();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return _result;
    }

    /// <summary>One batch, whoever wrote it.</summary>
    public CampaignResult Run(Batch batch)
    {
        string folder = Directory.CreateTempSubdirectory("tophalf-generator-").FullName;
        try
        {
            Run(batch, BatchCompiler.Compile(batch, folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return _result;
    }

    // The next batch is compiled while the present one runs.
    private static Task<(Batch Batch, CompiledBatch Compiled)> Prepare(ulong seed, int first, int count, string folder) => Task.Run(() =>
    {
        var batch = Batch.Generate(seed, first, count);
        return (batch, BatchCompiler.Compile(batch, folder));
    });

    private void Run(Batch batch, CompiledBatch compiled)
    {
        var outcome = BatchOutcome.Of(batch, compiled.Assembly, runsOfEach);
        if (!outcome.Completed)
        {
            BatchOutcome died = outcome;

            // The listing is lost with the process. Once more, to judge the verdicts.
            outcome = BatchOutcome.Of(batch, compiled.Assembly, runs: 0);
            GeneratedHandler? culprit = batch.Handlers.FirstOrDefault(h => h.Index == died.Culprit);
            _result.Failures.Add(new Failure(
                batch.Seed,
                culprit,
                $"the process that ran it did not survive.\n{died.Child}",
                culprit is null ? "" : died.VerdictOf(culprit.Index)!.Report,
                culprit is null ? "" : ListingOf(culprit, outcome.Listing)));
            if (!outcome.Completed)
            {
                _result.Failures.Add(new Failure(batch.Seed, null, $"verification did not come to its end.\n{outcome.Child}", "", ""));
                return;
            }
        }

        var listing = JitListing.Parse(outcome.Listing);
        foreach ((GeneratedHandler handler, SourceVerdict source) in batch.Handlers.Zip(compiled.Sources))
        {
            Judge(batch, handler, source, outcome, listing);
        }
    }

    private void Judge(Batch batch, GeneratedHandler handler, SourceVerdict source, BatchOutcome outcome, JitListing listing)
    {
        Verdict verdict = outcome.VerdictOf(handler.Index)!;
        var jit = JitVerdict.Of(listing, handler, outcome.Natives, outcome.Entries);
        List<string> wrong = [.. Comparer.Disagreements(handler, verdict, jit), .. _result.Agreement.Add(handler, source, verdict, jit)];
        if (outcome.EndOf(handler.Index) is { } end)
        {
            _result.Run++;
            _result.Interrupts += runsOfEach;
            if (end.Harm is not null)
            {
                wrong.Add(end.Harm);
            }
        }

        if (wrong.Count > 0)
        {
            _result.Failures.Add(
                new Failure(batch.Seed, handler, string.Join("\n  ", wrong), verdict.Report, ListingOf(handler, outcome.Listing)));
        }

        _result.Handlers++;
        _result.Accepted += verdict.IsSafe ? 1 : 0;
        if (handler.Poison is { } poison)
        {
            (int planted, int accepted) = _result.Poisons.GetValueOrDefault(poison.Name);
            _result.Poisons[poison.Name] = (planted + 1, accepted + (verdict.IsSafe ? 1 : 0));
        }
    }

    private static string ListingOf(GeneratedHandler handler, string text) => string.Join(
        '\n', OneMethod().Matches(text).Select(static m => m.Value).Where(m => m.Contains(handler.TypeName + ":", StringComparison.Ordinal)));

    [GeneratedRegex(@"^; Assembly listing for method [\s\S]*?^; Total bytes of code \d+", RegexOptions.Multiline)]
    private static partial Regex OneMethod();
}
