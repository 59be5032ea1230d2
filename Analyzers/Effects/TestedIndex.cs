using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Whether the JIT takes a test of an index, <c>(uint)index &lt; (uint)span.Length</c>, for a proof where it knows the length as a number. It then asks for the range
/// of the index instead of comparing the test with the check, and that of .NET 8 gives up at everything that might overflow on the way. That of .NET 10 turns
/// the test of a count of bits, or of a condition that is read as 0 or 1, into one that has a sign, and finds no lower end.
/// </summary>
internal sealed class TestedIndex(Body body)
{
    private readonly HashSet<ISymbol> _open = new(SymbolEqualityComparer.Default);

    // In this order: the greater one decides.
    private enum Kind
    {
        /// <summary>Read from memory, or the result of what cannot overflow.</summary>
        Plain,

        /// <summary>Computed: no proof on .NET 8.</summary>
        Computed,

        /// <summary>Never negative, by what it is: no proof on .NET 8 and 10.</summary>
        Signless,
    }

    /// <param name="index">What is tested.</param>
    /// <param name="body">Where.</param>
    /// <param name="isTwice">Whether each end is tested by itself.</param>
    public static bool IsBelieved(IOperation index, Body body, bool isTwice = false) => IsBelieved(index, body.Root, body, isTwice);

    /// <param name="index">Within <paramref name="root"/>.</param>
    /// <param name="root">The body, or that of what is inlined into it.</param>
    /// <param name="body">What is judged.</param>
    /// <param name="isTwice">Whether each end is tested by itself.</param>
    public static bool IsBelieved(IOperation index, IOperation root, Body body, bool isTwice = false) => !IsComparedSmall(index, body) && new TestedIndex(body).Of(index, root) switch
    {
        Kind.Plain => !(isTwice && OldestRuntime.Of(body.Engine.Compilation) <= 8 && IsExtended(index, root)),
        Kind.Computed => OldestRuntime.Of(body.Engine.Compilation) > 8 && !AssumedRange.SpoilsTest(index, root, isTwice),
        _ => false,
    };

    /// <summary>Whether a small number without a sign is computed: it is compared as a small one, and what that says is not of the index.</summary>
    public static bool IsComparedSmall(IOperation index, Body body) => Facts.Bare(index) is var small && IsSmall(small.Type)
        && (!SeenRange.IsSeenNarrowed(small, body) || IsOfFloating(small, body.Root));

    /// <summary>Of these a comparison as numbers with and without a sign are one.</summary>
    public static bool IsSmall(ITypeSymbol? type) => type?.SpecialType is SpecialType.System_Byte or SpecialType.System_UInt16 or SpecialType.System_Char;

    /// <summary>Whether it comes of a floating number that is computed.</summary>
    public static bool IsOfFloating(IOperation value, IOperation root) =>
        (value is ILocalReferenceOperation { Local: var local } ? Facts.WrittenTo(local, root) : [value]).SelectMany(static written => written.DescendantsAndSelf())
            .Any(part => part is IConversionOperation { Operand: { } operand } && TypeFacts.IsFloating(operand.Type) && !MemoryRead.Is(operand, root));

    // A small number with a sign, or a choice, of which .NET 8 believes two tests only where it knows the length.
    private static bool IsExtended(IOperation index, IOperation root) => index.DescendantsAndSelf().Any(part => part switch
    {
        { Type.SpecialType: SpecialType.System_SByte or SpecialType.System_Int16 } or IInvocationOperation { TargetMethod.ContainingType.Name: "Math" } => true,
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => Facts.OnlyValue(local, root) is { } value && IsExtended(value, root),
        _ => false,
    });

