using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Suppresses a finding on the member that it is in, with the place for a reason. The reason is the user's to write: until then TH0008 reports the suppression.
/// </summary>
/// <remarks>There is no Fix All: a reason is one for each case, and <c>dotnet format</c> would suppress whatever it cannot mend.</remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SuppressFix))]
[Shared]
public sealed class SuppressFix : CodeFixProvider
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TopHalf.Suppress";

    // Not what is about suppressions, lists and options.
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
    [
        .. new SignalContextAnalyzer().SupportedDiagnostics.Select(static rule => rule.Id)
            .Except([RuleIds.UnexplainedSuppression, RuleIds.ApiListLine, RuleIds.MalformedOption]),
    ];

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (!await BrokenCode.IsAtAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false)
                && await PlanAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false) is { } edit)
            {
                context.RegisterCodeFix(
                    new EditAction(
                        edit.Title, Key, context.Document.Project.Solution,
                        cancellationToken => Edit.ApplyAsync(context.Document.Project.Solution, [edit], cancellationToken)),
                    diagnostic);
            }
        }
    }

    // Whatever mends it comes first.
    /// <inheritdoc/>
    protected override CodeActionRequestPriority ComputeRequestPriority() => CodeActionRequestPriority.Low;

    private static async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        // What belongs to no member, as top-level statements, an attribute of a member does not reach.
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || !root.FullSpan.Contains(diagnostic.Location.SourceSpan)
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member
            || member is BaseNamespaceDeclarationSyntax or GlobalStatementSyntax || model?.Compilation.GetTypeByMetadataName("System.Diagnostics.CodeAnalysis.SuppressMessageAttribute") is not { } attribute
            || model.GetDiagnostics(member.Span, cancellationToken).Any(static error => error.Severity == DiagnosticSeverity.Error))
        {
            return null;
        }

        DiagnosticDescriptor rule = diagnostic.Descriptor;
        string title = rule.Title.ToString(System.Globalization.CultureInfo.InvariantCulture);
        AttributeSyntax added = SyntaxFactory.Attribute(
            TypeNames.Of(attribute, member, model, document),
            SyntaxFactory.ParseAttributeArgumentList($"(\"{rule.Category}\", \"{rule.Id}:{title}\", Justification = \"{TH3001_ListAsSafeFix.Pending}\")"));
        return new Edit(
            $"Suppress {rule.Id} here, with the reason to be written", document, member,
            current => TH0003_AddAggressiveOptimizationFix.WithAttribute(current, member, added), sameness: rule.Id);
    }
}
