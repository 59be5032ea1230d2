// Runs a program to its end and keeps what it said: for tests of whole programs.
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace TopHalf.Testing;

/// <summary>How a program ended.</summary>
internal sealed record ChildProgram(string Command, int ExitCode, bool TimedOut, string Output, string Error)
{
    /// <summary>The host that runs this test: ROOT/shared/Microsoft.NETCore.App/VERSION/ is the runtime's directory.</summary>
    public static string Dotnet { get; } = FindDotnet();

    /// <summary>Runs a program; after the time-out it is killed, with all that it started.</summary>
    public static ChildProgram Run(TimeSpan timeout, string program, params IEnumerable<string> arguments) =>
        Run(timeout, new ProcessStartInfo(program, arguments));

    /// <inheritdoc cref="Run(TimeSpan, string, IEnumerable{string})"/>
    public static ChildProgram Run(TimeSpan timeout, ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";

        if (Path.GetDirectoryName(Dotnet) is { Length: > 0 } root)
        {
            // Where a program's own host looks for the runtime.
            start.Environment["DOTNET_ROOT"] = root;
        }

        // What the test host's MSBuild set would change a child's build.
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment.Remove("MSBuildExtensionsPath");
        using var child = new Process { StartInfo = start };
        var output = new StringBuilder();
        var error = new StringBuilder();
        child.OutputDataReceived += (_, line) => AppendLine(output, line.Data);
        child.ErrorDataReceived += (_, line) => AppendLine(error, line.Data);
        child.Start();
        child.StandardInput.Close();
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        bool timedOut = !child.WaitForExit(timeout);
        if (timedOut)
        {
            child.Kill(entireProcessTree: true);
        }

        child.WaitForExit();
        return new ChildProgram(
            $"{start.FileName} {string.Join(' ', start.ArgumentList)}", child.ExitCode, timedOut, output.ToString(), error.ToString());
    }

    /// <summary>Fails the test, with all that the program said, unless it ended in time with 0.</summary>
    public void AssertSucceeded() => Assert.True(!TimedOut && ExitCode == 0, ToString());

    public override string ToString() =>
        $"{Command}\n{(TimedOut ? "ran past its time-out and was killed" : $"exited with {ExitCode}")}\n--- stdout\n{Output}--- stderr\n{Error}";

    private static string FindDotnet()
    {
        string host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        return File.Exists(host) ? host : "dotnet";
    }

    private static void AppendLine(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            text.AppendLine(line);
        }
    }
}