    private Kind Of(IOperation value, IOperation root)
    {
        switch (value)
        {
            case { ConstantValue.HasValue: true }:
                return Kind.Plain;

            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand, root);

            case IConversionOperation { OperatorMethod: null } conversion:
                return Of(conversion.Operand, root);

            case { Type.SpecialType: SpecialType.System_Boolean } and not ILocalReferenceOperation:
                return Kind.Signless;

            case IBinaryOperation { OperatorMethod: null } binary:
                return IsBounded(binary) ? Kind.Plain : Kind.Computed;

            case IConditionalOperation { WhenFalse: { } other } choice:
                return IsBit(choice.WhenTrue) && IsBit(other) ? Kind.Signless : Greater(Of(choice.WhenTrue, root), Of(other, root));

            case ILocalReferenceOperation { Local: var local }:
                return Of(local, root);

            case IParameterReferenceOperation:
            case IFieldReferenceOperation { Instance: not ILocalReferenceOperation { Local.RefKind: RefKind.None } }:
            case IInlineArrayAccessOperation:
            case IPropertyReferenceOperation property when Facts.IsElementAccessOfSpan(property) || property.Property.ContainingAssembly?.Name == KnownSymbols.Library:
                return Kind.Plain;

            case IInvocationOperation call:
                return Of(call, root);

            // Behind a pointer, which may be to a local.
            case { Kind: OperationKind.None }:
                return value.DescendantsAndSelf().OfType<IAddressOfOperation>().Select(address => Of(address.Reference, root)).Append(Kind.Plain).Max();

            default:
                return Kind.Computed;
        }
    }

    private Kind Of(ILocalSymbol local, IOperation root)
    {
        if (local.RefKind != RefKind.None || !_open.Add(local))
        {
            return Kind.Plain;
        }

        List<Kind> written = [.. Facts.WrittenTo(local, root).Select(value => Of(value, root))];
        foreach (IOperation operation in root.DescendantsAndSelf())
        {
            switch (operation)
            {
                case IForEachLoopOperation { LoopControlVariable: IVariableDeclaratorOperation { Symbol: { } element } } when Is(element):
                    written.Add(Kind.Plain);
                    break;

                case IIncrementOrDecrementOperation { Target: ILocalReferenceOperation { Local: { } target } } step when Is(target):
                    written.Add(Stepped(step, step.Kind == OperationKind.Increment));
                    break;

                case ICompoundAssignmentOperation { Target: ILocalReferenceOperation { Local: { } target }, OperatorKind: BinaryOperatorKind.Subtract } step when Is(target):
                    written.Add(Stepped(step, isUp: false));
                    break;
            }
        }

        _open.Remove(local);
        return written.Count == 0 ? Kind.Computed : written.Max();

        bool Is(ILocalSymbol other) => SymbolEqualityComparer.Default.Equals(other, local);
    }

    // A loop's own step is seen, up to an end that is a constant. Of a counter that counts down to 1 it is seen that it has no sign.
    private static Kind Stepped(IOperation step, bool isUp)
    {
        IOperation? loop = step;
        while (loop is not (null or ILoopOperation))
        {
            loop = loop.Parent;
        }

        return isUp
            ? step.Parent?.Parent is IForLoopOperation { Condition: IBinaryOperation { RightOperand.ConstantValue.HasValue: true } } ? Kind.Plain : Kind.Computed
            : loop is IForLoopOperation { Condition: IBinaryOperation { OperatorKind: BinaryOperatorKind.GreaterThanOrEqual, RightOperand.ConstantValue: { HasValue: true, Value: 0 } } }
                || step is IIncrementOrDecrementOperation { IsPostfix: true, Parent: IBinaryOperation } ? Kind.Computed : Kind.Signless;
    }

    private Kind Of(IInvocationOperation call, IOperation root)
    {
        IMethodSymbol method = call.TargetMethod;
        Kind arguments = call.Arguments.Select(argument => Of(argument.Value, root)).Append(Kind.Plain).Max();
        if (!method.DeclaringSyntaxReferences.IsEmpty)
        {
            return (method.MethodImplementationFlags & MethodImplAttributes.NoInlining) != 0 || !_open.Add(method.OriginalDefinition) ? Kind.Computed
                : BodyReader.Bodies(body.Engine, method.OriginalDefinition, body.Cancellation)
                    .SelectMany(inlined => inlined.DescendantsAndSelf().OfType<IReturnOperation>().Select(end => end.ReturnedValue is { } value ? Of(value, inlined) : Kind.Plain))
                    .Append(arguments).Max();
        }

        return IsConstant(call) ? Kind.Plain : method.ContainingType.Name switch
        {
            "Math" when method.Name is "Min" or "Max" => arguments,
            "Volatile" => Kind.Plain,
            "BitOperations" when method.Name is "LeadingZeroCount" or "TrailingZeroCount" or "PopCount" && TypeFacts.Size(method.Parameters[0].Type) == sizeof(int) => Kind.Signless,
            _ => Greater(arguments, Kind.Computed),
        };
    }

    private bool IsConstant(IInvocationOperation call) => call.Arguments.All(static argument => argument.Value.ConstantValue.HasValue) && LateFolding.IsFixed(call, body);

    // Operators whose result the JIT takes to be within the bounds of what goes in.
    private static bool IsBounded(IBinaryOperation binary) => binary.OperatorKind switch
    {
        BinaryOperatorKind.And or BinaryOperatorKind.LeftShift => true,
        BinaryOperatorKind.RightShift => !TypeFacts.IsUnsigned(binary.LeftOperand.Type),
        BinaryOperatorKind.Remainder => TypeFacts.IsUnsigned(binary.LeftOperand.Type),
        _ => false,
    };

    private static bool IsBit(IOperation value) => value.ConstantValue is { HasValue: true, Value: 0 or 1 };

    private static Kind Greater(Kind one, Kind other) => one > other ? one : other;
}
