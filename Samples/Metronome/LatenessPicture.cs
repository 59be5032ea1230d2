using System.Text;
using TopHalf;
using static System.FormattableString;

namespace Metronome;

/// <summary>Draws the lateness of all metronomes as SVG: a histogram each, one below the other on a common logarithmic axis.</summary>
internal static class LatenessPicture
{
    private const int Width = 960;
    private const int Left = 90;
    private const int Right = 30;
    private const int Top = 100;
    private const int PanelHeight = 110;
    private const int PanelGap = 44;
    private const int BinsPerDecade = 20;

    // 1 us to 100 ms; what lies beyond is drawn at the edge.
    private const int FirstDecade = 3;
    private const int Decades = 5;

    // Shares from 0.001 % to 100 %, so that a single late tick among thousands is still seen.
    private const int ShareDecades = 5;

    private static readonly string[] s_colours = ["#d62728", "#1f77b4", "#2ca02c", "#9467bd"];
    private static readonly string[] s_times = ["1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms"];

    public static string Draw(IReadOnlyList<Measurement> measurements, Options options)
    {
        int bottom = Top + (measurements.Count * (PanelHeight + PanelGap)) - PanelGap;
        var svg = new StringBuilder();
        svg.AppendLine(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{bottom + 70}\" font-family=\"DejaVu Sans, sans-serif\" font-size=\"12\" fill=\"#222\">"));
        svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        svg.AppendLine(Invariant($"<text x=\"{Left}\" y=\"30\" font-size=\"18\">How late is a tick each {options.PeriodMicroseconds} µs on a thread that allocates, throws and collects?</text>"));
        for (int i = 0; i < measurements.Count; i++)
        {
            int x = Left + (i * (Width - Left - Right) / measurements.Count);
            svg.AppendLine(Invariant($"<rect x=\"{x}\" y=\"48\" width=\"12\" height=\"12\" fill=\"{s_colours[i]}\"/><text x=\"{x + 18}\" y=\"58\">{measurements[i].Name}</text>"));
            DrawPanel(svg, measurements[i], s_colours[i], Top + (i * (PanelHeight + PanelGap)));
        }

        for (int decade = 0; decade <= Decades; decade++)
        {
            double x = X(FirstDecade + decade);
            svg.AppendLine(Invariant($"<text x=\"{x:F1}\" y=\"{bottom + 20}\" text-anchor=\"middle\">{s_times[decade]}</text>"));
        }

        svg.AppendLine(Invariant($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{bottom + 48}\" text-anchor=\"middle\" font-size=\"13\">lateness: from the expiry to the start of its callback (log scale)</text>"));
        svg.AppendLine(Invariant($"<text transform=\"translate(22,{(Top + bottom) / 2}) rotate(-90)\" text-anchor=\"middle\" font-size=\"13\">share of ticks (log scale)</text>"));
        return svg.AppendLine("</svg>").ToString();
    }

    private static void DrawPanel(StringBuilder svg, Measurement measurement, string colour, int top)
    {
        int floor = top + PanelHeight;
        for (int decade = 0; decade <= Decades; decade++)
        {
            svg.AppendLine(Invariant($"<path d=\"M{X(FirstDecade + decade):F1},{top} V{floor}\" stroke=\"#ddd\"/>"));
        }

        foreach ((double share, string label) in new[] { (1.0, "100 %"), (0.01, "1 %"), (0.0001, "0.01 %") })
        {
            double y = floor - Height(share);
            svg.AppendLine(Invariant($"<path d=\"M{Left},{y:F1} H{Width - Right}\" stroke=\"#ddd\"/><text x=\"{Left - 6}\" y=\"{y + 4:F1}\" text-anchor=\"end\">{label}</text>"));
        }

        double width = (X(FirstDecade + 1) - X(FirstDecade)) / BinsPerDecade;
        foreach ((int bin, long count) in Bins(measurement.Lateness))
        {
            double height = Height((double)count / measurement.Ticks);
            svg.AppendLine(Invariant($"<rect x=\"{Left + (bin * width):F1}\" y=\"{floor - height:F1}\" width=\"{width:F1}\" height=\"{height:F1}\" fill=\"{colour}\"/>"));
        }

        ref readonly InterruptHistogram lateness = ref measurement.Lateness;
        svg.AppendLine(Invariant($"<path d=\"M{Left},{top} V{floor} H{Width - Right}\" fill=\"none\" stroke=\"#222\"/>"));
        svg.AppendLine(Invariant($"<text x=\"{Left}\" y=\"{top - 8}\"><tspan font-weight=\"bold\">{measurement.Name}</tspan>   p50 {lateness.Percentile(50) / 1e3:F1} µs, p99 {lateness.Percentile(99) / 1e3:F1} µs, max {lateness.Max / 1e3:F1} µs; {measurement.Ticks} ticks, {measurement.Missed} missed</text>"));
    }

    private static IEnumerable<(int Bin, long Count)> Bins(in InterruptHistogram lateness) => lateness.GetBuckets()
        .GroupBy(static bucket => Math.Clamp(
            (int)((Math.Log10((bucket.From + bucket.To) / 2.0) - FirstDecade) * BinsPerDecade), 0, (Decades * BinsPerDecade) - 1))
        .Select(static group => (group.Key, group.Sum(static bucket => bucket.Count)));

    private static double X(double decade) => Left + ((decade - FirstDecade) / Decades * (Width - Left - Right));

    private static double Height(double share) => Math.Max(1, (ShareDecades + Math.Log10(share)) / ShareDecades * PanelHeight);
}
