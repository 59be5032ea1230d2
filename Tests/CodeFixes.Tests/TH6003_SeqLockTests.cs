using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH6003_SeqLockFix>;

namespace TopHalf.CodeFixes;

public sealed class TH6003_SeqLockTests
{
    [Theory]
    [InlineData("Guid", "Guid id = {|TH6003:s_value|};", "Guid id = s_value.Read();")]
    [InlineData("Guid", "string text = {|TH6003:C.s_value|}.ToString(); // c", "string text = C.s_value.Read().ToString(); // c")]
    [InlineData("Guid", "{|TH6003:s_value|} = Guid.NewGuid();", "s_value.Write(Guid.NewGuid());")]
    [InlineData("Guid", "// Gone.\n        {|TH6003:s_value|} = default;", "// Gone.\n        s_value.Write(default);")]
    [InlineData("Guid", "bool b = {|TH6003:s_value|} == default && {|TH6003:s_value|} != Other({|TH6003:s_value|});", "bool b = s_value.Read() == default && s_value.Read() != Other(s_value.Read());")]
    [InlineData("Sample", "long n = {|TH6002:s_value.Time|}; Sample s = {|TH6003:s_value|};", "long n = s_value.Read().Time; Sample s = s_value.Read();")]
    [InlineData("Sample", "string name = nameof(Sample); Func<Sample> get = () => {|TH6003:s_value|};", "string name = nameof(Sample); Func<Sample> get = () => s_value.Read();")]
    [InlineData("Sample", "void Set(Sample s) => {|TH6003:s_value|} = s;", "void Set(Sample s) => s_value.Write(s);")]
    [InlineData("Int128", "{|TH6003:s_value|} = 1;", "s_value.Write(1);")]
    public Task A_value_that_is_read_and_written_whole_is_shared_by_a_SeqLock(string type, string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program(before, type, "s_value = New()"), Program(after, $"SeqLock<{type}>", "s_value.TryWrite(New())"));

    [Theory]
    [InlineData("Guid", "Take(ref s_value); Guid id = {|TH6003:s_value|};")]
    [InlineData("Guid", "Take2({|TH6003:s_value|}); Guid id = {|TH6003:s_value|};")] // By 'in'.
    [InlineData("Guid", "ref Guid r = ref s_value; Guid id = {|TH6003:s_value|};")]
    [InlineData("Sample", "{|TH6002:s_value.Time|} = 1; Sample s = {|TH6003:s_value|};")]
    [InlineData("Sample", "Sample s = {|TH6003:s_value|}; s_value.Clear();")]
    [InlineData("Sample", "{|TH6001:s_value = Next(s_value)|}; Sample s = {|TH6003:s_value|};")]
    [InlineData("Sample", "Sample s = {|TH6003:s_value|} = default;")]
    [InlineData("long?", "long? n = {|TH6003:s_value|};")] // Not unmanaged.
    [InlineData("Guid", "Guid id = {|TH6003:s_value|}; {|TH6003:s_value|}.{|CS1061:Missing|}();")]
    public Task Nothing_is_offered_where_a_use_cannot_be_changed(string type, string statement) =>
        VerifyCS.VerifyCodeFixAsync(Program(statement, type, "s_value = New()"), Program(statement, type, "s_value = New()"));

