using System.Collections.Concurrent;
using TopHalf.BclTable;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Judging;

namespace TopHalf.Generator.Tests.Runtimes;

/// <summary>Has batches compiled for .NET 8, 9 and 10, and judged on each runtime that they may run on.</summary>
internal static class RuntimeVerdicts
{
    private static readonly ConcurrentDictionary<string, Lazy<Judge>> s_judges = new();

    /// <summary>The verdicts on each handler, the oldest target first. A target that it does not compile for is not there.</summary>
    public static ILookup<int, RuntimeVerdict> Of(Batch batch) =>
        Target.All.SelectMany(target => Of(batch, target)).ToLookup(static v => v.Index, static v => v.Verdict);

    /// <summary>The same for one target, with the number of each handler.</summary>
    public static IReadOnlyList<(int Index, RuntimeVerdict Verdict)> Of(Batch batch, Target target)
    {
        string folder = Directory.CreateTempSubdirectory("tophalf-generator-").FullName;
        try
        {
            return [.. Of(batch, target, [.. Target.All.SkipWhile(t => t != target)], folder)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<(int Index, RuntimeVerdict Verdict)> Of(Batch batch, Target target, Target[] runtimes, string folder)
    {
        var compiled = TargetedBatch.Compile(batch, target, folder);
        string[] names = [.. compiled.Sources.Keys.Select(static i => $"{GeneratedHandler.Namespace}.{GeneratedHandler.ClassName(i)}")];
        (Target Runtime, IReadOnlyDictionary<string, Finding> Findings)[] code =
            [.. runtimes.Select(runtime => (runtime, JudgeOf(runtime).Ask(Processor.All[0], compiled.Assembly, names)))];
        foreach ((int index, SourceVerdict source) in compiled.Sources)
        {
            string name = $"{GeneratedHandler.Namespace}.{GeneratedHandler.ClassName(index)}";
            yield return (index, new RuntimeVerdict(target, source, [.. code.Select(c => (c.Runtime, c.Findings[name]))]));
        }
    }

    private static Judge JudgeOf(Target runtime) =>
        s_judges.GetOrAdd(runtime.Name, static name => new Lazy<Judge>(() => Judge.Publish(name, Checkout.Root))).Value;
}
