using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Indexes whose range the JITs of .NET 8 and 9 do not see, as they compute a part of the index once for several places. What is computed in two places of which neither comes before the other,
/// and once more behind one of them, they keep in a variable of their own that has two origins, and of such a variable they see no range. .NET 10 does.
/// </summary>
/// <remarks>
/// The method is followed from its begin, with what is inlined into it: each value has a number, the same for all that is surely the same, and at each place it is known what has been computed on
/// every way there (common subexpressions, src/coreclr/jit/optcse.cpp). What does not change in a loop is taken to be computed in front of it.
/// </remarks>
internal sealed class CommonComputation
{
    // From then on such a variable is followed to its origins.
    private const int Follows = 10;

    private const int MostDepth = 6;
    private const int MostOperations = 200_000;

    private readonly Engine _engine;
    private readonly CancellationToken _cancellation;
    private readonly ValueNumbers _numbers = new();
    private readonly Dictionary<int, Computation> _computations = [];
    private readonly Dictionary<(int Frame, IOperation Operation), int> _of = [];
    private readonly Dictionary<(int Frame, IOperation Call), HashSet<int>> _returned = [];
    private readonly Dictionary<IOperation, bool> _hangsOnRange = [];
    private readonly Dictionary<ILabelSymbol, List<ComputedState>> _jumps = new(SymbolEqualityComparer.Default);
    private readonly List<(SyntaxNode At, IMethodSymbol Member, HashSet<int> Parts)> _indexes = [];
    private ComputedState? _now;
    private int _frames;
    private int _operations;

    private CommonComputation(Engine engine, CancellationToken cancellation)
    {
        _engine = engine;
        _cancellation = cancellation;
    }

    /// <summary>The indexes of a method that is compiled by itself, and of what is inlined into it, of which a part is lost so.</summary>
    public static IEnumerable<Effect> Lost(IMethodSymbol method, Engine engine, CancellationToken cancellation)
    {
        if (OldestRuntime.Of(engine.Compilation) >= Follows)
        {
            return [];
        }

        CommonComputation all = new(engine, cancellation);
        foreach (IOperation root in BodyReader.Bodies(engine, method, cancellation))
        {
            all._now = ComputedState.Start;
            all.Run(root, new Frame(all.BodyOf(method, root), 0, all._frames++, null));
        }

        if (all._operations > MostOperations)
        {
            return [new Effect(TH0009_CannotBeJudged.Instance, method.Locations.FirstOrDefault() ?? Location.None, "is too long, with what is inlined into it, to follow what it computes",
                "Divide it, and mark the parts 'AggressiveOptimization' and 'NoInlining'")];
        }

        return all._indexes.Where(index => index.Parts.Any(all.IsLost)).Select(static index => (index.At, index.Member)).Distinct()
            .Select(index => TH4003_ImplicitThrow.Instance.Recomputed(index.At, index.Member, method));
    }

    private bool IsLost(int part) => _computations.TryGetValue(part, out Computation? computation) && computation is { Origins: > 1, Uses: > 0 };

    private Body BodyOf(IMethodSymbol method, IOperation root) => new(_engine, method, _engine.Model(root.Syntax.SyntaxTree), root, _cancellation);

    private void Run(IOperation root, Frame frame)
    {
        foreach (IOperation child in root.ChildOperations)
        {
            Visit(child, frame);
        }
    }

    /// <summary>Follows an operation, and gives the number of its value.</summary>
    private int Visit(IOperation? operation, Frame frame)
    {
        _cancellation.ThrowIfCancellationRequested();
        return operation is null || _now is null || ++_operations > MostOperations ? _numbers.Fresh() : _of[(frame.Id, operation)] = Value(operation, frame);
    }

