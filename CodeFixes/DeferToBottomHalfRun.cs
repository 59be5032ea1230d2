using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.CodeFixes;

/// <summary>Consecutive statements of a handler that are moved together, or all of a handler that is one expression.</summary>
/// <param name="parts">The statements, or the expression.</param>
internal sealed class DeferToBottomHalfRun(ImmutableArray<SyntaxNode> parts)
{
    /// <summary>The statements, or the expression.</summary>
    public ImmutableArray<SyntaxNode> Parts { get; } = parts;

    public SyntaxNode First => Parts[0];

    public SyntaxNode Last => Parts[Parts.Length - 1];

    public TextSpan Span => TextSpan.FromBounds(First.SpanStart, Last.Span.End);

    /// <summary>What has to be moved because of findings, each run as short as it can be, those that follow each other as one.</summary>
    /// <param name="findings">Where the findings are.</param>
    /// <param name="handler">The handler's declaration.</param>
    /// <param name="model">The model of its file.</param>
    /// <param name="canMove">Whether a run may go.</param>
    public static ImmutableArray<DeferToBottomHalfRun> Of(
        IEnumerable<TextSpan> findings, SyntaxNode handler, SemanticModel model, Func<DeferToBottomHalfRun, bool> canMove)
    {
        SyntaxNode root = handler.SyntaxTree.GetRoot();
        List<DeferToBottomHalfRun> runs =
        [
            .. findings.Select(span => Around(root.FindNode(span, getInnermostNodeForTie: true), handler, model)).OfType<DeferToBottomHalfRun>()
                .GroupBy(run => run.Span).Select(same => same.First()).Where(canMove).OrderBy(run => run.Span.Start).ThenByDescending(run => run.Span.End),
        ];
        ImmutableArray<DeferToBottomHalfRun>.Builder result = ImmutableArray.CreateBuilder<DeferToBottomHalfRun>();
        foreach (DeferToBottomHalfRun run in runs)
        {
            if (result.Count > 0 && result[result.Count - 1] is { } before && Joined(before, run) is { } joined)
            {
                result[result.Count - 1] = joined;
            }
            else
            {
                result.Add(run);
            }
        }

        return result.ToImmutable();
    }

    // The one in the other, or both as one.
    private static DeferToBottomHalfRun? Joined(DeferToBottomHalfRun before, DeferToBottomHalfRun run)
    {
        if (before.Span.Contains(run.Span))
        {
            return before;
        }

        ImmutableArray<StatementSyntax> siblings = Siblings(before.First);
        int end = IndexOf(siblings, before.Last);
        int start = IndexOf(siblings, run.First);
        return start >= 0 && start <= end + 1
            ? new([.. siblings.Skip(IndexOf(siblings, before.First)).Take(Math.Max(end, IndexOf(siblings, run.Last)) - IndexOf(siblings, before.First) + 1)])
            : null;
    }

    private static DeferToBottomHalfRun? Around(SyntaxNode node, SyntaxNode handler, SemanticModel model)
    {
        if ((handler is MethodDeclarationSyntax method ? method.ExpressionBody : ((LocalFunctionStatementSyntax)handler).ExpressionBody) is { } arrow)
        {
            return arrow.Expression.Span.Contains(node.Span) ? new([arrow.Expression]) : null;
        }

        StatementSyntax? statement = node.FirstAncestorOrSelf<StatementSyntax>(static each => each is not BlockSyntax);
        for (SyntaxNode? around = statement?.Parent; around is not null && around != handler; around = around.Parent)
        {
            // What these stand for goes for all that is in them.
            if (around is LockStatementSyntax or TryStatementSyntax or UsingStatementSyntax or FixedStatementSyntax or CheckedStatementSyntax
                or UnsafeStatementSyntax or AnonymousFunctionExpressionSyntax)
            {
                statement = around.FirstAncestorOrSelf<StatementSyntax>();
            }
            else if (around is LocalFunctionStatementSyntax)
            {
                return null;
            }
        }

        return statement is null or LocalFunctionStatementSyntax || !handler.Span.Contains(statement.Span)
            || statement == handler ? null : WithUsers(statement, model);
    }

    // A variable that is declared in the run goes with all who use it.
    private static DeferToBottomHalfRun? WithUsers(StatementSyntax statement, SemanticModel model)
    {
        ImmutableArray<StatementSyntax> siblings = Siblings(statement);
        int first = IndexOf(siblings, statement);
        int last = first;
        while (true)
        {
            if (model.AnalyzeDataFlow(siblings[first], siblings[last]) is not { Succeeded: true } flow)
            {
                return null;
            }

            HashSet<ISymbol> declared = new(flow.VariablesDeclared, SymbolEqualityComparer.Default);
            int user = siblings.Length - 1;
            while (user > last && !Uses(siblings[user], declared, model))
            {
                user--;
            }

            if (user == last)
            {
                return new([.. siblings.Skip(first).Take(last - first + 1)]);
            }

            last = user;
        }
    }

    private static bool Uses(SyntaxNode code, HashSet<ISymbol> variables, SemanticModel model) =>
        variables.Count > 0 && code.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => model.GetSymbolInfo(name).Symbol is { } symbol
            && variables.Contains(symbol));

    private static ImmutableArray<StatementSyntax> Siblings(SyntaxNode statement) =>
        statement.Parent switch
        {
            BlockSyntax block => [.. block.Statements],
            SwitchSectionSyntax section => [.. section.Statements],
            _ => statement is StatementSyntax alone ? [alone] : [],
        };

    private static int IndexOf(ImmutableArray<StatementSyntax> statements, SyntaxNode statement) => statement is StatementSyntax each
        ? statements.IndexOf(each) : -1;
}
