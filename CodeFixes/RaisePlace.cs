using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>A call that raises a signal, and to whom: <c>raise(n)</c> to the thread itself, <c>kill(getpid(), n)</c> to the process.</summary>
internal sealed class RaisePlace(SignalCall call, bool isToThread, ExpressionSyntax? payload, ImmutableArray<StatementSyntax> setting = default)
{
    private const long Queue = -1;

    private static readonly ImmutableHashSet<string> s_values = ["si_value", "sival_ptr", "sigval_ptr", "si_ptr"];

    public SignalCall Call { get; } = call;

    /// <summary>To the thread that raises it, where the handler has run when the call returns; otherwise to the process.</summary>
    public bool IsToThread { get; } = isToThread;

    /// <summary>What the handler gets with it, as a number.</summary>
    public ExpressionSyntax? Payload { get; } = payload;

    /// <summary>The statements before it that fill what goes with it.</summary>
    public ImmutableArray<StatementSyntax> Setting { get; } = setting.IsDefault ? [] : setting;

    /// <summary>What says that it failed, if anything does: <c>raise(n) != 0</c>.</summary>
    public ExpressionSyntax? Failed { get; private set; }

    /// <summary>The place, if nobody asks more of the result than whether it failed, and the call's arguments say to whom it goes.</summary>
    public static RaisePlace? Of(SignalCall call, CancellationToken cancellationToken)
    {
        ExpressionSyntax? failed = Test(call, cancellationToken);
        if ((failed is not null || IsStatement(call.Call)) && Bare(call, cancellationToken) is { } place)
        {
            place.Failed = failed;
            return place;
        }

        return null;
    }

    private static RaisePlace? Bare(SignalCall call, CancellationToken cancellationToken)
    {
        return (call.Name, call.Call.ArgumentList.Arguments) switch
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
            ("rt_sigqueueinfo", [{ Expression: var process }, _, { Expression: var information }]) when Is(process, "getpid") => WithInformation(call, isToThread: false, information, cancellationToken),
            ("rt_tgsigqueueinfo", [{ Expression: var process }, { Expression: var thread }, _, { Expression: var information }]) when Is(process, "getpid") && Is(thread, "gettid") =>
                WithInformation(call, isToThread: true, information, cancellationToken),
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

    // The source does not say why by errno.
    private static ExpressionSyntax? Test(SignalCall call, CancellationToken cancellationToken) =>
        call.Call.Parent is ExpressionSyntax test and (BinaryExpressionSyntax or IsPatternExpressionSyntax) && ErrorCheck.Failed(test, call.Model, cancellationToken)?.Value == call.Call
        && !call.Call.FirstAncestorOrSelf<MemberDeclarationSyntax>()!.DescendantTokens().Any(static token =>
            token.ValueText is "errno" or "perror" or "GetLastPInvokeError" or "GetLastWin32Error" or "GetLastSystemError" or "GetLastPInvokeErrorMessage" or "Win32Exception") ? test : null;

    private static bool IsStatement(InvocationExpressionSyntax call) => (NativeStatement.IsDiscard(call.Parent) ? call.Parent!.Parent : call.Parent) switch
    {
        ExpressionStatementSyntax => true,
        ArrowExpressionClauseSyntax { Parent: MethodDeclarationSyntax method } => Removal.IsVoid(method.ReturnType),
        ArrowExpressionClauseSyntax { Parent: LocalFunctionStatementSyntax function } => Removal.IsVoid(function.ReturnType),
        _ => false,
    };

    // Siginfo info = new() { si_code = SI_QUEUE, si_value = 5 }; right before the call, so that what it holds is the same there.
    private static RaisePlace? WithInformation(SignalCall call, bool isToThread, ExpressionSyntax information, CancellationToken cancellationToken)
    {
        if (call.Call.FirstAncestorOrSelf<StatementSyntax>() is not { Parent: BlockSyntax block } statement
            || ConstantStruct.Behind(information, statement, block, call.Model, cancellationToken) is not { } filled || filled.Number("si_code") != Queue
            || block.Statements.IndexOf(statement) - block.Statements.IndexOf(filled.Statements[0]) != filled.Statements.Length)
        {
            return null;
        }

        KeyValuePair<string, IOperation>[] values = [.. filled.Fields.Where(static field => s_values.Contains(field.Key.Split('.').Last()))];
        bool isAll = filled.Fields.Except(values).All(static field => ConstantStruct.Constant(field.Value) is not null);
        return values is [{ Value.Syntax: ExpressionSyntax value }] && isAll && Number(value, call.Model, cancellationToken) is { } number
            ? new(call, isToThread, number, filled.Statements) : null;
    }

    // A union, which is declared as what the program puts into it: (nint)5, or new Sigval { sival_ptr = 5 }. A narrower one leaves the rest of it open.
    private static ExpressionSyntax? Number(ExpressionSyntax value, SemanticModel model, CancellationToken cancellationToken) =>
        value is BaseObjectCreationExpressionSyntax { ArgumentList: null or { Arguments.Count: 0 }, Initializer.Expressions: [AssignmentExpressionSyntax { Right: var only }] }
            ? Number(only, model, cancellationToken)
            : model.GetTypeInfo(value, cancellationToken) switch
            {
                { Type.SpecialType: SpecialType.System_IntPtr } or { ConvertedType.SpecialType: SpecialType.System_IntPtr } => value,
                { Type.TypeKind: TypeKind.Pointer } when value is CastExpressionSyntax or IdentifierNameSyntax =>
                    SyntaxFactory.CastExpression(SyntaxFactory.IdentifierName("nint"), value.WithoutTrivia()),
                _ => null,
            };
}
