using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace TopHalf.Testing;

/// <summary>
/// Tests of one analyzer: <c>using VerifyCS = TopHalf.Testing.CSharpAnalyzerVerifier&lt;MyAnalyzer&gt;;</c>. The names are those of
/// Microsoft.CodeAnalysis.Testing, so that it can take this one's place.
/// </summary>
/// <typeparam name="TAnalyzer">The analyzer under test.</typeparam>
public static class CSharpAnalyzerVerifier<TAnalyzer>
    where TAnalyzer : DiagnosticAnalyzer, new()
{
    /// <summary>The analyzer's only descriptor, as an expectation.</summary>
    public static DiagnosticResult Diagnostic() =>
        new(Expectations.Default([new TAnalyzer()], MarkupOptions.None));

    /// <summary>The analyzer's descriptor with an id, as an expectation.</summary>
    public static DiagnosticResult Diagnostic(string diagnosticId) =>
        new(new TAnalyzer().SupportedDiagnostics.First(descriptor => descriptor.Id == diagnosticId));

    /// <summary>A descriptor as an expectation.</summary>
    public static DiagnosticResult Diagnostic(DiagnosticDescriptor descriptor) => new(descriptor);

    /// <summary>Checks that the analyzer reports what the markup and <paramref name="expected"/> say, and nothing else.</summary>
    /// <exception cref="VerifierException">It does not.</exception>
    public static Task VerifyAnalyzerAsync(string source, params DiagnosticResult[] expected)
    {
        Test test = new() { TestCode = source };
        test.ExpectedDiagnostics.AddRange(expected);
        return test.RunAsync();
    }

    /// <summary>A test with more to set than a source.</summary>
    public class Test : CSharpAnalyzerTest<TAnalyzer>;
}
