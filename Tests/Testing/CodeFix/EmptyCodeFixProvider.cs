using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CodeFixes;

namespace TopHalf.Testing;

/// <summary>Fixes nothing: for an analyzer without a fix, so that its tests need not change when it gets one.</summary>
public sealed class EmptyCodeFixProvider : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [];

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context) => Task.CompletedTask;
}
