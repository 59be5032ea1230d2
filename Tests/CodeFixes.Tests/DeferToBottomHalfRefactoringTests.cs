using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.Text;
using TopHalf.Analyzers;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.CodeFixes;

public sealed class DeferToBottomHalfRefactoringTests
{
    [Fact]
    public Task Selected_statements_move_though_no_rule_says_anything() =>
        VerifyAsync(
            "state.Count++;\n        [|Publish(state.Count);\n        s_published = state.Count;|]\n        state.Count++;",
            "state.Count++;\n        state.OnTickEvents.TryWrite(new OnTickEvent { Count = state.Count });\n        state.Count++;",
            "Publish(e.Count);\n                s_published = e.Count;");

    [Fact]
    public Task Spaces_and_ends_of_lines_may_be_selected_with_them() =>
        VerifyAsync(
            "state.Count++;[|\n\n        // Told.\n        Publish(state.Count);\n        |]state.Count++;",
            "state.Count++;\n\n        state.OnTickEvents.TryWrite(new OnTickEvent { Count = state.Count });\n        state.Count++;",
            "// Told.\n                Publish(e.Count);");

    [Fact]
    public Task Only_what_is_selected_moves() =>
        VerifyAsync(
            "[|Console.WriteLine(state.Count);|]\n        Console.WriteLine(5);",
            "state.OnTickEvents.TryWrite(new OnTickEvent { Count = state.Count });\n        Console.WriteLine(5);",
            "Console.WriteLine(e.Count);");

    [Theory]
    [InlineData("[||]Publish(state.Count);")]
    [InlineData("Pub[|lish(state.Count);|]")]
    [InlineData("[|Publish(state.Count);\n        state.C|]ount++;")]
    [InlineData("[|state.Count++;|]")]
    [InlineData("[|Publish(state.Count);\n        state.Count++;|]")]
    [InlineData("[|return;|]")]
    [InlineData("int n = 1;\n        [|n = 2;|]\n        state.Count = n;")]
    [InlineData("[|Publish(state.Count)|];")]
    [InlineData("[|Publish(missing);|]")]
    public async Task Nothing_is_offered_for_less_than_statements_or_what_the_handler_needs(string body)
    {
        (Document document, TextSpan span) = Create(Program(body, ""));
        Assert.Empty(await OfferedAsync(document, span));
    }

    [Fact]
    public async Task Nothing_is_offered_outside_of_a_handler()
    {
        (Document document, TextSpan span) = Create(Program("", "").Replace("using var", "[|Publish(1);|] using var", StringComparison.Ordinal));
        Assert.Empty(await OfferedAsync(document, span));
    }

    // Whatever is selected of a program that is cut off, or lacks what it names.
    [Theory]
    [InlineData("Publish(state.Missing); state.Count++;", "")]
    [InlineData("Publish(; if (state.Count > ) { Publish(1) }", "")]
    [InlineData("Publish(1); Publish(2);", "void OnTick(ref State state")]
    public async Task It_never_fails_where_the_program_does_not_compile(string body, string cut)
    {
        string source = Program("[||]" + body, "");
        source = cut.Length == 0 ? source : source[..(source.IndexOf(cut, StringComparison.Ordinal) + cut.Length)] + "[||]";
        (Document document, _) = Create(source);
        foreach (SyntaxNode node in (await document.GetSyntaxRootAsync())!.DescendantNodesAndSelf())
        {
            Assert.InRange((await OfferedAsync(document, node.Span)).Length, 0, 1);
        }
    }

    private static async Task VerifyAsync(string body, string after, string moved)
    {
        (Document document, TextSpan span) = Create(Program(body, ""));
        CodeAction action = Assert.Single(await OfferedAsync(document, span));
        Assert.Equal(DeferToBottomHalfRefactoring.Key, action.EquivalenceKey);
        Assert.Equal("Leave the selected statements to a bottom half of 'OnTick'", action.Title);
        Solution changed = Assert.IsType<ApplyChangesOperation>(Assert.Single(await action.GetOperationsAsync(CancellationToken.None))).ChangedSolution;
        Document fixedDocument = changed.GetDocument(document.Id)!;
        Assert.Equal(Program(after, moved), (await fixedDocument.GetTextAsync()).ToString());

        // It compiles, and nothing is found that was not.
        Assert.Subset(
            (await FindingsAsync(document)).Append("TH6002").ToHashSet(), (await FindingsAsync(fixedDocument)).ToHashSet());
    }

