using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Puts <c>if (divisor &gt; 0)</c> around a statement that divides, with the divisor in a local, since whoever else can change it could do so in between.
/// Where the quotient is the first value of a local, or what is returned, it becomes 0 instead.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH4003_GuardDivisionFix))]
[Shared]
public sealed class TH4003_GuardDivisionFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH4003.GuardDivision";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ImplicitThrow];

    private protected override string FixAllTitle => "Divide by what is greater than zero only";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await Cause.FindAsync<ExpressionSyntax>(document.Project.Solution, diagnostic, static (node, _) => Divisor(node) is not null, cancellationToken).ConfigureAwait(false)
                is not var (home, division, model)
            || Divisor(division) is not { } divisor || model.GetConstantValue(divisor, cancellationToken).HasValue || !Purity.OnlyReads(divisor, model, cancellationToken)
            || model.GetTypeInfo(divisor, cancellationToken).Type is not { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_UInt64 } type)
        {
            return null;
        }

        bool isOwn = Purity.IsOwn(divisor, model, cancellationToken);
        string sign = type.SpecialType is SpecialType.System_Byte or SpecialType.System_UInt16 or SpecialType.System_UInt32 or SpecialType.System_UInt64 ? "!=" : ">";
        Edit? edit = division.Parent switch
        {
            EqualsValueClauseSyntax { Parent.Parent: VariableDeclarationSyntax { Parent: LocalDeclarationStatementSyntax { IsConst: false } } }
                or ReturnStatementSyntax or ArrowExpressionClauseSyntax when isOwn && division is BinaryExpressionSyntax =>
                new Edit($"Take 0 where the divisor {(sign == ">" ? "is not greater than 0" : "is 0")}", home, division, current =>
                    SyntaxFactory.ParseExpression($"{divisor.WithoutTrivia()} {sign} 0 ? {current.WithoutTrivia()} : 0").WithTriviaFrom(current)),
            _ => Whole(division, model, cancellationToken) is { } whole ? Around(whole, division, divisor, isOwn, type, sign, home, model) : null,
        };
        return edit is null ? null : await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static Edit Around(
        SyntaxNode whole, ExpressionSyntax division, ExpressionSyntax divisor, bool isOwn, ITypeSymbol type, string sign, Document home, SemanticModel model)
    {
        divisor = Purity.Bare(divisor);
        string name = isOwn ? divisor.WithoutTrivia().ToString() : UniqueName.For(
            "divisor", division, static node => node is ExpressionSyntax other && Divisor(other) is not (null or LiteralExpressionSyntax), model);
        SyntaxAnnotation mark = new();
        return new Edit($"Leave the statement out where the divisor {(sign == ">" ? "is not greater than 0" : "is 0")}", home, whole, current =>
        {
            StatementSyntax statement = Functions.Statement(current);
            SyntaxTriviaList before = whole is StatementSyntax and not LocalFunctionStatementSyntax ? statement.GetLeadingTrivia() : default;
            SyntaxTriviaList behind = whole is StatementSyntax and not LocalFunctionStatementSyntax ? statement.GetTrailingTrivia() : default;
            if (!isOwn)
            {
                // Where nothing else of the statement has changed.
                SyntaxNode? place = statement.DescendantNodes().OfType<ExpressionSyntax>().FirstOrDefault(node => node.IsEquivalentTo(division));
                if (place is null)
                {
                    return current;
                }

                statement = statement.ReplaceNode(place, WithDivisor((ExpressionSyntax)place, SyntaxFactory.IdentifierName(name)));
            }

            StatementSyntax guarded = SyntaxFactory.IfStatement(
                SyntaxFactory.ParseExpression($"{name} {sign} 0"), SyntaxFactory.Block(statement.WithoutTrivia()))
                .WithTrailingTrivia(behind).WithAdditionalAnnotations(Formatter.Annotation);
            return isOwn
                ? Functions.WithStatements(current, guarded.WithLeadingTrivia(before))
                : Functions.WithStatements(
                    current,
                    SyntaxFactory.ParseStatement($"{type.ToDisplayString()} {name} = {divisor.WithoutTrivia()};")
                        .WithLeadingTrivia(before).WithTrailingTrivia(SyntaxFactory.ElasticLineFeed).WithAdditionalAnnotations(Formatter.Annotation),
                    guarded);
        });
    }

    // x / d, x % d, x /= d, x %= d
    private static ExpressionSyntax? Divisor(ExpressionSyntax division) => (division switch
    {
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.DivideExpression or (int)SyntaxKind.ModuloExpression } binary => binary.Right,
        AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.DivideAssignmentExpression or (int)SyntaxKind.ModuloAssignmentExpression } assignment => assignment.Right,
        _ => null,
    }) is { } divisor && !Comments.AreIn(divisor.DescendantTrivia()) ? divisor : null;

    private static ExpressionSyntax WithDivisor(ExpressionSyntax division, ExpressionSyntax divisor) => division switch
    {
        BinaryExpressionSyntax binary => binary.WithRight(divisor.WithTriviaFrom(binary.Right)),
        AssignmentExpressionSyntax assignment => assignment.WithRight(divisor.WithTriviaFrom(assignment.Right)),
        _ => division,
    };

    // The statement that writes one thing, and to do so divides.
    private static SyntaxNode? Whole(ExpressionSyntax division, SemanticModel model, CancellationToken cancellationToken)
    {
        AssignmentExpressionSyntax? write = division.AncestorsAndSelf().TakeWhile(static node => node is ExpressionSyntax).OfType<AssignmentExpressionSyntax>().LastOrDefault();
        return write is not null && Functions.StatementOf(write, model, cancellationToken) is { } whole
            && Purity.OnlyReads(write.Left, model, cancellationToken) && Purity.OnlyReads(write.Right, model, cancellationToken) ? whole : null;
    }
}
