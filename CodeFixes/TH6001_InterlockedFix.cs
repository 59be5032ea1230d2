using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Turns <c>x++</c>, <c>x += n</c>, <c>x |= n</c>, <c>x = x + n</c> and their like, on what a handler shares, directly (TH6001) or by way of a pointer
/// (TH6004), into the <see cref="Interlocked"/> call that does the same at once.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH6001_InterlockedFix))]
[Shared]
public sealed class TH6001_InterlockedFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH6001.Interlocked";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.NonAtomicUpdate, RuleIds.RawPointer];

    private protected override string FixAllTitle => "Update atomically";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not { } place
            || FindUpdate(place) is not { } update)
        {
            return null;
        }

        // The update itself, or the variable that is read or written by way of a pointer, and nothing else that the same statement has in it.
        return diagnostic.Id == RuleIds.RawPointer
            ? IsUpdateOf(update, place) ? Plan(document, update, model, cancellationToken) : null
            : update.Span == diagnostic.Location.SourceSpan ? Plan(document, update, model, cancellationToken) : null;
    }

    /// <summary>The update of a variable that an expression names, if that is a part of one: <c>x++</c>, <c>x += n</c>, or both of <c>x = x + n</c>.</summary>
    internal static SyntaxNode? Around(ExpressionSyntax variable) =>
        variable.Ancestors().TakeWhile(static node => node is ExpressionSyntax).FirstOrDefault(node => IsUpdate(node) && IsUpdateOf(node, variable)
            && (node is not AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } assignment
                || assignment.Right.DescendantNodesAndSelf().Any(part => SyntaxFactory.AreEquivalent(part, variable))));

    private static bool IsUpdateOf(SyntaxNode update, SyntaxNode variable) =>
        SyntaxFactory.AreEquivalent(Bare(update is AssignmentExpressionSyntax assignment ? assignment.Left : Operand(update)!), variable);

    /// <summary>What makes an update atomic, or <see langword="null"/>.</summary>
    internal static Edit? Plan(Document document, SyntaxNode update, SemanticModel model, CancellationToken cancellationToken)
    {
        if (Comments.AreWithin(update)
            || Describe(update, model, cancellationToken) is not { } call
            || model.Compilation.GetTypeByMetadataName("System.Threading.Interlocked") is not { } interlocked
            || !HasOverload(interlocked, call.Method, call.Target.Type!.SpecialType))
        {
            return null;
        }

        SyntaxGenerator generator = SyntaxGenerator.GetGenerator(document);
        ExpressionSyntax method = TypeNames.Member(interlocked, call.Method, update, model, document);
        return new Edit($"Use Interlocked.{call.Method}", document, update, current =>
        {
            ExpressionSyntax target = Bare(current is AssignmentExpressionSyntax assignment ? assignment.Left : Operand(current)!);
            ExpressionSyntax result = (ExpressionSyntax)(call.Amount is null
                ? generator.InvocationExpression(method, generator.Argument(RefKind.Ref, target.WithoutTrivia()))
                : generator.InvocationExpression(
                    method,
                    generator.Argument(RefKind.Ref, target.WithoutTrivia()),
                    generator.Argument(call.Amount!(((AssignmentExpressionSyntax)current).Right.WithoutTrivia()))));
            if (call.Undo is { } undo)
            {
                result = SyntaxFactory.BinaryExpression(
                    undo, result, SyntaxFactory.LiteralExpression(SyntaxKind.NumericLiteralExpression, SyntaxFactory.Literal(1)));
                if (update.Parent is not (ArgumentSyntax or EqualsValueClauseSyntax or AssignmentExpressionSyntax or ReturnStatementSyntax
                    or ArrowExpressionClauseSyntax or ParenthesizedExpressionSyntax or LambdaExpressionSyntax))
                {
                    result = SyntaxFactory.ParenthesizedExpression(result);
                }
            }

            return result.WithTriviaFrom(current);
        });
    }

    private static SyntaxNode? FindUpdate(SyntaxNode node) =>
        node.FirstAncestorOrSelf<SyntaxNode>(ancestor => ancestor is StatementSyntax || IsUpdate(ancestor)) is { } found && IsUpdate(found)
            ? found
            : node is ExpressionStatementSyntax statement && IsUpdate(statement.Expression) ? statement.Expression : null;

    private static bool IsUpdate(SyntaxNode node) =>
        node.RawKind is (int)SyntaxKind.PostIncrementExpression or (int)SyntaxKind.PreIncrementExpression
            or (int)SyntaxKind.PostDecrementExpression or (int)SyntaxKind.PreDecrementExpression
            or (int)SyntaxKind.AddAssignmentExpression or (int)SyntaxKind.SubtractAssignmentExpression
            or (int)SyntaxKind.OrAssignmentExpression or (int)SyntaxKind.AndAssignmentExpression or (int)SyntaxKind.SimpleAssignmentExpression;

    private static ExpressionSyntax? Operand(SyntaxNode update) =>
        update switch
        {
            PostfixUnaryExpressionSyntax postfix => postfix.Operand,
            PrefixUnaryExpressionSyntax prefix => prefix.Operand,
            _ => null,
        };

    private static Call? Describe(SyntaxNode update, SemanticModel model, CancellationToken cancellationToken)
    {
        switch (model.GetOperation(update, cancellationToken))
        {
            // Interlocked wraps round; a checked update throws.
            case IIncrementOrDecrementOperation { IsChecked: false, OperatorMethod: null } step when IsUpdatable(step.Target):
                bool up = step.Kind == OperationKind.Increment;
                bool givesOldValue = step.IsPostfix && step.Parent is not IExpressionStatementOperation;
                return new Call(
                    up ? nameof(Interlocked.Increment) : nameof(Interlocked.Decrement),
                    step.Target,
                    undo: !givesOldValue ? null : up ? SyntaxKind.SubtractExpression : SyntaxKind.AddExpression);

            case ICompoundAssignmentOperation { IsChecked: false, OperatorMethod: null } change when IsUpdatable(change.Target):
                return Combination(change, change.OperatorKind, ((AssignmentExpressionSyntax)update).Right, static right => right);

            // x = x + n and x = n + x
            case ISimpleAssignmentOperation { IsRef: false, Value: IBinaryOperation { IsChecked: false, OperatorMethod: null } sum } assignment
                when IsUpdatable(assignment.Target) && Bare(((AssignmentExpressionSyntax)update).Right) is BinaryExpressionSyntax binary:
                return IsTarget(binary.Left)
                    ? Combination(assignment, sum.OperatorKind, binary.Right, static right => ((BinaryExpressionSyntax)Bare(right)).Right)
                    : IsTarget(binary.Right) && sum.OperatorKind != BinaryOperatorKind.Subtract
                    ? Combination(assignment, sum.OperatorKind, binary.Left, static right => ((BinaryExpressionSyntax)Bare(right)).Left) : null;

            default:
                return null;
        }

        bool IsTarget(ExpressionSyntax operand) =>
            SyntaxFactory.AreEquivalent(Bare(operand), Bare(((AssignmentExpressionSyntax)update).Left)) && OnlyReadsAll(operand, model, cancellationToken);

        Call? Combination(
            IAssignmentOperation change, BinaryOperatorKind kind, ExpressionSyntax amount, Func<ExpressionSyntax, ExpressionSyntax> find)
        {
            string? method = kind switch
            {
                BinaryOperatorKind.Add or BinaryOperatorKind.Subtract => nameof(Interlocked.Add),

                // These return the value before, and the expression has the one after.
                BinaryOperatorKind.Or when change.Parent is IExpressionStatementOperation => "Or",
                BinaryOperatorKind.And when change.Parent is IExpressionStatementOperation => "And",
                _ => null,
            };
            return method is not null && AmountOf(amount, kind == BinaryOperatorKind.Subtract, change.Target, model, cancellationToken) is { } make
                ? new Call(method, change.Target, amount: right => make(find(right).WithoutTrivia())) : null;
        }
    }

    private static ExpressionSyntax Bare(ExpressionSyntax expression) =>
        expression is ParenthesizedExpressionSyntax parenthesized ? Bare(parenthesized.Expression) : expression;

    /// <summary>How the second argument is made of what is combined with the target; <see langword="null"/> if it would not be the same number.</summary>
    private static Func<ExpressionSyntax, ExpressionSyntax>? AmountOf(
        ExpressionSyntax amount, bool isNegative, IOperation place, SemanticModel model, CancellationToken cancellationToken)
    {
        ITypeSymbol target = place.Type!;

        // x += f() reads x before it calls f, Interlocked.Add(ref x, f()) after it: the same only where the amount does nothing but read, and not x.
        if (!OnlyReadsAll(amount, model, cancellationToken)
            || amount.DescendantNodesAndSelf().Any(part => SyntaxFactory.AreEquivalent(part, place.Syntax))
            || model.GetTypeInfo(amount, cancellationToken).Type is not { } type
            || model.ClassifyConversion(amount, target) is not { IsImplicit: true, IsUserDefined: false })
        {
            return null;
        }

        if (!isNegative)
        {
            return static right => right;
        }

        // The negative of an unsigned number is not of its type. The negative of int.MinValue is itself: the same modulo 2^32, so it may be
        // negated as int for an int, but must be widened first for a long; and in a constant it does not compile.
        Optional<object?> constant = model.GetConstantValue(amount, cancellationToken);
        if (target.SpecialType is not (SpecialType.System_Int32 or SpecialType.System_Int64)
            || (constant.HasValue && constant.Value is int.MinValue or long.MinValue))
        {
            return null;
        }

        bool widen = !constant.HasValue && type.SpecialType == SpecialType.System_Int32 && target.SpecialType == SpecialType.System_Int64;
        return right =>
        {
            ExpressionSyntax operand =
                right is IdentifierNameSyntax or LiteralExpressionSyntax or MemberAccessExpressionSyntax or ParenthesizedExpressionSyntax
                ? right
                : SyntaxFactory.ParenthesizedExpression(right);
            return SyntaxFactory.PrefixUnaryExpression(
                SyntaxKind.UnaryMinusExpression,
                widen
                    ? SyntaxFactory.CastExpression(SyntaxFactory.PredefinedType(SyntaxFactory.Token(SyntaxKind.LongKeyword)), operand)
                    : operand);
        };
    }

    private static bool OnlyReadsAll(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken) =>
        expression.DescendantNodesAndSelf().OfType<ExpressionSyntax>().All(part => OnlyReads(part, model, cancellationToken));

    private static bool OnlyReads(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken) =>
        expression switch
        {
            LiteralExpressionSyntax or PredefinedTypeSyntax or ThisExpressionSyntax or ParenthesizedExpressionSyntax => true,
            PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PointerIndirectionExpression } => true,
            BinaryExpressionSyntax or CastExpressionSyntax or PrefixUnaryExpressionSyntax => model.GetOperation(expression, cancellationToken)
                is IBinaryOperation { OperatorMethod: null } or IUnaryOperation { OperatorMethod: null }
                or IConversionOperation { OperatorMethod: null } or { ConstantValue.HasValue: true },
            SimpleNameSyntax or MemberAccessExpressionSyntax => model.GetSymbolInfo(expression, cancellationToken).Symbol
                is ILocalSymbol or IParameterSymbol or IFieldSymbol or ITypeSymbol or INamespaceSymbol,
            _ => false,
        };

    // Whether Interlocked can add to it.
    private static bool IsUpdatable(IOperation target) =>
        target.Type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_UInt32 or SpecialType.System_UInt64
        && Variables.CanBeReferenced(target);

    private static bool HasOverload(INamedTypeSymbol interlocked, string name, SpecialType type) =>
        interlocked.GetMembers(name).OfType<IMethodSymbol>().Any(method =>
            !method.IsGenericMethod && method.Parameters[0].RefKind == RefKind.Ref && method.Parameters[0].Type.SpecialType == type);

    private sealed class Call(
        string method, IOperation target, SyntaxKind? undo = null, Func<ExpressionSyntax, ExpressionSyntax>? amount = null)
    {
        public string Method { get; } = method;

        public IOperation Target { get; } = target;

        /// <summary>What turns the new value, which Interlocked returns, into the old one, which the expression had.</summary>
        public SyntaxKind? Undo { get; } = undo;

        public Func<ExpressionSyntax, ExpressionSyntax>? Amount { get; } = amount;
    }
}
