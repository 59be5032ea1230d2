using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>
/// Whether a suppression of one of these rules says why (TH0008): a comment behind the pragma or on the line above it, the justification of the
/// attribute. What an editor writes there by itself, the rule's title or "&lt;Pending&gt;", is no reason.
/// </summary>
internal static class Suppressions
{
    /// <summary>Judges the attributes of a file.</summary>
    public static void Inspect(SemanticModel model, Action<Diagnostic> report, CancellationToken cancellation)
    {
        foreach (AttributeSyntax attribute in model.SyntaxTree.GetRoot(cancellation).DescendantNodes().OfType<AttributeSyntax>())
        {
            Attribute(attribute, model, report, cancellation);
        }
    }

    /// <summary>Judges the pragmas of a file.</summary>
    public static void Inspect(SyntaxTree tree, Action<Diagnostic> report, CancellationToken cancellation)
    {
        SyntaxNode root = tree.GetRoot(cancellation);
        if (!root.ContainsDirectives)
        {
            return;
        }

        for (DirectiveTriviaSyntax? directive = root.GetFirstDirective(IsDisable); directive is not null; directive = directive.GetNextDirective(IsDisable))
        {
            PragmaWarningDirectiveTriviaSyntax pragma = (PragmaWarningDirectiveTriviaSyntax)directive;
            ExpressionSyntax[] codes = [.. pragma.ErrorCodes.Where(static code => RuleCatalog.Find(code.ToString()) is not null)];
            string[] ids = [.. codes.Select(static code => code.ToString())];
            if (codes.Length > 0 && !IsReason(Behind(pragma), ids) && !IsReason(Above(pragma), ids))
            {
                report(Diagnostic.Create(
                    TH0008_UnexplainedSuppression.Instance.Descriptor, codes[0].GetLocation(), string.Join(", ", ids), "Write the reason behind it, as a comment"));
            }
        }
    }

    private static void Attribute(AttributeSyntax attribute, SemanticModel model, Action<Diagnostic> report, CancellationToken cancellation)
    {
        // The name first: nothing is bound for other attributes.
        if (Name(attribute.Name) is not ("SuppressMessage" or "SuppressMessageAttribute" or "UnconditionalSuppressMessage" or "UnconditionalSuppressMessageAttribute")
            || attribute.ArgumentList is not { Arguments: { Count: >= 2 } arguments })
        {
            return;
        }

        AttributeArgumentSyntax? check = arguments.FirstOrDefault(static argument => argument.NameColon?.Name.Identifier.ValueText == "checkId") ?? arguments[1];
        string? id = Text(check)?.Split(':')[0].Trim();
        AttributeArgumentSyntax? justification = arguments.FirstOrDefault(static argument => argument.NameEquals?.Name.Identifier.ValueText == "Justification");
        if (id is not null && RuleCatalog.Find(id) is not null && !IsReason(justification is null ? null : Text(justification), [id]))
        {
            report(Diagnostic.Create(
                TH0008_UnexplainedSuppression.Instance.Descriptor, attribute.GetLocation(), id, "Give the reason as its Justification"));
        }

        string? Text(AttributeArgumentSyntax argument) => model.GetConstantValue(argument.Expression, cancellation).Value as string;
    }

    private static bool IsDisable(DirectiveTriviaSyntax directive) =>
        directive is PragmaWarningDirectiveTriviaSyntax { IsActive: true } pragma && pragma.DisableOrRestoreKeyword.IsKind(SyntaxKind.DisableKeyword);

    private static string Name(NameSyntax name) => name switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax qualified => qualified.Name.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => "",
    };

    private static string? Behind(PragmaWarningDirectiveTriviaSyntax pragma)
    {
        string line = pragma.ToFullString();
        int comment = line.IndexOf("//", StringComparison.Ordinal);
        return comment < 0 ? null : line.Substring(comment);
    }

    // A comment that has the line above to itself.
    private static string? Above(PragmaWarningDirectiveTriviaSyntax pragma)
    {
        SyntaxTriviaList trivia = pragma.ParentTrivia.Token.LeadingTrivia;
        int ends = 0;
        for (int i = trivia.IndexOf(pragma.ParentTrivia) - 1; i >= 0 && ends <= 1; i--)
        {
            if (trivia[i].IsKind(SyntaxKind.EndOfLineTrivia))
            {
                ends++;
            }
            else if (!trivia[i].IsKind(SyntaxKind.WhitespaceTrivia))
            {
                return trivia[i].Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia ? trivia[i].ToString() : null;
            }
        }

        return null;
    }

    private static bool IsReason(string? text, string[] ids)
    {
        string words = (text ?? "").Trim().Trim('/', '*').Trim();
        return words.Any(char.IsLetter) && !words.StartsWith("<Pending>", StringComparison.OrdinalIgnoreCase)
            && !ids.Any(id => RuleCatalog.Find(id)!.Descriptor.Title.ToString(System.Globalization.CultureInfo.InvariantCulture) == words);
    }
}
