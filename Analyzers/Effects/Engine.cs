using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// What members of one compilation do, directly and through what they call. Everything is computed on demand from a root and remembered, so
/// the cost follows the code that handlers reach and not the size of the project. Safe for concurrent use; a cancelled computation leaves
/// nothing behind.
/// </summary>
internal sealed class Engine(Compilation compilation, ApiTables tables, Settings settings)
{
    private readonly ConcurrentDictionary<IMethodSymbol, MemberEffects> _direct = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, ImmutableArray<ReachedEffect>> _reached = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, Call?> _recursion = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, long> _stack = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, (int Depth, int Locals)> _inlined = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, InlineBudget> _budgets = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, int> _facts = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> _models = new();

    public Compilation Compilation { get; } = compilation;

    public ApiTables Tables { get; } = tables;

    public Settings Settings { get; } = settings;

    /// <summary>What members inherit of promises.</summary>
    public Promises Promises { get; } = new();

    /// <summary>What the member does by itself.</summary>
    public MemberEffects Direct(IMethodSymbol member, CancellationToken cancellation) =>
        _direct.GetOrAdd(member, key => BodyReader.Read(this, key, cancellation));

    /// <summary>
    /// What calling the member brings with it, itself included: one effect for each rule, by the shortest chain. Breadth first with a
    /// visited set, so recursion ends.
    /// </summary>
    public ImmutableArray<ReachedEffect> Reached(IMethodSymbol member, CancellationToken cancellation) =>
        _reached.GetOrAdd(member, key => Search(key, cancellation));

    /// <summary>The call in <paramref name="member"/> by which it comes back to itself, or null.</summary>
    public Call? Recursion(IMethodSymbol member, CancellationToken cancellation) =>
        _recursion.GetOrAdd(member, key => FindRecursion(key, cancellation));

    private Call? FindRecursion(IMethodSymbol member, CancellationToken cancellation)
    {
        foreach (Call call in Direct(member, cancellation).Calls)
        {
            if (Closure(call.Target, cancellation).Contains(member))
            {
                return call;
            }
        }

        return null;
    }

    /// <summary>
    /// The bytes of buffers and large values that lie on the stack at the deepest, and a word for each return address on the way there. Calls that
    /// come back are left out: recursion is reported by itself.
    /// </summary>
    public long Stack(IMethodSymbol member, CancellationToken cancellation)
    {
        if (_stack.TryGetValue(member, out long known))
        {
            return known;
        }

        cancellation.ThrowIfCancellationRequested();
        MemberEffects direct = Direct(member, cancellation);
        long deepest = 0;
        foreach (Call call in direct.Calls)
        {
            if (!Closure(call.Target, cancellation).Contains(member))
            {
                deepest = Math.Max(deepest, Stack(call.Target, cancellation));
            }
        }

        return _stack.GetOrAdd(member, direct.StackBytes + deepest + sizeof(long));
    }

    /// <summary>
    /// How deep the calls go that are to be inlined into the member, and how many locals it has with theirs. What is compiled on its own is left out, and
    /// recursion, as above.
    /// </summary>
    public (int Depth, int Locals) Inlined(IMethodSymbol member, CancellationToken cancellation)
    {
        if (_inlined.TryGetValue(member, out (int, int) known))
        {
            return known;
        }

        cancellation.ThrowIfCancellationRequested();
        MemberEffects direct = Direct(member, cancellation);
        int depth = 0;
        int locals = direct.Locals;
        foreach (Call call in direct.Calls)
        {
            if (IsToBeInlined(call, member, cancellation))
            {
                (int deeper, int more) = Inlined(call.Target, cancellation);
                depth = Math.Max(depth, deeper + 1);
                locals = (int)Math.Min((long)locals + more, int.MaxValue);
            }
        }

        return _inlined.GetOrAdd(member, (depth, locals));
    }

    /// <summary>What inlining takes, see <see cref="InlineBudget"/>.</summary>
    public InlineBudget Budget(IMethodSymbol member, CancellationToken cancellation)
    {
        if (_budgets.TryGetValue(member, out InlineBudget known))
        {
            return known;
        }

        cancellation.ThrowIfCancellationRequested();
        return _budgets.GetOrAdd(member, InlineBudget.Of(member, this, call => IsToBeInlined(call, member, cancellation), cancellation));
    }

