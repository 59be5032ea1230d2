using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>
/// What ordinary code does to signals and interrupt sources: installs handlers past this library (TH7002), asks for signals that cannot be had
/// (TH7003), loses sources (TH7004). Sees every call and assignment of a compilation, so it looks at names first.
/// </summary>
internal static class Registrations
{
    /// <summary>Judges a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="report">Takes a finding: the rule, its place and its arguments.</param>
    /// <param name="handler">Takes a method that is installed as a signal handler.</param>
    public static void Inspect(IInvocationOperation call, Action<Rule, Location, string[]> report, Action<IMethodSymbol> handler)
    {
        if (InstallsHandler(call.TargetMethod))
        {
            foreach (IArgumentOperation argument in call.Arguments)
            {
                Installed(argument.Value, call.TargetMethod.Name, report, handler);
            }
        }

        if (call.Type.IsInterruptSource() && IsLost(call))
        {
            report(TH7004_LostSource.Instance, call.Syntax.GetLocation(), [Names.WithType(call.TargetMethod)]);
        }
    }

    /// <summary>Judges an assignment, those of object initialisers included.</summary>
    /// <inheritdoc cref="Inspect(IInvocationOperation, Action{Rule, Location, string[]}, Action{IMethodSymbol})"/>
    public static void Inspect(ISimpleAssignmentOperation assignment, Action<Rule, Location, string[]> report, Action<IMethodSymbol> handler)
    {
        if (assignment.Target is not IMemberReferenceOperation { Member: { } member })
        {
            return;
        }

        if (member.Name is "sa_handler" or "sa_sigaction" or "__sigaction_handler" or "_sa_handler" or "__sa_handler")
        {
            Installed(assignment.Value, member.Name, report, handler);
        }
        else if (member is { Name: "Signal", ContainingType: { Name: "InterruptTimerOptions" } type } && type.IsOfTopHalf()
            && Facts.Unconverted(assignment.Value).ConstantValue is { HasValue: true, Value: int signal }
            && ReservedSignals.ReasonFor(signal, ReservedSignals.GlibcFirstRealTime, ReservedSignals.GlibcLast) is { } reason)
        {
            report(
                TH7003_ReservedSignal.Instance, assignment.Value.Syntax.GetLocation(),
                [signal.ToString(System.Globalization.CultureInfo.InvariantCulture), reason]);
        }
    }

    // By name, whoever declares it: a P/Invoke of one's own, Tmds.Linux.LibC, Mono.Unix.Native.Stdlib. The attribute may give another name. All of
    // them take the signal first, as a number or as an enum.
    private static bool InstallsHandler(IMethodSymbol method) =>
        method is { IsStatic: true, Parameters: [{ Type: { } first }, _, ..] }
            && (first.SpecialType is SpecialType.System_Int32 || first.TypeKind == TypeKind.Enum)
            && (IsInstaller(method.Name) || (method.GetDllImportData()?.EntryPointName is { } entry && IsInstaller(entry)));

    private static bool IsInstaller(string name) =>
        name is "sigaction" or "__sigaction" or "rt_sigaction" or "signal" or "bsd_signal" or "sysv_signal" or "__sysv_signal" or "sigset" or "sigvec";

    private static void Installed(IOperation value, string by, Action<Rule, Location, string[]> report, Action<IMethodSymbol> handler)
    {
        foreach (IOperation operation in value.DescendantsAndSelf())
        {
            switch (operation)
            {
                case IAddressOfOperation { Reference: IMethodReferenceOperation { Method: { } method } }:
                    Report(operation, $"'{Names.Of(method)}'", method.IsUnmanagedCallersOnly() ? TH7002_RawSignalHandler.NativeEntry : TH7002_RawSignalHandler.Unproved);
                    handler(method);
                    break;

                case IDelegateCreationOperation { Target: IMethodReferenceOperation { Method: { } method } }:
                    Report(operation, $"'{Names.Of(method)}'", TH7002_RawSignalHandler.DelegateStub);
                    handler(method);
                    break;

                case IDelegateCreationOperation { Target: IAnonymousFunctionOperation }:
                    Report(operation, "A lambda", TH7002_RawSignalHandler.DelegateStub);
                    break;

                case IInvocationOperation { TargetMethod: { Name: "GetFunctionPointerForDelegate", ContainingType.Name: "Marshal" } } stub
                    when !stub.Arguments.SelectMany(static a => a.DescendantsAndSelf()).Any(static o => o is IDelegateCreationOperation):
                    Report(operation, "A delegate", TH7002_RawSignalHandler.DelegateStub);
                    break;
            }
        }

        void Report(IOperation operation, string what, string why) =>
            report(TH7002_RawSignalHandler.Instance, operation.Syntax.GetLocation(), [what, by, why]);
    }

    // A statement of its own, a discard, or a variable that nothing asks for again and that is not disposed of by its end.
    private static bool IsLost(IInvocationOperation call)
    {
        IOperation value = call;
        while (value.Parent is IConversionOperation { IsImplicit: true } conversion)
        {
            value = conversion;
        }

        return value.Parent switch
        {
            IExpressionStatementOperation => true,
            ISimpleAssignmentOperation { Target: IDiscardOperation } assignment => assignment.Parent is IExpressionStatementOperation,
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
