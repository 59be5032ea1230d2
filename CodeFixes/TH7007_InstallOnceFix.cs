using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Takes away the call by which a handler installs itself again, in the handler. Only where the handler is installed by functions that leave it in
/// place, and nowhere else, and for the same signal: there the call does nothing.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH7007_InstallOnceFix))]
[Shared]
public sealed class TH7007_InstallOnceFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH7007.InstallOnce";

    // Not sysv_signal, which takes it away, and not sigaction, which does so by a flag (SA_RESETHAND) that may come from anywhere.
    private static readonly ImmutableHashSet<string> s_lasting = ["signal", "bsd_signal", "ssignal", "sigset"];

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.InstallsItself];

    private protected override string FixAllTitle => "Install handlers once";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (model is null
            || root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } call
            || Handler(call, model, cancellationToken) is not { DeclaringSyntaxReferences: [{ } declared] } handler
            || await declared.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is not { } declaration
            || !await IsAlwaysInstalledForAsync(Number(call, model, cancellationToken), handler, document.Project.Solution, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        const string Title = "Install the handler once";
        if (Function(call) == declaration)
        {
            return Removal.Of(Title, document, call);
        }

        // By way of a method that does nothing else: the call of that.
        return Function(call) is { } function && IsAllOf(function, call)
            && model.GetDeclaredSymbol(function, cancellationToken) is { } installs
            && document.Project.Solution.GetDocument(declaration.SyntaxTree) is { } home
            && await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } other
            && declaration.DescendantNodes().OfType<InvocationExpressionSyntax>()
                .Where(inner => SymbolEqualityComparer.Default.Equals(other.GetSymbolInfo(inner, cancellationToken).Symbol, installs)).ToArray() is [{ } only]
            && Function(only) == declaration ? Removal.Of(Title, home, only) : null;
    }

    private static IMethodSymbol? Handler(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation) =>
        call.ArgumentList.Arguments is [_, { Expression: var given }] && model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol method
        && NativeCalls.Installer(method) is { } name && s_lasting.Contains(name)
            ? given.DescendantNodesAndSelf().OfType<PrefixUnaryExpressionSyntax>().Where(static node => node.IsKind(SyntaxKind.AddressOfExpression))
                .Select(address => model.GetSymbolInfo(address.Operand, cancellation).Symbol).OfType<IMethodSymbol>().SingleOrDefault()
            : null;

    // The constant; or the handler's own number, for which it is installed already. Otherwise something that is equal to nothing.
    private static object Number(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation)
    {
        ExpressionSyntax number = call.ArgumentList.Arguments[0].Expression;
        return model.GetConstantValue(number, cancellation).Value
            ?? (model.GetSymbolInfo(number, cancellation).Symbol is IParameterSymbol { Ordinal: 0, ContainingSymbol: IMethodSymbol owner } parameter
                && SymbolEqualityComparer.Default.Equals(owner, Handler(call, model, cancellation)) && !IsWritten(call, parameter) ? s_itself : new object());
    }

    private static readonly object s_itself = new();

    private static bool IsWritten(SyntaxNode call, IParameterSymbol parameter) =>
        Function(call)!.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == parameter.Name
            && name.Parent is AssignmentExpressionSyntax or PostfixUnaryExpressionSyntax or PrefixUnaryExpressionSyntax
                or ArgumentSyntax { RefKindKeyword.RawKind: not (int)SyntaxKind.None });

    private static async Task<bool> IsAlwaysInstalledForAsync(object number, IMethodSymbol handler, Solution solution, CancellationToken cancellation)
    {
        foreach (ReferenceLocation place in (await SymbolFinder.FindReferencesAsync(handler, solution, cancellation).ConfigureAwait(false))
            .SelectMany(static reference => reference.Locations))
        {
            if (await place.Document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is not { } root
                || await place.Document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } model
                || root.FindNode(place.Location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } call
                || Handler(call, model, cancellation) is null)
            {
                return false;
            }

            object other = Number(call, model, cancellation);
            if (!other.Equals(number) && !other.Equals(s_itself) && !number.Equals(s_itself))
            {
                return false;
            }
        }

        return true;
    }

    private static SyntaxNode? Function(SyntaxNode node) => node.Ancestors().FirstOrDefault(static ancestor =>
        ancestor is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax or AccessorDeclarationSyntax);

    private static bool IsAllOf(SyntaxNode function, InvocationExpressionSyntax call) => function switch
    {
        MethodDeclarationSyntax { ExpressionBody.Expression: var only } => only == call,
        MethodDeclarationSyntax { Body.Statements: [ExpressionStatementSyntax { Expression: var only }] } => only == call,
        _ => false,
    };
}
