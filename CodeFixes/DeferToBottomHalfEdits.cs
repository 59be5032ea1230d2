using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace TopHalf.CodeFixes;

/// <summary>A declaration, and where it is.</summary>
internal sealed class DeferToBottomHalfHome(Document document, SemanticModel model, SyntaxNode declaration)
{
    public Document Document { get; } = document;

    public SemanticModel Model { get; } = model;

    public SyntaxNode Declaration { get; } = declaration;

    public ISymbol Symbol => Model.GetDeclaredSymbol(Declaration)!;
}

/// <summary>What changes: the handler, its state, where it is registered, and, anew, the event beside the state and the class beside the handler.</summary>
internal sealed class DeferToBottomHalfEdits(
    DeferToBottomHalfHome handler,
    DeferToBottomHalfHome state,
    DeferToBottomHalfNames names,
    ImmutableArray<(DeferToBottomHalfMove Move, IEnumerable<(ExpressionSyntax Read, ITypeSymbol Type)> Values, Dictionary<string, string> Fields)> moves,
    DeferToBottomHalfValues fields)
{
    // Of the edits of one node, those of one handler are made once.
    private readonly string _sameness = $"{DeferToBottomHalfFix.Key} {names.Class} ";

    private readonly string _name = handler.Symbol.Name;

    private Edit? _edits;

    /// <summary>All that changes.</summary>
    public Edit All(ImmutableArray<HandlerStart> starts)
    {
        foreach ((HandlerStart start, int i) in starts.Select(static (start, i) => (start, i)))
        {
            Start(start, i == 0 ? names.Local : names.Local + (i + 1).ToString(CultureInfo.InvariantCulture));
        }

        var declaration = (TypeDeclarationSyntax)state.Declaration;
        AddBehind(state.Document, declaration, Event, "event");
        Add(state.Document, declaration, current => StateFields.With(
            (TypeDeclarationSyntax)current, DeferToBottomHalfCode.Writer(names, StateFields.Accessibility(declaration), declaration, state.Model,
                state.Document)), "writer");
        SyntaxNode member = handler.Declaration.AncestorsAndSelf().First(static node => node is MemberDeclarationSyntax);
        member = member is GlobalStatementSyntax { Parent: CompilationUnitSyntax unit } ? unit.Members.OfType<GlobalStatementSyntax>().Last() : member;
        AddBehind(handler.Document, (MemberDeclarationSyntax)member, Class, "class");
        return new Edit($"Leave it to a bottom half of '{_name}'", handler.Document, handler.Declaration, _ => Handler(), _edits, _sameness + "handler");
    }

    private void Add(Document document, SyntaxNode target, Func<SyntaxNode, SyntaxNode> rewrite, string what) =>
        _edits = new Edit("", document, target, rewrite, _edits, _sameness + what);

    // Other edits may have moved it.
    private void AddBehind(Document document, MemberDeclarationSyntax member, Func<MemberDeclarationSyntax> added, string what)
    {
        string mark = _sameness + what;
        Add(document, member.Parent!, current => Behind(current, current.ChildNodes().First(node => node.HasAnnotations(mark)), added(), member), what + " added");
        Add(document, member, current => current.WithAdditionalAnnotations(new SyntaxAnnotation(mark)), what);
    }

    private static SyntaxNode Behind(SyntaxNode home, SyntaxNode member, MemberDeclarationSyntax added, SyntaxNode place)
    {
        added = DeferToBottomHalfCode.Behind(added, place);
        if (!member.GetTrailingTrivia().Any(SyntaxKind.EndOfLineTrivia))
        {
            added = added.WithLeadingTrivia(added.GetLeadingTrivia().Insert(0, DeferToBottomHalfCode.EndOfLine(place)));
        }

        return home.InsertNodesAfter(member, [added]);
    }

    private void Start(HandlerStart start, string local)
    {
        string type = start.Handler is MemberAccessExpressionSyntax access ? $"{access.Expression.WithoutTrivia()}.{names.Class}" : names.Class;
        SyntaxTrivia end = DeferToBottomHalfCode.EndOfLine(start.Call);
        if (start.Lifetime is { Field: { } field, Disposal: { } disposal })
        {
            // Started before the constructor runs, and ended after the source.
            local = "_" + local;
            AddBeside(start.Document, field, place => [place, SyntaxFactory.ParseMemberDeclaration($"private readonly {type} {local} = new();")!
                .WithLeadingTrivia(MovedTrivia.Indentation(place)).WithTrailingTrivia(end)], "field " + local);
            AddBeside(start.Document, disposal, place => [place, SyntaxFactory.ParseStatement($"{local}.Dispose();")
                .WithLeadingTrivia(MovedTrivia.Indentation(place)).WithTrailingTrivia(end)], "disposal " + local);
        }
        else
        {
            StatementSyntax statement = start.Lifetime!.Using!;
            AddBeside(start.Document, statement.Parent is GlobalStatementSyntax top ? top : statement, place =>
            {
                (SyntaxTriviaList before, SyntaxTriviaList own) = MovedTrivia.Split(place.GetLeadingTrivia());
                StatementSyntax added = SyntaxFactory.ParseStatement($"using var {local} = new {type}();")
                    .WithLeadingTrivia(before.AddRange(MovedTrivia.Indentation(place))).WithTrailingTrivia(end);
                return [place is GlobalStatementSyntax ? SyntaxFactory.GlobalStatement(added) : added, place.WithLeadingTrivia(own)];
            }, "start " + local);
        }

        Add(start.Document, start.Call.ArgumentList, current => StateFields.Set(
            (ArgumentListSyntax)current, start.State, names.Writer, $"{local}.Writer", TypeNames.Of((ITypeSymbol)state.Symbol, start.Call, start.Model, start.Document)), "state " + local);
    }

    // Other edits may have moved the place.
    private void AddBeside(Document document, SyntaxNode place, Func<SyntaxNode, IEnumerable<SyntaxNode>> with, string what)
    {
        string mark = _sameness + what;
        Add(document, place.Parent!, current =>
        {
            SyntaxNode marked = current.ChildNodes().First(node => node.HasAnnotations(mark));
            return current.ReplaceNode(marked, with(marked));
        }, what + " added");
        Add(document, place, current => current.WithAdditionalAnnotations(new SyntaxAnnotation(mark)), what);
    }

    private MemberDeclarationSyntax Event()
    {
        string modifiers = string.Concat(((TypeDeclarationSyntax)state.Declaration).Modifiers
            .Where(static modifier => modifier.RawKind is (int)SyntaxKind.PublicKeyword or (int)SyntaxKind.InternalKeyword or (int)SyntaxKind.PrivateKeyword or (int)SyntaxKind.ProtectedKeyword)
            .Select(modifier => (modifier.IsKind(SyntaxKind.PublicKeyword) ? StateFields.Accessibility((TypeDeclarationSyntax)state.Declaration)
                : modifier.ValueText) + " "));
        return DeferToBottomHalfCode.Event(_name, names, modifiers, fields.Fields, moves.Length > 1, state.Declaration, state.Model, state.Document);
    }

    private MemberDeclarationSyntax Class()
    {
        HashSet<string> taken =
        [
            .. handler.Declaration.DescendantTokens().Where(static token => token.IsKind(SyntaxKind.IdentifierToken)).Select(static token => token.ValueText),
        ];
        string item = Enumerable.Range(1, int.MaxValue).Select(static i => i == 1 ? "e" : "e" + i.ToString(CultureInfo.InvariantCulture))
            .First(name => !taken.Contains(name));
        bool isPrivate = state.Symbol is { DeclaredAccessibility: Accessibility.Private, ContainingType: { } around }
            && SymbolEqualityComparer.Default.Equals(around, handler.Symbol.ContainingType);
        return DeferToBottomHalfCode.Class(
            _name, names, EventType(), item, isPrivate, [.. moves.Select(move => Moved(move.Move.Run, move.Values, move.Fields, item))],
            handler.Declaration, handler.Model, handler.Document);
    }

    private ImmutableArray<StatementSyntax> Moved(
        DeferToBottomHalfRun run, IEnumerable<(ExpressionSyntax Read, ITypeSymbol Type)> values, Dictionary<string, string> fieldOf, string item)
    {
        HashSet<SyntaxNode> reads = [.. values.Select(static value => value.Read)];
        ImmutableArray<SyntaxNode> parts =
        [
            .. run.Parts.Select(part => part.ReplaceNodes(
                part.DescendantNodesAndSelf().Where(node => reads.Contains(node) || IsTaskLeftAlone(node)),
                (node, current) => reads.Contains(node)
                    ? SyntaxFactory.ParseExpression($"{item}.{fieldOf[DeferToBottomHalfValues.Text((ExpressionSyntax)node)]}").WithTriviaFrom(node)
                    : Discarded((ExpressionSyntax)current))),
        ];
        return run.First is ExpressionSyntax
            ? [SyntaxFactory.ExpressionStatement(((ExpressionSyntax)parts[0]).WithoutTrivia()).WithTrailingTrivia(DeferToBottomHalfCode.EndOfLine(run.First))]
            : [.. parts.Select((part, i) => MovedTrivia.OnOwnLine(
                (StatementSyntax)(i == 0 ? part.WithLeadingTrivia(MovedTrivia.Split(part.GetLeadingTrivia()).Own) : part), run.First))];
    }

    // In an async method the compiler warns of a task that nobody awaits.
    private bool IsTaskLeftAlone(SyntaxNode node) =>
        node is InvocationExpressionSyntax { Parent: ExpressionStatementSyntax or ArrowExpressionClauseSyntax } call
        && handler.Model.GetTypeInfo(call).Type is { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks", ContainingNamespace.Name: "Threading" } };

    private static AssignmentExpressionSyntax Discarded(ExpressionSyntax task) =>
        ((AssignmentExpressionSyntax)SyntaxFactory.ParseExpression("_ = task")).WithRight(task.WithoutLeadingTrivia()).WithLeadingTrivia(task.GetLeadingTrivia());

    // Every run becomes one statement.
    private SyntaxNode Handler()
    {
        string parameter = ParameterOf(handler.Declaration);
        SyntaxNode current = handler.Declaration.TrackNodes(moves.SelectMany(static move => move.Move.Run.Parts));
        foreach (((DeferToBottomHalfMove move, _, Dictionary<string, string> fieldOf), int i) in moves.Select(static (move, i) => (move, i)))
        {
            TypeSyntax type = SyntaxFactory.ParseTypeName(EventType());
            type = type is SimpleNameSyntax ? type : type.WithAdditionalAnnotations(Simplifier.Annotation);
            ExpressionSyntax write = DeferToBottomHalfCode.TryWrite(parameter, names, type, moves.Length > 1 ? i : null, fieldOf);
            if (move.Run.First is ExpressionSyntax)
            {
                SyntaxNode whole = current.GetCurrentNode(move.Run.First)!;
                return current.ReplaceNode(whole, write.WithTriviaFrom(whole));
            }

            SyntaxNode first = current.GetCurrentNode(move.Run.First)!;
            SyntaxTriviaList before = MovedTrivia.Split(first.GetLeadingTrivia()).Before;
            StatementSyntax statement = SyntaxFactory.ExpressionStatement(write)
                .WithLeadingTrivia(before.AddRange(MovedTrivia.Indentation(first)))
                .WithTrailingTrivia(MovedTrivia.Bare(current.GetCurrentNode(move.Run.Last)!.GetTrailingTrivia()));
            current = current.ReplaceNode(first, statement);
            current = current.RemoveNodes(move.Run.Parts.Skip(1).Select(part => current.GetCurrentNode(part)!), SyntaxRemoveOptions.KeepNoTrivia)!;
        }

        return current;
    }

    private static string ParameterOf(SyntaxNode declaration) =>
        (declaration is MethodDeclarationSyntax method ? method.ParameterList
            : ((LocalFunctionStatementSyntax)declaration).ParameterList).Parameters[0].Identifier.Text;

    // As the state is named, so is what stands beside it.
    private string EventType()
    {
        var type = (INamedTypeSymbol)state.Symbol;
        string around = (type.ContainingType as INamespaceOrTypeSymbol ?? type.ContainingNamespace).ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        return handler.Model.LookupNamespacesAndTypes(handler.Declaration.SpanStart, name: type.Name).Contains(type, SymbolEqualityComparer.Default)
            || type is { ContainingType: null, ContainingNamespace.IsGlobalNamespace: true }
            ? names.Event : $"{around}.{names.Event}";
    }
}
