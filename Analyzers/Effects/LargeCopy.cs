using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Finds where a value is copied that is so large that the JIT calls a helper: where it is assigned, passed or returned, but also where a pattern or a
/// deconstruction names it, where <c>foreach</c> takes it out of a span, where the library moves it, and where the compiler saves what is read-only from a
/// method that might change it.
/// </summary>
internal static class LargeCopy
{
    /// <summary>Larger copies call a helper of the runtime on a processor with AVX2.</summary>
    public const int CopiedInline = 128;

    /// <summary>What an operation copies, in its own parts; whether that is large is <see cref="Size"/>'s to say.</summary>
    public static IEnumerable<(SyntaxNode At, ITypeSymbol Type)> By(IOperation operation, Body body)
    {
        switch (operation)
        {
            case ISimpleAssignmentOperation { IsRef: false } assignment:
                return Value(assignment.Value);

            case IVariableInitializerOperation
            {
                Value: { } value, Parent: IVariableDeclaratorOperation { Symbol.RefKind: RefKind.None }
                or not IVariableDeclaratorOperation
            }:
                return Value(value);

            case IArgumentOperation { Parameter.RefKind: RefKind.None } argument:
                return Value(argument.Value);

            case IReturnOperation { ReturnedValue: { } returned } when !body.Member.ReturnsByRef && !body.Member.ReturnsByRefReadonly:
                return Value(returned);

            case IDeconstructionAssignmentOperation deconstruction:
                return Parts(deconstruction.Value).SelectMany(Value);

            case IDeclarationPatternOperation { DeclaredSymbol: ILocalSymbol local } pattern:
                return [(pattern.Syntax, local.Type)];

            case IRecursivePatternOperation { DeclaredSymbol: ILocalSymbol local } pattern:
                return [(pattern.Syntax, local.Type)];

            case IForEachLoopOperation { LoopControlVariable: IVariableDeclaratorOperation { Symbol: { RefKind: RefKind.None } local } } loop:
                return [(loop.LoopControlVariable.Syntax, local.Type)];

            // Whether it has a value is asked of a copy.
            case IIsTypeOperation { ValueOperand: { Type: { } tested } value }:
                return [(value.Syntax, tested)];

            case IWithOperation { Type: { } changed } with:
                return [(with.Syntax, changed)];

            case IBinaryOperation { OperatorMethod: { } method } binary:
                return Operands(method, binary.LeftOperand, binary.RightOperand);

            case ICompoundAssignmentOperation { OperatorMethod: { } method } compound:
                return Operands(method, compound.Target, compound.Value);

            case IUnaryOperation { OperatorMethod: { } method } unary:
                return Operands(method, unary.Operand);

            case IIncrementOrDecrementOperation { OperatorMethod: { } method } step:
                return Operands(method, step.Target);

            case IConversionOperation { OperatorMethod: { } method } conversion:
                return Operands(method, conversion.Operand);

            case IInvocationOperation call:
                return Library(call.TargetMethod, call.Syntax).Concat(Saved(call.Instance, call.TargetMethod, body));

            case IPropertyReferenceOperation { Property: var property } reference when (property.GetMethod ?? property.SetMethod) is { } accessor:
                return Library(accessor, reference.Syntax).Concat(Saved(reference.Instance, accessor, body));

            default:
                return [];
        }
    }

    /// <summary>The bytes of a value of this type, if a copy of it is a call.</summary>
    public static long? Size(ITypeSymbol type, Body body) =>
        type.IsValueType && TypeFacts.Size(body.Instantiation.Of(type)) is > CopiedInline and var size ? size : null;

    /// <summary>What is given by value to the parameters of an operator.</summary>
    private static IEnumerable<(SyntaxNode At, ITypeSymbol Type)> Operands(IMethodSymbol method, params IOperation[] operands) =>
        operands.Zip(method.Parameters, static (operand, parameter) => (operand, parameter)).Where(static pair => pair.parameter.RefKind == RefKind.None)
            .SelectMany(static pair => Value(pair.operand));

    // What is computed is no copy of anything: it is judged where it is made.
    private static IEnumerable<(SyntaxNode At, ITypeSymbol Type)> Value(IOperation value) => value switch
    {
        // Zeroing is judged by itself.
        IDefaultValueOperation or IConversionOperation { Operand: IDefaultValueOperation } or IObjectCreationOperation => [],
        IInvocationOperation { TargetMethod: { ReturnsByRef: false, ReturnsByRefReadonly: false } } => [],
        IPropertyReferenceOperation { Property: { RefKind: RefKind.None, DeclaringSyntaxReferences.IsEmpty: true } } => [],
        { Type: { } type, ConstantValue.HasValue: false } => [(value.Syntax, type)],
        _ => [],
    };

    // Of a tuple that is taken apart at once nothing is made but its elements.
    private static IEnumerable<IOperation> Parts(IOperation value) => value switch
    {
        IConversionOperation { OperatorMethod: null, Operand: ITupleOperation tuple } => Parts(tuple),
        ITupleOperation tuple => tuple.Elements.SelectMany(Parts),
        _ => [value],
    };

    // A member that is not in source gives a value back, or moves one through a reference.
    private static IEnumerable<(SyntaxNode At, ITypeSymbol Type)> Library(IMethodSymbol method, SyntaxNode at)
    {
        if (!method.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty)
        {
            yield break;
        }

        if (!method.ReturnsByRef && !method.ReturnsByRefReadonly)
        {
            yield return (at, method.ReturnType);
        }

        foreach (IParameterSymbol parameter in method.Parameters)
        {
            // What is given by value, the argument says.
            if ((parameter.RefKind == RefKind.Out && method.Name != "SkipInit") || (parameter.RefKind != RefKind.None && (method.Name is "Copy" or "TryWrite")))
            {
                yield return (at, parameter.Type);
            }
        }
    }

    // Of what is read-only the compiler gives a method a copy, unless that is declared to change nothing.
    private static IEnumerable<(SyntaxNode At, ITypeSymbol Type)> Saved(IOperation? instance, IMethodSymbol method, Body body) =>
        instance is { Type: { IsValueType: true, IsReadOnly: false } type } && !method.IsReadOnly && IsReadOnly(instance, body) ? [(instance.Syntax, type)] : [];

    private static bool IsReadOnly(IOperation place, Body body) => place switch
    {
        IParenthesizedOperation parenthesized => IsReadOnly(parenthesized.Operand, body),
        ILocalReferenceOperation { Local: var local } => local.RefKind == RefKind.RefReadOnly || local is { RefKind: RefKind.None, IsForEach: true } or { IsUsing: true },
        IParameterReferenceOperation { Parameter.RefKind: not (RefKind.None or RefKind.Ref or RefKind.Out) } => true,
        IFieldReferenceOperation { Field: { } field, Instance: var holder } =>
            field.IsReadOnly || (holder is { Type.IsValueType: true } && IsReadOnly(holder, body)),
        IInstanceReferenceOperation => body.Member is { IsReadOnly: true },
        IInvocationOperation { TargetMethod.ReturnsByRefReadonly: true } => true,
        IPropertyReferenceOperation { Property.ReturnsByRefReadonly: true } => true,
        _ => false,
    };
}
