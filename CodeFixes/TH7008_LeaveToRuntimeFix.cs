using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Takes away the statement that installs a handler which returns to a fault: without it the runtime makes an exception of the fault, or ends the
/// process, where with it the thread spins for ever.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH7008_LeaveToRuntimeFix))]
[Shared]
public sealed class TH7008_LeaveToRuntimeFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH7008.LeaveToRuntime";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ReturnsToFault];

    private protected override string FixAllTitle => "Leave faults to the runtime";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        return model is not null && root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is { } handler
            && (handler.Ancestors().OfType<InvocationExpressionSyntax>().FirstOrDefault(Installs) ?? InstallsStruct(handler)) is { } call
            ? Removal.Of("Leave the fault to the runtime", document, call) : null;

        bool Installs(InvocationExpressionSyntax call) =>
            model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method && NativeCalls.Installer(method) is not null
            && call.ArgumentList.Arguments.FirstOrDefault() is { Expression: var number }
            && model.GetConstantValue(number, cancellationToken) is { HasValue: true, Value: int signal } && NativeCalls.IsFault(signal);

        // action.sa_handler = …, or action = new() { sa_handler = … }: the one call that is given the local, which holds no other handler.
        InvocationExpressionSyntax? InstallsStruct(SyntaxNode handler) =>
            Local(handler) is { } local && handler.FirstAncestorOrSelf<MemberDeclarationSyntax>() is { } body
            && body.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call => Mentions(call, local)).ToArray() is [{ } only] && Installs(only)
                ? only : null;

        ISymbol? Local(SyntaxNode handler) =>
            handler.Ancestors().TakeWhile(static node => node is not StatementSyntax).OfType<AssignmentExpressionSyntax>().LastOrDefault() switch
            {
                { Left: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax name } } => model.GetSymbolInfo(name, cancellationToken).Symbol as ILocalSymbol,
                { Left: IdentifierNameSyntax name, Parent: not InitializerExpressionSyntax } => model.GetSymbolInfo(name, cancellationToken).Symbol as ILocalSymbol,
                { Parent.Parent: BaseObjectCreationExpressionSyntax { Parent: EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } } } =>
                    model.GetDeclaredSymbol(variable, cancellationToken) as ILocalSymbol,
                _ => null,
            };

        bool Mentions(InvocationExpressionSyntax call, ISymbol local) =>
            call.ArgumentList.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name =>
                name.Identifier.ValueText == local.Name && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, local));
    }
}
