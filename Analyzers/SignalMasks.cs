using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>
/// Which signals a call of <c>pthread_sigmask</c> and its relatives surely blocks (TH7006): those that are seen to be put into its set. Of a set that comes from elsewhere nothing is
/// reported: nearly always it is the mask of before, which is put back.
/// </summary>
public static class SignalMasks
{
    private const int Block = 0;
    private const int SetMask = 2;

    // SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE and SIGSEGV.
    private static readonly ulong s_faults = Bit(4) | Bit(5) | Bit(6) | Bit(7) | Bit(8) | Bit(11);

    /// <summary>The functions that set the mask.</summary>
    internal static IReadOnlyCollection<string> Setters => s_setters;

    private static readonly HashSet<string> s_setters = new(StringComparer.Ordinal)
    {
        "pthread_sigmask", "sigprocmask", "rt_sigprocmask", "thr_sigsetmask", "sighold", "sigblock", "sigsetmask",
    };

    /// <summary>Whether a function of that name sets the mask.</summary>
    internal static bool AreSetBy(string name) => s_setters.Contains(name);

    /// <summary>Judges a call of a function that <see cref="AreSetBy"/> names, or of a method that may call one with what it is given.</summary>
    internal static void Inspect(IInvocationOperation call, SignalSets sets, RootReport report)
    {
        string name = Registrations.NativeName(call.TargetMethod);
        if (AreSetBy(name))
        {
            if (sets.Blocked(call, name) is { How: null } blocked && Harm(blocked.Set.Signals) is { } harm)
            {
                report.At(TH7006_BlockedSignal.Instance, call.Syntax.GetLocation(), call.TargetMethod.Name, harm);
            }

            return;
        }

        // What it blocks whatever it is given is reported in it.
        foreach (Blocking blocking in sets.BlockedBy(call.TargetMethod))
        {
            if ((blocking.How is not null || Harm(blocking.Set.Signals) is null) && sets.At(blocking, call) is { How: null } blocked && Harm(blocked.Set.Signals) is { } harm)
            {
                report.At(TH7006_BlockedSignal.Instance, call.Syntax.GetLocation(), [blocked.Call.Syntax.GetLocation()], call.TargetMethod.Name, harm);
                return;
            }
        }
    }

    /// <summary>For the code fixes: the signals that a call blocks and must not.</summary>
    /// <param name="call">Any call.</param>
    public static IEnumerable<int> HarmfulSignals(IInvocationOperation call)
    {
#pragma warning disable RS1030 // A helper may lie in another file. This is asked for where a finding is, and nowhere else.
        Compilation compilation = call.SemanticModel!.Compilation;
        SignalSets sets = new(compilation, tree => compilation.GetSemanticModel(tree), CancellationToken.None);
#pragma warning restore RS1030
        ulong harmful = (sets.Blocked(call, Registrations.NativeName(call.TargetMethod))?.Set.Signals ?? 0)
            & (s_faults | Bit(ReservedSignals.GlibcFirstRealTime) | Bit(ReservedSignals.GlibcFirstRealTime + ReservedSignals.DefaultOffset));
        return Enumerable.Range(1, 64).Where(signal => (harmful & Bit(signal)) != 0);
    }

    /// <summary>Whether the mask is added to, or set, by what the first argument says.</summary>
    internal static bool Blocks(int? how) => how is Block or SetMask;

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

    /// <summary>The variable that is meant: set, &amp;set, ref set, in set.</summary>
    /// <param name="operation">An argument.</param>
    public static ISymbol? Variable(IOperation operation) => operation switch
    {
        IAddressOfOperation address => Variable(address.Reference),
        IConversionOperation conversion => Variable(conversion.Operand),
        IParenthesizedOperation parenthesized => Variable(parenthesized.Operand),
        IDeclarationExpressionOperation declaration => Variable(declaration.Expression),
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IFieldReferenceOperation { Field.IsStatic: true } field => field.Field,
        _ => null,
    };

    /// <summary>A set as the kernel has it: 64 bits.</summary>
    internal static ulong? Constant(IOperation? value) => value?.ConstantValue is { HasValue: true, Value: { } constant } ? constant switch
    {
        ulong bits => bits,
        long bits => (ulong)bits,
        uint bits => bits,
        int bits => (ulong)bits,
        _ => null,
    }
        : null;

    /// <summary>A constant, whatever it is converted to.</summary>
    internal static int? Number(IOperation operation) => operation is IConversionOperation conversion && !operation.ConstantValue.HasValue
        ? Number(conversion.Operand) : operation.ConstantValue is { HasValue: true, Value: int number } ? number : null;

    /// <summary>An argument; the call itself, if there is none.</summary>
    internal static IOperation Argument(IInvocationOperation call, int ordinal) =>
        call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == ordinal)?.Value ?? call;

    /// <summary>The bit of a signal; none of a number that is none.</summary>
    internal static ulong Bit(int signal) => signal is >= 1 and <= 64 ? 1UL << (signal - 1) : 0;
}
