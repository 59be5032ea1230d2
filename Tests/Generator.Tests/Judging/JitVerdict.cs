using TopHalf.Generator.Tests.Generation;
using TopHalf.Testing.Jit;

namespace TopHalf.Generator.Tests.Judging;

/// <summary>
/// What the JIT's own text says against a handler: an independent judgement by another way. It knows names where the verifier knows addresses.
/// </summary>
/// <param name="Findings">Calls that do not belong into a handler, and uses of thread-local storage.</param>
/// <param name="Calls">How many calls there are, good and bad.</param>
/// <param name="IsRecursive">Whether a method can reach itself.</param>
/// <param name="Stack">Bytes of stack at the deepest, the return address included; null where it depends on data, or has no bound.</param>
internal sealed record JitVerdict(IReadOnlyList<string> Findings, int Calls, bool IsRecursive, int? Stack)
{
    // What the verifier adds for a native function (MachineCodeVerifier.NativeStack).
    private const int NativeStack = 256;
    private const int Slot = sizeof(long);

    // They need nothing of the runtime (HAZARDS.md): one ends the process, the other touches the pages of a large frame.
    private static readonly string[] s_harmless = ["CORINFO_HELP_FAIL_FAST", "CORINFO_HELP_STACK_PROBE"];

    /// <summary>Judges the handler of that number.</summary>
    /// <param name="listing">The JIT's text.</param>
    /// <param name="handler">Which.</param>
    /// <param name="natives">Addresses of async-signal-safe native functions: the text has no names for them.</param>
    /// <param name="entries">Addresses of methods, by which function pointers call them.</param>
    /// <exception cref="FormatException">It is not in the listing.</exception>
    public static JitVerdict Of(JitListing listing, GeneratedHandler handler, IReadOnlyCollection<long> natives, IReadOnlyDictionary<long, string> entries)
    {
        string name = $"{handler.TypeName}:{GeneratedHandler.Method}";
        JitMethod root = Find(listing, name) ?? throw new FormatException($"The JIT did not list {name}.");
        var walk = new Walk(listing, natives, entries);
        int? stack = walk.Enter(root, []);
        return new JitVerdict(walk.Findings, walk.Calls, walk.IsRecursive, walk.IsRecursive ? null : stack);
    }

    /// <summary>By the name up to the parenthesis.</summary>
    private static JitMethod? Find(JitListing listing, string name) =>
        listing.Methods.LastOrDefault(m => m.Name.StartsWith(name + "(", StringComparison.Ordinal));

    private sealed class Walk(JitListing listing, IReadOnlyCollection<long> natives, IReadOnlyDictionary<long, string> entries)
    {
        private readonly HashSet<string> _seen = [];

        public List<string> Findings { get; } = [];

        public int Calls { get; private set; }

        public bool IsRecursive { get; private set; }

        /// <summary>The stack of the method with its callees; null where it has no bound.</summary>
        public int? Enter(JitMethod method, Stack<JitMethod> callers)
        {
            if (callers.Contains(method))
            {
                IsRecursive = true;
                return null;
            }

            bool isNew = _seen.Add(method.Name);
            if (isNew && !method.IsOptimized)
            {
                Findings.Add($"{method.Name} is {method.Tier}");
            }

            if (isNew && method.UsesThreadPointer)
            {
                Findings.Add($"{method.Name} uses thread-local storage");
            }

            callers.Push(method);
            var stack = JitStack.Of(method);
            int? deepest = stack.Deepest;
            foreach (JitCall call in method.ReachableCalls)
            {
                Calls += isNew ? 1 : 0;
                int? callee = Judge(call, callers, isNew);
                deepest = Deeper(deepest, stack.At(call.Site), callee);
            }

            callers.Pop();
            return deepest + Slot;
        }

        private static int? Deeper(int? deepest, int? frame, int? callee) => deepest is { } d && frame + callee is { } c ? Math.Max(d, c) : null;

        /// <summary>The callee's stack.</summary>
        private int? Judge(JitCall call, Stack<JitMethod> callers, bool isNew)
        {
            switch (call.Target)
            {
                case JitTarget.Method when listing.Find(call.Name) is { IsOptimized: true } callee:
                    return Enter(callee, callers);
                case JitTarget.Helper when s_harmless.Contains(call.Name):
                    return Slot;
                case JitTarget.Address when entries.TryGetValue(call.Address!.Value, out string? name) && Find(listing, name) is { IsOptimized: true } callee:
                    return Enter(callee, callers);
                case JitTarget.Address when natives.Contains(call.Address!.Value):
                    return NativeStack;
                default:
                    if (isNew)
                    {
                        Findings.Add($"{callers.Peek().Name}: {call.Site}");
                    }

                    return 0;
            }
        }
    }
}
