using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Text;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Has <c>PosixSignalRegistration</c> call a method that <c>signal</c> installs for a signal that would end the program: later, as ordinary code. It is kept
/// in a field, as it ends when it is collected.
/// </summary>
/// <remarks>
/// What sends the signal goes on as it is. Where all of that is seen, there is an interrupt source for it: see <see cref="TH7002_InterruptTimerFix"/> and
/// <see cref="TH7002_SoftwareInterruptFix"/>.
/// </remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH7002_PosixSignalFix))]
[Shared]
public sealed class TH7002_PosixSignalFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH7002.PosixSignal";

    // SIGHUP, SIGINT, SIGQUIT and SIGTERM have names of their own; SIGUSR1, SIGUSR2 and SIGALRM are known by their numbers.
    private static readonly ImmutableDictionary<int, string> s_signals = new Dictionary<int, string>
    {
        [1] = "SIGHUP", [2] = "SIGINT", [3] = "SIGQUIT", [15] = "SIGTERM", [10] = "", [12] = "", [14] = "",
    }.ToImmutableDictionary();

    private static readonly ImmutableHashSet<string> s_installers = ["signal", "bsd_signal", "ssignal", "sigset"];

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.RawSignalHandler];

    private protected override string FixAllTitle => "Handle signals in ordinary code";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not { } address
            || address.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { ArgumentList.Arguments: [{ Expression: var first }, _] } call || !IsStatement(call)
            || call.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not MethodDeclarationSyntax { Parent: TypeDeclarationSyntax { TypeParameterList: null } type } member
            || type.Ancestors().OfType<TypeDeclarationSyntax>().Any(static outer => outer.TypeParameterList is not null)
            || Comments.AreWithin(call)
            || model?.GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol function
            || NativeCalls.Installer(function) is not { } name || !s_installers.Contains(name)
            || model.GetConstantValue(first, cancellationToken) is not { HasValue: true, Value: int signal } || !s_signals.TryGetValue(signal, out string? known)
            || model.Compilation.GetTypeByMetadataName("System.Runtime.InteropServices.PosixSignalRegistration") is not { } registration
            || model.Compilation.GetTypeByMetadataName("System.Runtime.InteropServices.PosixSignal") is not { } signals
            || call.DescendantNodes().Where(static node => node.IsKind(SyntaxKind.AddressOfExpression)).ToArray()
                is not [PrefixUnaryExpressionSyntax { Operand: NameSyntax or MemberAccessExpressionSyntax } taken]
            || model.GetSymbolInfo(taken.Operand, cancellationToken).Symbol
                is not IMethodSymbol { MethodKind: MethodKind.Ordinary, ReturnsVoid: true, Parameters: [{ Type.SpecialType: SpecialType.System_Int32 }] } handler
            || await EntryAsync(handler, taken, document.Project.Solution, cancellationToken).ConfigureAwait(false) is not var (isEntry, removal) || !isEntry
            || (await SignalCalls.OfAsync(document.Project, cancellationToken).ConfigureAwait(false)).RaiseInThread(signal))
        {
            return null;
        }

        string field = "s_" + char.ToLowerInvariant(handler.Name[0]) + handler.Name.Substring(1);
        if (!model.LookupSymbols(call.SpanStart, name: field).IsEmpty
            || !((INamedTypeSymbol)model.GetDeclaredSymbol(type, cancellationToken)!).GetMembers(field).IsEmpty)
        {
            return null;
        }

        const string Title = "Handle the signal in ordinary code, by PosixSignalRegistration";
        string number = signal.ToString(CultureInfo.InvariantCulture);
        ExpressionSyntax which = known.Length > 0
            ? TypeNames.Member(signals, known, call, model, document)
            : SyntaxFactory.CastExpression(TypeNames.Of(signals, call, model, document), (ExpressionSyntax)first.WithoutTrivia());

        // Without Cancel the signal would end the program, as it did without a handler.
        ExpressionSyntax lambda = SyntaxFactory.ParseExpression($"static context => {{ context.Cancel = true; {taken.Operand.WithoutTrivia()}({number}); }}");
        Edit keeps = new(
            Title, document, type,

            // However many have been put in already.
            current => NewMember.Before(
                (TypeDeclarationSyntax)current, type.Members.IndexOf(member) + ((TypeDeclarationSyntax)current).Members.Count - type.Members.Count,
                Field(field, registration, member, model, document), LineEnds.Like(type)),
            removal, sameness: field);
        return new Edit(
            Title, document, call,
            current => SyntaxFactory.AssignmentExpression(
                SyntaxKind.SimpleAssignmentExpression, SyntaxFactory.IdentifierName(field),
                SyntaxFactory.InvocationExpression(
                    TypeNames.Member(registration, "Create", call, model, document),
                    SyntaxFactory.ArgumentList([SyntaxFactory.Argument(which), SyntaxFactory.Argument(lambda)])))
                .WithTriviaFrom(current).WithAdditionalAnnotations(Formatter.Annotation),
            keeps);
    }

    // Nobody asks for the handler before.
    private static bool IsStatement(InvocationExpressionSyntax call) => call.Parent is ExpressionStatementSyntax
        || (call.Parent is ArrowExpressionClauseSyntax { Parent: MethodDeclarationSyntax method } && Removal.IsVoid(method.ReturnType));

    // Whether native code alone calls the method, and it is installed once: then it may be changed. And what takes its attribute away, with which
    // nobody else may call it.
    private static async Task<(bool IsEntry, Edit? Removal)?> EntryAsync(
        IMethodSymbol handler, SyntaxNode taken, Solution solution, CancellationToken cancellation)
    {
        // A file of several projects is one place.
        (string? Path, TextSpan Span)[] places =
            [.. (await SymbolFinder.FindReferencesAsync(handler, solution, cancellation).ConfigureAwait(false))
                .SelectMany(static reference => reference.Locations).Select(static place => (place.Document.FilePath, place.Location.SourceSpan)).Distinct()];
        if (places is not [{ } only] || only.Path != taken.SyntaxTree.FilePath || !taken.Span.Contains(only.Span))
        {
            return null;
        }

        AttributeData? attribute = handler.GetAttributes().FirstOrDefault(static attribute => attribute.AttributeClass?.Name == "UnmanagedCallersOnlyAttribute");
        if (attribute is null)
        {
            return (true, null);
        }

        // With an entry point it is exported, and native code finds it by that.
        return attribute.NamedArguments.All(static argument => argument.Key != "EntryPoint")
            && attribute.ApplicationSyntaxReference is { } reference && solution.GetDocument(reference.SyntaxTree) is { } home
            && await reference.GetSyntaxAsync(cancellation).ConfigureAwait(false)
                is AttributeSyntax { Parent: AttributeListSyntax { Parent: MethodDeclarationSyntax method } list } syntax
            ? (true, new Edit("", home, method, current => TH0006_RemovePromiseFix.Without(
                (MethodDeclarationSyntax)current, method.AttributeLists.IndexOf(list), list.Attributes.IndexOf(syntax))))
            : null;
    }

    private static FieldDeclarationSyntax Field(string name, INamedTypeSymbol type, MethodDeclarationSyntax member, SemanticModel model, Document document)
    {
        bool isNullable = model.GetNullableContext(member.SpanStart).AnnotationsEnabled();
        TypeSyntax declared = TypeNames.Of(type, member, model, document);
        return SyntaxFactory.FieldDeclaration(
            default,
            [SyntaxFactory.Token(SyntaxKind.PrivateKeyword), SyntaxFactory.Token(SyntaxKind.StaticKeyword)],
            SyntaxFactory.VariableDeclaration(isNullable ? SyntaxFactory.NullableType(declared) : declared, [SyntaxFactory.VariableDeclarator(name)]));
    }
}
