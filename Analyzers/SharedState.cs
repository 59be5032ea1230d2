using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>
/// Which static fields handlers touch, and who updates them in a way that an interrupt can tear (TH6001). Handlers are found by the shape of their
/// parameters, in the files that can have any (Interest), and only they and what they call are bound for it.
/// </summary>
internal sealed class SharedState(Engine engine)
{
    private Map? _map;

    /// <summary>The static fields that handlers touch, by their names.</summary>
    public IEnumerable<string> FieldNames(CancellationToken cancellation) => (_map ??= Build(cancellation)).Handlers.Keys.Select(static f => f.Name);

    public void Inspect(IOperation operation, ISymbol containing, RootReport report)
    {
        IOperation target = operation switch
        {
            IIncrementOrDecrementOperation step => step.Target,
            ICompoundAssignmentOperation compound => compound.Target,
            _ => operation,
        };

        // One that throws or concatenates is something else.
        if (StaticRoot(target) is not { } field || target.Type is not { IsUnmanagedType: true } || field.IsThreadStatic())
        {
            return;
        }

        Map map = _map ??= Build(report.Cancellation);
        if (map.Handlers.TryGetValue(field.OriginalDefinition, out string? handler) && !IsInHandler(operation, containing, map))
        {
            report.At(TH6001_NonAtomicUpdate.Instance, operation.Syntax.GetLocation(), field.Name, handler, field.Name);
        }
    }

    // Handlers themselves do not interrupt themselves, and a static constructor runs before there are any.
    private static bool IsInHandler(IOperation operation, ISymbol containing, Map map)
    {
        if (containing is IMethodSymbol { MethodKind: MethodKind.StaticConstructor })
        {
            return true;
        }

        for (IOperation? parent = operation; parent is not null; parent = parent.Parent)
        {
            if (parent is ILocalFunctionOperation local && map.Members.Contains(local.Symbol.OriginalDefinition))
            {
                return true;
            }
        }

        return containing is IMethodSymbol method && map.Members.Contains(method.OriginalDefinition);
    }

    private static IFieldSymbol? StaticRoot(IOperation target) => target switch
    {
        IFieldReferenceOperation { Field: { IsStatic: true } field } => field,
        IFieldReferenceOperation { Instance: { Type.IsValueType: true } instance } => StaticRoot(instance),
        _ => null,
    };

    private Map Build(CancellationToken cancellation)
    {
        ImmutableDictionary<ISymbol, string>.Builder fields = ImmutableDictionary.CreateBuilder<ISymbol,
            string>(SymbolEqualityComparer.Default);
        ImmutableHashSet<ISymbol>.Builder members = ImmutableHashSet.CreateBuilder<ISymbol>(SymbolEqualityComparer.Default);
        foreach (SyntaxTree tree in engine.Compilation.SyntaxTrees.Where(tree => Interest.IsOwn(tree, cancellation)))
        {
            foreach (SyntaxNode node in tree.GetRoot(cancellation).DescendantNodes())
            {
                ParameterListSyntax? parameters = node switch
                {
                    MethodDeclarationSyntax method => method.ParameterList,
                    LocalFunctionStatementSyntax local => local.ParameterList,
                    _ => null,
                };
                if (parameters is null || !LooksLikeHandler(parameters)
                    || engine.Model(tree).GetDeclaredSymbol(node, cancellation) is not IMethodSymbol handler
                    || !(handler.Parameters is [_, { Type: { } context }] && context.IsInterruptContext()))
                {
                    continue;
                }

                foreach (IMethodSymbol member in engine.Closure(handler, cancellation))
                {
                    members.Add(member.OriginalDefinition);
                    foreach (ISymbol field in engine.Direct(member, cancellation).StaticFields)
                    {
                        fields[field] = handler.Name;
                    }
                }
            }
        }

        return new Map(fields.ToImmutable(), members.ToImmutable());
    }

    private static bool LooksLikeHandler(ParameterListSyntax parameters) =>
        parameters.Parameters is [{ } state, { } context] && state.Modifiers.Any(SyntaxKind.RefKeyword)
            && context.Modifiers.Any(SyntaxKind.InKeyword);

    private sealed class Map(ImmutableDictionary<ISymbol, string> handlers, ImmutableHashSet<ISymbol> members)
    {
        /// <summary>The fields, and a handler that touches each.</summary>
        public ImmutableDictionary<ISymbol, string> Handlers { get; } = handlers;

        /// <summary>The handlers and what they call.</summary>
        public ImmutableHashSet<ISymbol> Members { get; } = members;
    }
}
