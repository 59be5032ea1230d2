using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Turns <c>T[] a = new T[4];</c> into <c>Span&lt;T&gt; a = stackalloc T[4];</c>, and <c>T[] a = [x, y];</c> into <c>Span&lt;T&gt; a = [x, y];</c>, where the
/// array never leaves the method.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH1001_StackAllocFix))]
[Shared]
public sealed class TH1001_StackAllocFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH1001.StackAlloc";

    // A handler runs on what is left of the interrupted code's stack, and more than this is zeroed by a helper of the runtime (TH4004).
    internal const int LargestSize = 256;

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.Allocation, RuleIds.HiddenAllocation];

    private protected override string FixAllTitle => "Use stackalloc";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        // In a catch or finally block a span may not be allocated, and a new array is zeroed, which with SkipLocalsInit the stack is not.
        if (await LocalArray.OfAsync(document, diagnostic, cancellationToken).ConfigureAwait(false) is not { MayRunAgain: false, IsLeftUnset: false, Size: <= LargestSize } array)
        {
            return null;
        }

        TypeSyntax spanType = array.SpanType(document);
        Edit edit = new(
            array.Value is ArrayCreationExpressionSyntax ? "Use stackalloc" : "Use a span", document, array.Statement, current => Rewrite((LocalDeclarationStatementSyntax)current, spanType));

        // A span that is returned, kept or captured is an error, and an index may be one that the analyzer cannot judge.
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static LocalDeclarationStatementSyntax Rewrite(LocalDeclarationStatementSyntax statement, TypeSyntax spanType)
    {
        VariableDeclaratorSyntax declarator = statement.Declaration.Variables[0];
        if (declarator.Initializer!.Value is ArrayCreationExpressionSyntax creation)
        {
            StackAllocArrayCreationExpressionSyntax allocation = SyntaxFactory.StackAllocArrayCreationExpression(
                SyntaxFactory.Token(SyntaxKind.StackAllocKeyword).WithTriviaFrom(creation.NewKeyword), creation.Type, creation.Initializer);
            declarator = declarator.WithInitializer(declarator.Initializer.WithValue(allocation));
        }

        return statement.WithDeclaration(statement.Declaration.WithType(spanType.WithTriviaFrom(statement.Declaration.Type)).WithVariables([declarator]));
    }
}
