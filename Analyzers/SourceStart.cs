using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>One place where a handler is given to a source, or installed past the library, and what can be seen there of when and where it runs.</summary>
internal sealed class SourceStart
{
    private readonly Engine _engine;
    private readonly IOperation? _function;
    private readonly CancellationToken _cancellation;

    private SourceStart(IMethodSymbol handler, Location location, IInvocationOperation? call, bool isRaw, Engine engine, CancellationToken cancellation)
    {
        Handler = handler;
        Location = location;
        IsRaw = isRaw;
        Call = call;
        _engine = engine;
        _cancellation = cancellation;
        _function = call is null ? null : QuietPlaces.Body(call);
        if (call is not null)
        {
            (Level, Thread, IsThreaded, Shares) = Options(call);
        }
    }

    public IMethodSymbol Handler { get; }

    public Location Location { get; }

    /// <summary>The call that starts the source; null where something else is given the handler, or that cannot be seen.</summary>
    public IInvocationOperation? Call { get; }

    /// <summary>By the C library's functions: it has no level, and nobody knows on which thread it runs.</summary>
    public bool IsRaw { get; }

    /// <summary>Null: it cannot be seen.</summary>
    public int? Level { get; }

    public InterruptedThread Thread { get; }

    /// <summary>Whether the handler runs, or may run, on a thread of its own by threaded delivery. A choice by build (Auto) counts as the signal.</summary>
    public bool IsThreaded { get; }

    /// <summary>The variables with the values that its source shares.</summary>
    public ImmutableArray<ISymbol> Shares { get; } = ImmutableArray<ISymbol>.Empty;

    /// <param name="handler">The handler.</param>
    /// <param name="at">Where it is installed.</param>
    /// <param name="engine">The compilation.</param>
    public static SourceStart Raw(IMethodSymbol handler, Location at, Engine engine) => new(handler, at, null, isRaw: true, engine, CancellationToken.None);

    /// <summary>Where a delegate is made of a handler; null if nothing is started by it.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="creation">The delegate.</param>
    /// <param name="engine">The compilation.</param>
    /// <param name="cancellation">Ends it.</param>
    public static SourceStart? Of(IMethodSymbol handler, IDelegateCreationOperation creation, Engine engine, CancellationToken cancellation)
    {
        IOperation value = creation;
        while (value.Parent is IConversionOperation or IParenthesizedOperation)
        {
            value = value.Parent;
        }

        IInvocationOperation? call = (value.Parent as IArgumentOperation)?.Parent as IInvocationOperation;
        bool starts = call is { TargetMethod.IsStatic: true } && call.Type.IsInterruptSource() && call.TargetMethod.ContainingType.IsOfTopHalf();

        // HandlerVerifier.Verify only looks at it.
        return call is not null && !starts && call.TargetMethod.ContainingType.IsOfTopHalf() ? null
            : new(handler, creation.Syntax.GetLocation(), starts ? call : null, isRaw: false, engine, cancellation);
    }

