using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>Keeps what a registered lambda captures in its state instead.</summary>
internal static class LambdaState
{
    /// <summary>The lambda without captures, and the edits that add the fields and set them; <see langword="null"/> if that is not surely the same.</summary>
    public static async Task<(ParenthesizedLambdaExpressionSyntax Lambda, Edit Fields)?> KeepAsync(
        ParenthesizedLambdaExpressionSyntax lambda, Document document, SemanticModel model, CancellationToken cancellationToken)
    {
        if (CapturedValues.Of(lambda, model, cancellationToken) is not { IsEmpty: false } captured
            || HandlerStart.At(lambda, document, model, cancellationToken) is not { } start
            || model.GetDeclaredSymbol(lambda.ParameterList.Parameters[0], cancellationToken) is not { Type: INamedTypeSymbol state } parameter
            || StateFields.Home(state, document.Project, cancellationToken) is not var (stateDocument, stateDeclaration)
            || await StateFields.AreReplacedAsync(state, document.Project, cancellationToken).ConfigureAwait(false)
            || await stateDocument.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } stateModel)
        {
            return null;
        }

        Dictionary<ISymbol, string> names = new(SymbolEqualityComparer.Default);
        Edit? edit = null;
        foreach ((ExpressionSyntax read, ISymbol variable, ITypeSymbol type) in
            captured.GroupBy(static each => each.Variable, SymbolEqualityComparer.Default).Select(static same => same.First()).Reverse())
        {
            string name = NameOf(variable, state, names.Values);
            names.Add(variable, name);
            edit = new("", document, start.Call.ArgumentList, current => StateFields.Set(
                (ArgumentListSyntax)current, start.State, name, read.WithoutTrivia().ToString(), TypeNames.Of(state, start.Call, model, document)), edit, name);
            edit = new("", stateDocument, stateDeclaration, current => StateFields.With(
                (TypeDeclarationSyntax)current, StateFields.Field(StateFields.Accessibility(stateDeclaration), type, name, stateDeclaration,
                    stateModel, stateDocument)), edit, name);
        }

        return (lambda.ReplaceNodes(
            captured.Select(static each => each.Read),
            (read, _) => SyntaxFactory.ParseExpression($"{parameter.Name}.{names[captured.First(each => each.Read == read).Variable]}").WithTriviaFrom(read)), edit!);
    }

    private static string NameOf(ISymbol variable, INamedTypeSymbol state, IEnumerable<string> taken)
    {
        string bare = variable.Name.TrimStart('_');
        bare = bare.Length == 0 ? "Value" : char.ToUpperInvariant(bare[0]) + bare.Substring(1);
        return Enumerable.Range(1, int.MaxValue).Select(i => i == 1 ? bare : bare + i.ToString(CultureInfo.InvariantCulture))
            .First(name => name != state.Name && state.GetMembers(name).IsEmpty && !taken.Contains(name));
    }
}
