using System.Globalization;
using Microsoft.CodeAnalysis;

namespace TopHalf.CodeFixes;

/// <summary>Names for new locals.</summary>
internal static class UniqueName
{
    /// <summary>
    /// The name, with a number behind it if it means something at the place already, or is declared anywhere in the function. The number is that of the node
    /// among all of its kind in the function, so that those that are fixed at the same time do not take each other's.
    /// </summary>
    /// <param name="name">What it would be called.</param>
    /// <param name="node">What the local is for.</param>
    /// <param name="isAlike">Whether a node may get a local of that name, too, now or later.</param>
    /// <param name="model">The model of its file.</param>
    public static string For(string name, SyntaxNode node, Func<SyntaxNode, bool> isAlike, SemanticModel model)
    {
        SyntaxNode function = Functions.Around(node) ?? node.SyntaxTree.GetRoot();
        SyntaxNode[] alike = [.. function.DescendantNodes().Where(other => other == node || isAlike(other))];
        HashSet<string> taken = [.. function.DescendantTokens().Select(static token => token.ValueText)];
        taken.UnionWith(model.LookupSymbols(node.SpanStart).Select(static symbol => symbol.Name));
        for (int number = Array.IndexOf(alike, node) + 1; ; number += alike.Length)
        {
            string free = number == 1 ? name : name + number.ToString(CultureInfo.InvariantCulture);
            if (!taken.Contains(free))
            {
                return free;
            }
        }
    }
}
