using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// How many bytes of IL the compiler emits for a body in optimised code: <see cref="Most"/> as many as there may be, <see cref="Least"/> as few.
/// </summary>
/// <remarks>
/// Each kind of operation has a weight, the length of the instructions that it becomes besides those of its parts (ECMA-335 III): a call, a field or a type in an
/// instruction 5, a local or argument 1 or 2, a constant 1, 2, 5 or 9, a branch 2, an arithmetic instruction 1. What has no weight of its own is taken for long.
/// </remarks>
internal sealed partial class ILSize
{
    // A call, a field, an object of a type that has no instruction of its own: an operation code and a token.
    private const int Token = 5;

    // The address of a local, what empties it, and its value.
    private const int Empty = 2 + 6 + 1;

    // No method with one of these in it is always inlined.
    private const int Large = Inlining.AlwaysInlineSize + 1;

    // The locals that have an instruction of one byte.
    private const int ShortLocals = 4;

    private readonly IMethodSymbol _member;
    private readonly bool _manyLocals;
    private readonly HashSet<ISymbol> _captured = new(SymbolEqualityComparer.Default);

    private ILSize(IOperation root, IMethodSymbol member)
    {
        _member = member;
        int declared = 0;
        foreach (IOperation operation in root.Descendants())
        {
            declared += operation switch
            {
                IVariableDeclaratorOperation or IDeclarationPatternOperation or ILocalReferenceOperation { IsDeclaration: true } => 1,

                // What is computed once for several uses.
                IDeconstructionAssignmentOperation { Target: ITupleOperation { Elements.Length: var elements } } => elements,
                ICompoundAssignmentOperation or IIncrementOrDecrementOperation or IIsPatternOperation => 1,
                _ => 0,
            };
            if (operation is ILocalFunctionOperation or IAnonymousFunctionOperation)
            {
                _captured.UnionWith(operation.Descendants().Select(Used).OfType<ISymbol>().Where(used => !IsIn(operation.Syntax, used)));
            }
        }

        _manyLocals = declared > ShortLocals;
    }

    /// <summary>The most that one body of a member may be.</summary>
    public static int Most(IOperation root, IMethodSymbol member)
    {
        ILSize size = new(root, member);
        return size.Of(root) + (member.ReturnsVoid ? 1 : 0) + (size._captured.Count * (2 + 2 + Token));
    }

    private int Of(IOperation operation)
    {
        if (operation is { ConstantValue: { HasValue: true, Value: null }, Type: { IsValueType: true } type, Parent: not IPatternOperation } && IsNullable(type))
        {
            return Empty;
        }

        if (operation.ConstantValue is { HasValue: true, Value: var value } && operation is not ILocalReferenceOperation { IsDeclaration: true })
        {
            return Constant(value) + (operation.Type is IPointerTypeSymbol or { SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr } ? 1 : 0);
        }

        // The address of the image's data, and how many bytes there are, whatever they say.
        if (Facts.ImageSpanLength(operation) is { } length)
        {
            return (2 * Token) + Short(length);
        }

        // A local function is a method of its own.
        return Own(operation) + operation.ChildOperations.Sum(child => child is ILocalFunctionOperation ? 0 : Of(child));
    }

