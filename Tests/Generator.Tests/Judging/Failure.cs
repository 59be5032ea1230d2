using System.Globalization;
using System.Text;
using TopHalf.Generator.Tests.Generation;

namespace TopHalf.Generator.Tests.Judging;

/// <summary>A handler of which something does not hold, with all that is needed to see why, and to see it again.</summary>
internal sealed record Failure(ulong Seed, GeneratedHandler? Handler, string What, string Report, string Listing)
{
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"seed {Seed}, handler {Handler?.Index} ({Handler?.Poison?.Name ?? "no poison"}): {What}");
        text.AppendLine("--- source").AppendLine(Handler?.Source);
        text.AppendLine("--- report").AppendLine(Report);
        text.AppendLine("--- the JIT's listing").AppendLine(Listing);
        return text.ToString();
    }
}
