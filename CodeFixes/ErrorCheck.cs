using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>
/// An <c>if</c> that leaves with an error where a native function has failed, and does nothing else: <c>if (result != 0) { throw … }</c>. What takes the function's place throws.
/// </summary>
internal sealed class ErrorCheck
{
    private readonly bool _isMinusOne;

    private ErrorCheck(ExpressionSyntax value, bool isMinusOne)
    {
        Value = value;
        _isMinusOne = isMinusOne;
    }

    /// <summary>What is looked at: the call, or a variable.</summary>
    public ExpressionSyntax Value { get; }

    /// <summary>The check that a statement is.</summary>
    public static ErrorCheck? Of(IfStatementSyntax check, SemanticModel model, CancellationToken cancellationToken) =>
        check.Else is null && Failed(check.Condition, model, cancellationToken) is var (value, isMinusOne) && Leaves(check.Statement, model, cancellationToken) ? new(value, isMinusOne) : null;

    /// <summary>Whether it sees a failure of the function that is called: what <c>signal</c> gives back is the handler before, but for -1.</summary>
    public bool IsOf(InvocationExpressionSyntax call) => _isMinusOne
        || (call.Expression is MemberAccessExpressionSyntax member ? member.Name : call.Expression) is not SimpleNameSyntax { Identifier.ValueText: "signal" or "bsd_signal" };

    /// <summary>What a condition compares, if it is true where that is an error: != 0, == -1, &lt; 0.</summary>
    public static (ExpressionSyntax Value, bool IsMinusOne)? Failed(ExpressionSyntax condition, SemanticModel model, CancellationToken cancellationToken)
    {
        switch (condition)
        {
            case ParenthesizedExpressionSyntax inner:
                return Failed(inner.Expression, model, cancellationToken);
            case BinaryExpressionSyntax binary when Number(binary.Right) is { } number && Is(binary.Kind(), number) is { } isMinusOne:
                return (Bare(binary.Left), isMinusOne);
            case BinaryExpressionSyntax binary when binary.RawKind is (int)SyntaxKind.EqualsExpression or (int)SyntaxKind.NotEqualsExpression
                && Number(binary.Left) is { } number && Is(binary.Kind(), number) is { } isMinusOne:
                return (Bare(binary.Right), isMinusOne);
            case IsPatternExpressionSyntax { Pattern: ConstantPatternSyntax { Expression: var minus } } equal when Number(minus) == -1:
                return (Bare(equal.Expression), true);
            case IsPatternExpressionSyntax { Pattern: UnaryPatternSyntax { Pattern: ConstantPatternSyntax { Expression: var zero } } } other when Number(zero) == 0:
                return (Bare(other.Expression), false);
            case IsPatternExpressionSyntax { Pattern: RelationalPatternSyntax { OperatorToken.RawKind: (int)SyntaxKind.LessThanToken, Expression: var zero } } less when Number(zero) == 0:
                return (Bare(less.Expression), false);
            default:
                return null;
        }

        static bool? Is(SyntaxKind kind, long number) => (kind, number) switch
        {
            (SyntaxKind.EqualsExpression, -1) => true,
            (SyntaxKind.NotEqualsExpression or SyntaxKind.LessThanExpression, 0) => false,
            _ => null,
        };

        static ExpressionSyntax Bare(ExpressionSyntax value) => value is ParenthesizedExpressionSyntax inner ? Bare(inner.Expression) : value;

        long? Number(ExpressionSyntax value) => ConstantStruct.Constant(model.GetOperation(value, cancellationToken));
    }

    // It says so, and throws, returns an error, or ends the program.
    private static bool Leaves(StatementSyntax body, SemanticModel model, CancellationToken cancellationToken)
    {
        StatementSyntax[] statements = body is BlockSyntax block ? [.. block.Statements] : [body];
        int end = Array.FindIndex(statements, statement => statement is ThrowStatementSyntax or ReturnStatementSyntax || Ends(statement));
        return end >= 0 && statements.Take(end).All(IsSaid) && statements[end] switch
        {
            ReturnStatementSyntax { Expression: { } value } => IsError(value),

            // What ends the entry point ends the program.
            ReturnStatementSyntax => end > 0 && SymbolEqualityComparer.Default.Equals(
                model.GetEnclosingSymbol(body.SpanStart, cancellationToken), model.Compilation.GetEntryPoint(cancellationToken)),
            _ => statements.Length == end + 1 || (statements.Length == end + 2 && statements[end + 1] is ReturnStatementSyntax),
        };

        bool Ends(StatementSyntax statement) => Called(statement) is { } called
            && (called is { Name: "Exit" or "FailFast", ContainingType: { Name: "Environment", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } }
                || TopHalf.Analyzers.NativeCalls.NameOf(called) is "exit" or "_exit" or "abort");

        bool IsSaid(StatementSyntax statement) => statement is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0 }
            || (Called(statement) is { } called && (called.Name.StartsWith("Write", StringComparison.Ordinal) || called.Name.StartsWith("Log", StringComparison.Ordinal)
                || TopHalf.Analyzers.NativeCalls.NameOf(called) == "perror"));

        // -1, false, what the function returned, and errno.
        bool IsError(ExpressionSyntax value) => model.GetConstantValue(value, cancellationToken) is { HasValue: true } constant ? constant.Value is not (0 or true or null)
            : value is IdentifierNameSyntax || (model.GetSymbolInfo(value, cancellationToken).Symbol is IMethodSymbol { ContainingType.Name: "Marshal" });

        IMethodSymbol? Called(StatementSyntax statement) => statement is ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call }
            ? model.GetSymbolInfo(call, cancellationToken).Symbol as IMethodSymbol : null;
    }
}