    private int Own(IOperation operation) => operation switch
    {
        IMethodBodyOperation or IConstructorBodyOperation or IBlockOperation or IVariableDeclarationGroupOperation or IVariableDeclarationOperation or IVariableInitializerOperation
            or IParenthesizedOperation or IDiscardOperation or IEmptyOperation or IDeclarationExpressionOperation or ILocalFunctionOperation
            or IObjectOrCollectionInitializerOperation => 0,

        // The object that has the field, and the field.
        IFieldInitializerOperation or IPropertyInitializerOperation => 1 + Token,
        IExpressionStatementOperation { Operation: IAssignmentOperation or IIncrementOrDecrementOperation } => 0,
        IExpressionStatementOperation statement => statement.Operation.Type?.SpecialType == SpecialType.System_Void ? 0 : 1,

        // The end of a local function. That of what returns nothing is counted already.
        IReturnOperation { IsImplicit: true, ReturnedValue: null } => 0,
        IReturnOperation => 1,
        IVariableDeclaratorOperation declarator => Variable(declarator.Symbol, isAddressed: false),
        ILocalReferenceOperation local => Variable(local.Local, IsAddressed(local)) + Loaded(local, local.Local.RefKind),
        IParameterReferenceOperation parameter => Variable(parameter.Parameter, IsAddressed(parameter)) + Loaded(parameter, parameter.Parameter.RefKind),
        IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ImplicitReceiver } => 2,
        IInstanceReferenceOperation { Type.IsValueType: true } instance => 1 + Loaded(instance, RefKind.Ref),
        IInstanceReferenceOperation => 1,
        IFieldReferenceOperation field => Token + (field.Field.IsVolatile ? 2 : 0) + Loaded(field, field.Field.RefKind),

        // An array, or a buffer, is made and filled.
        IArgumentOperation argument when IsOfParams(argument) => 60,
        IArgumentOperation argument => argument.Parameter?.RefKind is RefKind.In or RefKind.RefReadOnlyParameter && !HasAddress(argument.Value) ? 3 : 0,
        ISimpleAssignmentOperation assignment => Stored(assignment.Target) + (IsStatement(assignment) ? 0 : Kept(assignment.Target)),
        ICompoundAssignmentOperation compound => Modified(compound, compound.Target) + Operator(compound)
            + (compound.InConversion.IsIdentity || (IsSmall(compound.Target.Type) && IsOnStack(compound.Value.Type)) ? 0 : 2) + (compound.OutConversion.IsIdentity ? 0 : 1),
        IIncrementOrDecrementOperation { IsLifted: true } => Large,
        IIncrementOrDecrementOperation increment => Modified(increment, increment.Target)
            + (increment.OperatorMethod is { } own ? Call(own) : increment.Target.Type is IPointerTypeSymbol { PointedAtType: var element } ? Scale(element) + 1 : One(increment.Target.Type) + 1),
        IInvocationOperation { TargetMethod.MethodKind: MethodKind.LocalFunction } => Token + 2,
        IInvocationOperation call => Receiver(call.Instance) + (call is { Instance.Type.IsValueType: true, TargetMethod.ContainingType.IsReferenceType: true } ? 6 : 0) + Call(call.TargetMethod, call.Instance) + Loaded(call, call.TargetMethod.RefKind),
        IPropertyReferenceOperation property => Receiver(property.Instance) + Call(property.Property, property.Instance) + Loaded(property, property.Property.RefKind),
        IFunctionPointerInvocationOperation => Token + 2,

        // A local, made empty, and what is loaded of it.
        IObjectCreationOperation { Type.IsValueType: true, Arguments.IsEmpty: true } or IObjectCreationOperation { Initializer: not null } or IDefaultValueOperation => Empty,
        IObjectCreationOperation { Type.IsReferenceType: true } => Token,
        IObjectCreationOperation => Token + 1,
        IBinaryOperation { Type.SpecialType: SpecialType.System_String } => 40,
        IBinaryOperation binary => Binary(binary),
        IUnaryOperation unary => unary.OperatorMethod is not null || unary.IsLifted ? Large : IsBranchedOn(unary) ? 0 : unary.OperatorKind == UnaryOperatorKind.Not || unary.IsChecked ? 3 : 2,
        IConversionOperation conversion => Conversion(conversion),
        IConditionalOperation conditional => conditional.WhenFalse is null ? 2 : 4,
        IAddressOfOperation { Reference: IMethodReferenceOperation } => 6,
        IMethodReferenceOperation { Parent: IAddressOfOperation } => 0,
        IAddressOfOperation => 1,
        ISizeOfOperation => 6,
        IIsPatternOperation => 4,
        IConstantPatternOperation or IRelationalPatternOperation => 3 + (operation is IPatternOperation { InputType: var input } && IsNullable(input) ? Token : 0),
        IBinaryPatternOperation => 2,
        INegatedPatternOperation => 1,
        IDeconstructionAssignmentOperation { Target: ITupleOperation { Elements: var targets } } deconstruction =>
            targets.Sum(target => 2 + Stored(target)) + (Facts.Unconverted(deconstruction.Value) is ITupleOperation ? 0 : 6 + (targets.Length * (2 + 1 + Token))),
        ITupleOperation { Parent: IDeconstructionAssignmentOperation or IConversionOperation { Parent: IDeconstructionAssignmentOperation } } => 0,
        ITupleOperation => Token,

