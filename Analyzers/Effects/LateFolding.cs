using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Whether the JIT finds only late that a value is a constant. It numbers values before it looks for ranges, and two reads of one place get two
/// numbers; between the two steps it merges the reads, folds what comes of them (<c>x - x</c>), and drops the mask around it. The constant that is
/// left has no number, and the check stays. So a value is not relied upon if it subtracts or compares what may be equal, counts zeros of a constant, or is
/// read from a static variable that was just set to a constant.
/// </summary>
internal sealed partial class LateFolding(Body body)
{
    private const int MostCalls = 8;
    private const int MostDepth = 200;

    private readonly HashSet<(ILocalSymbol, IOperation)> _open = [];
    private readonly HashSet<string> _openPlaces = [];
    private readonly HashSet<(IOperation, IOperation)> _openPairs = [];
    private int _calls;
    private int _depth;

    /// <summary>Whether elements of one buffer are told apart.</summary>
    private bool _byElements;

    private enum Value
    {
        /// <summary>Not a constant, as far as the JIT is concerned.</summary>
        Open,

        /// <summary>A constant, which it sees at once.</summary>
        Fixed,

        /// <summary>What it may see to be a constant, but too late.</summary>
        Late,
    }

    public static bool MayHappen(IOperation value, Body body)
    {
        LateFolding late = new(body);
        return late.Of(value, body.Root) == Value.Late && !new SampledValue(body.Root, operation => late.NameOf(operation, body.Root)).Varies(value);
    }

    /// <summary>Whether the JIT sees at once that the value is a constant.</summary>
    public static bool IsFixed(IOperation value, Body body) => new LateFolding(body).Of(value, body.Root) == Value.Fixed;

    /// <summary>What a comparison comes to if the JIT finds its operands to be equal, and that is all that it may decide it by; else null.</summary>
    public static bool? OfEquals(IOperation condition, Body body)
    {
        LateFolding late = new(body);
        return Bare(condition) is IBinaryOperation { OperatorMethod: null } binary && IsComparison(binary)
            && late.Of(binary.LeftOperand, body.Root) == Value.Open && late.Of(binary.RightOperand, body.Root) == Value.Open
            ? binary.OperatorKind is BinaryOperatorKind.Equals or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThanOrEqual : null;
    }

    private Value Of(IOperation value, IOperation root)
    {
        // It may be anything.
        if (_depth > MostDepth)
        {
            return Value.Late;
        }

        _depth++;
        Value found = Followed(value, root);
        _depth--;
        return found;
    }

