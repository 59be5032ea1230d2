using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;
using Microsoft.CodeAnalysis.Formatting;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Makes an <c>InterruptTimer</c> of <c>signal(SIGALRM, &amp;OnAlarm)</c> and the <c>setitimer</c> in the same block that sets a constant period, and a handler of the method.
/// </summary>
/// <remarks>
/// Only where that is all: <c>signal</c> restarts system calls, so nobody can wait for the signal but by functions that are made for it, and there is none of those.
/// A method that uses the signal's number, or that others call, is left alone.
/// </remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH7002_InterruptTimerFix))]
[Shared]
public sealed class TH7002_InterruptTimerFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH7002.InterruptTimer";

    private const string Title = "Make an InterruptTimer of it";
    private const int AlarmSignal = 14;

    // They wait for the signal, or end by it, or use the same timer.
    private static readonly ImmutableHashSet<string> s_waits =
    [
        "pause", "sigpause", "sigsuspend", "sigwait", "sigwaitinfo", "sigtimedwait", "sleep", "usleep", "nanosleep", "clock_nanosleep", "poll", "ppoll", "select", "pselect",
        "epoll_wait", "epoll_pwait", "alarm", "ualarm", "getitimer", "signalfd",
    ];

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.RawSignalHandler];

    private protected override string FixAllTitle => "Make InterruptTimers of alarms";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null || !root.FullSpan.Contains(diagnostic.Location.SourceSpan)
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<InvocationExpressionSyntax>() is not
            {
                ArgumentList.Arguments: [{ Expression: var first }, { Expression: PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.AddressOfExpression } taken }],
                Parent: ExpressionStatementSyntax { Parent: BlockSyntax block } installation,
            } call
            || model.GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol { IsExtern: true } function || NativeCalls.Installer(function) is not ("signal" or "bsd_signal")
            || model.GetConstantValue(first, cancellationToken).Value is not AlarmSignal
            || model.GetSymbolInfo(taken.Operand, cancellationToken).Symbol is not IMethodSymbol
            {
                MethodKind: MethodKind.Ordinary, ReturnsVoid: true, IsGenericMethod: false, Parameters: [{ Type.SpecialType: SpecialType.System_Int32 } number],
            } handler
            || Alarm.In(block, model, cancellationToken) is not { } alarm || alarm.Start.SpanStart < installation.SpanStart
            || block.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not MethodDeclarationSyntax { Parent: TypeDeclarationSyntax { TypeParameterList: null } type } member
            || type.Ancestors().OfType<TypeDeclarationSyntax>().Any(static outer => outer.TypeParameterList is not null)
            || ((SyntaxNode[])[call, alarm.Start, alarm.Setting]).Any(Comments.AreWithin)
            || ((SyntaxNode[])[alarm.Start, alarm.Setting]).Any(static gone => Comments.AreIn(gone.GetLeadingTrivia()) || Comments.AreIn(gone.GetTrailingTrivia()))
            || model.Compilation.GetSymbolsWithName(static name => s_waits.Contains(name), SymbolFilter.Member, cancellationToken).OfType<IMethodSymbol>().Any(static method => method.IsExtern)
            || await IsAlsoUsedAsync(handler, document.Project.Solution, cancellationToken).ConfigureAwait(false)
            || await IsAlsoUsedAsync(alarm.Function, document.Project.Solution, cancellationToken).ConfigureAwait(false)
            || handler.DeclaringSyntaxReferences is not [{ } reference] || document.Project.Solution.GetDocument(reference.SyntaxTree) is not { } home
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is not MethodDeclarationSyntax declaration
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } homeModel
            || declaration.DescendantTokens().Count(token => token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText == number.Name) != 1
            || Attribute(handler, declaration) is not { } old || Types.Of(model.Compilation) is not { } types)
        {
            return null;
        }

        string field = "s_" + char.ToLowerInvariant(handler.Name[0]) + handler.Name.Substring(1);
        if (!model.LookupSymbols(call.SpanStart, name: field).IsEmpty || !((INamedTypeSymbol)model.GetDeclaredSymbol(type, cancellationToken)!).GetMembers(field).IsEmpty)
        {
            return null;
        }

        Edit handles = new("", home, declaration, current => Handler((MethodDeclarationSyntax)current, old.List, old.Index, types, declaration, homeModel, home));
        Edit gone = new("", document, alarm.Start, static _ => Splice.Of(), new("", document, alarm.Setting, static _ => Splice.Of(), handles));
        Edit keeps = new(
            "", document, type,
            current => NewMember.Before(
                (TypeDeclarationSyntax)current, type.Members.IndexOf(member) + ((TypeDeclarationSyntax)current).Members.Count - type.Members.Count,
                Field(field, types, member, model, document), LineEnds.Like(type)),
            gone, sameness: field);
        Edit edit = new(Title, document, call, current => SyntaxFactory.AssignmentExpression(
            SyntaxKind.SimpleAssignmentExpression, SyntaxFactory.IdentifierName(field), Start(taken.Operand.WithoutTrivia(), alarm, types, call, model, document))
            .WithTriviaFrom(current).WithAdditionalAnnotations(Formatter.Annotation), keeps);
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> IsAlsoUsedAsync(IMethodSymbol method, Solution solution, CancellationToken cancellationToken) =>
        (await SymbolFinder.FindReferencesAsync(method, solution, cancellationToken).ConfigureAwait(false)).SelectMany(static reference => reference.Locations)
            .Select(static place => (place.Document.FilePath, place.Location.SourceSpan)).Distinct().Count() != 1;

    // The one that makes it callable by native code only; with an entry point it is exported, and native code finds it by that.
    private static (int List, int Index)? Attribute(IMethodSymbol handler, MethodDeclarationSyntax declaration)
    {
        AttributeData? attribute = handler.GetAttributes().FirstOrDefault(static attribute => attribute.AttributeClass?.Name == "UnmanagedCallersOnlyAttribute");
        return attribute is not null && handler.GetAttributes().Length == 1 && attribute.NamedArguments.All(static argument => argument.Key != "EntryPoint")
            && attribute.ApplicationSyntaxReference?.GetSyntax() is AttributeSyntax { Parent: AttributeListSyntax list } syntax
            && declaration.AttributeLists.IndexOf(list) is >= 0 and var index && !Comments.AreWithin(declaration.ParameterList) ? (index, list.Attributes.IndexOf(syntax)) : null;
    }

    private static MethodDeclarationSyntax Handler(
        MethodDeclarationSyntax method, int list, int index, Types types, SyntaxNode place, SemanticModel model, Document document)
    {
        AttributeSyntax[] marks =
        [
            SyntaxFactory.Attribute(TypeNames.Of(types.Handler, place, model, document)),
            SyntaxFactory.Attribute(
                TypeNames.Of(types.Implementation, place, model, document),
                SyntaxFactory.AttributeArgumentList([SyntaxFactory.AttributeArgument(TypeNames.Member(types.Options, "AggressiveOptimization", place, model, document))])),
        ];
        AttributeListSyntax old = method.AttributeLists[list];
        ParameterSyntax state = Parameter(SyntaxKind.RefKeyword, SyntaxFactory.PredefinedType(SyntaxFactory.Token(SyntaxKind.IntKeyword)), "state");
        ParameterSyntax context = Parameter(SyntaxKind.InKeyword, TypeNames.Of(types.Context, place, model, document), "context");
        return method
            .WithAttributeLists(method.AttributeLists.Replace(old, old.WithAttributes(SyntaxFactory.SeparatedList(old.Attributes.RemoveAt(index).Concat(marks))).WithAdditionalAnnotations(Formatter.Annotation)))
            .WithParameterList(method.ParameterList.WithParameters([state, context]).WithAdditionalAnnotations(Formatter.Annotation));

        static ParameterSyntax Parameter(SyntaxKind by, TypeSyntax type, string name) =>
            SyntaxFactory.Parameter(default, [SyntaxFactory.Token(by).WithTrailingTrivia(SyntaxFactory.Space)], type.WithTrailingTrivia(SyntaxFactory.Space), SyntaxFactory.Identifier(name), null);
    }

    private static InvocationExpressionSyntax Start(ExpressionSyntax handler, Alarm alarm, Types types, SyntaxNode place, SemanticModel model, Document document)
    {
        var start = (MemberAccessExpressionSyntax)TypeNames.Member(types.Timer, "Start", place, model, document);
        GenericNameSyntax ofInt = SyntaxFactory.GenericName(start.Name.Identifier, SyntaxFactory.TypeArgumentList([SyntaxFactory.PredefinedType(SyntaxFactory.Token(SyntaxKind.IntKeyword))]));
        List<ArgumentSyntax> arguments = [SyntaxFactory.Argument(handler), SyntaxFactory.Argument(Time(alarm.Period))];
        if (alarm.Due != alarm.Period)
        {
            var options = (ObjectCreationExpressionSyntax)SyntaxFactory.ParseExpression("new _ { DueTime = _ }");
            AssignmentExpressionSyntax due = (AssignmentExpressionSyntax)options.Initializer!.Expressions[0];
            arguments.Add(SyntaxFactory.Argument(options
                .WithInitializer(options.Initializer.WithExpressions([due.WithRight(Time(alarm.Due).WithTrailingTrivia(SyntaxFactory.Space))]))
                .WithType(TypeNames.Of(types.TimerOptions, place, model, document).WithTrailingTrivia(SyntaxFactory.Space))));
        }

        return SyntaxFactory.InvocationExpression(start.WithName(ofInt), SyntaxFactory.ArgumentList(SyntaxFactory.SeparatedList(arguments)));

        ExpressionSyntax Time(long microseconds)
        {
            (string unit, long count) = microseconds % Alarm.Microseconds == 0 ? ("FromSeconds", microseconds / Alarm.Microseconds)
                : microseconds % 1000 == 0 ? ("FromMilliseconds", microseconds / 1000) : ("FromMicroseconds", microseconds);
            return SyntaxFactory.InvocationExpression(
                TypeNames.Member(types.Time, unit, place, model, document),
                SyntaxFactory.ArgumentList([SyntaxFactory.Argument(SyntaxFactory.ParseExpression(count.ToString(CultureInfo.InvariantCulture)))]));
        }
    }

    private static FieldDeclarationSyntax Field(string name, Types types, MethodDeclarationSyntax member, SemanticModel model, Document document)
    {
        TypeSyntax declared = TypeNames.Of(types.TimerOfInt, member, model, document);
        return SyntaxFactory.FieldDeclaration(
            default,
            [SyntaxFactory.Token(SyntaxKind.PrivateKeyword), SyntaxFactory.Token(SyntaxKind.StaticKeyword)],
            SyntaxFactory.VariableDeclaration(
                model.GetNullableContext(member.SpanStart).AnnotationsEnabled() ? SyntaxFactory.NullableType(declared) : declared, [SyntaxFactory.VariableDeclarator(name)]));
    }

    /// <summary>The types that are named.</summary>
    private sealed class Types(Compilation compilation)
    {
        public INamedTypeSymbol Timer { get; } = compilation.GetTypeByMetadataName("TopHalf.InterruptTimer")!;

        public INamedTypeSymbol TimerOfInt { get; } =
            compilation.GetTypeByMetadataName("TopHalf.InterruptTimer`1")!.Construct(compilation.GetSpecialType(SpecialType.System_Int32));

        public INamedTypeSymbol TimerOptions { get; } = compilation.GetTypeByMetadataName("TopHalf.InterruptTimerOptions")!;

        public INamedTypeSymbol Handler { get; } = compilation.GetTypeByMetadataName("TopHalf.InterruptHandlerAttribute")!;

        public INamedTypeSymbol Context { get; } = compilation.GetTypeByMetadataName("TopHalf.InterruptContext")!;

        public INamedTypeSymbol Time { get; } = compilation.GetTypeByMetadataName("System.TimeSpan")!;

        public INamedTypeSymbol Implementation { get; } = compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.MethodImplAttribute")!;

        public INamedTypeSymbol Options { get; } = compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.MethodImplOptions")!;

        // All of the library, or nothing.
        public static Types? Of(Compilation compilation) => compilation.GetTypeByMetadataName("TopHalf.InterruptTimer`1") is null ? null : new(compilation);
    }
}