    private int Value(IOperation operation, Frame frame)
    {
        switch (operation)
        {
            case { ConstantValue: { HasValue: true, Value: var constant } }:
                return _numbers.Of(FormattableString.Invariant($"constant {constant}"));

            case IParenthesizedOperation parenthesized:
                return Visit(parenthesized.Operand, frame);

            case ILocalFunctionOperation or IAnonymousFunctionOperation:
                return _numbers.Fresh();

            case IConversionOperation { OperatorMethod: null } conversion:
                int converted = Visit(conversion.Operand, frame);
                return IsNoCode(conversion) ? converted : Computed($"({conversion.Type}) ", converted);

            case IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr }:
                (ComputedState? holds, ComputedState? fails) = Decide(operation, frame);
                _now = Join(holds, fails);
                return _numbers.Fresh();

            case IBinaryOperation { OperatorMethod: null } binary:
                int left = Visit(binary.LeftOperand, frame);
                int right = Visit(binary.RightOperand, frame);
                return IsSymmetric(binary.OperatorKind) && right < left ? Computed($"{binary.OperatorKind} ", right, left) : Computed($"{binary.OperatorKind} ", left, right);

            case IUnaryOperation { OperatorMethod: null } unary:
                return Computed($"{unary.OperatorKind} ", Visit(unary.Operand, frame));

            case IConditionalOperation choice:
                return Conditional(choice, frame);

            case ICoalesceOperation coalesce:
                Visit(coalesce.Value, frame);
                Branch(coalesce.WhenNull, frame);
                return _numbers.Fresh();

            case ISwitchOperation choice:
                Switch(choice, frame);
                return _numbers.Fresh();

            case ISwitchExpressionOperation choice:
                Switch(choice, frame);
                return _numbers.Fresh();

            case ILoopOperation loop:
                Loop(loop, frame);
                return _numbers.Fresh();

            case IReturnOperation end:
                int returned = Visit(end.ReturnedValue, frame);
                frame.Returns.Add((_now, returned, end.ReturnedValue is null ? [] : Parts(end.ReturnedValue, frame)));
                _now = null;
                return returned;

            case IThrowOperation:
                _now = null;
                return _numbers.Fresh();

            case IBranchOperation branch:
                Jump(branch.Target);
                return _numbers.Fresh();

            case ILabeledOperation label:
                _now = Join(_now, Jumped(label.Label));
                return Visit(label.Operation, frame);

            case IVariableDeclaratorOperation { Symbol: var declared } declarator when declarator.GetVariableInitializer()?.Value is { } value:
                Set(declared, declared.RefKind == RefKind.None ? Visit(value, frame) : Place(value, frame), Parts(value, frame), frame);
                return _numbers.Fresh();

            case ISimpleAssignmentOperation assignment:
                return Assign(assignment.Target, assignment.Value, null, frame);

            case ICompoundAssignmentOperation compound:
                return Assign(compound.Target, compound.Value, compound.OperatorKind.ToString(), frame);

            case IIncrementOrDecrementOperation step:
                return Assign(step.Target, null, step.Kind.ToString(), frame);

            case ILocalReferenceOperation { Local: { RefKind: RefKind.None } local }:
                return _now!.Of((frame.Id, local)) ?? Own(local, frame);

            case IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter }:
                return _now!.Of((frame.Id, parameter)) ?? Own(parameter, frame);

            case IInvocationOperation call:
                return Call(call, frame);

            case IPropertyReferenceOperation { Arguments.IsEmpty: true, Property.GetMethod: { DeclaringSyntaxReferences.IsEmpty: false } getter } property:
                return Inlined(getter, property, property.Instance, [], frame) ?? Other(operation, frame);

            case IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument:
                int given = Visit(argument.Value, frame);
                Store(argument.Value, frame);
                return given;

            case IAddressOfOperation address:
                int at = Visit(address.Reference, frame);
                Store(address.Reference, frame);
                return at;

