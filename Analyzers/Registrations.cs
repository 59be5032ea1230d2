using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>
/// What ordinary code does to signals and interrupt sources: installs handlers past this library (TH7002), asks for signals that cannot be had
/// (TH7003), loses sources (TH7004), has the C library start threads (TH7005), installs a handler in itself (TH7007) or one that returns to a fault (TH7008). And whether code that enters shared values looks whether it was let in (TH6005). Sees every call and assignment of the files that can matter (Interest), so it looks at names first.
/// </summary>
internal sealed class Registrations(
    Engine engine, ISymbol member, Action<Rule, Location, string[]> report, Action<IMethodSymbol, Location> handler, CancellationToken cancellation)
{
    private static readonly HashSet<string> s_installers = new(StringComparer.Ordinal)
    {
        "sigaction", "__sigaction", "rt_sigaction", "signal", "bsd_signal", "sysv_signal", "__sysv_signal", "ssignal", "sigset", "sigvec",
    };

    private static readonly HashSet<string> s_timers = new(StringComparer.Ordinal) { "timer_create", "mq_notify" };

    private static readonly HashSet<string> s_handlerFields = new(StringComparer.Ordinal)
    {
        "sa_handler", "sa_sigaction", "__sigaction_handler", "_sa_handler", "__sa_handler",
    };

    private static readonly HashSet<string> s_handlerStructs = new(StringComparer.Ordinal) { "sigaction", "sigaction_t", "kernel_sigaction" };

    private static readonly HashSet<string> s_callbackFields = new(StringComparer.Ordinal) { "sigev_notify_function", "_sigev_notify_function" };

    /// <summary>Every name by which signals are dealt with: a file without any of them has nothing for this.</summary>
    public static IEnumerable<string> SignalWords => new[] { s_installers, s_timers, s_handlerFields, s_handlerStructs, s_callbackFields }
        .SelectMany(static set => set).Concat(SignalMasks.Setters);

    /// <summary>Whether there is anything to judge: asked for every call and assignment of a file, so it makes nothing.</summary>
    public static bool Concerns(IOperation operation) => operation switch
    {
        IInvocationOperation call => (TakesNumberFirst(call.TargetMethod) && IsOfSignals(NativeName(call.TargetMethod))) || call.Type.IsInterruptSource() || IsEntry(call.TargetMethod),
        ISimpleAssignmentOperation { Target: IMemberReferenceOperation { Member: { } member } } =>
            IsHandlerField(member) || IsCallbackField(member) || member.Name == "Signal",
        _ => false,
    };

    /// <summary>The name of a native function, whatever it is called here: a P/Invoke whose name says nothing may have an entry point that does.</summary>
    public static string NativeName(IMethodSymbol method) =>
        method.IsExtern && !IsOfSignals(method.Name) && method.GetDllImportData()?.EntryPointName is { } entry ? entry : method.Name;

    /// <summary>Whether a function of that name installs handlers.</summary>
    public static bool IsInstaller(string name) => s_installers.Contains(name);

    /// <summary>The handlers that an operation installs past the library.</summary>
    public static void FindInstalled(IOperation operation, ISymbol member, Engine engine, Action<IMethodSymbol, Location> found, CancellationToken cancellation)
    {
        if (Concerns(operation))
        {
            new Registrations(engine, member, static (_, _, _) => { }, (method, at) => found(method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition, at), cancellation)
                .Inspect(operation);
        }
    }

    /// <summary>Where what an operation hands over is installed: of a struct that is filled each call that is given it, and of a loop its rounds as two.</summary>
    /// <param name="operation">A call, or an assignment to a handler field.</param>
    /// <param name="at">Where the handler stands.</param>
    public static IEnumerable<Location> Installations(IOperation operation, Location at)
    {
        Location[] calls = operation is ISimpleAssignmentOperation assignment
            ? [.. operation.Root().Descendants().OfType<IInvocationOperation>().Where(call => IsInstaller(NativeName(call.TargetMethod))
                && call.Arguments.Any(argument => SignalMasks.Variable(argument.Value) is ILocalSymbol local && IsOf(assignment.Target is IMemberReferenceOperation target ? target.Instance : null, local)))
                .Select(static call => call.Syntax.GetLocation())] : [];
        IEnumerable<Location> places = calls.Length > 0 ? calls : [at];
        return QuietPlaces.Around(operation).OfType<ILoopOperation>().FirstOrDefault() is { } loop ? places.Append(loop.Syntax.GetFirstToken().GetLocation()) : places;
    }

    /// <summary>Judges a call or an assignment, those of object initialisers included.</summary>
    public void Inspect(IOperation operation)
    {
        if (operation is IInvocationOperation call)
        {
            Inspect(call);
        }
        else
        {
            Inspect((ISimpleAssignmentOperation)operation);
        }
    }

    private void Inspect(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (TakesNumberFirst(method))
        {
            string name = NativeName(method);
            if (IsInstaller(name))
            {
                Installed(call.Arguments, method.Name);
                ForFault(call);
            }
            else if (IsTimer(name))
            {
                OnThread(call.Arguments, method.Name);
            }
        }

        if (IsEntry(method) && IsUnused(call))
        {
            report(TH6005_UntestedEntry.Instance, call.Syntax.GetLocation(), [Names.WithType(method)]);
        }

        if (call.Type.IsInterruptSource() && IsLost(call))
        {
            report(TH7004_LostSource.Instance, call.Syntax.GetLocation(), [Names.WithType(method)]);
        }
    }

    private void Inspect(ISimpleAssignmentOperation assignment)
    {
        if (assignment.Target is not IMemberReferenceOperation { Member: { } member })
        {
            return;
        }

        if (IsHandlerField(member))
        {
            Installed([assignment.Value], member.Name);
        }
        else if (IsCallbackField(member))
        {
            OnThread([assignment.Value], member.Name);
        }
        else if (member is { Name: "Signal", ContainingType: { Name: "InterruptTimerOptions" or "SoftwareInterruptOptions" or "FileInterruptOptions" or "CounterInterruptOptions" } type } && type.IsOfTopHalf()
            && Facts.Unconverted(assignment.Value).ConstantValue is { HasValue: true, Value: int signal }
            && ReservedSignals.ReasonFor(signal, ReservedSignals.GlibcFirstRealTime, ReservedSignals.GlibcLast) is { } reason)
        {
            report(
                TH7003_ReservedSignal.Instance, assignment.Value.Syntax.GetLocation(),
                [signal.ToString(System.Globalization.CultureInfo.InvariantCulture), reason]);
        }
    }

    // By name, whoever declares it: a P/Invoke of one's own, Tmds.Linux.LibC, Mono.Unix.Native.Stdlib. The attribute may give another name. All of
    // them take the signal first, or another number, as an integer or as an enum.
    private static bool TakesNumberFirst(IMethodSymbol method) =>
        method is { IsStatic: true, Parameters: [{ Type: { } first }, ..] } && (first.SpecialType is SpecialType.System_Int32 || first.TypeKind == TypeKind.Enum);

    private static bool IsOfSignals(string name) => IsInstaller(name) || IsTimer(name) || SignalMasks.AreSetBy(name);

    private static bool IsHandlerField(ISymbol member) =>
        s_handlerFields.Contains(member.Name) || (member.ContainingType is { } type && s_handlerStructs.Contains(type.Name));

    private static bool IsCallbackField(ISymbol member) => s_callbackFields.Contains(member.Name);

    private static bool IsTimer(string name) => s_timers.Contains(name);

    private void Installed(IEnumerable<IOperation> values, string by)
    {
        foreach (HandedOver method in HandedOver(values))
        {
            string why = method.IsDelegate ? TH7002_RawSignalHandler.DelegateStub
                : method.IsManagedCode ? TH7002_RawSignalHandler.Unproved : TH7002_RawSignalHandler.NativeEntry;
            report(TH7002_RawSignalHandler.Instance, method.Location, [method.Name, by, why]);
            Judge(method);
            InItself(method, by, TH7007_InstallsItself.Handler);
        }
    }

    // The number and the handler are in one call, or the handler is in a struct that the same body fills.
    private void ForFault(IInvocationOperation call)
    {
        if (call.Arguments.FirstOrDefault(static argument => argument.Parameter?.Ordinal == 0)?.Value is { } first
            && Facts.Unconverted(first).ConstantValue is { HasValue: true, Value: int signal } && FaultHandlers.Fault(signal) is { } fault)
        {
            FaultHandlers faults = new(engine, cancellation);
            foreach (HandedOver method in HandedOver(call.Arguments.SelectMany(argument => Filled(argument.Value).Prepend(argument))))
            {
                if (method.Method is { } installed && faults.ReturnToFault(installed))
                {
                    report(TH7008_ReturnsToFault.Instance, method.Location, [method.Name, fault]);
                }
            }
        }
    }

    // What the body puts into the handler fields of a struct that is passed by its address.
    private static IEnumerable<IOperation> Filled(IOperation argument)
    {
        IOperation bare = Places.Variable(argument);
        return (bare is IAddressOfOperation address ? address.Reference : bare) is ILocalReferenceOperation { Local: { } local }
            ? argument.Root().Descendants().OfType<ISimpleAssignmentOperation>()
                .Where(assignment => assignment.Target is IMemberReferenceOperation { Member: { } member } target && IsHandlerField(member) && IsOf(target.Instance, local))
                .Select(static assignment => assignment.Value)
            : [];
    }

    // action.sa_handler = …, action = new() { sa_handler = … }
    private static bool IsOf(IOperation? instance, ILocalSymbol local)
    {
        for (IOperation? operation = instance; operation is not null and not IBlockOperation; operation = operation.Parent)
        {
            switch (operation)
            {
                case ILocalReferenceOperation reference:
                    return SymbolEqualityComparer.Default.Equals(reference.Local, local);
                case IVariableDeclaratorOperation declarator:
                    return SymbolEqualityComparer.Default.Equals(declarator.Symbol, local);
                case ISimpleAssignmentOperation { Target: ILocalReferenceOperation target }:
                    return SymbolEqualityComparer.Default.Equals(target.Local, local);
            }
        }

        return false;
    }

    // Also by way of what it calls.
    private void InItself(HandedOver method, string by, string why)
    {
        if (method.Method?.OriginalDefinition is { } installed && engine.Closure(installed, cancellation).Any(called =>
            SymbolEqualityComparer.Default.Equals(called.OriginalDefinition, Function(method.Operation))))
        {
            report(TH7007_InstallsItself.Instance, method.Location, [method.Name, by, why]);
        }
    }

    private ISymbol Function(IOperation operation)
    {
        for (IOperation? parent = operation; parent is not null; parent = parent.Parent)
        {
            switch (parent)
            {
                case ILocalFunctionOperation local:
                    return local.Symbol.OriginalDefinition;
                case IAnonymousFunctionOperation lambda:
                    return lambda.Symbol;
            }
        }

        return member.OriginalDefinition;
    }

    // SIGEV_THREAD: the C library calls it on a thread that it starts for it. That is ordinary context, which the runtime can be entered from; managed
    // code that is called by its bare address does not enter it, and has to do without, as a handler has.
    private void OnThread(IEnumerable<IOperation> values, string by)
    {
        foreach (HandedOver method in HandedOver(values))
        {
            if (method.IsManagedCode)
            {
                report(TH7002_RawSignalHandler.Instance, method.Location, [method.Name, by, TH7002_RawSignalHandler.UnknownThread]);
                Judge(method);
            }
            else
            {
                report(TH7005_ThreadPerExpiry.Instance, method.Location, [method.Name, by]);
            }

            InItself(method, by, TH7007_InstallsItself.Timer);
        }
    }

    private IEnumerable<HandedOver> HandedOver(IEnumerable<IOperation> values) =>
        values.SelectMany(value => InstalledHandlers.In(value, engine.Compilation, cancellation));

    // It runs where a handler does, however it got there.
    private void Judge(HandedOver method)
    {
        if (method.Method is { } installed)
        {
            handler(installed, method.Location);
        }
    }

    // A statement of its own, a discard, or a variable that nothing asks for again and that is not disposed of by its end.
    private static bool IsEntry(IMethodSymbol method) => method is { Name: "TryEnter", ContainingType: { Name: "InterruptSharedAccess" } type } && type.IsOfTopHalf();

    private static bool IsLost(IInvocationOperation call) => IsUnused(call) || IsOfUnusedVariable(call);

    private static bool IsUnused(IInvocationOperation call) => Converted(call).Parent switch
    {
        IExpressionStatementOperation => true,
        ISimpleAssignmentOperation { Target: IDiscardOperation } assignment => assignment.Parent is IExpressionStatementOperation,
        _ => false,
    };

    private static IOperation Converted(IOperation value)
    {
        while (value.Parent is IConversionOperation { IsImplicit: true } conversion)
        {
            value = conversion;
        }

        return value;
    }

    private static bool IsOfUnusedVariable(IInvocationOperation call)
    {
        return Converted(call).Parent switch
        {
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: { } variable } declarator } =>
                !variable.IsUsing && !IsUsing(declarator) && !IsMentioned(variable, declarator),
            _ => false,
        };
    }

    private static bool IsUsing(IVariableDeclaratorOperation declarator) =>
        declarator.Parent?.Parent is IVariableDeclarationGroupOperation { Parent: IUsingOperation or IUsingDeclarationOperation };

    private static bool IsMentioned(ILocalSymbol variable, IOperation operation)
    {
        IOperation root = operation;
        while (root.Parent is { } parent)
        {
            root = parent;
        }

        return root.Descendants().Any(o => o is ILocalReferenceOperation local && SymbolEqualityComparer.Default.Equals(local.Local, variable));
    }
}
