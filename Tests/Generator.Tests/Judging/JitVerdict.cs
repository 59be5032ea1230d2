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
    /// <exception cref="FormatException">It is not in the listing.</exception>
    public static JitVerdict Of(JitListing listing, GeneratedHandler handler, IReadOnlyCollection<long> natives)
    {
        string prefix = $"{handler.TypeName}:{GeneratedHandler.Method}(";
        JitMethod root = listing.Methods.LastOrDefault(m => m.Name.StartsWith(prefix, StringComparison.Ordinal))
            ?? throw new FormatException($"The JIT did not list {prefix}).");
        var walk = new Walk(listing, natives);
        int? stack = walk.Enter(root, []);
        return new JitVerdict(walk.Findings, walk.Calls, walk.IsRecursive, walk.IsRecursive ? null : stack);
    }

    private sealed class Walk(JitListing listing, IReadOnlyCollection<long> natives)
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
