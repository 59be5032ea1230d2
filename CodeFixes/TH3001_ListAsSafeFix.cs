using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Lists the member that is called as safe, in TopHalf.SafeApis.txt, which is made if it is missing. The reason is the user's to write: until then TH0007
/// reports the line.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH3001_ListAsSafeFix))]
[Shared]
public sealed class TH3001_ListAsSafeFix : TextCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH3001.ListAsSafe";

    /// <summary>What stands for a reason that is not yet written, in editors and for TH0007 and TH0008.</summary>
    internal const string Pending = "<Pending>";

    private const string List = "TopHalf.SafeApis.txt";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.UnknownCall];

    private protected override string FixAllTitle => $"List as safe in {List}, with reasons to be written";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<TextEdit?> PlanAsync(Project project, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await Cause.FindAsync<ExpressionSyntax>(project.Solution, diagnostic, (node, at) => Called(node, at, cancellationToken) is not null, cancellationToken)
                .ConfigureAwait(false) is not var (_, call, model)
            || Called(call, model, cancellationToken) is not { } member || member.GetDocumentationCommentId() is not { } id)
        {
            return null;
        }

        TextDocument? file = project.AdditionalDocuments.FirstOrDefault(static one => string.Equals(one.Name, List, StringComparison.OrdinalIgnoreCase));
        string path = file?.FilePath ?? Path.Combine(Path.GetDirectoryName(project.FilePath) ?? "", List);
        SourceText? text = file is null ? null : await file.GetTextAsync(cancellationToken).ConfigureAwait(false);
        if (text?.Lines.Any(line => line.ToString().TrimStart().StartsWith(id, StringComparison.Ordinal)) == true)
        {
            return null;
        }

        // Behind the last line, which may lack its end.
        int end = text?.Length ?? 0;
        string lineEnd = text?.ToString().Contains("\r\n") == true ? "\r\n" : "\n";
        string before = end > 0 && text![end - 1] != '\n' ? lineEnd : "";
        TextEdit edit = new(
            $"List '{member.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)}' as safe, with the reason to be written", project.Id, path, file,
            [new(new TextSpan(end, 0), $"{before}{id} # {Pending}{lineEnd}")]);
        return project.Solution.GetDocument(diagnostic.Location.SourceTree) is { } document
            && await Trial.IsLessAsync(document, await TextEdit.ApplyAsync(project.Solution, [edit], cancellationToken).ConfigureAwait(false), diagnostic.Id, cancellationToken)
                .ConfigureAwait(false) ? edit : null;
    }

    // That a call is safe, only its author knows; that it may run in a bottom half is sure. `dotnet format` takes every Fix All that there is.
    private protected override async Task<bool> IsInFixAllAsync(Project project, Diagnostic diagnostic, CancellationToken cancellationToken) =>
        project.GetDocument(diagnostic.Location.SourceTree) is not { } document
        || await DeferToBottomHalfFix.EditAsync(document, diagnostic, cancellationToken).ConfigureAwait(false) is null;

    // Accessors go by their property, and all instances of a generic member by its definition.
    private static ISymbol? Called(ExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken)
    {
        ISymbol? member = model.GetSymbolInfo(call, cancellationToken).Symbol switch
        {
            IMethodSymbol method => ((method.ReducedFrom ?? method).AssociatedSymbol ?? method.ReducedFrom ?? method).OriginalDefinition,
            IPropertySymbol property => property.OriginalDefinition,
            _ => null,
        };

        // What the project itself has is judged by its body, if it has one.
        return member is IMethodSymbol { IsExtern: true } || !SymbolEqualityComparer.Default.Equals(member?.ContainingAssembly, model.Compilation.Assembly) ? member : null;
    }
}
