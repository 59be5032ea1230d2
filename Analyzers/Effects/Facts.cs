using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// What is known at a place in a body because of the conditions around it: that an index is in range.
/// Deliberately small: exactly the shapes for which the JIT leaves the check out. Everything else counts as a possible throw.
/// </summary>
internal static class Facts
{
    private const int MostCopies = 4;

    /// <summary>An indexer of <c>Span</c> or <c>ReadOnlySpan</c>, which TH4003 judges.</summary>
    public static bool IsElementAccessOfSpan(IPropertyReferenceOperation property) =>
        property.Property.IsIndexer && TypeFacts.IsSpan(property.Property.ContainingType);

    /// <summary>Arrays, inline arrays, strings and spans: the compiler turns <c>foreach</c> over them into a loop over an index, which the JIT proves in
    /// range.</summary>
    public static bool IsEnumeratedByIndex(IForEachLoopOperation loop)
    {
        ITypeSymbol? type = Unconverted(loop.Collection).Type;
        return type is IArrayTypeSymbol || type?.SpecialType == SpecialType.System_String || TypeFacts.IsSpan(type)
            || TypeFacts.IsInlineArray(type);
    }

    public static IOperation Unconverted(IOperation operation) =>
        operation is IConversionOperation { IsImplicit: true } conversion ? Unconverted(conversion.Operand) : operation;

    /// <summary>An array of constants that is only ever seen as a <c>ReadOnlySpan</c>: the compiler puts it into the image.</summary>
    public static bool IsImageData(IConversionOperation conversion) =>
        TypeFacts.IsReadOnlySpan(conversion.Type) && conversion.Operand is IArrayCreationOperation array && IsConstantArray(array);

    /// <summary>How many constants are laid out in the image for <c>[1, 2, 3]</c>, where that is asked for as a span of what is only read; else null.</summary>
    public static int? ImageSpanLength(IOperation operation) => operation switch
    {
        IConversionOperation { OperatorMethod: null, Operand: { } operand } => ImageSpanLength(operand),
        { Syntax: CollectionExpressionSyntax { Elements: [_, ..] elements }, Type: INamedTypeSymbol { TypeArguments: [{ } element] } type }
            when TypeFacts.IsReadOnlySpan(type) && IsImageElement(element) && elements.All(static each => each is ExpressionElementSyntax)
                && operation.ChildOperations.All(static each => each.ConstantValue.HasValue) => elements.Count,
        _ => null,
    };

    public static bool IsConstantArray(IArrayCreationOperation array) =>
        array is { Type: IArrayTypeSymbol { ElementType: var element, Rank: 1 }, Initializer: { ElementValues.IsEmpty: false } initializer }
        && IsImageElement(element) && initializer.ElementValues.All(value => value.ConstantValue.HasValue);

    /// <summary>Whether the compiler can lay elements of the type into the image.</summary>
    public static bool IsImageElement(ITypeSymbol element) =>
        TypeFacts.IsPrimitive(element) && element.SpecialType is not (SpecialType.System_IntPtr or SpecialType.System_UIntPtr);

    /// <summary>What a local is set to where it is declared, if nothing else ever sets it; else null.</summary>
    public static IOperation? OnlyValue(ILocalSymbol local, IOperation root)
    {
        IVariableDeclaratorOperation? declarator = root.DescendantsAndSelf().OfType<IVariableDeclaratorOperation>()
            .FirstOrDefault(candidate => SymbolEqualityComparer.Default.Equals(candidate.Symbol, local));
        return declarator?.GetVariableInitializer()?.Value is { } value && IsOfEarlier(value, declarator) && !Writes(root, local) && !IsExposed(local, root) && !IsRedirected(local, root) ? value : null;
    }

    // While somebody types, a variable may be set by way of itself. What is followed from value to value comes to an end only if each is made of earlier ones.
    private static bool IsOfEarlier(IOperation value, IVariableDeclaratorOperation declarator) => !value.DescendantsAndSelf().OfType<ILocalReferenceOperation>()
        .Any(part => part.Local.Locations.Any(at => at.SourceSpan.Start >= declarator.Syntax.SpanStart && !value.Syntax.Span.Contains(at.SourceSpan)));

    // q = ref r: from then on it is another variable.
    private static bool IsRedirected(ILocalSymbol local, IOperation root) => local.RefKind != RefKind.None && root.DescendantsAndSelf().Any(operation =>
        operation is ISimpleAssignmentOperation { IsRef: true, Target: ILocalReferenceOperation { Local: var other } } && SymbolEqualityComparer.Default.Equals(other, local));

    /// <summary>Whether the JIT proves <paramref name="index"/> to be in range of <paramref name="span"/>.</summary>
    public static bool IsInRange(IOperation? span, IOperation index, Body body)
    {
        index = Before(index);
        return Proof(span, index, body) is { } proof
            && !ReplacedIndex.May(index, SpanLength.Of(span, body.Root), Variable(span), proof, other => Proof(span, other, body) is not null, body);
    }

    /// <summary>Whether it would be, if no test around it said that something else is equal; see <see cref="ReplacedIndex"/>.</summary>
    public static bool IsInRangeIfNotReplaced(IOperation? span, IOperation index, Body body) => Proof(span, Before(index), body) is not null;

    // Of k++ what was in k before.
    private static IOperation Before(IOperation index) =>
        index is IIncrementOrDecrementOperation { IsPostfix: true, OperatorMethod: null, IsChecked: false, Target: ILocalReferenceOperation { Local.RefKind: RefKind.None } before } ? before : index;

    /// <summary>Whether an index of a span or an inline array is in range by how it is computed, and not by a test of it alone.</summary>
    public static bool HangsOnRange(IOperation access, IOperation span, IOperation index, Body body)
    {
        IndexProof? proof = access is IInlineArrayAccessOperation ? TypeFacts.InlineArrayLength(span.Type) is { } length ? ProofBelow(index, length, body) : null : Proof(span, Before(index), body);
        return proof == IndexProof.Range || (proof == IndexProof.Loop && Ahead(index).Ahead > 0)

            // Of a length that is a number .NET 8 asks what the index is, and how it is tested only then.
            || (proof == IndexProof.Test && OldestRuntime.Of(body.Engine.Compilation) <= 8 && (access is IInlineArrayAccessOperation || SpanLength.Of(span, body.Root) is not null));
    }

