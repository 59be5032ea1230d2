// Files that do not speak of handlers are not bound for their sake; these do not either, and matter all the same.
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests;

public sealed class InterestTests
{
    [Fact]
    public Task A_registration_through_a_method_of_ones_own_is_found_by_the_handlers_name() => Find(
        "static class Other { static void Go() { Wrapper.Run(Ticker.OnTick); } }",
        Verify.Usings + """
            static class Wrapper { public static void Run(InterruptHandler<int> handler) { } }
            static class Ticker { public static void {|TH0003:OnTick|}(ref int state, in InterruptContext context) { } }
            """);

#if !ROSLYN_FLOOR // C# 14.
    [Fact]
    public Task A_lambda_without_types_is_found_by_its_modifiers() => Find(
        "static class Other { static void Go() { Wrapper.Run({|TH0004:(ref state, in context) => { {|TH1001:new object()|}; }|}); } }",
        Verify.Usings + "static class Wrapper { public static void Run(InterruptHandler<int> handler) { } }");
#endif

    [Fact]
    public Task An_update_of_what_a_handler_touches_is_found_by_the_fields_name() => Find(
        "static class Other { static void Go() { {|TH6001:Shared.Count++|}; Shared.Total++; } }",
        Verify.Usings + """
            static class Shared { public static int Count, Total; }
            static class Ticker
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref int state, in InterruptContext context) => System.Threading.Interlocked.Increment(ref Shared.Count);
            }
            """);

    [Fact]
    public Task A_source_that_is_lost_is_found_by_the_name_of_the_method_that_makes_it() => Find(
        "static class Other { static void Go() { {|TH7004:Factory.Make()|}; } }",
        Verify.Usings + "static class Factory { public static InterruptTimer<int> Make() => null!; }");

    [Fact]
    public Task A_native_function_is_found_by_whatever_name_it_was_given() => Find(
        "static class Other { static void Go() { Native.Install(12, {|TH7002:Native.OnSignal|}); } }",
        Verify.Usings + """
            static class Native
            {
                [DllImport("libc", EntryPoint = "signal")] public static extern nint Install(int number, Action<int> handler);
                public static void OnSignal(int number) { }
            }
            """);

    [Fact]
    public Task An_alias_of_the_library_is_followed() => Find(
        """
        static class Ticker
        {
            [Handler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref int state, in Context context) { {|TH1001:new object()|}; }
        }
        """,
        "global using System.Runtime.CompilerServices; global using Handler = TopHalf.InterruptHandlerAttribute; global using Context = TopHalf.InterruptContext;");

    [Theory]
    [InlineData("class C { void M(int[] a) { foreach (int x in a) { } } }", false)]
    [InlineData("class C { int M(ref int a, out int b) => b = a; }", false)]
    [InlineData("class C { event System.EventHandler Signal; }", false)]
    [InlineData("class C { void M(ref int a, in int b) { } }", true)]
    [InlineData("class C { void M(ref int a, [X] in int b) { } }", true)]
    [InlineData("class C { TopHalf.InterruptClock c; }", true)]
    [InlineData("class C { void M() => sigaction(1); }", true)]
    [InlineData("#pragma warning disable TH1001", true)]
    public void A_file_is_of_interest_by_its_words(string source, bool isOfInterest) =>
        Assert.Equal(isOfInterest, Interest.IsOwn(CSharpSyntaxTree.ParseText(source), CancellationToken.None));

    [Fact]
    public void Words_are_found_wherever_the_pieces_of_a_text_end()
    {
        for (int before = 4080; before < 4100; before++)
        {
            string text = new string(' ', before) + "Word" + new string('.', 10) + "a1_é";
            List<string> words = [];
            FirstCharacters all = new(["W", "a"]);
            Assert.False(Words.Any(new Pieces(text), all, (word, _) => { words.Add(word.ToString()); return false; }));
            Assert.Equal(["Word", "a1_é"], words);
            Assert.True(Words.Any(new Pieces(text), all, static (word, last) => word.SequenceEqual("a1_é") && last == '.'));
        }
    }

    [Fact]
    public void Words_that_begin_with_another_character_are_not_looked_at_and_those_beyond_ASCII_are()
    {
        List<string> words = [];
        Assert.False(Words.Any("in int xin i1 éa, in _i", new FirstCharacters(["interrupt"]), (word, _) => { words.Add(word.ToString()); return false; }));
        Assert.Equal(["in", "int", "i1", "éa", "in"], words);
    }

