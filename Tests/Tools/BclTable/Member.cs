namespace TopHalf.BclTable;

/// <summary>A public member that a handler could call, in one version of the library, with the probes that call it.</summary>
/// <param name="Id">Documentation-comment id: of the property where it is an accessor, as the analyzer looks it up.</param>
/// <param name="TypeId">That of its type, without the leading <c>T:</c>.</param>
/// <param name="Probes">One for each choice of type arguments, and each accessor.</param>
internal sealed record Member(string Id, string TypeId, IReadOnlyList<Probe> Probes)
{
    /// <summary>The id within the type.</summary>
    public string Name => Id[(TypeId.Length + 3)..];
}

/// <summary>A handler that makes one call, in C#.</summary>
/// <param name="Name">Of the class that holds it.</param>
/// <param name="MemberId">What it has to be bound to.</param>
/// <param name="Guard">The type whose <c>IsSupported</c> the call stands behind, or null.</param>
/// <param name="Source">A compilation unit.</param>
internal sealed record Probe(string Name, string MemberId, string? Guard, string Source);
