using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Removes a line of TopHalf.SafeApis.txt or TopHalf.UnsafeApis.txt that says nothing: one that names nothing, or that another one says already. An
/// accessor, which is not looked up, becomes its property.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH0007_ListLineFix), DocumentKinds = [nameof(TextDocumentKind.AdditionalDocument)], DocumentExtensions = [".txt"])]
[Shared]
public sealed class TH0007_ListLineFix : TextCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH0007.ListLine";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ApiListLine];

    private protected override string FixAllTitle => "Correct the lists of safe and unsafe members";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<TextEdit?> PlanAsync(Project project, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        string path = diagnostic.Location.GetLineSpan().Path;
        if (diagnostic.Location.Kind != LocationKind.ExternalFile
            || project.AdditionalDocuments.FirstOrDefault(one => one.FilePath == path) is not { } file
            || await file.GetTextAsync(cancellationToken).ConfigureAwait(false) is not { } text || diagnostic.Location.SourceSpan.End > text.Length
            || await project.GetCompilationAsync(cancellationToken).ConfigureAwait(false) is not { } compilation)
        {
            return null;
        }

        TextSpan span = diagnostic.Location.SourceSpan;
        string id = text.ToString(span);
        if (DocumentationCommentId.GetSymbolsForDeclarationId(id, compilation) is [IMethodSymbol { AssociatedSymbol: { } property }]
            && property.GetDocumentationCommentId() is { } propertyId)
        {
            return new TextEdit($"List '{propertyId}'", project.Id, path, file, [new TextChange(span, propertyId)]);
        }

        return diagnostic.Properties.TryGetValue(RuleProperties.Kind, out string? kind) && kind == RuleProperties.KindNeedlessLine
            && (Names(id, compilation) || !await NamesElsewhereAsync(id, path, project, cancellationToken).ConfigureAwait(false))
            ? new TextEdit($"Remove '{id}'", project.Id, path, file, [TextEdit.Without(text.Lines.GetLineFromPosition(span.Start))]) : null;
    }

    // What names nothing here may name something in another project that reads the same file.
    private static async Task<bool> NamesElsewhereAsync(string id, string path, Project project, CancellationToken cancellationToken)
    {
        foreach (Project other in project.Solution.Projects.Where(other => other.Id != project.Id && other.AdditionalDocuments.Any(one => one.FilePath == path)))
        {
            if (await other.GetCompilationAsync(cancellationToken).ConfigureAwait(false) is not { } compilation || Names(id, compilation))
            {
                return true;
            }
        }

        return false;
    }

    // Of all overloads, or all in a type or namespace, the type or namespace is enough to be on the safe side.
    private static bool Names(string id, Compilation compilation)
    {
        int end = id.LastIndexOf('.');
        bool isWide = id.EndsWith(".*", StringComparison.Ordinal);
        return isWide || id.EndsWith("(*)", StringComparison.Ordinal)
            ? end > 2 && DocumentationCommentId.GetFirstSymbolForDeclarationId(isWide ? id.Substring(0, end) : "T:" + id.Substring(2, end - 2), compilation) is not null
            : DocumentationCommentId.GetFirstSymbolForDeclarationId(id, compilation) is not null;
    }
}
