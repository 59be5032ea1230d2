using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Judging;
using TopHalf.Generator.Tests.Running;
using TopHalf.Testing;
using TopHalf.Testing.Jit;

namespace TopHalf.Generator.Tests;

/// <summary>What came of a campaign.</summary>
internal sealed class CampaignResult
{
    public int Handlers { get; set; }

    public int Accepted { get; set; }

    public int Run { get; set; }

    public long Interrupts { get; set; }

    /// <summary>By the poison's name: how many had it, and how many of them were accepted all the same.</summary>
    public SortedDictionary<string, (int Planted, int Accepted)> Poisons { get; } = [];

    public List<Failure> Failures { get; } = [];

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Handlers} handlers, {Accepted} accepted, {Run} run, {Interrupts} interrupts, {Failures.Count} failures");
}

/// <summary>
/// Generates handlers in batches, has each batch verified and run by a process of its own under DOTNET_JitDisasm, and compares. The seed and a
/// handler's number determine its source.
/// </summary>
internal sealed partial class Campaign(ulong seed, int runsOfEach, Action<string> log)
{
    public const int BatchSize = 250;
    private const int MostFailures = 20;
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(20);

    public CampaignResult Run(int first, int count)
    {
        var result = new CampaignResult();
        var clock = Stopwatch.StartNew();
        string folder = Directory.CreateTempSubdirectory("tophalf-generator-").FullName;
        try
        {
            Task<(Batch Batch, string Path)>? next = Prepare(first, Math.Min(BatchSize, count), folder);
            for (int done = 0; done < count && result.Failures.Count < MostFailures; done += BatchSize)
            {
                (Batch batch, string path) = next!.GetAwaiter().GetResult();
                int following = done + BatchSize;
                next = following < count ? Prepare(first + following, Math.Min(BatchSize, count - following), folder) : null;
                RunBatch(batch, path, folder, result);
                log(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed:hh\\:mm\\:ss} seed {seed}: {result}"));
            }

            next?.Wait();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return result;
    }

    // The next batch is compiled while the present one runs.
    private Task<(Batch Batch, string Path)> Prepare(int first, int count, string folder) => Task.Run(() =>
    {
        var batch = Batch.Generate(seed, first, count);
        return (batch, BatchCompiler.Compile(batch, folder));
    });

    private void RunBatch(Batch batch, string assembly, string folder, CampaignResult result)
    {
        string results = Path.Combine(folder, "results");
        string listingFile = Path.Combine(folder, "listing");
        ChildProgram child = RunChild(batch, assembly, results, listingFile, runsOfEach);
        List<Message> messages = Read(results);
        bool completed = child.ExitCode == 0 && !child.TimedOut && messages is [.., { Completed: true }];
        if (!completed)
        {
            int? culprit = messages.LastOrDefault() is { Starts: { } started } ? started : null;
            GeneratedHandler? handler = batch.Handlers.FirstOrDefault(h => h.Index == culprit);
            string report = messages.Select(static m => m.Verdict).FirstOrDefault(v => v is not null && v.Index == culprit)?.Report ?? "";
            result.Failures.Add(new Failure(seed, handler, $"the process that ran it did not survive.\n{child}", report, ""));

            // The listing is lost with the process. Once more, to judge the verdicts.
            child = RunChild(batch, assembly, results, listingFile, runs: 0);
            messages = Read(results);
            if (messages is not [.., { Completed: true }])
            {
                result.Failures.Add(new Failure(seed, null, $"verification did not come to its end.\n{child}", "", ""));
                return;
            }
        }

        Judge(batch, messages, File.ReadAllText(listingFile), result);
    }

    private static ChildProgram RunChild(Batch batch, string assembly, string results, string listing, int runs)
    {
        File.Delete(results);
        File.Delete(listing);
        string[] arguments =
        [
            "exec", typeof(Campaign).Assembly.Location, Child.Command, assembly,
            .. new[] { batch.Seed, (ulong)batch.Handlers[0].Index, (ulong)batch.Handlers.Count, (ulong)runs }.Select(static n => n.ToString(CultureInfo.InvariantCulture)),
            results,
        ];
        var start = new ProcessStartInfo(ChildProgram.Dotnet, arguments);
        start.Environment["DOTNET_JitDisasm"] = $"{GeneratedHandler.Namespace}.*:* {typeof(Campaign).Namespace}.*:*";
        start.Environment["DOTNET_JitStdOutFile"] = listing;

        // Collections all the time: a budget of 64 KiB for new objects, in hexadecimal.
        start.Environment["DOTNET_GCgen0size"] = "10000";
        return ChildProgram.Run(s_timeout, start);
    }

    private static List<Message> Read(string file) => File.Exists(file) ? [.. File.ReadLines(file).Select(Message.FromLine)] : [];

    private void Judge(Batch batch, List<Message> messages, string text, CampaignResult result)
    {
        var listing = JitListing.Parse(text);
        long[] natives = messages.First(static m => m.Natives is not null).Natives!;
        Dictionary<long, string> entries = messages.Where(static m => m.Entries is not null).SelectMany(static m => m.Entries!).ToDictionary();
        Dictionary<int, Verdict> verdicts = messages.Where(static m => m.Verdict is not null).ToDictionary(static m => m.Verdict!.Index, static m => m.Verdict!);
        Dictionary<int, RunEnd> ends = messages.Where(static m => m.Run is not null).ToDictionary(static m => m.Run!.Index, static m => m.Run!);
        foreach (GeneratedHandler handler in batch.Handlers)
        {
            Verdict verdict = verdicts[handler.Index];
            List<string> wrong = [.. Comparer.Disagreements(handler, verdict, JitVerdict.Of(listing, handler, natives, entries))];
            if (ends.TryGetValue(handler.Index, out RunEnd? end))
            {
                result.Run++;
                result.Interrupts += runsOfEach;
                if (end.Harm is not null)
                {
                    wrong.Add(end.Harm);
                }
            }

            if (wrong.Count > 0)
            {
                result.Failures.Add(new Failure(seed, handler, string.Join("\n  ", wrong), verdict.Report, ListingOf(handler, text)));
            }

            result.Handlers++;
            result.Accepted += verdict.IsSafe ? 1 : 0;
            if (handler.Poison is { } poison)
            {
                (int planted, int accepted) = result.Poisons.GetValueOrDefault(poison.Name);
                result.Poisons[poison.Name] = (planted + 1, accepted + (verdict.IsSafe ? 1 : 0));
            }
        }
    }

    private static string ListingOf(GeneratedHandler handler, string text) =>
        string.Join('\n', OneMethod().Matches(text).Select(static m => m.Value).Where(m => m.Contains(handler.TypeName + ":", StringComparison.Ordinal)));

    [GeneratedRegex(@"^; Assembly listing for method [\s\S]*?^; Total bytes of code \d+", RegexOptions.Multiline)]
    private static partial Regex OneMethod();
}
