using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Has the time told by <c>InterruptClock</c>, which reads the same kernel clock and enters no runtime, in place of <c>Stopwatch</c>,
/// <c>Environment</c> and <c>DateTime</c>, where those give a number.
/// </summary>
/// <remarks>
/// Clocks on Linux: Stopwatch counts nanoseconds of CLOCK_MONOTONIC, Environment.TickCount64 the same clock's milliseconds, UtcNow is CLOCK_REALTIME
/// (dotnet/runtime, src/native/libs/System.Native/pal_time.c).
/// </remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH3003_InterruptClockFix))]
[Shared]
public sealed class TH3003_InterruptClockFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH3003.InterruptClock";

    private const string UnixEpoch = "621_355_968_000_000_000";

    // What asks for the time, the member of the result that is used, and what to write.
    private static readonly ImmutableDictionary<(string Culprit, string? Member), (string Clock, string Expression)> s_replacements =
        new Dictionary<(string, string?), (string, string)>
        {
            [("M:System.Diagnostics.Stopwatch.GetTimestamp", null)] = ("Timestamp", "{0}"),
            [("P:System.Environment.TickCount64", null)] = ("Timestamp", "({0} / 1_000_000)"),
            [("P:System.Environment.TickCount", null)] = ("Timestamp", "unchecked((int)({0} / 1_000_000))"),
            [("P:System.DateTime.UtcNow", "Ticks")] = ("Realtime", $"(({{0}} / 100) + {UnixEpoch})"),
            [("P:System.DateTimeOffset.UtcNow", "Ticks")] = ("Realtime", $"(({{0}} / 100) + {UnixEpoch})"),
            [("P:System.DateTimeOffset.UtcNow", "UtcTicks")] = ("Realtime", $"(({{0}} / 100) + {UnixEpoch})"),
            [("P:System.DateTimeOffset.UtcNow", "ToUnixTimeMilliseconds")] = ("Realtime", "({0} / 1_000_000)"),
            [("P:System.DateTimeOffset.UtcNow", "ToUnixTimeSeconds")] = ("Realtime", "({0} / 1_000_000_000)"),
        }.ToImmutableDictionary();

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.NativeTransition, RuleIds.GCPoll];

    private protected override string FixAllTitle => "Use InterruptClock";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await FindAsync(document.Project.Solution, diagnostic, cancellationToken).ConfigureAwait(false) is not var (home, call, culprit, model)
            || model.Compilation.GetTypeByMetadataName("TopHalf.InterruptClock") is not { } clock
            || !s_replacements.TryGetValue((culprit, Whole(call).Member), out (string Clock, string Expression) replacement))
        {
            return null;
        }

        string name = "InterruptClock." + replacement.Clock;
        return new Edit($"Use {name}", home, Whole(call).Whole, current =>
        {
            // Parsed with a stand-in, for which the annotated name is put in.
            const string StandIn = "_";
            ExpressionSyntax expression = SyntaxFactory.ParseExpression(string.Format(CultureInfo.InvariantCulture, replacement.Expression, StandIn));
            ExpressionSyntax stand = expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Single(static node => node.Identifier.ValueText == StandIn);
            return expression.ReplaceNode(stand, TypeNames.Member(clock, replacement.Clock, call, model, home))
                .WithTriviaFrom(current).WithAdditionalAnnotations(Simplifier.Annotation);
        });
    }

    // The finding is at the handler's own call; what asks for the time may be further down the chain.
    private static async Task<(Document Home, ExpressionSyntax Call, string Culprit, SemanticModel Model)?> FindAsync(
        Solution solution, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        foreach (Location place in (IEnumerable<Location>)[diagnostic.Location, .. diagnostic.AdditionalLocations])
        {
            if (place.SourceTree is { } tree && solution.GetDocument(tree) is { } home
                && await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } model
                && (await model.SyntaxTree.GetRootAsync(cancellationToken).ConfigureAwait(false)).FindNode(place.SourceSpan, getInnermostNodeForTie: true)
                    is ExpressionSyntax expression
                && model.GetSymbolInfo(expression, cancellationToken).Symbol?.GetDocumentationCommentId() is { } culprit
                && s_replacements.Keys.Any(key => key.Culprit == culprit))
            {
                return (home, expression, culprit, model);
            }
        }

        return null;
    }

    /// <summary>The expression that is a number, and the member by which it is got of the time, if it is.</summary>
    private static (ExpressionSyntax Whole, string? Member) Whole(ExpressionSyntax call)
    {
        call = call.Parent is MemberAccessExpressionSyntax named && named.Name == call ? named : call;
        return call.Parent switch
        {
            MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax { ArgumentList.Arguments.Count: 0 } invocation } access when access.Expression == call
                && invocation.Expression == access => (invocation, access.Name.Identifier.ValueText),
            MemberAccessExpressionSyntax access when access.Expression == call => (access, access.Name.Identifier.ValueText),
            _ => (call, null),
        };
    }
}
