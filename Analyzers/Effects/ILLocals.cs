using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>How many locals the compiler declares for a body.</summary>
internal static class ILLocals
{
    /// <summary>At most: those of the source, and what it keeps values in meanwhile.</summary>
    public static int Most(IOperation root)
    {
        // What is kept within a statement has the place of what was within another one, if it is of the same type and that one is over.
        Dictionary<(IOperation?, Kept, ITypeSymbol), int> meanwhile = new(KeptComparer.Instance);
        foreach (IOperation operation in root.DescendantsAndSelf())
        {
            foreach ((Kept what, ITypeSymbol type) in Meanwhile(operation))
            {
                (IOperation?, Kept, ITypeSymbol) key = (Statement(operation), what, type);
                meanwhile[key] = meanwhile.TryGetValue(key, out int known) ? known + 1 : 1;
            }
        }

        return OfSource(root) + meanwhile.GroupBy(static entry => (null as IOperation, entry.Key.Item2, entry.Key.Item3), KeptComparer.Instance)
            .Sum(static ofType => ofType.Max(static entry => entry.Value) + (ofType.Skip(1).Any() ? 1 : 0));
    }

    /// <summary>Those of the source, and of statements and patterns that are more than they show.</summary>
    public static int OfSource(IOperation root)
    {
        HashSet<ISymbol> declared = new(SymbolEqualityComparer.Default);
        int kept = 0;
        foreach (IOperation operation in root.DescendantsAndSelf())
        {
            ISymbol? symbol = operation switch
            {
                IVariableDeclaratorOperation declarator => declarator.Symbol,
                ILocalReferenceOperation { IsDeclaration: true } local => local.Local,
                IDeclarationPatternOperation pattern => pattern.DeclaredSymbol,
                _ => null,
            };
            if (symbol is not null)
            {
                declared.Add(symbol);
            }

            kept += operation switch
            {
                IForEachLoopOperation or IImplicitIndexerReferenceOperation => 4,
                { Syntax: CollectionExpressionSyntax } and not IConversionOperation => 6,
                IArgumentOperation argument => ILSize.IsOfParams(argument) ? 4 : 0,
                ILockOperation or { Kind: OperationKind.None, Syntax: FixedStatementSyntax } => 2,
                ISwitchExpressionOperation => 2,
                ISwitchOperation or IRecursivePatternOperation or IPropertySubpatternOperation or ICoalesceOperation or IConditionalAccessOperation or IWithOperation or ITupleBinaryOperation or IIsPatternOperation => 1,
                _ => 0,
            };
        }

        return declared.Count + kept;
    }

    private static IEnumerable<(Kept, ITypeSymbol)> Meanwhile(IOperation operation)
    {
        switch (operation)
        {
            // What is made has an address while it is.
            case IObjectCreationOperation { Type.IsValueType: true } or IDefaultValueOperation { ConstantValue.HasValue: false } or { ConstantValue: { HasValue: true, Value: null }, Type.IsValueType: true }:
                return Of(Kept.Value, operation);

            // Where it is stored, and what was there or is used after it.
            case ICompoundAssignmentOperation or IIncrementOrDecrementOperation:
                return Of(Kept.Reference, operation).Concat(Of(Kept.Value, operation));
            case IDeconstructionAssignmentOperation { Target: ITupleOperation targets }:
                return targets.Elements.SelectMany(static target => Of(Kept.Reference, target).Concat(Of(Kept.Value, target)));
            case IAssignmentOperation:
                return IsStatement(operation) ? [] : Of(Kept.Value, operation);
            case IFunctionPointerInvocationOperation call:
                return Of(Kept.Value, call.Target);

            // A span of all elements.
            case IInlineArrayAccessOperation access:
                return NeedsAddress(access.Instance).Concat(access.Argument.ConstantValue.HasValue ? [] : Of(Kept.Span, access));
            case IInvocationOperation { Instance: { } instance }:
                return NeedsAddress(instance);
            case IPropertyReferenceOperation { Instance: { } instance }:
                return NeedsAddress(instance);
            case IArgumentOperation { Parameter.RefKind: RefKind.In or RefKind.RefReadOnlyParameter, Value: { } argument }:
                return NeedsAddress(argument);
            case IFieldReferenceOperation { Instance: { } instance }:
                return NeedsAddress(instance);
            default:
                return [];
        }
    }

    private static IEnumerable<(Kept, ITypeSymbol)> NeedsAddress(IOperation value) => ILSize.HasAddress(value) ? [] : Of(Kept.Value, value);

    private static IEnumerable<(Kept, ITypeSymbol)> Of(Kept what, IOperation value) => value.Type is { } type ? [(what, type)] : [];

    private static bool IsStatement(IOperation operation) => operation.Parent is IExpressionStatementOperation;

    private static IOperation? Statement(IOperation operation)
    {
        IOperation? statement = operation;
        while (statement is not (null or IExpressionStatementOperation or IVariableDeclarationGroupOperation or IReturnOperation or IConditionalOperation { Type: null } or ILoopOperation or ISwitchOperation))
        {
            statement = statement.Parent;
        }

        return statement;
    }

    private enum Kept
    {
        Value,
        Reference,
        Span,
    }

    private sealed class KeptComparer : IEqualityComparer<(IOperation? Statement, Kept What, ITypeSymbol Type)>
    {
        public static readonly KeptComparer Instance = new();

        public bool Equals((IOperation? Statement, Kept What, ITypeSymbol Type) one, (IOperation? Statement, Kept What, ITypeSymbol Type) other) =>
            one.Statement == other.Statement && one.What == other.What && SymbolEqualityComparer.Default.Equals(one.Type, other.Type);

        public int GetHashCode((IOperation? Statement, Kept What, ITypeSymbol Type) key) => SymbolEqualityComparer.Default.GetHashCode(key.Type);
    }
}
