using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Testing;


namespace TopHalf.Analyzers.Tests;

/// <summary>What is said about a rule in several places says the same: descriptor, ids, page, index, release notes, ranges, metadata names.</summary>
public sealed class SyncTests
{
    private const string HelpLinkPrefix = "https://github.com/tophalf/tophalf/blob/main/Analyzers/Docs/";

    private static readonly DiagnosticDescriptor[] s_descriptors = [.. new SignalContextAnalyzer().SupportedDiagnostics];

    public static TheoryData<string> Ids => [.. s_descriptors.Select(descriptor => descriptor.Id)];

    public static TheoryData<string> BuiltIns => [.. ApiTables.BuiltInIds];

    [Fact]
    public void Ids_are_unique_and_ascending() =>
        Assert.Equal(s_descriptors.Select(descriptor => descriptor.Id).Distinct().Order(StringComparer.Ordinal), s_descriptors.Select(descriptor => descriptor.Id));

    [Fact]
    public void Every_constant_in_RuleIds_has_a_descriptor() =>
        Assert.Equal(
            typeof(RuleIds).GetFields().Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal),
            s_descriptors.Select(descriptor => descriptor.Id));

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_rule_has_a_file_of_its_own(string id) =>
        Assert.Single(typeof(RuleIds).Assembly.GetTypes(), type => type.Namespace == "TopHalf.Analyzers.Rules" && type.Name.StartsWith(id + "_", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_help_link_is_the_page(string id) => Assert.Equal(HelpLinkPrefix + id + ".md", Descriptor(id).HelpLinkUri);

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_page_repeats_the_descriptor(string id)
    {
        DiagnosticDescriptor descriptor = Descriptor(id);
        string page = Resource($"docs/{id}.md");
        Assert.StartsWith($"# {id}: {descriptor.Title}\n", page, StringComparison.Ordinal);
        Assert.Contains($"| Category | {descriptor.Category} |", page, StringComparison.Ordinal);
        Assert.Contains($"| Severity | {Severity(descriptor)} |", page, StringComparison.Ordinal);
        Assert.Contains($"dotnet_diagnostic.{id}.severity = {Severity(descriptor)}", page, StringComparison.Ordinal);
        Assert.Equal(
            ["## What happens", "## Bad", "## Good", "## Code fix", "## When suppression is fine", "## Severity"],
            page.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_index_has_the_rule(string id)
    {
        DiagnosticDescriptor descriptor = Descriptor(id);
        Assert.Contains($"| [{id}]({id}.md) | {descriptor.Title} | {descriptor.Category} | {Severity(descriptor)} |", Resource("docs/index.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_no_page_without_a_rule() =>
        Assert.Equal(
            s_descriptors.Select(descriptor => $"docs/{descriptor.Id}.md").Append("docs/index.md").Append("docs/options.md").Order(StringComparer.Ordinal),
            Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith("docs/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_release_notes_have_the_rule_once(string id)
    {
        DiagnosticDescriptor descriptor = Descriptor(id);
        string notes = Resource("releases/AnalyzerReleases.Shipped.md") + Resource("releases/AnalyzerReleases.Unshipped.md");
        Assert.Single(notes.Split('\n'), line => line.StartsWith($"{id} | {descriptor.Category} | {descriptor.DefaultSeverity} | ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_id_lies_in_the_range_of_its_category(string id)
    {
        Match range = Regex.Match(Resource("ranges.txt"), $@"^{Regex.Escape(Descriptor(id).Category)}: (TH\d+)-(TH\d+)$", RegexOptions.Multiline);
        Assert.True(range.Success);
        Assert.InRange(id, range.Groups[1].Value, range.Groups[2].Value, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(KnownSymbols.InterruptHandlerAttribute)]
    [InlineData(KnownSymbols.AsyncSignalSafeAttribute)]
    [InlineData(KnownSymbols.AsyncSignalUnsafeAttribute)]
    [InlineData(KnownSymbols.InterruptHandlerDelegate)]
    [InlineData(KnownSymbols.InterruptContext)]
    public void A_metadata_name_is_that_of_a_type_of_the_library(string name) =>
        Assert.Equal("TopHalf", Assert.Single(Compile("").GetTypesByMetadataName(name)).ContainingAssembly.Name);

    [Theory]
    [MemberData(nameof(BuiltIns))]
    public void A_line_of_the_tables_names_something(string id)
    {
        Compilation compilation = Compile("");
        string bare = id.EndsWith(".*", StringComparison.Ordinal) ? id[..^2] : id;
        if (bare.EndsWith("(*)", StringComparison.Ordinal))
        {
            int dot = bare.LastIndexOf('.');
            string type = "T:" + bare[2..dot];
            INamedTypeSymbol? found = DocumentationCommentId.GetFirstSymbolForDeclarationId(type, compilation) as INamedTypeSymbol;
            Assert.NotNull(found);
            Assert.NotEmpty(found.GetMembers(bare[(dot + 1)..^3].Replace('#', '.')));
        }
        else
        {
            Assert.NotEmpty(DocumentationCommentId.GetSymbolsForDeclarationId(bare, compilation));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task The_bad_example_raises_the_rule(string id) => Assert.Contains(id, await Raised(Example(id, "bad")));

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task The_good_example_raises_nothing(string id) => Assert.Empty(await Raised(Example(id, "good")));

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_message_ends_with_the_way_out_and_a_full_stop(string id)
    {
        string format = Descriptor(id).MessageFormat.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.EndsWith(".", format, StringComparison.Ordinal);
        Assert.Contains(". ", format, StringComparison.Ordinal);
    }

    // C# is members of a class, "ini" an .editorconfig, and "text" the additional file that its first line names.
    private static async Task<string[]> Raised((string Language, string Text) example)
    {
        string members = example.Language == "csharp" ? example.Text : "";
        TestState state = new();
        if (example.Language == "ini")
        {
            state.AnalyzerConfigFiles.Add(example.Text);
        }
        else if (example.Language == "text")
        {
            state.AdditionalFiles.Add(("/" + example.Text.Split('\n')[0].TrimStart('#', ' '), example.Text));
        }

        CSharpCompilation compilation = Compile(Verify.Usings + "static unsafe partial class Example\n{\n" + members + "\n}\n");
        Assert.Empty(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        return
        [
            .. (await compilation.WithAnalyzers([new SignalContextAnalyzer()], new AnalyzerConfiguration(state).Options).GetAnalyzerDiagnosticsAsync())
                .Select(diagnostic => diagnostic.Id),
        ];
    }

    private static CSharpCompilation Compile(string source) =>
        CSharpCompilation.Create(
            "Example",
            [CSharpSyntaxTree.ParseText(source, path: "/Example.cs")],
            TestReferences.All,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    private static (string Language, string Text) Example(string id, string kind)
    {
        Match fence = Regex.Match(Resource($"docs/{id}.md"), $"^```(\\w+) {kind}\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.True(fence.Success, $"{id}.md has no example marked '{kind}'.");
        return (fence.Groups[1].Value, fence.Groups[2].Value);
    }

    private static DiagnosticDescriptor Descriptor(string id) => s_descriptors.Single(descriptor => descriptor.Id == id);

    private static string Severity(DiagnosticDescriptor descriptor) => descriptor.DefaultSeverity switch
    {
        DiagnosticSeverity.Error => "error",
        DiagnosticSeverity.Warning => "warning",
        DiagnosticSeverity.Info => "suggestion",
        _ => "silent",
    };

    private static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
