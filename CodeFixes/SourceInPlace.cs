using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace TopHalf.CodeFixes;

/// <summary>
/// An interrupt source of the library's in the place of a signal handler that was installed by hand: <c>s_onAlarm ??= InterruptTimer.Start&lt;int&gt;(OnAlarm, …);</c>. It is kept in a
/// static field and made once, as the handler of a signal is one, however often it is installed.
/// </summary>
internal sealed class SourceInPlace
{
    private readonly RawInstallation _installation;
    private readonly RawHandler _handler;
    private readonly SignalTypes _types;
    private readonly Document _document;
    private readonly SemanticModel _model;
    private readonly MethodDeclarationSyntax _member;
    private readonly TypeDeclarationSyntax _type;
    private readonly string _source;

    private SourceInPlace(
        string source, string field, RawInstallation installation, RawHandler handler, SignalTypes types, Document document, SemanticModel model, MethodDeclarationSyntax member, TypeDeclarationSyntax type)
    {
        _source = source;
        Field = field;
        _installation = installation;
        _handler = handler;
        _types = types;
        _document = document;
        _model = model;
        _member = member;
        _type = type;
    }

    /// <summary>The name of the field.</summary>
    public string Field { get; }

    /// <summary>The field's name, where it has been assigned.</summary>
    public string Assigned => Field + (IsNullable ? "!" : "");

    private bool IsNullable => _model.GetNullableContext(_member.SpanStart).AnnotationsEnabled();

    /// <summary>A source that a static class starts, if a field for it has a place and a name.</summary>
    public static SourceInPlace? Of(
        string source, RawInstallation installation, RawHandler handler, SignalTypes types, Document document, SemanticModel model, CancellationToken cancellationToken)
    {
        string field = "s_" + char.ToLowerInvariant(handler.Method.Name[0]) + handler.Method.Name.Substring(1);
        return installation.Call.FirstAncestorOrSelf<MemberDeclarationSyntax>() is MethodDeclarationSyntax { Parent: TypeDeclarationSyntax { TypeParameterList: null } type } member
            && !type.Ancestors().OfType<TypeDeclarationSyntax>().Any(static outer => outer.TypeParameterList is not null)
            && model.LookupSymbols(installation.Call.SpanStart, name: field).IsEmpty
            && ((INamedTypeSymbol)model.GetDeclaredSymbol(type, cancellationToken)!).GetMembers(field).IsEmpty
                ? new(source, field, installation, handler, types, document, model, member, type) : null;
    }

    /// <summary>Whether code at a place means the field by its name alone.</summary>
    public bool IsNamedAt(SyntaxNode place, SemanticModel model) =>
        place.FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } around && SymbolEqualityComparer.Default.Equals(model.GetDeclaredSymbol(around), _model.GetDeclaredSymbol(_type))
        && model.LookupSymbols(place.SpanStart, name: Field).IsEmpty;

    /// <summary>The edit that starts it where the handler was installed.</summary>
    /// <param name="title">What the user reads.</param>
    /// <param name="gone">The statements of the block that go with that.</param>
    /// <param name="behind">The arguments behind the state.</param>
    /// <param name="options">What the options set.</param>
    /// <param name="other">What belongs to it.</param>
    public Edit? Edit(
        string title, IEnumerable<StatementSyntax> gone, IEnumerable<ExpressionSyntax> behind, IReadOnlyCollection<(string Name, ExpressionSyntax Value)> options, Edit? other = null)
    {
        StatementSyntax[] statements = [.. gone];
        if (Comments.AreWithin(_installation.Whole) || KeptComments.Around(statements) is not { } comments)
        {
            return null;
        }

        Edit edit = new(
            "", _document, _type, current => NewMember.Before((TypeDeclarationSyntax)current, _member, Declaration(), LineEnds.Like(_type)), other, sameness: Field);
        foreach (StatementSyntax statement in statements)
        {
            edit = new("", _document, statement, static _ => Splice.Of(), edit);
        }

        if (comments.Count > 0)
        {
            edit = new("", _document, _installation.Whole.Parent!, current => KeptComments.Above(current, comments), edit);
        }

        List<ArgumentSyntax> arguments = [SyntaxFactory.Argument(_installation.Handler.WithoutTrivia())];
        arguments.AddRange(_handler.Initial is { } initial ? [SyntaxFactory.Argument(initial)] : []);
        arguments.AddRange(behind.Select(SyntaxFactory.Argument));
        arguments.AddRange(options.Count > 0 ? [SyntaxFactory.Argument(Options(options))] : []);
        var start = (MemberAccessExpressionSyntax)TypeNames.Member(_types.Starter(_source), "Start", _installation.Call, _model, _document);
        GenericNameSyntax named = SyntaxFactory.GenericName(start.Name.Identifier, SyntaxFactory.TypeArgumentList([_handler.State]));
        InvocationExpressionSyntax call = SyntaxFactory.InvocationExpression(start.WithName(named), SyntaxFactory.ArgumentList(SyntaxFactory.SeparatedList(arguments)));
        return _handler.Edit(_types, new(title, _document, _installation.Whole, current => SyntaxFactory.AssignmentExpression(
            SyntaxKind.CoalesceAssignmentExpression, SyntaxFactory.IdentifierName(Field), call).WithTriviaFrom(current).WithAdditionalAnnotations(Formatter.Annotation), edit));
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
        TypeSyntax declared = TypeNames.Of(_types.Source(_source), _member, _model, _document);
        TypeArgumentListSyntax of = declared.DescendantNodesAndSelf().OfType<TypeArgumentListSyntax>().Last();
        declared = declared.ReplaceNode(of, of.WithArguments([_handler.State]));
        return SyntaxFactory.FieldDeclaration(
            default,
            [SyntaxFactory.Token(SyntaxKind.PrivateKeyword), SyntaxFactory.Token(SyntaxKind.StaticKeyword)],
            SyntaxFactory.VariableDeclaration(IsNullable ? SyntaxFactory.NullableType(declared) : declared, [SyntaxFactory.VariableDeclarator(Field)]));
    }
}
