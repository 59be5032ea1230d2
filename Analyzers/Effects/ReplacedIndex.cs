using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Whether the JIT puts another value in the place of an index, or of a length, because a test says that the two are equal: a constant, or a variable. What it has found out about
/// the one, by a test before or by how it is computed, it does not know of the other. Such a test is harmless where what replaces the index is in range as plainly.
/// </summary>
internal sealed class ReplacedIndex
{
    // From then on the condition of a loop is read anew with the length in it, and a test already in the one before.
    private const int KnowsLengthOfLoop = 10;
    private const int KnowsLengthOfTest = 9;

    // From then on it sees what 5 + 1 is, although it learns late that 5 stands there.
    private const int FoldsAhead = 9;

    // From then on it sees that a length is tested twice.
    private const int MergesLengths = 9;

    // From then on it sees that a loop that starts at 0 has a first element, whatever the longest is that the span may be; and from the next on whatever else the loop asks for.
    private const int SeesFirstOfLimited = 9;
    private const int SeesFirst = 10;

    private const int MostCopies = 4;

    // No text of an operation.
    private const string Length = "";

    private readonly Body _body;
    private readonly IOperation _index;
    private readonly IOperation _root;
    private readonly HashSet<string> _names;
    private readonly ISymbol? _span;
    private readonly HashSet<string> _lengths = [];
    private readonly IOperation? _length;
    private readonly List<Comparison> _tests = [];
    private readonly List<IReadOnlyList<Comparison>> _sure = [];
    private readonly List<Comparison> _maybe = [];

    private ReplacedIndex(IOperation index, ISymbol? span, Body body)
    {
        _body = body;
        _index = index;
        _root = body.Root;
        _span = span;
        List<IOperation> places = [index];
        _names = Constant(index) is null ? Names(Parts(index, places)) : [];
        if (span is ILocalSymbol local && Facts.OnlyValue(local, _root) is { } made && Facts.Unconverted(made) is IObjectCreationOperation { Constructor: { } constructor, Arguments: [_, { Value: { } length }] }
            && SpanLength.IsOverPointer(constructor))
        {
            _length = length;
            _lengths = Names(Parts(length, []));
        }

        foreach (IOperation place in places)
        {
            (IReadOnlyList<Comparison> sure, IReadOnlyList<Comparison> maybe) = TakenTests.Of(place, body);
            _sure.Add(sure);
            _tests.AddRange(sure);
            _tests.AddRange(maybe);
            _maybe.AddRange(maybe);
        }
    }

    private int Oldest => OldestRuntime.Of(_body.Engine.Compilation);

    /// <param name="index">Which is in range if it is not replaced.</param>
    /// <param name="length">Where it is known as a number.</param>
    /// <param name="span">Of which the length is not known.</param>
    /// <param name="proof">Why it is in range.</param>
    /// <param name="isInRange">Whether another is in range.</param>
    /// <param name="body">Where.</param>
    public static bool May(IOperation index, int? length, ISymbol? span, IndexProof proof, Func<IOperation, bool> isInRange, Body body)
    {
        ReplacedIndex replaced = new(index, length is null ? span : null, body);
        return (proof == IndexProof.Loop && length is null && span is not null && Facts.IsEnteredForSure(index, span, body))
            || (replaced._tests.Count > 0 && proof != IndexProof.Equality && (replaced.ByAnother(proof, isInRange) || replaced.ByRound(proof) || replaced.IsLost(proof) || replaced.AnyNever(index, length, proof)));
    }

    /// <summary>Whether a test says what the length of a span is, of which it is not known as a number otherwise, and some runtime makes less of it then.</summary>
    public static bool MayLength(IOperation span, IOperation place, Body body) => OldestRuntime.Of(body.Engine.Compilation) < KnowsLengthOfLoop && Facts.Variable(span) is { } variable && SpanLength.Of(span, body.Root) is null
        && new ReplacedIndex(place, variable, body) is var replaced && replaced._tests.Any(test => replaced.IsConstantLength(test) || replaced.IsConstantLength(test.Flipped));

    /// <summary>What a test says that the length of a span is, if it is a constant.</summary>
    public static int? LengthByTest(IOperation index, ISymbol span, Body body)
    {
        ReplacedIndex replaced = new(index, span, body);
        return replaced.Equal().SelectMany(static test => new[] { test, test.Flipped }).Where(replaced.IsConstantLength).Select(test => replaced.Constant(test.Right)).FirstOrDefault() is { } number
            ? number.Sign < 0 || number > int.MaxValue ? 0 : (int)number : null;
    }

