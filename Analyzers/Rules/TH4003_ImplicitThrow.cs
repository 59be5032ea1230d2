using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Operations that throw on some values: bounds, overflow, division, casts, Nullable.Value, inexhaustive switches.</summary>
internal sealed class TH4003_ImplicitThrow : Rule
{
    public static readonly TH4003_ImplicitThrow Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.ImplicitThrow,
        "Avoid operations that may throw in a handler",
        "{0} {1}: an exception, or a fault, in a handler cannot be caught. {2}.",
        RuleCategories.ControlFlow,
        RuleLevel.SurelyWrong,
        "A bounds check, an overflow check, a division or a cast throws when it fails, and nothing stops the exception at the signal frame.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Test the value first, in a way that the compiler can see";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.PropertyReference,
        OperationKind.Binary,
        OperationKind.CompoundAssignment,
        OperationKind.Unary,
        OperationKind.Increment,
        OperationKind.Decrement,
        OperationKind.Conversion,
        OperationKind.ImplicitIndexerReference,
        OperationKind.Range,
        OperationKind.InlineArrayAccess,
        OperationKind.SwitchExpression,
        OperationKind.ListPattern,
        OperationKind.Loop,
        OperationKind.SlicePattern,
        OperationKind.Argument,
        OperationKind.SimpleAssignment);

    private const string RangeRemedy = "Write '(uint)i < (uint)span.Length' or 'for (int i = 0; i < span.Length; i++)' around it, with the span in a local, or use a pointer";

    public override void Inspect(IOperation operation, Body body)
    {
        switch (operation)
        {
            case IPropertyReferenceOperation property when Facts.IsElementAccessOfSpan(property):
                if (!Facts.IsInRange(property.Instance, property.Arguments[0].Value, body))
                {
                    Unproven(property.Arguments[0].Value, "indexes a span", RangeRemedy, operation.Syntax, body, Facts.IsInRangeIfNotReplaced(property.Instance, property.Arguments[0].Value, body),
                        Facts.Variable(property.Instance));
                }
                else if (property.Arguments[0].Value is { ConstantValue.HasValue: false } && DeadReads.Has(property, body))
                {
                    body.Report(this, operation.Syntax, "indexes a span for a value that is not used, and the JIT keeps the range check", "Leave the computation out");
                }

                break;

            case IImplicitIndexerReferenceOperation slice when (SpanLength.Of(slice.Instance, body.Root) is { } length && IsWithin(slice.Argument, length, body.Root))
                || Facts.IsWithinSpan(slice, body) || Facts.IsCountedFromEnd(slice, body):
                break;

            // Whatever is in between: nothing looks at it.
            case ISlicePatternOperation { Pattern: null }:
                break;

            case IImplicitIndexerReferenceOperation or ISlicePatternOperation:
                body.Report(this, operation.Syntax, "slices or indexes from the end, with a range check", RangeRemedy);
                break;

            case IRangeOperation { Parent: not IImplicitIndexerReferenceOperation }:
                body.Report(this, operation.Syntax, "makes a Range, which checks its bounds", RangeRemedy);
                break;

            case IListPatternOperation pattern when !TypeFacts.IsSpan(pattern.InputType):
                body.Report(this, operation.Syntax, "matches a list pattern, which calls an indexer", RangeRemedy);
                break;

            case IInlineArrayAccessOperation access when !IsWithin(access, body):
                Unproven(access.Argument, "indexes an inline array", "Use a constant index, or a fixed buffer", operation.Syntax, body,
                    TypeFacts.InlineArrayLength(access.Instance.Type) is { } elements && Facts.IsBelowIfNotReplaced(access.Argument, elements, body));
                break;

            case IForEachLoopOperation loop when ReplacedIndex.MayOfLoop(loop, body):
                body.Report(this, loop.Collection.Syntax, "enumerates a span whose length a test compares with a constant, and .NET 9 keeps the range check", "Make the span anew with that constant as its length");
                break;

            case IArgumentOperation { Parameter: { } parameter } argument:
                Given(parameter, argument.Value, argument.Parent!, body);
                break;

            case ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property.SetMethod.Parameters: [.., var parameter] } } assignment:
                Given(parameter, assignment.Value, assignment, body);
                break;

            case IBinaryOperation { OperatorMethod: { Parameters: [var left, var right] } } binary:
                Given(left, binary.LeftOperand, binary, body);
                Given(right, binary.RightOperand, binary, body);
                break;

            case ICompoundAssignmentOperation { OperatorMethod.Parameters: [.., var parameter] } compound:
                Given(parameter, compound.Value, compound, body);
                break;

            case IConversionOperation { OperatorMethod.Parameters: [var parameter] } converted:
                Given(parameter, converted.Operand, converted, body);
                break;

            case IBinaryOperation { OperatorMethod: null } binary:
                Arithmetic(binary.OperatorKind, binary.IsChecked, binary.Type, binary.LeftOperand, binary.RightOperand, binary, body);
                break;

            // What the operator makes of a byte is an int, and is converted back with a check, even where the operator itself has none.
            case ICompoundAssignmentOperation { OperatorMethod: null } compound when IsConvertedBack(compound) && ImpliedConversion.IsChecked(compound.Syntax, body):
                body.Report(this, compound.Syntax, "computes in checked arithmetic", "Use unchecked(...), and test for overflow before");
                break;

            case ICompoundAssignmentOperation { OperatorMethod: null } compound:
                Arithmetic(compound.OperatorKind, compound.IsChecked, compound.Type, compound.Target, compound.Value, compound, body);
                break;

            case IUnaryOperation { OperatorMethod: null, IsChecked: true } unary:
                body.Report(this, unary.Syntax, "computes in checked arithmetic", "Use unchecked(...), and test for overflow before");
                break;

            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Hat, Parent: not IImplicitIndexerReferenceOperation }:
                body.Report(this, operation.Syntax, "makes an Index, which checks its value", RangeRemedy);
                break;

            case IIncrementOrDecrementOperation { OperatorMethod: null, IsChecked: true } step:
                body.Report(this, step.Syntax, "computes in checked arithmetic", "Use unchecked(...), and test for overflow before");
                break;

            case IConversionOperation { OperatorMethod: null } conversion:
                Convert(conversion, body);
                break;

            case ISwitchExpressionOperation choice when !IsExhaustive(choice):
                body.Report(this, choice.Syntax, "switches without a discard arm, so unmatched values throw", "Add an arm '_ => ...'");
                break;
        }
    }

    /// <summary>Of an index that only a test keeps in range, where there are more tests than the JIT makes use of; see <see cref="KeptFacts"/>.</summary>
    /// <param name="index">The operation.</param>
    /// <param name="member">The method that it is in.</param>
    /// <param name="compiled">The method that this is, or is inlined into.</param>
    public Effect Forgotten(IOperation index, IMethodSymbol member, IMethodSymbol compiled)
    {
        bool isOwn = SymbolEqualityComparer.Default.Equals(member, compiled);
        return new Effect(
            this,
            isOwn ? index.Syntax.GetLocation() : compiled.Locations.FirstOrDefault() ?? Location.None,
            $"indexes{(isOwn ? "" : $" in '{Names.Of(member)}'")} by what only a test keeps in range, and has more tests, with what is inlined into it, than the JIT makes use of in one method",
            "Mark what tests much, or what indexes, 'AggressiveOptimization' and 'NoInlining'",
            culprit: member);
    }

    /// <summary>Of an index a part of which is computed in several places; see <see cref="CommonComputation"/>.</summary>
    /// <param name="at">The index, or the call that it is inlined by.</param>
    /// <param name="member">The method that it is in.</param>
    /// <param name="compiled">The method that this is, or is inlined into.</param>
    public Effect Recomputed(SyntaxNode at, IMethodSymbol member, IMethodSymbol compiled) => new(
        this,
        at.GetLocation(),
        $"indexes{(SymbolEqualityComparer.Default.Equals(member.OriginalDefinition, compiled.OriginalDefinition) ? "" : $" in '{Names.Of(member)}'")} by what is computed in several places of the method, where .NET 8 and 9 compute it once for all of them, and lose its range",
        "Compute it once, in a local in front of all of them",
        culprit: member);

    // A span, or the length of one.
    private static bool IsLimited(IOperation value, IOperation at, Body body) => TypeFacts.IsSpan(value.Type)
        ? SpanLength.Of(value, body.Root) is null && Facts.Variable(Facts.Unconverted(value)) is { } span && (Facts.IsLimited(at, span, body.Root) || ReplacedIndex.MayLength(value, at, body))
        : value is { Type.SpecialType: SpecialType.System_Int32, ConstantValue.HasValue: false } && ValueRange.Of(value, body.Root) is { } range && range.Low != range.High && range.High < int.MaxValue;

    // Which may be outside of the callee's length altogether; a test that never passes is no proof.
    private static bool IsAwayFromZero(IOperation value, Body body) =>
        DecidedChoice.Ranges(value, body).Any(static range => range.Low < range.High && (range.Low > 0 || range.High < 0));

    private static InlinedIndexes.Sites Tested(IOperation call, Body body) =>
        call.ChildOperations.Any(given => SpanLength.Of(given is IArgumentOperation argument ? argument.Value : given, body.Root) is not null)
            ? InlinedIndexes.Sites.TestedOfArguments : InlinedIndexes.Sites.Tested;

    private void Unproven(IOperation index, string what, string remedy, SyntaxNode at, Body body, bool isReplaced, ISymbol? span = null)
    {
        if (isReplaced && span is not null && Facts.IsEnteredForSure(index, span, body))
        {
            body.Report(this, at, $"{what} in a loop, in front of which a test compares its length with a constant, and .NET 8 and 9 keep the range check", "Test the index in the loop, or use a pointer");
        }
        else if (isReplaced)
        {
            body.Report(this, at, $"{what} where a test says that the index, or the length, is equal to something else, which the JIT puts in its place, and of which it proves nothing",
                "Test the index, or mask it, behind the test for equality, or use a pointer");
        }
        else if (LateFolding.MayHappen(index, body))
        {
            body.Report(this, at, $"{what} by what the JIT may find to be a constant, but too late to leave the range check out",
                "Compute the index of what is read once, without '-' and '^' of values that may be equal, or use a pointer");
        }
        else
        {
            body.Report(this, at, $"{what}, and nothing proves the index in range", remedy);
        }
    }

    private static bool IsWithin(IInlineArrayAccessOperation access, Body body) => access.Argument switch
    {
        { ConstantValue.HasValue: true } => true, // The compiler checks it.
        { Type.SpecialType: SpecialType.System_Int32 } index =>
            TypeFacts.InlineArrayLength(access.Instance.Type) is { } length && !Usage.HasBranches(index)
                && Facts.IsBelow(index, length, body),
        _ => false,
    };

    // An index or a range of constants, in what has so many elements.
    private static bool IsWithin(IOperation argument, int length, IOperation root) => argument switch
    {
        IRangeOperation range => SpanLength.Range(range, length, root) is not null,
        _ => SpanLength.Offset(argument, length, root) is { } offset && offset >= 0 && offset < length,
    };

    // What a callee indexes by, if it is inlined, is judged where it is computed.
    private void Given(IParameterSymbol parameter, IOperation value, IOperation at, Body body)
    {
        if (TypeFacts.IsSpan(value.Type) && parameter.ContainingSymbol is IMethodSymbol callee && SpanLength.Of(value, body.Root) is not null
            && InlinedIndexes.Doubt(callee, parameter.Ordinal, body))
        {
            body.Report(this, at.Syntax, $"gives '{callee.Name}' a span of a length that is known, where the JIT does not take the callee's test of the index for a proof",
                "Mask the index there, or use a pointer", culprit: callee);
        }

        if (TypeFacts.IsSpan(value.Type) && parameter.ContainingSymbol is IMethodSymbol enumerating && (ReplacedIndex.MayLength(value, at, body) || ReplacedIndex.MayOfLoopIn(enumerating, value, at, body)) && InlinedIndexes.Reads(enumerating, parameter.Ordinal, body))
        {
            body.Report(this, at.Syntax, $"gives '{enumerating.Name}' a span whose length a test compares with a constant, and .NET 8 and 9 keep the range check of its indexes",
                "Make the span anew with that constant as its length", culprit: enumerating);
        }

        if (OldestRuntime.Of(body.Engine.Compilation) <= 8 && parameter.ContainingSymbol is IMethodSymbol limited && IsLimited(value, at, body)
            && (TypeFacts.IsSpan(value.Type) ? InlinedIndexes.Reads(limited, parameter.Ordinal, body, atConstants: true) : InlinedIndexes.MakesSpan(limited, parameter.Ordinal, body)))
        {
            body.Report(this, at.Syntax, $"gives '{limited.Name}' a span whose longest length is known, too, of which .NET 8 does not conclude from a test of the shortest",
                "Test the index there, or use a pointer", culprit: limited);
        }

        if (parameter.Type.SpecialType == SpecialType.System_Int32 && parameter.ContainingSymbol is IMethodSymbol testing && at.ChildOperations.Select(static given => given is IArgumentOperation argument ? argument.Value : given)
            .Any(given => TypeFacts.IsSpan(given.Type) && Facts.Variable(given) is { } span && SpanLength.Of(given, body.Root) is null && Facts.IsOfLength(value, span, body.Root)) && InlinedIndexes.TestsSign(testing, parameter.Ordinal, body)
            && InlinedIndexes.Use(parameter, body, InlinedIndexes.Sites.TestedOfArguments))
        {
            body.Report(this, at.Syntax, $"gives '{testing.Name}' an index that is computed of the span's own length, of which two tests prove nothing",
                "Test it there by '(uint)index < (uint)span.Length'", culprit: testing);
        }

        if (value.Type?.SpecialType == SpecialType.System_Int32 && parameter.ContainingSymbol is IMethodSymbol making && InlinedIndexes.MakesSpan(making, parameter.Ordinal, body) && ReplacedIndex.MayOfLoopIn(making, value, at, body))
        {
            body.Report(this, at.Syntax, $"gives '{making.Name}' the length of a span, which a test compares with a constant, and .NET 8 and 9 keep the range check of a loop over it",
                "Test the index in the loop there, or use a pointer", culprit: making);
        }

        if (value.ConstantValue.HasValue || !TypeFacts.IsPrimitive(value.Type) || !InlinedIndexes.Use(parameter, body, InlinedIndexes.Sites.All))
        {
            return;
        }

        bool isLate = LateFolding.MayHappen(value, body);
        bool isNarrowed = !isLate && (!SeenRange.IsSeenNarrowed(value, body) || TestedIndex.IsOfFloating(value, body.Root)) && InlinedIndexes.Use(parameter, body, InlinedIndexes.Sites.Narrowed);
        if (isNarrowed)
        {
            body.Report(this, at.Syntax, $"gives '{parameter.ContainingSymbol.Name}' an index that is cast to a small type, of which the JIT does not see the range",
                "Read the index from memory, or mask it by another number than 255 and 65535", culprit: parameter.ContainingSymbol);
        }
        else if (OldestRuntime.Of(body.Engine.Compilation) <= 8 && ReplacedIndex.MayGiven(value, body) && InlinedIndexes.Use(parameter, body, InlinedIndexes.Sites.TestedOfArguments))
        {
            body.Report(this, at.Syntax, $"gives '{parameter.ContainingSymbol.Name}' an index that a test compares with a constant, and .NET 8 keeps its range check",
                "Mask the index there, or use a pointer", culprit: parameter.ContainingSymbol);
        }
        else if (isLate || ((!TestedIndex.IsBelieved(value, body) || IsAwayFromZero(value, body)) && InlinedIndexes.Use(parameter, body, Tested(at, body))))
        {
            body.Report(this, at.Syntax, isLate
                ? $"gives '{parameter.ContainingSymbol.Name}' an index that the JIT may find to be a constant, but too late to leave its range check out"
                : $"gives '{parameter.ContainingSymbol.Name}' an index whose test the JIT does not take for a proof",
                isLate ? "Compute it of what is read once, without '-', '^' and comparisons of values that may be equal" : "Mask the index, or use a pointer",
                culprit: parameter.ContainingSymbol);
        }
    }

    private static bool IsConvertedBack(ICompoundAssignmentOperation compound) =>
        compound.OutConversion is { IsIdentity: false, IsImplicit: false } or { IsNullable: true } && !TypeFacts.IsFloating(TypeFacts.Underlying(compound.Type));

    private void Arithmetic(BinaryOperatorKind kind, bool isChecked, ITypeSymbol? type, IOperation left, IOperation right, IOperation operation, Body body)
    {
        type = TypeFacts.Underlying(type);
        if (TypeFacts.IsFloating(type) || TypeFacts.IsDecimal(type))
        {
            return;
        }

        if (kind is BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder)
        {
            switch (Divisor.Of(left, right, body.Root))
            {
                case Divisor.Danger.Zero:
                    body.Report(this, operation.Syntax, "divides by a number that may be zero",
                        "Put the divisor into a local and write 'if (divisor > 0)' around it, or divide by a constant");
                    break;
                case Divisor.Danger.MinusOne:
                    body.Report(this, operation.Syntax, "divides by a number that may be -1, by which the smallest number cannot be divided",
                        "Write 'if (divisor > 0)' around it, or compute with unsigned numbers");
                    break;
            }
        }
        else if (isChecked)
        {
            body.Report(this, operation.Syntax, "computes in checked arithmetic", "Use unchecked(...), and test for overflow before");
        }
    }

    private void Convert(IConversionOperation operation, Body body)
    {
        Conversion conversion = operation.GetConversion();
        if (conversion.IsUnboxing || (conversion.IsReference && conversion.IsExplicit && !operation.IsTryCast))
        {
            body.Report(this, operation.Syntax, $"casts to '{operation.Type}', with a type check");
        }
        else if (conversion.IsNullable && conversion.IsExplicit
            && operation.Type is not { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T })
        {
            body.Report(this, operation.Syntax, "takes the value of a Nullable, which may have none", "Use GetValueOrDefault()");
        }
        else if (CheckedConversion.IsLeftOut(operation) || (conversion.IsNumeric && TypeFacts.IsFloating(operation.Type)))
        {
            // Whatever the value, it fits; a floating-point number that is too large is infinite.
        }
        else if (conversion.IsExplicit && (conversion.IsNumeric ? operation.IsChecked
            : (conversion.IsNullable || conversion.IsEnumeration || conversion.IsPointer || conversion.IsIntPtr)
                && MayOverflow(operation.Operand.Type, operation.Type) && ImpliedConversion.IsChecked(operation.Syntax, body)))
        {
            body.Report(this, operation.Syntax, "converts in checked arithmetic", "Use unchecked(...), and test the range before");
        }
    }

    // The compiler says only of conversions between numbers whether they are checked.
    private static bool MayOverflow(ITypeSymbol? from, ITypeSymbol? to)
    {
        if (from is IPointerTypeSymbol && to is IPointerTypeSymbol)
        {
            return false;
        }

        from = Number(from);
        to = Number(to);
        return from is null || to is null || !TypeFacts.IsPrimitive(from) || !TypeFacts.IsPrimitive(to) || TypeFacts.IsFloating(from)
            || TypeFacts.Size(to) < TypeFacts.Size(from)
            || (TypeFacts.IsUnsigned(from) ? !TypeFacts.IsUnsigned(to) && TypeFacts.Size(to) == TypeFacts.Size(from)
                : TypeFacts.IsUnsigned(to));
    }

    private static ITypeSymbol? Number(ITypeSymbol? type) =>
        TypeFacts.Underlying(type) is { } value ? (value as INamedTypeSymbol)?.EnumUnderlyingType ?? value : null;

    private static bool IsExhaustive(ISwitchExpressionOperation choice) =>
        choice.Arms.Any(arm => arm.Guard is null
            && arm.Pattern is IDiscardPatternOperation or IDeclarationPatternOperation { MatchesNull: true })
        || (choice.Value.Type?.SpecialType == SpecialType.System_Boolean && choice.Arms.Count(arm => arm.Guard is null
            && arm.Pattern is IConstantPatternOperation) == 2);
}
