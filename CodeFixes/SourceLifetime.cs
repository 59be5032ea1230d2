using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>
/// From when to when a source is there, where that can be seen: a <c>using</c> variable, or a field that the constructor sets and that is disposed of in one place.
/// </summary>
internal sealed class SourceLifetime
{
    private SourceLifetime(StatementSyntax? statement, FieldDeclarationSyntax? field, StatementSyntax? disposal)
    {
        Using = statement;
        Field = field;
        Disposal = disposal;
    }

    /// <summary>The <c>using</c> declaration or statement.</summary>
    public StatementSyntax? Using { get; }

    /// <summary>Otherwise the field.</summary>
    public FieldDeclarationSyntax? Field { get; }

    /// <summary>And the statement that ends it.</summary>
    public StatementSyntax? Disposal { get; }

    public static SourceLifetime? Of(InvocationExpressionSyntax start, SemanticModel model, CancellationToken cancellationToken) =>
        start.Parent switch
        {
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1 } declaration } }
                when declaration.Parent is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } or UsingStatementSyntax
                    && declaration.Parent is StatementSyntax { Parent: BlockSyntax or GlobalStatementSyntax } statement
                    && !IsUnderLock(statement) => new(statement, null, null),
            AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax { Parent: BlockSyntax { Parent: ConstructorDeclarationSyntax { Parent: TypeDeclarationSyntax type } constructor } } } assignment
                when assignment.Right == start && !constructor.Modifiers.Any(SyntaxKind.StaticKeyword) => OfField(assignment, type, model, cancellationToken),
            _ => null,
        };

    private static SourceLifetime? OfField(AssignmentExpressionSyntax assignment, TypeDeclarationSyntax type, SemanticModel model,
        CancellationToken cancellationToken)
    {
        if (model.GetSymbolInfo(assignment.Left, cancellationToken).Symbol is not IFieldSymbol
            {
                IsStatic: false,
                DeclaredAccessibility: Accessibility.Private, DeclaringSyntaxReferences: [var reference]
            } field
            || field.ContainingType.DeclaringSyntaxReferences.Length != 1
            || reference.GetSyntax(cancellationToken) is not VariableDeclaratorSyntax
            {
                Initializer: null,
                Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: FieldDeclarationSyntax declaration }
            })
        {
            return null;
        }

        StatementSyntax? disposal = null;
        foreach (SimpleNameSyntax name in type.DescendantNodes().OfType<SimpleNameSyntax>()
            .Where(name => name.Identifier.ValueText == field.Name && SymbolEqualityComparer.Default.Equals(
                model.GetSymbolInfo(name, cancellationToken).Symbol, field)))
        {
            ExpressionSyntax whole = name.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } own ? own : name;
            if (whole == assignment.Left)
            {
                continue;
            }

            // Whoever else has it may dispose of it, or replace it.
            if (Called(whole) is not { } member || (member == "Dispose" && disposal is not null))
            {
                return null;
            }

            if (member == "Dispose")
            {
                disposal = whole.FirstAncestorOrSelf<StatementSyntax>();
                if (disposal is not ExpressionStatementSyntax { Parent: BlockSyntax } || IsUnderLock(disposal)
                    || disposal.Ancestors().TakeWhile(around => around != type).Any(static around =>
                        around is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or CommonForEachStatementSyntax))
                {
                    return null;
                }
            }
        }

        return disposal is null ? null : new(null, declaration, disposal);
    }

    /// <summary>The member that is taken of the source.</summary>
    public static string? Called(ExpressionSyntax source) =>
        source.Parent switch
        {
            MemberAccessExpressionSyntax access when access.Expression == source => access.Name.Identifier.ValueText,
            ConditionalAccessExpressionSyntax { WhenNotNull: InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding } } access when access.Expression == source =>
                binding.Name.Identifier.ValueText,
            ConditionalAccessExpressionSyntax { WhenNotNull: MemberBindingExpressionSyntax binding } access when access.Expression == source =>
                binding.Name.Identifier.ValueText,
            _ => null,
        };

    // What is disposed of at the end may need the lock on another thread.
    private static bool IsUnderLock(StatementSyntax statement) => statement.Ancestors().Any(static around => around is LockStatementSyntax);
}
