using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>
/// Handlers that the static initialiser of a type registers, itself or by a method that it calls, although they need the type: it is still running then, so that registration cannot
/// run it, and the handler's code would wait for it or run it (TH5001).
/// </summary>
internal sealed class RunningInitializers(Engine engine, CancellationToken cancellation)
{
    private const int MostDepth = 4;

    /// <summary>The type of which the initialiser is running where a handler is registered, and that the handler needs; else null.</summary>
    /// <param name="creation">The delegate that is made of the handler.</param>
    /// <param name="member">The member that makes it.</param>
    /// <param name="handler">The handler.</param>
    public INamedTypeSymbol? Of(IDelegateCreationOperation creation, ISymbol member, IMethodSymbol handler) =>
        IsRegistered(creation) ? Needed(handler).FirstOrDefault(type => IsInitializer(member, type) || Calls(type, member)) : null;

    // Given to the library on the spot, and not by a function that may be called later.
    private static bool IsRegistered(IDelegateCreationOperation creation)
    {
        IOperation value = creation;
        while (value.Parent is IConversionOperation or IParenthesizedOperation)
        {
            value = value.Parent;
        }

        return value.Parent is IArgumentOperation { Parent: IInvocationOperation { TargetMethod.ContainingType: { } type } } && type.IsOfTopHalf() && !IsInFunction(creation);
    }

    private static bool IsInFunction(IOperation operation) =>
        operation.Parent is { } parent && (parent is IAnonymousFunctionOperation or ILocalFunctionOperation || IsInFunction(parent));

    // Those that it checks for, and those of whose statics it uses any.
    private IEnumerable<INamedTypeSymbol> Needed(IMethodSymbol handler) => engine.Closure(handler, cancellation)
        .SelectMany(member => engine.Direct(member, cancellation).Places.Select(static use => use.Place.Root is IFieldSymbol { IsStatic: true } field ? field.ContainingType : null)
            .Append(TypeFacts.ChecksStaticConstructor(member)))
        .OfType<INamedTypeSymbol>().Select(static type => type.OriginalDefinition).Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default);

    private static bool IsInitializer(ISymbol member, INamedTypeSymbol type) => SymbolEqualityComparer.Default.Equals(member.ContainingType?.OriginalDefinition, type)
        && (member is IMethodSymbol { MethodKind: MethodKind.StaticConstructor } || member is IFieldSymbol or IPropertySymbol && member.IsStatic);

    // By way of a few methods, constructors of what the initialiser makes among them.
    private bool Calls(INamedTypeSymbol type, ISymbol member)
    {
        HashSet<IMethodSymbol> seen = new(SymbolEqualityComparer.Default);
        ImmutableArray<IMethodSymbol> runners = Runners(member);
        IMethodSymbol[] called = runners.IsEmpty ? [] : [.. Initializers(type).SelectMany(CalledIn)];
        for (int depth = 0; depth < MostDepth && called.Length > 0; depth++)
        {
            if (called.Intersect<IMethodSymbol>(runners, SymbolEqualityComparer.Default).Any())
            {
                return true;
            }

            called = [.. called.Where(seen.Add).SelectMany(method => BodyReader.Bodies(engine, method, cancellation)).SelectMany(CalledIn)];
        }

        return false;
    }

    // Constructors run the initialisers of a type's own fields.
    private static ImmutableArray<IMethodSymbol> Runners(ISymbol member) => member is IMethodSymbol method ? ImmutableArray.Create(method.OriginalDefinition)
        : member.IsStatic ? ImmutableArray<IMethodSymbol>.Empty : member.ContainingType.OriginalDefinition.InstanceConstructors;

    private static IEnumerable<IMethodSymbol> CalledIn(IOperation body) => body.DescendantsAndSelf().Where(static operation => !IsInFunction(operation))
        .Select(static operation => Called(operation)?.OriginalDefinition).OfType<IMethodSymbol>().Select(static method => method.PartialImplementationPart ?? method);

    private static IMethodSymbol? Called(IOperation operation) => operation switch
    {
        IInvocationOperation call => call.TargetMethod,
        IObjectCreationOperation creation => creation.Constructor,
        _ => null,
    };

    private IEnumerable<IOperation> Initializers(INamedTypeSymbol type) =>
        type.StaticConstructors.SelectMany(constructor => BodyReader.Bodies(engine, constructor, cancellation))
            .Concat(type.GetMembers().Where(static field => field is IFieldSymbol or IPropertySymbol && field.IsStatic).SelectMany(Initializers));

    private IEnumerable<IOperation> Initializers(ISymbol field) => field.DeclarationsIn(engine.Compilation).Select(declaration => declaration.GetSyntax(cancellation))
        .SelectMany(syntax => syntax.ChildNodes()).OfType<EqualsValueClauseSyntax>()
        .Select(initializer => engine.Model(initializer.SyntaxTree).GetOperation(initializer, cancellation)).OfType<IOperation>();
}
