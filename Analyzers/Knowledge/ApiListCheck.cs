using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Knowledge;

/// <summary>Says of each line of the user's lists whether it can be read, names something, and is not overruled by another (TH0007).</summary>
internal static class ApiListCheck
{
    private const string Form = "Write a documentation-comment id, such as M:Space.Type.Method(System.Int32), M:Space.Type.Method(*), T:Space.Type.* or N:Space.*";

    public static void Inspect(
        AdditionalText file, ImmutableArray<AdditionalText> all, Compilation compilation, Action<Diagnostic> report, CancellationToken cancellation)
    {
        bool isSafe = ApiTables.IsList(file, isSafe: true);
        if ((!isSafe && !ApiTables.IsList(file, isSafe: false)) || file.GetText(cancellation) is not { } text)
        {
            return;
        }

        HashSet<string> before = new(StringComparer.Ordinal);
        foreach (AdditionalText other in all.TakeWhile(other => other.Path != file.Path).Where(other => ApiTables.IsList(other, isSafe)))
        {
            before.UnionWith(Lines(other).Select(static line => line.Id));
        }

        HashSet<string> refused = new(isSafe ? all.Where(static other => ApiTables.IsList(other, isSafe: false)).SelectMany(Lines).Select(static line => line.Id) : [],
            StringComparer.Ordinal);

        foreach (TextLine place in text.Lines)
        {
            if (ApiLine.Parse(place.ToString()) is not { } line)
            {
                continue;
            }

            (string What, string Remedy)? fault = Malformed(line, isSafe);
            bool isTwice = fault is null && !before.Add(line.Id);

            // Of two unsafe lines the last one holds.
            bool isNeedless = fault is null && (isSafe || !isTwice);
            fault ??= isTwice ? ("is listed twice, and one line overrules the other", "Keep one of them")
                : refused.Contains(line.Id) ? ($"is also in {ApiTables.UnsafeFile}, which wins", "Keep one of them")
                : Stale(line.Id, compilation);
            if (fault is null && isSafe && line.Comment.StartsWith("<Pending>", StringComparison.OrdinalIgnoreCase))
            {
                fault = ("is listed without a reason", "Write behind the '#' why it is safe");
                isNeedless = false;
            }

            if (fault is { } found)
            {
                TextSpan span = new(place.Start + place.ToString().IndexOf(line.Id, StringComparison.Ordinal), line.Id.Length);
                report(Diagnostic.Create(
                    TH0007_ApiListLine.Instance.Descriptor, Location.Create(file.Path, span, text.Lines.GetLinePositionSpan(span)),
                    isNeedless ? ImmutableDictionary<string, string?>.Empty.Add(RuleProperties.Kind, RuleProperties.KindNeedlessLine) : null,
                    line.Id, found.What, found.Remedy));
            }
        }

        IEnumerable<ApiLine> Lines(AdditionalText list) =>
            list.GetText(cancellation)?.Lines.Select(static line => ApiLine.Parse(line.ToString())).OfType<ApiLine>() ?? [];
    }

    private static (string, string)? Malformed(ApiLine line, bool isSafe)
    {
        string id = line.Id;
        if (id.Length < 3 || id[1] != ':' || "TNMPFE".IndexOf(id[0]) < 0 || id.Any(char.IsWhiteSpace))
        {
            return ("cannot be read", Form);
        }

        bool isWide = id.EndsWith(".*", StringComparison.Ordinal);
        if (isWide != id[0] is 'T' or 'N')
        {
            return isWide ? ("mixes a member with a wild card for types", Form) : ("names no member, so no call is looked up by it", $"Write {id}.* for all that is in it");
        }

        if (isSafe)
        {
            return line.Columns.Length == 1 ? null : ("has columns, which only the other list has", "Give the reason behind a '#'");
        }

        return line.Columns.Length > 4 ? ("has more than four columns", "Write: id | rule | reason | what to do instead")
            : line.Column(1) is { Length: > 0 } rule && RuleCatalog.Find(rule) is null ? ($"names the rule '{rule}', which does not exist", "Name a rule, such as TH2001")
            : null;
    }

    private static (string, string)? Stale(string id, Compilation compilation)
    {
        if (id.EndsWith(".*", StringComparison.Ordinal))
        {
            return DocumentationCommentId.GetFirstSymbolForDeclarationId(id.Substring(0, id.Length - 2), compilation) is null ? s_nothing : null;
        }

        ImmutableArray<ISymbol> named = id.EndsWith("(*)", StringComparison.Ordinal) ? Overloads(id, compilation)
            : DocumentationCommentId.GetSymbolsForDeclarationId(id, compilation);
        return named.IsEmpty ? s_nothing
            : named.All(static symbol => symbol is IMethodSymbol { AssociatedSymbol: not null }) ? ("names an accessor, and accessors go by their property", "Write the property's id (P:…)")
            : null;
    }

    private static readonly (string, string)? s_nothing =
        ("names nothing in this project or its references", "Correct the line, or remove it; look for type parameters, which are written `1 and ``1");

    private static ImmutableArray<ISymbol> Overloads(string id, Compilation compilation)
    {
        int dot = id.LastIndexOf('.');
        return dot > 2 && DocumentationCommentId.GetFirstSymbolForDeclarationId("T:" + id.Substring(2, dot - 2), compilation) is INamedTypeSymbol type
            ? type.GetMembers().Where(member => member.GetDocumentationCommentId() is { } own && ApiTables.Keys(member, own).Contains(id)).ToImmutableArray()
            : ImmutableArray<ISymbol>.Empty;
    }
}
