using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary>Whether a statement of the entry point is done before any other code of a program runs, on any thread.</summary>
internal static class FirstStatement
{
    /// <summary>
    /// Whether it is: what stands before it in the entry point calls nothing of the program's, and hands out none of it, and nothing is run by initialisers.
    /// </summary>
    public static async Task<bool> IsAsync(StatementSyntax statement, Project project, CancellationToken cancellationToken)
    {
        if (project.Solution.Projects.Any(other => other.AllProjectReferences.Any(reference => reference.ProjectId == project.Id))
            || project.GetDocument(statement.SyntaxTree) is not { } home || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
            || !Before(statement).All(other => IsQuiet(other, model, cancellationToken)))
        {
            return false;
        }

        foreach (Document document in project.Documents)
        {
            if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is { } root
                && await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } there
                && root.DescendantNodes().Any(node => RunsFirst(node, there, cancellationToken)))
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<SyntaxNode> Before(StatementSyntax statement) => statement.Parent switch
    {
        BlockSyntax block => block.Statements.Where(other => other.SpanStart <= statement.SpanStart),
        GlobalStatementSyntax { Parent: CompilationUnitSyntax unit } => unit.Members.OfType<GlobalStatementSyntax>().Select(static global => global.Statement)
            .Where(other => other.SpanStart <= statement.SpanStart && other is not LocalFunctionStatementSyntax),
        _ => [statement.Parent!],
    };

    // Static constructors, module initialisers, and what statics are at first.
    private static bool RunsFirst(SyntaxNode node, SemanticModel model, CancellationToken cancellationToken) => node switch
    {
        ConstructorDeclarationSyntax constructor => constructor.Modifiers.Any(SyntaxKind.StaticKeyword),
        AttributeSyntax attribute => attribute.Name.ToString().Contains("ModuleInitializer"),
        EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax field } } value =>
            field.Modifiers.Any(SyntaxKind.StaticKeyword) && !IsQuiet(value.Value, model, cancellationToken),
        EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax property } value => property.Modifiers.Any(SyntaxKind.StaticKeyword) && !IsQuiet(value.Value, model, cancellationToken),
        _ => false,
    };

    // Of the program's own code it runs nothing, and hands nothing to others but the handler that it starts.
    private static bool IsQuiet(SyntaxNode code, SemanticModel model, CancellationToken cancellationToken) =>
        model.GetOperation(code is PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } sure ? sure.Operand : code, cancellationToken) is { } operation && operation.DescendantsAndSelf().All(part => part switch
        {
            IAnonymousFunctionOperation or IAwaitOperation or IDynamicInvocationOperation or IFunctionPointerInvocationOperation or IInvalidOperation => false,
            IMethodReferenceOperation reference => reference.Parent is IDelegateCreationOperation { Parent: IArgumentOperation { Parent: IInvocationOperation { TargetMethod: { Name: "Start" } start } } }
                && HandlerStart.IsOfTopHalf(start.ContainingType),
            IInvocationOperation call => IsForeign(call.TargetMethod) && call.TargetMethod.MethodKind != MethodKind.DelegateInvoke,
            IObjectCreationOperation creation => creation.Constructor is null or { IsImplicitlyDeclared: true } || IsForeign(creation.Constructor),
            IPropertyReferenceOperation property => IsForeign(property.Property) || property.Parent is ISimpleAssignmentOperation,
            _ => true,
        });

    private static bool IsForeign(ISymbol symbol) => symbol.DeclaringSyntaxReferences.IsEmpty;
}
