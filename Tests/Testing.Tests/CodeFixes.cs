using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.Testing;

/// <summary>Replaces a number, for each title by another expression. Which ones makes a good or a faulty fix.</summary>
public abstract class NumberFix : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds => ["N1"];

    public override FixAllProvider? GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode root = (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false))!;
        SyntaxNode number = root.FindNode(context.Span, getInnermostNodeForTie: true);
        foreach ((string title, string? key, SyntaxNode replacement) in Replace(number))
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    title,
                    _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(number, replacement.WithTriviaFrom(number)))),
                    key),
                context.Diagnostics);
        }
    }

    protected abstract IEnumerable<(string Title, string? Key, SyntaxNode Replacement)> Replace(SyntaxNode number);
}

/// <summary>A good fix, with a choice; numbers above 9 it leaves alone.</summary>
public sealed class DefaultFix : NumberFix
{
    protected override IEnumerable<(string Title, string? Key, SyntaxNode Replacement)> Replace(SyntaxNode number) =>
        number.ToString().Length > 1
            ? []
            : [("default", "A", SyntaxFactory.ParseExpression("default")), ("default(int)", "B", SyntaxFactory.ParseExpression("default(int)"))];
}

/// <summary>Its result has the same finding.</summary>
public sealed class EndlessFix : NumberFix
{
    protected override IEnumerable<(string Title, string? Key, SyntaxNode Replacement)> Replace(SyntaxNode number) =>
        [("more", "more", SyntaxFactory.ParseExpression(number + "0"))];
}

/// <summary>Changes nothing.</summary>
public sealed class IdleFix : NumberFix
{
    protected override IEnumerable<(string Title, string? Key, SyntaxNode Replacement)> Replace(SyntaxNode number) => [("idle", "idle", number)];
}

/// <summary>Has no equivalence key.</summary>
public sealed class KeylessFix : NumberFix
{
    protected override IEnumerable<(string Title, string? Key, SyntaxNode Replacement)> Replace(SyntaxNode number) =>
        [("default", null, SyntaxFactory.ParseExpression("default"))];
}

/// <summary>Has one key for two actions.</summary>
public sealed class AmbiguousFix : NumberFix
{
    protected override IEnumerable<(string Title, string? Key, SyntaxNode Replacement)> Replace(SyntaxNode number) =>
        [("default", "A", SyntaxFactory.ParseExpression("default")), ("other", "A", SyntaxFactory.ParseExpression("new()"))];
}

/// <summary>Makes a tree that is not what its text says.</summary>
public sealed class CrookedFix : NumberFix
{
    protected override IEnumerable<(string Title, string? Key, SyntaxNode Replacement)> Replace(SyntaxNode number) =>
        [("sum", "sum", SyntaxFactory.IdentifierName("x + y"))];
}

/// <summary>Its result does not compile.</summary>
public sealed class BreakingFix : NumberFix
{
    protected override IEnumerable<(string Title, string? Key, SyntaxNode Replacement)> Replace(SyntaxNode number) =>
        [("nonsense", "nonsense", SyntaxFactory.ParseExpression("nonsense"))];
}

/// <summary>Fix All leaves out every document but the first, and does nothing at all in the scope of a project.</summary>
public sealed class NegligentFix : NumberFix
{
    public static FixAllScope[] Scopes { get; set; } = [FixAllScope.Solution];

    public override FixAllProvider? GetFixAllProvider() => new Negligent();

    protected override IEnumerable<(string Title, string? Key, SyntaxNode Replacement)> Replace(SyntaxNode number) =>
        [("default", "default", SyntaxFactory.ParseExpression("default"))];

    private sealed class Negligent : FixAllProvider
    {
        public override IEnumerable<FixAllScope> GetSupportedFixAllScopes() => Scopes;

        public override Task<CodeAction?> GetFixAsync(FixAllContext fixAllContext) =>
            fixAllContext.Scope == FixAllScope.Project
                ? Task.FromResult<CodeAction?>(null)
                : Task.FromResult<CodeAction?>(CodeAction.Create("all", _ => Task.FromResult(OnlyFirst(fixAllContext.Solution)), "all"));

        private static Solution OnlyFirst(Solution solution) =>
            solution.WithDocumentText(solution.Projects.First().DocumentIds[0], SourceText.From("class C { int x = default; }"));
    }
}

/// <summary>Fixes what is reported at the end of the compilation.</summary>
public sealed class EndFix : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds => ["E1"];

    public override FixAllProvider? GetFixAllProvider() => null;

    public override Task RegisterCodeFixesAsync(CodeFixContext context) => Task.CompletedTask;
}
