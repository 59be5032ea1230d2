using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Composition;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Moves what a handler must not do to a bottom half: the handler writes the values that the statements read into an <c>InterruptQueue</c>, whose
/// reader, started where the handler is registered, runs the statements in ordinary context.
/// </summary>
/// <remarks>
/// All such statements of a handler go at once, by one queue, so that their order is kept. Which may go is decided by
/// <see cref="DeferToBottomHalfRun"/> and <see cref="DeferToBottomHalfMove"/>, where the handler is registered is found by
/// <see cref="HandlerStart"/>, and <see cref="DeferToBottomHalfCode"/> writes. In the end it is tried out: what does not compile, or is found fault with, is not offered.
/// </remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DeferToBottomHalfFix))]
[Shared]
public sealed class DeferToBottomHalfFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TopHalf.Defer";

    // Each finding of a handler asks for the same plan.
    private static readonly ConditionalWeakTable<Compilation, ConcurrentDictionary<SyntaxNode, DeferToBottomHalfPlan?>> s_plans = new();

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => Rules;

    /// <summary>The rules about what a statement does, and that it may do elsewhere.</summary>
    internal static ImmutableArray<string> Rules { get; } =
    [
        RuleIds.Allocation, RuleIds.Boxing, RuleIds.DelegateCreation, RuleIds.StringBuilding, RuleIds.HiddenAllocation, RuleIds.ManagedRead, RuleIds.ReferenceWrite,
        RuleIds.Lock, RuleIds.Blocking, RuleIds.UnknownCall, RuleIds.DynamicDispatch, RuleIds.NativeTransition, RuleIds.GCPoll,
        RuleIds.DeclaredUnsafe, RuleIds.Recursion,
        RuleIds.ExceptionRegion, RuleIds.RuntimeService,
    ];

    private protected override string FixAllTitle => "Leave it to bottom halves";

    private protected override string EquivalenceKey => Key;

    private protected override Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken) =>
        EditAsync(document, diagnostic, cancellationToken);

    /// <summary>What moves the statements of the handler that a finding is in, if the finding goes with them.</summary>
    internal static async Task<Edit?> EditAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null || !root.FullSpan.Contains(diagnostic.Location.SourceSpan)
            || HandlerAround(root.FindNode(diagnostic.Location.SourceSpan), model, cancellationToken) is not { } handler)
        {
            return null;
        }

        ConcurrentDictionary<SyntaxNode, DeferToBottomHalfPlan?> plans = s_plans.GetOrCreateValue(model.Compilation);
        if (!plans.TryGetValue(handler, out DeferToBottomHalfPlan? plan))
        {
            plan = await DeferToBottomHalfPlan.OfAsync(document, handler, model, cancellationToken).ConfigureAwait(false);
            plans.TryAdd(handler, plan);
        }

        return plan is not null && plan.Mends(diagnostic.Location.SourceSpan) ? plan.Edit : null;
    }

    /// <summary>The declaration of the handler that a node is in: a static method or local function of its shape, with its state declared here.</summary>
    internal static SyntaxNode? HandlerAround(SyntaxNode node, SemanticModel model, CancellationToken cancellationToken) =>
        node.AncestorsAndSelf().FirstOrDefault(around => around is MethodDeclarationSyntax or LocalFunctionStatementSyntax
            && model.GetDeclaredSymbol(around, cancellationToken) is IMethodSymbol
            {
                IsStatic: true, ReturnsVoid: true, IsAsync: false,
                Parameters: [{ RefKind: RefKind.Ref, Type: INamedTypeSymbol { TypeKind: TypeKind.Struct } },
                { RefKind: RefKind.In, Type: { Name: "InterruptContext" } context }],
            }
            && HandlerStart.IsOfTopHalf(context));
}