    /// <summary>Whether a test says which constant a value is.</summary>
    public static bool MayGiven(IOperation value, Body body) => new ReplacedIndex(value, span: null, body) is var replaced
        && replaced.Equal().SelectMany(static test => new[] { test, test.Flipped }).Any(test => replaced.Constant(test.Right) is not null && replaced.Sources(WithoutOffset(test.Left)).Any(replaced._names.Contains));

    /// <summary>The same of a loop over the elements, which is as good as one over an index.</summary>
    public static bool MayOfLoop(IForEachLoopOperation loop, Body body) => MayLength(Facts.Unconverted(loop.Collection), loop, body)
        || (Facts.Unconverted(loop.Collection) is var span && TypeFacts.IsSpan(span.Type) && SpanLength.Of(span, body.Root) is null && Facts.Variable(span) is { } variable && Facts.IsEnteredForSure(loop, variable, start: 0, body));

    /// <summary>The same of a method that goes over the elements of a span that it is given, and becomes a part of this one.</summary>
    public static bool MayOfLoopIn(IMethodSymbol method, IOperation span, IOperation call, Body body) => SpanLength.Of(span, body.Root) is null && Facts.Variable(Facts.Unconverted(span)) is { } variable
        && Facts.IsEnteredForSure(call, variable, start: 0, body)
        && BodyReader.Bodies(body.Engine, (method.PartialImplementationPart ?? method).OriginalDefinition, body.Cancellation).Any(static root => root.DescendantsAndSelf().Any(static part => part is ILoopOperation));

    // k == m
    private bool ByAnother(IndexProof kind, Func<IOperation, bool> isInRange)
    {
        int proof = kind == IndexProof.Range ? -1 : Proof(Concerns);
        int proofOfLength = Proof(IsLength);
        return Equal().Any(test => Facts.Variable(Facts.Bare(test.Right)) is { } other && TypeFacts.Size(Facts.Bare(test.Left).Type!) == TypeFacts.Size(Facts.Bare(test.Right).Type!)
            && Facts.Bare(test.Left) is var left && !SymbolEqualityComparer.Default.Equals(Facts.Variable(left), other)
            && ((Facts.Variable(left) is not null && Concerns(left) && At(test) > proof && !isInRange(test.Right))
                || (_span is not null && left is ILocalReferenceOperation or IParameterReferenceOperation or IPropertyReferenceOperation && IsLength(left) && At(test) > proofOfLength)));
    }

    // k == i + 1 in a loop over i of which the JIT writes each round by itself: there i is a constant.
    private bool ByRound(IndexProof kind) => _span is not null && kind != IndexProof.Range && Equal().Any(test =>
    {
        IOperation[] parts = [.. Whole(test.Left).Concat(Whole(test.Right))];
        return parts.Any(part => Concerns(part) || IsLength(part)) && parts.Any(IsOfRound);
    });

    private bool IsOfRound(IOperation part) => Facts.Variable(part) is { } variable && !_names.Contains(part.Syntax.ToString()) && CountingLoop.Around(part, variable, _root, inCondition: false) is { } loop
        && Comparison.Of(loop.Condition, true).Any(end => Constant(end.Right) is not null || Constant(end.Left) is not null);

    // With all that it is made of.
    private IEnumerable<IOperation> Whole(IOperation value, int depth = 0) => value.DescendantsAndSelf().SelectMany(part =>
        part is ILocalReferenceOperation { Local: var local } && depth < MostCopies && Facts.OnlyValue(local, _root) is { } only ? Whole(only, depth + 1).Append(part) : [part]);

