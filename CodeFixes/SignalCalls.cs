using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>A call of a native function that deals with signals.</summary>
internal sealed class SignalCall(Document document, SemanticModel model, InvocationExpressionSyntax call, IMethodSymbol function, string name)
{
    public Document Document { get; } = document;

    public SemanticModel Model { get; } = model;

    public InvocationExpressionSyntax Call { get; } = call;

    public IMethodSymbol Function { get; } = function;

    /// <summary>The name by which the C library knows the function.</summary>
    public string Name { get; } = name;
}

/// <summary>All that a project does with signals past the library: who installs handlers, raises signals, waits for them.</summary>
internal sealed class SignalCalls
{
    // Which argument the signal is.
    private static readonly ImmutableDictionary<string, int> s_raisers = new Dictionary<string, int>
    {
        ["raise"] = 0, ["gsignal"] = 0, ["kill"] = 1, ["killpg"] = 1, ["tkill"] = 1, ["tgkill"] = 2, ["pthread_kill"] = 1, ["sigqueue"] = 1, ["pthread_sigqueue"] = 1,
        ["rt_sigqueueinfo"] = 1, ["rt_tgsigqueueinfo"] = 2,
    }.ToImmutableDictionary();

    // They wait for the signal, or end by it, or use the same timer.
    private static readonly ImmutableHashSet<string> s_waits =
    [
        "pause", "sigpause", "sigsuspend", "sigwait", "sigwaitinfo", "sigtimedwait", "sleep", "usleep", "nanosleep", "clock_nanosleep", "poll", "ppoll", "select", "pselect",
        "epoll_wait", "epoll_pwait", "alarm", "ualarm", "getitimer", "signalfd",
    ];

    private static readonly ImmutableHashSet<string> s_timers = ["setitimer", "timer_create", "mq_notify", "fcntl", "ioctl"];

    private readonly ImmutableArray<SignalCall> _calls;
    private readonly ImmutableHashSet<string> _declared;
    private readonly ImmutableArray<long?> _managed;
    private readonly bool _isClear;

    private SignalCalls(ImmutableArray<SignalCall> calls, ImmutableHashSet<string> declared, ImmutableArray<long?> managed, bool isClear)
    {
        _managed = managed;
        _calls = calls;
        _declared = declared;
        _isClear = isClear;
    }

    /// <summary>Whether signals are held back somewhere.</summary>
    public bool Mask => _declared.Any(NativeCalls.IsMask);

    /// <summary>Whether anything may send any signal when a time has passed or data has come; <c>setitimer</c> sends its own.</summary>
    public bool HaveTimers => _declared.Remove("setitimer").Overlaps(s_timers);

