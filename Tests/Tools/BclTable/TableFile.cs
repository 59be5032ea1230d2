using System.Globalization;
using System.Text;

namespace TopHalf.BclTable;

/// <summary>The text of the generated table. Analyzers/Knowledge/BclTable.cs reads it.</summary>
/// <param name="Provenance">The runtimes that it was proved on.</param>
/// <param name="Types">By type, the listed members and their verdicts.</param>
internal sealed record TableFile(string Provenance, IReadOnlyDictionary<string, IReadOnlyDictionary<string, Verdict>> Types)
{
    private const string ProvenanceLine = "# Proved on: ";

    /// <summary>Where it lies in the repository.</summary>
    public static string PathIn(string root) => Path.Combine(root, "Analyzers", "Knowledge", "BclApis.txt");

    /// <summary>The verdict on a member, <see cref="Verdict.Unknown"/> if it is not listed.</summary>
    public Verdict this[Member member] => Types.TryGetValue(member.TypeId, out IReadOnlyDictionary<string, Verdict>? members)
        ? members.GetValueOrDefault(member.Name, Verdict.Unknown) : Verdict.Unknown;

    public static TableFile Of(Proof proof, IEnumerable<Member> members) => new(
        $"{string.Join(", ", proof.Runtimes)}; {string.Join("; ", Processor.All.Select(p => p.Name))}",
        members.Where(m => proof.Verdicts.TryGetValue(m.Id, out Verdict? verdict) && verdict != Verdict.Unknown)
            .GroupBy(m => m.TypeId).ToDictionary(
                g => g.Key, IReadOnlyDictionary<string, Verdict> (g) => g.ToDictionary(m => m.Name, m => proof.Verdicts[m.Id], StringComparer.Ordinal), StringComparer.Ordinal));

    /// <exception cref="FormatException">It is no such table.</exception>
    public static TableFile Parse(string text)
    {
        string provenance = "";
        var types = new Dictionary<string, IReadOnlyDictionary<string, Verdict>>(StringComparer.Ordinal);
        Dictionary<string, Verdict>? members = null;
        Verdict? verdict = null;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (line[0])
            {
                case '#' when members is null || line[1] == ' ':
                    provenance = line.StartsWith(ProvenanceLine, StringComparison.Ordinal) ? line[ProvenanceLine.Length..] : provenance;
                    break;
                case '@':
                    break;
                case '[':
                    members = new(StringComparer.Ordinal);
                    types.Add(line[1..^1], members);
                    break;
                case '=':
                    verdict = Verdict.Named(line[1..]);
                    break;
                default:
                    (members ?? throw new FormatException($"'{line}' is in no type.")).Add(line, verdict ?? throw new FormatException($"'{line}' has no verdict."));
                    break;
            }
        }

        return new TableFile(provenance, types);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Generated, and proved again in each test run: what the machine code of the class library's members is like. Do not edit; run
            #   dotnet run --project Tests/Tools/BclTable
            {ProvenanceLine}{Provenance}
            # '@': a verdict, its rule, its reason, the way out. '[': a type. '=': the verdict on what follows, each the rest of a documentation-comment id.
            # A member is safe only if its code is clean on all that have it. What is not here is unsafe too: it is a call that nothing better is known of.

            """);
        foreach (Verdict verdict in Verdict.All.Skip(1))
        {
            text.Append(CultureInfo.InvariantCulture, $"@{verdict.Word} | {verdict.Rule} | {verdict.Reason} | {verdict.Remedy}\n");
        }

        foreach ((string type, IReadOnlyDictionary<string, Verdict> members) in Types.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"[{type}]\n");
            foreach (Verdict verdict in Verdict.All)
            {
                string[] names = [.. members.Where(m => m.Value == verdict).Select(m => m.Key).Order(StringComparer.Ordinal)];
                if (names.Length > 0)
                {
                    text.Append(CultureInfo.InvariantCulture, $"={verdict.Word}\n{string.Join('\n', names)}\n");
                }
            }
        }

        return text.ToString();
    }
}
