using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>
/// Which variables hold the same address, by the assignments between them: those of the body for a local, and those of its type for a field. The order of the
/// assignments is not looked at.
/// </summary>
internal sealed class PointerAliases(Engine engine)
{
    private readonly ConcurrentDictionary<INamedTypeSymbol, ILookup<ISymbol, ISymbol>> _types = new(SymbolEqualityComparer.Default);

    /// <summary>Those of some fields whose address a pointer may hold.</summary>
    /// <param name="pointer">The pointer, where it is followed.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="cancellation">Ends the search.</param>
    public IEnumerable<ISymbol> Of(IOperation pointer, ImmutableHashSet<ISymbol> fields, CancellationToken cancellation)
    {
        if (fields.IsEmpty || Variable(pointer) is not { } start)
        {
            return [];
        }

        List<ISymbol> found = [];
        HashSet<ISymbol> seen = new(SymbolEqualityComparer.Default) { start };
        Queue<ISymbol> queue = new([start]);
        ILookup<ISymbol, ISymbol>? body = null;
        while (queue.Count > 0)
        {
            ISymbol variable = queue.Dequeue();
            if (fields.Contains(variable))
            {
                found.Add(variable);
                continue;
            }

            IEnumerable<ISymbol> others = variable is IFieldSymbol
                ? _types.GetOrAdd(variable.ContainingType, type => Links(Bodies(type, cancellation)))[variable] : [];
            others = others.Concat((body ??= Links([pointer.Root()]))[variable]);
            foreach (ISymbol other in others)
            {
                if (seen.Add(other))
                {
                    queue.Enqueue(other);
                }
            }
        }

        return found;
    }

    private IEnumerable<IOperation> Bodies(INamedTypeSymbol type, CancellationToken cancellation) =>
        type.DeclarationsIn(engine.Compilation).SelectMany(reference => reference.GetSyntax(cancellation).DescendantNodes())
            .Where(static node => node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or ArrowExpressionClauseSyntax or EqualsValueClauseSyntax)
            .Select(node => engine.Model(node.SyntaxTree).GetOperation(node, cancellation)).OfType<IOperation>().Where(static body => body.Parent is null);

    private static ILookup<ISymbol, ISymbol> Links(IEnumerable<IOperation> bodies) => bodies.SelectMany(static body => body.DescendantsAndSelf()).SelectMany(Link)
        .SelectMany(static link => new[] { link, (From: link.To, To: link.From) })
        .ToLookup(static link => link.From, static link => link.To, SymbolEqualityComparer.Default);

    private static IEnumerable<(ISymbol From, ISymbol To)> Link(IOperation operation)
    {
        (ISymbol? target, IOperation? value) = operation switch
        {
            ISimpleAssignmentOperation { IsRef: false } assignment => (Variable(assignment.Target), assignment.Value),
            IVariableDeclaratorOperation { Symbol.RefKind: RefKind.None } declarator => (declarator.Symbol, declarator.GetVariableInitializer()?.Value),
            IFieldInitializerOperation { InitializedFields: [{ } field] } initializer => (field, initializer.Value),

            // new State(pointer): of a record, the parameter is the property.
            IArgumentOperation { Parameter: { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor, ContainingType: { IsRecord: true } record } } parameter } argument =>
                (record.GetMembers(parameter.Name).OfType<IPropertySymbol>().FirstOrDefault()?.BackingField(argument.SemanticModel!.Compilation), argument.Value),
            _ => ((ISymbol?)null, (IOperation?)null),
        };
        return target is not null && value is not null && Variable(value) is { } source && IsAddress(value.Type) ? [(target, source)] : [];
    }

    private static ISymbol? Variable(IOperation address) => Places.Variable(address) switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IFieldReferenceOperation field => field.Field.OriginalDefinition,
        IPropertyReferenceOperation property => property.BackingField()?.OriginalDefinition,
        _ => null,
    };

    private static bool IsAddress(ITypeSymbol? type) =>
        type is { TypeKind: TypeKind.Pointer } or { SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr };
}
