using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>
/// One rule: its descriptor, and for rules about operations, which kinds it judges and how. Rules have no state; everything that belongs to
/// a compilation is in the <see cref="Body"/> that <see cref="Inspect"/> is given.
/// </summary>
internal abstract class Rule
{
    private const string HelpLinkPrefix = "https://github.com/tophalf/tophalf/blob/main/Analyzers/Docs/";

    public abstract DiagnosticDescriptor Descriptor { get; }

    /// <summary>The kinds of operation that <see cref="Inspect"/> wants to see. Empty where another part of the engine raises the
    /// rule.</summary>
    public virtual ImmutableArray<OperationKind> Kinds => ImmutableArray<OperationKind>.Empty;

    /// <summary>What to do instead, where the effect itself does not say better. No full stop.</summary>
    public virtual string Remedy => "";

    public string Id => Descriptor.Id;

    /// <summary>Judges one operation of a body that may run in signal context.</summary>
    public virtual void Inspect(IOperation operation, Body body)
    {
    }

    /// <summary>The one place where descriptors are made, and the help link with them.</summary>
    protected static DiagnosticDescriptor Create(
        string id, string title, string messageFormat, string category, DiagnosticSeverity defaultSeverity, string description)
        => new(id, title, messageFormat, category, defaultSeverity, isEnabledByDefault: true, description, HelpLinkPrefix + id + ".md");
}
