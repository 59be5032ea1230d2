using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Turns a plain read of what a handler shares, directly (TH6002) or by way of a pointer (TH6004), into <see cref="Volatile"/>.Read, and a plain
/// assignment into <see cref="Volatile"/>.Write, of the same variable.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH6002_VolatileFix))]
[Shared]
public sealed class TH6002_VolatileFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH6002.Volatile";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.PlainAccess, RuleIds.RawPointer];

    private protected override string FixAllTitle => "Read and write by Volatile";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        return model is not null && root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is ExpressionSyntax variable
            ? Plan(document, variable, model, cancellationToken) : null;
    }

    /// <summary>What makes an access volatile, or <see langword="null"/>.</summary>
    internal static Edit? Plan(Document document, ExpressionSyntax variable, SemanticModel model, CancellationToken cancellationToken)
    {
        if (model.GetOperation(variable, cancellationToken) is not { } operation || !Variables.CanBeReferenced(operation)

            // Volatile would make these look right, and an interrupt in between would be lost as before.
            || IsPartOfUpdate(variable) || CheckThenAct.Around(variable, model, cancellationToken) is not null
            || model.Compilation.GetTypeByMetadataName("System.Threading.Volatile") is not { } type)
        {
            return null;
        }

        if (operation.Parent is ISimpleAssignmentOperation { IsRef: false } assignment && assignment.Target == operation)
        {
            // As an expression an assignment has the value that was assigned, which Volatile.Write does not return.
            return assignment.Parent is IExpressionStatementOperation && assignment.Syntax is AssignmentExpressionSyntax write
                && model.ClassifyConversion(write.Right, operation.Type!).IsImplicit && HasOverload(type, nameof(Volatile.Write), operation)
                ? new Edit("Use Volatile.Write", document, write, current =>
                {
                    var changed = (AssignmentExpressionSyntax)current;
                    return Call(nameof(Volatile.Write), variable, [Reference(changed.Left), SyntaxFactory.Argument(changed.Right.WithoutTrivia())]).WithTriviaFrom(current);
                })
                : null;
        }

        return IsRead(operation) && HasOverload(type, nameof(Volatile.Read), operation)
            ? new Edit("Use Volatile.Read", document, variable, current =>
                Call(nameof(Volatile.Read), variable, [Reference((ExpressionSyntax)current)]).WithTriviaFrom(current))
            : null;

        InvocationExpressionSyntax Call(string method, SyntaxNode place, SeparatedSyntaxList<ArgumentSyntax> arguments) =>
            SyntaxFactory.InvocationExpression(TypeNames.Member(type, method, place, model, document), SyntaxFactory.ArgumentList(arguments));
    }

    // x = x + n
    private static bool IsPartOfUpdate(ExpressionSyntax variable) =>
        variable.AncestorsAndSelf().TakeWhile(static node => node is not StatementSyntax).OfType<AssignmentExpressionSyntax>().Any(assignment =>
            SyntaxFactory.AreEquivalent(assignment.Left, variable)
            && assignment.Right.DescendantNodesAndSelf().Any(part => SyntaxFactory.AreEquivalent(part, variable)));

    private static ArgumentSyntax Reference(ExpressionSyntax variable) =>
        SyntaxFactory.Argument(null, SyntaxFactory.Token(SyntaxKind.RefKeyword), variable.WithoutTrivia());

    // Not one that is taken by reference, or written in another way.
    private static bool IsRead(IOperation variable) =>
        variable.Syntax.Parent is not (RefExpressionSyntax or ArgumentSyntax { RefKindKeyword.RawKind: not (int)SyntaxKind.None })
        && variable.Parent switch
        {
            IAssignmentOperation assignment => assignment.Target != variable,
            IIncrementOrDecrementOperation or IAddressOfOperation => false,
            ITupleOperation { Parent: IDeconstructionAssignmentOperation deconstruction } tuple => deconstruction.Target != tuple,
            _ => true,
        };

    private static bool HasOverload(INamedTypeSymbol type, string method, IOperation variable) =>
        type.GetMembers(method).OfType<IMethodSymbol>().Any(candidate => !candidate.IsGenericMethod
            && SymbolEqualityComparer.Default.Equals(candidate.Parameters[0].Type, variable.Type));
}
