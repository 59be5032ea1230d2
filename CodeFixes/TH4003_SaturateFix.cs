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
/// Turns checked sums, differences, products and conversions into ones that stay at the largest or smallest number: they are computed in 64 bits, brought
/// into range, and converted unchecked.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH4003_SaturateFix))]
[Shared]
public sealed class TH4003_SaturateFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH4003.Saturate";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ImplicitThrow];

    private protected override string FixAllTitle => "Saturate instead of throwing";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await Cause.FindAsync<ExpressionSyntax>(
                document.Project.Solution, diagnostic, (node, at) => at.GetOperation(node, cancellationToken) is { } found && Saturated(found, at, cancellationToken) is not null, cancellationToken)
                .ConfigureAwait(false) is not var (home, computation, model)
            || Comments.AreIn(computation.DescendantTrivia().Where(trivia => computation.Span.Contains(trivia.Span)))
            || model.GetOperation(computation, cancellationToken) is not { } operation || Saturated(operation, model, cancellationToken) is not { } saturated
            || model.Compilation.GetTypeByMetadataName("System.Math") is not { } math)
        {
            return null;
        }

        // checked(a + b) as a whole.
        ExpressionSyntax whole = computation.Parent is CheckedExpressionSyntax outer ? outer : computation;
        Edit edit = new("Saturate instead of throwing", home, whole, current =>
        {
            ExpressionSyntax changed = SyntaxFactory.ParseExpression(saturated);
            return changed.ReplaceNodes(
                changed.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Where(static access => access.Expression.ToString() == "Math"),
                (access, _) => TypeNames.Member(math, access.Name.Identifier.ValueText, computation, model, home)).WithTriviaFrom(current);
        });
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static string? Saturated(IOperation operation, SemanticModel model, CancellationToken cancellationToken) => operation switch
    {
        IBinaryOperation { OperatorMethod: null, IsChecked: true, Type: { } type, LeftOperand.Syntax: ExpressionSyntax left, RightOperand.Syntax: ExpressionSyntax right } binary
            when Sign(binary.OperatorKind, type) is { } sign && IsPlain(binary.LeftOperand) && IsPlain(binary.RightOperand) =>
            $"unchecked({Clamped($"(long){Operand(left)} {sign} {Operand(right)}", type)})",
        ICompoundAssignmentOperation { OperatorMethod: null, IsChecked: true, Target: { Type: { } type, Syntax: ExpressionSyntax left }, Value.Syntax: ExpressionSyntax right } step
            when step.Parent is IExpressionStatementOperation && Sign(step.OperatorKind, type) is { } sign && Purity.OnlyReads(left, model, cancellationToken) && IsPlain(step.Value) =>
            $"{left} = unchecked({Clamped($"(long){left} {sign} {Operand(right)}", type)})",
        IIncrementOrDecrementOperation { OperatorMethod: null, IsChecked: true, Target: { Type: { } type, Syntax: ExpressionSyntax target } } step
            when step.Parent is IExpressionStatementOperation && Sign(BinaryOperatorKind.Add, type) is not null && Purity.OnlyReads(target, model, cancellationToken) =>
            $"{target} = unchecked({Clamped($"(long){target} {(step.Kind == OperationKind.Increment ? "+" : "-")} 1", type)})",
        IConversionOperation { OperatorMethod: null, IsChecked: true, IsImplicit: false, Type: { } type, Operand: { Type: { } from, Syntax: ExpressionSyntax operand } value }
            when Range(type) is { } to && Range(from) is { Low: < 0 } of && IsPlain(value) => Converted(operand.ToString(), to, of, type),
        _ => null,
    };

    // Numbers of 32 bits, whose sums and products 64 bits hold.
    private static string? Sign(BinaryOperatorKind kind, ITypeSymbol type) => (kind, type.SpecialType) switch
    {
        (BinaryOperatorKind.Add, SpecialType.System_Int32 or SpecialType.System_UInt32) => "+",
        (BinaryOperatorKind.Subtract, SpecialType.System_Int32 or SpecialType.System_UInt32) => "-",
        (BinaryOperatorKind.Multiply, SpecialType.System_Int32) => "*",
        _ => null,
    };

    private static string Clamped(string sum, ITypeSymbol type) => $"({type})Math.Min(Math.Max({sum}, {type}.MinValue), {type}.MaxValue)";

    private static string? Converted(string value, (decimal Low, decimal High) to, (decimal Low, decimal High) of, ITypeSymbol type)
    {
        string low = to.Low > of.Low ? $"Math.Max({value}, {(to.Low == 0 ? "0" : $"{type}.MinValue")})" : value;
        return $"unchecked(({type}){(to.High < of.High ? $"Math.Min({low}, {type}.MaxValue)" : low)})";
    }

    private static (decimal Low, decimal High)? Range(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_SByte => (sbyte.MinValue, sbyte.MaxValue),
        SpecialType.System_Byte => (byte.MinValue, byte.MaxValue),
        SpecialType.System_Int16 => (short.MinValue, short.MaxValue),
        SpecialType.System_UInt16 => (ushort.MinValue, ushort.MaxValue),
        SpecialType.System_Int32 => (int.MinValue, int.MaxValue),
        SpecialType.System_UInt32 => (uint.MinValue, uint.MaxValue),
        SpecialType.System_Int64 => (long.MinValue, long.MaxValue),
        SpecialType.System_UInt64 => (ulong.MinValue, ulong.MaxValue),
        _ => null,
    };

    private static string Operand(ExpressionSyntax operand) =>
        operand is IdentifierNameSyntax or MemberAccessExpressionSyntax or LiteralExpressionSyntax or ParenthesizedExpressionSyntax or ElementAccessExpressionSyntax
            ? operand.ToString() : $"({operand})";

    // What would stop being checked with it must have nothing to check.
    private static bool IsPlain(IOperation operation) =>
        operation.DescendantsAndSelf().All(static part => part is IFieldReferenceOperation or ILocalReferenceOperation or IParameterReferenceOperation
            or ILiteralOperation or IPropertyReferenceOperation or IConversionOperation { IsImplicit: true } or IParenthesizedOperation or IInstanceReferenceOperation
            or { Kind: OperationKind.None });
}