    [Theory]
    [InlineData("signal", true)]
    [InlineData("_s", true)]
    [InlineData("é", true)]
    [InlineData("sigma1", false)] // Begins like one, and is as long.
    [InlineData("signals", false)]
    [InlineData("\u00F3ignal", false)] // Of the same remainder as 's'.
    [InlineData("i", false)]
    [InlineData("", false)] // A name that is not typed yet.
    public void A_set_of_words_has_these_and_no_others(string word, bool isAmong)
    {
        string @long = "signal" + new string('l', 64);
        Assert.Equal(isAmong, new WordSet(["signal", "_s", "é", "signal"]).Contains(word));
        Assert.False(new WordSet(["signal"]).Contains(@long)); // Of the same remainder as its length.
        Assert.True(new WordSet([@long]).Contains(@long));
        Assert.True(new WordSet([""]).IsEmpty);
    }

    [Fact]
    public Task A_promise_that_another_file_makes_binds_one_that_does_not_speak_of_it() => Find(
        "class Other : ICounter { public int {|TH0005:Next|}() { object box = 1; return 1; } }",
        Verify.Usings + "interface ICounter { [AsyncSignalSafe] int Next(); }");

    [Fact]
    public Task A_promise_of_an_accessor_binds_what_overrides_it() => Find(
        "class Other : Counter { public override int Next { {|TH0005:get|} { object box = 1; return 1; } } }",
        Verify.Usings + "abstract class Counter { public abstract int Next { [AsyncSignalSafe] get; } }");

    [Fact]
    public Task A_promise_by_an_alias_binds_too() => Find(
        "interface ICounter { [Safe] int Next(); } class Other : ICounter { public int {|TH0005:Next|}() { object box = 1; return 1; } }",
        "global using Safe = TopHalf.AsyncSignalSafeAttribute;");

    [Fact]
    public async Task A_promise_that_another_assembly_makes_binds_a_program_that_makes_none()
    {
        CSharpCompilation contracts = Compile("Contracts", "public interface ICounter { [TopHalf.AsyncSignalSafe] int Next(); }");
        CSharpCompilation program = Compile("Program", "class Other : ICounter { public int Next() { object box = 1; return 1; } }")
            .AddReferences(contracts.ToMetadataReference());

        Diagnostic finding = Assert.Single(await program.WithAnalyzers([new SignalContextAnalyzer()]).GetAnalyzerDiagnosticsAsync());
        Assert.True(finding.Id == "TH0005", finding.ToString());
    }

    [Fact]
    public void No_member_of_the_library_that_can_be_overridden_or_implemented_makes_a_promise()
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        IEnumerable<MethodInfo> methods = typeof(InterruptTimer).Assembly.GetTypes().SelectMany(static t => t.GetMethods(All));
        IEnumerable<PropertyInfo> properties = typeof(InterruptTimer).Assembly.GetTypes().SelectMany(static t => t.GetProperties(All));

        Assert.Contains(methods, static m => m.IsDefined(typeof(AsyncSignalSafeAttribute), inherit: false));
        Assert.DoesNotContain(methods, static m => m.IsVirtual && m.IsDefined(typeof(AsyncSignalSafeAttribute), inherit: false));
        Assert.DoesNotContain(properties, static p => p.GetAccessors(nonPublic: true)[0].IsVirtual && p.IsDefined(typeof(AsyncSignalSafeAttribute), inherit: false));
    }

    private static CSharpCompilation Compile(string name, string source) => AnalyzerRun.Compile(
        [("/0/Test0.cs", source)], new TestState(), new CSharpParseOptions(LanguageVersion.Latest), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary))
        .WithAssemblyName(name);

    private static Task Find(string other, string rest)
    {
        CSharpAnalyzerTest<SignalContextAnalyzer> test = new();
        test.TestState.Sources.Add(("/0/Other.cs", other));
        test.TestState.Sources.Add(("/0/Rest.cs", rest));
        return test.RunAsync();
    }

    /// <summary>A text that is no string, as those that editors change.</summary>
    private sealed class Pieces(string text) : SourceText
    {
        public override System.Text.Encoding? Encoding => null;

        public override int Length => text.Length;

        public override char this[int position] => text[position];

        public override void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count) =>
            text.CopyTo(sourceIndex, destination, destinationIndex, count);
    }
}
