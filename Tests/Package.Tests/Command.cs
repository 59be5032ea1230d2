using System.Diagnostics;
using System.Text;

namespace TopHalf.Package.Tests;

/// <summary>Runs a program as from a fresh shell, and waits for its end.</summary>
internal static class Command
{
    // A guard against a hang, far above what any command here takes.
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    public static CommandResult Dotnet(string directory, params string[] arguments) => Run("dotnet", directory, arguments);

    public static CommandResult Run(string program, string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What the test run's own build has set would otherwise reach the builds that are started here.
        string[] inherited = [.. start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))];
        foreach (string name in inherited)
        {
            start.Environment.Remove(name);
        }

        // No build server outlives the tests, or holds an assembly that the next test replaces.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";

        using var process = new Process { StartInfo = start };
        var output = new StringBuilder();
        var error = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        bool timedOut = !process.WaitForExit(s_timeout);
        if (timedOut)
        {
            process.Kill(entireProcessTree: true);
        }

        // Without a time-out this also waits for the end of both streams.
        process.WaitForExit();
        return new CommandResult(
            $"{program} {string.Join(' ', arguments)}", timedOut ? null : process.ExitCode, output.ToString(), error.ToString());
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }
    }
}

/// <summary>How a program ended.</summary>
/// <param name="Line">The command line, for messages.</param>
/// <param name="ExitCode">Null: it was ended, since it took too long.</param>
/// <param name="StandardOutput">What it wrote to standard output.</param>
/// <param name="StandardError">What it wrote to standard error.</param>
internal sealed record CommandResult(string Line, int? ExitCode, string StandardOutput, string StandardError)
{
    public bool Succeeded => ExitCode == 0;

    public override string ToString() =>
        $"'{Line}' {(ExitCode is null ? "took too long" : $"ended with {ExitCode}")}\n{StandardOutput}\n{StandardError}";
}
