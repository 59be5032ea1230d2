using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Effects;

/// <summary>One member's body while it is read: what the rules ask about it, and where they put what they find.</summary>
internal sealed class Body(
    Engine engine, IMethodSymbol member, SemanticModel model, IOperation root, CancellationToken cancellation, Body? around = null)
{
    private readonly ImmutableArray<Effect>.Builder _effects = ImmutableArray.CreateBuilder<Effect>();
    private readonly ImmutableArray<Call>.Builder _calls = ImmutableArray.CreateBuilder<Call>();
    private readonly ImmutableArray<(Place Place, Access Access, SyntaxNode At)>.Builder _places = ImmutableArray.CreateBuilder<(Place Place, Access Access, SyntaxNode At)>();

    private readonly HashSet<IMethodSymbol> _locals = around?._locals ?? new(SymbolEqualityComparer.Default);

    public Engine Engine { get; } = engine;

    public IMethodSymbol Member { get; } = member;

    public SemanticModel Model { get; } = model;

    /// <summary>The body as a whole.</summary>
    public IOperation Root { get; } = root;

    /// <summary>What the member's type parameters stand for.</summary>
    public Instantiation Instantiation { get; } = new(member, engine.Compilation, around?.Instantiation);

    /// <summary>For a local function that is read as a part of the generic member around it: that member's body.</summary>
    public Body? Around { get; } = around;

    public CancellationToken Cancellation { get; } = cancellation;

    public ImmutableArray<Effect> Effects => _effects.ToImmutable();

    public ImmutableArray<Call> Calls => _calls.ToImmutable();

    public ImmutableArray<(Place Place, Access Access, SyntaxNode At)> Places => _places.ToImmutable();

    /// <summary>The bytes of what is surely on the stack: buffers and large values.</summary>
    public long StackBytes { get; private set; }

    public void Report(Rule rule, SyntaxNode at, string cause, string? remedy = null, string? kind = null, ISymbol? culprit = null) =>
        _effects.Add(new Effect(rule, at.GetLocation(), cause, remedy ?? rule.Remedy, kind, culprit));

    public void Report(Rule rule, Location at, string cause) => _effects.Add(new Effect(rule, at, cause, rule.Remedy));

    /// <summary>The bytes of the largest stackalloc.</summary>
    public long LargestAllocation { get; private set; }

    public void Allocate(long bytes)
    {
        LargestAllocation = Math.Max(LargestAllocation, bytes);
        TakeStack(bytes);
    }

    public void TakeStack(long bytes) => StackBytes += bytes;

    public void Touch(Place place, Access access, SyntaxNode at) => _places.Add((place, access, at));

    /// <summary>Whether a local function has not been read for this body yet, as it is from now on.</summary>
    public bool IsNew(IMethodSymbol local) => _locals.Add(local);

    /// <summary>Takes what a local function does as what this member does.</summary>
    public void Add(Body local)
    {
        _effects.AddRange(local._effects);
        _calls.AddRange(local._calls);
        _places.AddRange(local._places);
        TakeStack(local.StackBytes);
    }

    public void Report(Effect effect) => _effects.Add(effect);

    /// <summary>Judges a call, written or implied, of <paramref name="target"/>.</summary>
    /// <param name="target">The member as the compiler bound it.</param>
    /// <param name="at">Where the finding stands.</param>
    /// <param name="receiver">The type of the receiver's expression; null for static calls and for calls that name their target
    /// exactly.</param>
    public void Call(IMethodSymbol? target, SyntaxNode at, ITypeSymbol? receiver = null)
    {
        if (target is null)
        {
            return;
        }

        Judgement judgement = Judge.Call(target, receiver, this);
        if (judgement.Rule is { } rule)
        {
            Report(rule, at, judgement.Cause!, judgement.Remedy, culprit: target);
        }
        else if (judgement is { Callee: { MethodKind: MethodKind.LocalFunction } local, IsTrusted: false } && !Instantiation.IsEmpty)
        {
            BodyReader.ReadLocal(local, at, this);
        }
        else if (judgement.Callee is { } callee)
        {
            _calls.Add(new Call(callee, at.GetLocation(), judgement.IsTrusted));
        }
    }
}
