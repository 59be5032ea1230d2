using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH0003_AddAggressiveOptimizationFix>;

namespace TopHalf.CodeFixes;

public sealed class TH0003_AddAggressiveOptimizationTests
{
    [Fact]
    public Task A_handler_gets_the_option_beside_its_attribute() =>
        VerifyCS.VerifyCodeFixAsync(
            """
            using TopHalf;

            static class C
            {
                /// <summary>Counts.</summary>
                [InterruptHandler] // a top half
                static void {|TH0003:OnTick|}(ref long ticks, in InterruptContext context) => ticks++;
            }
            """,
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            static class C
            {
                /// <summary>Counts.</summary>
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] // a top half
                static void OnTick(ref long ticks, in InterruptContext context) => ticks++;
            }
            """);

    [Fact]
    public Task A_handler_that_has_it_is_left_alone() =>
        VerifyCS.VerifyAnalyzerAsync(
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            static class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long ticks, in InterruptContext context) => ticks++;
            }
            """);

    [Theory]
    [InlineData("MethodImpl(MethodImplOptions.AggressiveInlining)", "MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)")]
    [InlineData("MethodImpl(/* why */ MethodImplOptions.NoInlining /* so */)", "MethodImpl(/* why */ MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization /* so */)")]
    [InlineData("MethodImplAttribute(O.AggressiveInlining)", "MethodImplAttribute(O.AggressiveInlining | O.AggressiveOptimization)")]
    [InlineData(
        "MethodImpl(true ? O.NoInlining : 0)", "MethodImpl((true ? O.NoInlining : 0) | O.AggressiveOptimization)")]
    [InlineData("MethodImpl(AggressiveInlining)", "MethodImpl(AggressiveInlining | AggressiveOptimization)")]
    [InlineData("MethodImpl((MethodImplOptions)256)", "MethodImpl((MethodImplOptions)256 | O.AggressiveOptimization)")]
    [InlineData("MethodImpl", "MethodImpl(O.AggressiveOptimization)")]
    [InlineData("MethodImpl()", "MethodImpl(O.AggressiveOptimization)")]
    public Task Options_that_are_there_are_kept(string before, string after)
    {
        const string Source = """
            using System.Runtime.CompilerServices;
            using TopHalf;
            using O = System.Runtime.CompilerServices.MethodImplOptions;
            using static System.Runtime.CompilerServices.MethodImplOptions;

            static class C
            {
                [InterruptHandler]
                [@@]
                static void {|TH0003:OnTick|}(ref long ticks, in InterruptContext context) => ticks++;
            }
            """;
        return VerifyCS.VerifyCodeFixAsync(
            Source.Replace("@@", before, StringComparison.Ordinal), Source.Replace("@@", after, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("MethodImpl(256)")]
    [InlineData("MethodImpl(MethodImplOptions.NoOptimization)")]
    [InlineData("MethodImpl(MethodImplOptions.Synchronized)", "TH2001")]
    [InlineData("MethodImpl(MethodImplOptions.{|CS0117:Fast|})")]
    [InlineData("MethodImpl({|CS0103:Fast|})")]
    public Task Options_that_it_does_not_go_with_are_not_touched(string attribute, string alsoFound = "#0")
    {
        string source = $$"""
            using System.Runtime.CompilerServices;
            using TopHalf;

            static class C
            {
                [InterruptHandler]
                [{{attribute}}]
                static void {|TH0003:{|{{alsoFound}}:OnTick|}|}(ref long ticks, in InterruptContext context) => ticks++;
            }
            """;
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task A_callee_gets_a_list_of_its_own_below_its_comments() =>
        VerifyCS.VerifyCodeFixAsync(
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            static class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long ticks, in InterruptContext context) => {|TH5003:Add(ref ticks)|};

                // Adds.
                /// <summary>Adds.</summary>
                private static void Add(ref long ticks)
                {
                    ticks += 1000; // much
                    ticks *= 1000;
                    ticks -= 1000;
                }
            }
            """,
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            static class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long ticks, in InterruptContext context) => Add(ref ticks);

                // Adds.
                /// <summary>Adds.</summary>
                [MethodImpl(MethodImplOptions.AggressiveOptimization)]
                private static void Add(ref long ticks)
                {
                    ticks += 1000; // much
                    ticks *= 1000;
                    ticks -= 1000;
                }
            }
            """);

    [Fact]
    public Task A_callee_of_many_calls_and_files_gets_it_once() =>
        new VerifyCS.Test
        {
            TestState =
            {
                Sources =
                {
                    """
                    using System.Runtime.CompilerServices;
                    using TopHalf;

                    static class C
                    {
                        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                        static void OnTick(ref long ticks, in InterruptContext context)
                        {
                            {|TH5003:D.Add(ref ticks)|};
                            {|TH5003:D.Add(ref ticks)|};
                        }

                        [InterruptHandler]
                        static void {|TH0003:OnTock|}(ref long ticks, in InterruptContext context) => {|TH5003:D.Add(ref ticks)|};
                    }
                    """,
                    Callee("", ""),
                },
            },
            FixedState =
            {
                Sources =
                {
                    """
                    using System.Runtime.CompilerServices;
                    using TopHalf;

                    static class C
                    {
                        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                        static void OnTick(ref long ticks, in InterruptContext context)
                        {
                            D.Add(ref ticks);
                            D.Add(ref ticks);
                        }

                        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                        static void OnTock(ref long ticks, in InterruptContext context) => D.Add(ref ticks);
                    }
                    """,
                    Callee("using System.Runtime.CompilerServices;\n\n", "[MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    "),
                },
            },
        }.RunAsync();

    [Fact]
    public Task A_member_that_promises_safety_gets_it_too() =>
        VerifyCS.VerifyCodeFixAsync(
            """
            using TopHalf;

            static class C
            {
                [AsyncSignalSafe]
                public static int {|TH5003:Sum|}(int n)
                {
                    int sum = 0;
                    for (int i = 0; i < n; i++)
                    {
                        sum += i;
                    }

                    return sum;
                }
            }
            """,
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            static class C
            {
                [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                public static int Sum(int n)
                {
                    int sum = 0;
                    for (int i = 0; i < n; i++)
                    {
                        sum += i;
                    }

                    return sum;
                }
            }
            """);

    [Fact]
    public Task An_accessor_gets_it_where_it_stands() =>
        VerifyCS.VerifyCodeFixAsync(
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            struct State
            {
                private long _a;

                public long A { get { return _a * 1000 + _a * 2000 + _a * 3000 + _a * 4000; } }
            }

            static class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref State state, in InterruptContext context) => _ = {|TH5003:state.A|};
            }
            """,
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            struct State
            {
                private long _a;

                public long A { [MethodImpl(MethodImplOptions.AggressiveOptimization)] get { return _a * 1000 + _a * 2000 + _a * 3000 + _a * 4000; } }
            }

            static class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref State state, in InterruptContext context) => _ = state.A;
            }
            """);

    [Fact]
    public Task A_property_without_accessors_is_left_alone()
    {
        const string Source = """
            using System.Runtime.CompilerServices;
            using TopHalf;

            struct State
            {
                private long _a;

                public long A => _a * 1000 + _a * 2000 + _a * 3000 + _a * 4000;
            }

            static class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref State state, in InterruptContext context) => _ = {|TH5003:state.A|};
            }
            """;
        return VerifyCS.VerifyCodeFixAsync(Source, Source);
    }

    [Fact]
    public Task Only_the_return_value_having_attributes_makes_a_new_list() =>
        VerifyCS.VerifyCodeFixAsync(
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            class MarkAttribute : System.Attribute;

            static class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long ticks, in InterruptContext context) => _ = {|TH5003:Next(ticks)|};

                // The next one.
                [return: Mark]
                static long Next(long ticks) => ticks * 1000 + ticks * 2000 + ticks * 3000 + ticks * 4000;
            }
            """,
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            class MarkAttribute : System.Attribute;

            static class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long ticks, in InterruptContext context) => _ = Next(ticks);

                // The next one.
                [MethodImpl(MethodImplOptions.AggressiveOptimization)]
                [return: Mark]
                static long Next(long ticks) => ticks * 1000 + ticks * 2000 + ticks * 3000 + ticks * 4000;
            }
            """);

    [Fact]
    public Task Nested_types_and_generic_callees() =>
        VerifyCS.VerifyCodeFixAsync(
            """
            using System.Runtime.CompilerServices;

            namespace N.M;

            static class Outer
            {
                static class Inner
                {
                    [TopHalf.InterruptHandler]
                    static void {|TH0003:OnTick|}(ref long ticks, in TopHalf.InterruptContext context) => ticks++;
                }
            }
            """,
            """
            using System.Runtime.CompilerServices;

            namespace N.M;

            static class Outer
            {
                static class Inner
                {
                    [TopHalf.InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    static void OnTick(ref long ticks, in TopHalf.InterruptContext context) => ticks++;
                }
            }
            """);

    [Fact]
    public Task Top_level_statements_with_a_local_function() =>
        new VerifyCS.Test
        {
            TestCode = """
                using TopHalf;

                InterruptHandler<long> handler = OnTick;
                _ = handler;

                // A top half.
                [InterruptHandler]
                static void {|TH0003:OnTick|}(ref long ticks, in InterruptContext context) => {|TH5003:Add(ref ticks)|};

                static void Add(ref long ticks) => ticks = ticks * 1000 + ticks * 2000 + ticks * 3000 + ticks * 4000;
                """,
            FixedCode = """
                using System.Runtime.CompilerServices;
                using TopHalf;

                InterruptHandler<long> handler = OnTick;
                _ = handler;

                // A top half.
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long ticks, in InterruptContext context) => Add(ref ticks);

                [MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void Add(ref long ticks) => ticks = ticks * 1000 + ticks * 2000 + ticks * 3000 + ticks * 4000;
                """,
            TestState = { OutputKind = OutputKind.ConsoleApplication },
        }.RunAsync();

    [Fact]
    public Task Partial_classes_and_methods() =>
        new VerifyCS.Test
        {
            TestState =
            {
                Sources =
                {
                    "partial class C\n{\n    static partial void Add(ref long ticks);\n}\n",
                    """
                    using System.Runtime.CompilerServices;
                    using TopHalf;

                    partial class C
                    {
                        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                        static void OnTick(ref long ticks, in InterruptContext context) => {|TH5003:Add(ref ticks)|};
                    }
                    """,
                    "partial class C\n{\n    static partial void Add(ref long ticks) => ticks = ticks * 1000 + ticks * 2000 + ticks * 3000 + ticks * 4000;\n}\n",
                },
            },
            FixedState =
            {
                Sources =
                {
                    "partial class C\n{\n    static partial void Add(ref long ticks);\n}\n",
                    """
                    using System.Runtime.CompilerServices;
                    using TopHalf;

                    partial class C
                    {
                        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                        static void OnTick(ref long ticks, in InterruptContext context) => Add(ref ticks);
                    }
                    """,
                    """
                    using System.Runtime.CompilerServices;

                    partial class C
                    {
                        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
                        static partial void Add(ref long ticks) => ticks = ticks * 1000 + ticks * 2000 + ticks * 3000 + ticks * 4000;
                    }

                    """,
                },
            },
        }.RunAsync();

    [Fact]
    public Task The_option_joins_the_attribute_of_the_other_part() =>
        VerifyCS.VerifyCodeFixAsync(
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            partial class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long ticks, in InterruptContext context) => {|TH5003:Add(ref ticks)|};

                [MethodImpl(MethodImplOptions.NoInlining)]
                static partial void Add(ref long ticks);

                static partial void Add(ref long ticks) => ticks++;
            }
            """,
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            partial class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long ticks, in InterruptContext context) => Add(ref ticks);

                [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
                static partial void Add(ref long ticks);

                static partial void Add(ref long ticks) => ticks++;
            }
            """);

    [Fact]
    public Task Names_that_clash_are_written_in_full() =>
        VerifyCS.VerifyCodeFixAsync(
            """
            using TopHalf;

            enum MethodImplOptions;

            static class C
            {
                [InterruptHandler]
                static void {|TH0003:OnTick|}(ref long ticks, in InterruptContext context) => ticks++;
            }
            """,
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            enum MethodImplOptions;

            static class C
            {
                [InterruptHandler, MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long ticks, in InterruptContext context) => ticks++;
            }
            """);

    [Fact]
    public Task A_global_using_serves() =>
        new VerifyCS.Test
        {
            TestState =
            {
                Sources =
                {
                    "global using System.Runtime.CompilerServices;\nglobal using TopHalf;\n",
                    "static class C\n{\n    [InterruptHandler] static void {|TH0003:OnTick|}(ref long ticks, in InterruptContext context) => ticks++;\n}\n",
                },
            },
            FixedState =
            {
                Sources =
                {
                    "global using System.Runtime.CompilerServices;\nglobal using TopHalf;\n",
                    "static class C\n{\n    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void OnTick(ref long ticks, in InterruptContext context) => ticks++;\n}\n",
                },
            },
        }.RunAsync();

    [Fact]
    public Task An_import_is_added_beside_global_ones() =>
        new VerifyCS.Test
        {
            TestState =
            {
                Sources =
                {
                    "global using System;\nglobal using TopHalf;\n",
                    "static class C\n{\n    [InterruptHandler] static void {|TH0003:OnTick|}(ref long ticks, in InterruptContext context) => ticks++;\n}\n",
                },
            },
            FixedState =
            {
                Sources =
                {
                    "global using System;\nglobal using TopHalf;\n",
                    "using System.Runtime.CompilerServices;\n\nstatic class C\n{\n    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void OnTick(ref long ticks, in InterruptContext context) => ticks++;\n}\n",
                },
            },
        }.RunAsync();

    [Fact]
    public Task The_import_goes_below_the_header_of_the_file() =>
        VerifyCS.VerifyCodeFixAsync(
            """
            // Licence.

            namespace N;

            static class C
            {
                [TopHalf.InterruptHandler]
                static void {|TH0003:OnTick|}(ref long ticks, in TopHalf.InterruptContext context) => ticks++;
            }
            """,
            """
            // Licence.

            using System.Runtime.CompilerServices;

            namespace N;

            static class C
            {
                [TopHalf.InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long ticks, in TopHalf.InterruptContext context) => ticks++;
            }
            """);

    [Fact]
    public Task Code_that_does_not_compile_is_no_obstacle() =>
        VerifyCS.VerifyCodeFixAsync(
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            static class C
            {
                [InterruptHandler]
                static void {|TH0003:OnTick|}(ref long ticks, in InterruptContext context) => ticks++;

                static int Broken() => {|CS0103:missing|};
            }
            """,
            """
            using System.Runtime.CompilerServices;
            using TopHalf;

            static class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long ticks, in InterruptContext context) => ticks++;

                static int Broken() => {|CS0103:missing|};
            }
            """);

    private static string Callee(string import, string attribute) =>
        $$"""
        {{import}}static class D
        {
            {{attribute}}public static void Add(ref long ticks) => ticks = ticks * 1000 + ticks * 2000 + ticks * 3000 + ticks * 4000;
        }

        """;

    [Fact]
    public Task A_whole_chain_is_mended_at_once_but_for_what_is_inlined() =>
        new VerifyCS.Test
        {
            TestCode = Chain("{|TH5003:First(ref ticks)|}", ""),
            FixedCode = Chain("First(ref ticks)", "[MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    "),
            Rounds = 1,
        }.RunAsync();

    [Fact]
    public Task A_callee_is_found_where_the_handler_is_one_by_its_parameters_alone() =>
        VerifyCS.VerifyCodeFixAsync(
            Chain("{|TH5003:First(ref ticks)|}", "").Replace("[InterruptHandler, ", "[", StringComparison.Ordinal).Replace("//", "static InterruptHandler<long> s_handler = OnTick;", StringComparison.Ordinal),
            Chain("First(ref ticks)", "[MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    ")
                .Replace("[InterruptHandler, ", "[", StringComparison.Ordinal).Replace("//", "static InterruptHandler<long> s_handler = OnTick;", StringComparison.Ordinal));

    [Fact]
    public Task A_callee_is_found_where_the_handler_is_one_by_being_installed_by_hand() =>
        VerifyCS.VerifyCodeFixAsync(
            Installed("{|TH5003:First(number)|}", ""), Installed("First(number)", "[MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    "));

    // The registration is the last of the locations, and names the handler.
    private static string Installed(string call, string attribute) =>
        $$"""
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using System.Threading;

        static unsafe class C
        {
            [DllImport("libc")]
            static extern nint sigset(int number, delegate* unmanaged<int, void> handler);

            static void Install() => sigset(12, {|TH7002:&OnSignal|});

            [UnmanagedCallersOnly]
            static void OnSignal(int number) => {{call}};

            {{attribute}}static void First(int number)
            {
                for (int i = 0; i < 10; i++)
                {
                    Interlocked.Add(ref s_sum, i);
                    Interlocked.Add(ref s_sum, number);
                }
            }

            static int s_sum;
        }

        """;

    private static string Chain(string call, string attribute) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;

        static class C
        {
            //
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context) => {{call}};

            {{attribute}}static void First(ref long ticks)
            {
                ticks += 1000;
                ticks *= 1000;
                ticks -= 1000;
                Small(ref ticks);
            }

            static void Small(ref long ticks) => Second(ref ticks);

            {{attribute}}static void Second(ref long ticks)
            {
                for (int i = 0; i < 10; i++)
                {
                    ticks += i;
                }
            }
        }
        """;
}
