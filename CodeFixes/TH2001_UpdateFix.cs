using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Moves the statics that a handler and ordinary code share under a lock into the handler's state, and needs no lock any more: ordinary code takes a <c>Snapshot()</c> of what it reads,
/// and changes it by <c>Update</c>.
/// </summary>
/// <remarks>
/// Offered where these statics are all that the lock is for, from the start of the source, which has the first values, to its end; who only reads may do so later, too. And where nobody
/// but the entry point and what it calls takes the lock, so that there is no other thread to keep out, or all that is done under it is to compute, which <c>Update</c> keeps apart.
/// </remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH2001_UpdateFix))]
[Shared]
public sealed class TH2001_UpdateFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH2001.Update";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.Lock];

    private protected override string FixAllTitle => "Keep in the state what handlers lock";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await HandlerLock.OfAsync(document, diagnostic, cancellationToken).ConfigureAwait(false) is not { Elsewhere.IsEmpty: false } locks
            || locks.Handler.Parameters is not [{ Type: INamedTypeSymbol state } parameter, ..]
            || StateFields.Home(state, document.Project, cancellationToken) is not var (home, stateDeclaration)
            || await StateFields.AreReplacedAsync(state, document.Project, cancellationToken).ConfigureAwait(false)
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } homeModel
            || await MaskableSource.OfAsync(locks.Start, cancellationToken).ConfigureAwait(false) is not { } source
            || locks.InHandler.Concat(locks.Elsewhere).Any(static place => TH2001_MaskFix.LosesComments(place.Statement) || CallsOwn(place))
            || await LockedStatic.OfAsync(locks, document.Project, cancellationToken).ConfigureAwait(false) is not { IsEmpty: false } statics)
        {
            return null;
        }

        bool isAlone = true;
        foreach (LockPlace place in locks.Elsewhere)
        {
            isAlone &= await source.ReachAsync(place.Statement, place.Model, IsRead(place), cancellationToken).ConfigureAwait(false) == true;
        }

        Dictionary<LockPlace, string> states = locks.InHandler.ToDictionary(static place => place, _ => parameter.Name);
        Edit? edit = null;
        foreach (LockPlace place in locks.Elsewhere)
        {
            ExpressionSyntax[] uses = [.. statics.SelectMany(static one => one.Uses).Where(use => use.Place == place).Select(static use => use.Use)];
            bool isRead = IsRead(place);
            if (uses.Length == 0 || (!isAlone && !await source.IsAlwaysThereAsync(place.Statement, place.Model, isRead, cancellationToken).ConfigureAwait(false))
                || (!(isRead && isAlone) && !LockedStatic.AreOnlyUsed(place.Statement.Statement, isRead, place.Model, cancellationToken)))
            {
                return null;
            }

            TypeSyntax type = TypeNames.Of(state, place.Statement, place.Model, place.Document);
            string name = UniqueName.For(isRead ? "snapshot" : "state", place.Statement, other => locks.Elsewhere.Any(each => each.Statement == other), place.Model);
            states.Add(place, name);
            edit = new("", place.Document, place.Statement, isRead
                ? current => Snapshot((LockStatementSyntax)current, type, name, source.Name)
                : current => Update((LockStatementSyntax)current, type, name, source.Name, CapturesNothing(place)), edit);
        }

        List<string> taken = [.. state.GetMembers().Select(static member => member.Name), state.Name];
        List<(LockedStatic Static, string Name)> moved = [];
        foreach (LockedStatic one in statics)
        {
            moved.Add((one, HandlerStatic.NameInState(one.Field.Name, taken)));
            taken.Add(moved[moved.Count - 1].Name);
        }

        // The last that is put there is added first.
        foreach ((LockedStatic one, string name) in Enumerable.Reverse(moved))
        {
            foreach ((LockPlace place, ExpressionSyntax use) in one.Uses)
            {
                edit = new("", place.Document, use, current => SyntaxFactory.ParseExpression($"{states[place]}.{name}").WithTriviaFrom(current), edit);
            }

            edit = new("", one.Document, one.Declaration.Parent!, current => HandlerStatic.Without((TypeDeclarationSyntax)current, one.Field.Name), edit, "-" + one.Field.Name);
            edit = new("", home, stateDeclaration, current => StateFields.With(
                (TypeDeclarationSyntax)current,
                StateFields.Field(StateFields.Accessibility(stateDeclaration), one.Field.Type, name, stateDeclaration, homeModel, home), one.Declaration), edit, "+" + name);
            if (one.Value is { } value)
            {
                edit = new("", locks.Start.Document, locks.Start.Call.ArgumentList, current => StateFields.Set(
                    (ArgumentListSyntax)current, locks.Start.State, name, value.ToString(), TypeNames.Of(state, locks.Start.Call, locks.Start.Model, locks.Start.Document)), edit, name);
            }
        }

        foreach (LockPlace place in locks.InHandler)
        {
            edit = new($"Keep in the state what '{locks.Handler.Name}' locks", place.Document, place.Statement, TH2001_MaskFix.InLine, edit);
        }

        Document[] others = [.. locks.Elsewhere.Select(static place => place.Document)];
        return await Trial.CleanAsync(edit!, document, diagnostic.Id, cancellationToken, others).ConfigureAwait(false);

        bool IsRead(LockPlace place) => statics.SelectMany(static one => one.Uses).Where(use => use.Place == place).All(use => LockedStatic.IsRead(use.Use, place.Model));
    }

    // It may count on the lock.
    private static bool CallsOwn(LockPlace place) =>
        place.Model.GetOperation(place.Statement.Statement)?.Descendants().Select(static part => part switch
        {
            IInvocationOperation call => call.TargetMethod,
            IPropertyReferenceOperation property => property.Property,
            IObjectCreationOperation creation => creation.Constructor,
            _ => (ISymbol?)null,
        }).Any(used => SymbolEqualityComparer.Default.Equals(used?.ContainingAssembly, place.Model.Compilation.Assembly)) != false;

    private static bool CapturesNothing(LockPlace place) =>
        place.Model.GetOperation(place.Statement.Statement)?.Descendants().All(part => part switch
        {
            ILocalReferenceOperation { Local: { IsConst: false } local } => local.DeclaringSyntaxReferences.All(reference => place.Statement.Span.Contains(reference.Span)),
            IParameterReferenceOperation or IInstanceReferenceOperation => false,
            _ => true,
        }) == true;

    private static BlockSyntax Snapshot(LockStatementSyntax statement, TypeSyntax type, string name, string source)
    {
        var body = (BlockSyntax)statement.Statement;
        LocalDeclarationStatementSyntax taken = (LocalDeclarationStatementSyntax)SyntaxFactory.ParseStatement($"_ {name} = {source}.Snapshot();");
        taken = taken.WithDeclaration(taken.Declaration.WithType(type.WithoutTrivia().WithTrailingTrivia(SyntaxFactory.Space)))
            .WithTrailingTrivia(LineEnds.Like(statement)).WithAdditionalAnnotations(Formatter.Annotation);
        return LinePart.InLine(statement, new LinePart(body.WithStatements(body.Statements.Insert(0, taken)), TH2001_MaskFix.Part(statement).Gone));
    }

    private static ExpressionStatementSyntax Update(LockStatementSyntax statement, TypeSyntax type, string name, string source, bool isStatic)
    {
        var update = (ExpressionStatementSyntax)SyntaxFactory.ParseStatement($"{source}.Update({(isStatic ? "static " : "")}(ref _ {name}) => {{ }});");
        ParenthesizedLambdaExpressionSyntax lambda = update.DescendantNodes().OfType<ParenthesizedLambdaExpressionSyntax>().Single();
        ParameterSyntax parameter = lambda.ParameterList.Parameters[0];
        var body = (BlockSyntax)statement.Statement;
        ParenthesizedLambdaExpressionSyntax filled = lambda.ReplaceNode(parameter, parameter.WithType(type.WithoutTrivia().WithTrailingTrivia(SyntaxFactory.Space)));
        filled = body.Statements is [ExpressionStatementSyntax { Expression: var only }] && KeptComments.Within(body)?.Count == KeptComments.Within(only)?.Count
            ? filled.WithBlock(null).WithExpressionBody(only.WithoutTrivia()) : filled.WithBlock(body.WithoutTrivia());
        return KeptComments.Above(update.ReplaceNode(lambda, filled).WithTriviaFrom(statement), [.. TH2001_MaskFix.Part(statement).Above(statement, keepsBraces: true)])
            .WithAdditionalAnnotations(Formatter.Annotation);
    }
}
