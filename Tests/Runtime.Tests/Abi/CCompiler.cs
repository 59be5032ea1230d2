// Compiles and runs small C programs: the only word on an ABI that counts is the compiler's over the installed headers.
using System.Diagnostics;
using Xunit;

namespace TopHalf.Runtime.Tests.Abi;

/// <summary>The system's C compiler.</summary>
internal static class CCompiler
{
    /// <summary>Its path, or null if none is installed.</summary>
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .SelectMany(static folder => ((string[])["cc", "gcc", "clang"]).Select(name => System.IO.Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    /// <summary>Compiles a program and runs it.</summary>
    /// <returns>Its output, line by line.</returns>
    public static string[] Run(string source) => In(source, static (folder, file) =>
    {
        string program = System.IO.Path.Combine(folder, "abi");
        _ = Execute(Path!, "-std=gnu11", "-Wall", "-Werror", "-o", program, file);
        return Execute(program);
    });

    /// <summary>What a source is when its headers are in it, line by line.</summary>
    public static string[] Preprocess(string source) => In(source, static (_, file) => Execute(Path!, "-std=gnu11", "-E", "-P", file));

    private static string[] In(string source, Func<string, string, string> work)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("tophalf-abi-");
        try
        {
            string file = System.IO.Path.Combine(folder.FullName, "abi.c");
            File.WriteAllText(file, source);
            return work(folder.FullName, file).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Execute(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} exited with {process.ExitCode}:\n{error.Result}");
        return output;
    }
}

/// <summary>A test that compiles C. It says so where it cannot.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedsCAttribute : FactAttribute
{
    public FactNeedsCAttribute()
    {
        if (CCompiler.Path is null)
        {
            Skip = "no C compiler (install gcc)";
        }
    }
}