    // k == 3, s.Length == 3
    private bool IsLost(IndexProof kind)
    {
        if (kind == IndexProof.Range)
        {
            return false;
        }

        if (_span is null)
        {
            return kind == IndexProof.Loop && Oldest < FoldsAhead && Facts.Ahead(_index) is ({ } counter, > 0) && CountingLoop.Around(_index, counter, _root, inCondition: true) is { } loop
                && Comparison.Of(loop.Condition, true).Count() > 1
                && Equal().SelectMany(static test => new[] { test, test.Flipped }).Any(test => SymbolEqualityComparer.Default.Equals(Facts.Variable(Facts.Bare(WithoutOffset(test.Left))), counter));
        }

        int proof = Proof(Concerns);
        bool isOfPart = _tests.Where(IsRelational).Any(test => IsPartOfLength(test.Left) || IsPartOfLength(test.Right));
        return Equal().SelectMany(static test => new[] { test, test.Flipped }).Any(test =>
            (Constant(test.Right) is { } number && Sources(WithoutOffset(test.Left)).Any(_names.Contains) && At(test) > proof && !(number.IsZero && WithoutOffset(test.Left) == test.Left && (kind != IndexProof.Loop || IsFirst(test.Left))))
            || (IsConstantLength(test) && !IsBeforeSpan(test, kind, isOfPart) && (At(test) > proof || isOfPart || (kind == IndexProof.Loop ? Oldest < KnowsLengthOfLoop && !IsUpToCopy(test) : Oldest < KnowsLengthOfTest || IsBeforeLoop(test, _index)))));
    }

    // Then what the loop asks first is whether there is an element at all.
    private bool IsFirst(IOperation counter) => StartsAtZero(counter) && Facts.Variable(Facts.Bare(counter)) is { } variable
        && CountingLoop.Around(_index, variable, _root, inCondition: true) is { } loop && Comparison.Of(loop.Condition, true).ToArray() is { Length: > 0 } asked
        && (Facts.IsLength(asked[0].Right, _span!, _root) || Facts.IsLength(asked[0].Left, _span!, _root))
        && (Oldest >= SeesFirst || (asked.Length == 1 && (Oldest >= SeesFirstOfLimited
            || !(_span is IParameterSymbol || (_length is not null && Facts.Variable(Facts.Bare(_length)) is IParameterSymbol) || Facts.IsLimited(_index, _span!, _root)))));

    // A counter that starts later is never 0.
    private bool StartsAtZero(IOperation counter) => Facts.Variable(Facts.Bare(counter)) is { } variable && _root.DescendantsAndSelf().OfType<IVariableDeclaratorOperation>()
        .Any(declarator => SymbolEqualityComparer.Default.Equals(declarator.Symbol, variable) && declarator.GetVariableInitializer()?.Value.ConstantValue is { HasValue: true, Value: 0 });

    // A loop around the place goes back to behind the test.
    private static bool IsBeforeLoop(Comparison test, IOperation place)
    {
        for (IOperation? parent = place.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is ILoopOperation && !parent.Syntax.Span.Contains(test.Right.Syntax.SpanStart))
            {
                return true;
            }
        }

