using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>
/// Which signals a call of <c>pthread_sigmask</c> and its relatives surely blocks (TH7006): those that the same body put into its set. What
/// it does not see it does not report: this is advice on ordinary code.
/// </summary>
public static class SignalMasks
{
    private const int Block = 0;
    private const int SetMask = 2;

    private const ulong All = ulong.MaxValue;

    // SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE and SIGSEGV.
    private static readonly ulong s_faults = Bit(4) | Bit(5) | Bit(6) | Bit(7) | Bit(8) | Bit(11);

    /// <summary>The functions that set the mask.</summary>
    internal static IReadOnlyCollection<string> Setters { get; } =
        ["pthread_sigmask", "sigprocmask", "rt_sigprocmask", "thr_sigsetmask", "sighold", "sigblock", "sigsetmask"];

    /// <summary>Whether a function of that name sets the mask.</summary>
    internal static bool AreSetBy(string name) => Setters.Contains(name, StringComparer.Ordinal);

    /// <summary>Judges a call of a function that <see cref="AreSetBy"/> names.</summary>
    internal static void Inspect(IInvocationOperation call, string name, Action<Rule, Location, string[]> report)
    {
        if (Blocked(call, name) is { } signals && Harm(signals) is { } harm)
        {
            report(TH7006_BlockedSignal.Instance, call.Syntax.GetLocation(), [call.TargetMethod.Name, harm]);
        }
    }

    /// <summary>For the code fixes: the signals that a call blocks and must not.</summary>
    /// <param name="call">Any call.</param>
    public static IEnumerable<int> HarmfulSignals(IInvocationOperation call)
    {
        ulong harmful = (Blocked(call, Registrations.NativeName(call.TargetMethod)) ?? 0)
            & (s_faults | Bit(ReservedSignals.GlibcFirstRealTime) | Bit(ReservedSignals.GlibcFirstRealTime + ReservedSignals.DefaultOffset));
        return Enumerable.Range(1, 64).Where(signal => (harmful & Bit(signal)) != 0);
    }

    private static ulong? Blocked(IInvocationOperation call, string name) => name switch
    {
        "pthread_sigmask" or "sigprocmask" or "rt_sigprocmask" or "thr_sigsetmask" when call.Arguments.Length >= 2 =>
            Number(Argument(call, 0)) is Block or SetMask ? Signals(Argument(call, 1), call) : null,
        "sighold" when Number(Argument(call, 0)) is { } signal => Bit(signal),
        "sigblock" or "sigsetmask" when Number(Argument(call, 0)) is { } mask => (uint)mask,
        _ => null,
    };

    private static string? Harm(ulong signals)
    {
        List<string> harms = [];
        if ((signals & Bit(ReservedSignals.GlibcFirstRealTime)) != 0)
        {
            harms.Add("SIGRTMIN, with which the runtime suspends threads: a collection may wait for this thread for ever");
        }

        if ((signals & s_faults) != 0)
        {
            harms.Add("signals of faults, of which the runtime makes exceptions: a null reference ends the process");
        }

        if ((signals & Bit(ReservedSignals.GlibcFirstRealTime + ReservedSignals.DefaultOffset)) != 0)
        {
            harms.Add("the signal that interrupt sources take by default: they do not reach this thread");
        }

        return harms.Count == 0 ? null : string.Join(", and ", harms);
    }

    // What is in the set at the call: what the calls before it, in the order of the text, have put in.
    private static ulong? Signals(IOperation set, IInvocationOperation call)
    {
        if (Variable(set) is not { } variable)
        {
            return null;
        }

        IOperation root = call;
        while (root.Parent is { } parent)
        {
            root = parent;
        }

        ulong? signals = null;
        foreach (IOperation operation in root.Descendants())
        {
            if (operation == call)
            {
                break;
            }

            switch (operation)
            {
                case IVariableDeclaratorOperation declarator when SymbolEqualityComparer.Default.Equals(declarator.Symbol, variable):
                    signals = Constant(declarator.GetVariableInitializer()?.Value);
                    break;

                case ISimpleAssignmentOperation assignment when SymbolEqualityComparer.Default.Equals(Variable(assignment.Target), variable):
                    signals = Constant(assignment.Value);
                    break;

                case IInvocationOperation { Arguments: { IsEmpty: false } arguments } change
                    when SymbolEqualityComparer.Default.Equals(Variable(Argument(change, 0)), variable):
                    int? signal = arguments.Length > 1 ? Number(Argument(change, 1)) : null;
                    signals = change.TargetMethod.Name switch
                    {
                        "sigfillset" => All,
                        "sigemptyset" => 0,
                        "sigaddset" when signal is { } added => (signals ?? 0) | Bit(added),
                        "sigdelset" when signal is { } removed => signals & ~Bit(removed),
                        "sigaddset" or "sigismember" => signals,
                        _ => null,
                    };
                    break;
            }
        }

        return signals;
    }

    /// <summary>The variable that is meant: set, &amp;set, ref set, in set.</summary>
    /// <param name="operation">An argument.</param>
    public static ISymbol? Variable(IOperation operation) => operation switch
    {
        IAddressOfOperation address => Variable(address.Reference),
        IConversionOperation conversion => Variable(conversion.Operand),
        IParenthesizedOperation parenthesized => Variable(parenthesized.Operand),
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IFieldReferenceOperation { Field.IsStatic: true } field => field.Field,
        _ => null,
    };

    // A set as the kernel has it: 64 bits.
    private static ulong? Constant(IOperation? value) => value?.ConstantValue is { HasValue: true, Value: { } constant } ? constant switch
    {
        ulong bits => bits,
        long bits => (ulong)bits,
        uint bits => bits,
        int bits => (ulong)bits,
        _ => null,
    }
        : null;

    private static int? Number(IOperation operation) => operation is IConversionOperation conversion && !operation.ConstantValue.HasValue
        ? Number(conversion.Operand) : operation.ConstantValue is { HasValue: true, Value: int number } ? number : null;

    private static IOperation Argument(IInvocationOperation call, int ordinal) =>
        call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == ordinal)?.Value ?? call;

    private static ulong Bit(int signal) => signal is >= 1 and <= 64 ? 1UL << (signal - 1) : 0;
}
