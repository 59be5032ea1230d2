using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>
/// The library is built with its own analyzers, and warnings are errors, so whatever built this test found its signal-context code clean.
/// Here it is shown that the build would have said otherwise.
/// </summary>
[Collection(SharedPackage.Name)]
public sealed class LibrarySelfCheckTests
{
    [Fact]
    public void A_mistake_in_the_librarys_own_signal_context_code_breaks_its_build()
    {
        using var file = new TemporaryFile(
            """
            namespace TopHalf;

            internal static class Mistake
            {
                [AsyncSignalSafe]
                public static object Allocate() => new object();
            }
            """);

        CommandResult build = Command.Dotnet(
            Repository.Root, "build", "Runtime/TopHalf.csproj", "-c", Repository.Configuration, "-f", "net10.0", "--no-restore",
            "-p:BuildProjectReferences=false", $"-p:TopHalfSelfCheckSource={file.Path}");

        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("error TH1001", build.StandardOutput, StringComparison.Ordinal);
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string content) => File.WriteAllText(Path, content);

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Guid.NewGuid():N}.cs");

        public void Dispose() => File.Delete(Path);
    }
}
