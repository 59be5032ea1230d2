// Runs a scenario, a static method of this assembly, in a child process: a crash, a hang or a changed signal mask stays there.
//
//     [Fact]
//     public void A_null_write_kills() => Assert.Equal("SIGSEGV", ChildProcess.Run(WriteToNull).Signal);
//
//     private static unsafe void WriteToNull() => ...;
//
// A scenario succeeds by returning and fails by an unhandled exception (SIGABRT), so xunit's asserts work inside it. The test host never
// runs this assembly's entry point, so the entry point serves the children: `dotnet exec TopHalf.Runtime.Tests.dll <type> <method>`.
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace TopHalf.Runtime.Tests;

/// <summary>Starts children and says how they ended.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromMinutes(3);

    /// <summary>Runs <paramref name="scenario"/> in a child process and waits for its end.</summary>
    /// <param name="scenario">A named static method of this assembly, of any accessibility.</param>
    /// <param name="timeout">After it the child is killed and the result says so. Three minutes if null: far more than needed.</param>
    /// <param name="environment">Variables to set in the child, for example <c>DOTNET_gcServer</c>.</param>
    /// <exception cref="ArgumentException">The scenario is a lambda or an instance method.</exception>
    public static ChildResult Run(
        Action scenario, TimeSpan? timeout = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        MethodInfo method = scenario.Method;
        if (!method.IsStatic || method.Name.Contains('<'))
        {
            throw new ArgumentException("Pass a named static method: the child finds it by its name.", nameof(scenario));
        }

        var start = new ProcessStartInfo(HostPath())
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        string[] arguments = ["exec", typeof(ChildProcess).Assembly.Location, method.DeclaringType!.FullName!, method.Name];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Crashes are expected here and need no dump.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var child = new Process { StartInfo = start };
        var output = new StringBuilder();
        var error = new StringBuilder();
        child.OutputDataReceived += (_, line) => AppendLine(output, line.Data);
        child.ErrorDataReceived += (_, line) => AppendLine(error, line.Data);
        child.Start();
        child.StandardInput.Close();
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();

        bool timedOut = !child.WaitForExit(timeout ?? s_defaultTimeout);
        if (timedOut)
        {
            child.Kill();
        }

        // Without a time-out this also waits for the end of both streams.
        child.WaitForExit();
        return new ChildResult(method.Name, child.ExitCode, timedOut, output.ToString(), error.ToString());
    }

    /// <summary>The entry point of a child.</summary>
    private static int Main(string[] arguments)
    {
        if (arguments is not [string typeName, string methodName])
        {
            Console.Error.WriteLine("These are tests: run them with 'dotnet test'.");
            return 2;
        }

        const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        MethodInfo method = typeof(ChildProcess).Assembly.GetType(typeName, throwOnError: true)!.GetMethod(methodName, AnyStatic, [])
            ?? throw new MissingMethodException(typeName, methodName);
        method.CreateDelegate<Action>()();
        return 0;
    }

    // The host that runs this very runtime, so that the child has the same version: <root>/shared/Microsoft.NETCore.App/<version>/.
    private static string HostPath()
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

/// <summary>How a child ended.</summary>
internal sealed record ChildResult(string Scenario, int ExitCode, bool TimedOut, string Output, string Error)
{
    // The shell's convention, which System.Diagnostics.Process follows.
    private const int SignalBase = 128;

    // Only the deaths that tests meet; any other signal is shown by its number.
    private static readonly Dictionary<int, string> s_signalNames = new()
    {
        [1] = "SIGHUP", [2] = "SIGINT", [3] = "SIGQUIT", [4] = "SIGILL", [5] = "SIGTRAP", [6] = "SIGABRT", [7] = "SIGBUS",
        [8] = "SIGFPE", [9] = "SIGKILL", [10] = "SIGUSR1", [11] = "SIGSEGV", [12] = "SIGUSR2", [13] = "SIGPIPE", [14] = "SIGALRM",
        [15] = "SIGTERM", [23] = "SIGURG", [26] = "SIGVTALRM", [27] = "SIGPROF", [29] = "SIGIO", [31] = "SIGSYS",
    };

    /// <summary>The signal that killed the child, or null if it exited.</summary>
    public string? Signal => ExitCode <= SignalBase
        ? null
        : s_signalNames.GetValueOrDefault(ExitCode - SignalBase, $"signal {ExitCode - SignalBase}");

    /// <summary>Fails the test, with all that the child said, unless it returned in time.</summary>
    public void AssertSucceeded() => Assert.True(!TimedOut && ExitCode == 0, ToString());

    /// <summary>One line on the end, then what the child wrote.</summary>
    public override string ToString()
    {
        string end = TimedOut ? "ran past its time-out and was killed" : Signal is null ? $"exited with {ExitCode}" : $"died by {Signal}";
        return $"{Scenario} {end}.\n--- stdout\n{Output}--- stderr\n{Error}";
    }
}
