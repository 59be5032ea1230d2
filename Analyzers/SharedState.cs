using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>
/// Which places in memory handlers use, and what ordinary code does to them that an interrupt, or a compiler that knows of none, can spoil: updates in several
/// steps (TH6001), plain reads and writes (TH6002), values that are read or written in halves (TH6003), and all of these through pointers (TH6004). Handlers are found by
/// the shape of their parameters, in the files that can have any (Interest), and only they and what they call are bound for it.
/// </summary>
/// <remarks>
/// What handlers do is asked for by the first thing that is judged, whichever that is. So it is found before: asked for by all threads of an analysis at the same
/// time, each would find it for itself.
/// </remarks>
internal sealed class SharedState(Engine engine, CancellationToken cancellation)
{
    private readonly PointerAliases _aliases = new(engine);
    private readonly Map _handlers = Build(engine, cancellation);

    /// <summary>The fields that handlers touch or follow, by the names that sources have for them, and what is put into them where that is a variable.</summary>
    public IEnumerable<string> FieldNames(CancellationToken cancellation)
    {
        HashSet<string> names = new(_handlers.Uses.Select(static use => use.Place.Name), StringComparer.Ordinal);
        return _handlers.Pointers.IsEmpty ? names : names.Concat(engine.Compilation.SyntaxTrees.Where(tree => Interest.IsOwn(tree, cancellation))
            .SelectMany(tree => tree.GetRoot(cancellation).DescendantNodes().OfType<AssignmentExpressionSyntax>())
            .Where(assignment => Name(assignment.Left) is { } name && names.Contains(name))
            .Select(static assignment => Name(assignment.Right)).OfType<string>()).ToArray();
    }

    /// <summary>Judges one operation of ordinary code.</summary>
    public void Inspect(IOperation operation, ISymbol containing, RootReport report)
    {
        if (_handlers.Uses.IsEmpty)
        {
            return;
        }

        switch (operation)
        {
            case IIncrementOrDecrementOperation step:
                Update(step, step.Target, containing, report);
                break;
            case ICompoundAssignmentOperation compound:
                Update(compound, compound.Target, containing, report);
                break;
            case ISimpleAssignmentOperation { IsRef: false } assignment when IsUpdate(assignment):
                Update(assignment, assignment.Target, containing, report);
                break;
            case { } when Sharing.IsRoot(operation):
                Use(operation, containing, report);
                break;
            case IInvocationOperation call:
                Call(call, call.TargetMethod, containing, report);
                break;
            case IPropertyReferenceOperation { Property: { } property }:
                Call(operation, (Usage.Of(operation).Writes ? property.SetMethod : null) ?? property.GetMethod, containing, report);
                break;
        }
    }

    // A member that handlers call, too, does in ordinary code what it does there. It is not reported in itself, since it may be called from handlers only.
    private void Call(IOperation call, IMethodSymbol? target, ISymbol containing, RootReport report)
    {
        if (target is null || target.IsAsyncSignalSafe() || !_handlers.Members.Contains(target.OriginalDefinition) || !IsOrdinary(call, containing, report.Cancellation))
        {
            return;
        }

        foreach ((Place place, Access access) in engine.Closure(target, report.Cancellation).SelectMany(member => engine.Direct(member, report.Cancellation).Places))
        {
            if (place.Field is { IsReadOnly: false } && access.HasFlag(Access.Plain) && _handlers.Find(place, access) is { } use)
            {
                if (access.HasFlag(Access.Read | Access.Write))
                {
                    report.At(TH6001_NonAtomicUpdate.Instance, call.Syntax.GetLocation(), place.Name, use.Handler, place.Name);
                }
                else
                {
                    report.At(
                        TH6002_PlainAccess.Instance, call.Syntax.GetLocation(), place.Name, use.Handler, use.Verb, access.HasFlag(Access.Write) ? "write" : "read");
                }

                break;
            }
        }
    }

    private void Update(IOperation operation, IOperation target, ISymbol containing, RootReport report)
    {
        // One that throws or concatenates is something else.
        if (target.Type is { IsUnmanagedType: true } && !Places.IsBehindPointer(target) && Places.Of(target) is { Field: { } field } place && !field.IsThreadStatic()
            && _handlers.Find(place, Access.Write) is { } use && IsOrdinary(operation, containing, report.Cancellation))
        {
            report.At(TH6001_NonAtomicUpdate.Instance, operation.Syntax.GetLocation(), place.Name, use.Handler, place.Name);
        }
    }

    private void Use(IOperation root, ISymbol containing, RootReport report)
    {
        IOperation whole = Places.Whole(root);
        string? torn = TornValues.Reason(whole);

        // Whoever is given a reference for reading may read as it has to be read, but not what takes two reads.
        Access access = torn is not null && whole.Parent is IArgumentOperation { Parameter.RefKind: RefKind.In } ? Access.Read : Places.Least(whole);
        if (access == Access.None || whole.Type is not { IsUnmanagedType: true } || IsCallOfSeqLock(whole))
        {
            return;
        }

        bool isPointer = Places.Pointer(root) is not null;
        if (!isPointer && (IsPartOfUpdate(whole) || Places.IsVolatile(whole)))
        {
            return;
        }

        if (Places.Of(whole) is not { } place || (place.Field is { } field && (field.IsReadOnly || field.IsThreadStatic())))
        {
            return;
        }

        HandlerUse? use = _handlers.Find(place, access);
        if (use is null && isPointer)
        {
            use = _aliases.Of(Places.Pointer(root)!, _handlers.Pointers, report.Cancellation)
                .Select(alias => _handlers.Find(place.BehindAlias(alias), access)).FirstOrDefault(static found => found is not null);
        }

        if (use is null || !IsOrdinary(root, containing, report.Cancellation))
        {
            return;
        }

        Location at = whole.Syntax.GetLocation();
        if (isPointer)
        {
            report.At(TH6004_RawPointer.Instance, at, whole.Syntax.ToString(), use.Handler, use.Verb);
        }
        else if (torn is not null)
        {
            report.At(TH6003_TornValue.Instance, at, place.Name, torn, use.Handler, use.Verb);
        }
        else
        {
            report.At(TH6002_PlainAccess.Instance, at, place.Name, use.Handler, use.Verb, access.HasFlag(Access.Write) ? "write" : "read");
        }
    }

