using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Effects;

/// <summary>How members are called in messages: as short as a reader of the code would say them.</summary>
internal static class Names
{
    /// <summary>The name of a member in this compilation: <c>Log</c>, <c>Counter</c>, <c>new Tick</c>, <c>operator +</c>.</summary>
    public static string Of(IMethodSymbol method) => method.MethodKind switch
    {
        MethodKind.Constructor => "new " + method.ContainingType.Name,
        MethodKind.StaticConstructor => "static " + method.ContainingType.Name,
        MethodKind.PropertyGet or MethodKind.PropertySet or MethodKind.EventAdd or MethodKind.EventRemove => method.AssociatedSymbol switch
        {
            IPropertySymbol { IsIndexer: true } indexer => indexer.ContainingType.Name + "[]",
            { } member => member.Name,
            null => method.Name,
        },
        MethodKind.UserDefinedOperator or MethodKind.BuiltinOperator
            or MethodKind.Conversion => method.ToDisplayString(s_operator),
        MethodKind.AnonymousFunction => "lambda",
        _ => method.Name,
    };

    /// <summary>With its type's name, which members of other assemblies need: <c>Console.WriteLine</c>.</summary>
    public static string WithType(IMethodSymbol method) =>
        method.MethodKind is MethodKind.Constructor or MethodKind.LocalFunction or MethodKind.AnonymousFunction
        || method.AssociatedSymbol is IPropertySymbol { IsIndexer: true } || method.ContainingType is null
            ? Of(method)
            : Short(method.ContainingType) + "." + Of(method);

    /// <summary>The members of a chain of calls, at most so many: of a longer one the first ones, and the last.</summary>
    public static string Chain(ImmutableArray<IMethodSymbol> chain, int most)
    {
        IEnumerable<string> names = chain.Select(member => $"'{Of(member)}'");
        return string.Join(" → ", chain.Length <= most ? names : [.. names.Take(most - 1), "…", names.Last()]);
    }

    public static string Short(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    private static readonly SymbolDisplayFormat s_operator = new(
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters, parameterOptions: SymbolDisplayParameterOptions.IncludeType,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes);
}
