// Tools/Verify from the outside: what it prints, where, and what it ends with.
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.Tools.Tests;

public sealed class VerifyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tophalf-verify-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_handlers_of_a_real_program_are_safe_and_reported_in_full()
    {
        ChildProgram verify = Verify(PathOf("Metronome"));

        verify.AssertSucceeded();
        Assert.Matches(@"(?m)^\S+: safe$", verify.Output);
        Assert.Matches(@"(?m)^  Bounds and tier.*: confirmed by the runtime$", verify.Output);
        Assert.Matches(@"(?m)^\d+ handlers?: \d+ safe, 0 refused, 0 not verifiable here$", verify.Output);
        Assert.Equal("", verify.Error);
    }

    [Fact]
    public void One_refused_handler_makes_the_exit_code_1_and_its_report_names_rule_and_line()
    {
        ChildProgram verify = Verify(PathOf("TopHalf.Tools.Subjects"));

        Assert.True(verify.ExitCode == 1, verify.ToString());
        Assert.Matches(@"(?m)^Subjects\.Safe: safe$", verify.Output);
        Assert.Matches(@"(?m)^Subjects\.Allocates: refused$", verify.Output);
        Assert.Matches(@"(?m)TH1001 at Subjects\.Allocates\+0x[0-9a-f]+: IL Newobj -> Object \(.*/Subjects\.cs:\d+\)$", verify.Output);
        Assert.Contains("7 handlers: 1 safe, 4 refused, 2 not verifiable here", verify.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Quiet_prints_one_line_for_each_handler()
    {
        ChildProgram verify = Verify("--quiet", PathOf("TopHalf.Tools.Subjects"));
        string[] lines = verify.Output.TrimEnd().Split('\n');

        Assert.Equal(1, verify.ExitCode);
        Assert.Equal(8, lines.Length);
        AssertLine(lines, @"^safe     TopHalf\.Tools\.Subjects\.Subjects\.Safe  \d+ instructions, \d+ bytes of stack$");
        AssertLine(lines, @"^refused  TopHalf\.Tools\.Subjects\.Subjects\.Allocates  TH1001, .*TH1007");
        AssertLine(lines, @"^refused  TopHalf\.Tools\.Subjects\.Subjects\.CallsDependency  TH5005$");
        AssertLine(lines, @"^refused  TopHalf\.Tools\.Subjects\.Subjects\.NeedsFailingInitializer  The type initialiser of TopHalf\.Tools\.Subjects\.Failing, .*failed: .*not a number");
        AssertLine(lines, @"^refused  TopHalf\.Tools\.Subjects\.Subjects\.HasAnotherSignature  TH0001: ");
        AssertLine(lines, @"^generic  TopHalf\.Tools\.Subjects\.Subjects\.IsGeneric  It is generic");
        AssertLine(lines, @"^generic  TopHalf\.Tools\.Subjects\.Generic`1\[T\]\.InGenericType  It is generic");
    }

    [Fact]
    public void Several_assemblies_are_counted_together() => Assert.Matches(
        @"(?m)^\d+ handlers: \d+ safe, 4 refused, 2 not verifiable here$", Verify("-q", PathOf("Metronome"), PathOf("TopHalf.Tools.Subjects")).Output);

    [Fact]
    public void Help_is_no_error()
    {
        ChildProgram verify = Verify("--help");

        verify.AssertSucceeded();
        Assert.StartsWith("Usage: ", verify.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_assembly_or_with_an_unknown_option_the_usage_is_shown()
    {
        AssertUsage(Verify(), "No assembly was given.", "Usage: ");
        AssertUsage(Verify("--loud", PathOf("Metronome")), "There is no option --loud.", "Usage: ");
    }

    [Fact]
    public void What_is_no_assembly_is_said_to_be_none()
    {
        AssertUsage(Verify(Path.Combine(_folder, "None.dll")), "There is no file");
        AssertUsage(Verify(Path.ChangeExtension(PathOf("Metronome"), null)), "Metronome is not a .NET assembly. Of a program, give the .dll");
        string text = Path.Combine(_folder, "Text.dll");
        File.WriteAllText(text, "no assembly");
        AssertUsage(Verify(text), "Text.dll is not a .NET assembly");
    }

    [Fact]
    public void An_assembly_without_handlers_does_not_pass() =>
        AssertUsage(Verify(typeof(FactAttribute).Assembly.Location), "xunit.core.dll has no method that is marked [InterruptHandler].");

    [Fact]
    public void An_assembly_without_its_dependencies_is_told_where_it_belongs()
    {
        string alone = Path.Combine(_folder, "TopHalf.Tools.Subjects.dll");
        File.Copy(PathOf("TopHalf.Tools.Subjects"), alone);

        AssertUsage(Verify(alone), "cannot be loaded with what it depends on", "TopHalf.Runtime.Unoptimized");
    }

    [Fact]
    public void An_assembly_for_another_version_of_the_runtime_is_refused_if_that_is_newer_and_remarked_if_it_is_older()
    {
        AssertUsage(Verify(AssemblyFor(99)), "App99.dll is built for .NET 99, and this program runs on .NET 10.");
        AssertUsage(Verify(AssemblyFor(8)), "App8.dll is built for .NET 8 and judged on .NET 10");
    }

    private static ChildProgram Verify(params string[] arguments) =>
        ChildProgram.Run(TimeSpan.FromMinutes(3), ChildProgram.Dotnet, ["exec", PathOf("TopHalf.Verify"), .. arguments]);

    private static void AssertUsage(ChildProgram verify, params string[] messages)
    {
        Assert.True(verify.ExitCode == 2, verify.ToString());
        Assert.All(messages, message => Assert.Contains(message, verify.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("Unhandled", verify.Error, StringComparison.Ordinal);
    }

    private static void AssertLine(string[] lines, string pattern) => Assert.Single(lines, line => Regex.IsMatch(line, pattern));

    private static string PathOf(string program) =>
        typeof(VerifyTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == program).Value!;

    /// <summary>An empty assembly that refers to the class library of some version of .NET.</summary>
    private string AssemblyFor(int version)
    {
        string name = $"App{version}";
        var metadata = new MetadataBuilder();
        metadata.AddModule(0, metadata.GetOrAddString($"{name}.dll"), metadata.GetOrAddGuid(Guid.NewGuid()), default, default);
        metadata.AddAssembly(metadata.GetOrAddString(name), new Version(1, 0), default, default, default, AssemblyHashAlgorithm.None);
        metadata.AddAssemblyReference(metadata.GetOrAddString("System.Runtime"), new Version(version, 0), default, default, default, default);
        metadata.AddTypeDefinition(
            default, default, metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1), MetadataTokens.MethodDefinitionHandle(1));
        var image = new BlobBuilder();
        new ManagedPEBuilder(PEHeaderBuilder.CreateLibraryHeader(), new MetadataRootBuilder(metadata), new BlobBuilder()).Serialize(image);
        string path = Path.Combine(_folder, $"{name}.dll");
        File.WriteAllBytes(path, image.ToArray());
        return path;
    }
}
