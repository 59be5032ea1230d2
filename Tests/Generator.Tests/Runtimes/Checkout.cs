namespace TopHalf.Generator.Tests.Runtimes;

/// <summary>The repository that this was built in.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "TopHalf.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This works on the repository that it was built in.");
        }

        return folder;
    }
}
