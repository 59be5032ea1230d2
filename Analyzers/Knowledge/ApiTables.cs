using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace TopHalf.Analyzers.Knowledge;

/// <summary>What is known about a member of another assembly. No rule: it is safe.</summary>
internal sealed class ApiEntry(Rule? rule, string reason, string? remedy)
{
    public Rule? Rule { get; } = rule;

    public string Reason { get; } = reason;

    public string? Remedy { get; } = remedy;
}

/// <summary>
/// The tables of safe and unsafe members: the ones beside this file, and the user's additional files of the names below. A line is a
/// documentation-comment id; <c>#</c> starts a comment; unsafe lines go on with <c>| rule | reason | what to do instead</c>. An id may end
/// in <c>(*)</c> for all overloads, or be <c>T:Type.*</c> or <c>N:Space.*</c> for all that is in it. The narrower line wins, at equal width
/// the unsafe one, and a user's line wins over the built-in ones.
/// </summary>
/// <remarks>
/// Built in are lines that people wrote, and <see cref="BclTable"/>, which is proved on machine code. What is proved goes before what is
/// written, but a written refusal of the very member stays one, and so does a type's that locks or waits: code that spins is clean code. What
/// both refuse is refused in the words that say more.
/// </remarks>
internal sealed class ApiTables
{
    public const string SafeFile = "TopHalf.SafeApis.txt";
    public const string UnsafeFile = "TopHalf.UnsafeApis.txt";

    private static readonly Lazy<ImmutableDictionary<string, ApiEntry>> s_builtIn = new(() =>
    {
        ImmutableDictionary<string, ApiEntry>.Builder entries = ImmutableDictionary.CreateBuilder<string, ApiEntry>();
        Read(Lines("SafeApis.txt"), isSafe: true, entries);
        Read(Lines("UnsafeApis.txt"), isSafe: false, entries);
        return entries.ToImmutable();
    });

    private static readonly Lazy<BclTable> s_proved = new(() => BclTable.Parse(Resources.Text("BclApis.txt")));

    private readonly ImmutableDictionary<string, ApiEntry> _builtIn = s_builtIn.Value;
    private readonly ImmutableDictionary<string, ApiEntry> _user;

    private ApiTables(ImmutableDictionary<string, ApiEntry> user) => _user = user;

    /// <summary>The lines that people wrote, for the test that resolves them.</summary>
    public static IEnumerable<string> BuiltInIds => s_builtIn.Value.Keys;

    public static ApiTables Create(AnalyzerOptions options, CancellationToken cancellation)
    {
        ImmutableDictionary<string, ApiEntry>.Builder user = ImmutableDictionary.CreateBuilder<string, ApiEntry>();
        foreach (bool isSafe in (bool[])[true, false])
        {
            foreach (AdditionalText file in options.AdditionalFiles)
            {
                if (IsList(file, isSafe) && file.GetText(cancellation) is { } text)
                {
                    Read(text.Lines.Select(line => line.ToString()), isSafe, user);
                }
            }
        }

        return new ApiTables(user.ToImmutable());
    }

    /// <summary>Whether a file is one of the user's lists, by its name.</summary>
    public static bool IsList(AdditionalText file, bool isSafe) =>
        Path.GetFileName(file.Path).Equals(isSafe ? SafeFile : UnsafeFile, StringComparison.OrdinalIgnoreCase);

    /// <summary>What is known of a method or accessor. The argument must be an original definition.</summary>
    public ApiEntry? Find(IMethodSymbol method)
    {
        ISymbol symbol = method.AssociatedSymbol ?? method;
        return FindSymbol(symbol);
    }

    public ApiEntry? Find(IFieldSymbol field) => FindSymbol(field.OriginalDefinition);

    private ApiEntry? FindSymbol(ISymbol symbol)
    {
        return symbol.GetDocumentationCommentId() is { } id
            ? Narrowest(_user, symbol, id)?.Entry ?? BuiltIn(Narrowest(_builtIn, symbol, id), s_proved.Value.Find(symbol, id), id) : null;
    }

    private static ApiEntry? BuiltIn((string Key, ApiEntry Entry)? written, ApiEntry? proved, string id)
    {
        if (proved is null || written is not ({ } key, { Rule: { } rule } refusal))
        {
            return proved ?? written?.Entry;
        }

        bool stands = key == id || (rule.Descriptor.Category == RuleCategories.Blocking && !key.StartsWith("N:", StringComparison.Ordinal));
        if (stands || proved.Rule is null)
        {
            return stands ? refusal : proved;
        }

        // Both refuse. TH3001 is the rule of those that know no better.
        return rule.Id != RuleIds.UnknownCall ? refusal
            : proved.Rule.Id == RuleIds.UnknownCall ? proved
            : new ApiEntry(proved.Rule, proved.Reason, refusal.Remedy ?? proved.Remedy);
    }

    private static (string Key, ApiEntry Entry)? Narrowest(ImmutableDictionary<string, ApiEntry> table, ISymbol symbol, string id)
    {
        if (table.IsEmpty)
        {
            return null;
        }

        foreach (string key in Keys(symbol, id))
        {
            if (table.TryGetValue(key, out ApiEntry? entry))
            {
                return (key, entry);
            }
        }

        return null;
    }

    /// <summary>The ids that stand for a member, from the narrowest to the widest.</summary>
    public static IEnumerable<string> Keys(ISymbol symbol, string id)
    {
        yield return id;
        int parameters = id.IndexOf('(');
        string bare = parameters < 0 ? id : id.Substring(0, parameters);
        int arity = bare.LastIndexOf("``", StringComparison.Ordinal);
        yield return (arity < 0 ? bare : bare.Substring(0, arity)) + "(*)";
        for (INamedTypeSymbol? type = symbol.ContainingType; type is not null; type = type.ContainingType)
        {
            yield return type.OriginalDefinition.GetDocumentationCommentId() + ".*";
        }

        for (INamespaceSymbol? space = symbol.ContainingNamespace; space is { IsGlobalNamespace: false }; space = space.ContainingNamespace)
        {
            yield return space.GetDocumentationCommentId() + ".*";
        }
    }

    private static string[] Lines(string resource) => Resources.Text(resource).Split('\n');

    private static void Read(IEnumerable<string> lines, bool isSafe, ImmutableDictionary<string, ApiEntry>.Builder entries)
    {
        foreach (ApiLine line in lines.Select(ApiLine.Parse).OfType<ApiLine>())
        {
            entries[line.Id] = isSafe
                ? new ApiEntry(null, "", null)
                : new ApiEntry(
                    RuleCatalog.Find(line.Column(1)) ?? RuleCatalog.DefaultForTables,
                    line.Column(2) is { Length: > 0 } reason ? reason : "it is on the list of unsafe members",
                    line.Column(3) is { Length: > 0 } remedy ? remedy : null);
        }
    }
}
