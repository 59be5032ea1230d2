using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Keeps the signals that the runtime and interrupt sources work with out of a set that is blocked: takes away the <c>sigaddset</c> of one, puts
/// <c>sigdelset</c> behind <c>sigfillset</c>, and clears their bits in a constant.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH7006_LetSignalsInFix))]
[Shared]
public sealed class TH7006_LetSignalsInFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH7006.LetSignalsIn";

    private const string Title = "Let the signals of the runtime and of interrupt sources in";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.BlockedSignal];

    private protected override string FixAllTitle => Title;

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } syntax
            || model?.GetOperation(syntax, cancellationToken) is not IInvocationOperation call)
        {
            return null;
        }

        ImmutableHashSet<int> signals = [.. SignalMasks.HarmfulSignals(call)];
        return signals.IsEmpty ? null
            : call.TargetMethod.Name == "sighold" ? Removal.Of(Title, document, syntax)
            : Argument(call, 1) is { } set && SignalMasks.Variable(set.Value) is { } variable
            ? await SetAsync(document, call, variable, signals, cancellationToken).ConfigureAwait(false) : null;
    }

    // What the set begins with, the last time before the call, and what is put in behind that.
    private static async Task<Edit?> SetAsync(
        Document document, IInvocationOperation call, ISymbol variable, ImmutableHashSet<int> signals, CancellationToken cancellation)
    {
        Edit? edit = null;
        IOperation body = call;
        while (body.Parent is { } parent)
        {
            body = parent;
        }

        bool isWhole = true;
        foreach (IOperation operation in body.Descendants().TakeWhile(other => other != call))
        {
            switch (operation)
            {
                case IVariableDeclaratorOperation declarator when Is(declarator.Symbol):
                    edit = declarator.GetVariableInitializer()?.Value is { } initial ? Constant(initial) : null;
                    break;

                case ISimpleAssignmentOperation assignment when Is(SignalMasks.Variable(assignment.Target)):
                    edit = Constant(assignment.Value);
                    break;

                case IInvocationOperation { Syntax: InvocationExpressionSyntax syntax } change
                    when Argument(change, 0) is { } first && Is(SignalMasks.Variable(first.Value)):
                    switch (change.TargetMethod.Name)
                    {
                        case "sigemptyset":
                            (edit, isWhole) = (null, true);
                            break;
                        case "sigfillset":
                            edit = await WithoutAsync(document, syntax, change.TargetMethod, signals, cancellation).ConfigureAwait(false);
                            isWhole = edit is not null;
                            break;
                        case "sigaddset" when Argument(change, 1)?.Value.ConstantValue is { HasValue: true, Value: int signal } && signals.Contains(signal):
                            Edit? removal = Removal.Of(Title, document, syntax);
                            isWhole &= removal is not null;
                            edit = removal?.With(Append(removal.Other, edit));
                            break;

                        // What fills it elsewhere is for others, too.
                        case not ("sigaddset" or "sigdelset" or "sigismember"):
                            (edit, isWhole) = (null, false);
                            break;
                    }

                    break;
            }
        }

        return isWhole ? edit : null;

        bool Is(ISymbol? symbol) => SymbolEqualityComparer.Default.Equals(symbol, variable);

        Edit? Constant(IOperation value)
        {
            bool needs = value is { ConstantValue: { HasValue: true, Value: ulong bits }, Type.SpecialType: SpecialType.System_UInt64 }
                && (bits & Bits(signals)) != 0;
            isWhole = needs || value is not { ConstantValue: { HasValue: true, Value: not (0 or 0L or 0U or 0UL) } };
            return !needs || value.Syntax is not ExpressionSyntax constant ? null : new Edit(Title, document, constant, current =>
            {
                ExpressionSyntax all = ((ExpressionSyntax)current).WithoutTrivia();
                string operand = all is BinaryExpressionSyntax or ConditionalExpressionSyntax ? $"({all})" : all.ToString();
                string mask = Bits(signals).ToString("X", CultureInfo.InvariantCulture);
                return SyntaxFactory.ParseExpression($"{operand} & ~0x{mask}UL").WithTriviaFrom(current);
            });
        }
    }

    private static Edit? Append(Edit? first, Edit? last) => first is null ? last : first.With(Append(first.Other, last));

    // sigfillset(&set); sigdelset(&set, 34); …
    private static async Task<Edit?> WithoutAsync(
        Document document, InvocationExpressionSyntax fill, IMethodSymbol method, ImmutableHashSet<int> signals, CancellationToken cancellation)
    {
        if (fill is not { Parent: ExpressionStatementSyntax statement, ArgumentList.Arguments: [{ } set] } || Comments.AreIn(statement.GetTrailingTrivia()))
        {
            return null;
        }

        SyntaxNode anchor = statement.Parent is GlobalStatementSyntax global ? global : statement;
        if (anchor.Parent is not (BlockSyntax or CompilationUnitSyntax))
        {
            return null;
        }

        Edit? declares = null;
        if (!method.ContainingType.GetMembers("sigdelset").OfType<IMethodSymbol>().Any(other =>
            other is { IsStatic: true, Parameters: [{ } first, { Type.SpecialType: SpecialType.System_Int32 }] }
            && SymbolEqualityComparer.Default.Equals(first.Type, method.Parameters[0].Type) && first.RefKind == method.Parameters[0].RefKind))
        {
            declares = await DeclareAsync(document.Project.Solution, method, cancellation).ConfigureAwait(false);
            if (declares is null)
            {
                return null;
            }
        }

        ExpressionSyntax name = fill.Expression is MemberAccessExpressionSyntax access
            ? access.WithName(SyntaxFactory.IdentifierName("sigdelset")) : SyntaxFactory.IdentifierName("sigdelset");
        SyntaxTriviaList indentation = [.. statement.GetLeadingTrivia().Reverse().Take(1).Where(static trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia))];
        IEnumerable<StatementSyntax> added = signals.OrderBy(static signal => signal).Select(signal =>
            (StatementSyntax)SyntaxFactory.ExpressionStatement(SyntaxFactory.InvocationExpression(name.WithoutTrivia(), SyntaxFactory.ArgumentList(
            [
                set.WithoutTrivia(),
                SyntaxFactory.Argument(SyntaxFactory.LiteralExpression(SyntaxKind.NumericLiteralExpression, SyntaxFactory.Literal(signal))),
            ]))).WithLeadingTrivia(indentation).WithTrailingTrivia(statement.GetTrailingTrivia()));

        SyntaxAnnotation mark = new();
        return new Edit(
            Title, document, anchor, current => current.WithAdditionalAnnotations(mark),
            new Edit(
                Title, document, anchor.Parent, current => current.InsertNodesAfter(
                    current.GetAnnotatedNodes(mark).Single(),
                    added.Select(each => anchor is GlobalStatementSyntax ? (SyntaxNode)SyntaxFactory.GlobalStatement(each) : each)),
                declares, sameness: anchor.Span.ToString()),
            sameness: nameof(TH7006_LetSignalsInFix));
    }

    // Beside sigfillset, and declared as that is.
    private static async Task<Edit?> DeclareAsync(Solution solution, IMethodSymbol method, CancellationToken cancellation)
    {
        if (method.DeclaringSyntaxReferences is not [{ } reference] || solution.GetDocument(reference.SyntaxTree) is not { } home
            || await reference.GetSyntaxAsync(cancellation).ConfigureAwait(false)
                is not MethodDeclarationSyntax { Parent: TypeDeclarationSyntax type, ParameterList.Parameters: [{ } set] } fill
            || method is not { IsExtern: true, ReturnType.SpecialType: SpecialType.System_Int32 }
            || (method.GetDllImportData()?.EntryPointName is { } entry && entry != method.Name)
            || !method.ContainingType.GetMembers("sigdelset").IsEmpty || Comments.AreWithin(fill))
        {
            return null;
        }

        MethodDeclarationSyntax del = fill.WithIdentifier(SyntaxFactory.Identifier("sigdelset")).WithParameterList(fill.ParameterList.WithParameters(
        [
            set,
            SyntaxFactory.Parameter(SyntaxFactory.Identifier("signal")).WithType(SyntaxFactory.PredefinedType(SyntaxFactory.Token(SyntaxKind.IntKeyword))),
        ]));
        SyntaxTriviaList leading =
            [LineEnds.Like(fill), .. fill.GetLeadingTrivia().Reverse().Take(1).Where(static trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia))];
        del = del.WithLeadingTrivia(leading);
        return new Edit(
            Title, home, type,
            current => current.InsertNodesAfter(
                ((TypeDeclarationSyntax)current).Members.OfType<MethodDeclarationSyntax>().First(member => member.Identifier.ValueText == "sigfillset"), [del]),
            sameness: "sigdelset");
    }

    private static IArgumentOperation? Argument(IInvocationOperation call, int ordinal) =>
        call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == ordinal);

    private static ulong Bits(IEnumerable<int> signals) => signals.Aggregate(0UL, static (bits, signal) => bits | (1UL << (signal - 1)));
}
