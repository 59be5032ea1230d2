using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary>Which expressions may stand behind <c>ref</c>, for an atomic access.</summary>
internal static class Variables
{
    /// <summary>Whether the operation is a variable that <c>ref</c> can name, and that lies where atomic accesses may.</summary>
    public static bool CanBeReferenced(IOperation operation) =>
        operation switch
        {
            IFieldReferenceOperation field => !field.Field.IsReadOnly && !field.Field.IsConst && !IsMisaligned(field),
            IArrayElementReferenceOperation
                or ILocalReferenceOperation { Local.RefKind: RefKind.Ref }
                or IParameterReferenceOperation { Parameter.RefKind: RefKind.Ref } => true,
            _ => IsBehindPointer(operation.Syntax, operation.SemanticModel),
        }

        // a?.x names x only if a is not null, which ref cannot.
        && !operation.Syntax.DescendantNodesAndSelf().Any(node => node is MemberBindingExpressionSyntax or ElementBindingExpressionSyntax);

    // *p and p[i] have operations without a kind.
    private static bool IsBehindPointer(SyntaxNode variable, SemanticModel? model) =>
        variable switch
        {
            PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PointerIndirectionExpression } => true,
            ElementAccessExpressionSyntax element => model?.GetTypeInfo(element.Expression).Type is IPointerTypeSymbol
                && model.GetSymbolInfo(element.Expression).Symbol is not IFieldSymbol { IsFixedSizeBuffer: true },
            _ => false,
        };

    // An atomic operation that crosses a cache line locks the bus or traps, so a packed or overlaid field is not offered.
    private static bool IsMisaligned(IFieldReferenceOperation field) =>
        field.Field.ContainingType.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == nameof(StructLayoutAttribute)
            && (attribute.NamedArguments.Any(argument => argument.Key == nameof(StructLayoutAttribute.Pack))
                || attribute.ConstructorArguments.Any(argument => argument.Value is (int)LayoutKind.Explicit)))
        || (field.Instance is IFieldReferenceOperation outer && IsMisaligned(outer));
}