    public static async Task<SignalCalls> OfAsync(Project project, CancellationToken cancellationToken)
    {
        ImmutableHashSet<string> declared = [];
        HashSet<string> names = [.. s_raisers.Keys, .. s_waits, .. s_timers];
        List<(Document, SemanticModel, SyntaxNode)> files = [];
        foreach (Document document in project.Documents)
        {
            if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is { } root
                && await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } model)
            {
                files.Add((document, model, root));
                foreach (IMethodSymbol function in root.DescendantNodes().Where(IsImport).Select(node => model.GetDeclaredSymbol(node, cancellationToken)).OfType<IMethodSymbol>()
                    .Where(NativeCalls.IsImport))
                {
                    declared = declared.Add(NativeCalls.NameOf(function));
                    _ = IsOfSignals(NativeCalls.NameOf(function)) && names.Add(function.Name);
                }
            }
        }

        ImmutableArray<SignalCall>.Builder calls = ImmutableArray.CreateBuilder<SignalCall>();
        ImmutableArray<long?>.Builder managed = ImmutableArray.CreateBuilder<long?>();
        bool isClear = true;
        foreach ((Document document, SemanticModel model, SyntaxNode root) in files)
        {
            // By a name that NativeLibrary.GetExport is given, anything can be had.
            isClear &= !root.DescendantTokens().Any(token => token.IsKind(SyntaxKind.StringLiteralToken) && IsOfSignals(token.ValueText)
                && token.Parent?.FirstAncestorOrSelf<AttributeSyntax>() is null && !IsMessage(token.Parent!, model, cancellationToken));
            managed.AddRange(root.DescendantNodes().OfType<ExpressionSyntax>().Select(node => Managed(node, model, cancellationToken)).OfType<IArgumentOperation>()
                .Select(static number => ConstantStruct.Constant(number.Value)));
            foreach (SimpleNameSyntax name in root.DescendantNodes().OfType<SimpleNameSyntax>()
                .Where(name => names.Contains(name.Identifier.ValueText) || NativeCalls.IsInstaller(name.Identifier.ValueText)))
            {
                if (model.GetSymbolInfo(name, cancellationToken).Symbol is not IMethodSymbol { IsStatic: true } function || !IsOfSignals(NativeCalls.NameOf(function)))
                {
                    continue;
                }

                SyntaxNode whole = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
                if (whole.Parent is InvocationExpressionSyntax call && call.Expression == whole)
                {
                    calls.Add(new(document, model, call, function, NativeCalls.NameOf(function)));
                    declared = declared.Add(NativeCalls.NameOf(function));
                }
                else
                {
                    isClear &= whole.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" } } };
                }
            }
        }

        return new(calls.ToImmutable(), declared, managed.ToImmutable(), isClear);
    }

    /// <summary>
    /// The calls that raise a signal, if only one handler is installed for it, and nobody waits for it; <see langword="null"/> if that cannot be seen of every call.
    /// </summary>
    public ImmutableArray<SignalCall>? Raises(RawInstallation installation)
    {
        if (!_isClear || _declared.Overlaps(s_waits) || _managed.Any(signal => signal is null || signal == installation.Signal))
        {
            return null;
        }

        ImmutableArray<SignalCall>.Builder raises = ImmutableArray.CreateBuilder<SignalCall>();
        foreach (SignalCall call in _calls.Where(call => call.Call != installation.Call))
        {
            bool isRaise = s_raisers.TryGetValue(call.Name, out int index);
            if (!isRaise && !NativeCalls.IsInstaller(call.Name))
            {
                continue;
            }

            long? signal = Number(call, index);
            if (signal == installation.Signal && isRaise)
            {
                raises.Add(call);
            }
            else if (signal == installation.Signal || (signal is null && !InstallsItself(call)))
            {
                return null;
            }
        }

        return raises.ToImmutable();
    }

    /// <summary>Whether a thread may send the signal to one thread, as by <c>raise</c>, and count on what the handler has done then.</summary>
    public bool RaiseInThread(int signal) => _calls.Any(call => call.Name is not ("kill" or "killpg" or "sigqueue" or "rt_sigqueueinfo") && s_raisers.TryGetValue(call.Name, out int index)
        && (Number(call, index) ?? signal) == signal);

    /// <summary>Where functions of a name are called.</summary>
    public IEnumerable<SignalCall> Of(string name) => _calls.Where(call => call.Name == name);

    private static long? Number(SignalCall call, int index) =>
        call.Call.ArgumentList.Arguments.ElementAtOrDefault(index)?.Expression is { } number ? ConstantStruct.Constant(call.Model.GetOperation(number)) : null;

    private static bool IsOfSignals(string name) => s_raisers.ContainsKey(name) || s_waits.Contains(name) || s_timers.Contains(name) || NativeCalls.IsInstaller(name);

    // The signal of PosixSignalRegistration.Create(…), or of Mono's new UnixSignal(…), which take it, too.
    private static IArgumentOperation? Managed(ExpressionSyntax node, SemanticModel model, CancellationToken cancellationToken) => node switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Create" } }
            when model.GetOperation(node, cancellationToken) is IInvocationOperation { TargetMethod.ContainingType.Name: "PosixSignalRegistration", Arguments: [var signal, ..] } => signal,
        BaseObjectCreationExpressionSyntax
            when model.GetOperation(node, cancellationToken) is IObjectCreationOperation { Type.Name: "UnixSignal", Arguments: [var signal, ..] } => signal,
        _ => null,
    };

    // What an error says: perror("sigaction"), new Exception("sigaction").
    private static bool IsMessage(SyntaxNode literal, SemanticModel model, CancellationToken cancellationToken) =>
        literal.Parent is ArgumentSyntax { Parent.Parent: ExpressionSyntax user } && model.GetSymbolInfo(user, cancellationToken).Symbol is IMethodSymbol told
        && (told is { MethodKind: MethodKind.Constructor, ContainingType: { } type } ? type.Name.EndsWith("Exception", StringComparison.Ordinal)
            : NativeCalls.NameOf(told) == "perror" || told is { ContainingType: { Name: "Console" or "TextWriter" or "Environment", ContainingNamespace.Name: "System" or "IO" } });

    private static bool IsImport(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Modifiers.Any(SyntaxKind.ExternKeyword) || method.Modifiers.Any(SyntaxKind.PartialKeyword),
        LocalFunctionStatementSyntax function => function.Modifiers.Any(SyntaxKind.ExternKeyword),
        _ => false,
    };

    // A handler that installs itself for the signal that it was called for.
    private static bool InstallsItself(SignalCall call) =>
        call.Call.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { } around && call.Call.DescendantNodes().OfType<PrefixUnaryExpressionSyntax>()
            .Any(taken => taken.IsKind(SyntaxKind.AddressOfExpression) && call.Model.GetSymbolInfo(taken.Operand).Symbol is { } handler
                && SymbolEqualityComparer.Default.Equals(handler, call.Model.GetDeclaredSymbol(around)));
}
