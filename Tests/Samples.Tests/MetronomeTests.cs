// The sample that the README leads with: it must account for every tick, whatever else the machine does.
using System.Globalization;
using System.Reflection;
using System.Xml.Linq;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.Samples.Tests;

public sealed class MetronomeTests
{
    private static readonly string[] s_rows = ["TopHalf.InterruptTimer", "System.Threading.Timer", "PeriodicTimer", "timerfd thread"];

    [Fact]
    public void Every_tick_is_accounted_for_in_the_table_and_the_picture()
    {
        string picture = Path.Combine(Directory.CreateTempSubdirectory("tophalf-metronome-").FullName, "lateness.svg");
        try
        {
            ChildProgram metronome = Run("--seconds", "1", "--svg", picture);

            metronome.AssertSucceeded();
            Assert.Contains("Every tick is accounted for", metronome.Output, StringComparison.Ordinal);
            Assert.Contains(picture, metronome.Output, StringComparison.Ordinal);
            string[] table = metronome.Output[metronome.Output.IndexOf("achieved", StringComparison.Ordinal)..].Split('\n');
            foreach (string row in s_rows)
            {
                // Name, the period asked and achieved | four percentiles | ticks, missed (share %), CPU.
                string line = Assert.Single(table, line => line.StartsWith(row, StringComparison.Ordinal));
                string[] cells = line[row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                Assert.Equal("200", cells[0]);
                Assert.Equal(13, cells.Length);
                string[] lateness = cells[3..7];
                Assert.Equal(lateness.OrderBy(Number), lateness);
            }

            XElement svg = XDocument.Load(picture).Root!;
            string[] texts = [.. svg.Descendants().Where(static element => element.Name.LocalName == "text").Select(static text => text.Value)];
            Assert.All(s_rows, row => Assert.Contains(row, texts));
            Assert.Contains(texts, static text => text.StartsWith("lateness", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(picture)!, recursive: true);
        }
    }

    [Theory]
    [InlineData("--seconds", "0")]
    [InlineData("--seconds", "soon")]
    [InlineData("--seconds")]
    [InlineData("--period-us", "19")]
    [InlineData("--period-us", "1000001")]
    [InlineData("--svg", "/no/such/folder/picture.svg")]
    [InlineData("--svg", "/")]
    [InlineData("--loud")]
    public void A_wrong_command_line_is_refused_with_a_reason(params string[] arguments)
    {
        ChildProgram metronome = Run(arguments);

        Assert.Equal(2, metronome.ExitCode);
        Assert.Contains(arguments[^1], metronome.Error, StringComparison.Ordinal);
        Assert.Contains("Usage: Metronome", metronome.Error, StringComparison.Ordinal);
        Assert.Empty(metronome.Output);
    }

    [Fact]
    public void Help_is_no_mistake()
    {
        ChildProgram metronome = Run("--help");

        metronome.AssertSucceeded();
        Assert.Contains("--period-us", metronome.Output, StringComparison.Ordinal);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    // The build left the path in this assembly.
    private static ChildProgram Run(params string[] arguments)
    {
        string program = typeof(MetronomeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static attribute => attribute.Key == "Metronome").Value!;
        return ChildProgram.Run(TimeSpan.FromMinutes(2), ChildProgram.Dotnet, ["exec", program, .. arguments]);
    }
}