    private Value Followed(IOperation value, IOperation root)
    {
        switch (value)
        {
            case { ConstantValue.HasValue: true }:
            case IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: true } }:
                return Value.Fixed;

            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand, root);

            case IConversionOperation { OperatorMethod: null } conversion:
                return Of(conversion.Operand, root);

            case IUnaryOperation { OperatorMethod: null } unary:
                return Of(unary.Operand, root);

            case IBinaryOperation { OperatorMethod: null } binary:
                return Of(binary, root);

            case IBinaryOperation { OperatorMethod: { DeclaringSyntaxReferences.IsEmpty: false } method } binary:
                return Called(method, [Of(binary.LeftOperand, root), Of(binary.RightOperand, root)]);

            case ICompoundAssignmentOperation { OperatorMethod: { DeclaringSyntaxReferences.IsEmpty: false } method } compound:
                return Called(method, [Of(compound.Target, root), Of(compound.Value, root)]);

            case IUnaryOperation { OperatorMethod: { DeclaringSyntaxReferences.IsEmpty: false } method } unary:
                return Called(method, [Of(unary.Operand, root)]);

            case IConversionOperation { OperatorMethod: { DeclaringSyntaxReferences.IsEmpty: false } method } conversion:
                return Called(method, [Of(conversion.Operand, root)]);

            case ICompoundAssignmentOperation { OperatorMethod: null } compound:
                return Of(compound, root);

            // Of other numbers than 0 and 1 the JIT makes branches, and decides them in time.
            case IConditionalOperation { WhenFalse: { } other } choice when !(IsBit(choice.WhenTrue) && IsBit(other)):
                return Compared(choice.Condition).Append(choice.WhenTrue).Append(other).Any(part => Of(part, root) == Value.Late) ? Value.Late : Value.Open;

            // A struct whose parts are not told apart: any of them.
            case ILocalReferenceOperation { Local: { RefKind: RefKind.None } local }:
                return Joined(local, root);

            case IObjectCreationOperation creation when MakesLate(creation):
                return Value.Late;

            case ITupleOperation or IObjectCreationOperation or IWithOperation:
                return value.DescendantsAndSelf().Any(part => part != value && IsWhole(part) && Of(part, root) == Value.Late) ? Value.Late : Value.Open;

            case IFieldReferenceOperation field when Owner(field) is ILocalReferenceOperation { Local: { RefKind: RefKind.None } local }:
                return PartIsLate(local, field, root) ? Value.Late : Value.Open;

            // Through a reference of the caller's the JIT may see as far, if the method is inlined.
            case IFieldReferenceOperation field when Place(field) is { } place && IsFollowed(field, root):
                return IsSet(place, root) ? Value.Late : Value.Open;

            case IInvocationOperation call:
                return IsLate(call.Instance, root) || ComparesEqual(call, root) ? Value.Late : Called(call.TargetMethod, call.Arguments.Select(argument => Of(argument.Value, root)));

            case ITupleBinaryOperation { LeftOperand: var left, RightOperand: var right }:
                return MayBeEqualTuples(left, right, root) ? Value.Late : Value.Open;

            case IPropertyReferenceOperation { Property: { GetMethod: { } getter, IsIndexer: var isIndexer } } property when !isIndexer || !getter.DeclaringSyntaxReferences.IsEmpty:
                return IsLate(property.Instance, root) ? Value.Late : Called(getter, property.Arguments.Select(argument => Of(argument.Value, root)));

            default:
                return value.ChildOperations.Any(child => Of(child, root) == Value.Late) ? Value.Late : Value.Open;
        }
    }

    // To what the JIT may see to be a constant. Two places may be set by way of each other.
    private bool IsSet(string place, IOperation root)
    {
        if (!_openPlaces.Add(place))
        {
            return false;
        }

        bool isSet = Written(place, root).Any(write => !ContainsPlace(write.Value, place) && Of(write.Value, write.Root) != Value.Open);
        _openPlaces.Remove(place);
        return isSet;
    }

    private Value Of(IBinaryOperation binary, IOperation root)
    {
        if (IsErased(binary))
        {
            return Value.Fixed;
        }

        Value left = Of(binary.LeftOperand, root);
        Value right = Of(binary.RightOperand, root);
        return left == Value.Late || right == Value.Late || (Cancels(binary) && !IsShifted(binary.LeftOperand, binary.RightOperand) && MayBeEqual(binary.LeftOperand, binary.RightOperand, root)) ? Value.Late
            : left == Value.Fixed && right == Value.Fixed ? Value.Fixed
            : Value.Open;
    }

    // k ^= x: what was there before is all else that is written to it.
    private Value Of(ICompoundAssignmentOperation compound, IOperation root)
    {
        Value right = Of(compound.Value, root);
        return right == Value.Late || (compound.OperatorKind is BinaryOperatorKind.Subtract or BinaryOperatorKind.ExclusiveOr && !TypeFacts.IsFloating(compound.Type) && !IsShifted(compound.Target, compound.Value) && InBoth(IsMaybeBefore))
            ? Value.Late : Value.Open;

        bool IsMaybeBefore()
        {
            HashSet<string> before = [];
            HashSet<string> ofRight = [];
            return AreMaybeEqual(ReadsBefore(compound, root, before), before, Reads(compound.Value, root, ofRight), ofRight);
        }
    }

    // A part of a local struct.
    private bool PartIsLate(ILocalSymbol local, IFieldReferenceOperation part, IOperation root)
    {
        string name = $"{local.Name} at {local.Locations[0].SourceSpan.Start}.{Path(part)}";
        if (!_openPlaces.Add(name))
        {
            return false;
        }

        bool isLate = WrittenToPart(local, part, root).Concat(Facts.WrittenTo(local, root).SelectMany(whole => Parts(whole, First(part)))).Any(value => Of(value, root) == Value.Late)
            || Facts.WrittenTo(local, root).Any(whole => Bare(whole) is IObjectCreationOperation creation && MakesLate(creation)) || IsWrittenLateByOthers(local, root);
        _openPlaces.Remove(name);
        return isLate;
    }

    private static IEnumerable<IOperation> WrittenToPart(ILocalSymbol local, IFieldReferenceOperation part, IOperation root) => Facts.WrittenTo(
        operation => operation is IFieldReferenceOperation other && Owner(other) is ILocalReferenceOperation owner && SymbolEqualityComparer.Default.Equals(owner.Local, local)
            && Path(other) == Path(part), root);

    // What a field gets of a value that is made here; of any other, the value.
    private static IEnumerable<IOperation> Parts(IOperation whole, IFieldSymbol field) => Bare(whole) switch
    {
        ITupleOperation tuple => [.. tuple.Elements.Where((_, i) => field.CorrespondingTupleField is not { } own || own.Name == FormattableString.Invariant($"Item{i + 1}"))],
        IConditionalOperation { WhenFalse: { } other } choice => Parts(choice.WhenTrue, field).Concat(Parts(other, field)),
        IObjectCreationOperation creation => creation.Arguments.Select(static argument => argument.Value).Concat(Initialized(creation.Initializer, field)),
        IWithOperation { Operand: var copied } with => Parts(copied, field).Concat(Initialized(with.Initializer, field)),
        var other => [other],
    };

    private static IEnumerable<IOperation> Initialized(IOperation? initializer, IFieldSymbol field) => initializer is null ? [] : initializer.ChildOperations.OfType<ISimpleAssignmentOperation>()
        .Where(assignment => assignment.Target is not IFieldReferenceOperation { Field: var other } || IsSame(other, field)).Select(static assignment => assignment.Value);

    private static bool IsWhole(IOperation part) => part.Parent is ITupleOperation or IArgumentOperation or ISimpleAssignmentOperation or IWithOperation && (part.Type?.SpecialType == SpecialType.System_Boolean || ValueRange.OfType(part.Type) is not null);

    private static IFieldSymbol First(IFieldReferenceOperation part) => part.Instance is IFieldReferenceOperation outer ? First(outer) : part.Field;

    private static string Path(IFieldReferenceOperation part) => part.Instance is IFieldReferenceOperation outer ? $"{Path(outer)}.{part.Field.Name}" : part.Field.Name;

    // Where it is known, of a local with one other value, or of a part of one that is a copy.
    private bool ReadsBefore(ICompoundAssignmentOperation compound, IOperation root, HashSet<string> places)
    {
        switch (compound.Target)
        {
            case ILocalReferenceOperation { Local: { RefKind: RefKind.None } local }:
                IOperation[] others = [.. Facts.WrittenTo(local, root).Where(value => value != compound)];
                return others is [{ } other] && !(other.Type is { IsValueType: true, SpecialType: SpecialType.None }) && other is not ICompoundAssignmentOperation && Reads(other, root, places);

            case IFieldReferenceOperation part when Owner(part) is ILocalReferenceOperation { Local: { RefKind: RefKind.None } local }:
                HashSet<string> copies = [];
                if (WrittenToPart(local, part, root).Count() != 1 || Facts.OnlyValue(local, root) is not { } copied)
                {
                    return false;
                }

                return ReadsMemory(copied, root, copies) && copies.Count == 1 && places.Add($"{copies.Single()}.{Path(part)}");

            // Memory, which is read again.
            case { } target:
                return ReadsMemory(target, root, places);

            default:
                return false;
        }
    }

    // x ^ (x << 13): a number and the same one shifted are equal by nothing but their value.
    private static bool IsShifted(IOperation one, IOperation other) => IsShift(one, other) || IsShift(other, one);

    private static bool IsShift(IOperation shifted, IOperation of) => Bare(of) is ILocalReferenceOperation { Local: { RefKind: RefKind.None } local }
        && Bare(shifted) is IBinaryOperation
        {
            OperatorMethod: null, OperatorKind: BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift, LeftOperand: var number,
            RightOperand.ConstantValue: { HasValue: true, Value: int and > 0 and < 32 }
        }
        && Bare(number) is ILocalReferenceOperation { Local: var also } && SymbolEqualityComparer.Default.Equals(local, also);

    // Nothing is left of the other operand.
    private static bool IsErased(IBinaryOperation binary) => !TypeFacts.IsFloating(binary.Type) && binary.OperatorKind is BinaryOperatorKind.Multiply or BinaryOperatorKind.And
        && (IsConstant(binary.LeftOperand, 0) || IsConstant(binary.RightOperand, 0));

    // Operators that make a constant of a number and itself.
    private static bool Cancels(IBinaryOperation binary) => binary.OperatorKind switch
    {
        // A number that is none is neither equal to itself nor greater, and taken from itself it is none.
        BinaryOperatorKind.Subtract or BinaryOperatorKind.ExclusiveOr => !TypeFacts.IsFloating(binary.Type),
        BinaryOperatorKind.Add => !TypeFacts.IsFloating(binary.Type) && (IsNegated(binary.LeftOperand) || IsNegated(binary.RightOperand)),
        BinaryOperatorKind.LessThan or BinaryOperatorKind.GreaterThan => true,
        _ => IsComparison(binary) && !TypeFacts.IsFloating(binary.LeftOperand.Type),
    };

    private static bool IsComparison(IBinaryOperation binary) => binary.OperatorKind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals
        or BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual;

    private static IOperation[] Compared(IOperation condition) =>
        Bare(condition) is IBinaryOperation { OperatorMethod: null } binary && IsComparison(binary) ? [binary.LeftOperand, binary.RightOperand] : [condition];

    private static bool IsBit(IOperation value) => value.Type?.SpecialType == SpecialType.System_Boolean || IsConstant(value, 0) || IsConstant(value, 1);

    // A constant, negated or not, takes nothing away from what is read.
    private static bool IsNegated(IOperation operation) => Bare(operation) switch
    {
        { ConstantValue.HasValue: true } => false,
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Minus } => true,
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply } product => IsConstant(product.LeftOperand, -1) || IsConstant(product.RightOperand, -1),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Subtract } less => !less.RightOperand.ConstantValue.HasValue || IsNegated(less.LeftOperand),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } sum => IsNegated(sum.LeftOperand) || IsNegated(sum.RightOperand),
        _ => false,
    };

    private static bool IsConstant(IOperation operation, int number) =>
        operation.ConstantValue is { HasValue: true, Value: IConvertible and not (string or bool or char) and var value }
        && Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture) == number;

    // A method that is not inlined gives what nobody knows. Of one that is, the JIT sees what it returns.
    private Value Called(IMethodSymbol method, IEnumerable<Value> arguments)
    {
        if (!MayBeInlined(method))
        {
            return Value.Open;
        }

        Value[] values = [.. arguments];
        if (values.Contains(Value.Late))
        {
            return Value.Late;
        }

        // The library's functions on constants are folded at several times.
        if (method.DeclaringSyntaxReferences.IsEmpty)
        {
            return values.Length == 0 || values.Any(static value => value != Value.Fixed) ? Value.Open : IsFoldedAtOnce(method) ? Value.Fixed : Value.Late;
        }

        if (++_calls > MostCalls)
        {
            return Value.Late;
        }

        return WritesLate(method) || BodyReader.Bodies(body.Engine, method.OriginalDefinition, body.Cancellation)
            .Any(root => Returned(root).Any(value => Of(value, root) == Value.Late)) ? Value.Late : Value.Open;
    }

    private static bool IsFoldedAtOnce(IMethodSymbol method) => method.ContainingType switch
    {
        { Name: "BitOperations", ContainingNamespace.Name: "Numerics" } => method.Name is "PopCount" or "Log2" or "LeadingZeroCount" or "RotateLeft" or "RotateRight"
            || (method.Name == "TrailingZeroCount" && !Inlining.IsWideCount(method)),
        { Name: "Math", ContainingNamespace.Name: "System" } => method.Name is "Max" or "Min" or "Abs",
        _ => false,
    };

    private static IEnumerable<IOperation> Returned(IOperation root) =>
        root.DescendantsAndSelf().OfType<IReturnOperation>().Select(static end => end.ReturnedValue).OfType<IOperation>();

    /// <summary>What everything that is written to a variable has in common.</summary>
    private Value Joined(ILocalSymbol local, IOperation root)
    {
        if (!_open.Add((local, root)))
        {
            return Value.Open;
        }

        Value[] values = [.. Facts.WrittenTo(local, root).Select(value => Of(value, root))];
        bool isLate = values.Contains(Value.Late) || IsWrittenLateByOthers(local, root);
        _open.Remove((local, root));
        return isLate ? Value.Late
            : values.Length > 0 && values.All(static value => value == Value.Fixed) ? Value.Fixed
            : Value.Open;
    }

    // Here, and in what is inlined here: all values that are written to a place.
    private IEnumerable<(IOperation Value, IOperation Root)> Written(string place, IOperation start)
    {
        HashSet<IMethodSymbol> seen = new(SymbolEqualityComparer.Default);
        Queue<IOperation> roots = new();
        roots.Enqueue(start);
        while (roots.Count > 0)
        {
            IOperation root = roots.Dequeue();
            foreach (IOperation value in Facts.WrittenTo(operation => Place(operation) == place, root))
            {
                yield return (value, root);
            }

            foreach (IMethodSymbol method in root.DescendantsAndSelf().Select(Target).OfType<IMethodSymbol>())
            {
                if (MayBeInlined(method) && seen.Add(method.OriginalDefinition))
                {
                    foreach (IOperation inlined in BodyReader.Bodies(body.Engine, method.OriginalDefinition, body.Cancellation))
                    {
                        roots.Enqueue(inlined);
                    }
                }
            }
        }
    }

    private static bool ContainsPlace(IOperation value, string place) => value.DescendantsAndSelf().Any(part => Place(part) == place);

    private static IMethodSymbol? Target(IOperation operation) => operation switch
    {
        IInvocationOperation call => call.TargetMethod,
        IPropertyReferenceOperation property => property.Property.GetMethod,
        _ => null,
    };

    // Unless one reads what the other does not, or nothing.
    private bool MayBeEqual(IOperation left, IOperation right, IOperation root)
    {
        // What hangs on itself, by way of an index that is read, is equal only if it is by something else.
        if (!_openPairs.Add((left, right)))
        {
            return false;
        }

        bool may = Alternatives(left, root).Any(one => Alternatives(right, root).Any(other => InBoth(() => Are(one, other))));
        _openPairs.Remove((left, right));
        return may;

        bool Are(IOperation one, IOperation other)
        {
            HashSet<string> ofOne = [];
            HashSet<string> ofOther = [];
            return AreMaybeEqual(Reads(one, root, ofOne), ofOne, Reads(other, root, ofOther), ofOther);
        }
    }

    private bool MayBeEqualTuples(IOperation left, IOperation right, IOperation root) => Bare(left) is not ITupleOperation one || Bare(right) is not ITupleOperation other
        || one.Elements.Zip(other.Elements, (element, also) => MayBeEqual(element, also, root)).Any(static maybe => maybe);

    // As far as the names of buffers tell, and as far as their elements do.
    private bool InBoth(Func<bool> areMaybeEqual)
    {
        bool before = _byElements;
        _byElements = false;
        bool are = areMaybeEqual();
        _byElements = true;
        are = are && areMaybeEqual();
        _byElements = before;
        return are;
    }

    // What a local may be a copy of, where it is only ever assigned to.
    private static IOperation[] Alternatives(IOperation value, IOperation root)
    {
        if (Bare(value) is not ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } || Facts.OnlyValue(local, root) is not null || !MemoryRead.IsInOneHand(local, root)
            || Steps(local, root).Any())
        {
            return [value];
        }

        IOperation[] written = [.. Facts.WrittenTo(local, root)];
        return written.Length == 0 || written.Any(static each => each is ICompoundAssignmentOperation) ? [value] : written;
    }

    private static IEnumerable<IIncrementOrDecrementOperation> Steps(ILocalSymbol local, IOperation root) => root.DescendantsAndSelf().OfType<IIncrementOrDecrementOperation>()
        .Where(step => step.Target is ILocalReferenceOperation target && SymbolEqualityComparer.Default.Equals(target.Local, local));

    private static bool AreMaybeEqual(bool knowsLeft, HashSet<string> ofLeft, bool knowsRight, HashSet<string> ofRight) =>
        !(knowsLeft && ofLeft.Count == 0) && !(knowsRight && ofRight.Count == 0) && !(knowsLeft && knowsRight && !ReadPlace.MayBeSame(ofLeft, ofRight));

    /// <summary>The places that an expression reads; false where that cannot be told.</summary>
    private bool Reads(IOperation value, IOperation root, HashSet<string> places)
    {
        switch (value)
        {
            case { ConstantValue.HasValue: true }:
            case IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: true } }:
                return true;

            case IParenthesizedOperation or IConversionOperation { OperatorMethod: null } or IUnaryOperation { OperatorMethod: null }:
                return value.ChildOperations.All(child => Reads(child, root, places));

            case IBinaryOperation { OperatorMethod: null } binary:
                return IsErased(binary) || (Reads(binary.LeftOperand, root, places) && Reads(binary.RightOperand, root, places));

            case ILocalReferenceOperation { Local: { RefKind: RefKind.None } local }:
                return Facts.OnlyValue(local, root) is { } only ? !(only.Type is { IsValueType: true, SpecialType: SpecialType.None }) && Reads(only, root, places)
                    : IsCounter(local, root, places);

            case IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } when !MayBeInlined(body.Member) && root == body.Root:
                places.Add(parameter.Name);
                return true;

            case IInvocationOperation call when !MayBeInlined(call.TargetMethod) || IsAtomic(call.TargetMethod):
                places.Add($"call at {call.Syntax.SpanStart}");
                return true;

            // Of a pointer that is given to the library it is known what buffer it leads to, but not where in it.
            case IInvocationOperation { Instance: null, TargetMethod.DeclaringSyntaxReferences.IsEmpty: true, Arguments: [{ Value: { Type.TypeKind: TypeKind.Pointer } pointer }] }:
                return !_byElements && Place(pointer, root) is { } buffer && (places.Add(IsInlined(root) ? ReadPlace.InInlined(pointer, $"{buffer}[]", root) : $"{buffer}[]") || true);

            case IInvocationOperation { Instance: null, TargetMethod.DeclaringSyntaxReferences.IsEmpty: true } call
                when call.Arguments.All(static argument => argument.Parameter?.RefKind == RefKind.None && argument.Value.Type?.TypeKind != TypeKind.Pointer):
                return call.Arguments.All(argument => Reads(argument.Value, root, places));

            case IPropertyReferenceOperation element when Facts.IsElementAccessOfSpan(element):
                return ReadsMemory(value, root, places);

            // What the kernel and the dispatcher left for the handler: some of it twice, but nothing of it in the program's own memory.
            case IPropertyReferenceOperation { Arguments.IsEmpty: true, Instance: IParameterReferenceOperation, Property.ContainingType: { Name: "InterruptContext" } type } when type.ContainingAssembly?.Name == KnownSymbols.Library:
                places.Add("context");
                return true;

            case IFieldReferenceOperation { Instance: ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } } part when Element(local, part, root) is { } element:
                return Reads(element, root, places);

            default:
                return Place(value, root) is { } place && !(IsFollowed(value, root) && Written(place, root).Any()) && ReadsMemory(value, root, places);
        }
    }

    // What a part of a tuple is made of, where only its declaration ever sets it.
    private static IOperation? Element(ILocalSymbol local, IFieldReferenceOperation part, IOperation root) =>
        Facts.OnlyValue(local, root) is { } only && Bare(only) is ITupleOperation tuple && !IsChanged(local, root) && local.Type is INamedTypeSymbol { TupleElements: var elements }
            && elements.FirstOrDefault(element => IsSame(element, part.Field)) is { } field ? tuple.Elements[elements.IndexOf(field)] : null;

    private static bool IsSame(IFieldSymbol one, IFieldSymbol other) =>
        SymbolEqualityComparer.Default.Equals(one.CorrespondingTupleField ?? one, other.CorrespondingTupleField ?? other);

    // A number that constants make, by steps or by choice: a constant, or nothing that is read.
    private static bool IsCounter(ILocalSymbol local, IOperation root, HashSet<string> places) => MemoryRead.IsInOneHand(local, root)
        && Facts.WrittenTo(local, root).ToArray() is [_, ..] written
        && written.All(static value => value.ConstantValue.HasValue || value is ICompoundAssignmentOperation { Value.ConstantValue.HasValue: true })
        && (places.Add($"{local.Name} at {local.Locations[0].SourceSpan.Start}") || true);

    // What the expression reads by itself, and not by what it is computed of. All elements of a buffer count for one.
    private string? NameOf(IOperation value, IOperation root)
    {
        bool isRead = value switch
        {
            IInvocationOperation call => !MayBeInlined(call.TargetMethod) || IsAtomic(call.TargetMethod),
            IFieldReferenceOperation or IInlineArrayAccessOperation or { Kind: OperationKind.None } => Place(value, root) is not null,
            _ => value is IParameterReferenceOperation or IPropertyReferenceOperation,
        };
        if (!isRead)
        {
            return null;
        }

        HashSet<string> places = [];
        return Reads(value, root, places) && places.Count == 1 && !places.Any(ReadPlace.IsLent) ? places.Single() : null;
    }

    private bool ReadsMemory(IOperation value, IOperation root, HashSet<string> places) =>
        (_byElements ? new MemoryAddress(root, index => ReadsIndex(index, root, places)).Of(value) : Place(value, root)) is { } address
            && (places.Add(IsInlined(root) ? ReadPlace.InInlined(value, address, root) : address) || true);

    // Of what the JIT may see to be a constant, or reads nothing, it is not known which constant.
    private bool ReadsIndex(IOperation index, IOperation root, HashSet<string> places)
    {
        HashSet<string> own = [];
        if (Of(index, root) != Value.Open || !Reads(index, root, own) || own.Count == 0)
        {
            return false;
        }

        places.UnionWith(own);
        return true;
    }

    private static bool IsAtomic(IMethodSymbol method) =>
        method.ContainingType is { Name: "Volatile" or "Interlocked", ContainingNamespace.Name: "Threading" };

    // Static variables, and those that a reference leads to which may be of a static one.
    private bool IsFollowed(IOperation place, IOperation root) => Owner(place) is IFieldReferenceOperation { Field.IsStatic: true }
        || (IsInlined(root)
            && Owner(place) is IParameterReferenceOperation { Parameter.RefKind: not RefKind.None } or IInstanceReferenceOperation);

    private bool IsInlined(IOperation root) => root != body.Root || MayBeInlined(body.Member);

    private static IOperation Owner(IOperation place) => place is IFieldReferenceOperation { Instance: { } instance } ? Owner(instance) : place;

    /// <summary>A name for a place in memory, the same for all ways to write it; null for what has none. Elements of one buffer share theirs.</summary>
    private static string? Place(IOperation value, IOperation? root = null) => value switch
    {
        IParenthesizedOperation or IConversionOperation { OperatorMethod: null } => Place(value.ChildOperations.First(), root),
        IFieldReferenceOperation { Field: { IsStatic: true } field } => field.ToDisplayString(),
        IFieldReferenceOperation { Instance: { } instance } field => Place(instance, root) is { } owner ? owner.EndsWith("[]", StringComparison.Ordinal) ? owner : MemoryAddress.Name(owner, field.Field) : null,
        IParameterReferenceOperation { Parameter: { RefKind: not RefKind.None } parameter } => parameter.Name,
        IParameterReferenceOperation { Type.TypeKind: TypeKind.Pointer, Parameter: var parameter } => parameter.Name,
        IInstanceReferenceOperation => "this",
        ILocalReferenceOperation { Local: { } local } when root is not null => Facts.OnlyValue(local, root) is { } only && !IsChanged(local, root)
            ? Place(only, root) : null,
        IBinaryOperation { Type.TypeKind: TypeKind.Pointer, LeftOperand: var pointer } => Place(pointer, root),
        IInlineArrayAccessOperation access => Place(access.Instance, root) is { } owner ? $"{owner}[]" : null,
        IPropertyReferenceOperation { Instance: ILocalReferenceOperation { Local: { } local } } element when root is not null && Facts.IsElementAccessOfSpan(element) =>
            Facts.OnlyValue(local, root) is { } made && Facts.Unconverted(made) is IObjectCreationOperation { Constructor: { } constructor, Arguments: [{ Value: var pointer }, _] } && SpanLength.IsOverPointer(constructor)
            && Place(pointer, root) is { } owner ? $"{owner}[]" : null,
        { Kind: OperationKind.None } => value.ChildOperations.FirstOrDefault() is { } pointer && Place(pointer, root) is { } owner ? $"{owner}[]" : null,
        _ => null,
    };

    /// <summary>Whether a part of a local is changed, or may be by a method of its own.</summary>
    public static bool IsChanged(ILocalSymbol local, IOperation root)
    {
        return root.DescendantsAndSelf().Any(operation => operation switch
        {
            IFieldReferenceOperation field => Is(Owner(field)) && (Usage.Of(field).Writes || Usage.IsExposed(field)),
            IInvocationOperation { Instance: { } instance } => Is(Owner(instance)),
            IPropertyReferenceOperation { Instance: { } instance } => Is(Owner(instance)),
            _ => false,
        });

        bool Is(IOperation owner) => owner is ILocalReferenceOperation { Local: var other } && SymbolEqualityComparer.Default.Equals(other, local);
    }

    private static IOperation Bare(IOperation operation) => operation switch
    {
        IParenthesizedOperation parenthesized => Bare(parenthesized.Operand),
        IConversionOperation { OperatorMethod: null } conversion => Bare(conversion.Operand),
        _ => operation,
    };

    private static bool MayBeInlined(IMethodSymbol method) =>
        (method.MethodImplementationFlags & (MethodImplAttributes.NoInlining | MethodImplAttributes.NoOptimization)) == 0 && !method.IsInterruptHandler();
}
