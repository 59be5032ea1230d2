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
/// the shape of their parameters, in the files that can have any (Interest), and only they and what they call are bound for it. And the same of handlers, where another may run in their
/// middle (HandlerRaces): it is to them what they are to ordinary code.
/// </summary>
/// <remarks>
/// What handlers do is asked for by the first thing that is judged, whichever that is. So it is found before: asked for by all threads of an analysis at the same
/// time, each would find it for itself.
/// </remarks>
internal sealed class SharedState(Engine engine, CancellationToken cancellation)
{
    private readonly PointerAliases _aliases = new(engine);
    private readonly Map _handlers = Build(engine, cancellation);

    private const string MaskedOr = "mask the source";
    private const string SameThread = "share it by InterruptShared<T>, or start all that use it for the same thread and level";

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
            case IInvocationOperation { Arguments: [{ Value: { } target }, _] } store when IsUpdate(store):
                Update(store, target, containing, report, Access.Read);
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
        if (target is null || target.IsAsyncSignalSafe() || !_handlers.IsMember(target) || !IsOrdinary(call, containing, report.Cancellation))
        {
            return;
        }

        foreach ((Place place, Access access, _) in engine.Closure(target, report.Cancellation).SelectMany(member => engine.Direct(member, report.Cancellation).Places))
        {
            if (place.Field is { IsReadOnly: false } && access.HasFlag(Access.Plain) && _handlers.Find(place, access) is { } use)
            {
                if (access.HasFlag(Access.Read | Access.Write))
                {
                    Updated(call, place, use, null, report);
                }
                else
                {
                    Plain(call, place, access, use, null, report);
                }

                break;
            }
        }
    }

    private void Update(IOperation operation, IOperation target, ISymbol containing, RootReport report, Access access = Access.Write)
    {
        // One that throws or concatenates is something else.
        if (target.Type is not { IsUnmanagedType: true } || Places.IsBehindPointer(target) || Places.Of(target) is not { Field: { } field } place || field.IsThreadStatic()
            || !_handlers.Has(place))
        {
            return;
        }

        ImmutableArray<IMethodSymbol> handlers = HandlersOf(operation, containing);
        if (!handlers.IsEmpty)
        {
            // The only one that writes loses nothing.
            if (Disturbing(operation, place, static use => use.Writes, handlers, report.Cancellation) is ({ } other, { } why))
            {
                Updated(operation, place, other, why, report);
            }
            else if (TornValues.Reason(target) is { } torn && Disturbing(operation, place, static _ => true, handlers, report.Cancellation) is ({ } reader, { } how))
            {
                Torn(target, place, torn, reader, how, report);
            }
        }
        else if (_handlers.Find(place, access) is { } use && IsOrdinary(operation, containing, report.Cancellation))
        {
            Updated(operation, place, use, null, report);
        }
    }

    private void Use(IOperation root, ISymbol containing, RootReport report)
    {
        IOperation whole = Places.Whole(root);
        string? torn = TornValues.Reason(whole);

        // Whoever is given a reference for reading may read as it has to be read, but not what takes two reads.
        Access access = torn is not null && whole.Parent is IArgumentOperation { Parameter.RefKind: RefKind.In } ? Access.Read : Places.Least(whole);
        if (access == Access.None || whole.Type is not { IsUnmanagedType: true } || IsMadeForAll(whole))
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

        HandlerUse? use = null;
        Disturbance? why = null;
        ImmutableArray<IMethodSymbol> handlers = _handlers.Has(place) || isPointer ? HandlersOf(root, containing) : ImmutableArray<IMethodSymbol>.Empty;
        if (!handlers.IsEmpty)
        {
            // As above of an update by way of a pointer. Of two that set a word, and do not ask what it was, the later one wins, however they meet.
            (use, why) = Disturbing(
                root, place,
                torn is not null ? use => use.Disturbs(access) : isPointer && IsUpdated(whole) ? static use => use.Writes
                    : access == Access.Write ? static use => use.Access.HasFlag(Access.Read) : use => use.Disturbs(access),
                handlers, report.Cancellation);
        }
        else
        {
            use = _handlers.Find(place, access);
            if (use is null && isPointer)
            {
                use = _aliases.Of(Places.Pointer(root)!, _handlers.Pointers, report.Cancellation)
                    .Select(alias => _handlers.Find(place.BehindAlias(alias), access)).FirstOrDefault(static found => found is not null);
            }

            use = use is not null && IsOrdinary(root, containing, report.Cancellation) ? use : null;
        }

        if (use is null)
        {
            return;
        }

        if (isPointer)
        {
            report.At(TH6004_RawPointer.Instance, whole.Syntax.GetLocation(), Others(use, why), whole.Syntax.ToString(), use.Name, use.Verb,
                why is null ? "" : $", {why.Why}", why is null ? " behind the back of Snapshot and Update" : "", Remedy("Use Volatile or Interlocked on it", why));
        }
        else if (torn is not null)
        {
            Torn(whole, place, torn, use, why, report);
        }
        else
        {
            Plain(whole, place, access, use, why, report);
        }
    }

    // What the messages say where another handler, and not ordinary code, is disturbed, is how.
    private static void Updated(IOperation operation, Place place, HandlerUse use, Disturbance? why, RootReport report) => report.At(
        TH6001_NonAtomicUpdate.Instance, operation.Syntax.GetLocation(), Others(use, why), place.Name, use.Name,
        why is null ? ": an interrupt" : $", {why.Why}: a run of it", Remedy("Use Interlocked", why, "mask the source while you update"));

    private static void Plain(IOperation operation, Place place, Access access, HandlerUse use, Disturbance? why, RootReport report) => report.At(
        TH6002_PlainAccess.Instance, operation.Syntax.GetLocation(), Others(use, why), place.Name, use.Name, use.Verb, why is null ? "" : $", {why.Why}",
        access.HasFlag(Access.Write) ? "write" : "read", Remedy("Use Volatile or Interlocked", why));

    private static void Torn(IOperation operation, Place place, string torn, HandlerUse use, Disturbance? why, RootReport report) => report.At(
        TH6003_TornValue.Instance, operation.Syntax.GetLocation(), Others(use, why), place.Name, torn, use.Name, use.Verb,
        why is null ? ", an interrupt" : $", {why.Why}, a run of it",
        why is null ? $"Keep it in the state of the handler, for Snapshot and Update, or in a SeqLock, or {MaskedOr}" : Remedy("Keep it in a SeqLock", why));

    private static string Remedy(string first, Disturbance? why, string mask = MaskedOr) => $"{first}, or {(why is null ? mask : SameThread)}";

    private static IEnumerable<Location> Others(HandlerUse use, Disturbance? why) => why is null ? [] : why.Registrations.Prepend(use.At.GetLocation());

    // The use by a handler that may run in the middle of one of those that an operation belongs to, and how it may.
    private (HandlerUse? Use, Disturbance? Why) Disturbing(
        IOperation operation, Place place, Func<HandlerUse, bool> disturbs, ImmutableArray<IMethodSymbol> handlers, CancellationToken cancellation)
    {
        foreach (HandlerUse use in _handlers.Sharing(place).Where(disturbs))
        {
            foreach (IMethodSymbol handler in handlers)
            {
                if (Disturbs(use, place, handler, cancellation) is { } why && !SharedSections.Protect(operation, use.Handler, engine, cancellation))
                {
                    return (use, why);
                }
            }
        }

        return (null, null);
    }

    // What a state points to is known by what it was given when its source was started.
    private Disturbance? Disturbs(HandlerUse use, Place place, IMethodSymbol handler, CancellationToken cancellation) =>
        place.IsOfState || use.Place.IsOfState
            ? _handlers.Races.Of(handler, use.Handler, (one, other) => Seen(place, one) is { } mine && Seen(use.Place, other) is { } others && mine.Overlaps(others), cancellation)
            : place.Overlaps(use.Place) ? _handlers.Races.Of(handler, use.Handler, cancellation) : null;

    private static Place? Seen(Place place, SourceStart start) => !place.IsOfState ? place : start.Behind((IFieldSymbol)place.Root) is { } given ? place.PartOf(given) : null;

    // x = x + 1
    private static bool IsUpdate(ISimpleAssignmentOperation assignment) =>
        Places.Of(assignment.Target) is { } place && assignment.Value.Descendants().Any(part => Sharing.IsRoot(part)
            && Places.Whole(part) is { } whole && Places.Least(whole).HasFlag(Access.Read) && Places.Of(whole)?.Overlaps(place) == true);

    // Volatile.Write(ref x, Volatile.Read(ref x) + 1): right for the only one that writes.
    private static bool IsUpdate(IInvocationOperation store) => store is { TargetMethod: { Name: "Write", ContainingType.Name: "Volatile" }, Arguments: [{ Value: { } target }, { Value: { } value }] }
        && Places.Of(target) is { } place && value.Descendants().Any(part => part is IArgumentOperation { Parent: IInvocationOperation { TargetMethod: { Name: "Read", ContainingType.Name: "Volatile" } } } read
            && Places.Of(read.Value)?.Overlaps(place) == true);

    private static bool IsUpdated(IOperation whole) =>
        whole.Parent is IIncrementOrDecrementOperation || (whole.Parent is ICompoundAssignmentOperation compound && compound.Target == whole);

    // Reported as a whole.
    private static bool IsPartOfUpdate(IOperation whole)
    {
        if (IsUpdated(whole))
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

    // Their members are made for all sides. A copy is another lock.
    private static bool IsMadeForAll(IOperation whole) =>
        whole.Type is { Name: "SeqLock" or "InterruptCounter" or "InterruptFlag" or "InterruptLatch" or "InterruptQueueWriter" or "InterruptSharedAccess" } type && type.IsOfTopHalf()
        && whole.Parent is { } parent && (parent is IInvocationOperation call ? call.Instance == whole : parent is IPropertyReferenceOperation property && property.Instance == whole);

    // The handlers that an operation runs in; none: it is not seen to run in any. Of a local function those that call it, or else those of what is around it.
    private ImmutableArray<IMethodSymbol> HandlersOf(IOperation operation, ISymbol containing)
    {
        for (IOperation? parent = operation; parent is not null; parent = parent.Parent)
        {
            switch (parent)
            {
                case IAnonymousFunctionOperation:
                    return ImmutableArray<IMethodSymbol>.Empty;
                case ILocalFunctionOperation local when _handlers.HandlersOf(local.Symbol) is { IsEmpty: false } handlers:
                    return handlers;
            }
        }

        return _handlers.HandlersOf(containing);
    }

    // Handlers themselves do not interrupt themselves, and at quiet places nothing does.
    private bool IsOrdinary(IOperation operation, ISymbol containing, CancellationToken cancellation)
    {
        for (IOperation? parent = operation; parent is not null; parent = parent.Parent)
        {
            if (parent is ILocalFunctionOperation local && (_handlers.IsMember(local.Symbol) || local.Symbol.IsAsyncSignalSafe()))
            {
                return false;
            }
        }

        return !(containing is IMethodSymbol method && (_handlers.IsMember(method) || method.IsAsyncSignalSafe()))
            && !QuietPlaces.Include(operation, containing);
    }

    private static Map Build(Engine engine, CancellationToken cancellation)
    {
        IReadOnlyCollection<(IMethodSymbol Handler, Location At, ISymbol In)> installed = HandlerMembers.Installed(engine, cancellation);
        ImmutableArray<HandlerUse>.Builder uses = ImmutableArray.CreateBuilder<HandlerUse>();
        (IMethodSymbol Handler, IMethodSymbol Member)[] members = [.. HandlerMembers.Of(installed, engine, cancellation)];
        foreach ((IMethodSymbol handler, IMethodSymbol member) in members)
        {
            uses.AddRange(engine.Direct(member, cancellation).Places.Select(use => new HandlerUse(use.Place, use.Access, use.At, handler)));
        }

        return new Map(uses.ToImmutable(), members.ToLookup<(IMethodSymbol Handler, IMethodSymbol Member), ISymbol>(static pair => pair.Member.OriginalDefinition, SymbolEqualityComparer.Default),
            new HandlerRaces(engine, installed, members.Select(static pair => pair.Handler).ToImmutableHashSet<IMethodSymbol>(SymbolEqualityComparer.Default)));
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
    private sealed class HandlerUse(Place place, Access access, SyntaxNode at, IMethodSymbol handler)
    {
        public Place Place { get; } = place;

        public Access Access { get; } = access;

        public SyntaxNode At { get; } = at;

        public IMethodSymbol Handler { get; } = handler;

        /// <summary>The handler's, for messages.</summary>
        public string Name => Handler.Name;

        public bool Writes => Access.HasFlag(Access.Write);

        /// <summary>What the handler does, for messages.</summary>
        public string Verb => Writes ? "writes" : "reads";

        /// <summary>Two that only read do not disturb each other.</summary>
        public bool Disturbs(Access other) => (Access | other).HasFlag(Access.Write);
    }

    /// <summary>What handlers do.</summary>
    private sealed class Map(ImmutableArray<HandlerUse> uses, ILookup<ISymbol, (IMethodSymbol Handler, IMethodSymbol Member)> members, HandlerRaces races)
    {
        private readonly ILookup<ISymbol, HandlerUse> _byRoot = uses
            .OrderByDescending(static use => use.Access.HasFlag(Access.Write)) // The stronger reason.
            .ToLookup<HandlerUse, ISymbol>(static use => use.Place.Root, SymbolEqualityComparer.Default);

        private readonly ImmutableArray<HandlerUse> _byState = uses.Where(static use => use.Place.IsOfState).OrderByDescending(static use => use.Access.HasFlag(Access.Write)).ToImmutableArray();

        public ImmutableArray<HandlerUse> Uses { get; } = uses;

        /// <summary>Which handlers may run in the middle of which.</summary>
        public HandlerRaces Races { get; } = races;

        /// <summary>The fields whose pointers handlers follow.</summary>
        public ImmutableHashSet<ISymbol> Pointers { get; } = uses.Where(static use => use.Place.IsPointee).Select(static use => (ISymbol)use.Place.Root)
            .ToImmutableHashSet(SymbolEqualityComparer.Default);

        /// <summary>Whether it is a handler, or what one calls.</summary>
        public bool IsMember(ISymbol method) => members.Contains(method.OriginalDefinition);

        /// <summary>Those that a member runs in.</summary>
        public ImmutableArray<IMethodSymbol> HandlersOf(ISymbol member) => members[member.OriginalDefinition].Select(static pair => pair.Handler).ToImmutableArray();

        /// <summary>Whether any handler may use it.</summary>
        public bool Has(Place place) => _byRoot.Contains(place.Root) || !_byState.IsEmpty;

        public HandlerUse? Find(Place place, Access access) =>
            _byRoot[place.Root].FirstOrDefault(use => use.Place.Overlaps(place) && use.Disturbs(access));

        /// <summary>What may be uses of the same place, once it is known what the states of the handlers point to.</summary>
        public IEnumerable<HandlerUse> Sharing(Place place) => place.IsOfState ? Uses : _byRoot[place.Root].Concat(_byState);
    }
}