    private static IndexProof? Proof(IOperation? span, IOperation index, Body body)
    {
        IOperation root = body.Root;

        // Behind branches the span is no longer what it was made from.
        if (Usage.HasBranches(index))
        {
            return null;
        }

        int? known = SpanLength.Of(span, root);
        if (known is { } length && (ProofBelow(index, length, body) ?? (IsLoopCounterDown(index, length, Variable(span), body) ? IndexProof.Loop : null)) is { } proof)
        {
            return proof;
        }

        // Only a span in a local or by-value parameter is kept in registers; a field behind a reference is read anew each time.
        if (Variable(span) is not { } spanVariable || IsExposed(spanVariable, root))
        {
            return null;
        }

        if (SeenRange.Of(index, body, isLengthKnown: false) is { } range && range.Low >= 0 && range.High < int.MaxValue
            && !(OldestRuntime.Of(body.Engine.Compilation) <= 8 && IsLimited(index, spanVariable, root))
            && (Holds(index, condition => ProvesLongerThan(condition, spanVariable, (int)range.High,
                range.Low == range.High || OldestRuntime.Of(body.Engine.Compilation) >= 10, root), spanVariable)
                || (range.High == 0 && IsNotEmpty(index, spanVariable))) && !LateFolding.MayHappen(index, body))
        {
            return IndexProof.Range;
        }

        if (IsCountedFromEnd(index, index, spanVariable, body))
        {
            return IndexProof.Range;
        }

        if (Ahead(index) is ({ } counter, > 0 and var ahead))
        {
            return !IsExposed(counter, root) && IsLoopCounter(index, counter, spanVariable, ahead, root) ? IndexProof.Loop : null;
        }

        if (Variable(Bare(index)) is not { } indexVariable || IsExposed(indexVariable, root))
        {
            return null;
        }

        int? told = known ?? ReplacedIndex.LengthByTest(index, spanVariable, body);
        return (Holds(index, condition => IsBelowLength(condition, indexVariable, spanVariable, known, root)
                    && (known is not null || !IsOfLoop(condition, indexVariable, spanVariable, body)), indexVariable, spanVariable)
                && !LateFolding.MayHappen(index, body) && !IsRefuted(index, told ?? int.MaxValue, body) && !(told is null && IsComparedSmall(index, indexVariable, spanVariable, body))
                && (told is null || (TestedIndex.IsBelieved(index, body) && !IsOutside(index, told.Value, body))))
            || (known == told && IsTestedTwice(index, indexVariable, spanVariable, known ?? int.MaxValue, body)) ? IndexProof.Test
            : IsLoopCounter(index, indexVariable, spanVariable, ahead: 0, root) && (known is not { } all || EndsWithin(index, indexVariable, all, body)) ? IndexProof.Loop
            : null;
    }

    // Where the length is not known, only a comparison as numbers with a sign, or in a loop.
    private static bool IsComparedSmall(IOperation index, ISymbol variable, ISymbol span, Body body) => TestedIndex.IsComparedSmall(index, body)
        && (IsInLoop(index) || !Holds(index, condition => condition.Left.Type?.SpecialType == SpecialType.System_UInt32 && IsBelowLength(condition, variable, span, known: null, body.Root), variable, span));

    /// <summary>Whether the JIT proves that a span whose length is not known has the element that <c>span[^2]</c> names.</summary>
    public static bool IsCountedFromEnd(IImplicitIndexerReferenceOperation access, Body body) => Variable(access.Instance) is { } span && TypeFacts.IsSpan(access.Instance.Type) && !IsExposed(span, body.Root)
        && IsCountedFromEnd(access, access.Argument, span, body) && !ReplacedIndex.May(access.Argument, length: null, span, IndexProof.Range, static _ => false, body);

    // span[span.Length - 2] under a test that there are two.
    private static bool IsCountedFromEnd(IOperation place, IOperation index, ISymbol span, Body body)
    {
        IOperation root = body.Root;
        return Bare(OnlyValue(index, root)) switch
        {
            IUnaryOperation { OperatorKind: UnaryOperatorKind.Hat, OperatorMethod: null, Operand.ConstantValue: { HasValue: true, Value: int and > 0 and var back } } => IsLongerThan(back - 1),
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Subtract, OperatorMethod: null, IsChecked: false, RightOperand.ConstantValue: { HasValue: true, Value: int and > 0 and var back } } less
                when IsLength(less.LeftOperand, span, root) => IsLongerThan(back - 1),
            _ => false,
        };

