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
    private readonly MethodDeclarationSyntax _declaration;
    private readonly TypeDeclarationSyntax _type;
    private readonly AttributeSyntax _mark;
    private readonly ImmutableArray<ExpressionSyntax> _payloads;
    private readonly ImmutableArray<HandlerStatic> _statics;

    private RawHandler(
        IMethodSymbol method, Document document, SemanticModel model, MethodDeclarationSyntax declaration, TypeDeclarationSyntax type, AttributeSyntax mark, ImmutableArray<ExpressionSyntax> payloads,
        ImmutableArray<HandlerStatic> statics)
    {
        Method = method;
        _document = document;
        _model = model;
        _declaration = declaration;
        _type = type;
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
                MethodKind: MethodKind.Ordinary, ReturnsVoid: true, IsGenericMethod: false, Parameters: [{ Type.SpecialType: SpecialType.System_Int32 }, ..],
            }
            || method.Parameters.Length != (installation.HasInformation ? 3 : 1)
            || method.DeclaringSyntaxReferences is not [{ } reference] || document.Project.GetDocument(reference.SyntaxTree) is not { } home
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false)
                is not MethodDeclarationSyntax { Parent: TypeDeclarationSyntax { TypeParameterList: null } type } declaration
            || Comments.AreWithin(declaration.ParameterList)
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } homeModel
            || Mark(method, declaration) is not { } mark
            || await HandlerStatic.PlacesAsync(method, solution, cancellationToken).ConfigureAwait(false) is not [_]
            || Payloads(method, declaration) is not { } payloads)
        {
            return null;
        }

        ImmutableArray<HandlerStatic> statics = SymbolEqualityComparer.Default.Equals(method.ContainingType, Around(installation.Call, model, cancellationToken))
            && method.ContainingType.GetMembers(method.Name + "State").IsEmpty
                ? await HandlerStatic.OfAsync(declaration, home, homeModel, cancellationToken).ConfigureAwait(false) : [];
        return new(method, home, homeModel, declaration, type, mark, payloads, statics);
    }

    /// <summary>Makes it a handler.</summary>
    public Edit Edit(SignalTypes types, Edit other)
    {
        string state = Free("state");
        string context = Free("context");
        Edit edit = new("", _document, _declaration, current => Handler((MethodDeclarationSyntax)current, state, context, types), other);
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

        return _statics.IsEmpty ? edit : new("", _document, _type, current => NewMember.Before((TypeDeclarationSyntax)current, _declaration, StateDeclaration(), LineEnds.Like(_type)), edit, "+" + StateName);
    }

    // The parameters that it has now go.
    private string Free(string name)
    {
        HashSet<string> used = [.. ((SyntaxNode?)_declaration.Body ?? _declaration.ExpressionBody!).DescendantTokens().Select(static token => token.ValueText)];
        return Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? name : name + number.ToString(CultureInfo.InvariantCulture)).First(free => !used.Contains(free));
    }

    private StructDeclarationSyntax StateDeclaration()
    {
        SyntaxTrivia end = LineEnds.Like(_type);
        SyntaxTokenList access = [.. _declaration.Modifiers.Where(static modifier => modifier.RawKind
            is (int)SyntaxKind.PublicKeyword or (int)SyntaxKind.InternalKeyword or (int)SyntaxKind.PrivateKeyword or (int)SyntaxKind.ProtectedKeyword)
            .Select(static modifier => SyntaxFactory.Token(modifier.Kind()).WithTrailingTrivia(SyntaxFactory.Space))];
        return SyntaxFactory.StructDeclaration(
            default, access, SyntaxFactory.Token(SyntaxKind.StructKeyword).WithTrailingTrivia(SyntaxFactory.Space), SyntaxFactory.Identifier(StateName).WithTrailingTrivia(end), null, null, default,
            SyntaxFactory.Token(SyntaxKind.OpenBraceToken).WithTrailingTrivia(end), [.. _statics.Select(one => one.AsField(end))], SyntaxFactory.Token(SyntaxKind.CloseBraceToken), default);
    }

    private MethodDeclarationSyntax Handler(MethodDeclarationSyntax method, string state, string context, SignalTypes types)
    {
        var place = (AttributeListSyntax)_mark.Parent!;
        AttributeSyntax[] marks =
        [
            SyntaxFactory.Attribute(TypeNames.Of(types.Handler, _declaration, _model, _document)),
            SyntaxFactory.Attribute(
                TypeNames.Of(types.Implementation, _declaration, _model, _document),
                SyntaxFactory.AttributeArgumentList([SyntaxFactory.AttributeArgument(TypeNames.Member(types.Options, "AggressiveOptimization", _declaration, _model, _document))])),
        ];
        AttributeListSyntax old = method.AttributeLists[_declaration.AttributeLists.IndexOf(place)];
        return method
            .WithAttributeLists(method.AttributeLists.Replace(old, old.WithAttributes(
                SyntaxFactory.SeparatedList(old.Attributes.RemoveAt(place.Attributes.IndexOf(_mark)).Concat(marks))).WithAdditionalAnnotations(Formatter.Annotation)))
            .WithParameterList(method.ParameterList.WithParameters(
                [Parameter(SyntaxKind.RefKeyword, State, state), Parameter(SyntaxKind.InKeyword, TypeNames.Of(types.Context, _declaration, _model, _document), context)])
                .WithAdditionalAnnotations(Formatter.Annotation));

        static ParameterSyntax Parameter(SyntaxKind by, TypeSyntax type, string name) =>
            SyntaxFactory.Parameter(default, [SyntaxFactory.Token(by).WithTrailingTrivia(SyntaxFactory.Space)], type.WithTrailingTrivia(SyntaxFactory.Space), SyntaxFactory.Identifier(name), null);
    }

    private static INamedTypeSymbol? Around(SyntaxNode node, SemanticModel model, CancellationToken cancellationToken) =>
        node.FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } type ? model.GetDeclaredSymbol(type, cancellationToken) as INamedTypeSymbol : null;

    // What makes it callable by native code only; with an entry point it is exported, and native code finds it by that.
    private static AttributeSyntax? Mark(IMethodSymbol method, MethodDeclarationSyntax declaration) =>
        method.GetAttributes() is [{ AttributeClass.Name: "UnmanagedCallersOnlyAttribute" } attribute] && attribute.NamedArguments.All(static argument => argument.Key != "EntryPoint")
        && attribute.ApplicationSyntaxReference?.GetSyntax() is AttributeSyntax { Parent: AttributeListSyntax list } mark && declaration.AttributeLists.Contains(list)
        && !Comments.AreWithin(list) ? mark : null;

    // The number must not be asked for, and of what is known of the signal, nothing but the value that came with it: info->si_value.sival_ptr
    private static ImmutableArray<ExpressionSyntax>? Payloads(IMethodSymbol method, MethodDeclarationSyntax declaration)
    {
        ImmutableArray<ExpressionSyntax>.Builder payloads = ImmutableArray.CreateBuilder<ExpressionSyntax>();
        foreach (SyntaxToken token in declaration.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken) && !declaration.ParameterList.Span.Contains(token.Span)))
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

            if (index != 1 || value is not MemberAccessExpressionSyntax { Name.Identifier.ValueText: "si_value" or "sival_ptr" or "si_ptr" } || IsChanged(value))
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
