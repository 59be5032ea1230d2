using System.Diagnostics;
using System.Globalization;
using TopHalf.Generator.Material;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Testing;

namespace TopHalf.Generator.Tests.Running;

/// <summary>What came of a batch in a process of its own, which verified it, and ran what was accepted, with the JIT's listing on.</summary>
internal sealed class BatchOutcome
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(8);

    private readonly Dictionary<int, Verdict> _verdicts;
    private readonly Dictionary<int, RunEnd> _ends;

    private BatchOutcome(ChildProgram child, IReadOnlyList<Message> messages, string listing)
    {
        Child = child;
        Listing = listing;
        Completed = child.ExitCode == 0 && !child.TimedOut && messages is [.., { Completed: true }];
        Culprit = !Completed && messages is [.., { Starts: { } started }] ? started : null;
        Natives = messages.Select(static m => m.Natives).FirstOrDefault(static n => n is not null) ?? [];
        Entries = messages.Where(static m => m.Entries is not null).SelectMany(static m => m.Entries!).ToDictionary();
        _verdicts = messages.Where(static m => m.Verdict is not null).ToDictionary(static m => m.Verdict!.Index, static m => m.Verdict!);
        _ends = messages.Where(static m => m.Run is not null).ToDictionary(static m => m.Run!.Index, static m => m.Run!);
    }

    public ChildProgram Child { get; }

    /// <summary>Whether the process came to its end.</summary>
    public bool Completed { get; }

    /// <summary>The handler during whose runs the process died, or null.</summary>
    public int? Culprit { get; }

    /// <summary>The JIT's text. Lost if the process died.</summary>
    public string Listing { get; }

    /// <summary>Addresses of the native functions that a handler may call.</summary>
    public IReadOnlyCollection<long> Natives { get; }

    /// <summary>Addresses of methods that function pointers have, with their names.</summary>
    public IReadOnlyDictionary<long, string> Entries { get; }

    public Verdict? VerdictOf(int handler) => _verdicts.GetValueOrDefault(handler);

    /// <summary>Null where the handler was not run.</summary>
    public RunEnd? EndOf(int handler) => _ends.GetValueOrDefault(handler);

    /// <summary>Runs the process to its end.</summary>
    /// <param name="batch">What is in the assembly.</param>
    /// <param name="assembly">Its path.</param>
    /// <param name="runs">How often each accepted handler is to interrupt; 0: verify only.</param>
    public static BatchOutcome Of(Batch batch, string assembly, int runs)
    {
        string results = assembly + ".results";
        string listing = assembly + ".listing";
        File.Delete(results);
        File.Delete(listing);
        IEnumerable<ulong> numbers = [batch.Seed, (ulong)batch.Handlers[0].Index, (ulong)batch.Handlers.Count, (ulong)runs];
        var start = new ProcessStartInfo(
            ChildProgram.Dotnet,
            ["exec", typeof(BatchOutcome).Assembly.Location, Running.Child.Command, assembly, .. numbers.Select(static n => n.ToString(CultureInfo.InvariantCulture)), results]);
        start.Environment["DOTNET_JitDisasm"] = $"{GeneratedHandler.Namespace}.*:* {typeof(State).Namespace}.*:*";
        start.Environment["DOTNET_JitStdOutFile"] = listing;

        // Collections all the time: a budget of 64 KiB for new objects, in hexadecimal.
        start.Environment["DOTNET_GCgen0size"] = "10000";
        ChildProgram child = ChildProgram.Run(s_timeout, start);
        return new BatchOutcome(
            child,
            File.Exists(results) ? [.. File.ReadLines(results).Select(Message.FromLine)] : [],
            File.Exists(listing) ? File.ReadAllText(listing) : "");
    }
}