    [Theory]
    [InlineData("ticks = s_value.Time; s_value = New()")]
    [InlineData("s_value.Time = 1")]
    [InlineData("s_value = New(); Read(ref ticks)")]
    public Task Nor_where_a_handler_does_more_than_write_it(string handler)
    {
        string source = Program("Sample s = {|TH6003:s_value|};", "Sample", handler);
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Theory]
    [InlineData("public static")]
    [InlineData("[Obsolete] static")]
    public Task Nor_for_a_field_that_others_use_or_that_is_something_else(string modifiers)
    {
        string source = Program("#pragma warning disable CS0612\nSample s = {|TH6003:s_value|};", "Sample", "s_value = New()", modifiers);
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task Partial_classes_in_other_files_and_top_level_statements() =>
        new VerifyCS.Test
        {
            TestState =
            {
                Sources = { "using System;\n\nGuid id = {|TH6003:N.C.s_id|}; // Whose?\n", Parts("Guid s_id", "s_id = default", "C.{|TH6003:s_id|} = id").Replace("C.{|TH6003:s_id|}", "{|TH6003:C.s_id|}", System.StringComparison.Ordinal) },
                OutputKind = OutputKind.ConsoleApplication,
            },
            FixedState =
            {
                Sources = { "using System;\n\nGuid id = N.C.s_id.Read(); // Whose?\n", Parts("SeqLock<Guid> s_id", "s_id.TryWrite(default)", "C.s_id.Write(id)") },
            },
        }.RunAsync();

    [Fact]
    public Task Of_two_fields_in_one_statement_the_one_that_is_read_comes_first() =>
        new VerifyCS.Test
        {
            TestCode = Two("Guid", "Guid", "{|TH6003:s_first|} = {|TH6003:s_second|}", "s_first = default;\n        s_second = default"),
            FixedCode = Two("SeqLock<Guid>", "SeqLock<Guid>", "s_first.Write(s_second.Read())", "s_first.TryWrite(default);\n        s_second.TryWrite(default)"),
            BatchFixedState =
            {
                Sources = { Two("Guid", "SeqLock<Guid>", "{|#0:s_first|} = s_second.Read()", "s_first = default;\n        s_second.TryWrite(default)") },
                ExpectedDiagnostics = { VerifyCS.Diagnostic("TH6003").WithLocation(0).WithMessage(null) },
            },
        }.RunAsync();

    private static string Two(string first, string second, string copy, string handler) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        static class C
        {
            static {{first}} s_first;
            static {{second}} s_second;

            static void Copy() => {{copy}};

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context)
            {
                {{handler}};
            }
        }

        """;

    [Theory]
    [InlineData("", "SeqLock<Guid>", "using TopHalf;\n")]
    [InlineData("\nstruct SeqLock<T>;\n", "TopHalf.SeqLock<Guid>", "")]
    public Task The_type_is_imported_or_where_it_clashes_written_in_full(string clash, string type, string import) =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Handler("C.s_id = default"), Field("", "Guid", "{|TH6003:s_id|}", clash) } },
            FixedState = { Sources = { Handler("C.s_id.TryWrite(default)"), Field(import, type, "s_id.Read()", clash) } },
        }.RunAsync();

    private static string Handler(string write) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;

        static class D
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context)
            {
                // Nobody's.
                {{write}}; // now
            }
        }

        """;

    private static string Field(string import, string type, string read, string clash) =>
        $$"""
        using System;
        {{import}}
        static class C
        {
            internal static {{type}} s_id;

            static Guid Get() => {{read}};
        }
        {{clash}}
        """;

    private static string Parts(string field, string handler, string write) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        static partial class C
        {
            /// <summary>The owner.</summary>
            internal static {{field}}; // now

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context) => {{handler}};
        }

        static partial class C
        {
            class Nested
            {
                /// <summary>Sets <see cref="s_id"/>.</summary>
                static void Set(Guid id) => {{write}};
            }
        }

        """;

    private static string Program(string statement, string type, string handler, string modifiers = "static") =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        static class C
        {
            {{modifiers}} {{type}} s_value;

            static void Use()
            {
                {{statement}}
            }

            static Guid Other(Guid id) => id;

            static void Take(ref Guid id) { }

            static void Take2(in Guid id) { }

            static Sample Next(Sample sample) => sample;

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            static {{type.Replace("SeqLock<", "", StringComparison.Ordinal).Replace(">", "", StringComparison.Ordinal)}} New() => default;

            {{(handler.Contains("Read(ref", StringComparison.Ordinal) ? "static void Read(ref long ticks) => ticks = s_value.Time;" : "")}}

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context)
            {
                {{handler}};
            }
        }

        struct Sample
        {
            public long Number, Time;

            public void Clear() => Number = 0;
        }

        """;

    [Theory]
    [InlineData("{|TH6003:s_value|} = New();", "{|TH6003:s_value|} = New();", "s_value.TryWrite(New());")]
    [InlineData("{|TH6003:s_value|} = New();", "ticks = {|TH6003:s_value|}.GetHashCode();", null)]
    public Task Two_handlers_that_do_no_more_than_write_it(string first, string second, string? after) =>
        VerifyCS.VerifyCodeFixAsync(Handlers(first, second, "Guid"), Handlers(after ?? first, after ?? second, after is null ? "Guid" : "SeqLock<Guid>"));

    private static string Handlers(string first, string second, string type) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        static class C
        {
            static {{type}} s_value;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnFirst(ref long ticks, in InterruptContext context)
            {
                {{first}}
            }

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnSecond(ref long ticks, in InterruptContext context)
            {
                {{second}}
            }

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            static Guid New() => default;
        }
        """;
}
