using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace TopHalf.CodeFixes;

/// <summary>
/// An interrupt source of the library's in the place of a signal handler that was installed by hand: <c>s_onAlarm ??= InterruptTimer.Start&lt;int&gt;(OnAlarm, …);</c>. It is kept in a
/// static field and made once, as the handler of a signal is one, however often it is installed. The field is one of the type around, or of the program that top-level statements are.
/// </summary>
internal sealed class SourceInPlace
{
    private readonly RawInstallation _installation;
    private readonly RawHandler _handler;
    private readonly SignalTypes _types;
    private readonly Document _document;
    private readonly SemanticModel _model;
    private readonly INamedTypeSymbol _type;
    private readonly string _source;

    private SourceInPlace(
        string source, string field, RawInstallation installation, RawHandler handler, SignalTypes types, Document document, SemanticModel model, INamedTypeSymbol type)
    {
        _source = source;
        Field = field;
        _installation = installation;
        _handler = handler;
        _types = types;
        _document = document;
        _model = model;
        _type = type;
    }

    /// <summary>The name of the field.</summary>
    public string Field { get; }

    /// <summary>The field's name, where it has been assigned.</summary>
    public string Assigned => Field + (IsNullable ? "!" : "");

    private bool IsNullable => _model.GetNullableContext(_installation.Call.SpanStart).AnnotationsEnabled();

    /// <summary>A source that a static class starts, if a field for it has a place and a name.</summary>
    public static SourceInPlace? Of(
        string source, RawInstallation installation, RawHandler handler, SignalTypes types, Document document, SemanticModel model, CancellationToken cancellationToken)
    {
        string field = "s_" + char.ToLowerInvariant(handler.Method.Name[0]) + handler.Method.Name.Substring(1);
        return HasPlace(installation.Call) && model.GetEnclosingSymbol(installation.Call.SpanStart, cancellationToken)?.ContainingType is { IsGenericType: false, TypeKind: not TypeKind.Interface } type
            && model.LookupSymbols(installation.Call.SpanStart, name: field).IsEmpty && type.GetMembers(field).IsEmpty
                ? new(source, field, installation, handler, types, document, model, type) : null;
    }

    /// <summary>Whether code at a place means the field by its name alone.</summary>
    public bool IsNamedAt(SyntaxNode place, SemanticModel model) =>
        SymbolEqualityComparer.Default.Equals(model.GetEnclosingSymbol(place.SpanStart)?.ContainingType, _type) && model.LookupSymbols(place.SpanStart, name: Field).IsEmpty;

    // Not in what initialises the type: a handler of the type needs that to be over.
    private static bool HasPlace(SyntaxNode call) => call.FirstAncestorOrSelf<MemberDeclarationSyntax>() switch
    {
        GlobalStatementSyntax => true,
        ConstructorDeclarationSyntax constructor => !constructor.Modifiers.Any(SyntaxKind.StaticKeyword),
        BaseMethodDeclarationSyntax => true,
        BasePropertyDeclarationSyntax => call.FirstAncestorOrSelf<AccessorDeclarationSyntax>() is not null,
        _ => false,
    };