        return false;
    }

    // for (int i = 0, l = s.Length; i < l; i++): what the copy is equal to is plain from the start.
    private bool IsUpToCopy(Comparison test) => Facts.Variable(Facts.Bare(_index)) is { } counter && CountingLoop.Around(_index, counter, _root, inCondition: false) is { } loop
        && Comparison.Of(loop.Condition, true).ToArray() is { Length: 1 } asked && (Facts.Bare(asked[0].Right) as ILocalReferenceOperation ?? Facts.Bare(asked[0].Left) as ILocalReferenceOperation) is { Local: var end }
        && Facts.OnlyValue(end, _root) is IPropertyReferenceOperation copied && copied.Syntax.SpanStart > At(test);

    // s.Length - 1
    private bool IsPartOfLength(IOperation value) => IsLength(value) && WithoutOffset(value) != value;

    // Then the span is made with the constant, unless in a loop. What a loop compares the counter with is not: there the variable itself stands.
    private bool IsBeforeSpan(Comparison test, IndexProof kind, bool isOfPart) => _length is not null && At(test) < _length.Syntax.SpanStart && !IsBeforeLoop(test, _length)
        && (kind != IndexProof.Loop || (Oldest >= KnowsLengthOfLoop && !isOfPart) || (Facts.Ahead(_index) is ({ } counter, _) && CountingLoop.Around(_index, counter, _root, inCondition: true) is { } loop
            && !loop.Condition.DescendantsAndSelf().Any(part => Facts.Variable(part) is { } end && SymbolEqualityComparer.Default.Equals(end, Facts.Variable(Facts.Bare(_length))))));

    // Of k + 1 it is as plain as of k what it is equal to.
    private static IOperation WithoutOffset(IOperation value) => Facts.Bare(value) switch
    {
        IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract, RightOperand.ConstantValue.HasValue: true } sum => WithoutOffset(sum.LeftOperand),
        IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract, LeftOperand.ConstantValue.HasValue: true } sum => WithoutOffset(sum.RightOperand),
        _ => value,
    };

    private bool IsConstantLength(Comparison test) => test.Kind == BinaryOperatorKind.Equals
        && (test.Left is IPropertyReferenceOperation { Property.Name: "IsEmpty", Instance: var empty } ? SymbolEqualityComparer.Default.Equals(Facts.Variable(empty), _span)
            : Constant(test.Right) is not null && IsLength(test.Left));

    private IEnumerable<Comparison> Equal() => _tests.Where(static test => test.Kind == BinaryOperatorKind.Equals);

    // Of what a callee compares, where that is given to it.
    private int At(Comparison test) => _root.Syntax.SyntaxTree == test.Right.Syntax.SyntaxTree && _root.Syntax.Span.Contains(test.Right.Syntax.Span)
        ? Math.Max(test.Left.Syntax.SpanStart, test.Right.Syntax.SpanStart) : test.Left.Syntax.SpanStart;

    // Where the last test is that may be a proof.
    private int Proof(Func<IOperation, bool> isAbout) => _tests.Where(IsRelational)
        .Where(test => isAbout(test.Left) || isAbout(test.Right)).Select(At).Append(-1).Max();

    private static bool IsRelational(Comparison test) => test.Kind is not (BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals);

    private bool Concerns(IOperation value) => Names(Parts(value, [])).Overlaps(_names);

    private bool IsLength(IOperation value) => _span is not null && Parts(value, []).Any(part => SymbolEqualityComparer.Default.Equals(Facts.Variable(part), _span) || Facts.IsLength(part, _span, _root) || Sources(part).Any(_lengths.Contains));

    private BigInteger? Constant(IOperation value) => ValueRange.Of(Plain(value), _root) is { } range && range.Low == range.High ? range.Low : null;

    private HashSet<string> Names(IEnumerable<IOperation> parts) => [.. parts.SelectMany(part => Sources(part))];

    // With a value or without, as far as it has one.
    private static IOperation Plain(IOperation value) => Facts.Bare(value) switch
    {
        IConversionOperation { OperatorMethod: null, Type.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } lifted => Plain(lifted.Operand),
        var plain => plain,
    };

    // The texts of what a value may be a copy of: a cast that leaves something out is no copy.
    private IEnumerable<string> Sources(IOperation value, int depth = 0)
    {
        value = Plain(value);
        IEnumerable<string> own = [value.Syntax.ToString()];
        return value is ILocalReferenceOperation { Local: var local } && depth < MostCopies ? own.Concat(Facts.WrittenTo(local, _root).SelectMany(written => Sources(written, depth + 1))) : own;
    }

    /// <summary>What the range of a value hangs on: not what a mask or a cast keeps within bounds, whatever it is.</summary>
    private List<IOperation> Parts(IOperation value, List<IOperation> places)
    {
        List<IOperation> parts = [];
        HashSet<ILocalSymbol> open = new(SymbolEqualityComparer.Default);
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

                case IConversionOperation { OperatorMethod: null, Operand.Type: { } from, Type: { } to } conversion when TypeFacts.Size(to) >= TypeFacts.Size(from) && !TypeFacts.IsFloating(from):
                    Add(conversion.Operand);
                    return;
            }

            parts.Add(part);
            switch (part)
            {
                case IBinaryOperation { OperatorMethod: null, OperatorKind: not (BinaryOperatorKind.And or BinaryOperatorKind.Remainder) } binary:
                    Add(binary.LeftOperand);
                    Add(binary.RightOperand);
                    break;

                case IConditionalOperation { WhenFalse: { } other } choice:
                    places.Add(choice.WhenTrue);
                    places.Add(other);
                    Add(choice.WhenTrue);
                    Add(other);
                    break;

                case ISwitchExpressionOperation choice:
                    foreach (ISwitchExpressionArmOperation arm in choice.Arms)
                    {
                        places.Add(arm.Value);
                        Add(arm.Value);
                    }

                    break;

                case IInvocationOperation { TargetMethod.ContainingType: { Name: "Math", ContainingNamespace.Name: "System" } } call:
                    foreach (IArgumentOperation argument in call.Arguments)
                    {
                        Add(argument.Value);
                    }

                    break;

                case ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when open.Add(local) && Facts.OnlyValue(local, _root) is { } only:
                    Add(only);
                    break;
            }
        }
    }

    // Of what only may hold it is not known what else does.
    private bool AnyNever(IOperation index, int? length, IndexProof proof) => _sure.Any(sure => IsNever(sure, index, length, proof)) || _maybe.Any(test => IsNever([test], index, length, proof));

    /// <summary>Whether the tests contradict how the index, or the length, is computed, or each other: then the JIT has a constant out of range, in code that is never executed.</summary>
    private bool IsNever(IReadOnlyList<Comparison> tests, IOperation index, int? length, IndexProof proof)
    {
        List<Group> groups = [];
        if (length is { } known)
        {
            Constrain(index, new ValueRange(0, known - 1));
            if (Facts.Ahead(index) is ({ }, > 0 and var ahead) && Facts.Bare(index) is IBinaryOperation sum)
            {
                Constrain(sum.LeftOperand.ConstantValue.HasValue ? sum.RightOperand : sum.LeftOperand, new ValueRange(-ahead, known - 1 - ahead));
            }
        }

        // What is constant on both sides is decided before anything else.
        foreach (Comparison test in tests.Where(test => Constant(test.Left) is null || Constant(test.Right) is null))
        {
            Group left = GroupOf(test.Left);
            Group right = GroupOf(test.Right);
            switch (test.Kind)
            {
                case BinaryOperatorKind.Equals when left != right:
                    left.Add(right);
                    groups.Remove(right);
                    break;
                case BinaryOperatorKind.LessThan:
                    left.Keep(High: right.High - 1);
                    right.Keep(Low: left.Low + 1);
                    break;
                case BinaryOperatorKind.LessThanOrEqual:
                    left.Keep(High: right.High);
                    right.Keep(Low: left.Low);
                    break;
                case BinaryOperatorKind.GreaterThan:
                    left.Keep(Low: right.Low + 1);
                    right.Keep(High: left.High - 1);
                    break;
                case BinaryOperatorKind.GreaterThanOrEqual:
                    left.Keep(Low: right.Low);
                    right.Keep(High: left.High);
                    break;
            }
        }

        return groups.Any(group => group.Low > group.High && (
            (group.Concerned.Overlaps(_names) && (proof == IndexProof.Range || (proof == IndexProof.Loop && group.IsConstant)))
            || (group.IsConstant && (group.IsLength || group.Concerned.Overlaps(_lengths)) && (Oldest < MergesLengths || tests.Any(static test => IsRelational(test) && TypeFacts.IsUnsigned(test.Left.Type))))));

        void Constrain(IOperation value, ValueRange range)
        {
            Group group = GroupOf(value);
            group.Keep(Low: range.Low);
            group.Keep(High: range.High);
        }

        Group GroupOf(IOperation value)
        {
            // The length, and what the span is made with, are one.
            bool isLength = _span is not null && (Facts.IsLength(value, _span, _root) || (_length is not null && Sources(value).Intersect(Sources(_length)).Any()));
            Group made = new([.. value.ConstantValue.HasValue ? [] : Sources(value), .. isLength ? [Length] : (IEnumerable<string>)[]], Names(Parts(value, [])), IsLength(value), ValueRange.Of(value, _root));
            foreach (Group same in groups.Where(group => group.Values.Overlaps(made.Values)).ToArray())
            {
                made.Add(same);
                groups.Remove(same);
            }

            groups.Add(made);
            return made;
        }
    }

    /// <summary>Values that are equal, and what they may be.</summary>
    private sealed class Group(HashSet<string> values, HashSet<string> concerned, bool isLength, ValueRange? range)
    {
        public HashSet<string> Values { get; } = values;

        public HashSet<string> Concerned { get; } = concerned;

        public bool IsLength { get; private set; } = isLength;

        /// <summary>Whether one of them is a constant.</summary>
        public bool IsConstant { get; private set; } = range is { } only && only.Low == only.High;

        public BigInteger Low { get; private set; } = range?.Low ?? long.MinValue;

        public BigInteger High { get; private set; } = range?.High ?? ulong.MaxValue;

        public void Add(Group other)
        {
            Values.UnionWith(other.Values);
            Concerned.UnionWith(other.Concerned);
            IsLength |= other.IsLength;
            IsConstant |= other.IsConstant;
            Keep(other.Low, other.High);
        }

        public void Keep(BigInteger? Low = null, BigInteger? High = null)
        {
            this.Low = Low is { } low ? BigInteger.Max(this.Low, low) : this.Low;
            this.High = High is { } high ? BigInteger.Min(this.High, high) : this.High;
        }
    }
}