    private static async Task<IEnumerable<string>> FindingsAsync(Document document) =>
        (await AnalyzerRun.ReportedAsync((await document.Project.GetCompilationAsync())!, [new SignalContextAnalyzer()], document.Project.AnalyzerOptions))
            .Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).Select(static diagnostic => diagnostic.Id);

    private static async Task<ImmutableArray<CodeAction>> OfferedAsync(Document document, TextSpan span)
    {
        ImmutableArray<CodeAction>.Builder offered = ImmutableArray.CreateBuilder<CodeAction>();
        await new DeferToBottomHalfRefactoring().ComputeRefactoringsAsync(new(document, span, offered.Add, CancellationToken.None));
        return offered.ToImmutable();
    }

    private static (Document Document, TextSpan Span) Create(string marked)
    {
        int start = marked.IndexOf("[|", StringComparison.Ordinal);
        int end = marked.IndexOf("|]", StringComparison.Ordinal) - 2;
        string source = marked.Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal);
        AdhocWorkspace workspace = new();
        Solution solution = FixRun.CreateSolution(workspace, 1, [new TestFile("/0/Test0.cs", source)], new TestState(), new(), new(OutputKind.ConsoleApplication));
        return (solution.Projects.Single().Documents.Single(), TextSpan.FromBounds(start, end));
    }

    private static string Program(string body, string moved)
    {
        bool isFixed = moved.Length > 0;
        string queue = isFixed ? "\n    public InterruptQueueWriter<OnTickEvent> OnTickEvents;" : "";
        string events = isFixed ? "/// <summary>What 'OnTick' hands over to its bottom half.</summary>\ninternal struct OnTickEvent\n{\n    public long Count;\n}\n\n" : "";
        string start = isFixed ? "using var onTickBottomHalf = new OnTickBottomHalf();\n        " : "";
        string state = isFixed ? "new State { OnTickEvents = onTickBottomHalf.Writer }, " : "";
        string reader = !isFixed ? "" : $$"""


                /// <summary>Does in ordinary context what 'OnTick' must not do itself.</summary>
                internal sealed class OnTickBottomHalf : IDisposable
                {
                    private readonly InterruptQueue<OnTickEvent> _events = new(capacity: 4096);
                    private readonly Task _reader;

                    public OnTickBottomHalf() => _reader = Task.Run(ReadAsync);

                    public InterruptQueueWriter<OnTickEvent> Writer => _events.Writer;

                    // Ends when everything written is done. Its exceptions come out here.
                    public void Dispose()
                    {
                        using (_events)
                        {
                            _events.Complete();
                            _reader.GetAwaiter().GetResult();
                        }
                    }

                    private async Task ReadAsync()
                    {
                        await foreach (OnTickEvent e in _events.ReadAllAsync())
                        {
                            {{moved}}
                        }
                    }
                }
            """;
        return $$"""
            using System;
            using System.Runtime.CompilerServices;
            using System.Threading;
            using System.Threading.Tasks;
            using TopHalf;

            namespace N;

            internal struct State
            {
                public long Count;{{queue}}
            }

            {{events}}internal static class Program
            {
                private static long s_published;

                private static void Main()
                {
                    {{start}}using var timer = InterruptTimer.Start<State>(OnTick, {{state}}TimeSpan.FromSeconds(1));
                }

                [MethodImpl(MethodImplOptions.AggressiveOptimization)]
                private static void Publish(long count) => Volatile.Write(ref s_published, count);

                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                private static void OnTick(ref State state, in InterruptContext context)
                {
                    {{body}}
                }{{reader}}
            }
            """;
    }
}
