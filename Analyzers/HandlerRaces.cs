using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>
/// Which handlers may run in the middle of which: those of a higher level on the same thread, and all of other threads. Two that are seen to be started for the same thread and level
/// exclude each other. Where it cannot be seen where, or whether, they are started, they are taken not to.
/// </summary>
/// <remarks>The places where handlers are started are looked for when it is first asked: most programs have no two handlers that share anything.</remarks>
internal sealed class HandlerRaces(Engine engine, IReadOnlyCollection<(IMethodSymbol Handler, Location At, ISymbol In)> installed, ImmutableHashSet<IMethodSymbol> handlers)
{
    private const int MostPlaces = 4;

    private readonly ConcurrentDictionary<IMethodSymbol, ConcurrentDictionary<IMethodSymbol, Disturbance>> _known = new(SymbolEqualityComparer.Default);
    private ILookup<IMethodSymbol, SourceStart>? _starts;

    /// <summary>How another handler, or the same once more, may run in the middle of a handler; null if it surely does not.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="other">The other.</param>
    /// <param name="cancellation">Ends the search.</param>
    public Disturbance? Of(IMethodSymbol handler, IMethodSymbol other, CancellationToken cancellation)
    {
        ConcurrentDictionary<IMethodSymbol, Disturbance> known = _known.GetOrAdd(handler, static _ => new(SymbolEqualityComparer.Default));
        if (!known.TryGetValue(other, out Disturbance? disturbance))
        {
            disturbance = known.GetOrAdd(other, Find(handler, other, static (_, _) => true, cancellation) ?? Disturbance.None);
        }

        return disturbance == Disturbance.None ? null : disturbance;
    }

    /// <summary>The same, of those starts for which a condition holds.</summary>
    public Disturbance? Of(IMethodSymbol handler, IMethodSymbol other, Func<SourceStart, SourceStart, bool> condition, CancellationToken cancellation) =>
        Find(handler, other, condition, cancellation);

    private Disturbance? Find(IMethodSymbol handler, IMethodSymbol other, Func<SourceStart, SourceStart, bool> condition, CancellationToken cancellation)
    {
        ILookup<IMethodSymbol, SourceStart> starts = _starts ??= Starts(cancellation);
        SourceStart[] own = [.. starts[handler]];
        SourceStart[] others = [.. starts[other]];
        if (!IsHandler(handler, own) || !IsHandler(other, others))
        {
            return null;
        }

        bool isSame = SymbolEqualityComparer.Default.Equals(handler, other);
        if (own.Length == 0 || others.Length == 0)
        {
            IMethodSymbol unseen = own.Length == 0 ? handler : other;
            return isSame ? null : new($"which may run in the middle of '{handler.Name}', as it is not seen where '{unseen.Name}' is registered", Locations(own, others));
        }

        foreach (SourceStart one in own)
        {
            foreach (SourceStart another in others)
            {
                if ((one != another || one.IsRepeated) && condition(one, another) && Why(one, another, isSame) is { } why)
                {
                    return new(why, Locations([one], [another]));
                }
            }
        }

        return null;
    }

    // What only has the parameters of a handler may be a part of one.
    private static bool IsHandler(IMethodSymbol method, SourceStart[] starts) => starts.Length > 0 || method.IsInterruptHandler();

    private static ImmutableArray<Location> Locations(IEnumerable<SourceStart> one, IEnumerable<SourceStart> other) =>
        one.Concat(other).Select(static start => start.Location).Distinct().Take(MostPlaces).ToImmutableArray();

