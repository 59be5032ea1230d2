using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Testing.Source;

namespace TopHalf.Generator.Tests.Runtimes;

/// <summary>
/// Makes a handler about which analyzer and machine code disagree smaller, as long as they do: leaves statements and members out, and puts parts of expressions in their
/// place. All variants of a round are compiled and judged together.
/// </summary>
internal sealed class Reducer
{
    private const int MostVariants = 60;

    private readonly Target _target;
    private readonly Func<RuntimeVerdict, bool> _disagree;

    private Reducer(Target target, Func<RuntimeVerdict, bool> disagree)
    {
        _target = target;
        _disagree = disagree;
    }

    /// <summary>The smallest source of which analyzer and machine code disagree in the way that they do of the handler's.</summary>
    public static string Reduce(GeneratedHandler handler, Target target)
    {
        RuntimeVerdict verdict = RuntimeVerdicts.Of(new Batch(Seed: 1, [handler]), target).Single().Verdict;
        string[] causes = [.. verdict.Alarms.Select(Cause)];
        return new Reducer(target, verdict.IsMiss ? static v => v.IsMiss : v => v.Alarms.Any(alarm => causes.Contains(Cause(alarm)))).Reduce(handler);
    }

    // Without the names of the methods on the way.
    private static string Cause(SourceFinding alarm) => alarm.Rule + alarm.Cause[(alarm.Cause.LastIndexOf('\'') + 1)..];

    private string Reduce(GeneratedHandler handler)
    {
        string source = handler.Source;
        while (Smaller(source, GeneratedHandler.ClassName(handler.Index)) is { } smaller)
        {
            source = smaller;
        }

        return source;
    }

    private string? Smaller(string source, string name) =>
        Variants(source, name).OrderBy(static v => v.Length).Select(static v => v.Text).Distinct().Where(IsComplete).Chunk(MostVariants).Select(chunk => Chosen(chunk, name)).FirstOrDefault(static v => v is not null);

    private static bool IsComplete(string source) => !CSharpSyntaxTree.ParseText(source).GetDiagnostics().Any();

    private string? Chosen(string[] variants, string name)
    {
        var batch = new Batch(Seed: 1, [.. variants.Select((v, i) => new GeneratedHandler(i, v.Replace(name, GeneratedHandler.ClassName(i), StringComparison.Ordinal), null))]);
        int? smallest = RuntimeVerdicts.Of(batch, _target).Where(v => _disagree(v.Verdict)).Select(static v => (int?)v.Index).Min();
        return smallest is { } found ? variants[found] : null;
    }

    private static IEnumerable<(int Length, string Text)> Variants(string source, string name)
    {
        foreach (SyntaxNode node in CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes())
        {
            switch (node)
            {
                case MethodDeclarationSyntax { Identifier.Text: GeneratedHandler.Method }:
                    break;

                case MemberDeclarationSyntax when node is not TypeDeclarationSyntax type || type.Identifier.Text != name:
                    yield return Edited(node, "");
                    break;

                case StatementSyntax statement when statement.Parent is BlockSyntax:
                    yield return Edited(node, "");
                    foreach (StatementSyntax inner in node.ChildNodes().OfType<StatementSyntax>())
                    {
                        yield return Edited(node, inner is BlockSyntax block ? block.Statements.ToString() : inner.ToString());
                    }

                    break;

                case ExpressionSyntax and not (TypeSyntax or LiteralExpressionSyntax):
                    foreach (ExpressionSyntax part in node.DescendantNodes().OfType<ExpressionSyntax>().Where(static p => p is not TypeSyntax or IdentifierNameSyntax))
                    {
                        yield return Edited(node, part.ToString());
                    }

                    break;
            }
        }

        (int, string) Edited(SyntaxNode node, string text) =>
            (source.Length - node.Span.Length + text.Length, string.Concat(source.AsSpan(0, node.SpanStart), text, source.AsSpan(node.Span.End)));
    }
}
