using System.Globalization;
using System.Text;

namespace TopHalf.Benchmarks;

/// <summary>A row of measured values with its name and colour.</summary>
internal sealed record Series(string Name, string Colour, IReadOnlyCollection<double> Values);

/// <summary>Draws how measured nanoseconds are distributed, as SVG: histograms on one axis.</summary>
internal static class DistributionPicture
{
    private const int Width = 880;
    private const int Height = 400;
    private const int Left = 70;
    private const int Right = 20;
    private const int Top = 90;
    private const int Bottom = 60;
    private const int Bins = 120;
    private const int LegendColumns = 2;
    private const int LegendWidth = 400;
    private const int LegendHeight = 20;

    /// <summary>The picture's text.</summary>
    /// <param name="title">What was measured.</param>
    /// <param name="axis">What the nanoseconds are of.</param>
    /// <param name="series">Of the same number of values each.</param>
    public static string Draw(string title, string axis, params Series[] series)
    {
        double[] all = [.. series.SelectMany(static one => one.Values).Order()];
        int total = series[0].Values.Count;

        // The slowest 4 % are outliers of a shared machine; they would squeeze the rest.
        double from = all[0] * 0.95;
        double to = all[(int)((all.Length - 1) * 0.96)];
        double X(double value) => Left + ((value - from) / (to - from) * (Width - Left - Right));

        var svg = new StringBuilder();
        svg.AppendLine(Text($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{Height}\" font-family=\"DejaVu Sans, sans-serif\" font-size=\"13\" fill=\"#222\">"));
        svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        svg.AppendLine(Text($"<text x=\"{Left}\" y=\"24\" font-size=\"16\">{title}</text>"));

        int floor = Height - Bottom;
        int[][] counts = [.. series.Select(one => Count(one.Values, from, to))];
        double scale = (floor - Top - 10) / (double)counts.Max(static bins => bins.Max());
        for (int i = 0; i < series.Length; i++)
        {
            (string name, string colour, IReadOnlyCollection<double> values) = series[i];
            double step = (to - from) / Bins;
            IEnumerable<string> points = counts[i].SelectMany((count, bin) => new[] { bin, bin + 1 }.Select(edge =>
                Text($"{X(from + (edge * step)):F1},{floor - (count * scale):F1}")));
            svg.AppendLine(Text($"<polygon points=\"{Left},{floor} {string.Join(' ', points)} {Width - Right},{floor}\" fill=\"{colour}\" fill-opacity=\"0.35\" stroke=\"{colour}\"/>"));
            int legend = Left + (i % LegendColumns * LegendWidth);
            int line = 38 + (i / LegendColumns * LegendHeight);
            svg.AppendLine(Text($"<rect x=\"{legend}\" y=\"{line}\" width=\"14\" height=\"14\" fill=\"{colour}\"/>"));
            svg.AppendLine(Text($"<text x=\"{legend + 20}\" y=\"{line + 12}\">{name}: median {values.Median():F0} ns</text>"));
        }

        double tick = NiceStep((to - from) / 8);
        for (double at = Math.Ceiling(from / tick) * tick; at <= to; at += tick)
        {
            svg.AppendLine(Text($"<line x1=\"{X(at):F1}\" x2=\"{X(at):F1}\" y1=\"{floor}\" y2=\"{floor + 5}\" stroke=\"#222\"/>"));
            svg.AppendLine(Text($"<text x=\"{X(at):F1}\" y=\"{floor + 20}\" text-anchor=\"middle\">{at:F0}</text>"));
        }

        double share = NiceStep((floor - Top) / scale / total * 100 / 5);
        for (double percent = 0; percent * total / 100 * scale <= floor - Top; percent += share)
        {
            double y = floor - (percent * total / 100 * scale);
            svg.AppendLine(Text($"<line x1=\"{Left - 5}\" x2=\"{Left}\" y1=\"{y:F1}\" y2=\"{y:F1}\" stroke=\"#222\"/>"));
            svg.AppendLine(Text($"<text x=\"{Left - 8}\" y=\"{y + 4:F1}\" text-anchor=\"end\">{percent:0.#} %</text>"));
        }

        svg.AppendLine(Text($"<path d=\"M{Left},{Top} V{floor} H{Width - Right}\" fill=\"none\" stroke=\"#222\"/>"));
        svg.AppendLine(Text($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 14}\" text-anchor=\"middle\">{axis}, nanoseconds</text>"));
        svg.AppendLine(Text($"<text transform=\"translate(18,{(Top + floor) / 2}) rotate(-90)\" text-anchor=\"middle\">share</text>"));
        return svg.AppendLine("</svg>").ToString();
    }

    private static int[] Count(IEnumerable<double> values, double from, double to)
    {
        int[] bins = new int[Bins];
        foreach (double value in values.Where(value => value < to))
        {
            bins[(int)((value - from) / (to - from) * Bins)]++;
        }

        return bins;
    }

    private static double NiceStep(double least)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return (least / power) switch { <= 1 => power, <= 2 => 2 * power, <= 5 => 5 * power, _ => 10 * power };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
