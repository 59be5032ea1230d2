using System.Globalization;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Testing.Source;

namespace TopHalf.Generator.Tests.Runtimes;

/// <summary>
/// The measure of the analyzer for every version that handlers are built for: generated handlers, judged on that runtime and on all after it. They are verified and not run.
/// </summary>
internal sealed class TargetCampaign(Action<string> log)
{
    private const int BatchSize = 250;

    /// <summary>Says of each target, as it goes on, how far analyzer and machine code agree, and where they do not.</summary>
    /// <returns>How many handlers were passed and are not clean, over all targets.</returns>
    public int Run(ulong seed, int first, int count)
    {
        int misses = 0;
        foreach (Target target in Target.All)
        {
            List<(GeneratedHandler Handler, RuntimeVerdict Verdict)> judged = [];
            for (int done = 0; done < count; done += BatchSize)
            {
                var batch = Batch.Generate(seed, first + done, Math.Min(BatchSize, count - done));
                Dictionary<int, GeneratedHandler> handlers = batch.Handlers.ToDictionary(static h => h.Index);
                judged.AddRange(RuntimeVerdicts.Of(batch, target).Select(v => (handlers[v.Index], v.Verdict)));
            }

            foreach ((GeneratedHandler handler, RuntimeVerdict verdict) in judged.Where(static j => j.Verdict.IsMiss))
            {
                log($"{target.Name}: passed, but not clean: {string.Join("; ", verdict.Code.Select(static c => $"{c.Runtime.Name} {string.Join(' ', c.Finding.Rules)}"))}\n{handler.Source}");
                misses++;
            }

            foreach ((GeneratedHandler handler, RuntimeVerdict verdict) in judged.Where(static j => j.Verdict.IsFalseAlarm))
            {
                SourceFinding alarm = verdict.Alarms.First();
                log(string.Create(CultureInfo.InvariantCulture, $"{target.Name}: false alarm: {alarm.Rule} {handler.Index} {alarm.Cause}: {alarm.Line}"));
            }

            int flagged = judged.Count(static j => !j.Verdict.Source.Passes);
            int alarms = judged.Count(static j => j.Verdict.IsFalseAlarm);
            log(string.Create(CultureInfo.InvariantCulture,
                $"{target.Name}: {judged.Count} handlers, {judged.Count - flagged} passed, {judged.Count(static j => j.Verdict.IsMiss)} of them not clean; {flagged} flagged, {alarms} false alarms ({100.0 * alarms / Math.Max(1, flagged):F2} %)"));
        }

        return misses;
    }
}