    /// <summary>Whether one run of the place may start several sources that live at the same time.</summary>
    public bool IsRepeated => Call is { } call && Loop is { } loop && !IsUsing(call) && KeptIn is not (IFieldSymbol or IPropertySymbol)
        && (KeptIn is not ILocalSymbol local || IsDeclaredIn(local, loop))
        && !(KeptIn is ILocalSymbol kept && loop.DescendantsAndSelf().OfType<IInvocationOperation>().Any(dispose => dispose is { TargetMethod.Name: "Dispose", Instance: { } instance }
            && Places.Variable(instance) is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, kept)));

    private ILoopOperation? Loop => Call is { } call ? QuietPlaces.Around(call).OfType<ILoopOperation>().FirstOrDefault() : null;

    /// <summary>Whether the sources of two places surely do not live at the same time.</summary>
    public bool Excludes(SourceStart other)
    {
        if (Call is not { } call || other.Call is not { } otherCall)
        {
            return false;
        }

        // A variable holds one source: who starts another in it has ended the first (TH7004).
        return (KeptIn is { } kept && SymbolEqualityComparer.Default.Equals(kept, other.KeptIn))
            || (_function!.Syntax == other._function!.Syntax
                && (QuietPlaces.HasEnded(call, otherCall) || QuietPlaces.HasEnded(otherCall, call) || AreBranches(call, otherCall)));
    }

    /// <summary>Whether the two surely interrupt the same thread.</summary>
    public bool IsOnThreadOf(SourceStart other)
    {
        if (Shares.Intersect<ISymbol>(other.Shares, SymbolEqualityComparer.Default).Any())
        {
            return true; // All that share a value must, or the second is not started.
        }

        if (Call is null || other.Call is null || Thread.Kind != other.Thread.Kind || Thread.Kind is not (InterruptedThreadKind.Current or InterruptedThreadKind.Chosen))
        {
            return false;
        }

        // The same variable holds the same target, unless each round of a loop has another.
        if (Thread.Key is not null && Equals(Thread.Key, other.Thread.Key))
        {
            return Thread.Key is not ISymbol key || key is IFieldSymbol || (_function!.Syntax == other._function!.Syntax && !(Loop is { } loop && IsDeclaredIn(key, loop)));
        }

        return Thread.Kind == InterruptedThreadKind.Current && _function!.Syntax == other._function!.Syntax && !MovesBetween(Thread.Position, other.Thread.Position);
    }

    /// <summary>The place that a pointer in the handler's initial state points to; null: it cannot be seen.</summary>
    /// <param name="field">The field of the state.</param>
    public Place? Behind(IFieldSymbol field) =>
        Call?.Arguments.FirstOrDefault(static argument => argument.Parameter?.Name == "initialState")?.Value is { } state && Initial(Facts.Unconverted(state), field) is { } pointer
            ? Places.Behind(pointer) : null;

    private static IOperation? Initial(IOperation state, IFieldSymbol field)
    {
        switch (state)
        {
            case ILocalReferenceOperation { Local: { } local }:
                return Assigned(state.Root(), assignment => Instance(assignment.Target) is ILocalReferenceOperation target && SymbolEqualityComparer.Default.Equals(target.Local, local), field)
                    ?? (Places.InitialValue(local, state) is { } initial && initial is not ILocalReferenceOperation ? Initial(Facts.Unconverted(initial), field) : null);
            case IObjectCreationOperation creation:
                return (creation.Initializer is { } initializer ? Assigned(initializer, static _ => true, field) : null)
                    ?? creation.Arguments.FirstOrDefault(argument => creation.Type is { IsRecord: true } record && argument.Parameter is { } parameter
                        && record.GetMembers(parameter.Name).OfType<IPropertySymbol>().FirstOrDefault() is { } property
                        && SymbolEqualityComparer.Default.Equals(property.BackingField(state.SemanticModel!.Compilation)?.OriginalDefinition, field))?.Value;
            default:
                return null;
        }
    }

    private static IOperation? Assigned(IOperation region, Func<ISimpleAssignmentOperation, bool> counts, IFieldSymbol field) =>
        region.DescendantsAndSelf().OfType<ISimpleAssignmentOperation>().LastOrDefault(assignment => counts(assignment)
            && SymbolEqualityComparer.Default.Equals(Target(assignment.Target)?.OriginalDefinition, field))?.Value;

    private static ISymbol? Target(IOperation target) => target switch
    {
        IFieldReferenceOperation reference => reference.Field,
        IPropertyReferenceOperation reference => reference.BackingField(),
        _ => null,
    };

    private static IOperation? Instance(IOperation target) => (target as IMemberReferenceOperation)?.Instance;

    private (int? Level, InterruptedThread Thread, bool IsThreaded, ImmutableArray<ISymbol> Shares) Options(IInvocationOperation call)
    {
        IArgumentOperation? argument = call.Arguments.FirstOrDefault(static candidate =>
            candidate.Parameter?.Type is { } type && type.Name.EndsWith("Options", StringComparison.Ordinal) && type.IsOfTopHalf());
        if (argument is null || argument.ArgumentKind == ArgumentKind.DefaultValue || argument.Value.ConstantValue is { HasValue: true, Value: null })
        {
            return (0, InterruptedThread.OfItsOwn, false, ImmutableArray<ISymbol>.Empty);
        }

        if (Value(argument.Value) is not IObjectCreationOperation options || !options.Arguments.IsEmpty)
        {
            return (null, InterruptedThread.Unknown, true, ImmutableArray<ISymbol>.Empty);
        }

        int? level = 0;
        InterruptedThread thread = InterruptedThread.OfItsOwn;
        bool threaded = false;
        ImmutableArray<ISymbol> shares = ImmutableArray<ISymbol>.Empty;
        foreach (ISimpleAssignmentOperation property in options.Initializer?.Initializers.OfType<ISimpleAssignmentOperation>() ?? [])
        {
            IOperation value = property.Value;
            switch ((property.Target as IPropertyReferenceOperation)?.Property.Name)
            {
                case "Level":
                    level = value.ConstantValue is { HasValue: true, Value: int number } ? number : null;
                    break;
                case "Target":
                    thread = Target(value, null, 0);
                    break;
                case "Delivery":
                    threaded = Facts.Unconverted(value) is not IFieldReferenceOperation { Field.Name: "Auto" or "Signal" };
                    break;
                case "Shares":
                    shares = value.DescendantsAndSelf().Select(Variable).OfType<ISymbol>().ToImmutableArray();
                    break;
            }
        }

        return (level, thread, threaded, shares);
    }

    private InterruptedThread Target(IOperation value, ISymbol? key, int depth)
    {
        const int MaximumDepth = 4;
        switch (Facts.Unconverted(value))
        {
            case IPropertyReferenceOperation { Property: { Name: "Dedicated", ContainingType.Name: "InterruptTarget" } }:
                return InterruptedThread.OfItsOwn;
            case IPropertyReferenceOperation { Property: { Name: "Process", ContainingType.Name: "InterruptTarget" } }:
                return InterruptedThread.OfProcess;
            case IPropertyReferenceOperation { Property: { Name: "CurrentThread", ContainingType.Name: "InterruptTarget" } } current:

                // A field is set somewhere else.
                return new(key is IFieldSymbol ? InterruptedThreadKind.Chosen : InterruptedThreadKind.Current, key, current.Syntax.SpanStart);
            case IInvocationOperation { TargetMethod: { Name: "Thread", ContainingType.Name: "InterruptTarget" }, Arguments: [{ Value: { } id }] }:
                return new(InterruptedThreadKind.Chosen, key ?? Identity(Facts.Unconverted(id)), id.Syntax.SpanStart);
            case var variable when depth < MaximumDepth && Variable(variable) is { } symbol && Only(variable) is { } only:
                return Target(only, key ?? symbol, depth + 1);
            default:
                return InterruptedThread.Unknown;
        }
    }

    // The same number, if it is the same.
    private static object? Identity(IOperation id) => id switch
    {
        { ConstantValue: { HasValue: true, Value: { } constant } } => constant,
        ILocalReferenceOperation local => Facts.OnlyValue(local.Local, id.Root()) is null ? null : local.Local,
        IParameterReferenceOperation parameter => Facts.Writes(id.Root(), parameter.Parameter) ? null : parameter.Parameter,
        IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: true } field } => field,
        _ => null,
    };

    // Without variables in between.
    private IOperation Value(IOperation operation) => Only(Facts.Unconverted(operation)) is { } only ? Value(only) : Facts.Unconverted(operation);

    // What a variable has for its whole life; null if it is no variable, or has more.
    private IOperation? Only(IOperation operation) => operation switch
    {
        ILocalReferenceOperation { Local: { } local } => Facts.OnlyValue(local, operation.Root()),
        IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: true } field } => field.DeclarationsIn(_engine.Compilation)
            .Select(declaration => declaration.GetSyntax(_cancellation)).OfType<Microsoft.CodeAnalysis.CSharp.Syntax.VariableDeclaratorSyntax>()
            .Select(declarator => declarator.Initializer is { } initializer
                ? (_engine.Model(initializer.SyntaxTree).GetOperation(initializer, _cancellation) as ISymbolInitializerOperation)?.Value : null).FirstOrDefault(),
        _ => null,
    };

    private ISymbol? KeptIn
    {
        get
        {
            IOperation value = Call!;
            while (value.Parent is IConversionOperation or IParenthesizedOperation)
            {
                value = value.Parent;
            }

            return value.Parent switch
            {
                ISimpleAssignmentOperation { IsRef: false } assignment when assignment.Value == value => Variable(assignment.Target),
                ICoalesceAssignmentOperation assignment when assignment.Value == value => Variable(assignment.Target),
                IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } => declarator.Symbol,
                _ => null,
            };
        }
    }

    private static ISymbol? Variable(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IFieldReferenceOperation field => field.Field.OriginalDefinition,
        IPropertyReferenceOperation { Arguments.IsEmpty: true } property => property.BackingField()?.OriginalDefinition,
        _ => null,
    };

    private static bool IsUsing(IOperation call) => QuietPlaces.Around(call).TakeWhile(static around => around is not ILoopOperation)
        .Any(around => around is IUsingDeclarationOperation || (around is IUsingOperation use && use.Resources.DescendantsAndSelf().Contains(call)));

    private static bool IsDeclaredIn(ISymbol variable, IOperation region) =>
        variable.Locations.Any(location => location.SourceTree == region.Syntax.SyntaxTree && region.Syntax.Span.Contains(location.SourceSpan));

    // Of the same if or switch, with no loop around it that takes the one and then the other.
    private static bool AreBranches(IOperation one, IOperation other)
    {
        IOperation? child = one;
        foreach (IOperation around in QuietPlaces.Around(one))
        {
            if (QuietPlaces.Around(other).Contains(around))
            {
                IOperation otherChild = QuietPlaces.Around(other).TakeWhile(outer => outer != around).LastOrDefault() ?? other;

                return around switch
                {
                    IConditionalOperation conditional => conditional.Condition != child && conditional.Condition != otherChild,
                    ISwitchOperation choice => choice.Value != child && choice.Value != otherChild,
                    ISwitchExpressionOperation choice => choice.Value != child && choice.Value != otherChild,
                    _ => false,
                } && !QuietPlaces.Around(around).Any(static outer => outer is ILoopOperation);
            }

            child = around;
        }

        return false;
    }

    // What is awaited goes on where it likes.
    private bool MovesBetween(int one, int other) => _function is { } function && function.Descendants().Any(operation =>
        (operation is IAwaitOperation or IReturnOperation { Kind: OperationKind.YieldReturn } or IForEachLoopOperation { IsAsynchronous: true } or IUsingOperation { IsAsynchronous: true })
        && QuietPlaces.Body(operation).Syntax == function.Syntax
        && operation.Syntax.Span.End > Math.Min(one, other) && operation.Syntax.SpanStart < Math.Max(one, other));
}

/// <summary>Which thread a source interrupts, as far as it can be seen.</summary>
/// <param name="kind">What is known.</param>
/// <param name="key">What it is chosen by, the same for the same thread: a variable or a number; null: it cannot be told from others.</param>
/// <param name="position">Where in the text it is chosen.</param>
internal readonly struct InterruptedThread(InterruptedThreadKind kind, object? key = null, int position = 0)
{
    public static InterruptedThread Unknown => new(InterruptedThreadKind.Unknown);

    public static InterruptedThread OfItsOwn => new(InterruptedThreadKind.OfItsOwn);

    public static InterruptedThread OfProcess => new(InterruptedThreadKind.OfProcess);

    public InterruptedThreadKind Kind { get; } = kind;

    public object? Key { get; } = key;

    public int Position { get; } = position;
}

/// <summary>See <see cref="InterruptedThread"/>.</summary>
internal enum InterruptedThreadKind
{
    Unknown,

    /// <summary>Dedicated to the source.</summary>
    OfItsOwn,

    /// <summary>Whichever the kernel picks.</summary>
    OfProcess,

    /// <summary>That which starts the source.</summary>
    Current,

    /// <summary>By its number, or by a variable.</summary>
    Chosen,
}