    private bool IsToBeInlined(Call call, IMethodSymbol caller, CancellationToken cancellation) =>
        !TH0003_NotOptimized.IsOptimized(call.Target) && !Closure(call.Target, cancellation).Contains(caller);

    /// <summary>How many facts the JIT would have to keep of the member, with what may be inlined into it; see <see cref="KeptFacts"/>. Recursion is left out, as above.</summary>
    public int Facts(IMethodSymbol member, CancellationToken cancellation)
    {
        if (_facts.TryGetValue(member, out int known))
        {
            return known;
        }

        cancellation.ThrowIfCancellationRequested();
        MemberEffects direct = Direct(member, cancellation);
        int facts = direct.Facts;
        foreach (Call call in direct.Calls)
        {
            if (KeptFacts.IsInlined(call.Target, this, cancellation) && !Closure(call.Target, cancellation).Contains(member))
            {
                facts = (int)Math.Min((long)facts + Facts(call.Target, cancellation), int.MaxValue);
            }
        }

        return _facts.GetOrAdd(member, facts);
    }

    /// <summary>The member and all that it can call in this compilation, trusted members included.</summary>
    public ISet<IMethodSymbol> Closure(IMethodSymbol member, CancellationToken cancellation)
    {
        HashSet<IMethodSymbol> seen = new(SymbolEqualityComparer.Default) { member };
        Queue<IMethodSymbol> queue = new();
        queue.Enqueue(member);
        while (queue.Count > 0)
        {
            foreach (Call call in Direct(queue.Dequeue(), cancellation).Calls)
            {
                if (seen.Add(call.Target))
                {
                    queue.Enqueue(call.Target);
                }
            }
        }

        return seen;
    }

    public SemanticModel Model(SyntaxTree tree) =>
#pragma warning disable RS1030 // Bodies of callees lie in other trees than the one under analysis. One model a tree is kept for the compilation.
        _models.GetOrAdd(tree, key => Compilation.GetSemanticModel(key));
#pragma warning restore RS1030

    private ImmutableArray<ReachedEffect> Search(IMethodSymbol start, CancellationToken cancellation)
    {
        HashSet<IMethodSymbol> seen = new(SymbolEqualityComparer.Default) { start };
        HashSet<Rule> found = [];
        ImmutableArray<ReachedEffect>.Builder result = ImmutableArray.CreateBuilder<ReachedEffect>();
        Queue<(IMethodSymbol Member, ImmutableArray<IMethodSymbol> Chain, ImmutableArray<Location> Locations)> queue = new();
        queue.Enqueue((start, ImmutableArray.Create(start), ImmutableArray<Location>.Empty));
        while (queue.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            (IMethodSymbol member, ImmutableArray<IMethodSymbol> chain, ImmutableArray<Location> locations) = queue.Dequeue();
            MemberEffects direct = Direct(member, cancellation);

            if (Recursion(member, cancellation) is { } back)
            {
                Add(TH3007_Recursion.Instance.Effect(member, back));
            }

            if (!direct.CountsAsInlined)
            {
                Add(TH5003_NotInlined.Instance.Effect(member));
            }

            if (TH0003_NotOptimized.IsOptimized(member) && !Inlining.HasRoom(member, this, cancellation))
            {
                Add(TH5003_NotInlined.Instance.NoRoom(member));
            }

            if (TH0003_NotOptimized.IsOptimized(member) && KeptFacts.Lost(member, this, cancellation) is { } lost)
            {
                Add(lost);
            }

            if (TH0003_NotOptimized.IsOptimized(member) && CommonComputation.Lost(member, this, cancellation).FirstOrDefault() is { } recomputed)
            {
                Add(recomputed);
            }

            foreach (Effect effect in direct.Effects)
            {
                Add(effect);
            }

            foreach (Call call in direct.Calls)
            {
                if (!call.IsTrusted && seen.Add(call.Target))
                {
                    queue.Enqueue((call.Target, chain.Add(call.Target), locations.Add(call.Location)));
                }
            }

            void Add(Effect effect)
            {
                if (found.Add(effect.Rule))
                {
                    result.Add(new ReachedEffect(effect, chain, locations.Add(effect.Location)));
                }
            }
        }

        return result.ToImmutable();
    }
}