        // The address of the image's data, how many bytes there are, and the span that is made of them.
        IUtf8StringOperation => 3 * Token,

        // Of a constant a reference is asked for, of any other number a span, which is indexed.
        IInlineArrayAccessOperation access => Receiver(access.Instance) + Token + (access.Argument.ConstantValue.HasValue ? 0 : 2 + 1 + 2 + Token) + Loaded(access, RefKind.Ref),

        // What is more than it shows.
        IForEachLoopOperation or ILockOperation or { Kind: OperationKind.None, Syntax: FixedStatementSyntax } => 40,
        IImplicitIndexerReferenceOperation => 80,

        // Each case is compared with, or is an entry of a table that may have one more for each. What is far takes a long branch.
        ISwitchOperation => 4,
        ISwitchCaseOperation or IDefaultCaseClauseOperation => 0,
        ISingleValueCaseClauseOperation => 1 + 5 + 2,
        IBranchOperation => 5,
        { Syntax: CollectionExpressionSyntax } and not IConversionOperation => 80,

        // p[i] converts, scales and adds the index before it loads or stores.
        { Kind: OperationKind.None, Syntax: ElementAccessExpressionSyntax } element => Scale(element.Type, element.ChildOperations.Last()) + 1 + Loaded(element, RefKind.Ref)
            + (element.ChildOperations.First() is IFieldReferenceOperation { Field.IsFixedSizeBuffer: true } ? Token : 0),
        { Kind: OperationKind.None, Syntax: PrefixUnaryExpressionSyntax } indirection => Loaded(indirection, RefKind.Ref),

