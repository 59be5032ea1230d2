// Publishes a program of this repository for one runtime. What is published stays in artifacts/NAME, so that MSBuild builds it once.
using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace TopHalf.Testing;

internal static class PublishedProgram
{
    private static readonly TimeSpan s_buildTimeout = TimeSpan.FromMinutes(10);

    private static readonly ConcurrentDictionary<(string Name, string Framework, bool NativeAot), Lazy<string>> s_published = new();

    /// <summary>The repository that this test was built in.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>Publishes Tests/NAME, whose properties for framework and NativeAOT begin with its name, and fails on any warning. Returns the program.</summary>
    /// <remarks>Own artifacts for each variant, since a restore of one overwrites what a restore of another left.</remarks>
    public static string Publish(string name, string framework, bool nativeAot) =>
        s_published.GetOrAdd((name, framework, nativeAot), static v => new Lazy<string>(() => Build(v.Name, v.Framework, v.NativeAot))).Value;

    private static string Build(string name, string framework, bool nativeAot)
    {
        string artifacts = Path.Combine(RepositoryRoot, "artifacts", name.ToLowerInvariant(), $"{(nativeAot ? "native" : "coreclr")}-{framework}");
        var build = new ProcessStartInfo(ChildProgram.Dotnet)
        {
            ArgumentList =
            {
                "publish", Path.Combine(RepositoryRoot, "Tests", name, $"TopHalf.{name}.csproj"), "-c", "Release", "-nologo", "-v:q", "-nodeReuse:false",
                "--disable-build-servers", "-o", Path.Combine(artifacts, "program"),
                $"-p:ArtifactsPath={artifacts}", $"-p:{name}Framework={framework}", $"-p:{name}NativeAot={nativeAot}",
            },
        };
        ChildProgram publish = ChildProgram.Run(s_buildTimeout, build);
        publish.AssertSucceeded();
        Assert.DoesNotContain("warning", publish.Output, StringComparison.OrdinalIgnoreCase);
        return Path.Combine(artifacts, "program", $"TopHalf.{name}");
    }

    private static string FindRepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "TopHalf.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("This test publishes a program from the repository, and is not inside it.");
    }
}
