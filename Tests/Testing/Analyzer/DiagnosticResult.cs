using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.Testing;

/// <summary>What is not compared between an expected and a reported diagnostic.</summary>
[Flags]
public enum DiagnosticOptions
{
    /// <summary>Everything is compared.</summary>
    None = 0,

    /// <summary>Only the first location is compared.</summary>
    IgnoreAdditionalLocations = 1,

    /// <summary>The severity is not compared.</summary>
    IgnoreSeverity = 2,
}

/// <summary>A diagnostic that a test expects. Locations are those of the markup only: line numbers are left out on purpose.</summary>
public readonly partial record struct DiagnosticResult
{
    /// <summary>Expects a diagnostic by id and severity, whatever its message.</summary>
    public DiagnosticResult(string id, DiagnosticSeverity severity)
        : this()
    {
        Id = id;
        Severity = severity;
    }

    /// <summary>Expects a diagnostic with the id, severity and message of a descriptor.</summary>
    public DiagnosticResult(DiagnosticDescriptor descriptor)
        : this(descriptor.Id, descriptor.DefaultSeverity) =>
        MessageFormat = descriptor.MessageFormat.ToString(CultureInfo.InvariantCulture);

    /// <summary>The diagnostic's id.</summary>
    public string Id { get; }

    /// <summary>The diagnostic's severity.</summary>
    public DiagnosticSeverity Severity { get; private init; }

    /// <summary>What is not compared.</summary>
    public DiagnosticOptions Options { get; private init; }

    /// <summary>The expected text; <see langword="null"/> where any text will do.</summary>
    /// <exception cref="ArgumentException">The descriptor's message wants another number of arguments than the test gave.</exception>
    public string? Message
    {
        get
        {
            if (AnyMessage || ExplicitMessage is not null || MessageFormat is null)
            {
                return ExplicitMessage;
            }

            int wanted = Placeholder.Matches(MessageFormat).Select(hole => hole.Groups[1].Value).Distinct().Count();
            return Arguments.Length == wanted
                ? string.Format(CultureInfo.InvariantCulture, MessageFormat, [.. Arguments])
                : throw new ArgumentException(
                    $"The message of {Id} wants {wanted} arguments and the test gives {Arguments.Length}: use WithArguments, or "
                    + $"WithMessage(null) where the text does not matter. Message: {MessageFormat}");
        }
    }

    /// <summary>The diagnostic's own location, then its additional ones. Empty until <see cref="Resolve"/> if they come from markup keys.</summary>
    internal ImmutableArray<ExpectedLocation> Locations { get => field.IsDefault ? [] : field; private init; }

    private ImmutableArray<int> MarkupKeys { get => field.IsDefault ? [] : field; init; }

    private ImmutableArray<object?> Arguments { get => field.IsDefault ? [] : field; init; }

    private string? MessageFormat { get; init; }

    private string? ExplicitMessage { get; init; }

    private bool AnyMessage { get; init; }

    [GeneratedRegex(@"\{([0-9]+)[^}]*\}")]
    private static partial Regex Placeholder { get; }

    /// <summary>Expects a compiler error by id.</summary>
    public static DiagnosticResult CompilerError(string id) => new(id, DiagnosticSeverity.Error);

    /// <summary>Adds a location: the span <c>{|#markupKey:…|}</c>. The first is the diagnostic's own, the others are its additional ones.</summary>
    public DiagnosticResult WithLocation(int markupKey) => this with { MarkupKeys = MarkupKeys.Add(markupKey) };

    /// <summary>Sets the arguments of the descriptor's message.</summary>
    public DiagnosticResult WithArguments(params object?[] arguments) => this with { Arguments = [.. arguments] };

    /// <summary>Sets the whole text; <see langword="null"/> stands for any.</summary>
    public DiagnosticResult WithMessage(string? message) => this with { ExplicitMessage = message, AnyMessage = message is null };

    /// <summary>Sets the severity.</summary>
    public DiagnosticResult WithSeverity(DiagnosticSeverity severity) => this with { Severity = severity };

    /// <summary>Says what is not compared.</summary>
    public DiagnosticResult WithOptions(DiagnosticOptions options) => this with { Options = options };

    /// <summary>An expectation that came from markup, which speaks of id and span only.</summary>
    internal DiagnosticResult AtMarkup(ExpectedLocation location) =>
        this with
        {
            AnyMessage = true,
            Options = DiagnosticOptions.IgnoreAdditionalLocations | DiagnosticOptions.IgnoreSeverity,
            Locations = [location],
        };

    /// <summary>Replaces the markup keys by the spans that the sources gave them.</summary>
    /// <exception cref="ArgumentException">No source has such a span.</exception>
    internal DiagnosticResult Resolve(IReadOnlyDictionary<int, ExpectedLocation> numbered)
    {
        if (MarkupKeys.IsEmpty)
        {
            return this;
        }

        List<ExpectedLocation> locations = [];
        foreach (int key in MarkupKeys)
        {
            locations.Add(numbered.TryGetValue(key, out ExpectedLocation location)
                ? location
                : throw new ArgumentException($"{Id} is expected at location {key}, but no source has {{|#{key}:…|}}."));
        }

        return this with { Locations = [.. locations] };
    }
}

/// <summary>A place in a test source.</summary>
internal readonly record struct ExpectedLocation(string Path, TextSpan Span, bool IgnoreLength = false)
{
    public bool IsAt(Location actual) =>
        actual.Kind != LocationKind.None
        && actual.FilePath() == Path
        && (IgnoreLength ? actual.SourceSpan.Start == Span.Start : actual.SourceSpan == Span);
}

internal static class LocationExtensions
{
    /// <summary>The path of the file, whether source or additional; empty where the diagnostic has no place.</summary>
    public static string FilePath(this Location location) => location.SourceTree?.FilePath ?? location.GetLineSpan().Path ?? "";
}
