using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>
/// A statement of a block that calls a native function, and looks at what comes of it for nothing but to leave with an error: <c>call;</c>, <c>_ = call;</c>,
/// <c>if (call != 0) { throw … }</c>, <c>int result = call; if (result != 0) { throw … }</c>.
/// </summary>
internal sealed class NativeStatement
{
    private NativeStatement(StatementSyntax statement, InvocationExpressionSyntax call, StatementSyntax? check = null, ILocalSymbol? result = null)
    {
        Statement = statement;
        Call = call;
        Check = check;
        Result = result;
    }

    public StatementSyntax Statement { get; }

    public InvocationExpressionSyntax Call { get; }

    /// <summary>The statement behind it that looks at the result.</summary>
    public StatementSyntax? Check { get; }

    /// <summary>What holds the result until then.</summary>
    public ILocalSymbol? Result { get; }

    /// <summary>It, and its check.</summary>
    public IEnumerable<StatementSyntax> Statements => Check is null ? [Statement] : [Statement, Check];

    /// <summary>What a statement of a block is, if it is one.</summary>
    public static NativeStatement? Of(StatementSyntax statement, BlockSyntax block, SemanticModel model, CancellationToken cancellationToken)
    {
        switch (statement)
        {
            case ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call }:
                return new(statement, call);
            case ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Right: InvocationExpressionSyntax call } assignment }:
                return IsDiscard(assignment) ? new(statement, call)
                    : model.GetSymbolInfo(assignment.Left, cancellationToken).Symbol is ILocalSymbol variable ? Checked(statement, call, variable) : null;
            case LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0, Declaration.Variables: [{ Initializer.Value: InvocationExpressionSyntax call } declarator] }:
                return model.GetDeclaredSymbol(declarator, cancellationToken) is ILocalSymbol declared ? Checked(statement, call, declared) : null;
            case IfStatementSyntax check:
                ErrorCheck? error = ErrorCheck.Of(check, model, cancellationToken);
                return error?.Value is InvocationExpressionSyntax compared && error.IsOf(compared) ? new(statement, compared) : null;
            default:
                return null;
        }

        NativeStatement? Checked(StatementSyntax statement, InvocationExpressionSyntax call, ILocalSymbol result) =>
            block.Statements.ElementAtOrDefault(block.Statements.IndexOf(statement) + 1) is IfStatementSyntax next
            && ErrorCheck.Of(next, model, cancellationToken) is { Value: IdentifierNameSyntax value } error && error.IsOf(call) && value.Identifier.ValueText == result.Name
                ? new(statement, call, next, result) : null;
    }

    /// <summary>
    /// All that goes with such statements: their checks, and what declares the results; <see langword="null"/> where more is done with these.
    /// </summary>
    public static ImmutableArray<StatementSyntax>? Whole(IReadOnlyCollection<NativeStatement> natives, BlockSyntax block, CancellationToken cancellationToken)
    {
        HashSet<StatementSyntax> all = [.. natives.SelectMany(static native => native.Statements)];
        foreach (ILocalSymbol result in natives.Select(static native => native.Result).OfType<ILocalSymbol>().Distinct<ILocalSymbol>(SymbolEqualityComparer.Default))
        {
            SyntaxNode declarator = result.DeclaringSyntaxReferences[0].GetSyntax(cancellationToken);
            if (declarator is VariableDeclaratorSyntax { Initializer: null or { Value: LiteralExpressionSyntax }, Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax own } })
            {
                all.Add(own);
            }

            if (!all.Any(statement => statement.Span.Contains(declarator.Span)) || !all.All(block.Statements.Contains)
                || block.Statements.Any(statement => !all.Contains(statement) && ConstantStruct.Mentions(statement, result) > 0))
            {
                return null;
            }
        }

        return [.. all];
    }

    /// <summary><c>_ = call;</c></summary>
    public static bool IsDiscard(SyntaxNode? node) =>
        node is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Left: IdentifierNameSyntax { Identifier.ValueText: "_" } };

    /// <summary>Whether what was there before is thrown away: <c>null</c>, <c>0</c>, <c>out _</c>.</summary>
    public static bool IsNothing(ArgumentSyntax argument, SemanticModel model, CancellationToken cancellationToken) =>
        (argument.RefKindKeyword.IsKind(SyntaxKind.OutKeyword) && argument.Expression is IdentifierNameSyntax { Identifier.ValueText: "_" })
        || argument.Expression is DeclarationExpressionSyntax { Designation: DiscardDesignationSyntax }
        || ConstantStruct.Constant(model.GetOperation(argument.Expression, cancellationToken)) == 0;
}
