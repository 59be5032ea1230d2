using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using TopHalf.Analyzers;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.CodeFixes;

/// <summary>The shapes of program that a handler may stand in: what a fix does must be the same in each.</summary>
internal static class Shapes
{
    /// <summary>In a class of a file-scoped namespace; in the part of a nested class; among top-level statements.</summary>
    public static TheoryData<int> All => [0, 1, 2];

    /// <summary>Checks that a fix does to the body of a handler what is said, in a program of a shape.</summary>
    public static Task VerifyAsync<TFix>(
        int shape, string before, string after, string state = "public int Count, Total;", string imports = "", string types = "", string? fixedTypes = null, string? fixedState = null)
        where TFix : CodeFixProvider, new() =>
        new CSharpCodeFixVerifier<SignalContextAnalyzer, TFix>.Test
        {
            TestCode = Program(shape, before, state, imports, types),
            FixedCode = Program(shape, after, fixedState ?? state, imports, fixedTypes ?? types),
            TestState = { OutputKind = shape == 2 ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary },
        }.RunAsync();

    /// <summary>Checks that nothing is offered.</summary>
    public static Task VerifyNothingAsync<TFix>(string body, string state = "public int Count, Total;", string imports = "", string types = "")
        where TFix : CodeFixProvider, new() => VerifyAsync<TFix>(0, body, body, state, imports, types: types);

    private static string Program(int shape, string body, string state, string imports, string types) => shape switch
    {
        0 => $$"""
            {{imports}}using System.Runtime.CompilerServices;
            using TopHalf;

            namespace N;

            unsafe struct State
            {
                {{state}}
            }

            static unsafe class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref State state, in InterruptContext context)
                {
                    {{Indented(body, 8)}}
                }
            }

            {{types}}
            """,
        1 => $$"""
            {{imports}}using System.Runtime.CompilerServices;
            using TopHalf;

            namespace N
            {
                unsafe struct State
                {
                    {{state}}
                }

                static unsafe partial class C
                {
                    private sealed partial class D
                    {
                    }
                }

                static unsafe partial class C
                {
                    private sealed partial class D
                    {
                        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                        static void OnTick(ref State state, in InterruptContext context)
                        {
                            {{Indented(body, 16)}}
                        }
                    }
                }

                {{types}}
            }

            """,
        _ => $$"""
            {{imports}}using System.Runtime.CompilerServices;
            using TopHalf;

            InterruptHandler<State> handler = OnTick;
            _ = handler;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static unsafe void OnTick(ref State state, in InterruptContext context)
            {
                {{Indented(body, 4)}}
            }

            unsafe struct State
            {
                {{state}}
            }

            {{types}}
            """,
    };

    private static string Indented(string text, int by) => string.Join("\n", text.Split('\n').Select((line, index) => index == 0 || line.Length == 0 ? line : new string(' ', by) + line));
}
