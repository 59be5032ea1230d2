using System.Globalization;
using Microsoft.CodeAnalysis;

namespace TopHalf.CodeFixes;

/// <summary>Names for new locals.</summary>
internal static class UniqueName
{
    /// <summary>The name, with a number behind it if it means something at the place already, or is declared anywhere in the function.</summary>
    public static string For(string name, SyntaxNode place, SemanticModel model)
    {
        HashSet<string> taken = [.. (Functions.Around(place) ?? place).DescendantTokens().Select(static token => token.ValueText)];
        taken.UnionWith(model.LookupSymbols(place.SpanStart).Select(static symbol => symbol.Name));
        string free = name;
        for (int i = 2; taken.Contains(free); i++)
        {
            free = name + i.ToString(CultureInfo.InvariantCulture);
        }

        return free;
    }
}
