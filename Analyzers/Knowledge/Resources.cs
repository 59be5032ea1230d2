using System.Reflection;

namespace TopHalf.Analyzers.Knowledge;

/// <summary>The tables' texts, which are in this assembly.</summary>
internal static class Resources
{
    public static string Text(string name)
    {
        using Stream stream = typeof(Resources).GetTypeInfo().Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
