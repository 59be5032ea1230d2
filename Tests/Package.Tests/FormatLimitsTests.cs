using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>What <c>dotnet format</c> writes besides C#: a list that is there, and nothing else. The pages say so; a version that can do more fails here.</summary>
[Collection(SharedPackage.Name)]
public sealed class FormatLimitsTests(TopHalfPackage package)
{
    private const string List = "TopHalf.SafeApis.txt";
    private const string Config = "root = true\n[*.cs]\ntophalf.stack_budget = many\n";
    private const string NamesNothing = "M:System.Nothing.Is # None.\n";

    private const string Program = """
        using System.Runtime.CompilerServices;
        using TopHalf;

        using var remainder = SoftwareInterrupt.Start<State>(Handlers.OnRaise);
        remainder.Raise();

        internal struct State
        {
            public double Rest;
        }

        internal static class Handlers
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            internal static void OnRaise(ref State state, in InterruptContext context) => state.Rest = Math.IEEERemainder(state.Rest, 3);
        }

        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_lists_a_member_where_there_is_a_list_and_mends_neither_lists_nor_options(bool hasList)
    {
        var project = new ConsumerProject(package, Program);
        project.AddFile(".editorconfig", Config);
        if (hasList)
        {
            project.AddAdditionalFile(List, NamesNothing);
        }

        CommandResult format = project.Dotnet("format", "analyzers", "--severity", "info");
        Assert.True(format.Succeeded, format.ToString());
        Assert.Equal(Program, project.Source);
        Assert.Equal(Config, project.Read(".editorconfig"));
        Assert.Equal(hasList, File.Exists(Path.Combine(project.Folder, List)));
        if (hasList)
        {
            Assert.Equal(NamesNothing + "M:System.Math.IEEERemainder(System.Double,System.Double) # <Pending>\n", project.Read(List));
        }
    }
}
