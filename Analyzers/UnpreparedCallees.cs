using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>For the code fixes: what else TH5003 will be about once a method that it is about now is mended.</summary>
public static class UnpreparedCallees
{
    /// <summary>The methods of this compilation that the method calls, directly or not, and that are neither inlined nor fully optimised.</summary>
    /// <param name="method">A method with its body in the compilation.</param>
    /// <param name="compilation">The compilation.</param>
    /// <param name="options">What the analyzer would be given.</param>
    /// <param name="cancellation">Cancels it.</param>
    public static IEnumerable<IMethodSymbol> Of(IMethodSymbol method, Compilation compilation, AnalyzerOptions options, CancellationToken cancellation)
    {
        Engine engine = new(compilation, ApiTables.Create(options, cancellation), new Settings(options.AnalyzerConfigOptionsProvider));
        return engine.Closure(method, cancellation).Where(callee => !SymbolEqualityComparer.Default.Equals(callee, method)
            && !TH0003_NotOptimized.IsOptimized(callee) && !engine.Direct(callee, cancellation).CountsAsInlined);
    }
}