    // x = x + 1
    private static bool IsUpdate(ISimpleAssignmentOperation assignment) =>
        Places.Of(assignment.Target) is { } place && assignment.Value.Descendants().Any(part => Sharing.IsRoot(part)
            && Places.Whole(part) is { } whole && Places.Least(whole).HasFlag(Access.Read) && Places.Of(whole)?.Overlaps(place) == true);

    // Reported as a whole.
    private static bool IsPartOfUpdate(IOperation whole)
    {
        if (whole.Parent is IIncrementOrDecrementOperation || (whole.Parent is ICompoundAssignmentOperation compound && compound.Target == whole))
        {
            return true;
        }

        for (IOperation? parent = whole.Parent; parent is not null and not (IBlockOperation or IAnonymousFunctionOperation); parent = parent.Parent)
        {
            if (parent is ISimpleAssignmentOperation { IsRef: false } assignment && !Places.IsBehindPointer(assignment.Target) && Places.Of(assignment.Target) is { } target
                && Places.Of(whole)?.Overlaps(target) == true && IsUpdate(assignment))
            {
                return true;
            }
        }

        return false;
    }

    // Its members are made for both sides. A copy is another lock.
    private static bool IsCallOfSeqLock(IOperation whole) =>
        whole.Type is { Name: "SeqLock" } type && type.IsOfTopHalf() && whole.Parent is IInvocationOperation call && call.Instance == whole;

    // Handlers themselves do not interrupt themselves, and at quiet places nothing does.
    private bool IsOrdinary(IOperation operation, ISymbol containing, CancellationToken cancellation)
    {
        ImmutableHashSet<ISymbol> members = _handlers.Members;
        for (IOperation? parent = operation; parent is not null; parent = parent.Parent)
        {
            if (parent is ILocalFunctionOperation local && (members.Contains(local.Symbol.OriginalDefinition) || local.Symbol.IsAsyncSignalSafe()))
            {
                return false;
            }
        }

        return !(containing is IMethodSymbol method && (members.Contains(method.OriginalDefinition) || method.IsAsyncSignalSafe()))
            && !QuietPlaces.Include(operation, containing);
    }

    private static Map Build(Engine engine, CancellationToken cancellation)
    {
        ImmutableArray<HandlerUse>.Builder uses = ImmutableArray.CreateBuilder<HandlerUse>();
        ImmutableHashSet<ISymbol>.Builder members = ImmutableHashSet.CreateBuilder<ISymbol>(SymbolEqualityComparer.Default);
        foreach ((IMethodSymbol handler, IMethodSymbol member) in HandlerMembers.Of(engine, cancellation))
        {
            members.Add(member.OriginalDefinition);
            uses.AddRange(engine.Direct(member, cancellation).Places.Select(use => new HandlerUse(use.Place, use.Access, handler.Name)));
        }

        return new Map(uses.ToImmutable(), members.ToImmutable());
    }

    private static string? Name(ExpressionSyntax expression) => expression switch
    {
        CastExpressionSyntax cast => Name(cast.Expression),
        ParenthesizedExpressionSyntax parenthesized => Name(parenthesized.Expression),
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        IdentifierNameSyntax name => name.Identifier.ValueText,
        _ => null,
    };

    /// <summary>What one handler, or what it calls, does to one place.</summary>
    private sealed class HandlerUse(Place place, Access access, string handler)
    {
        public Place Place { get; } = place;

        public Access Access { get; } = access;

        public string Handler { get; } = handler;

        /// <summary>What the handler does, for messages.</summary>
        public string Verb => Access.HasFlag(Access.Write) ? "writes" : "reads";

        /// <summary>Two that only read do not disturb each other.</summary>
        public bool Disturbs(Access other) => (Access | other).HasFlag(Access.Write);
    }

    /// <summary>What handlers do.</summary>
    private sealed class Map(ImmutableArray<HandlerUse> uses, ImmutableHashSet<ISymbol> members)
    {
        private readonly ILookup<ISymbol, HandlerUse> _byRoot = uses
            .OrderByDescending(static use => use.Access.HasFlag(Access.Write)) // The stronger reason.
            .ToLookup<HandlerUse, ISymbol>(static use => use.Place.Root, SymbolEqualityComparer.Default);

        public ImmutableArray<HandlerUse> Uses { get; } = uses;

        /// <summary>The handlers and what they call.</summary>
        public ImmutableHashSet<ISymbol> Members { get; } = members;

        /// <summary>The fields whose pointers handlers follow.</summary>
        public ImmutableHashSet<ISymbol> Pointers { get; } = uses.Where(static use => use.Place.IsPointee).Select(static use => (ISymbol)use.Place.Root)
            .ToImmutableHashSet(SymbolEqualityComparer.Default);

        public HandlerUse? Find(Place place, Access access) =>
            _byRoot[place.Root].FirstOrDefault(use => use.Place.Overlaps(place) && use.Disturbs(access));
    }
}
