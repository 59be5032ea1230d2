using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.CodeFixes;

/// <summary>Where code does not compile: what it means is not known, and so neither what would mend it.</summary>
internal static class BrokenCode
{
    /// <summary>Whether the compiler has an error in the member, or the top-level statement, that a diagnostic is in; of a type, where the diagnostic is.</summary>
    public static async Task<bool> IsAtAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
            || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
        {
            return true;
        }

        TextSpan at = diagnostic.Location.SourceSpan;
        if (!root.FullSpan.Contains(at))
        {
            return false;
        }

        if (root.FindNode(at, getInnermostNodeForTie: true).FirstAncestorOrSelf<MemberDeclarationSyntax>() is { } member
            and not (BaseTypeDeclarationSyntax or BaseNamespaceDeclarationSyntax))
        {
            at = member.Span;
        }

        // By the default severity: what is a warning to the compiler, and an error to the project, compiles.
        return model.GetDiagnostics(at, cancellationToken).Any(static error => error.DefaultSeverity == DiagnosticSeverity.Error && !error.IsSuppressed);
    }
}
