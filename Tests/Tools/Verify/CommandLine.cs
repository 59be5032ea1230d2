namespace TopHalf.Verify;

/// <summary>What the program ends with.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Refused = 1;
    public const int Usage = 2;
}

/// <summary>The program was called wrongly, or on something that it cannot verify. The message is for the user.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>What the user asked for.</summary>
internal sealed record CommandLine(IReadOnlyList<string> Assemblies, bool Quiet, bool Help)
{
    public const string Usage = """
        Usage: dotnet run --project Tests/Tools/Verify -c Release -- [--quiet] App.dll ...

        Verifies every method that is marked [InterruptHandler] in the assemblies, on this machine and this runtime, and prints a report of each.
        Compiles the handlers and runs the type initialisers that they need, but calls none of them.

          --quiet, -q   one line for each handler
          --help, -h    this text

        Exit code: 0 if all are safe, 1 if one is refused, 2 if there was nothing to verify, or not like this.
        """;

    /// <exception cref="UsageException">The arguments make no sense.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var assemblies = new List<string>();
        bool quiet = false;
        bool help = false;
        foreach (string argument in arguments)
        {
            switch (argument)
            {
                case "--quiet" or "-q":
                    quiet = true;
                    break;
                case "--help" or "-h":
                    help = true;
                    break;
                case ['-', ..]:
                    throw new UsageException($"There is no option {argument}.\n\n{Usage}");
                default:
                    assemblies.Add(argument);
                    break;
            }
        }

        return assemblies.Count > 0 || help
            ? new CommandLine(assemblies, quiet, help)
            : throw new UsageException($"No assembly was given.\n\n{Usage}");
    }
}