    /// <summary>The edit that starts it where the handler was installed.</summary>
    /// <param name="title">What the user reads.</param>
    /// <param name="whole">The statements of the block that go for it, its own among them or not.</param>
    /// <param name="behind">The arguments behind the state.</param>
    /// <param name="options">What the options set.</param>
    /// <param name="other">What belongs to it.</param>
    public Edit? Edit(
        string title, IEnumerable<StatementSyntax> whole, IEnumerable<ExpressionSyntax> behind, IReadOnlyCollection<(string Name, ExpressionSyntax Value)> options, Edit? other = null)
    {
        SyntaxNode place = _installation.Whole;
        StatementSyntax[] gone = [.. whole.Where(statement => statement != place)];
        if (Comments.AreWithin(_installation.Call) || CommentsOf([.. gone, .. place is StatementSyntax own ? [own] : (StatementSyntax[])[]]) is not { } comments)
        {
            return null;
        }

        Edit edit = Keep(other);
        foreach (StatementSyntax statement in gone)
        {
            edit = new("", _document, statement, static _ => Splice.Of(), edit);
        }

        List<ArgumentSyntax> arguments = [SyntaxFactory.Argument(_installation.Handler.WithoutTrivia())];
        arguments.AddRange(_handler.Initial is { } initial ? [SyntaxFactory.Argument(initial)] : []);
        arguments.AddRange(behind.Select(SyntaxFactory.Argument));
        arguments.AddRange(options.Count > 0 ? [SyntaxFactory.Argument(Options(options))] : []);
        var start = (MemberAccessExpressionSyntax)TypeNames.Member(_types.Starter(_source), "Start", _installation.Call, _model, _document);
        GenericNameSyntax named = SyntaxFactory.GenericName(start.Name.Identifier, SyntaxFactory.TypeArgumentList([_handler.State]));
        InvocationExpressionSyntax call = SyntaxFactory.InvocationExpression(start.WithName(named), SyntaxFactory.ArgumentList(SyntaxFactory.SeparatedList(arguments)));
        AssignmentExpressionSyntax assignment = SyntaxFactory.AssignmentExpression(SyntaxKind.CoalesceAssignmentExpression, SyntaxFactory.IdentifierName(Field), call);
        return _handler.Edit(_types, new(title, _document, place, current => (current is StatementSyntax
            ? KeptComments.Above(SyntaxFactory.ExpressionStatement(assignment).WithTriviaFrom(current), comments)
            : (SyntaxNode)assignment.WithTriviaFrom(current)).WithAdditionalAnnotations(Formatter.Annotation), edit));
    }

    // Before the member that starts it; a program has its fields in a part of its own.
    private Edit Keep(Edit? other)
    {
        MemberDeclarationSyntax member = _installation.Call.FirstAncestorOrSelf<MemberDeclarationSyntax>()!;
        return member is GlobalStatementSyntax
            ? new("", _document, member.Parent!, current => ProgramPart.With((CompilationUnitSyntax)current, Declaration(), LineEnds.Like(member)), other, sameness: Field)
            : new("", _document, member.Parent!, current => NewMember.Before((TypeDeclarationSyntax)current, member, Declaration(), LineEnds.Like(member)), other, sameness: Field);
    }

    // In their order; those above and behind the place itself stay where they are.
    private List<SyntaxTrivia>? CommentsOf(StatementSyntax[] statements)
    {
        List<SyntaxTrivia> all = [];
        foreach (StatementSyntax statement in statements.OrderBy(static statement => statement.SpanStart))
        {
            List<SyntaxTrivia>? some = statement == _installation.Whole ? KeptComments.Within(statement)
                : statement is IfStatementSyntax ? KeptComments.With(statement) : KeptComments.Around([statement]);
            if (some is null)
            {
                return null;
            }

            all.AddRange(some);
        }

        return all;
    }

    private ObjectCreationExpressionSyntax Options(IEnumerable<(string Name, ExpressionSyntax Value)> options)
    {
        var creation = (ObjectCreationExpressionSyntax)SyntaxFactory.ParseExpression($"new _ {{ {string.Join(", ", options.Select(static option => option.Name + " = _"))} }}");
        SeparatedSyntaxList<ExpressionSyntax> set = creation.Initializer!.Expressions;
        foreach ((string name, ExpressionSyntax value) in options)
        {
            AssignmentExpressionSyntax old = set.OfType<AssignmentExpressionSyntax>().First(one => one.Left.ToString().Trim() == name);
            set = set.Replace(old, old.WithRight(value.WithTriviaFrom(old.Right)));
        }

        return creation.WithInitializer(creation.Initializer.WithExpressions(set))
            .WithType(TypeNames.Of(_types.SourceOptions(_source), _installation.Call, _model, _document).WithTrailingTrivia(SyntaxFactory.Space));
    }

    private FieldDeclarationSyntax Declaration()
    {
        TypeSyntax declared = TypeNames.Of(_types.Source(_source), _installation.Call, _model, _document);
        TypeArgumentListSyntax of = declared.DescendantNodesAndSelf().OfType<TypeArgumentListSyntax>().Last();
        declared = declared.ReplaceNode(of, of.WithArguments([_handler.State]));
        return SyntaxFactory.FieldDeclaration(
            default,
            [SyntaxFactory.Token(SyntaxKind.PrivateKeyword), SyntaxFactory.Token(SyntaxKind.StaticKeyword)],
            SyntaxFactory.VariableDeclaration(IsNullable ? SyntaxFactory.NullableType(declared) : declared, [SyntaxFactory.VariableDeclarator(Field)]));
    }
}
