using System.Collections.Immutable;
using System.Composition;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Where ordinary code calls what a handler calls, too (TH6001 and TH6002 at a call): the member itself uses <see cref="Interlocked"/> and
/// <see cref="Volatile"/> for all the statics that it uses.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH6002_SharedMemberFix))]
[Shared]
public sealed class TH6002_SharedMemberFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH6002.SharedMember";

    // By value: netstandard2.0 does not know AggressiveOptimization.
    private const MethodImplOptions Prepared = MethodImplOptions.AggressiveInlining | (MethodImplOptions)512;

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.NonAtomicUpdate, RuleIds.PlainAccess];

    private protected override string FixAllTitle => "Use Interlocked and Volatile in members that handlers call";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax call
            || model?.GetSymbolInfo(call, cancellationToken).Symbol
                is not { IsVirtual: false, IsAbstract: false, IsOverride: false, Kind: SymbolKind.Method or SymbolKind.Property } member
            || member.OriginalDefinition.DeclaringSyntaxReferences is not [{ } reference]
            || document.Project.GetDocument(reference.SyntaxTree) is not { } home
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is not { } declaration
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } ownModel
            || Accesses(declaration, ownModel, cancellationToken) is not { Count: > 0 } accesses)
        {
            return null;
        }

        Dictionary<SyntaxNode, Edit> edits = [];
        foreach (ExpressionSyntax access in accesses)
        {
            Edit? edit = TH6001_InterlockedFix.Around(access) is { } update
                ? TH6001_InterlockedFix.Plan(home, update, ownModel, cancellationToken) : TH6002_VolatileFix.Plan(home, access, ownModel, cancellationToken);
            if (edit is null)
            {
                return null;
            }

            edits[edit.Target] = edit;
        }

        string title = $"Use Interlocked and Volatile in '{member.Name}'";
        return IsInlinedThen(member, edits.Keys)
            ? edits.Values.Aggregate((Edit?)null, (others, edit) => new Edit(title, home, edit.Target, edit.Rewrite, others)) : null;
    }

    // All plain uses of statics; null where the member calls others, of which it is not known what they do.
    private static List<ExpressionSyntax>? Accesses(SyntaxNode declaration, SemanticModel model, CancellationToken cancellation)
    {
        List<ExpressionSyntax> accesses = [];
        foreach (SimpleNameSyntax name in declaration.DescendantNodes().OfType<SimpleNameSyntax>())
        {
            switch (model.GetSymbolInfo(name, cancellation).Symbol)
            {
                case IMethodSymbol { DeclaringSyntaxReferences.IsEmpty: false } or IPropertySymbol { DeclaringSyntaxReferences.IsEmpty: false }:
                    return null;

                case IFieldSymbol { IsStatic: true, IsReadOnly: false, IsConst: false, IsVolatile: false }:
                    ExpressionSyntax whole = Whole(name);
                    if (whole.Parent is not ArgumentSyntax { RefKindKeyword.RawKind: not (int)SyntaxKind.None })
                    {
                        accesses.Add(whole);
                    }

                    break;
            }
        }

        return accesses;

        // s_state.Count of s_state, and C.s_count of s_count
        ExpressionSyntax Whole(ExpressionSyntax expression) =>
            expression.Parent is MemberAccessExpressionSyntax access
            && (access.Name == expression || model.GetSymbolInfo(access, cancellation).Symbol is IFieldSymbol { IsStatic: false, ContainingType.IsValueType: true })
                ? Whole(access) : expression;
    }

    // It grows by a few bytes of IL. A single access stays small enough to be inlined without being marked.
    private static bool IsInlinedThen(ISymbol member, IEnumerable<SyntaxNode> targets) =>
        (member is IMethodSymbol method && ((MethodImplOptions)method.MethodImplementationFlags & Prepared) != 0)
        || targets.All(target => target.Parent is ArrowExpressionClauseSyntax or ReturnStatementSyntax { Parent: BlockSyntax { Statements.Count: 1 } }
            or ExpressionStatementSyntax { Parent: BlockSyntax { Statements.Count: 1 } });
}
