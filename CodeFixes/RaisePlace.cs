using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>A call that raises a signal, and to whom: <c>raise(n)</c> to the thread itself, <c>kill(getpid(), n)</c> to the process.</summary>
internal sealed class RaisePlace(SignalCall call, bool isToThread, ExpressionSyntax? payload)
{
    public SignalCall Call { get; } = call;

    /// <summary>To the thread that raises it, where the handler has run when the call returns; otherwise to the process.</summary>
    public bool IsToThread { get; } = isToThread;

    /// <summary>What the handler gets with it, as a number.</summary>
    public ExpressionSyntax? Payload { get; } = payload;

    /// <summary>The place, if nobody looks at the result, and the call's arguments say to whom it goes.</summary>
    public static RaisePlace? Of(SignalCall call, CancellationToken cancellationToken)
    {
        SeparatedSyntaxList<ArgumentSyntax> arguments = call.Call.ArgumentList.Arguments;
        if (!IsStatement(call.Call))
        {
            return null;
        }

        return (call.Name, arguments) switch
        {
            ("raise" or "gsignal", [_]) => new(call, isToThread: true, null),
            ("kill", [{ Expression: var process }, _]) when Is(process, "getpid") => new(call, isToThread: false, null),
            ("tgkill", [{ Expression: var process }, { Expression: var thread }, _]) when Is(process, "getpid") && Is(thread, "gettid") => new(call, isToThread: true, null),
            ("tkill", [{ Expression: var thread }, _]) when Is(thread, "gettid") => new(call, isToThread: true, null),
            ("pthread_kill", [{ Expression: var thread }, _]) when Is(thread, "pthread_self") => new(call, isToThread: true, null),
            ("sigqueue", [{ Expression: var process }, _, { Expression: var value }]) when Is(process, "getpid") && Number(value, call.Model, cancellationToken) is { } number =>
                new(call, isToThread: false, number),
            ("pthread_sigqueue", [{ Expression: var thread }, _, { Expression: var value }]) when Is(thread, "pthread_self") && Number(value, call.Model, cancellationToken) is { } number =>
                new(call, isToThread: true, number),
            _ => null,
        };

        bool Is(ExpressionSyntax value, string function) => IsCall(value, function, call.Model, cancellationToken);
    }

    /// <summary>Whether an expression calls a function of the C library that takes nothing; for the process, .NET's own will do.</summary>
    public static bool IsCall(ExpressionSyntax value, string function, SemanticModel model, CancellationToken cancellationToken) => value switch
    {
        CastExpressionSyntax cast => IsCall(cast.Expression, function, model, cancellationToken),
        ParenthesizedExpressionSyntax inner => IsCall(inner.Expression, function, model, cancellationToken),
        InvocationExpressionSyntax { ArgumentList.Arguments.Count: 0 } call => model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { IsStatic: true } called
            && NativeCalls.NameOf(called) == function,
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ProcessId" } id => function == "getpid"
            && model.GetSymbolInfo(id, cancellationToken).Symbol is IPropertySymbol { ContainingType.Name: "Environment" },
        _ => false,
    };

    private static bool IsStatement(InvocationExpressionSyntax call) => (NativeStatement.IsDiscard(call.Parent) ? call.Parent!.Parent : call.Parent) switch
    {
        ExpressionStatementSyntax => true,
        ArrowExpressionClauseSyntax { Parent: MethodDeclarationSyntax method } => Removal.IsVoid(method.ReturnType),
        _ => false,
    };

    // A union, which is declared as what the program puts into it: (nint)5, or new Sigval { sival_ptr = 5 }. A narrower one leaves the rest of it open.
    private static ExpressionSyntax? Number(ExpressionSyntax value, SemanticModel model, CancellationToken cancellationToken) =>
        value is BaseObjectCreationExpressionSyntax { ArgumentList: null or { Arguments.Count: 0 }, Initializer.Expressions: [AssignmentExpressionSyntax { Right: var only }] }
            ? Number(only, model, cancellationToken)
            : model.GetTypeInfo(value, cancellationToken) is { Type.SpecialType: SpecialType.System_IntPtr } or { ConvertedType.SpecialType: SpecialType.System_IntPtr } ? value : null;
}
