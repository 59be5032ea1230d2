using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary>What a lambda captures that is the same whenever it is read, so that a copy is as good.</summary>
internal static class CapturedValues
{
    /// <summary>The reads of what is captured, and of what; <see langword="null"/> if something else is captured, too.</summary>
    public static ImmutableArray<(ExpressionSyntax Read, ISymbol Variable, ITypeSymbol Type)>? Of(
        LambdaExpressionSyntax lambda, SemanticModel model, CancellationToken cancellationToken)
    {
        ImmutableArray<(ExpressionSyntax, ISymbol, ITypeSymbol)>.Builder reads = ImmutableArray.CreateBuilder<(ExpressionSyntax, ISymbol, ITypeSymbol)>();
        foreach (IOperation operation in model.GetOperation(lambda, cancellationToken)?.Descendants() ?? [])
        {
            (IOperation Read, ISymbol Variable)? captured = operation switch
            {
                ILocalReferenceOperation { Local: { IsConst: false } local } when !IsWithin(local) => (operation, local),
                IParameterReferenceOperation { Parameter: { } parameter } when !IsWithin(parameter) => (operation, parameter),
                IInstanceReferenceOperation
                {
                    ReferenceKind: InstanceReferenceKind.ContainingTypeInstance,
                    Parent: IMemberReferenceOperation { Member: { } member } parent
                } => (parent, member),
                IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } => (operation, model.Compilation.Assembly),
                _ => null,
            };
            if (captured is var (read, variable))
            {
                if (!IsConstant(variable, lambda, model, cancellationToken) || read is not { Type: { } type, Syntax: ExpressionSyntax syntax }
                    || DeferToBottomHalfValues.SizeOf(type) is null)
                {
                    return null;
                }

                reads.Add((syntax, variable, type));
            }
        }

        return reads.ToImmutable();

        bool IsWithin(ISymbol symbol) => symbol.Locations.Any(location => lambda.Span.Contains(location.SourceSpan));
    }

    /// <summary>Whether a local is set where it is declared and never again, or a parameter never.</summary>
    public static bool IsSetOnce(ISymbol variable, SemanticModel model, CancellationToken cancellationToken)
    {
        if (variable.DeclaringSyntaxReferences is not [var reference])
        {
            return false;
        }

        SyntaxNode declaration = reference.GetSyntax(cancellationToken);
        SyntaxNode? scope = (variable, declaration) switch
        {
            (ILocalSymbol { RefKind: RefKind.None }, VariableDeclaratorSyntax { Initializer: not null }) =>
                (SyntaxNode?)declaration.FirstAncestorOrSelf<BlockSyntax>()
                ?? declaration.FirstAncestorOrSelf<CompilationUnitSyntax>(),
            (IParameterSymbol { RefKind: RefKind.None, ContainingSymbol: IMethodSymbol { MethodKind: not MethodKind.Constructor } },
                ParameterSyntax) => declaration.Parent?.Parent,
            _ => null,
        };
        return scope is not null && !scope.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == variable.Name
            && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, variable) && IsWritten(name, model, cancellationToken));
    }

    // There, a field can still change; and the parameter of a primary constructor is no variable of the method.
    private static bool IsConstant(ISymbol variable, SyntaxNode lambda, SemanticModel model, CancellationToken cancellationToken)
    {
        return variable switch
        {
            IFieldSymbol { IsStatic: false, IsReadOnly: true } => !IsInConstruction(),
            IPropertySymbol { IsStatic: false, SetMethod: null, IsVirtual: false, IsOverride: false, IsAbstract: false } property =>
                DeferToBottomHalfStatics.IsAutomatic(property) && !IsInConstruction(),
            _ => IsSetOnce(variable, model, cancellationToken),
        };

        bool IsInConstruction() =>
            lambda.Ancestors().Any(static around => around is ConstructorDeclarationSyntax or FieldDeclarationSyntax or PropertyDeclarationSyntax { Initializer: not null });
    }

    // A part of it is meant, too, and a method of it may change it.
    private static bool IsWritten(ExpressionSyntax name, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax part = name;
        while (part.Parent is ExpressionSyntax outer && ((outer is MemberAccessExpressionSyntax access && access.Expression == part)
            || (outer is ElementAccessExpressionSyntax element && element.Expression == part) || outer is ParenthesizedExpressionSyntax))
        {
            part = outer;
        }

        return part.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == part,
            ArgumentSyntax { RefKindKeyword.RawKind: not 0 and not (int)SyntaxKind.InKeyword } or RefExpressionSyntax => true,
            ArgumentSyntax { Parent: TupleExpressionSyntax } => true,
            PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.AddressOfExpression or (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression } => true,
            PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression or (int)SyntaxKind.PostDecrementExpression } => true,
            InvocationExpressionSyntax when part != name => model.GetTypeInfo(((MemberAccessExpressionSyntax)part).Expression, cancellationToken).Type
                is not ({ SpecialType: not SpecialType.None } or { IsReadOnly: true } or { TypeKind: TypeKind.Enum } or { IsReferenceType: true }),
            _ => false,
        };
    }
}
