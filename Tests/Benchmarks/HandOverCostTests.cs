// The hand-over from a handler, by ratios that hold on a busy machine: an awakened reader is about as fast as one of a raw eventfd.
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using TopHalf.Testing;
using Xunit;
using Xunit.Abstractions;

namespace TopHalf.Benchmarks;

public sealed partial class HandOverCostTests(ITestOutputHelper log)
{
    [Fact]
    public void A_handler_awakens_a_reader_in_at_most_twice_the_time_of_a_raw_eventfd()
    {
        string picture = Path.GetTempFileName();
        try
        {
            // Medians of neighbours; load that sets in amid a run may spoil one, not three.
            double best = double.MaxValue;
            for (int attempt = 0; attempt < 3 && best > 2; attempt++)
            {
                ChildProgram child = ChildProgram.Run(
                    TimeSpan.FromMinutes(2), ChildProgram.Dotnet, ["exec", typeof(Program).Assembly.Location, "handover", "300", picture]);
                child.AssertSucceeded();
                log.WriteLine(child.Output);
                best = Math.Min(best, double.Parse(RatioLine().Match(child.Output).Groups[1].Value, CultureInfo.InvariantCulture));
            }

            Assert.True(best is > 0 and <= 2, $"never below {best:F2}");
            Assert.Equal("svg", XDocument.Load(picture).Root!.Name.LocalName);
        }
        finally
        {
            File.Delete(picture);
        }
    }

    [GeneratedRegex(@"Wait / raw eventfd: ([\d.]+)")]
    private static partial Regex RatioLine();
}
