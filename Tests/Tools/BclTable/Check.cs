using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Analyzers.Knowledge;

namespace TopHalf.BclTable;

/// <summary>Holds a table against the machine code of some members, and against what the analyzer makes of it.</summary>
internal sealed class Check(TableFile table, IReadOnlyDictionary<Framework, IReadOnlyDictionary<string, Member>> populations)
{
    private const string Intrinsics = "System.Runtime.Intrinsics";

    private readonly ApiTables _analyzer = ApiTables.Create(new AnalyzerOptions([]), CancellationToken.None);

    /// <summary>
    /// A random choice, half of it vectors and instructions, which are half of all members but less than that of what handlers call.
    /// </summary>
    public static IReadOnlyList<string> Choose(IReadOnlyDictionary<string, Member> members, int count, int seed)
    {
        if (count >= members.Count)
        {
            return [.. members.Keys];
        }

#pragma warning disable CA5394 // The seed is printed, and the same one chooses the same members.
        var random = new Random(seed);
        ILookup<bool, string> ids = members.Values.OrderBy(m => m.Id, StringComparer.Ordinal)
            .ToLookup(m => m.TypeId.StartsWith(Intrinsics, StringComparison.Ordinal), m => m.Id);
        string[] others = random.GetItems([.. ids[false]], count - (count / 2));
        return [.. others.Concat(random.GetItems([.. ids[true]], count / 2)).Distinct()];
#pragma warning restore CA5394
    }

    /// <summary>Lines that name no member that a handler could call.</summary>
    public IEnumerable<string> Stale(IReadOnlyDictionary<string, Member> members)
    {
        HashSet<(string, string)> known = [.. members.Values.Select(m => (m.TypeId, m.Name))];
        return table.Types.SelectMany(t => t.Value.Keys.Where(name => !known.Contains((t.Key, name))).Select(name => $"{t.Key}.{name} is in the table, and in no class library."));
    }

    /// <summary>Where table and proof differ, one line each.</summary>
    public IEnumerable<string> Differences(Proof proof, IEnumerable<Member> members)
    {
        foreach (Member member in members)
        {
            Verdict listed = table[member];
            if (proof.Uncompiled.Contains(member.Id) && listed != Verdict.Unknown)
            {
                yield return $"{member.Id} is listed as '{listed.Word}', and no probe of it compiles.";
            }

            if (!proof.Verdicts.TryGetValue(member.Id, out Verdict? proved))
            {
                continue;
            }

            string ground = proof.Grounds.TryGetValue(member.Id, out string? found) ? $" ({found})" : "";

            // With less than the table's processor had, more is clean, and for other reasons not.
            if (listed != proved && (listed == Verdict.Safe || proof.HasAllInstructions))
            {
                yield return $"{member.Id} is listed as '{listed.Word}', and its machine code is '{proved.Word}'.{ground}";
            }

            if (proved != Verdict.Safe && IsSafeToAnalyzer(member) && (listed == Verdict.Safe || proof.HasAllInstructions || listed != Verdict.Unknown))
            {
                yield return $"{member.Id} is safe to the analyzer, and its machine code is '{proved.Word}'.{ground}";
            }
        }
    }

    private bool IsSafeToAnalyzer(Member member)
    {
        Framework framework = Framework.All.First(f => populations[f].ContainsKey(member.Id));
        return DocumentationCommentId.GetFirstSymbolForDeclarationId(member.Id, framework.Compilation) switch
        {
            IMethodSymbol method => _analyzer.Find(method),
            IPropertySymbol property => _analyzer.Find((property.GetMethod ?? property.SetMethod)!),
            _ => throw new InvalidOperationException($"{member.Id} is not found."),
        } is { Rule: null };
    }
}
