// The sample of levels: all that handlers of two levels and ordinary code have counted is there, and both trials are in the table.
using System.Globalization;
using System.Reflection;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.Samples.Tests;

public sealed class LevelsTests
{
    [Fact]
    public void Every_frame_and_every_sample_is_in_the_totals()
    {
        ChildProgram levels = Run("0.5");

        levels.AssertSucceeded();
        Assert.Contains("Every frame and every sample is in the totals", levels.Output, StringComparison.Ordinal);
        foreach (string row in (string[])["controller on the decoder's level", "controller on a higher level"])
        {
            string line = Assert.Single(levels.Output.Split('\n'), line => line.StartsWith(row, StringComparison.Ordinal));
            double[] lateness = [.. line[row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static text => double.Parse(text, CultureInfo.InvariantCulture))];
            Assert.Equal(3, lateness.Length);
            Assert.Equal(lateness.Order(), lateness);
        }
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("1", "2")]
    public void A_wrong_command_line_is_refused(params string[] arguments)
    {
        ChildProgram levels = Run(arguments);

        Assert.Equal((2, ""), (levels.ExitCode, levels.Output));
        Assert.Contains("Usage: Levels", levels.Error, StringComparison.Ordinal);
    }

    // The build left the path in this assembly.
    private static ChildProgram Run(params string[] arguments)
    {
        string program = typeof(LevelsTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "Levels").Value!;
        return ChildProgram.Run(TimeSpan.FromMinutes(2), ChildProgram.Dotnet, ["exec", program, .. arguments]);
    }
}
