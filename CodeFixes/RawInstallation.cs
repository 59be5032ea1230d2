using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// A C# method that is made a signal handler by <c>signal(n, &amp;OnSignal);</c>, or by a struct that a block fills and <c>sigaction(n, &amp;action, null);</c>, where nobody asks
/// what was there before.
/// </summary>
internal sealed class RawInstallation(
    int signal, InvocationExpressionSyntax call, NativeStatement? statement, ExpressionSyntax handler, IMethodSymbol method, bool hasInformation, ImmutableArray<StatementSyntax> setting,
    bool isDelegate = false)
{
    // Flags that change nothing for a handler that is a source's: SA_ONSTACK, SA_RESTORER, SA_RESTART.
    private const long OnStack = 0x0800_0000;
    private const long Restorer = 0x0400_0000;
    private const long Restart = 0x1000_0000;
    private const long Information = 4;

    public int Signal { get; } = signal;

    /// <summary>What installs it.</summary>
    public InvocationExpressionSyntax Call { get; } = call;

    /// <summary>The method's name, as it is written there.</summary>
    public ExpressionSyntax Handler { get; } = handler;

    public IMethodSymbol Method { get; } = method;

    /// <summary>Whether it gets what is known of the signal, too (SA_SIGINFO).</summary>
    public bool HasInformation { get; } = hasInformation;

    /// <summary>Whether it is a delegate that native code gets, and not an address.</summary>
    public bool IsDelegate { get; } = isDelegate;

    /// <summary>The statements before the call that fill the struct.</summary>
    public ImmutableArray<StatementSyntax> Setting { get; } = setting;

    /// <summary>The statement of a block that the call is in; none, where it is all of a method.</summary>
    public NativeStatement? Statement { get; } = statement;

    /// <summary>What is replaced: the statement, or the expression that is all of one where no block is, or of a method.</summary>
    public SyntaxNode Whole => (SyntaxNode?)Statement?.Statement ?? (NativeStatement.IsDiscard(Call.Parent) ? Call.Parent! : Call);

    /// <summary>Where it is installed.</summary>
    public BlockSyntax? Block => Statement?.Statement.Parent as BlockSyntax;

    /// <summary>The installation that a finding is about.</summary>
    public static RawInstallation? At(SyntaxNode root, Diagnostic diagnostic, SemanticModel model, CancellationToken cancellationToken)
    {
        if (!root.FullSpan.Contains(diagnostic.Location.SourceSpan))
        {
            return null;
        }

        SyntaxNode found = root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
        if (found.DescendantNodesAndSelf().OfType<PrefixUnaryExpressionSyntax>().Where(static node => node.IsKind(SyntaxKind.AddressOfExpression)).ToArray() is not [var taken])
        {
            return found is (NameSyntax or MemberAccessExpressionSyntax) and ExpressionSyntax name && model.GetSymbolInfo(name, cancellationToken).Symbol is IMethodSymbol { IsStatic: true } called
                ? OfArgument(name, name, called, isDelegate: true, model, cancellationToken) : null;
        }

        SyntaxNode value = taken;
        while (value.Parent is CastExpressionSyntax or ParenthesizedExpressionSyntax)
        {
            value = value.Parent;
        }

        if (model.GetOperation(value, cancellationToken)?.DescendantsAndSelf().OfType<IMethodReferenceOperation>().FirstOrDefault() is not { Method: var method })
        {
            return null;
        }

        if (value.Parent is ArgumentSyntax)
        {
            return OfArgument(value, taken.Operand, method, isDelegate: false, model, cancellationToken);
        }

        return taken.FirstAncestorOrSelf<StatementSyntax>()?.Parent is BlockSyntax block
            ? block.Statements.Select(statement => Of(statement, block, taken, method, model, cancellationToken)).FirstOrDefault(static found => found is not null) : null;
    }

    // signal(n, &OnSignal); or signal(n, OnSignal);
    private static RawInstallation? OfArgument(
        SyntaxNode value, ExpressionSyntax handler, IMethodSymbol method, bool isDelegate, SemanticModel model, CancellationToken cancellationToken)
    {
        if (value.Parent is not ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { ArgumentList.Arguments: [{ Expression: var first }, var second] } call } argument || argument != second)
        {
            return null;
        }

        NativeStatement? own = call.FirstAncestorOrSelf<StatementSyntax>() is { Parent: BlockSyntax around } whole ? NativeStatement.Of(whole, around, model, cancellationToken) : null;
        return (own?.Call == call || IsAll(call)) && Name(call, model, cancellationToken) is "signal" or "bsd_signal" && Number(first, model, cancellationToken) is { } signal
            ? new(signal, call, own?.Call == call ? own : null, handler, method, hasInformation: false, [], isDelegate) : null;
    }

    private static RawInstallation? Of(
        StatementSyntax statement, BlockSyntax block, PrefixUnaryExpressionSyntax taken, IMethodSymbol method, SemanticModel model, CancellationToken cancellationToken)
    {
        if (NativeStatement.Of(statement, block, model, cancellationToken) is not { Call: { ArgumentList.Arguments: [{ Expression: var first }, { Expression: var second }, { } old] } call } own
            || Name(call, model, cancellationToken) is not ("sigaction" or "__sigaction")
            || Number(first, model, cancellationToken) is not { } signal || !NativeStatement.IsNothing(old, model, cancellationToken)
            || ConstantStruct.Behind(second, statement, block, model, cancellationToken) is not { } action)
        {
            return null;
        }

        // The one that is no number is the handler.
        KeyValuePair<string, IOperation>[] others = [.. action.Fields.Where(static field => ConstantStruct.Constant(field.Value) is null)];
        long flags = action.Fields.Where(static field => field.Key.EndsWith("flags", StringComparison.Ordinal)).Select(static field => ConstantStruct.Constant(field.Value) ?? -1).FirstOrDefault();
        bool hasInformation = (flags & Information) != 0;
        return others is [{ Value.Syntax: var value }] && value.Span.Contains(taken.Span)
            && (flags & Restart) != 0 && (flags & ~(Restart | Information | OnStack | Restorer)) == 0
            ? new(signal, call, own, taken.Operand, method, hasInformation, action.Statements) : null;
    }

    private static string? Name(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken) =>
        model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { IsStatic: true } function ? NativeCalls.Installer(function) : null;

    private static int? Number(ExpressionSyntax first, SemanticModel model, CancellationToken cancellationToken) =>
        ConstantStruct.Constant(model.GetOperation(first, cancellationToken)) is > 0 and < 65 and var number ? (int)number : null;

    // Nobody asks for the handler before.
    private static bool IsAll(InvocationExpressionSyntax call) => (NativeStatement.IsDiscard(call.Parent) ? call.Parent!.Parent : call.Parent) switch
    {
        ExpressionStatementSyntax => true,
        ArrowExpressionClauseSyntax { Parent: MethodDeclarationSyntax method } => Removal.IsVoid(method.ReturnType),
        ArrowExpressionClauseSyntax { Parent: LocalFunctionStatementSyntax function } => Removal.IsVoid(function.ReturnType),
        _ => false,
    };
}