    private static string? Why(SourceStart one, SourceStart other, bool isSame)
    {
        string it = isSame ? "itself" : $"'{one.Handler.Name}'";
        string end = isSame ? ", as it is registered more than once" : "";
        if (one.IsRaw || other.IsRaw)
        {
            return $"which nothing keeps from running in the middle of {it}, as what is installed past the library has no level{end}";
        }

        if (one.Call is null || other.Call is null)
        {
            return $"which may run in the middle of {it}, as it is not seen what '{(one.Call is null ? one : other).Handler.Name}' is registered by{end}";
        }

        if (one != other && one.Excludes(other))
        {
            return null;
        }

        if ((one.IsThreaded || other.IsThreaded) && !one.Shares.Intersect<ISymbol>(other.Shares, SymbolEqualityComparer.Default).Any())
        {
            return $"which runs beside {it}, each on a thread of its own{end}";
        }

        if (!one.IsOnThreadOf(other))
        {
            return (one.Thread.Kind, other.Thread.Kind) switch
            {
                (InterruptedThreadKind.OfItsOwn, InterruptedThreadKind.OfItsOwn) => $"which runs beside {it}, each on a thread of its own{end}",
                (InterruptedThreadKind.OfItsOwn, not InterruptedThreadKind.Unknown) or (not InterruptedThreadKind.Unknown, InterruptedThreadKind.OfItsOwn) =>
                    $"which runs beside {it}, on another thread{end}",
                (InterruptedThreadKind.OfProcess, _) or (_, InterruptedThreadKind.OfProcess) => $"which may run beside {it}, on whatever thread the kernel picks{end}",
                _ => $"which may run beside {it}, as it is not seen that both have the same thread{end}",
            };
        }

        return one.Level is not { } level || other.Level is not { } higher ? $"which may interrupt {it}, as it is not seen that both have the same level{end}"
            : higher > level ? FormattableString.Invariant($"which interrupts {it} from level {higher}{end}") : null;
    }

    private ILookup<IMethodSymbol, SourceStart> Starts(CancellationToken cancellation)
    {
        string[] names = [.. handlers.Select(static handler => handler.Name).Distinct(StringComparer.Ordinal)];
        WordSet words = new(names);
        FirstCharacters firsts = new(names);

        // What installs itself again (TH7007) does so for its own signal.
        List<SourceStart> starts = [.. installed.Where(each => !engine.Closure(each.Handler, cancellation).Contains(each.In, SymbolEqualityComparer.Default))
            .Select(each => SourceStart.Raw(each.Handler, each.At, engine))];
        foreach (SyntaxTree tree in engine.Compilation.SyntaxTrees)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!Words.Any(tree.GetText(cancellation), firsts, (word, _) => words.Contains(word)))
            {
                continue;
            }

            foreach (SimpleNameSyntax name in tree.GetRoot(cancellation).DescendantNodes().OfType<SimpleNameSyntax>().Where(name => words.Contains(name.Identifier.ValueText.AsSpan())))
            {
                SyntaxNode whole = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
                if (whole.Parent is InvocationExpressionSyntax || engine.Model(tree).GetOperation(whole, cancellation) is not IMethodReferenceOperation { Parent: IDelegateCreationOperation creation } reference
                    || !creation.Type.IsHandlerDelegate())
                {
                    continue;
                }

                IMethodSymbol method = reference.Method.OriginalDefinition.PartialImplementationPart ?? reference.Method.OriginalDefinition;
                if (handlers.Contains(method) && SourceStart.Of(method, creation, engine, cancellation) is { } start)
                {
                    starts.Add(start);
                }
            }
        }

        return starts.ToLookup<SourceStart, IMethodSymbol>(static start => start.Handler, SymbolEqualityComparer.Default);
    }
}

/// <summary>That a handler may run in the middle of another.</summary>
/// <param name="why">How, to follow its name: "which interrupts …".</param>
/// <param name="registrations">Where the two are registered.</param>
internal sealed class Disturbance(string why, ImmutableArray<Location> registrations)
{
    /// <summary>For what remembers it.</summary>
    public static readonly Disturbance None = new("", ImmutableArray<Location>.Empty);

    public string Why { get; } = why;

    public ImmutableArray<Location> Registrations { get; } = registrations;
}
