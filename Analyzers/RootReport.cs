using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>
/// Turns what a root does into diagnostics. Each stands at the root's own operation or call, says the chain and the cause, and carries the
/// chain
/// as additional locations, the cause last.
/// </summary>
internal sealed class RootReport(Engine engine, Action<Diagnostic> report, CancellationToken cancellation)
{
    public Engine Engine { get; } = engine;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>A handler has its own option, marked or registered.</summary>
    public void Optimized(IMethodSymbol method)
    {
        // A lambda is no handler whatever its attributes (TH0004).
        if (method.MethodKind != MethodKind.AnonymousFunction && !TH0003_NotOptimized.IsOptimized(method))
        {
            Declaration(TH0003_NotOptimized.Instance, method, Names.Of(method));
        }
    }

    /// <summary>What a root does when it runs.</summary>
    /// <param name="method">The root.</param>
    /// <param name="registration">Where it is registered, if that is what makes it a root: the last of the additional locations.</param>
    public void Code(IMethodSymbol method, Location? registration = null)
    {
        StateMachine(method);
        StaticConstructor(method);
        Body(method, registration is null ? ImmutableArray<Location>.Empty : ImmutableArray.Create(registration));
    }

    /// <summary>A member that promises to be callable from a handler.</summary>
    public void Promise(IMethodSymbol method)
    {
        if (!Engine.Direct(method, Cancellation).CountsAsInlined)
        {
            Effect effect = TH5003_NotInlined.Instance.Effect(method);
            Declaration(effect.Rule, method, $"'{Names.Of(method)}'", effect.Cause, effect.Remedy);
        }

        Code(method);
    }

    /// <summary>A finding at the member's name.</summary>
    public void Declaration(Rule rule, IMethodSymbol method, params string[] arguments) =>
        At(rule, method.Locations.FirstOrDefault() ?? Location.None, arguments);

    public void At(Rule rule, Location location, params string[] arguments) => At(rule, location, [], arguments);

    /// <summary>A finding with more places that belong to it.</summary>
    public void At(Rule rule, Location location, IEnumerable<Location> others, params string[] arguments) =>
        Report(rule, location, others, ImmutableDictionary<string, string?>.Empty, arguments);

    private void Report(Rule rule, Location location, IEnumerable<Location> others, ImmutableDictionary<string, string?> properties, params string[] arguments)
    {
        if (Engine.Settings.Severity(rule, location.SourceTree) is { } severity)
        {
            report(Diagnostic.Create(rule.Descriptor, location, severity, others.Where(IsHere), properties, arguments));
        }
    }

    // An editor gives the sources of other projects along, and the compiler takes no place in them.
    private bool IsHere(Location place) => place.SourceTree is { } tree && Engine.Compilation.ContainsSyntaxTree(tree);

    private void StateMachine(IMethodSymbol method)
    {
        if (Judge.IsStateMachine(method, Cancellation))
        {
            Declaration(TH0002_AsyncOrIterator.Instance, method, Names.Of(method), method.IsAsync ? "async" : "an iterator");
        }
    }

    private void StaticConstructor(IMethodSymbol method)
    {
        if (TypeFacts.ChecksStaticConstructor(method) is { } type)
        {
            TH5001_TypeInitializer rule = TH5001_TypeInitializer.Instance;
            Declaration(rule, method, $"'{Names.Of(method)}'", TH5001_TypeInitializer.Cause(type), rule.Remedy);
        }
    }

    private void Body(IMethodSymbol root, ImmutableArray<Location> registration)
    {
        MemberEffects direct = Engine.Direct(root, Cancellation);
        HashSet<(string Id, Location Location)> reported = [];
        string name = $"'{Names.Of(root)}'";

        if (Engine.Recursion(root, Cancellation) is { } back)
        {
            Own(TH3007_Recursion.Instance.Effect(root, back));
        }

        foreach (Effect effect in direct.Effects)
        {
            Own(effect);
        }

        if (!Inlining.HasRoom(root, Engine, Cancellation))
        {
            Own(TH5003_NotInlined.Instance.NoRoom(root));
        }

        if (KeptFacts.Lost(root, Engine, Cancellation) is { } lost)
        {
            Own(lost);
        }

        foreach (Effect recomputed in CommonComputation.Lost(root, Engine, Cancellation))
        {
            Own(recomputed);
        }

        Location declared = root.Locations.FirstOrDefault() ?? Location.None;
        if (TH4004_StackBudget.Instance.Sum(Engine.Stack(root, Cancellation), Engine.Settings.StackBudget(declared.SourceTree), declared) is { } sum
            && !reported.Any(finding => finding.Id == sum.Rule.Id))
        {
            Own(sum);
        }

        foreach (Call call in direct.Calls)
        {
            if (call.IsTrusted)
            {
                continue;
            }

            foreach (ReachedEffect reached in Engine.Reached(call.Target, Cancellation))
            {
                if (SymbolEqualityComparer.Default.Equals(reached.Chain[reached.Chain.Length - 1], root))
                {
                    continue; // Around a cycle and back at the root, whose own effects are reported already.
                }

                if (reported.Add((reached.Effect.Rule.Id, call.Location)))
                {
                    string chain = Names.Chain(reached.Chain, Engine.Settings.ChainLength(call.Location.SourceTree));
                    Report(reached.Effect, call.Location, $"{name} calls {chain}, which", reached.Locations.AddRange(registration),
                        reached.Chain[reached.Chain.Length - 1]);
                }
            }
        }

        void Own(Effect effect)
        {
            if (reported.Add((effect.Rule.Id, effect.Location)))
            {
                Report(effect, effect.Location, name, registration, null);
            }
        }
    }

    private void Report(Effect effect, Location location, string subject, ImmutableArray<Location> chain, ISymbol? last)
    {
        ImmutableDictionary<string, string?> properties = ImmutableDictionary<string, string?>.Empty;
        if (effect.Kind is not null)
        {
            properties = properties.Add(RuleProperties.Kind, effect.Kind);
        }

        if ((effect.Culprit ?? last)?.GetDocumentationCommentId() is { } culprit)
        {
            properties = properties.Add(RuleProperties.Culprit, culprit);
        }

        Report(effect.Rule, location, chain, properties, subject, effect.Cause, effect.Remedy);
    }
}
