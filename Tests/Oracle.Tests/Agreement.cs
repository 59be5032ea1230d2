// Holds the verifier's verdict on one handler against the JIT's testimony.
using System.Text.RegularExpressions;
using TopHalf.Testing.Jit;

namespace TopHalf.Oracle.Tests;

internal static partial class Agreement
{
    /// <summary>In how far the two contradict each other, or the catalogue. Empty where they agree.</summary>
    public static IEnumerable<string> Disagreements(Verification verifier, Testimony? jit) =>
        [.. Catalogue(verifier), .. jit is null ? [] : Verdicts(verifier, jit).Concat(Names(verifier, jit)).Concat(Counts(verifier, jit))];

    /// <summary>The same for NativeAOT.</summary>
    public static IEnumerable<string> Disagreements(Verification verifier, NativeOracle symbols)
    {
        // One reason is enough there: the verifier does not go on to callees once a body is refused.
        Verdict expected = verifier.Native == Verdict.Code ? Verdict.Refused : verifier.Native;
        foreach (string disagreement in Catalogue(verifier with { Verdict = expected, Rule = null }))
        {
            yield return disagreement;
        }

        if (!symbols.Knows(verifier.Name))
        {
            yield break;
        }

        IReadOnlyList<string> against = symbols.Against(verifier.Name, out bool hasOpenQuestion);
        if (against.Count > 0 && verifier.Safe)
        {
            yield return $"the symbols show {string.Join("; ", against)}, and the verifier accepts it";
        }

        if (against.Count == 0 && !hasOpenQuestion && verifier.OfCode.Count > 0)
        {
            yield return $"the symbols show nothing unsafe, and the verifier finds {string.Join("; ", verifier.OfCode)}";
        }
    }

    /// <summary>The catalogue's expectation, by the verifier alone.</summary>
    private static IEnumerable<string> Catalogue(Verification verifier)
    {
        bool asExpected = verifier.Verdict switch
        {
            Verdict.Clean => verifier.Safe,
            Verdict.Code => !verifier.Safe && verifier.OfCode.Count > 0,
            Verdict.HeapOnly or Verdict.Limit => !verifier.Safe && verifier.OfCode.Count == 0,
            Verdict.Refused => !verifier.Safe,
            _ => true,
        };
        if (!asExpected)
        {
            yield return $"expected {verifier.Verdict}, and it is {(verifier.Safe ? "accepted" : $"refused, {verifier.OfCode.Count} times for its code")}";
        }

        if (verifier.Rule is { } rule && !verifier.Violations.Any(v => v.Rule == rule))
        {
            yield return $"expected to break {rule}";
        }
    }

    private static IEnumerable<string> Verdicts(Verification verifier, Testimony jit)
    {
        if (jit.Against.Count > 0 && verifier.OfCode.Count == 0)
        {
            yield return $"the JIT shows {string.Join("; ", jit.Against)}, and the verifier finds nothing in the code";
        }

        if (jit.Against.Count == 0 && verifier.OfCode.Count > 0)
        {
            yield return $"the JIT shows nothing unsafe, and the verifier finds {string.Join("; ", verifier.OfCode)}";
        }
    }

    // Calls behind a switch's or an exception's edge included: whatever the JIT names, the verifier has to name, too.
    private static IEnumerable<string> Names(Verification verifier, Testimony jit)
    {
        HashSet<string> known = [.. verifier.Targets];
        foreach (string helper in jit.Helpers.Where(h => !known.Contains(h) && !HelperAliases.Of(h).Any(known.Contains)))
        {
            yield return $"the JIT calls {helper}, and the verifier names {string.Join(", ", known.Order())}";
        }

        HashSet<string> methods = [.. known.Select(Short)];
        foreach (string method in jit.Methods.Where(m => !methods.Contains(Short(m)) && !HelperAliases.Of(Short(m)).Any(known.Contains)))
        {
            if (HelperAliases.HasPlaceOnly(Short(method)) && known.Any(static k => Place().IsMatch(k)))
            {
                continue;
            }

            yield return $"the JIT calls {method}, and the verifier names {string.Join(", ", known.Order())}";
        }

        // Machine code does not say which method an object will choose; the handler's IL does, but not that of platform methods in it.
        HashSet<string> all = [.. methods, .. verifier.Violations.Select(static v => Short(v.Target ?? ""))];
        foreach (string method in jit.VirtualMethods.Where(m => m.StartsWith("TopHalf.", StringComparison.Ordinal) && !all.Contains(Short(m))))
        {
            yield return $"the JIT calls {method}, and the verifier names {string.Join(", ", all.Order())}";
        }

        foreach (string function in jit.Functions.Where(f => !verifier.Calls.Any(c => c.Target == f)))
        {
            yield return $"the JIT calls {function}, and the verifier does not";
        }

        bool mayHaveNoName = jit.Methods.Any(static m => HelperAliases.HasPlaceOnly(Short(m)));
        foreach (Violation violation in verifier.OfCode.Where(v => v.IsCall && !mayHaveNoName && Place().IsMatch(v.Target ?? "")))
        {
            yield return $"the verifier has no name for {violation.Target}";
        }
    }

    // Every instruction that the JIT can reach is one that the verifier looked at, and no other. What the JIT prints as one line of padding
    // are as many instructions as it likes.
    private static IEnumerable<string> Counts(Verification verifier, Testimony jit)
    {
        const int LongestNop = 15;
        int fewest = 0;
        int most = 0;
        foreach (JitMethod body in jit.Bodies)
        {
            foreach (JitInstruction instruction in body.Reachable.Select(i => body.Instructions[i]))
            {
                fewest += instruction.IsAlignment ? (instruction.Padding + LongestNop - 1) / LongestNop : 1;
                most += instruction.IsAlignment ? instruction.Padding : 1;
            }
        }

        if (verifier.Instructions < fewest || verifier.Instructions > most)
        {
            yield return $"the JIT made {fewest} to {most} instructions in {jit.Bodies.Count} methods, and the verifier saw {verifier.Instructions}";
        }
    }

    // Type and method without namespaces, arguments and instantiations: what both sides print.
    private static string Short(string name)
    {
        string plain = name;
        string before;
        do
        {
            before = plain;
            plain = Instantiation().Replace(plain, "");
        }
        while (plain != before);

        int arguments = plain.IndexOf('(', StringComparison.Ordinal);
        plain = arguments < 0 ? plain : plain[..arguments];
        int colon = plain.LastIndexOf(':');
        if (colon < 0)
        {
            return plain;
        }

        string type = plain[..colon];
        return $"{type[(type.LastIndexOfAny(['.', '+']) + 1)..]}.{plain[(colon + 1)..]}";
    }

    // `1, [int], <Int32>, the innermost first.
    [GeneratedRegex(@"`\d+|\[[^\[\]]*\]|<[^<>]+>")]
    private static partial Regex Instantiation();

    [GeneratedRegex(@"^code at 0x|\.dll\+0x")]
    private static partial Regex Place();
}
