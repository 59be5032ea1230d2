using Microsoft.CodeAnalysis;

namespace TopHalf.CodeFixes;

/// <summary>The types that a registration and a handler name.</summary>
internal sealed class SignalTypes(Compilation compilation)
{
    public INamedTypeSymbol Handler { get; } = compilation.GetTypeByMetadataName("TopHalf.InterruptHandlerAttribute")!;

    public INamedTypeSymbol Context { get; } = compilation.GetTypeByMetadataName("TopHalf.InterruptContext")!;

    public INamedTypeSymbol Target { get; } = compilation.GetTypeByMetadataName("TopHalf.InterruptTarget")!;

    public INamedTypeSymbol Raised { get; } = compilation.GetTypeByMetadataName("TopHalf.RaiseResult")!;

    public INamedTypeSymbol Time { get; } = compilation.GetTypeByMetadataName("System.TimeSpan")!;

    public INamedTypeSymbol Implementation { get; } = compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.MethodImplAttribute")!;

    public INamedTypeSymbol Options { get; } = compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.MethodImplOptions")!;

    /// <summary>The static class whose <c>Start</c> makes a source: <c>InterruptTimer</c>.</summary>
    public INamedTypeSymbol Starter(string source) => compilation.GetTypeByMetadataName("TopHalf." + source)!;

    /// <summary>The source: <c>InterruptTimer&lt;int&gt;</c>.</summary>
    public INamedTypeSymbol Source(string source) => compilation.GetTypeByMetadataName($"TopHalf.{source}`1")!.Construct(compilation.GetSpecialType(SpecialType.System_Int32));

    /// <summary>Its options.</summary>
    public INamedTypeSymbol SourceOptions(string source) => compilation.GetTypeByMetadataName($"TopHalf.{source}Options")!;

    /// <summary>All of the library, or nothing.</summary>
    public static SignalTypes? Of(Compilation compilation) => compilation.GetTypeByMetadataName("TopHalf.InterruptTimer`1") is null ? null : new(compilation);
}
