using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Helper calls behind innocent syntax.</summary>
internal sealed class TH5004_RuntimeService : Rule
{
    public static readonly TH5004_RuntimeService Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.RuntimeService,
        "Do not use other services of the runtime in a handler",
        "{0} {1}: this calls into the runtime. {2}.",
        RuleCategories.RuntimeServices,
        RuleLevel.SurelyWrong,
        "Reflection, dynamic binding, type checks, generic look-ups, decimal arithmetic and large struct copies are calls, though they do not look like calls.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Use plain integers, pointers and sealed code paths";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.DynamicObjectCreation,
        OperationKind.DynamicMemberReference,
        OperationKind.DynamicInvocation,
        OperationKind.ConstantPattern,
        OperationKind.RelationalPattern,
        OperationKind.CaseClause,
        OperationKind.DynamicIndexerAccess,
        OperationKind.TypeOf,
        OperationKind.IsType,
        OperationKind.TypePattern,
        OperationKind.DeclarationPattern,
        OperationKind.RecursivePattern,
        OperationKind.TypeParameterObjectCreation,
        OperationKind.Binary,
        OperationKind.Unary,
        OperationKind.CompoundAssignment,
        OperationKind.Increment,
        OperationKind.Decrement,
        OperationKind.Conversion,
        OperationKind.SimpleAssignment,
        OperationKind.VariableInitializer,
        OperationKind.Argument,
        OperationKind.TupleBinary,
        OperationKind.With,
        OperationKind.Return,
        OperationKind.DefaultValue,
        OperationKind.ObjectCreation,
        OperationKind.DeconstructionAssignment,
        OperationKind.Loop,
        OperationKind.Invocation,
        OperationKind.PropertyReference);

    /// <summary>Larger values are zeroed by a helper of the runtime on a processor with AVX2.</summary>
    public const int ZeroedInline = 256;

    public override void Inspect(IOperation operation, Body body)
    {
        foreach ((SyntaxNode at, ITypeSymbol type) in LargeCopy.By(operation, body))
        {
            if (LargeCopy.Size(type, body) is { } size)
            {
                body.Report(this, at, $"copies {size} bytes ('{Names.Short(type)}') by a helper", "Pass it by reference (in, ref) and copy single fields");
                break;
            }
        }

        switch (operation)
        {
            case IDynamicObjectCreationOperation or IDynamicMemberReferenceOperation or IDynamicInvocationOperation
                or IDynamicIndexerAccessOperation:
                body.Report(this, operation.Syntax, "binds at run time (dynamic)");
                break;

            case IBinaryOperation { LeftOperand.Type.TypeKind: TypeKind.Dynamic } or IBinaryOperation { RightOperand.Type.TypeKind: TypeKind.Dynamic }
                or IUnaryOperation { Operand.Type.TypeKind: TypeKind.Dynamic } or IIncrementOrDecrementOperation { Target.Type.TypeKind: TypeKind.Dynamic }
                or ICompoundAssignmentOperation { Target.Type.TypeKind: TypeKind.Dynamic } or ICompoundAssignmentOperation { Value.Type.TypeKind: TypeKind.Dynamic }:
                body.Report(this, operation.Syntax, "computes at run time (dynamic)");
                break;

            case IConstantPatternOperation pattern:
                Constant(pattern.InputType, pattern.Value, pattern, body);
                break;

            case IRelationalPatternOperation pattern:
                Constant(pattern.InputType, pattern.Value, pattern, body);
                break;

            case ISingleValueCaseClauseOperation { Value: { } label, Parent: ISwitchCaseOperation { Parent: ISwitchOperation { Value.Type: { } input } } } clause:
                Constant(input, label, clause, body);
                break;

            case ITypeOfOperation:
                body.Report(this, operation.Syntax, "uses a Type object (typeof)");
                break;

            case IIsTypeOperation { ValueOperand.Type: { } input } test when MayNeedTypeCheck(input, test.TypeOperand):
            case IDeclarationPatternOperation { InputType: { } input2, MatchedType: { } matched } when MayNeedTypeCheck(input2, matched):
            case ITypePatternOperation { InputType: { } input3, MatchedType: { } matched3 } when MayNeedTypeCheck(input3, matched3):
            case IRecursivePatternOperation { InputType: { } input4, MatchedType: { } matched4 } when MayNeedTypeCheck(input4, matched4):
                body.Report(this, operation.Syntax, "checks an object's type");
                break;

            case ITypeParameterObjectCreationOperation:
                body.Report(this, operation.Syntax, "creates a value of a type parameter by reflection (new T())",
                    "Use default(T), or pass the value in");
                break;

            case IBinaryOperation { OperatorMethod: null } binary when TypeFacts.IsDecimal(binary.LeftOperand.Type):
            case IBinaryOperation { OperatorMethod.ContainingType.SpecialType: SpecialType.System_Decimal }:
            case IUnaryOperation { OperatorMethod: null } unary when TypeFacts.IsDecimal(unary.Type):
            case ICompoundAssignmentOperation { OperatorMethod: null } compound when TypeFacts.IsDecimal(compound.Type):
            case IIncrementOrDecrementOperation { OperatorMethod: null } step when TypeFacts.IsDecimal(step.Type):
            case IConversionOperation { OperatorMethod: null, IsImplicit: false } or IConversionOperation { OperatorMethod: null }
                when operation is IConversionOperation decimals
                    && TypeFacts.IsDecimal(decimals.Type) != TypeFacts.IsDecimal(decimals.Operand.Type)
                    && decimals.Operand.Type is { IsValueType: true } && decimals.Type is { IsValueType: true }:
                body.Report(this, operation.Syntax, "computes with decimal", "Use long with a fixed scale");
                break;

            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Remainder, OperatorMethod: null } remainder
                when TypeFacts.IsFloating(TypeFacts.Underlying(remainder.Type)):
            case ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Remainder, OperatorMethod: null } remainder2
                when TypeFacts.IsFloating(TypeFacts.Underlying(remainder2.Type)):
                body.Report(this, operation.Syntax, "takes a floating-point remainder, a call of fmod",
                    "Use x - y * (long)(x / y), or integers");
                break;

            case IBinaryOperation
            {
                OperatorMethod: null, OperatorKind: BinaryOperatorKind.Equals
                or BinaryOperatorKind.NotEquals, LeftOperand.Type.SpecialType: SpecialType.System_String
            }
                or IBinaryOperation { OperatorMethod: null, LeftOperand.Type.TypeKind: TypeKind.Delegate }:
                body.Report(this, operation.Syntax, "compares objects by a call of the runtime");
                break;

            case IConversionOperation { IsTryCast: true } cast when cast.GetConversion() is { IsReference: true, IsImplicit: false }:
                body.Report(this, operation.Syntax, "checks an object's type ('as')");
                break;

            case IConversionOperation { OperatorMethod: null } conversion:
                Unknown(conversion, body);
                break;

            // A value that a constructor or an initializer makes is made in a temporary, zeroed as far as nothing is set, and copied, unless it is a local's.
            case IObjectCreationOperation { Type: { IsValueType: true } created } creation when !IsJustZeroed(creation)
                && LargeCopy.Size(created, body) is { } bytesOfIt && (bytesOfIt > ZeroedInline || !IsMadeInPlace(creation)):
                body.Report(this, operation.Syntax, $"makes {bytesOfIt} bytes ('{Names.Short(created)}') and copies them by a helper",
                    "Set the single fields where the value is to be");
                break;

            case IDefaultValueOperation
                or IObjectCreationOperation { Arguments.IsEmpty: true } when operation.Type is { IsValueType: true } zeroed
                && TypeFacts.Size(body.Instantiation.Of(zeroed)) is > ZeroedInline and var bytes:
                body.Report(this, operation.Syntax, $"zeroes {bytes} bytes ('{Names.Short(zeroed)}') by a helper",
                    "Set the single fields that are used");
                break;

            case ITupleBinaryOperation tuples when !IsPrimitiveTuple(tuples.LeftOperand.Type)
                || !IsPrimitiveTuple(tuples.RightOperand.Type):
                body.Report(TH0009_CannotBeJudged.Instance, operation.Syntax, "compares tuples by operators that are not built in",
                    "Compare the elements one by one");
                break;
        }
    }

    /// <summary>A decimal constant is made by a call, or read from a static of the library.</summary>
    public void InspectConstant(IOperation operation, Body body)
    {
        // null for a Nullable is zeroes as well.
        if (operation.Type is { IsValueType: true } nullable && operation.ConstantValue.Value is null && TypeFacts.Size(body.Instantiation.Of(nullable)) is > ZeroedInline and var bytes)
        {
            body.Report(this, operation.Syntax, $"zeroes {bytes} bytes ('{Names.Short(nullable)}') by a helper", "Set the single fields that are used");
        }

        if (TypeFacts.IsDecimal(operation.Type) && operation.Parent is not (IBinaryOperation or ICompoundAssignmentOperation
            or IUnaryOperation or IPatternOperation or ICaseClauseOperation))
        {
            body.Report(this, operation.Syntax, "makes a decimal", "Use long with a fixed scale");
        }
    }

    // A comparison of a value with a constant, by a pattern.
    private void Constant(ITypeSymbol input, IOperation constant, IOperation pattern, Body body)
    {
        if (constant.ConstantValue is not { HasValue: true, Value: not null and not string })
        {
            return; // Null is no object, and a string is reported by itself.
        }

        if (TypeFacts.IsDecimal(input) || TypeFacts.IsDecimal(constant.Type))
        {
            body.Report(this, pattern.Syntax, "computes with decimal", "Use long with a fixed scale");
        }
        else if (input is ITypeParameterSymbol)
        {
            body.Report(this, pattern.Syntax, "checks an object's type");
        }
        else if (!input.IsValueType)
        {
            body.Report(TH1006_ManagedRead.Instance, pattern.Syntax, "compares an object with a constant");
        }
    }

    // What no rule judges is not known. The kinds below cost nothing, or TH1002, TH1003 and TH4003 judge them.
    private static void Unknown(IConversionOperation operation, Body body)
    {
        Conversion conversion = operation.GetConversion();
        bool known = conversion.IsIdentity || conversion.IsNumeric || conversion.IsEnumeration || conversion.IsReference
            || conversion.IsNullable || conversion.IsBoxing
            || conversion.IsUnboxing || conversion.IsPointer || conversion.IsIntPtr || conversion.IsConstantExpression
                || conversion.IsDefaultLiteral || conversion.IsNullLiteral
            || conversion.IsTupleLiteralConversion || conversion.IsTupleConversion || conversion.IsStackAlloc || conversion.IsThrow
                || conversion.IsMethodGroup
            || conversion.IsAnonymousFunction || conversion.IsObjectCreation || conversion.IsSwitchExpression
                || conversion.IsConditionalExpression || conversion.IsInlineArray
            || conversion.IsInterpolatedString || conversion.IsInterpolatedStringHandler || conversion.IsCollectionExpression;
        if (conversion.IsDynamic)
        {
            body.Report(Instance, operation.Syntax, "converts at run time (dynamic)");
        }
        else if (conversion.IsTupleConversion && !conversion.IsIdentity && !(IsPrimitiveTuple(operation.Type)
            && IsPrimitiveTuple(operation.Operand.Type)))
        {
            body.Report(TH0009_CannotBeJudged.Instance, operation.Syntax, "converts a tuple by conversions that are not built in",
                "Convert the elements one by one");
        }
        else if (!known && conversion.Exists)
        {
            Span(operation, body);
        }
    }

    // C# 14 converts arrays, strings and spans to spans by a conversion of its own, for which Roslyn 4.8 has no name.
    private static void Span(IConversionOperation operation, Body body)
    {
        if (!TypeFacts.IsSpan(operation.Type))
        {
            body.Report(TH0009_CannotBeJudged.Instance, operation.Syntax,
                $"converts to '{operation.Type}' in a way that this version cannot judge");
        }
        else if (!TypeFacts.IsSpan(operation.Operand.Type) && !Facts.IsImageData(operation))
        {
            body.Report(TH1006_ManagedRead.Instance, operation.Syntax, $"makes a span of '{operation.Operand.Type}', an object");
        }
    }

    // As default is.
    private static bool IsJustZeroed(IObjectCreationOperation creation) =>
        creation is { Initializer: null, Constructor: null or { IsImplicitlyDeclared: true } };

    private static bool IsMadeInPlace(IObjectCreationOperation creation) =>
        creation is { Initializer: null, Parent: IVariableInitializerOperation { Parent: IVariableDeclaratorOperation } };

    private static bool MayNeedTypeCheck(ITypeSymbol input, ITypeSymbol matched) =>
        TypeFacts.Underlying(input) is { } value
            && (!value.IsValueType || !SymbolEqualityComparer.Default.Equals(value, TypeFacts.Underlying(matched)))
        && !SymbolEqualityComparer.Default.Equals(input, matched);

    private static bool IsPrimitiveTuple(ITypeSymbol? type) =>
        TypeFacts.IsPrimitive(TypeFacts.Underlying(type)) || type?.TypeKind is TypeKind.Pointer
        || (type is INamedTypeSymbol { IsTupleType: true } tuple && tuple.TupleElements.All(element => IsPrimitiveTuple(element.Type)));
}
