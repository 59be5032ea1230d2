using System.Globalization;

namespace TopHalf.BclTable;

/// <summary>What the user asked for.</summary>
/// <param name="IsCheck">To prove members again, and not to write the table.</param>
/// <param name="Sample">How many.</param>
/// <param name="Seed">Chooses them.</param>
/// <param name="Table">Another table than the repository's.</param>
/// <param name="Members">These members, instead of a sample.</param>
internal sealed record CommandLine(bool IsCheck, int Sample, int Seed, string? Table, IReadOnlyList<string> Members)
{
    public const string Usage = """
        Usage: dotnet run --project Tests/Tools/BclTable -- [check ...]

        Judges the public members of the class libraries of .NET 8, 9 and 10 that a handler could call, by the machine code that each runtime makes
        of them, for this processor and for lesser ones, and writes Analyzers/Knowledge/BclApis.txt (ten minutes).

          check N SEED            judges N members again, chosen by the seed, and ends with 1 if the table or the analyzer says otherwise of one
          check all               all of them
          check FILE MEMBER ...   these members, by their documentation-comment ids, against a table of the same form
        """;

    /// <returns>Null if the arguments make no sense.</returns>
    public static CommandLine? Parse(string[] arguments) => arguments switch
    {
        [] => new(false, 0, 0, null, []),
        ["check", "all"] => new(true, int.MaxValue, 0, null, []),
        ["check", var sample, var seed] when Number(sample) is > 0 and { } n && Number(seed) is { } s => new(true, n, s, null, []),
        ["check", var file, .. var members] when File.Exists(file) && members.Length > 0 => new(true, 0, 0, file, members),
        _ => null,
    };

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