            default:
                return Other(operation, frame);
        }
    }

    // What is read from memory is computed as well, until something is written there.
    private int Other(IOperation operation, Frame frame)
    {
        foreach (IOperation child in operation.ChildOperations)
        {
            Visit(child, frame);
        }

        Index(operation, frame);
        return _now is not null && (operation is IFieldReferenceOperation or IPropertyReferenceOperation or IInlineArrayAccessOperation or IParameterReferenceOperation or ILocalReferenceOperation
            || operation.Kind == OperationKind.None) ? Read(operation, frame) : _numbers.Fresh();
    }

    private int Read(IOperation operation, Frame frame)
    {
        // A part of a struct in a local changes with the local.
        int place = Place(operation, frame);
        return Root(operation) is ILocalReferenceOperation { Local.RefKind: RefKind.None } or IParameterReferenceOperation { Parameter.RefKind: RefKind.None } ? place
            : TypeFacts.IsPrimitive(operation.Type) ? Computed("read ", _now!.Memory, place) : _numbers.Of("read ", _now!.Memory, place);
    }

    // Which variable, or which memory, by a number that is the same for all that is surely the same.
    private int Place(IOperation place, Frame frame) => place switch
    {
        IParenthesizedOperation parenthesized => Place(parenthesized.Operand, frame),
        IConversionOperation { OperatorMethod: null } conversion => Place(conversion.Operand, frame),
        IInstanceReferenceOperation => frame.This ?? _numbers.Of($"{frame.Id} this"),
        IParameterReferenceOperation { Parameter: var parameter } => _now?.Of((frame.Id, parameter)) ?? Own(parameter, frame),
        ILocalReferenceOperation { Local: var local } => _now?.Of((frame.Id, local)) ?? Own(local, frame),
        IFieldReferenceOperation { Instance: { } instance, Field: var field } => _numbers.Of($"{field.Name} of ", Place(instance, frame)),
        IFieldReferenceOperation { Field: var field } => _numbers.Of(field.ToString()!),
        _ => _numbers.Of($"{place.Syntax.RawKind} {(place.ChildOperations.Any() ? "" : place.Syntax)} ", [.. place.ChildOperations.Select(child => _of.TryGetValue((frame.Id, child), out int part) ? part : Visit(child, frame))]),
    };

    private static IOperation Root(IOperation operation) => operation is IFieldReferenceOperation { Instance: { } instance } ? Root(instance) : operation;

    // The parameter of an extension block belongs to the block, and not to the member.
    private int Own(ISymbol variable, Frame frame) => variable.ContainingSymbol is INamedTypeSymbol && frame.Receiver is { } receiver ? receiver.Value : _numbers.Of(FormattableString.Invariant($"{frame.Id} {variable.Name} {variable.Locations[0].SourceSpan.Start}"));

    // A number with a sign or without is the same, and one of a small type is extended where it is read.
    private static bool IsNoCode(IConversionOperation conversion) => conversion is { Type: { } target, Operand.Type: { } source } && TypeFacts.Size(target) is { } to && TypeFacts.Size(source) is { } from
        && !TypeFacts.IsFloating(conversion.Type) && !TypeFacts.IsFloating(conversion.Operand.Type) && (to == from || (from < to && to <= sizeof(int)));

    private static bool IsSymmetric(BinaryOperatorKind kind) =>
        kind is BinaryOperatorKind.Add or BinaryOperatorKind.Multiply or BinaryOperatorKind.And or BinaryOperatorKind.Or or BinaryOperatorKind.ExclusiveOr;

    // What is there already is used; what is not is an origin.
    private int Computed(string text, params int[] of)
    {
        int number = _numbers.Of(text, of);
        if (_now is not null)
        {
            Computation computation = Counted(number);
            if (_now.Has(number))
            {
                computation.Uses++;
            }
            else
            {
                computation.Origins++;
                _now = _now.With(number);
            }
        }

        return number;
    }

    private Computation Counted(int number) => _computations.TryGetValue(number, out Computation? known) ? known : _computations[number] = new();

    private void Index(IOperation operation, Frame frame)
    {
        (IOperation? span, IOperation? index) = operation switch
        {
            IPropertyReferenceOperation property when Facts.IsElementAccessOfSpan(property) => (property.Instance, property.Arguments[0].Value),
            IInlineArrayAccessOperation access => (access.Instance, access.Argument),
            _ => (null, (IOperation?)null),
        };
        if (_now is null || index is null or { ConstantValue.HasValue: true })
        {
            return;
        }

        if (!_hangsOnRange.TryGetValue(operation, out bool hangs))
        {
            _hangsOnRange[operation] = hangs = Facts.HangsOnRange(operation, span!, index, frame.Body);
        }

        if (hangs)
        {
            _indexes.Add((frame.Call ?? operation.Syntax, frame.Body.Member, Parts(index, frame)));
        }
    }

    private int Assign(IOperation target, IOperation? value, string? kind, Frame frame)
    {
        ISymbol? variable = target switch
        {
            ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => local,
            IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } => parameter,
            _ => null,
        };
        int before = 0;
        if (variable is not null || kind is not null)
        {
            before = kind is null ? 0 : Visit(target, frame);
        }
        else
        {
            foreach (IOperation child in target.ChildOperations)
            {
                Visit(child, frame);
            }

            Index(target, frame);
        }

        int given = Visit(value, frame);
        int number = kind is null ? given : value is null ? Computed($"{kind} ", before) : Computed($"{kind} ", before, given);
        if (variable is not null)
        {
            Set(variable, number, kind is null && value is not null ? Parts(value, frame) : [number], frame);
        }
        else
        {
            Store(target, frame);
        }

        return number;
    }

    private void Set(ISymbol variable, int value, HashSet<int> parts, Frame frame)
    {
        _now = _now?.With((frame.Id, variable), value);
        if (!frame.Parts.TryGetValue(variable, out HashSet<int>? known))
        {
            frame.Parts[variable] = known = [];
        }

        known.UnionWith(parts);
    }

    private void Store(IOperation target, Frame frame)
    {
        ISymbol? own = Root(target) switch
        {
            ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => local,
            IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } => parameter,
            _ => null,
        };
        _now = own is null ? _now?.Stored(_numbers.Fresh()) : _now?.With((frame.Id, own), _numbers.Fresh());
    }

    private int Conditional(IConditionalOperation choice, Frame frame)
    {
        (ComputedState? holds, ComputedState? fails) = Decide(choice.Condition, frame);
        _now = holds;
        Visit(choice.WhenTrue, frame);
        ComputedState? first = _now;
        _now = fails;
        Visit(choice.WhenFalse, frame);
        _now = Join(first, _now);
        return _numbers.Fresh();
    }

    // What is known where a condition holds, and where it does not: not all of it is asked everywhere.
    private (ComputedState? Holds, ComputedState? Fails) Decide(IOperation? condition, Frame frame)
    {
        switch (condition)
        {
            case IParenthesizedOperation parenthesized:
                return Decide(parenthesized.Operand, frame);

            case IUnaryOperation { OperatorMethod: null, OperatorKind: UnaryOperatorKind.Not } not:
                (ComputedState? fails, ComputedState? holds) = Decide(not.Operand, frame);
                return (holds, fails);

            case IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } both:
                bool isAnd = both.OperatorKind == BinaryOperatorKind.ConditionalAnd;
                (ComputedState? first, ComputedState? other) = Decide(both.LeftOperand, frame);
                _now = isAnd ? first : other;
                (ComputedState? second, ComputedState? last) = Decide(both.RightOperand, frame);
                return isAnd ? (second, Join(other, last)) : (Join(first, second), last);

            case { ConstantValue: { HasValue: true, Value: bool truth } }:
                return truth ? (_now, null) : (null, _now);

            default:
                Visit(condition, frame);
                return (_now, _now);
        }
    }

    private void Branch(IOperation operation, Frame frame)
    {
        ComputedState? before = _now;
        Visit(operation, frame);
        _now = Join(before, _now);
    }

    private void Switch(ISwitchOperation choice, Frame frame)
    {
        Visit(choice.Value, frame);
        ComputedState? before = _now;
        ComputedState? after = choice.Cases.Any(static section => section.Clauses.Any(static clause => clause is IDefaultCaseClauseOperation)) ? null : before;
        foreach (ISwitchCaseOperation section in choice.Cases)
        {
            _now = before;
            foreach (IOperation part in section.Clauses.Concat(section.Body))
            {
                Visit(part, frame);
            }

            after = Join(after, _now);
        }

        _now = Join(after, Jumped(choice.ExitLabel));
    }

    private void Switch(ISwitchExpressionOperation choice, Frame frame)
    {
        Visit(choice.Value, frame);
        ComputedState? before = _now;
        ComputedState? after = null;
        foreach (ISwitchExpressionArmOperation arm in choice.Arms)
        {
            _now = before;
            Visit(arm.Pattern, frame);
            Visit(arm.Guard, frame);
            Visit(arm.Value, frame);
            after = Join(after, _now);
        }

        _now = after;
    }

    private void Loop(ILoopOperation loop, Frame frame)
    {
        (IEnumerable<IOperation> before, IOperation? condition, IEnumerable<IOperation> bottom, bool isTestedFirst) = loop switch
        {
            IForLoopOperation over => (over.Before, over.Condition, over.AtLoopBottom, true),
            IWhileLoopOperation repeated => ([], repeated.Condition, [], repeated.ConditionIsTop),
            IForEachLoopOperation each => ([each.Collection], null, [], true),
            _ => ((IEnumerable<IOperation>)[], (IOperation?)null, (IEnumerable<IOperation>)[], true),
        };
        foreach (IOperation part in before)
        {
            Visit(part, frame);
        }

        int changing = _numbers.NextFresh;
        Forget(loop, frame);
        ComputedState? skipped = null;
        if (isTestedFirst)
        {
            (_now, ComputedState? fails) = Decide(condition, frame);
            skipped = loop is IForLoopOperation counted && IsEntered(counted) ? null : fails;
        }

        // What does not change in the loop is computed in front of it.
        HashSet<int> inFront = InFront(Round, changing, frame);
        int times = loop.DescendantsAndSelf().Any(operation => operation is IPropertyReferenceOperation access && Facts.IsElementAccessOfSpan(access) && SpanLength.Of(access.Instance, frame.Body.Root) is null)
            ? 2 // A loop over a span of which the length is not known may be there twice, with range checks and without.
            : 1;
        ComputedState? head = _now;
        ComputedState? after = null;
        for (int i = 0; i < times; i++)
        {
            _now = head;
            foreach (int number in inFront)
            {
                Counted(number).Origins++;
                _now = _now?.With(number);
            }

            Round();
            after = Join(after, _now);
        }

        _now = Join(after, Join(skipped, Jumped(loop.ExitLabel)));

        void Round()
        {
            if (loop is IForEachLoopOperation { LoopControlVariable: IVariableDeclaratorOperation { Symbol: var element } })
            {
                Set(element, _numbers.Fresh(), [], frame);
            }

            Visit(loop.Body, frame);
            _now = Join(_now, Jumped(loop.ContinueLabel));
            foreach (IOperation part in bottom)
            {
                Visit(part, frame);
            }

            (_, _now) = Decide(condition, frame);
        }
    }

    // for (int i = 0; i < 16; i++)
    private static bool IsEntered(IForLoopOperation loop) => loop.Condition is IBinaryOperation { OperatorKind: BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual, RightOperand.ConstantValue: { HasValue: true, Value: int end } }
        && loop.Before.SelectMany(static part => part.DescendantsAndSelf()).OfType<IVariableDeclaratorOperation>().FirstOrDefault()?.GetVariableInitializer()?.Value.ConstantValue is { HasValue: true, Value: int first } && first < end;

    // What the loop changes is another at each turn.
    private void Forget(ILoopOperation loop, Frame frame)
    {
        foreach (IOperation operation in loop.DescendantsAndSelf())
        {
            IOperation? target = operation switch
            {
                IAssignmentOperation assignment => assignment.Target,
                IIncrementOrDecrementOperation step => step.Target,
                IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument => argument.Value,
                IAddressOfOperation address => address.Reference,
                _ => null,
            };
            if (target is not null)
            {
                Store(target, frame);
            }
            else if (operation is IInvocationOperation { TargetMethod: var method } && (IsInlined(method, frame) ? Writes(method) : !IsPure(method)))
            {
                _now = _now?.Stored(_numbers.Fresh());
            }
        }
    }

    private bool Writes(IMethodSymbol method) => BodyReader.Bodies(_engine, method.OriginalDefinition, _cancellation).Any(static root => root.DescendantsAndSelf().Any(static operation => operation switch
    {
        IAssignmentOperation { Target: not ILocalReferenceOperation { Local.RefKind: RefKind.None } } or IIncrementOrDecrementOperation { Target: not ILocalReferenceOperation { Local.RefKind: RefKind.None } } => true,
        IInvocationOperation { TargetMethod: var inner } => !IsPure(inner),
        _ => false,
    }));

    // A trial, of which nothing is kept but what it computes of what is known in front of the loop.
    private HashSet<int> InFront(Action round, int changing, Frame frame)
    {
        ComputedState? head = _now;
        int indexes = _indexes.Count;
        int returns = frame.Returns.Count;
        Dictionary<ILabelSymbol, int> jumps = new(SymbolEqualityComparer.Default);
        foreach (KeyValuePair<ILabelSymbol, List<ComputedState>> each in _jumps)
        {
            jumps[each.Key] = each.Value.Count;
        }

        Dictionary<int, (int Origins, int Uses)> counts = _computations.ToDictionary(static each => each.Key, static each => (each.Value.Origins, each.Value.Uses));
        round();
        HashSet<int> found = [];
        foreach (KeyValuePair<int, Computation> each in _computations)
        {
            (int origins, int uses) = counts.TryGetValue(each.Key, out (int, int) known) ? known : (0, 0);
            if (each.Value.Origins > origins && _numbers.Latest(each.Key) < changing)
            {
                found.Add(each.Key);
            }

            each.Value.Origins = origins;
            each.Value.Uses = uses;
        }

        _indexes.RemoveRange(indexes, _indexes.Count - indexes);
        frame.Returns.RemoveRange(returns, frame.Returns.Count - returns);
        foreach (KeyValuePair<ILabelSymbol, List<ComputedState>> each in _jumps)
        {
            int count = jumps.TryGetValue(each.Key, out int known) ? known : 0;
            each.Value.RemoveRange(Math.Min(count, each.Value.Count), Math.Max(0, each.Value.Count - count));
        }

        _now = head;
        return found;
    }

    private int Call(IInvocationOperation call, Frame frame)
    {
        if (Inlined(call.TargetMethod, call, call.Instance, [.. call.Arguments], frame) is { } value)
        {
            return value;
        }

        int[] given = [.. call.ChildOperations.Select(child => Visit(child, frame))];
        if (IsPure(call.TargetMethod))
        {
            return Computed($"{call.TargetMethod} ", given);
        }

        _now = _now?.Stored(_numbers.Fresh());
        return _numbers.Fresh();
    }

    // Of the library's, those that only compute.
    private static bool IsPure(IMethodSymbol method) => method is { IsStatic: true, ContainingType: { Name: "Math" or "MathF" or "BitOperations" or "Unsafe" or "BitConverter" or "MemoryMarshal" or "Int32" or "UInt32" or "Int64" or "UInt64" or "Byte", ContainingNamespace.Name: "System" or "Numerics" or "CompilerServices" or "InteropServices" } }
        && !method.Name.StartsWith("Write", StringComparison.Ordinal);

    private bool IsInlined(IMethodSymbol method, Frame frame) => frame.Depth < MostDepth && !method.DeclaringSyntaxReferences.IsEmpty && !method.IsInterruptHandler() && KeptFacts.IsInlined(method, _engine, _cancellation);

    private int? Inlined(IMethodSymbol method, IOperation call, IOperation? instance, IArgumentOperation[] arguments, Frame frame)
    {
        method = (method.PartialImplementationPart ?? method).OriginalDefinition;
        if (!IsInlined(method, frame))
        {
            return null;
        }

        int? itself = null;
        (int Value, HashSet<int> Parts)? receiver = null;
        if (instance is not null)
        {
            receiver = (Visit(instance, frame), Parts(instance, frame));
            itself = Place(instance, frame);
        }

        List<(IParameterSymbol Parameter, int Value, HashSet<int> Parts)> given = [];
        foreach (IArgumentOperation argument in arguments)
        {
            int value = Visit(argument.Value, frame);
            if (argument.Parameter is not { } named || named.Ordinal >= method.Parameters.Length)
            {
                continue;
            }

            IParameterSymbol parameter = method.Parameters[named.Ordinal];
            given.Add((parameter, parameter.RefKind == RefKind.None ? value : Place(argument.Value, frame), Parts(argument.Value, frame)));
        }

        HashSet<int> returned = [];
        int result = _numbers.Fresh();
        foreach (IOperation root in BodyReader.Bodies(_engine, method, _cancellation))
        {
            Frame inner = new(BodyOf(method, root), frame.Depth + 1, _frames++, frame.Call ?? call.Syntax) { This = itself, Receiver = receiver };
            foreach ((IParameterSymbol parameter, int value, HashSet<int> parts) in given)
            {
                Set(parameter, value, parts, inner);
            }

            Run(root, inner);
            foreach ((ComputedState? state, _, HashSet<int> parts) in inner.Returns)
            {
                _now = Join(_now, state);
                returned.UnionWith(parts);
            }

            result = inner.Returns is [(_, var only, _)] ? only : result;
        }

        _returned[(frame.Id, call)] = returned;
        return result;
    }

    /// <summary>The computations on which the range of a value hangs: not what a mask keeps within bounds, whatever it is.</summary>
    private HashSet<int> Parts(IOperation value, Frame frame)
    {
        HashSet<int> parts = [];
        Add(value);
        return parts;

        void Add(IOperation part)
        {
            switch (part)
            {
                case { ConstantValue.HasValue: true }:
                    return;
                case IParenthesizedOperation parenthesized:
                    Add(parenthesized.Operand);
                    return;
                case IConversionOperation { OperatorMethod: null } conversion when IsNoCode(conversion):
                    Add(conversion.Operand);
                    return;
                case ILocalReferenceOperation { Local: var local }:
                    parts.UnionWith(frame.Parts.TryGetValue(local, out HashSet<int>? ofLocal) ? ofLocal : []);
                    return;
                case IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter }:
                    parts.UnionWith(frame.Parts.TryGetValue(parameter, out HashSet<int>? ofParameter) ? ofParameter
                        : parameter.ContainingSymbol is INamedTypeSymbol && frame.Receiver is { } receiver ? receiver.Parts : []);
                    return;
                case IConditionalOperation { WhenFalse: { } other } choice:
                    Add(choice.WhenTrue);
                    Add(other);
                    return;
            }

            if (_of.TryGetValue((frame.Id, part), out int number))
            {
                parts.Add(number);
            }

            if (_returned.TryGetValue((frame.Id, part), out HashSet<int>? returned))
            {
                parts.UnionWith(returned);
            }
            else if (part is IBinaryOperation { OperatorMethod: null, OperatorKind: not BinaryOperatorKind.And } binary)
            {
                Add(binary.LeftOperand);
                Add(binary.RightOperand);
            }
        }
    }

    private void Jump(ILabelSymbol label)
    {
        if (_now is not null)
        {
            if (!_jumps.TryGetValue(label, out List<ComputedState>? states))
            {
                _jumps[label] = states = [];
            }

            states.Add(_now);
        }

        _now = null;
    }

    private ComputedState? Jumped(ILabelSymbol label)
    {
        ComputedState? all = null;
        if (_jumps.TryGetValue(label, out List<ComputedState>? states))
        {
            foreach (ComputedState state in states)
            {
                all = Join(all, state);
            }

            states.Clear();
        }

        return all;
    }

    private ComputedState? Join(ComputedState? one, ComputedState? other) => one is null ? other : other is null ? one : one.Join(other, _numbers.Fresh);

    /// <summary>How often something is computed where it was not before, and where it was.</summary>
    private sealed class Computation
    {
        public int Origins { get; set; }

        public int Uses { get; set; }
    }

    /// <summary>One instance of a method: itself, or inlined somewhere.</summary>
    private sealed class Frame(Body body, int depth, int id, SyntaxNode? call)
    {
        public Body Body { get; } = body;

        public int Depth { get; } = depth;

        public int Id { get; } = id;

        /// <summary>The call in the method that is compiled; null in that itself.</summary>
        public SyntaxNode? Call { get; } = call;

        public int? This { get; set; }

        /// <summary>Of a member of an extension block: what it is called on.</summary>
        public (int Value, HashSet<int> Parts)? Receiver { get; set; }

        public List<(ComputedState? State, int Value, HashSet<int> Parts)> Returns { get; } = [];

        /// <summary>On what the range of a variable hangs.</summary>
        public Dictionary<ISymbol, HashSet<int>> Parts { get; } = new(SymbolEqualityComparer.Default);
    }
}
