using System.Globalization;
using System.Text;

namespace TopHalf;

/// <summary>A handler was refused: run in signal context, it could corrupt or stop the process.</summary>
/// <remarks>The message names the handler, the instruction, what it calls, the rule, the consequence and the remedy.</remarks>
public sealed class HandlerVerificationException : InvalidOperationException
{
    private const int MostShown = 8;

    /// <summary>Refuses a handler for the violations in its report.</summary>
    /// <param name="report">A report with at least one violation.</param>
    /// <exception cref="ArgumentException">The report has no violation.</exception>
    public HandlerVerificationException(HandlerReport report)
        : base(Describe(report))
    {
        Report = report;
    }

    /// <summary>Everything that the verifier found, with the machine code.</summary>
    public HandlerReport Report { get; }

    private static string Describe(HandlerReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.IsSafe)
        {
            throw new ArgumentException("The report has no violation.", nameof(report));
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Handler} must not run as an interrupt handler.");
        foreach (HandlerViolation violation in report.Violations.Take(MostShown))
        {
            text.AppendLine().Append("  ").Append(violation);
        }

        if (report.Violations.Count > MostShown)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  and {report.Violations.Count - MostShown} more, see Report.");
        }

        return text.ToString();
    }
}
