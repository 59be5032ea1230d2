using TopHalf.Testing;
using VerifyCS = TopHalf.Testing.CSharpAnalyzerVerifier<TopHalf.Analyzers.SignalContextAnalyzer>;

namespace TopHalf.Analyzers.Tests;

/// <summary>Puts the interesting lines of a test into a compilable file around a well-formed handler.</summary>
internal static class Verify
{
    /// <summary>Statements of a handler called OnTick, with its state and what it calls beside it.</summary>
    public static Task Handler(string statements, string members = "", params DiagnosticResult[] expected) =>
        Members(HandlerOf(statements, members), expected);

    /// <summary>The same, for .NET 8 and all that comes after it.</summary>
    public static Task HandlerOnOldest(string statements, string members = "", params DiagnosticResult[] expected)
    {
        CSharpAnalyzerTest<SignalContextAnalyzer> test = TestOf(Usings + ClassOf(HandlerOf(statements, members)), expected);
        test.TestState.References = OldestReferences.All;
        return test.RunAsync();
    }

    /// <summary>Members of a class that has a State beside it.</summary>
    public static Task Members(string members, params DiagnosticResult[] expected) => File(ClassOf(members), expected);

    /// <summary>The same, and advice is heard, too.</summary>
    public static Task HandlerWithAdvice(string statements, string members = "", params DiagnosticResult[] expected) =>
        MembersWithAdvice(HandlerOf(statements, members), expected);

    /// <inheritdoc cref="HandlerWithAdvice"/>
    public static Task MembersWithAdvice(string members, params DiagnosticResult[] expected) => FileWithAdvice(ClassOf(members), expected);

    /// <inheritdoc cref="HandlerWithAdvice"/>
    public static Task FileWithAdvice(string source, params DiagnosticResult[] expected) => VerifyCS.VerifyAnalyzerAsync(Usings + source, expected);

    /// <summary>A file with the usual usings. Rules that only advise are off: what they say is said in the tests that are about them.</summary>
    public static Task File(string source, params DiagnosticResult[] expected) => TestOf(Usings + source, expected).RunAsync();

    private static CSharpAnalyzerTest<SignalContextAnalyzer> TestOf(string code, DiagnosticResult[] expected)
    {
        CSharpAnalyzerTest<SignalContextAnalyzer> test = new() { TestCode = code };
        test.TestState.AnalyzerConfigFiles.Add(("/NoAdvice.globalconfig", s_noAdvice));
        test.ExpectedDiagnostics.AddRange(expected);
        return test;
    }

    private static readonly string s_noAdvice = "is_global = true\n" + string.Concat(RuleCatalog.All
        .Where(rule => rule.Descriptor.DefaultSeverity == RuleLevel.Advice).Select(rule => $"dotnet_diagnostic.{rule.Id}.severity = none\n"));

    private static string HandlerOf(string statements, string members) =>
            $$"""
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref State state, in InterruptContext context)
            {
                {{statements}}
            }

            {{members}}
            """;

    private static string ClassOf(string members) =>
            $$"""
            unsafe struct State { public int Count; public uint Size; public long Total; public double Value; public int* Pointer; public fixed byte Buffer[16]; }
            enum Color { Red, Green }
            class Thing { public int Number; public string Text = ""; public virtual void Do() { } }
            static unsafe partial class Handlers
            {
                {{members}}
            }
            """;

    public const string Usings =
        """
        using System;
        using System.Collections.Generic;
        using System.Diagnostics;
        using System.Linq;
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using System.Threading;
        using System.Threading.Tasks;
        using TopHalf;

        """;
}
