using System.Text.Json;

namespace TopHalf.Package.Tests;

/// <summary>One finding of a build. Its level is error, warning or note.</summary>
internal sealed record Finding(string Rule, string Level, string File, int Line, int Column, string Message, string HelpLink)
{
    public bool IsTopHalf => Rule.StartsWith("TH", StringComparison.Ordinal);

    public override string ToString() => $"{File}({Line},{Column}): {Level} {Rule}: {Message}";
}

/// <summary>Reads the log that the compiler writes for <c>-p:ErrorLog</c> (SARIF 2.1).</summary>
internal static class SarifLog
{
    /// <summary>The findings that nothing suppresses, by file and position. Empty without a log: the compiler did not run.</summary>
    public static IReadOnlyList<Finding> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using JsonDocument log = JsonDocument.Parse(File.ReadAllBytes(path));
        var findings = new List<Finding>();
        foreach (JsonElement run in log.RootElement.GetProperty("runs").EnumerateArray())
        {
            JsonElement rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");
            findings.AddRange(run.GetProperty("results").EnumerateArray()
                .Where(result => !result.TryGetProperty("suppressions", out _))
                .Select(result => Read(result, rules)));
        }

        return
        [
            .. findings.OrderBy(finding => finding.File, StringComparer.Ordinal)
                .ThenBy(finding => finding.Line).ThenBy(finding => finding.Column)
                .ThenBy(finding => finding.Rule, StringComparer.Ordinal).ThenBy(finding => finding.Message, StringComparer.Ordinal),
        ];
    }

    private static Finding Read(JsonElement result, JsonElement rules)
    {
        JsonElement rule = rules[result.GetProperty("ruleIndex").GetInt32()];
        (string file, int line, int column) = Place(result);
        return new Finding(
            result.GetProperty("ruleId").GetString()!,
            result.GetProperty("level").GetString()!,
            file,
            line,
            column,
            result.GetProperty("message").GetProperty("text").GetString()!,
            rule.TryGetProperty("helpUri", out JsonElement link) ? link.GetString()! : "");
    }

    private static (string File, int Line, int Column) Place(JsonElement result)
    {
        if (!result.TryGetProperty("locations", out JsonElement locations))
        {
            return ("", 0, 0);
        }

        JsonElement place = locations[0].GetProperty("physicalLocation");
        JsonElement region = place.GetProperty("region");
        return (
            Path.GetFileName(place.GetProperty("artifactLocation").GetProperty("uri").GetString()!),
            region.GetProperty("startLine").GetInt32(),
            region.GetProperty("startColumn").GetInt32());
    }
}
