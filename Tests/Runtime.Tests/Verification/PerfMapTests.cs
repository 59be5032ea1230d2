// The map of perf(1) that the runtime writes on request: what it says of code, and that nobody who has one already loses it.
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

public sealed class PerfMapTests
{
    // Where .NET 10 writes the map.
    private const string Folder = "DOTNET_PerfMapJitDumpPath";

    [Fact]
    public void A_line_tells_address_length_tier_and_signature()
    {
        MethodEvents said = PerfMap.Parse("0x7f10a0 1c int32 [App] Type::Method(int32)[Optimized]\n"u8)!;

        Assert.Equal(new MethodLoad(0, 0x7f10a0, 0x1c, CodeTier.Optimized, Signature: "int32 [App] Type::Method(int32)"), Assert.Single(said.Loads));
    }

    [Theory]
    [InlineData("Optimized", (int)CodeTier.Optimized)]
    [InlineData("OptimizedTier1", (int)CodeTier.Tier1)]
    [InlineData("OptimizedTier1OSR", (int)CodeTier.OnStackReplaced)]
    [InlineData("QuickJitted", (int)CodeTier.Quick)]
    [InlineData("MinOptJitted", (int)CodeTier.Unoptimized)]
    [InlineData("SomethingNew", (int)CodeTier.Unknown)]
    public void Tiers_go_by_the_runtimes_names(string name, int tier)
    {
        MethodEvents said = PerfMap.Parse(Encoding.UTF8.GetBytes($"7f10 1 void [App] A::B()[Optimized]\n7f20 1 void [App] A::C()[{name}]\n"))!;

        Assert.Equal((CodeTier)tier, said.Of(0x7f20)!.Tier);
    }

    [Fact]
    public void Stubs_and_what_breaks_off_are_passed_over()
    {
        MethodEvents said = PerfMap.Parse("7f30 18 stub<1> GenerateLookupStub<?>\nnonsense\n7f40\n7f50 \n7f10 1 void [App] A::B()[Optimized]\n7f60 1 void [App] A::D()[Opti"u8)!;

        Assert.Equal(0x7f10, Assert.Single(said.Loads).Start);
    }

    [Fact]
    public void A_map_without_tiers_is_none() => Assert.Null(PerfMap.Parse("7f10 1 void [App] A::B()\n7f20 1 void [App] A::C(int32[])\n"u8));

    [Theory]
    [InlineData("void [App] PerfMapTests::Named()", true)]
    [InlineData("void [App] PerfMapTests::Named[int32]()", true)]
    [InlineData("void [App] PerfMapTests::NamedOtherwise()", false)]
    [InlineData("void [App] Named::Other()", false)]
    [InlineData("void [App] PerfMapTests::Named", false)]
    public void A_signature_names_its_method(string signature, bool isOf) =>
        Assert.Equal(isOf, new MethodLoad(0, 1, 1, CodeTier.Optimized, Signature: signature).IsOf(((Action)Named).Method));

    [Fact]
    public void The_map_says_of_verified_bodies_what_the_runtimes_events_said()
    {
        var heard = new List<MethodLoad>();
        HandlerReport report = HandlerVerifier.Prepare(
            (InterruptHandler<int>)CallLeaf, VerifierOptions.Default with { Testimony = load => { heard.Add(load); return load; } }).Report;
        Assert.Equal(2, heard.Count);

        MethodEvents map = PerfMap.Read()!;
        Assert.All(report.Bodies.Zip(heard), pair =>
        {
            MethodLoad listed = map.Of(pair.Second.Start)!;
            Assert.Equal((pair.Second.Size, pair.Second.Tier), (listed.Size, listed.Tier));
            Assert.True(listed.IsOf(pair.First.Method!), listed.Signature);
        });
        Assert.Null(map.Of(heard[0].Start + 1));
    }

    [Fact]
    public void Nothing_is_left_of_it() => InFolder(folder =>
    {
        ChildProcess.Run(ReadAndLook, environment: new Dictionary<string, string> { [Folder] = folder }).AssertSucceeded();
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    });

    [Fact]
    public void Who_has_a_map_written_already_keeps_it_and_the_method_is_confirmed_otherwise() => ConfirmWith(KeepMap, "DOTNET_PerfMapEnabled", "3");

    [Fact]
    public void Who_has_code_dumped_already_keeps_the_dump_and_the_method_is_confirmed_otherwise() => ChildProcess.Run(ConfirmWithDump).AssertSucceeded();

    [Fact]
    public void Where_the_tiers_are_left_out_the_method_is_confirmed_otherwise() => ConfirmWith(ConfirmWithoutMap, "DOTNET_PerfMapShowOptimizationTiers", "0");

    [Fact]
    public void Where_the_map_cannot_be_written_the_method_is_confirmed_otherwise() => InFolder(static folder =>
        ChildProcess.Run(ConfirmWithoutMap, environment: new Dictionary<string, string> { [Folder] = Path.Combine(folder, "missing") }).AssertSucceeded());

    private static void ConfirmWith(Action child, string variable, string value) => InFolder(folder =>
        ChildProcess.Run(child, environment: new Dictionary<string, string> { [variable] = value, [Folder] = folder }).AssertSucceeded());

    private static void InFolder(Action<string> test)
    {
        string folder = Directory.CreateTempSubdirectory("tophalf-perf-").FullName;
        try
        {
            test(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void ReadAndLook()
    {
        Assert.NotNull(PerfMap.Read());
        Assert.Empty(PerfMap.OpenFiles());
    }

    private static void KeepMap()
    {
        PerfMap.OpenFile open = Assert.Single(PerfMap.OpenFiles());
        long before = new FileInfo(open.Path).Length;
        ConfirmWithoutMap();

        Assert.Equal(open, Assert.Single(PerfMap.OpenFiles()));
        Assert.True(new FileInfo(open.Path).Length >= before);
    }

    // The runtime of .NET 10 dumps only where it may map the file for execution, so the test opens one.
    private static void ConfirmWithDump()
    {
        string path = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"jit-{Environment.ProcessId}.dump"));
        using var dump = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 1, FileOptions.DeleteOnClose);
        ConfirmWithoutMap();
    }

    private static void ConfirmWithoutMap()
    {
        int state = 0;
        RanBefore(ref state, default);
        Assert.Null(PerfMap.Read());
        HandlerReport report = HandlerVerifier.Prepare((InterruptHandler<int>)RanBefore, VerifierOptions.Default).Report;
        Assert.Equal(HandlerConfirmation.Confirmed, Assert.Single(report.Methods).Confirmation);
    }

    private static void Named()
    {
    }

    [InterruptHandler]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RanBefore(ref int state, in InterruptContext context) => state++;

    [InterruptHandler]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CallLeaf(ref int state, in InterruptContext context) => state = Leaf(state);

    [MethodImpl(
        MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Leaf(int x) => (x * 5) + 7;
}
