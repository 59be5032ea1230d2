// Prints the verifier's report of every handler of the assemblies given, for a person or for a CI.
using System.Globalization;
using TopHalf.Verify;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    CommandLine command = CommandLine.Parse(args);
    if (command.Help)
    {
        Console.Out.WriteLine(CommandLine.Usage);
        return ExitCode.Success;
    }

    // The handlers' type initialisers run here, and may have started threads that would keep the process alive.
    Environment.Exit(new Verification(command, Console.Out, Console.Error).Run());
    return ExitCode.Success;
}
catch (UsageException exception)
{
    Console.Error.WriteLine(exception.Message);
    return ExitCode.Usage;
}
