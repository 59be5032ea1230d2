using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Resolves the pointer to the async-signal-safe function of the same prototype that does what is meant: <c>_exit</c> for <c>exit</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH3008_SafeFunctionFix))]
[Shared]
public sealed class TH3008_SafeFunctionFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH3008.SafeFunction";

    // Of the first two what was registered by atexit does not run, which it must not in a handler. The mask is this thread's in any case; but
    // pthread_sigmask returns the number of the error, so nobody may ask for it.
    private static readonly ImmutableDictionary<string, (string Safe, bool IsResultAlike)> s_replacements = new Dictionary<string, (string, bool)>
    {
        ["exit"] = ("_exit", true),
        ["quick_exit"] = ("_exit", true),
        ["pthread_yield"] = ("sched_yield", true),
        ["sigprocmask"] = ("pthread_sigmask", false),
    }.ToImmutableDictionary();

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.UnsafeNativeFunction];

    private protected override string FixAllTitle => "Call async-signal-safe functions";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        Solution solution = document.Project.Solution;
        return await FunctionPointers.FindAsync(solution, diagnostic, cancellationToken).ConfigureAwait(false) is (_, _, { IsReadOnly: true } field, _)
            ? await PlanAsync(solution, field, cancellationToken).ConfigureAwait(false) : null;
    }

    private static async Task<Edit?> PlanAsync(Solution solution, IFieldSymbol field, CancellationToken cancellation)
    {
        if (field.DeclaringSyntaxReferences is not [{ } reference] || solution.GetDocument(reference.SyntaxTree) is not { } home
            || await reference.GetSyntaxAsync(cancellation).ConfigureAwait(false) is not VariableDeclaratorSyntax { Initializer.Value: var value }
            || value.DescendantNodesAndSelf().OfType<LiteralExpressionSyntax>()
                .Where(static literal => literal.IsKind(SyntaxKind.StringLiteralExpression) && s_replacements.ContainsKey(literal.Token.ValueText)).ToArray() is not [{ } name])
        {
            return null;
        }

        (string safe, bool isResultAlike) = s_replacements[name.Token.ValueText];
        return isResultAlike || await FunctionPointers.IsOnlyUsedAsync(solution, field, IsCalledForNothing, cancellation).ConfigureAwait(false)
            ? new Edit($"Call '{safe}'", home, name, current =>
                SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(safe)).WithTriviaFrom(current))
            : null;

        static bool IsCalledForNothing(ExpressionSyntax use) =>
            use.Parent is InvocationExpressionSyntax { Parent: ExpressionStatementSyntax } call && call.Expression == use;
    }
}