        // p->
        { Kind: OperationKind.None, Syntax: MemberAccessExpressionSyntax or IdentifierNameSyntax or ParenthesizedExpressionSyntax } => 0,
        { Kind: OperationKind.None, Syntax: StackAllocArrayCreationExpressionSyntax or ImplicitStackAllocArrayCreationExpressionSyntax } => 16,
        _ => Large,
    };

    private int Variable(ISymbol symbol, bool isAddressed)
    {
        if (_captured.Contains(symbol) || (_member.MethodKind == MethodKind.LocalFunction && _member.DeclaringSyntaxReferences.All(member => !IsIn(member.GetSyntax(), symbol))))
        {
            return 2 + Token;
        }

        return symbol switch
        {
            _ when isAddressed => 2,
            IParameterSymbol { Ordinal: var ordinal, ContainingSymbol: { IsStatic: true } or IMethodSymbol { MethodKind: MethodKind.LocalFunction } } => ordinal < ShortLocals ? 1 : 2,
            IParameterSymbol { Ordinal: var ordinal } => ordinal + 1 < ShortLocals ? 1 : 2,
            _ => _manyLocals ? 2 : 1,
        };
    }

    // What loads the value that a reference leads to.
    private int Loaded(IOperation operation, RefKind kind) => kind == RefKind.None || IsPlace(operation) ? 0 : Indirect(operation.Type);

    private static int Indirect(ITypeSymbol? type) =>
        type is IPointerTypeSymbol or IFunctionPointerTypeSymbol or { IsReferenceType: true } or { TypeKind: TypeKind.Enum } || (type is not null && TypeFacts.IsPrimitive(type)) ? 1 : Token;

    // Whether the place is asked for, and not what is in it.
    private bool IsPlace(IOperation operation) => operation.Parent switch
    {
        IFieldReferenceOperation or IAddressOfOperation => true,
        IInvocationOperation call => call.Instance == operation,
        IPropertyReferenceOperation property => property.Instance == operation,
        IArgumentOperation argument => argument.Parameter?.RefKind is not (null or RefKind.None),
        IInlineArrayAccessOperation access => access.Instance == operation,
        ISimpleAssignmentOperation assignment => assignment.Target == operation,
        IDeclarationExpressionOperation declaration => IsPlace(declaration),
        IReturnOperation => _member.ReturnsByRef || _member.ReturnsByRefReadonly,
        IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol.RefKind: not RefKind.None } } => true,
        ITupleOperation { Parent: IDeconstructionAssignmentOperation { Target: var target } } tuple => target == tuple,
        _ => false,
    };

    // Whether it is a variable itself whose address is taken.
    private bool IsAddressed(IOperation operation) => RefKindOf(operation) == RefKind.None && operation.Parent switch
    {
        IFieldReferenceOperation field => IsAddressed(field) || field.Parent is IAssignmentOperation or IIncrementOrDecrementOperation or ITupleOperation,
        IAssignmentOperation or ITupleOperation => false,
        { Kind: OperationKind.None } parent => operation is IFieldReferenceOperation { Field.IsFixedSizeBuffer: true } && parent.Syntax is ElementAccessExpressionSyntax,
        IInvocationOperation or IPropertyReferenceOperation => operation.Type is { IsValueType: true } && IsPlace(operation),
        _ => IsPlace(operation),
    };

    private static RefKind RefKindOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation { Local.RefKind: var kind } => kind,
        IParameterReferenceOperation { Parameter.RefKind: var kind } => kind,
        _ => RefKind.None,
    };

    // A call by way of a type parameter says the type first.
    private static int Call(ISymbol method, IOperation? instance = null) =>
        Token + ((method.IsStatic && method.ContainingType.TypeKind == TypeKind.Interface) || instance?.Type?.TypeKind == TypeKind.TypeParameter ? 6 : 0);

    /// <summary>Whether the elements of a <c>params</c> parameter are told one by one. The oldest compiler that is supported knows arrays only.</summary>
    public static bool IsOfParams(IArgumentOperation argument) => argument.ArgumentKind is not (ArgumentKind.None or ArgumentKind.Explicit or ArgumentKind.DefaultValue);

    // What has no address is put into a variable first.
    private static int Receiver(IOperation? instance) => instance?.Type is { IsValueType: true } or { TypeKind: TypeKind.TypeParameter } && !HasAddress(instance) ? 3 : 0;

    public static bool HasAddress(IOperation value) => value is ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation or IInstanceReferenceOperation or IInlineArrayAccessOperation
        or IPropertyReferenceOperation { Property.RefKind: not RefKind.None } or IInvocationOperation { TargetMethod.RefKind: not RefKind.None } or { Kind: OperationKind.None };

    // What a store takes more than what is counted for its target.
    private static int Stored(IOperation target) => target switch
    {
        IDiscardOperation => 1,
        IParameterReferenceOperation { Parameter.RefKind: RefKind.None } => 1,
        ILocalReferenceOperation { Local.RefKind: RefKind.None } => 0,
        ILocalReferenceOperation or IParameterReferenceOperation or IInstanceReferenceOperation or IInvocationOperation or IPropertyReferenceOperation { Property.RefKind: not RefKind.None }
            or IFieldReferenceOperation { Field.RefKind: not RefKind.None } or IInlineArrayAccessOperation or { Kind: OperationKind.None } => Indirect(target.Type),
        IDeclarationExpressionOperation { Expression: var declared } => Stored(declared),
        IFieldReferenceOperation or IPropertyReferenceOperation => 0,
        _ => Large,
    };

    // What a value takes that is used after it is stored.
    private static int Kept(IOperation target) => target is ILocalReferenceOperation { Local.RefKind: RefKind.None } or IParameterReferenceOperation { Parameter.RefKind: RefKind.None } or IFieldReferenceOperation { Instance: null } ? 1 : 3;

    // What takes a value out of a place and puts another there.
    private static int Modified(IOperation operation, IOperation target) => (IsStatement(operation) ? 0 : Kept(target)) + target switch
    {
        ILocalReferenceOperation { Local.RefKind: RefKind.None } => 1,
        IParameterReferenceOperation { Parameter.RefKind: RefKind.None } => 2,
        IFieldReferenceOperation { Instance: null } => Token,
        IPropertyReferenceOperation { Property.RefKind: RefKind.None, Arguments.IsEmpty: true } => Token + 3,
        IPropertyReferenceOperation { Property.RefKind: RefKind.None } => Large,
        IFieldReferenceOperation { Instance: IInstanceReferenceOperation } => 1 + Token,

        // The place is had once.
        IFieldReferenceOperation => 1 + (2 * Indirect(target.Type)),
        _ => 1 + Indirect(target.Type),
    };

    private static bool IsStatement(IOperation operation) => operation.Parent is IExpressionStatementOperation;

    private static int Operator(ICompoundAssignmentOperation compound) => compound switch
    {
        { IsLifted: true } => Large,
        { OperatorMethod: { } own } => Call(own),
        { Target.Type: IPointerTypeSymbol { PointedAtType: var element } } => Scale(element, compound.Value) + 1,
        { OperatorKind: BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift } => Shift(compound.Target.Type, compound.Value),
        _ => 1,
    };

    private static int Binary(IBinaryOperation binary)
    {
        if (binary.IsLifted)
        {
            return Large;
        }

        if (binary.OperatorMethod is { } own)
        {
            return Call(own);
        }

        return binary.OperatorKind switch
        {
            // A branch does it.
            BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals or BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThan
                or BinaryOperatorKind.GreaterThanOrEqual when IsBranchedOn(binary) => 0,
            BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr when IsBranchedOn(binary) => 2,
            BinaryOperatorKind.Equals or BinaryOperatorKind.LessThan or BinaryOperatorKind.GreaterThan => 2,
            BinaryOperatorKind.NotEquals when IsZero(binary.RightOperand) => 2,
            BinaryOperatorKind.NotEquals or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThanOrEqual or BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr => 5,
            BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift => Shift(binary.LeftOperand.Type, binary.RightOperand),
            BinaryOperatorKind.Add or BinaryOperatorKind.Subtract when ((binary.LeftOperand.Type as IPointerTypeSymbol) ?? (binary.RightOperand.Type as IPointerTypeSymbol)) is { PointedAtType: var element } =>
                Scale(element, binary.RightOperand.Type is IPointerTypeSymbol ? binary.LeftOperand : binary.RightOperand) + 2,
            BinaryOperatorKind.Add or BinaryOperatorKind.Subtract when binary.LeftOperand.Type?.TypeKind == TypeKind.Enum || binary.RightOperand.Type?.TypeKind == TypeKind.Enum => 2,
            _ => 1,
        };
    }

    // What is shifted by is taken modulo the bits of the type.
    private static int Shift(ITypeSymbol? type, IOperation by) => by.ConstantValue.HasValue ? 1 : type?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr ? 12 : 4;

    // What is counted in elements becomes bytes. Only a count that is an int on the stack takes one conversion.
    private static int Scale(ITypeSymbol? element, IOperation? count = null)
    {
        int size = element is null or { SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr } || !TypeFacts.IsPrimitive(element) ? 6 : TypeFacts.Size(element) == 1 ? 0 : 1;
        return size + (size > 0 ? 1 : 0) + (count?.Type is { } type && TypeFacts.Size(type) is not < sizeof(int) && type.SpecialType != SpecialType.System_Int32 ? 3 : 1);
    }

    // What is added, and what makes the sum a number of the type.
    private static int One(ITypeSymbol? type) => type?.SpecialType switch { SpecialType.System_Int32 or SpecialType.System_UInt32 => 1, SpecialType.System_Single => 5, SpecialType.System_Double => 9, _ => 2 };

    private static bool IsZero(IOperation operation) => operation.ConstantValue is { HasValue: true, Value: IConvertible and not (string or bool or char or float or double) and var value } && Integer((IConvertible)value) == 0;

    private static bool IsBranchedOn(IOperation operation) => operation.Parent switch
    {
        IConditionalOperation conditional => conditional.Condition == operation,
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null } not => IsBranchedOn(not),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr, OperatorMethod: null } both => both.LeftOperand == operation || IsBranchedOn(both),
        _ => false,
    };

    private static int Conversion(IConversionOperation conversion) => conversion switch
    {
        { OperatorMethod: { } own } => conversion.Conversion.IsNullable ? Large : Call(own),
        { Operand.Type: null } => 1,
        { Type.SpecialType: SpecialType.System_Single or SpecialType.System_Double, Operand.Type.SpecialType: SpecialType.System_UInt32 or SpecialType.System_UInt64 or SpecialType.System_UIntPtr } => 2,
        { Conversion.IsIdentity: true } => conversion is { IsImplicit: false, Type.SpecialType: SpecialType.System_Single or SpecialType.System_Double } ? 1 : 0,
        _ when SymbolEqualityComparer.Default.Equals(conversion.Type, conversion.Operand.Type) || conversion is { Operand: ITupleOperation, Parent: IDeconstructionAssignmentOperation } => 0,
        { Conversion.IsNullable: true } => conversion.Operand.Type is { IsValueType: true } from && conversion.Type is { } to && IsNullable(from) == IsNullable(to) ? Large : Token + 3,
        { Type: IPointerTypeSymbol, Operand.Type: IPointerTypeSymbol } => 0,
        { Conversion.IsNumeric: true } when IsSmall(conversion.Operand.Type) && IsOnStack(conversion.Type) && !conversion.IsChecked => 0,
        { Conversion.IsNumeric: true } or { Type.TypeKind: TypeKind.Enum or TypeKind.Pointer or TypeKind.FunctionPointer } or { Operand.Type.TypeKind: TypeKind.Enum or TypeKind.Pointer or TypeKind.FunctionPointer } => 1,
        _ => Token + 3,
    };

    // A number of less than 32 bits is one of 32 on the stack.
    private static bool IsSmall(ITypeSymbol? type) => type is { TypeKind: not TypeKind.Enum } && TypeFacts.IsPrimitive(type) && TypeFacts.Size(type) < sizeof(int);

    private static bool IsOnStack(ITypeSymbol? type) => type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_UInt32;

    private static bool IsNullable(ITypeSymbol type) => type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;

    private static ISymbol? Used(IOperation operation) => operation switch
    {
        ILocalReferenceOperation { Local: var local } => local,
        IParameterReferenceOperation { Parameter: var parameter } => parameter,
        _ => null,
    };

    private static bool IsIn(SyntaxNode node, ISymbol symbol) => symbol.Locations.Any(location => location.SourceTree == node.SyntaxTree && node.Span.Contains(location.SourceSpan));

    private static int Constant(object? value) => value switch
    {
        null => 1,
        double => 9,
        float or string => 5,
        bool => 1,
        char unit => Short(unit),
        decimal => Large,
        IConvertible number => number switch
        {
            // A short one, and what widens it.
            ulong bits => Constant(unchecked((long)bits)),
            uint bits => Short(unchecked((int)bits)),
            long bits => bits is >= int.MinValue and <= uint.MaxValue ? Short(unchecked((int)bits)) + 1 : 9,
            _ => Short(Integer(number)),
        },
        _ => Large,
    };

    private static int Short(decimal number) => number switch { >= -1 and <= 8 => 1, >= sbyte.MinValue and <= sbyte.MaxValue => 2, _ => 5 };

    private static decimal Integer(IConvertible number) => number.ToDecimal(System.Globalization.CultureInfo.InvariantCulture);
}
