using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary>A static that a handler and ordinary code share under a lock, and nobody uses without it.</summary>
internal sealed class LockedStatic(IFieldSymbol field, Document document, FieldDeclarationSyntax declaration, ExpressionSyntax? value, ImmutableArray<(LockPlace Place, ExpressionSyntax Use)> uses)
{
    public IFieldSymbol Field { get; } = field;

    public Document Document { get; } = document;

    public FieldDeclarationSyntax Declaration { get; } = declaration;

    /// <summary>The constant that it is at first.</summary>
    public ExpressionSyntax? Value { get; } = value;

    /// <summary>All that is done with it, and under which lock.</summary>
    public ImmutableArray<(LockPlace Place, ExpressionSyntax Use)> Uses { get; } = uses;

    /// <summary>What a lock of a handler is around, if that is all that there is to it: <see langword="null"/> where more is shared than these.</summary>
    public static async Task<ImmutableArray<LockedStatic>?> OfAsync(HandlerLock locks, Project project, CancellationToken cancellationToken)
    {
        ImmutableArray<LockedStatic>.Builder statics = ImmutableArray.CreateBuilder<LockedStatic>();
        LockPlace[] all = [.. locks.InHandler, .. locks.Elsewhere];
        foreach (IFieldSymbol field in all.SelectMany(place => Shared(place, cancellationToken)).Distinct<IFieldSymbol>(SymbolEqualityComparer.Default))
        {
            if (field is not { IsVolatile: false, DeclaredAccessibility: Accessibility.Private, Type.IsUnmanagedType: true, DeclaringSyntaxReferences: [{ } reference] }
                || project.GetDocument(reference.SyntaxTree) is not { } document
                || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is not VariableDeclaratorSyntax
                {
                    Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: FieldDeclarationSyntax { AttributeLists.Count: 0, Parent: TypeDeclarationSyntax } declaration },
                } declarator
                || Comments.AreWithin(declaration) || declaration.GetLeadingTrivia().Any(static trivia => trivia.IsDirective)
                || !(declarator.Initializer?.Value is null or LiteralExpressionSyntax or PrefixUnaryExpressionSyntax { Operand: LiteralExpressionSyntax }))
            {
                return null;
            }

            (LockPlace, ExpressionSyntax)[] uses = [.. all.SelectMany(place => Uses(place, field, cancellationToken).Select(use => (place, use)))];
            if (uses.Length != (await HandlerStatic.PlacesAsync(field, project.Solution, cancellationToken).ConfigureAwait(false)).Length)
            {
                return null;
            }

            statics.Add(new(field, document, declaration, declarator.Initializer?.Value, [.. uses]));
        }

        return statics.ToImmutable();

        static IEnumerable<ExpressionSyntax> Uses(LockPlace place, IFieldSymbol field, CancellationToken cancellationToken) => place.Statement.Statement.DescendantNodes()
            .OfType<IdentifierNameSyntax>().Where(name => name.Identifier.ValueText == field.Name && Functions.Around(name) == Functions.Around(place.Statement)
                && SymbolEqualityComparer.Default.Equals(place.Model.GetSymbolInfo(name, cancellationToken).Symbol, field))
            .Select(static name => name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : (ExpressionSyntax)name);
    }

    /// <summary>Whether a use does no more than read.</summary>
    public static bool IsRead(ExpressionSyntax use, SemanticModel model)
    {
        ExpressionSyntax whole = use;
        while (whole.Parent is MemberAccessExpressionSyntax member && member.Expression == whole && model.GetSymbolInfo(member).Symbol is IFieldSymbol)
        {
            whole = member;
        }

        return whole.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left != whole,
            ArgumentSyntax argument => argument.RefKindKeyword.RawKind == 0 && argument.Parent is not TupleExpressionSyntax { Parent: AssignmentExpressionSyntax },
            PostfixUnaryExpressionSyntax or RefExpressionSyntax => false,
            PrefixUnaryExpressionSyntax prefix => prefix.RawKind is not ((int)SyntaxKind.AddressOfExpression or (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression),

            // A struct's method may change it.
            MemberAccessExpressionSyntax => model.GetTypeInfo(whole).Type is { IsReadOnly: true } or { SpecialType: not SpecialType.None } or { TypeKind: TypeKind.Enum },
            ElementAccessExpressionSyntax => false,
            _ => true,
        };
    }

    /// <summary>Whether statements do nothing but compute of locals and of these, so that none of them throws, leaves, or is seen by anybody else; or return it, where that may be.</summary>
    public static bool AreOnlyUsed(StatementSyntax statements, bool mayReturn, SemanticModel model, CancellationToken cancellationToken) =>
        model.GetOperation(statements, cancellationToken) is { } operation && operation.DescendantsAndSelf().All(part => part switch
        {
            IBlockOperation or IExpressionStatementOperation or IConditionalOperation or ILiteralOperation or IDefaultValueOperation or ILocalReferenceOperation or IParenthesizedOperation
                or IVariableDeclarationGroupOperation or IVariableDeclarationOperation or IVariableDeclaratorOperation or IVariableInitializerOperation or ISimpleAssignmentOperation => true,
            IReturnOperation => mayReturn,
            IParameterReferenceOperation parameter => parameter.Parameter.RefKind == RefKind.None,
            IFieldReferenceOperation field => field.Field.IsStatic || field.Instance is IFieldReferenceOperation or ILocalReferenceOperation,
            ICompoundAssignmentOperation { IsChecked: false, OperatorMethod: null } assignment => IsTotal(assignment.OperatorKind),
            IIncrementOrDecrementOperation change => change is { IsChecked: false, OperatorMethod: null },
            IBinaryOperation { IsChecked: false, OperatorMethod: null } binary => IsTotal(binary.OperatorKind),
            IUnaryOperation unary => unary is { IsChecked: false, OperatorMethod: null },
            IConversionOperation conversion => conversion is { IsChecked: false, OperatorMethod: null, Operand.Type.IsValueType: true, Type.IsValueType: true },
            _ => false,
        });

    private static bool IsTotal(BinaryOperatorKind kind) => kind is not (BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder or BinaryOperatorKind.IntegerDivide);

    // The statics that may change there, and what other code of the program does there, which may be anything.
    private static IEnumerable<IFieldSymbol> Shared(LockPlace place, CancellationToken cancellationToken) =>
        place.Model.GetOperation(place.Statement.Statement, cancellationToken)?.Descendants().OfType<IFieldReferenceOperation>()
            .Select(static reference => reference.Field).Where(static field => field is { IsStatic: true, IsReadOnly: false, IsConst: false }) ?? [];
}
