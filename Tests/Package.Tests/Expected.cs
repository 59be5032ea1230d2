using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>Compares what is with what a file of the repository says. TOPHALF_UPDATE=1 has files rewritten instead: read the diff.</summary>
internal static class Expected
{
    private static readonly bool s_update = Environment.GetEnvironmentVariable("TOPHALF_UPDATE") == "1";

    /// <summary>The whole file is <paramref name="actual"/>.</summary>
    public static void InFile(string relativePath, string actual)
    {
        if (s_update)
        {
            File.WriteAllText(Repository.PathOf(relativePath), actual);
        }

        Assert.Equal(Repository.Read(relativePath), actual);
    }

    /// <summary>So is the part of the file between the lines <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>.</summary>
    public static void InPart(string relativePath, string name, string actual)
    {
        string text = Repository.Read(relativePath);
        string begin = $"<!-- {name} -->\n";
        int from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        int to = text.IndexOf($"<!-- /{name} -->", StringComparison.Ordinal);
        Assert.True(from > begin.Length && to >= from, $"{relativePath} has no part '{name}'");
        if (s_update)
        {
            File.WriteAllText(Repository.PathOf(relativePath), text[..from] + actual + text[to..]);
            return;
        }

        Assert.Equal(text[from..to], actual);
    }
}
