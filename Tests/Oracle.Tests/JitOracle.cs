// The JIT's side: what its own listing says of a handler, and of nothing else.
using TopHalf.Testing.Jit;

namespace TopHalf.Oracle.Tests;

/// <summary>What the listing shows of a handler and of everything that it can call.</summary>
internal sealed record Testimony
{
    public required bool TakesAddresses { get; init; }

    /// <summary>Why the code enters the runtime or may do so. Empty where it does not.</summary>
    public List<string> Against { get; } = [];

    /// <summary>Every helper that is called, harmless ones included.</summary>
    public HashSet<string> Helpers { get; } = [];

    /// <summary>Every managed method that is called at a fixed place.</summary>
    public HashSet<string> Methods { get; } = [];

    /// <summary>Every managed method that an object decides on.</summary>
    public HashSet<string> VirtualMethods { get; } = [];

    /// <summary>Native functions that may be called, by the name of the function.</summary>
    public HashSet<string> Functions { get; } = [];

    /// <summary>The handler, and the compiled methods that it calls.</summary>
    public List<JitMethod> Bodies { get; } = [];
}

/// <summary>Judges handlers by the listing. A helper or a method that is not known to be harmless is against the handler.</summary>
/// <param name="listing">What the JIT printed.</param>
/// <param name="functions">The async-signal-safe functions in that process.</param>
/// <param name="methods">Methods by their address, as pointers to them have it.</param>
internal sealed class JitOracle(JitListing listing, IReadOnlyDictionary<string, long> functions, IReadOnlyDictionary<string, long> methods)
{
    // They end the process, touch the pages of the frame, or compute a number where the processor has no instruction for it: leaves without
    // any state. Called directly they are native code; through a cell they would be managed code, which can be replaced.
    private static readonly HashSet<string> s_harmless =
    [
        "CORINFO_HELP_FAIL_FAST", "CORINFO_HELP_STACK_PROBE",
        "CORINFO_HELP_DBL2INT", "CORINFO_HELP_DBL2UINT", "CORINFO_HELP_DBL2LNG", "CORINFO_HELP_DBL2ULNG",
    ];

    private readonly Dictionary<long, string> _functions = functions.ToDictionary(static f => f.Value, static f => f.Key);

    private readonly Dictionary<long, string> _methods = methods.ToDictionary(static m => m.Value, static m => m.Key);

    /// <param name="handler">Its name without arguments.</param>
    /// <param name="takesAddresses">
    /// Whether the handler itself takes the address of the methods that it calls by a constant address. The listing does not tell that from
    /// the content of a static field, of which the verifier does not ask where it comes from.
    /// </param>
    /// <exception cref="KeyNotFoundException">The JIT listed no such method.</exception>
    public Testimony Examine(string handler, bool takesAddresses)
    {
        var testimony = new Testimony { TakesAddresses = takesAddresses };
        Examine(Named(handler), testimony);
        return testimony;
    }

    private JitMethod Named(string name) =>
        listing.Methods.LastOrDefault(m => m.Name.StartsWith(name + "(", StringComparison.Ordinal)) ?? throw new KeyNotFoundException($"The JIT listed no {name}.");

    private void Examine(JitMethod method, Testimony testimony)
    {
        if (testimony.Bodies.Contains(method))
        {
            return;
        }

        testimony.Bodies.Add(method);
        if (!method.IsOptimized)
        {
            testimony.Against.Add($"{method.Name} is {method.Tier} code");
        }

        if (method.Reachable.Any(i => method.Instructions[i].UsesThreadPointer))
        {
            testimony.Against.Add($"{method.Name} uses thread-local storage");
        }

        foreach (JitCall call in method.ReachableCalls)
        {
            Examine(call, testimony);
        }
    }

    private void Examine(JitCall call, Testimony testimony)
    {
        switch (call.Target)
        {
            case JitTarget.Helper:
                testimony.Helpers.Add(call.Name);
                if (call.ThroughCell || !s_harmless.Contains(call.Name))
                {
                    testimony.Against.Add(call.Site.ToString());
                }

                break;
            case JitTarget.Method:
                testimony.Methods.Add(call.Name);
                if (listing.Find(call.Name) is not { } callee)
                {
                    testimony.Against.Add(call.Site + ", which was not compiled ahead");
                }
                else
                {
                    Examine(callee, testimony);
                }

                break;
            case JitTarget.Address when _functions.TryGetValue(call.Address!.Value, out string? function):
                testimony.Functions.Add(function);
                break;
            case JitTarget.Address when testimony.TakesAddresses && _methods.TryGetValue(call.Address!.Value, out string? pointee):
                Examine(Named(pointee), testimony);
                break;
            default:
                if (call.Target == JitTarget.Virtual)
                {
                    testimony.VirtualMethods.Add(call.Name);
                }

                testimony.Against.Add(call.Site.ToString());
                break;
        }
    }
}