        bool IsLongerThan(int last) => !(OldestRuntime.Of(body.Engine.Compilation) <= 8 && (IsLimited(place, span, root) || IsMadeSmall() || (last > 0 && IsComparedWithZero(place, span, root)))) && (Holds(place, condition => ProvesLongerThan(condition, span, last, OldestRuntime.Of(body.Engine.Compilation) >= 10, root), span) || (last == 0 && IsNotEmpty(place, span)));
        bool IsMadeSmall() => span is ILocalSymbol local && OnlyValue(local, root) is { } made && Unconverted(made) is IObjectCreationOperation { Constructor: { } constructor, Arguments: [_, { Value: { } length }] }
            && SpanLength.IsOverPointer(constructor) && ValueRange.Of(length, root) is { } range && range.High < int.MaxValue;
    }

    // Of which .NET 8 keeps no more than that.
    private static bool IsComparedWithZero(IOperation place, ISymbol span, IOperation root) => IsNotEmpty(place, span)
        || Around(place).SelectMany(static known => Comparison.Of(known.Condition, known.Truth)).Any(test => test.Kind == BinaryOperatorKind.NotEquals && (IsLength(test.Left, span, root) || IsLength(test.Right, span, root)));

    // By its own range it never passes the test, which the JIT sees.
    private static bool IsOutside(IOperation index, int length, Body body) =>
        DecidedChoice.Ranges(index, body).Concat(AssumedRange.Of(index, body.Root) is { } assumed ? [assumed] : [])
            .Any(range => range.Low < range.High && (range.Low >= length || range.High < 0));

    /// <summary>
    /// Whether a slice begins or ends at an index that a test keeps within the span: <c>(uint)index &lt;= (uint)span.Length</c> around <c>span.Slice(index)</c>,
    /// <c>span.Slice(0, index)</c>, <c>span[index..]</c> or <c>span[..index]</c>.
    /// </summary>
    public static bool IsWithinSpan(IOperation slice, Body body)
    {
        (IOperation? span, IOperation? index) = slice switch
        {
            IInvocationOperation { Instance: var instance, Arguments: [{ Value: var start }] } => (instance, start),
            IInvocationOperation { Instance: var instance, Arguments: [{ Value.ConstantValue: { HasValue: true, Value: 0 } }, { Value: var length }] } => (instance, length),
            IImplicitIndexerReferenceOperation { Instance: var instance, Argument: IRangeOperation { LeftOperand: IConversionOperation { Operand: var start }, RightOperand: null } } =>
                (instance, start),
            IImplicitIndexerReferenceOperation { Instance: var instance, Argument: IRangeOperation { LeftOperand: null, RightOperand: IConversionOperation { Operand: var end } } } =>
                (instance, end),
            _ => ((IOperation?)null, (IOperation?)null),
        };
        IOperation root = body.Root;
        int? known = SpanLength.Of(span, root);
        return TypeFacts.IsSpan(span?.Type) && Variable(span) is { } spanVariable && !IsExposed(spanVariable, root)
            && index is not null && Variable(index) is { } indexVariable && !IsExposed(indexVariable, root)
            && Holds(slice, condition => IsAtMostLength(condition, indexVariable, spanVariable, known, root) && !IsOfLoop(condition, indexVariable, spanVariable, body),
                indexVariable, spanVariable)
            && !LateFolding.MayHappen(index, body) && !IsRefuted(index, known ?? int.MaxValue, body)
            && (known is null || (TestedIndex.IsBelieved(index, body) && !IsOutside(index, known.Value, body)))
            && !ReplacedIndex.May(index, known + 1, spanVariable, IndexProof.Test, static _ => false, body);
    }

    /// <summary>Whether an index is neither negative nor reaches a length that is known.</summary>
    public static bool IsBelow(IOperation index, int length, Body body) => ProofBelow(index, length, body) is { } proof
        && !ReplacedIndex.May(index, length, span: null, proof, other => ProofBelow(other, length, body) is not null, body);

    /// <summary>Whether it would be, if no test around it said that something else is equal.</summary>
    public static bool IsBelowIfNotReplaced(IOperation index, int length, Body body) => ProofBelow(index, length, body) is not null;

    private static IndexProof? ProofBelow(IOperation index, int length, Body body) =>
        SeenRange.Of(index, body, isLengthKnown: true) is { } range && range.Low >= 0 && range.High < length && !LateFolding.MayHappen(index, body) ? IndexProof.Range
        : Ahead(index) is ({ } variable, var ahead) && !IsExposed(variable, body.Root) && IsLoopCounterBelow(index, variable, length - ahead, body) ? IndexProof.Loop
        : Variable(Bare(index)) is not { } one || IsExposed(one, body.Root) ? null
        : Holds(index, condition => IsConstantBelow(condition, one, length), one) && !LateFolding.MayHappen(index, body) ? IndexProof.Equality
        : IsTestedBelow(index, one, length, body) ? IndexProof.Test
        : null;

    // (uint)index < 10, index >= 0 && index < 10: of a length that is known as a number any number will do that is not more.
    private static bool IsTestedBelow(IOperation index, ISymbol variable, int length, Body body)
    {
        return Around(index).SelectMany(static known => Comparison.Of(known.Condition, known.Truth)).SelectMany(static test => new[] { test, test.Flipped })
            .Select(test => SymbolEqualityComparer.Default.Equals(Variable(Bare(test.Left)), variable) ? End(test) : null).Where(end => end > 1 && end <= length).Distinct()
            .Any(end => IsTestedAgainst(end!.Value) || IsTestedTwice(index, variable, span: null, end.Value, body));

        bool IsTestedAgainst(int end) => Holds(index, test => IsBelowUnsigned(test, variable) && End(test) == end && (test.Kind == BinaryOperatorKind.LessThan || OldestRuntime.Of(body.Engine.Compilation) > 8), variable)
            && !LateFolding.MayHappen(index, body) && !IsRefuted(index, end, body) && TestedIndex.IsBelieved(index, body) && !IsOutside(index, end, body);
    }

    // The number that is below the end.
    private static int? End(Comparison test) => test.Right.ConstantValue is { HasValue: true, Value: (int or uint) and var value } && Number(value) is var end && end >= 0 && end < int.MaxValue ? test.Kind switch
    {
        BinaryOperatorKind.LessThan => (int)end,
        BinaryOperatorKind.LessThanOrEqual => (int)end + 1,
        _ => null,
    } : null;

    // index == 3
    private static bool IsConstantBelow(Comparison condition, ISymbol index, int length) => condition.Kind == BinaryOperatorKind.Equals && SymbolEqualityComparer.Default.Equals(Variable(Bare(condition.Left)), index)
        && condition.Right.ConstantValue is { HasValue: true, Value: (int or uint) and var constant } && Number(constant) is var number && number >= 0 && number < length;

    /// <summary>
    /// Whether the JIT leaves out a test for less than zero: of a constant, or of a local that was tested before. That a mask or a small type has no sign
    /// does not help here.
    /// </summary>
    public static bool IsNotNegative(IOperation value, Body body) =>
        (ValueRange.Of(value, body.Root) is { } range && range.Low >= 0 && range.Low == range.High)
        || (Variable(Bare(value)) is { } variable && Bare(value).Type?.SpecialType == SpecialType.System_Int32 && !IsExposed(variable, body.Root)
            && !LateFolding.MayHappen(value, body) && Holds(value, condition => ExcludesNegative(condition, variable), variable)
            && !ReplacedIndex.May(value, int.MaxValue, span: null, IndexProof.Test, static _ => false, body));

    // (uint)index < (uint)span.Length
    private static bool IsBelowLength(Comparison condition, ISymbol index, ISymbol span, int? known, IOperation root) =>
        condition.Kind == BinaryOperatorKind.LessThan && IsAtMostLength(condition, index, span, known, root);

    private static bool IsBelowUnsigned(Comparison condition, ISymbol index) =>
        condition.Kind is BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual && SymbolEqualityComparer.Default.Equals(Variable(Bare(condition.Left)), index)
        && (condition.Left.Type?.SpecialType == SpecialType.System_UInt32 ? IsExtendedOnce(condition.Left) : condition.Left.Type?.SpecialType == SpecialType.System_Int32 && TestedIndex.IsSmall(Bare(condition.Left).Type));

    private static bool IsAtMostLength(Comparison condition, ISymbol index, ISymbol span, int? known, IOperation root) =>
        IsBelowUnsigned(condition, index) && (IsLength(condition.Right, span, root) || IsLength(condition.Right, known));

    /// <summary>Whether a value is computed of the length of a span, also by way of what that is made with.</summary>
    public static bool IsOfLength(IOperation index, ISymbol span, IOperation root)
    {
        HashSet<string> lengths = span is ILocalSymbol local && OnlyValue(local, root) is { } made && Unconverted(made) is IObjectCreationOperation { Constructor: { } constructor, Arguments: [_, { Value: { } length }] }
            && SpanLength.IsOverPointer(constructor) ? [.. Sources(length, root, 0)] : [];
        return Whole(index, 0).Any(part => IsLength(part, span, root) || Sources(part, root, 0).Any(lengths.Contains));

        IEnumerable<IOperation> Whole(IOperation value, int depth) => value.DescendantsAndSelf().SelectMany(part =>
            part is ILocalReferenceOperation { Local: var held } && depth < MostCopies ? WrittenTo(held, root).SelectMany(written => Whole(written, depth + 1)).Append(part) : [part]);
    }

    // Of a length that is known as a number the JIT has no other.
    private static bool IsLength(IOperation operation, int? known) =>
        known is { } length && operation.ConstantValue is { HasValue: true, Value: (int or uint) and var value } && Number(value) == length;

    /// <summary>
    /// index &gt;= 0 &amp;&amp; index &lt; span.Length, before .NET 10 in this order, and nothing else that is asked of where the index comes from: two tests, of which the JIT
    /// makes a range.
    /// </summary>
    private static bool IsTestedTwice(IOperation place, ISymbol index, ISymbol? span, int length, Body body)
    {
        IOperation root = body.Root;
        bool anyOrder = OldestRuntime.Of(body.Engine.Compilation) >= 10;
        bool isOne = anyOrder && length == int.MaxValue && IsShortFirst();
        if (Bare(place).Type?.SpecialType != SpecialType.System_Int32
            || !TestedIndex.IsBelieved(place, body, isTwice: !isOne) || LateFolding.MayHappen(place, body) || IsOutside(place, length, body)

            // Of a counter the test for less than zero is dropped, and of a length that is not known nothing is left. Of what is computed of the length itself the other one is.
            || (length == int.MaxValue && ((!isOne && AssumedRange.IsOfCounter(place, root)) || IsOfLength(place, span!, root))))
        {
            return false;
        }

        HashSet<string> sources = [.. Sources(place, root, 0)];
        bool isNotNegative = false;
        bool isShort = false;
        foreach ((IOperation condition, bool truth, IEnumerable<IOperation> region) in Around(place).Reverse())
        {
            bool isSteady = condition.Parent is not ILoopOperation && !IsWritten(condition) && !region.Any(operation => IsWritten(operation) || HasLabel(operation));
            foreach (Comparison comparison in Comparison.Of(condition, truth))
            {
                Comparison test = Is(comparison.Right) ? comparison.Flipped : comparison;
                if (isSteady && Is(test.Left) && !isNotNegative && IsLowerEnd(test))
                {
                    isNotNegative = true;
                }
                else if (isSteady && Is(test.Left) && (isNotNegative || anyOrder) && !isShort && IsUpperEnd(test))
                {
                    isShort = true;
                }
                else if (Reads(test.Left) || Reads(test.Right))
                {
                    return false;
                }
            }

            if (!Comparison.Of(condition, truth).Any() && condition.DescendantsAndSelf().Any(Reads))
            {
                return false;
            }
        }

        return isNotNegative && isShort && !IsChosen(place, Reads) && !Elsewhere(place, root).Any(condition => condition.DescendantsAndSelf().Any(Reads));

        // k < span.Length && k >= 0, with nothing in between: .NET 10 makes one test of both.
        bool IsShortFirst() => Around(place).Any(known => known is { Condition: IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd } both, Truth: true }
            && span is not null && Only(both.LeftOperand) is { Kind: BinaryOperatorKind.LessThan } upper && Is(upper.Left) && IsLength(upper.Right, span, root)
            && Only(both.RightOperand) is { Kind: BinaryOperatorKind.GreaterThanOrEqual, Right.ConstantValue: { HasValue: true, Value: 0 } } lower && Is(lower.Left));
        Comparison? Only(IOperation condition) => Comparison.Of(condition, true).ToArray() is [var only] ? Is(only.Right) ? only.Flipped : only : null;
        bool Is(IOperation operand) => SymbolEqualityComparer.Default.Equals(Variable(operand), index);
        bool IsWritten(IOperation region) => Writes(region, index) || (span is not null && Writes(region, span));
        bool IsUpperEnd(Comparison test) => End(test) == length || (test.Kind == BinaryOperatorKind.LessThan && span is not null && IsLength(test.Right, span, root));
        bool Reads(IOperation value) => Sources(OnlyValue(value, root), root, 0).Any(sources.Contains);
        static bool IsLowerEnd(Comparison test) => test.Right.ConstantValue is { HasValue: true, Value: int and >= 0 }
            && test.Kind is BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual;
    }

    // .NET 8 moves the test of a loop to its end, where it is about the next index; .NET 9 knows what the first one is, where that is computed of the length.
    private static bool IsOfLoop(Comparison condition, ISymbol index, ISymbol span, Body body)
    {
        IOperation? whole = condition.Left;
        while (whole is not (null or ILoopOperation or IBlockOperation or IConditionalOperation))
        {
            whole = whole.Parent;
        }

        return whole is ILoopOperation && Writes(whole, index) && OldestRuntime.Of(body.Engine.Compilation) is var oldest
            && (oldest <= 8 || (oldest <= 9 && IsOfLength(condition.Left, span, body.Root)));
    }

    // A short number that changes its sign before it is extended is another number than the index.
    private static bool IsExtendedOnce(IOperation operation) =>
        operation is not IConversionOperation conversion || Variable(conversion.Operand) is not null
            || (Bare(operation).Type is { } type && TypeFacts.Size(type) == 4);

    // span.Length > 3, span.Length >= 4, span.Length == 4. Seen as a number without a sign it proves constant indexes only, before .NET 10.
    private static bool ProvesLongerThan(Comparison condition, ISymbol span, int index, bool anySign, IOperation root) =>
        IsLength(condition.Left, span, root)
        && (condition.Left.Type?.SpecialType == SpecialType.System_Int32 || (anySign && condition.Left.Type?.SpecialType == SpecialType.System_UInt32))
        && condition.Right.ConstantValue is { HasValue: true, Value: { } value } && condition.Kind switch
        {
            BinaryOperatorKind.GreaterThan => Number(value) >= index,
            BinaryOperatorKind.GreaterThanOrEqual or BinaryOperatorKind.Equals => Number(value) > index,
            BinaryOperatorKind.NotEquals => index == 0 && value is 0,
            _ => false,
        };

    /// <summary>
    /// Whether a test around a loop says that a span is longer than where the loop over it starts: then no runtime before .NET 10 asks when it enters the loop, and so nothing that the loop proves is
    /// left. Only of the test whether there is an element at all, and a loop from the first, they make something.
    /// </summary>
    /// <param name="loop">Around it the tests are looked for.</param>
    /// <param name="span">Or the number that a span will be made with.</param>
    /// <param name="start">Where the loop starts.</param>
    /// <param name="body">Where.</param>
    public static bool IsEnteredForSure(IOperation loop, ISymbol span, int start, Body body)
    {
        const int Asks = 10;
        IOperation root = body.Root;
        if (OldestRuntime.Of(body.Engine.Compilation) >= Asks)
        {
            return false;
        }

        // Where control may come from elsewhere, all tests count.
        IEnumerable<Comparison> tests = TakenTests.Of(loop, body).Sure;
        if (HasLabel(root))
        {
            tests = tests.Concat(root.DescendantsAndSelf().OfType<IBinaryOperation>().SelectMany(static test => Comparison.Of(test, true).Concat(Comparison.Of(test, false))));
        }

        return tests.SelectMany(static test => new[] { test, test.Flipped }).Any(test => (IsLength(test.Left, span, root) || SymbolEqualityComparer.Default.Equals(Variable(Bare(test.Left)), span)) && Least(test) > Math.Max(start, 1))
            || Around(loop).Any(known => known.Condition.DescendantsAndSelf().Any(static part => part is IPropertySubpatternOperation { Member: IPropertyReferenceOperation { Property.Name: "Length" } }));

        // How long the span is at least.
        decimal Least(Comparison test) => (test.Right.ConstantValue.Value ?? (Variable(Bare(test.Right)) is { } counter && CountingLoop.Around(test.Right, counter, root, inCondition: false) is not null ? int.MaxValue - 1 : null)) is { } number
            ? test.Kind switch { BinaryOperatorKind.GreaterThan => Number(number) + 1, BinaryOperatorKind.GreaterThanOrEqual => Number(number), _ => 0 } : 0;
    }

    /// <summary>The same of the loop that an index counts.</summary>
    public static bool IsEnteredForSure(IOperation index, ISymbol span, Body body) => Variable(Bare(index)) is { } counter && CountingLoop.Around(index, counter, body.Root, inCondition: true) is { } loop
        && IsEnteredForSure(loop.Condition.Parent!, span, loop.Start, body);

    /// <summary>A length of which the upper end is tested, too: then .NET 8 does not conclude from the lower one.</summary>
    public static bool IsLimited(IOperation place, ISymbol span, IOperation root)
    {
        return Around(place).SelectMany(static known => Comparison.Of(known.Condition, known.Truth)).Any(test => IsUpper(test) || IsUpper(test.Flipped));

        bool IsUpper(Comparison test) =>
            test.Kind is BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual && test.Right.ConstantValue.HasValue && IsLength(test.Left, span, root);
    }

    // if (!span.IsEmpty)
    private static bool IsNotEmpty(IOperation place, ISymbol span)
    {
        return Around(place).Any(known => Says(known.Condition, known.Truth) && !Writes(known.Condition, span)
            && !known.Region.Any(operation => Writes(operation, span) || HasLabel(operation)));

        bool Says(IOperation condition, bool truth) => condition switch
        {
            IParenthesizedOperation parenthesized => Says(parenthesized.Operand, truth),
            IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null } not => Says(not.Operand, !truth),
            IBinaryOperation { OperatorMethod: null } both when both.OperatorKind == (truth ? BinaryOperatorKind.ConditionalAnd : BinaryOperatorKind.ConditionalOr) =>
                Says(both.LeftOperand, truth) || Says(both.RightOperand, truth),
            IPropertyReferenceOperation { Property.Name: "IsEmpty" } empty => !truth && SymbolEqualityComparer.Default.Equals(Variable(empty.Instance), span),
            _ => false,
        };
    }

    // n >= 0, the very test that the constructor of a span makes. From others the JIT concludes it only sometimes.
    private static bool ExcludesNegative(Comparison condition, ISymbol variable) =>
        condition.Kind == BinaryOperatorKind.GreaterThanOrEqual && condition.Left.Type?.SpecialType == SpecialType.System_Int32
        && SymbolEqualityComparer.Default.Equals(Variable(condition.Left), variable)
        && condition.Right.ConstantValue is { HasValue: true, Value: 0 };

    /// <summary>i, or i + 1.</summary>
    public static (ISymbol? Variable, int Ahead) Ahead(IOperation index) => Bare(index) switch
    {
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, OperatorMethod: null, IsChecked: false, Type.SpecialType: SpecialType.System_Int32 } sum =>
            sum.RightOperand.ConstantValue is { HasValue: true, Value: int and >= 0 and var right } ? (Variable(sum.LeftOperand), right)
                : sum.LeftOperand.ConstantValue is { HasValue: true, Value: int and >= 0 and var left } ? (Variable(sum.RightOperand), left) : (null, 0),
        var bare => (Variable(bare), 0),
    };

    // for (int index = 0; index < span.Length; index++), the index and the span written nowhere in the loop's body; up to span.Length - 2 also index + 1 and index + 2.
    private static bool IsLoopCounter(IOperation place, ISymbol index, ISymbol span, int ahead, IOperation root)
    {
        if (CountingLoop.Around(place, index, root, inCondition: true) is not { } loop)
        {
            return false;
        }

        // In the condition itself, what is asked before.
        IEnumerable<Comparison> conditions = !loop.Condition.Syntax.Span.Contains(place.Syntax.Span) ? Comparison.Of(loop.Condition, true) : Around(place)
            .Where(known => loop.Condition.Syntax.Span.Contains(known.Condition.Syntax.Span)).SelectMany(known => Comparison.Of(known.Condition, known.Truth));
        return IsStepOfOne(loop.Step, index) && conditions.Any(condition => IsBelow(condition) || IsBelow(condition.Flipped)) && !loop.Writes(span);

        bool IsBelow(Comparison condition) => condition.Kind == BinaryOperatorKind.LessThan
            && SymbolEqualityComparer.Default.Equals(Variable(condition.Left), index) && ((ahead == 0 && IsLength(condition.Right, span, root)) || IsLessThanLength(condition.Right));

        // span.Length - 1
        bool IsLessThanLength(IOperation end) => OnlyValue(end, root) is IBinaryOperation { OperatorKind: BinaryOperatorKind.Subtract, RightOperand.ConstantValue: { HasValue: true, Value: int and > 0 and var less } } shorter
            && ahead <= less && IsLength(shorter.LeftOperand, span, root);
    }

    private static bool IsStepOfOne(IOperation step, ISymbol index) => step switch
    {
        IIncrementOrDecrementOperation { Kind: OperationKind.Increment } increment => SymbolEqualityComparer.Default.Equals(Variable(increment.Target), index),
        ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add, Value.ConstantValue: { HasValue: true, Value: 1 } } add =>
            SymbolEqualityComparer.Default.Equals(Variable(add.Target), index),
        _ => false,
    };

    // for (int index = 0; index < 8; index += 2), the index written nowhere in the loop's body, the bound within a length that is known.
    private static bool IsLoopCounterBelow(IOperation place, ISymbol index, int length, Body body)
    {
        if (CountingLoop.Around(place, index, body.Root, inCondition: false) is not { } loop || !IsStepUp(loop.Step, index, length))
        {
            return false;
        }

        int[] ends = [.. Ends(loop, index, body)];
        return ends.Any(end => end <= length) && (OldestRuntime.Of(body.Engine.Compilation) > 8 || ends[ends.Length - 1] <= length);
    }

    // Of several ends .NET 8 takes the last that it knows.
    private static bool EndsWithin(IOperation place, ISymbol index, int length, Body body) => OldestRuntime.Of(body.Engine.Compilation) > 8
        || CountingLoop.Around(place, index, body.Root, inCondition: false) is not { } loop || Ends(loop, index, body).Prepend(length).Last() <= length;

    // The numbers that a counter stays below, as far as they are known.
    private static IEnumerable<int> Ends(CountingLoop loop, ISymbol index, Body body)
    {
        foreach (Comparison condition in Comparison.Of(loop.Condition, true).SelectMany(static condition => new[] { condition, condition.Flipped }))
        {
            if (condition.Kind is BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual && SymbolEqualityComparer.Default.Equals(Variable(condition.Left), index)
                && (condition.Right.ConstantValue is { HasValue: true, Value: int bound } ? bound
                    : condition.Right is IPropertyReferenceOperation { Property.Name: "Length", Instance: { } span } ? SpanLength.Of(span, body.Root) : LastIndex(condition.Right, body.Root)) is { } limit)
            {
                yield return condition.Kind == BinaryOperatorKind.LessThan || limit == int.MaxValue ? limit : limit + 1;
            }
        }
    }

    // for (int index = span.Length - 1; index >= 0; index--), in a length that is known. Of others the JIT proves nothing, and before .NET 10 of none.
    private static bool IsLoopCounterDown(IOperation place, int length, ISymbol? span, Body body)
    {
        const int First = 10;
        if (Variable(Bare(place)) is not { } index || IsExposed(index, body.Root) || OldestRuntime.Of(body.Engine.Compilation) < First)
        {
            return false;
        }

        for (IOperation? child = place, parent = place.Parent; parent is not null; child = parent, parent = parent.Parent)
        {
            if (parent is IForLoopOperation loop && loop.Body == child && loop.Before.SelectMany(before => before.DescendantsAndSelf()).OfType<IVariableDeclaratorOperation>()
                .FirstOrDefault(declarator => SymbolEqualityComparer.Default.Equals(declarator.Symbol, index)) is { } counter)
            {
                return counter.GetVariableInitializer()?.Value is { } start && LastIndex(start, body.Root) < length
                    && loop.AtLoopBottom is [IExpressionStatementOperation { Operation: IIncrementOrDecrementOperation { Kind: OperationKind.Decrement } step }]
                    && SymbolEqualityComparer.Default.Equals(Variable(step.Target), index)
                    && Comparison.Of(loop.Condition, true).FirstOrDefault() is { Left: not null } condition && ExcludesNegative(condition, index)
                    && !Writes(loop.Body, index) && !IsLengthCompared(loop.Body, span, body.Root)
                    && !(IsInLoop(loop) && Around(loop).Any(known => IsLengthCompared(known.Condition, span, body.Root) && known.Condition.Parent is not ILoopOperation));
            }
        }

        return false;
    }

    private static bool IsInLoop(IOperation place)
    {
        for (IOperation? parent = place.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is ILoopOperation)
            {
                return true;
            }
        }

        return false;
    }

    // Then .NET 10 has another name for it in the loop than before it, and no longer sees that the counter starts below it.
    private static bool IsLengthCompared(IOperation region, ISymbol? span, IOperation root)
    {
        return span is not null && region.DescendantsAndSelf().Any(operation => operation switch
        {
            IBinaryOperation
            {
                OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals or BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual
                or BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual
            } test => Is(test.LeftOperand) || Is(test.RightOperand),
            IIsPatternOperation test => Is(test.Value),
            ISwitchOperation choice => Is(choice.Value),
            ISwitchExpressionOperation choice => Is(choice.Value),
            ITupleOperation tuple => tuple.Elements.Any(Is),
            IArgumentOperation argument => Is(argument.Value),
            IInvocationOperation { Instance: { } instance } => Is(instance),
            IPropertyReferenceOperation { Property.Name: "IsEmpty", Instance: var empty } => SymbolEqualityComparer.Default.Equals(Variable(empty), span),
            _ => false,
        });

        bool Is(IOperation value) => IsLength(value, span, root);
    }

    // 7, or span.Length - 1, where the length may be held in a local.
    private static int? LastIndex(IOperation start, IOperation root) => Bare(start) switch
    {
        { ConstantValue: { HasValue: true, Value: int number } } => number,
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Subtract, LeftOperand: { } whole, RightOperand.ConstantValue: { HasValue: true, Value: int and > 0 and var less } } =>
            (OnlyValue(whole, root) is IPropertyReferenceOperation { Property.Name: "Length", Instance: { } span } ? SpanLength.Of(span, root) : null) - less,
        _ => null,
    };

    // So that the counter cannot come around by overflow.
    private static bool IsStepUp(IOperation step, ISymbol index, int length) => step switch
    {
        IIncrementOrDecrementOperation { Kind: OperationKind.Increment } increment =>
            SymbolEqualityComparer.Default.Equals(Variable(increment.Target), index),
        ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add, Value.ConstantValue: { HasValue: true, Value: int and > 0 and var by } } add =>
            by <= int.MaxValue - length && SymbolEqualityComparer.Default.Equals(Variable(add.Target), index),
        _ => false,
    };

    /// <summary>span.Length, or a local that holds it, of a span that is never another.</summary>
    public static bool IsLength(IOperation operation, ISymbol span, IOperation? root = null) => Bare(operation) switch
    {
        IPropertyReferenceOperation { Property.Name: "Length" } property => SymbolEqualityComparer.Default.Equals(Variable(property.Instance), span),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None, Type.SpecialType: SpecialType.System_Int32 } local } when root is not null =>
            (OnlyValue(local, root) is { } value && IsLength(value, span) && IsNeverAnother(span, root))
            || (span is ILocalSymbol made && OnlyValue(made, root) is { } creation && Unconverted(creation) is IObjectCreationOperation { Constructor: { } constructor, Arguments: [_, { Value: { } length }] }
                && SpanLength.IsOverPointer(constructor) && SymbolEqualityComparer.Default.Equals(Variable(length), local) && OnlyValue(local, root) is not null),
        _ => false,
    };

    private static bool IsNeverAnother(ISymbol span, IOperation root) => span is ILocalSymbol local ? OnlyValue(local, root) is not null : !Writes(root, span);

    /// <summary>Whether a condition that passes <paramref name="test"/> is known to hold at a place, and the variables are unchanged
    /// since.</summary>
    public static bool Holds(IOperation place, Func<Comparison, bool> test, params ISymbol[] variables) => Around(place).Any(known =>
        !variables.Any(variable => Writes(known.Condition, variable))
        && !known.Region.Any(operation => HasLabel(operation) || variables.Any(variable => WritesBefore(place, operation, variable)))
        && Comparison.Of(known.Condition, known.Truth).Any(comparison => test(comparison) || test(comparison.Flipped)));

    // In the region, on a way to the place: what stands behind it is on one only in a loop around both.
    private static bool WritesBefore(IOperation place, IOperation region, ISymbol variable) => region.DescendantsAndSelf().Any(operation => Writes(operation, variable) && (operation switch
    {
        ILoopOperation => operation.Syntax.Span.Contains(place.Syntax.Span),

        // goto case
        ISwitchOperation => operation.Syntax.Span.Contains(place.Syntax.Span) && operation.DescendantsAndSelf().Any(static part => part is IBranchOperation { BranchKind: BranchKind.GoTo }),
        _ => operation.Syntax.SpanStart < place.Syntax.SpanStart && !operation.Syntax.Span.Contains(place.Syntax.Span) && !IsTargetOfWhatHas(place, operation),
    }));

    // i = s[i]
    private static bool IsTargetOfWhatHas(IOperation place, IOperation operation)
    {
        for (IOperation? child = operation, parent = operation.Parent; parent is not null; child = parent, parent = parent.Parent)
        {
            if (parent is IAssignmentOperation assignment)
            {
                return assignment.Target == child && assignment.Value.Syntax.Span.Contains(place.Syntax.Span);
            }
        }

        return false;
    }

    // Where control may arrive from elsewhere. Nothing jumps into a block from outside: a label around a test and what it is about makes a loop of both, and no more.
    public static bool HasLabel(IOperation region) => region.DescendantsAndSelf().Any(static operation => operation is ILabeledOperation);

    /// <summary>
    /// The conditions that do not stand around a place, but may have decided that control arrives there: none without labels, and with them any. Which of their values leads
    /// to it is not looked for.
    /// </summary>
    private static IEnumerable<IOperation> Elsewhere(IOperation place, IOperation root)
    {
        if (!HasLabel(root))
        {
            return [];
        }

        HashSet<IOperation> around = [.. Around(place).Where(static known => !known.Region.Any(HasLabel)).Select(static known => known.Condition)];
        return root.DescendantsAndSelf().Select(static operation => operation switch
        {
            IConditionalOperation { Condition: var condition } => condition,
            IForLoopOperation { Condition: { } condition } => condition,
            IWhileLoopOperation { Condition: { } condition } => condition,
            ISwitchOperation { Value: var value } => value,
            _ => null,
        }).OfType<IOperation>().Where(condition => !around.Contains(condition));
    }

    /// <summary>
    /// Whether a condition around the index, or before it, keeps it out of range, by a value that is read from where the index is read from. The JIT
    /// sees too late that the two are one; then what it derived from one contradicts what it derived from the other, and it believes neither.
    /// </summary>
    private static bool IsRefuted(IOperation index, int length, Body body)
    {
        IOperation root = body.Root;
        HashSet<string> sources = [.. Sources(index, root, 0)];
        return IsChosen(index, Reads) || Elsewhere(index, root).Any(condition => condition.DescendantsAndSelf().Any(Reads)) || Around(index).Select(known => (Condition: OnlyValue(known.Condition, root), known.Truth)).Any(known =>
            known.Condition.DescendantsAndSelf().Any(part => part is IIsPatternOperation { Value: var value } && Reads(value) && !Comparison.Of(part, true).Any())
            || Comparison.Of(known.Condition, known.Truth).Any(comparison => Excludes(comparison) || Excludes(comparison.Flipped)));

        // Of .NET 10 the condition is about the index itself, where that is read first.
        bool IsReadBefore(IOperation compared) => OldestRuntime.Of(body.Engine.Compilation) >= 10 && compared is IFieldReferenceOperation { Instance: IParameterReferenceOperation }
            && Bare(index) is ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } && OnlyValue(local, root) is IFieldReferenceOperation value
            && value.Syntax.ToString() == compared.Syntax.ToString() && value.Syntax.Span.End < compared.Syntax.SpanStart;

        bool Reads(IOperation value) => Sources(value, root, 0).Any(sources.Contains);

        bool Excludes(Comparison comparison) => ValueRange.Of(comparison.Right, root) is { } other && comparison.Kind switch
        {
            BinaryOperatorKind.LessThan => other.High <= 0,
            BinaryOperatorKind.LessThanOrEqual => other.High < 0,
            BinaryOperatorKind.GreaterThan => other.Low >= length - 1,
            BinaryOperatorKind.GreaterThanOrEqual => other.Low >= length,
            BinaryOperatorKind.Equals => other.High < 0 || other.Low >= length,
            _ => false,
        } && Reads(comparison.Left) && !IsReadBefore(comparison.Left) && !(comparison.Kind == BinaryOperatorKind.Equals && other.Low == other.High && other.Low >= length && IsReadBehind(comparison.Left));

        // Then it is that constant, or the JIT knows nothing of the two being one. It does not go on from a local, nor from a number with a sign.
        bool IsReadBehind(IOperation compared) => Bare(compared) is IFieldReferenceOperation && Bare(index) is ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } && OnlyValue(local, root) is { } value
            && value.Syntax.SpanStart > compared.Syntax.Span.End;
    }

    // Within a switch on such a value.
    private static bool IsChosen(IOperation place, Func<IOperation, bool> test)
    {
        for (IOperation? parent = place.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is ISwitchOperation { Value: var value } && test(value))
            {
                return true;
            }
        }

        return false;
    }

    // The texts of what a value may be a copy of.
    private static IEnumerable<string> Sources(IOperation value, IOperation root, int depth)
    {
        while (value is IParenthesizedOperation or IConversionOperation { OperatorMethod: null })
        {
            value = value.ChildOperations.First();
        }

        IEnumerable<string> own = [value.Syntax.ToString()];
        return value is ILocalReferenceOperation { Local: var local } && depth < MostCopies
            ? own.Concat(WrittenTo(local, root).SelectMany(written => Sources(written, root, depth + 1)))
            : own;
    }

    private static IOperation OnlyValue(IOperation value, IOperation root) =>
        value is ILocalReferenceOperation { Local: var local } && OnlyValue(local, root) is { } only ? OnlyValue(only, root) : value;

    /// <summary>What is written to a local, by declaration or assignment; a compound assignment counts as a whole.</summary>
    public static IEnumerable<IOperation> WrittenTo(ILocalSymbol local, IOperation root) => WrittenTo(operation => operation switch
    {
        IVariableDeclaratorOperation declarator => SymbolEqualityComparer.Default.Equals(declarator.Symbol, local),
        ILocalReferenceOperation reference => SymbolEqualityComparer.Default.Equals(reference.Local, local),
        IDeclarationPatternOperation pattern => SymbolEqualityComparer.Default.Equals(pattern.DeclaredSymbol, local),
        _ => false,
    }, root);

    /// <summary>What is written to what passes the test, a declarator or the target of an assignment.</summary>
    public static IEnumerable<IOperation> WrittenTo(Func<IOperation, bool> isTarget, IOperation root)
    {
        foreach (IOperation operation in root.DescendantsAndSelf())
        {
            switch (operation)
            {
                case IVariableDeclaratorOperation declarator when isTarget(declarator) && declarator.GetVariableInitializer() is { Value: var value }:
                    yield return value;
                    break;
                case ISimpleAssignmentOperation assignment when isTarget(assignment.Target):
                    yield return assignment.Value;
                    break;
                case ICompoundAssignmentOperation compound when isTarget(compound.Target):
                    yield return compound;
                    break;
                case IDeconstructionAssignmentOperation deconstruction:
                    foreach (IOperation part in Taken(deconstruction.Target, deconstruction.Value, isTarget))
                    {
                        yield return part;
                    }

                    break;
                case IDeclarationPatternOperation pattern when isTarget(pattern) && Matched(pattern) is { } matched:
                    yield return matched;
                    break;
            }
        }
    }

    // Of a tuple that stands there as such, its elements; else of the whole.
    private static IEnumerable<IOperation> Taken(IOperation target, IOperation value, Func<IOperation, bool> isTarget) => (target, value) switch
    {
        (IDeclarationExpressionOperation declared, _) => Taken(declared.Expression, value, isTarget),
        (_, IConversionOperation { OperatorMethod: null, Operand: ITupleOperation tuple }) => Taken(target, tuple, isTarget),
        (ITupleOperation targets, ITupleOperation values) when targets.Elements.Length == values.Elements.Length => targets.Elements.Zip(values.Elements, (part, from) => Taken(part, from, isTarget)).SelectMany(static part => part),
        (ITupleOperation targets, _) => targets.Elements.SelectMany(part => Taken(part, value, isTarget)),
        _ => isTarget(target) ? [value] : [],
    };

    /// <summary>What a pattern is matched against, or what that is a part of.</summary>
    public static IOperation? Matched(IPatternOperation pattern)
    {
        for (IOperation? parent = pattern.Parent; parent is not null; parent = parent.Parent)
        {
            switch (parent)
            {
                case IIsPatternOperation test:
                    return test.Value;
                case ISwitchOperation choice:
                    return choice.Value;
                case ISwitchExpressionOperation choice:
                    return choice.Value;
            }
        }

        return null;
    }

    /// <summary>The conditions that lead to a place, innermost first, what they are there, and what lies between.</summary>
    public static IEnumerable<(IOperation Condition, bool Truth, IEnumerable<IOperation> Region)> Around(IOperation place)
    {
        for (IOperation? child = place, parent = place.Parent; parent is not null; child = parent, parent = parent.Parent)
        {
            switch (parent)
            {
                case IConditionalOperation conditional when conditional.Condition != child:
                    yield return (conditional.Condition, conditional.WhenTrue == child, [child!]);
                    break;

                case IForLoopOperation { Condition: { } condition } loop when loop.Body == child:
                    yield return (condition, true, [child]);
                    break;

                case IWhileLoopOperation { ConditionIsTop: true, Condition: { } condition } loop when loop.Body == child:
                    yield return (condition, !loop.ConditionIsUntil, [child]);
                    break;

                case IBinaryOperation
                {
                    OperatorKind: BinaryOperatorKind.ConditionalAnd
                    or BinaryOperatorKind.ConditionalOr
                } binary when binary.RightOperand == child:
                    yield return (binary.LeftOperand, binary.OperatorKind == BinaryOperatorKind.ConditionalAnd, [child]);
                    break;

                case IBlockOperation block:
                    int index = block.Operations.IndexOf(child!);
                    for (int i = index - 1; i >= 0; i--)
                    {
                        if (IsGuard(block.Operations[i]) && block.Operations[i] is IConditionalOperation guard)
                        {
                            yield return (guard.Condition, false, block.Operations.Skip(i + 1).Take(index - i));
                        }
                    }

                    break;
            }
        }
    }

    /// <summary>Behind which its condition does not hold.</summary>
    public static bool IsGuard(IOperation statement) => statement is IConditionalOperation { WhenFalse: null } guard && Leaves(guard.WhenTrue);

    private static bool Leaves(IOperation statement) => statement switch
    {
        IBlockOperation block => block.Operations.LastOrDefault() is { } last && Leaves(last),
        IReturnOperation or IThrowOperation or IBranchOperation { BranchKind: BranchKind.Break or BranchKind.Continue or BranchKind.GoTo } => true,
        IExpressionStatementOperation { Operation: IThrowOperation } => true,
        _ => false,
    };

    /// <summary>Whether a variable is set in a region, other than where it is declared.</summary>
    public static bool Writes(IOperation region, ISymbol variable) =>
        region.DescendantsAndSelf().Any(operation => SymbolEqualityComparer.Default.Equals(Variable(operation), variable)
            && Usage.Of(operation).Writes);

    /// <summary>Once its address is taken, the JIT keeps the variable in memory and proves nothing about it. Captured variables likewise.</summary>
    public static bool IsExposed(ISymbol variable, IOperation root) =>
        root.DescendantsAndSelf().Any(operation => SymbolEqualityComparer.Default.Equals(Variable(operation), variable)
            && (Usage.IsExposed(operation) || IsInNestedFunction(operation, root)));

    private static bool IsInNestedFunction(IOperation operation, IOperation root)
    {
        for (IOperation? parent = operation.Parent; parent is not null && parent != root; parent = parent.Parent)
        {
            if (parent is ILocalFunctionOperation or IAnonymousFunctionOperation)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A local or parameter that holds its value itself, not a reference to it.</summary>
    public static ISymbol? Variable(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation { Local.RefKind: RefKind.None } local => local.Local,
        IParameterReferenceOperation { Parameter.RefKind: RefKind.None } parameter => parameter.Parameter,
        IParenthesizedOperation parenthesized => Variable(parenthesized.Operand),
        _ => null,
    };

    public static IOperation Bare(IOperation operation) => operation switch
    {
        IConversionOperation { OperatorMethod: null, IsChecked: false } conversion
            when SameWidth(conversion.Type, conversion.Operand.Type) => Bare(conversion.Operand),
        IParenthesizedOperation parenthesized => Bare(parenthesized.Operand),
        _ => operation,
    };

    // A change of sign alone keeps the bits; a narrowing could turn something else into zero.
    private static bool SameWidth(ITypeSymbol? to, ITypeSymbol? from) =>
        to is not null && from is not null && TypeFacts.IsPrimitive(to) && TypeFacts.IsPrimitive(from) && !TypeFacts.IsFloating(to)
            && !TypeFacts.IsFloating(from)
        && TypeFacts.Size(to) >= TypeFacts.Size(from);

    private static decimal Number(object value) =>
        value is IConvertible convertible and not (string or bool or char or double or float)
            ? convertible.ToDecimal(System.Globalization.CultureInfo.InvariantCulture)
            : value is char character ? character : 0;
}
