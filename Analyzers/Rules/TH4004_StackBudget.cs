using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>stackalloc of variable or large size.</summary>
internal sealed class TH4004_StackBudget : Rule
{
    public static readonly TH4004_StackBudget Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.StackBudget,
        "Keep stackalloc small and constant",
        "{0} {1}: the handler runs on what is left of the interrupted code's stack. {2}.",
        RuleCategories.ControlFlow,
        RuleLevel.SurelyWrong,
        "The verifier refuses more than 4 KiB for a handler and its callees; zeroing more than a few hundred bytes calls a helper.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Keep large buffers in the state, or in unmanaged memory that the state points to";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(OperationKind.VariableDeclarator);

    /// <summary>More than this is zeroed by a helper of the runtime on a processor with AVX2, unless the method has
    /// SkipLocalsInit.</summary>
    public const int ZeroedInline = 256;

    /// <summary>The JIT may keep the fields of values up to this size in registers: four fields of the largest kind.</summary>
    private const int Promoted = 128;

    /// <summary>The JIT makes a local of the frame of a stackalloc up to this size; a larger one moves the stack pointer where it stands, and keeps
    /// the method from being inlined.</summary>
    public const int InFrame = 32;

    /// <summary>Judges a <c>stackalloc</c>, which operations do not show; a null length is one that is not known.</summary>
    public void Inspect(SyntaxNode at, long? length, ITypeSymbol? elementType, bool isInitialized, Body body)
    {
        if (IsInLoop(at))
        {
            body.Report(this, at, "allocates stack in a loop, which is not freed before the method returns",
                "Allocate once, before the loop");
            return;
        }

        if (length is null || elementType is null || TypeFacts.Size(body.Instantiation.Of(elementType)) is not { } size)
        {
            body.Report(this, at, "allocates a variable amount of stack", "Use a constant length");
            return;
        }

        int budget = body.Engine.Settings.StackBudget(at.SyntaxTree);
        long bytes = length.Value * size;
        body.Allocate(bytes);
        if (bytes > InFrame && IsOnOnePath(at))
        {
            body.Report(this, at, "allocates stack on one of several paths, so that how much is used depends on data",
                $"Allocate before all branches and returns, or at most {InFrame} bytes");
        }
        else if (bytes > budget)
        {
            body.Report(this, at, $"allocates {bytes} bytes of stack, more than the {budget} that a handler may have");
        }
        else if (bytes > ZeroedInline && isInitialized)
        {
            body.Report(this, at, $"allocates {bytes} bytes of stack, which a helper of the runtime fills from a copy",
                "Use a ReadOnlySpan of constants, which stays where it is, or at most 256 bytes");
        }
        else if (bytes > ZeroedInline && !body.Member.SkipsLocalsInit())
        {
            body.Report(this, at, $"allocates {bytes} bytes of stack, which a helper of the runtime zeroes",
                "Mark the method [SkipLocalsInit], or allocate at most 256 bytes");
        }
    }

    public override void Inspect(IOperation operation, Body body)
    {
        if (operation is not IVariableDeclaratorOperation { Symbol: { RefKind: RefKind.None, IsConst: false } local }
            || TypeFacts.Size(body.Instantiation.Of(local.Type)) is not { } size)
        {
            return;
        }

        // Smaller ones may be kept in registers, or not at all.
        body.TakeStack(size > Promoted ? size : 0);
        if (body.Engine.Settings.StackBudget(operation.Syntax.SyntaxTree) is var budget && size > budget)
        {
            body.Report(this, operation.Syntax,
                $"keeps {size} bytes in the local '{local.Name}', more than the {budget} that a handler may have",
                "Use a reference to where it is (ref)");
        }
    }

    /// <summary>That the buffers and large values of a root and its callees together are too many.</summary>
    public Effect? Sum(long bytes, int budget, Location root) => bytes <= budget ? null
        : new Effect(this, root, $"keeps {bytes} bytes on the stack together with what it calls, more than the {budget} that a handler may have", Remedy);

    // Paths with it and paths without it meet, at the end of the method at the latest.
    private static bool IsOnOnePath(SyntaxNode syntax) =>
        Around(syntax).Any(node => node is IfStatementSyntax or ElseClauseSyntax or SwitchSectionSyntax or SwitchExpressionSyntax
            or ConditionalExpressionSyntax)
        || Inside(syntax).Any(node => node.Span.End <= syntax.SpanStart && (node is ReturnStatementSyntax || (node is GotoStatementSyntax jump && !Ends(jump, syntax.SpanStart))));

    private static bool IsInLoop(SyntaxNode syntax) =>
        Around(syntax).Any(node => node is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax or CommonForEachStatementSyntax)
        || Inside(syntax).OfType<GotoStatementSyntax>().Any(jump => jump.SpanStart >= syntax.Span.End && LeadsBack(jump, syntax));

    // To a label before, or, as far as can be told without the values, to a section of a switch around.
    private static bool LeadsBack(GotoStatementSyntax jump, SyntaxNode syntax) => jump.IsKind(SyntaxKind.GotoStatement)
        ? Labels(jump, syntax).Any(label => label.SpanStart <= syntax.SpanStart)
        : jump.FirstAncestorOrSelf<SwitchStatementSyntax>()?.Span.Contains(syntax.Span) == true;

    // Whether all that it may lead to lies before a position, a section of a switch included.
    private static bool Ends(GotoStatementSyntax jump, int position) => jump.IsKind(SyntaxKind.GotoStatement)
        ? Labels(jump, jump).All(label => label.SpanStart < position)
        : jump.FirstAncestorOrSelf<SwitchStatementSyntax>()?.Span.End <= position;

    private static IEnumerable<LabeledStatementSyntax> Labels(GotoStatementSyntax jump, SyntaxNode inside) =>
        Inside(inside).OfType<LabeledStatementSyntax>().Where(label => label.Identifier.ValueText == (jump.Expression as IdentifierNameSyntax)?.Identifier.ValueText);

    // All of the body around it.
    private static IEnumerable<SyntaxNode> Inside(SyntaxNode syntax) => Around(syntax).Last().DescendantNodes(static node => !IsFunction(node));

    // The body is the last.
    private static IEnumerable<SyntaxNode> Around(SyntaxNode syntax) => syntax.AncestorsAndSelf().TakeWhile(node => !IsFunction(node));

    private static bool IsFunction(SyntaxNode node) => node is MemberDeclarationSyntax or LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax;
}
