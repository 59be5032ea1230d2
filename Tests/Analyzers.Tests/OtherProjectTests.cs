// In an editor a referenced project comes with its sources, in a build as an assembly. What is found must not depend on it.
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests;

public sealed class OtherProjectTests
{
    private const string Library = """
        using System;
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using TopHalf;
        public interface ICounter { [AsyncSignalSafe] int Next(); int Free(); }
        public abstract class Base { [AsyncSignalSafe] public abstract int Value { get; } }
        public struct Point { public int X, Y; public readonly int Sum => X + Y; public static Point operator +(Point a, Point b) => a; }
        public class Box { public int Value; }
        public static unsafe class Library
        {
            public const int Constant = 3;
            public static int Plain;
            public static readonly int Ready = 4;
            public static readonly delegate*<int, int> Pointer = &Twice;
            [ThreadStatic] public static int OfThread;
            public static string Text = "";
            [AsyncSignalSafe] public static int Promised(int n) => n + 1;
            [AsyncSignalUnsafe("it logs")] public static void Unsafe() { }
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] public static int Twice(int n) => 2 * n;
            public static int Unknown(int n) => n;
            public static T Generic<T>(T value) where T : unmanaged => value;
            public static int Recursive(int n) => n == 0 ? 0 : Recursive(n - 1);
            public static int Optional(int n = 5, [CallerLineNumber] int line = 0) => n + line;
            [DllImport("libc")] public static extern int getpid();
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public static void Tick(ref int state, in InterruptContext context) => Plain++;
            [UnmanagedCallersOnly] public static void OnSignal(int signal) { }
        }
        """;

    private const string Program = """
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;
        class Counter : ICounter { public int Next() { object box = 1; return 1; } public int Free() { object box = 1; return 1; } }
        class Derived : Base { public override int Value { get { object box = 1; return 1; } } }
        static unsafe class Handlers
        {
            struct State { public int N; public Point P; }
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void A(ref State state, in InterruptContext context)
            {
                state.N = Library.Promised(Library.Constant) + Library.Ready;
                Library.Unsafe();
                state.N += Library.Twice(1) + Library.Unknown(2) + Library.Generic(3) + Library.Recursive(4) + Library.Optional();
            }
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void B(ref State state, in InterruptContext context)
            {
                state.P = state.P + new Point { X = 1, Y = state.P.Sum };
                Library.OfThread++;
                state.N = Library.Text.Length + new Box().Value + Library.getpid() + Library.Pointer(3);
                Library.Plain++;
            }
            static void Ordinary()
            {
                Library.Plain++;
                InterruptTimer.Start<int>(Library.Tick, 0, TimeSpan.FromSeconds(1));
                using var timer = InterruptTimer.Start<int>(Library.Tick, 0, TimeSpan.FromSeconds(1));
                nint handler = (nint)(delegate* unmanaged<int, void>)&Library.OnSignal;
            }
        }
        """;

    [Fact]
    public async Task The_same_is_found_whether_a_project_is_referenced_with_its_sources_or_as_an_assembly()
    {
        CSharpCompilation library = Compile("Library", Library);
        using var image = new MemoryStream();
        Assert.Empty(library.Emit(image).Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error));

        string[] inEditor = await Find(library.ToMetadataReference());
        string[] inBuild = await Find(MetadataReference.CreateFromImage(image.ToArray()));
        Assert.True(inBuild.Length > 8, string.Join('\n', inBuild));
        Assert.True(inBuild.SequenceEqual(inEditor), string.Join("\n", inBuild.Except(inEditor).Select(static x => "- " + x).Concat(inEditor.Except(inBuild).Select(static x => "+ " + x))));
    }

    private static async Task<string[]> Find(MetadataReference library)
    {
        CSharpCompilation program = Compile("Program", Program).AddReferences(library);
        Assert.Empty(program.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error));
        ImmutableArray<Diagnostic> found = await program.WithAnalyzers([new SignalContextAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        return [.. found.Select(static d => d.ToString()).Order(StringComparer.Ordinal)];
    }

    private static CSharpCompilation Compile(string name, string source) => AnalyzerRun.Compile(
        [($"/0/{name}.cs", source)], new TestState(), new CSharpParseOptions(LanguageVersion.Latest),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true))
        .WithAssemblyName(name);
}
