using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace TopHalf.CodeFixes;

/// <summary>A method that native code calls for a signal, and what makes an <c>InterruptHandler&lt;TState&gt;</c> of it.</summary>
internal sealed class RawHandler
{
    private readonly Document _document;
    private readonly SemanticModel _model;
    private readonly SyntaxNode _declaration;
    private readonly AttributeSyntax? _mark;
    private readonly ImmutableArray<ExpressionSyntax> _payloads;
    private readonly ImmutableArray<HandlerStatic> _statics;

    private RawHandler(
        IMethodSymbol method, Document document, SemanticModel model, SyntaxNode declaration, AttributeSyntax? mark, ImmutableArray<ExpressionSyntax> payloads, ImmutableArray<HandlerStatic> statics)
    {
        Method = method;
        _document = document;
        _model = model;
        _declaration = declaration;
        _mark = mark;
        _payloads = payloads;
        _statics = statics;
    }

    public IMethodSymbol Method { get; }

    /// <summary>Whether it asks what came with the signal.</summary>
    public bool HasPayload => !_payloads.IsEmpty;

    /// <summary>The struct that is made its state, if it has statics of its own; without any, nothing needs a name.</summary>
    private string StateName => Method.Name + "State";

    /// <summary>The type of its state.</summary>
    public TypeSyntax State => _statics.IsEmpty ? SyntaxFactory.PredefinedType(SyntaxFactory.Token(SyntaxKind.IntKeyword)) : SyntaxFactory.IdentifierName(StateName);

    /// <summary>What the state is at first, if not zero.</summary>
    public ExpressionSyntax? Initial
    {
        get
        {
            string[] values = [.. _statics.Where(static one => one.Value is not null).Select(static one => $"{one.Name} = {one.Value!.WithoutTrivia()}")];
            return values.Length == 0 ? null : SyntaxFactory.ParseExpression($"new {StateName} {{ {string.Join(", ", values)} }}");
        }
    }

