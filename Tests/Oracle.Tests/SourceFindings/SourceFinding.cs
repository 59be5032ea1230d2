using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Analyzers;

namespace TopHalf.Testing.Source;

/// <summary>A warning or an error of the analyzer.</summary>
/// <param name="Rule">Its id.</param>
/// <param name="Message">What it says.</param>
/// <param name="Culprit">The documentation-comment id of the member that it is about, or null.</param>
/// <param name="Location">Where it stands.</param>
internal sealed record SourceFinding(string Rule, string Message, string? Culprit, Location Location)
{
    // All that the package has, whatever they are called.
    private static readonly ImmutableArray<DiagnosticAnalyzer> s_analyzers =
        [.. typeof(SignalContextAnalyzer).Assembly.GetTypes()
            .Where(static t => !t.IsAbstract && t.IsSubclassOf(typeof(DiagnosticAnalyzer)))
            .Select(static t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!)];

    /// <summary>All that the package's analyzers find, in the order of the source.</summary>
    public static IReadOnlyList<SourceFinding> In(Compilation compilation)
    {
        // An analyzer that throws has judged nothing. What is thrown where that is told is swallowed.
        ConcurrentQueue<Exception> failures = [];
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]),
            (exception, _, _) => failures.Enqueue(exception),
            concurrentAnalysis: true,
            logAnalyzerExecutionTime: false);
        ImmutableArray<Diagnostic> diagnostics =
            compilation.WithAnalyzers(s_analyzers, options).GetAnalyzerDiagnosticsAsync(CancellationToken.None).GetAwaiter().GetResult();
        if (!failures.IsEmpty)
        {
            throw new AggregateException("An analyzer failed.", failures);
        }

        return [.. diagnostics
            .Where(static d => d.Severity >= DiagnosticSeverity.Warning)
            .OrderBy(static d => d.Location.SourceSpan)
            .Select(static d => new SourceFinding(
                d.Id, d.GetMessage(CultureInfo.InvariantCulture), d.Properties.GetValueOrDefault(RuleProperties.Culprit), d.Location))];
    }

    /// <summary>The message without what comes of it, and so without the names of what else it is about.</summary>
    public string Cause => Message[..Message.IndexOf(": ", StringComparison.Ordinal)];

    /// <summary>The line that it stands in.</summary>
    public string Line => Location.SourceTree!.GetText().Lines[Location.GetLineSpan().StartLinePosition.Line].ToString().Trim();

    public override string ToString() => $"{Rule} {Message}";
}
