using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// The small layer for what operations do not show: pointer access, fixed buffers, <c>fixed</c>, <c>stackalloc</c> and, on Roslyn 4.8,
/// collection expressions are operations without a kind. Their parts are ordinary operations, which the walk visits.
/// </summary>
internal static class UnsafeSyntax
{
    /// <summary>Judges an operation without a kind by its syntax.</summary>
    /// <returns>Whether the syntax is known. If not, the construct cannot be judged.</returns>
    public static bool Inspect(IOperation operation, Body body)
    {
        if (operation is { IsImplicit: false, Type: { } type } && operation.Syntax is not CollectionExpressionSyntax
            && TypeFacts.HoldsReferences(body.Instantiation.Of(type)))
        {
            body.Report(TH1006_ManagedRead.Instance, operation.Syntax,
                $"uses '{Names.Short(type)}' through a pointer, which is or holds a reference");
        }

        if (operation.Syntax is ExpressionSyntax and not CollectionExpressionSyntax && operation.ChildOperations.FirstOrDefault() is { Type.TypeKind: TypeKind.Pointer } pointer && IsNull(pointer, body))
        {
            body.Report(TH4003_ImplicitThrow.Instance, operation.Syntax, "reads or writes through a pointer that is null", "Test the pointer first");
        }

        switch (operation.Syntax)
        {
            // `p` in `p->Field` and `p->Method()` stands for `*p`; the initialiser of `fixed` stands for its address.
            case ExpressionSyntax when operation.IsImplicit:
                return true;

            // No check, no call: memory is read or written.
            case PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PointerIndirectionExpression }:
                return true;

            case ElementAccessExpressionSyntax access:
                return Element(access, body);

            case FixedStatementSyntax statement:
                foreach (VariableDeclaratorSyntax variable in statement.Declaration.Variables)
                {
                    Pinned(variable.Initializer?.Value, body);
                }

                return true;

            case StackAllocArrayCreationExpressionSyntax { Type: ArrayTypeSyntax { RankSpecifiers: [{ Sizes: [{ } size] }] } array } allocation:
                StackAlloc(allocation, allocation.Initializer, size, body.Model.GetTypeInfo(array.ElementType, body.Cancellation).Type,
                    body);
                return true;

            case ImplicitStackAllocArrayCreationExpressionSyntax allocation:
                StackAlloc(allocation, allocation.Initializer, null, ElementType(operation.Type), body);
                return true;

            case CollectionExpressionSyntax expression:
                TypeInfo info = body.Model.GetTypeInfo(expression, body.Cancellation);
                TH1005_HiddenAllocation.Instance.Collection(expression, info.ConvertedType ?? info.Type, body);
                return true;

            // Judged with the expression that it is part of.
            case SpreadElementSyntax:
                return true;

            default:
                return false;
        }
    }

    // By what is written there: of one that is only null sometimes nothing is known.
    private static bool IsNull(IOperation pointer, Body body) => pointer switch
    {
        { ConstantValue: { HasValue: true, Value: null or 0 or 0L or 0u or 0ul } } or IDefaultValueOperation => true,
        IParenthesizedOperation or IConversionOperation { OperatorMethod: null } or { Kind: OperationKind.None, Syntax: ParenthesizedExpressionSyntax } => pointer.ChildOperations.FirstOrDefault() is { } inner && IsNull(inner, body),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => Facts.OnlyValue(local, body.Root) is { } value && IsNull(value, body),
        _ => false,
    };

    // In checked arithmetic the compiler multiplies the index by the size of an element with a check, for which there is no operation.
    private static bool Element(ElementAccessExpressionSyntax access, Body body)
    {
        if (body.Model.GetTypeInfo(access.Expression, body.Cancellation).Type is not IPointerTypeSymbol pointer)
        {
            return false;
        }

        if (access.ArgumentList.Arguments is [{ Expression: var index }] && !body.Model.GetConstantValue(index, body.Cancellation).HasValue
            && TypeFacts.Size(body.Instantiation.Of(pointer.PointedAtType)) != 1 && ImpliedConversion.IsChecked(access, body))
        {
            body.Report(TH4003_ImplicitThrow.Instance, access, "indexes a pointer in checked arithmetic", "Use unchecked(...)");
        }

        return true;
    }

    private static void StackAlloc(SyntaxNode at, InitializerExpressionSyntax? initializer, ExpressionSyntax? size,
        ITypeSymbol? elementType, Body body)
    {
        long? length = size is null or OmittedArraySizeExpressionSyntax
            ? initializer?.Expressions.Count
            : body.Model.GetConstantValue(size, body.Cancellation) is { HasValue: true, Value: int constant } ? constant : null;
        TH4004_StackBudget.Instance.Inspect(at, length, elementType, initializer is not null, body);
    }

    private static void Pinned(ExpressionSyntax? value, Body body)
    {
        if (value is null || value.IsKind(SyntaxKind.AddressOfExpression))
        {
            return;
        }

        ITypeSymbol? type = body.Model.GetTypeInfo(value, body.Cancellation).Type;
        if (type is IArrayTypeSymbol or { SpecialType: SpecialType.System_String })
        {
            body.Report(TH1006_ManagedRead.Instance, value, $"pins '{Names.Short(type)}', an object");
        }
        else if (type is not IPointerTypeSymbol
            && type?.GetMembers("GetPinnableReference").OfType<IMethodSymbol>().FirstOrDefault(method =>
            method.Parameters.IsEmpty) is { } pin)
        {
            body.Call(pin, value, type);
        }
        else if (type is not IPointerTypeSymbol)
        {
            body.Report(TH0009_CannotBeJudged.Instance, value, $"pins '{type}' in a way that this version cannot judge");
        }
    }

    private static ITypeSymbol? ElementType(ITypeSymbol? type) => type switch
    {
        IPointerTypeSymbol pointer => pointer.PointedAtType,
        INamedTypeSymbol { TypeArguments: [{ } element] } => element,
        _ => null,
    };
}
