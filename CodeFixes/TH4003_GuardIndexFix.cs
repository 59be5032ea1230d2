using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Puts <c>if ((uint)i &lt; (uint)span.Length)</c> around a statement that writes <c>span[i]</c>: the test that the JIT knows to make its own range
/// check, and with it the exception, needless. An index that is computed is kept in a local. Only around writes: what is to be read of an element that is not
/// there, nobody knows.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH4003_GuardIndexFix))]
[Shared]
public sealed class TH4003_GuardIndexFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH4003.GuardIndex";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ImplicitThrow];

    private protected override string FixAllTitle => "Leave writes out where the index is out of range";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true)
                is not ElementAccessExpressionSyntax { Expression: IdentifierNameSyntax span, ArgumentList.Arguments: [{ Expression: { } index }] } element
            || element.Parent is not ExpressionSyntax { Parent: ExpressionStatementSyntax statement } write
            || !IsWriteOf(element, write) || !OnlyReads(write, model, cancellationToken)
            || model?.GetOperation(element, cancellationToken) is not IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance, Arguments: [{ Value: { } number }] }
            || !IsSpan(instance.Type)

            // The JIT proves nothing of what others could change between the test and the access.
            || !Purity.IsOwn(instance) || number.Type?.SpecialType != SpecialType.System_Int32 || number.ConstantValue.HasValue
            || !Purity.OnlyReads(index, model, cancellationToken) || Comments.AreIn(index.DescendantTrivia())
            || IsChecked(model, statement))
        {
            return null;
        }

        bool isOwn = index is IdentifierNameSyntax && Purity.IsOwn(number);
        string name = isOwn ? ((IdentifierNameSyntax)index).Identifier.Text : UniqueName.For("index", element, IsOfComputedIndex, model);
        ExpressionSyntax test = SyntaxFactory.ParseExpression($"(uint){name} < (uint){span.Identifier.Text}.Length");
        Edit edit = new("Leave the write out where the index is out of range", document, statement, current =>
        {
            var write = (StatementSyntax)current;
            StatementSyntax before = SyntaxFactory.ParseStatement($"int {name} = {index.WithoutTrivia()};")
                .WithLeadingTrivia(write.GetLeadingTrivia()).WithTrailingTrivia(SyntaxFactory.ElasticLineFeed).WithAdditionalAnnotations(Formatter.Annotation);
            StatementSyntax guarded = SyntaxFactory.IfStatement(test, SyntaxFactory.Block((isOwn ? write : WithIndex(write, element, name)).WithoutTrivia()))
                .WithAdditionalAnnotations(Formatter.Annotation);
            return isOwn ? guarded.WithTriviaFrom(write) : Splice.Of(before, guarded.WithTrailingTrivia(write.GetTrailingTrivia()));
        });
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsOfComputedIndex(SyntaxNode node) => node is ElementAccessExpressionSyntax { ArgumentList.Arguments: [{ Expression: not IdentifierNameSyntax }] };

    private static StatementSyntax WithIndex(StatementSyntax statement, ElementAccessExpressionSyntax element, string name) =>
        statement.DescendantNodes().OfType<ElementAccessExpressionSyntax>().FirstOrDefault(node => node.IsEquivalentTo(element)) is { } place
            ? statement.ReplaceNode(place.ArgumentList.Arguments[0].Expression, SyntaxFactory.IdentifierName(name)) : statement;

    private static bool IsWriteOf(ElementAccessExpressionSyntax element, ExpressionSyntax write) =>
        write switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == element,
            PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression or (int)SyntaxKind.PostDecrementExpression }
                or PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression } => true,
            _ => false,
        };

    // What is left out must be the write alone.
    private static bool OnlyReads(ExpressionSyntax write, SemanticModel? model, CancellationToken cancellationToken) =>
        write is not AssignmentExpressionSyntax { Right: { } value } || Purity.OnlyReads(value, model, cancellationToken);

    private static bool IsSpan(ITypeSymbol? type) => type is INamedTypeSymbol { Name: "Span", Arity: 1, ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } };

    // There the conversion of a negative index would throw.
    private static bool IsChecked(SemanticModel model, StatementSyntax statement) =>
        model.Compilation.Options is CSharpCompilationOptions { CheckOverflow: true }
        || statement.Ancestors().Any(static node => node is CheckedStatementSyntax { RawKind: (int)SyntaxKind.CheckedStatement });
}
