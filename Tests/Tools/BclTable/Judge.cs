using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TopHalf.BclTable;

/// <summary>What the verifier found in one probe.</summary>
/// <param name="Rules">The rules that it breaks.</param>
/// <param name="Divisions">The divisions that it makes, whose divisor is not proved.</param>
/// <param name="First">What the first finding says.</param>
internal sealed record Finding(IReadOnlyList<string> Rules, int Divisions, string First)
{
    public bool IsClean => Rules.Count == 0 && Divisions == 0;
}

/// <summary>Asks the verifier of one runtime, in processes of their own: a probe that kills its process has been judged too.</summary>
internal sealed class Judge
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    // The root of the runtime that runs this: ROOT/shared/Microsoft.NETCore.App/VERSION/ is its directory.
    private static readonly string s_root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private readonly string _program;
    private readonly ConcurrentDictionary<Processor, IReadOnlySet<string>> _unsupported = new();

    private Judge(string program) => _program = program;

    /// <summary>The runtime's own name and version, once it was asked.</summary>
    public string? Runtime { get; private set; }

    /// <summary>Publishes the judge for a version. What is published stays in artifacts, so that MSBuild builds it once.</summary>
    /// <param name="framework">Its moniker.</param>
    /// <param name="root">The repository.</param>
    public static Judge Publish(string framework, string root)
    {
        string artifacts = Path.Combine(root, "artifacts", "bcljudge", framework);
        var start = new ProcessStartInfo(Path.Combine(s_root, "dotnet"))
        {
            ArgumentList =
            {
                "publish", Path.Combine(root, "Tests", "Tools", "BclJudge", "TopHalf.BclJudge.csproj"), "-c", "Release", "-nologo", "-v:q", "-nodeReuse:false",
                "--disable-build-servers", "-o", Path.Combine(artifacts, "program"), $"-p:ArtifactsPath={artifacts}", $"-p:BclJudgeFramework={framework}",
            },
        };

        // What the MSBuild that started this set would change the build.
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment.Remove("MSBuildExtensionsPath");
        using FileStream mine = Lock(artifacts);
        (int code, string output) = Run(start, "");
        return code == 0
            ? new Judge(Path.Combine(artifacts, "program", "TopHalf.BclJudge"))
            : throw new InvalidOperationException($"The judge for {framework} does not build:\n{output}");
    }

    // Test programs of two projects may publish at once.
    private static FileStream Lock(string artifacts)
    {
        Directory.CreateDirectory(artifacts);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(artifacts, "lock"), FileMode.Create, FileAccess.Write, FileShare.None);
            }
            catch (IOException) when (clock.Elapsed < s_patience)
            {
                Thread.Sleep(100);
            }
        }
    }

    /// <summary>Whether the processor has the instructions of the type; true for null. Ask after the first verdict.</summary>
    public bool Supports(Processor processor, string? guard) => guard is null || !_unsupported[processor].Contains(guard);

    /// <summary>The findings of each probe of an assembly, by its name.</summary>
    public IReadOnlyDictionary<string, Finding> Ask(Processor processor, string assembly, IReadOnlyList<string> probes)
    {
        var findings = new ConcurrentDictionary<string, Finding>(StringComparer.Ordinal);
        int half = Math.Max(100, (probes.Count + 1) / 2);
        Parallel.ForEach(probes.Chunk(half), new ParallelOptions { MaxDegreeOfParallelism = 2 }, part => Ask(processor, assembly, part, findings));
        return findings;
    }

    private void Ask(Processor processor, string assembly, IReadOnlyList<string> probes, ConcurrentDictionary<string, Finding> findings)
    {
        const int Group = 100;
        for (List<string> left = [.. probes]; left.Count > 0; left = [.. left.Where(p => !findings.ContainsKey(p))])
        {
            int code = AskOnce(processor, assembly, left, findings);
            string[] dead = [.. left.Where(p => !findings.ContainsKey(p)).Take(Group)];
            if (code == 0 && dead.Length > 0)
            {
                throw new InvalidOperationException($"The judge said nothing of {dead[0]}.");
            }

            // One of the group killed the process.
            foreach (string probe in dead)
            {
                if (AskOnce(processor, assembly, [probe], findings) != 0)
                {
                    findings[probe] = new Finding(["TH0009"], 0, "It killed the process that judged it.");
                }
            }
        }
    }

    private int AskOnce(Processor processor, string assembly, IReadOnlyList<string> probes, ConcurrentDictionary<string, Finding> findings)
    {
        var start = new ProcessStartInfo(_program, [assembly]);
        foreach (string setting in processor.Environment)
        {
            start.Environment["DOTNET_" + setting] = "0";
        }

        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["DOTNET_ROOT"] = s_root;
        (int code, string output) = Run(start, string.Join('\n', probes) + "\n");
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length > 0 && lines[0].Split('\t') is [var runtime, var unsupported])
        {
            Runtime = runtime;
            _unsupported.TryAdd(processor, unsupported.Replace('+', '.').Split(' ').ToHashSet(StringComparer.Ordinal));
        }

        foreach (string line in lines.Skip(1))
        {
            if (line.Split('\t') is [var name, var rules, var divisions, var first])
            {
                findings[name] = new Finding(rules.Split(' ', StringSplitOptions.RemoveEmptyEntries), int.Parse(divisions, CultureInfo.InvariantCulture), first);
            }
        }

        return code;
    }

    private static (int Code, string Output) Run(ProcessStartInfo start, string input)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It died before it had read all; its exit code says so.
        }

        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result);
    }
}