    /// <summary>The method, if this installation is all that is done with it, and it needs no more than a handler has.</summary>
    public static async Task<RawHandler?> OfAsync(RawInstallation installation, Document document, SemanticModel model, CancellationToken cancellationToken)
    {
        Solution solution = document.Project.Solution;
        IMethodSymbol method = installation.Method;
        if (method is not
            {
                MethodKind: MethodKind.Ordinary or MethodKind.LocalFunction, ReturnsVoid: true, ContainingType.IsGenericType: false, Parameters: [{ Type.SpecialType: SpecialType.System_Int32 }, ..],
            }
            || IsGeneric(method)
            || method.Parameters.Length != (installation.HasInformation ? 3 : 1)
            || method.DeclaringSyntaxReferences is not [{ } reference] || document.Project.GetDocument(reference.SyntaxTree) is not { } home
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false)
                is not ((MethodDeclarationSyntax { Parent: TypeDeclarationSyntax } or LocalFunctionStatementSyntax) and { } declaration) || Comments.AreWithin(Parameters(declaration))
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } homeModel
            || Mark(method, declaration) is var mark && (installation.IsDelegate ? !method.GetAttributes().IsEmpty || declaration.GetLeadingTrivia().Any(static trivia => trivia.IsDirective) : mark is null)
            || await HandlerStatic.PlacesAsync(method, solution, cancellationToken).ConfigureAwait(false) is not [_]
            || Payloads(method, declaration) is not { } payloads)
        {
            return null;
        }

        ImmutableArray<HandlerStatic> statics = declaration is MethodDeclarationSyntax member && method.ContainingType.GetMembers(method.Name + "State").IsEmpty
            && SymbolEqualityComparer.Default.Equals(method.ContainingType, model.GetEnclosingSymbol(installation.Call.SpanStart, cancellationToken)?.ContainingType)
                ? await HandlerStatic.OfAsync(member, home, homeModel, cancellationToken).ConfigureAwait(false) : [];
        return new(method, home, homeModel, declaration, mark, payloads, statics);
    }

    /// <summary>Makes it a handler.</summary>
    public Edit Edit(SignalTypes types, Edit other)
    {
        string state = Free("state");
        string context = Free("context");
        Edit edit = new("", _document, _declaration, current => Handler(current, state, context, types), other);
        foreach (ExpressionSyntax payload in _payloads)
        {
            ITypeSymbol type = _model.GetTypeInfo(payload).Type!;
            string cast = type.SpecialType == SpecialType.System_IntPtr ? "" : $"({type.ToMinimalDisplayString(_model, payload.SpanStart)})";
            edit = new("", _document, payload, current => SyntaxFactory.ParseExpression($"{cast}{context}.Payload").WithTriviaFrom(current), edit);
        }

        foreach (HandlerStatic own in _statics)
        {
            foreach (ExpressionSyntax use in own.Uses)
            {
                edit = new("", _document, use, current => SyntaxFactory.ParseExpression($"{state}.{own.Name}").WithTriviaFrom(current), edit);
            }

            edit = new("", own.Document, own.Type, current => HandlerStatic.Without((TypeDeclarationSyntax)current, own.Field.Name), edit, "-" + own.Field.Name);
        }

        return _declaration is MethodDeclarationSyntax member && !_statics.IsEmpty
            ? new("", _document, member.Parent!, current => NewMember.Before((TypeDeclarationSyntax)current, member, StateDeclaration(member), LineEnds.Like(member)), edit, "+" + StateName) : edit;
    }

    // The parameters that it has now go.
    private string Free(string name)
    {
        HashSet<string> used = [.. _declaration.DescendantTokens().Where(token => !Parameters(_declaration).Span.Contains(token.Span)).Select(static token => token.ValueText)];
        return Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? name : name + number.ToString(CultureInfo.InvariantCulture)).First(free => !used.Contains(free));
    }

    private StructDeclarationSyntax StateDeclaration(MethodDeclarationSyntax handler)
    {
        SyntaxTrivia end = LineEnds.Like(handler);
        SyntaxTokenList access = [.. handler.Modifiers.Where(static modifier => modifier.RawKind
            is (int)SyntaxKind.PublicKeyword or (int)SyntaxKind.InternalKeyword or (int)SyntaxKind.PrivateKeyword or (int)SyntaxKind.ProtectedKeyword)
            .Select(static modifier => SyntaxFactory.Token(modifier.Kind()).WithTrailingTrivia(SyntaxFactory.Space))];
        return SyntaxFactory.StructDeclaration(
            default, access, SyntaxFactory.Token(SyntaxKind.StructKeyword).WithTrailingTrivia(SyntaxFactory.Space), SyntaxFactory.Identifier(StateName).WithTrailingTrivia(end), null, null, default,
            SyntaxFactory.Token(SyntaxKind.OpenBraceToken).WithTrailingTrivia(end), [.. _statics.Select(one => one.AsField(end))], SyntaxFactory.Token(SyntaxKind.CloseBraceToken), default);
    }

    private SyntaxNode Handler(SyntaxNode function, string state, string context, SignalTypes types)
    {
        AttributeSyntax[] marks =
        [
            SyntaxFactory.Attribute(TypeNames.Of(types.Handler, _declaration, _model, _document)),
            SyntaxFactory.Attribute(
                TypeNames.Of(types.Implementation, _declaration, _model, _document),
                SyntaxFactory.AttributeArgumentList([SyntaxFactory.AttributeArgument(TypeNames.Member(types.Options, "AggressiveOptimization", _declaration, _model, _document))])),
        ];
        SyntaxTriviaList above = function.GetLeadingTrivia();
        SyntaxList<AttributeListSyntax> lists;
        if (_mark is null)
        {
            function = function.WithLeadingTrivia(MovedTrivia.Indentation(function));
            lists = [SyntaxFactory.AttributeList(SyntaxFactory.SeparatedList(marks)).WithLeadingTrivia(above).WithTrailingTrivia(LineEnds.Like(_declaration)).WithAdditionalAnnotations(Formatter.Annotation)];
        }
        else
        {
            var place = (AttributeListSyntax)_mark.Parent!;
            AttributeListSyntax old = AttributeLists(function)[AttributeLists(_declaration).IndexOf(place)];
            lists = AttributeLists(function).Replace(old, old.WithAttributes(
                SyntaxFactory.SeparatedList(old.Attributes.RemoveAt(place.Attributes.IndexOf(_mark)).Concat(marks))).WithAdditionalAnnotations(Formatter.Annotation));
        }

        ParameterListSyntax parameters = Parameters(function).WithParameters(
            [Parameter(SyntaxKind.RefKeyword, State, state), Parameter(SyntaxKind.InKeyword, TypeNames.Of(types.Context, _declaration, _model, _document), context)])
            .WithAdditionalAnnotations(Formatter.Annotation);
        return function is MethodDeclarationSyntax method ? method.WithAttributeLists(lists).WithParameterList(parameters)
            : ((LocalFunctionStatementSyntax)function).WithAttributeLists(lists).WithParameterList(parameters);

        static ParameterSyntax Parameter(SyntaxKind by, TypeSyntax type, string name) =>
            SyntaxFactory.Parameter(default, [SyntaxFactory.Token(by).WithTrailingTrivia(SyntaxFactory.Space)], type.WithTrailingTrivia(SyntaxFactory.Space), SyntaxFactory.Identifier(name), null);
    }

    private static SyntaxList<AttributeListSyntax> AttributeLists(SyntaxNode function) =>
        function is MethodDeclarationSyntax method ? method.AttributeLists : ((LocalFunctionStatementSyntax)function).AttributeLists;

    private static ParameterListSyntax Parameters(SyntaxNode function) =>
        function is MethodDeclarationSyntax method ? method.ParameterList : ((LocalFunctionStatementSyntax)function).ParameterList;

    // Also a local function of a generic method.
    private static bool IsGeneric(IMethodSymbol method) => method.IsGenericMethod || (method.ContainingSymbol is IMethodSymbol around && IsGeneric(around));

    // What makes it callable by native code only; with an entry point it is exported, and native code finds it by that.
    private static AttributeSyntax? Mark(IMethodSymbol method, SyntaxNode declaration) =>
        method.GetAttributes() is [{ AttributeClass.Name: "UnmanagedCallersOnlyAttribute" } attribute] && attribute.NamedArguments.All(static argument => argument.Key != "EntryPoint")
        && attribute.ApplicationSyntaxReference?.GetSyntax() is AttributeSyntax { Parent: AttributeListSyntax list } mark && AttributeLists(declaration).Contains(list)
        && !Comments.AreWithin(list) ? mark : null;

    // The number must not be asked for, and of what is known of the signal, nothing but the value that came with it: info->si_value.sival_ptr
    private static ImmutableArray<ExpressionSyntax>? Payloads(IMethodSymbol method, SyntaxNode declaration)
    {
        ImmutableArray<ExpressionSyntax>.Builder payloads = ImmutableArray.CreateBuilder<ExpressionSyntax>();
        foreach (SyntaxToken token in declaration.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken) && !Parameters(declaration).Span.Contains(token.Span)))
        {
            int index = method.Parameters.Select(static parameter => parameter.Name).ToList().IndexOf(token.ValueText);
            if (index < 0)
            {
                continue;
            }

            ExpressionSyntax? value = token.Parent as IdentifierNameSyntax;
            while (value?.Parent is MemberAccessExpressionSyntax member && member.Expression == value)
            {
                value = member;
            }

            if (index != 1 || value is not MemberAccessExpressionSyntax { Name.Identifier.ValueText: "si_value" or "sival_ptr" or "sigval_ptr" or "si_ptr" } || IsChanged(value))
            {
                return null;
            }

            payloads.Add(value);
        }

        return payloads.ToImmutable();
    }

    private static bool IsChanged(ExpressionSyntax value) => value.Parent switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left == value,
        ArgumentSyntax argument => argument.RefKindKeyword.RawKind != 0,
        PrefixUnaryExpressionSyntax prefix => prefix.RawKind is (int)SyntaxKind.AddressOfExpression or (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression,
        PostfixUnaryExpressionSyntax => true,
        _ => false,
    };
}
