using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Where a method indexes by what it is given. Once it is inlined, the JIT sees the argument in place of the parameter, and proves as little about it as it does
/// in the caller's own code.
/// </summary>
internal sealed class InlinedIndexes
{
    private const int MostDepth = 4;

    // For as long as the compilation is analyzed. Symbols of one compilation are equal only if they are the same.
    private static readonly ConditionalWeakTable<Engine, ConcurrentDictionary<(IParameterSymbol, Sites), bool>> s_known = new();

    private readonly HashSet<ISymbol> _given = new(SymbolEqualityComparer.Default);

    private InlinedIndexes(IParameterSymbol parameter) => _given.Add(parameter.OriginalDefinition);

    public enum Sites
    {
        All,

        /// <summary>Those that a test, and not their range, keeps within a length that the method itself knows.</summary>
        Tested,

        /// <summary>Those, and the tested ones of spans that are given to it.</summary>
        TestedOfArguments,

        /// <summary>Those of a method that casts what it is given to a small type, or masks it by 255 or 65535.</summary>
        Narrowed,
    }

    /// <summary>Whether a method of this compilation that may be inlined indexes by a parameter, itself or in what it calls.</summary>
    /// <param name="parameter">Of the method.</param>
    /// <param name="body">The caller's.</param>
    /// <param name="sites">Which of its indexes count.</param>
    public static bool Use(IParameterSymbol parameter, Body body, Sites sites) => Use(parameter, body, sites, ImmutableArray<IMethodSymbol>.Empty);

    private static bool Use(IParameterSymbol parameter, Body body, Sites sites, ImmutableArray<IMethodSymbol> callers)
    {
        if (parameter.RefKind != RefKind.None || !TypeFacts.IsPrimitive(parameter.Type))
        {
            return false;
        }

        return parameter.ContainingSymbol switch
        {
            IMethodSymbol method => Use(method, parameter.Ordinal, body, sites, callers),
            IPropertySymbol indexer => (indexer.GetMethod is { } getter && Use(getter, parameter.Ordinal, body, sites, callers))
                || (indexer.SetMethod is { } setter && Use(setter, parameter.Ordinal, body, sites, callers)),
            _ => false,
        };
    }

    private static bool Use(IMethodSymbol method, int parameter, Body body, Sites sites, ImmutableArray<IMethodSymbol> callers)
    {
        method = (method.PartialImplementationPart ?? method).OriginalDefinition;

        // What calls itself is not inlined into itself.
        if (!MayBeInlined(method) || callers.Contains(method, SymbolEqualityComparer.Default))
        {
            return false;
        }

        // What narrows is looked for to the end, each method once.
        if (callers.Length > MostDepth && sites != Sites.Narrowed)
        {
            return true;
        }

        // What comes of a deep search is not what comes of one from the start.
        ConcurrentDictionary<(IParameterSymbol, Sites), bool> known = s_known.GetOrCreateValue(body.Engine);
        if ((!callers.IsEmpty && sites != Sites.Narrowed) || !known.TryGetValue((method.Parameters[parameter], sites), out bool uses))
        {
            uses = BodyReader.Bodies(body.Engine, method, body.Cancellation)
                .Any(root => new InlinedIndexes(method.Parameters[parameter]).AnyIn(root, body, sites, callers.Add(method)));
            if (callers.IsEmpty || sites == Sites.Narrowed)
            {
                known.TryAdd((method.Parameters[parameter], sites), uses);
            }
        }

        return uses;
    }

    /// <summary>
    /// Whether a method that may be inlined tests indexes of a span that it is given, and the tests would prove nothing if the length of the span were known.
    /// </summary>
    public static bool Doubt(IMethodSymbol method, int parameter, Body body)
    {
        method = method.PartialImplementationPart ?? method;
        IParameterSymbol span = method.OriginalDefinition.Parameters[parameter];
        return MayBeInlined(method) && BodyReader.Bodies(body.Engine, method.OriginalDefinition, body.Cancellation).Any(root =>
            root.DescendantsAndSelf().OfType<IPropertyReferenceOperation>().Any(access => Facts.IsElementAccessOfSpan(access)
                && access.Instance is IParameterReferenceOperation { Parameter: var own } && SymbolEqualityComparer.Default.Equals(own, span)
                && !TestedIndex.IsBelieved(access.Arguments[0].Value, root, body)));
    }

    /// <summary>Whether a method that may be inlined indexes, or enumerates, a span that it is given.</summary>
    /// <param name="method">The method.</param>
    /// <param name="parameter">Which span.</param>
    /// <param name="body">The caller's.</param>
    /// <param name="atConstants">Whether an index that is a constant, or counted from the end, counts.</param>
    public static bool Reads(IMethodSymbol method, int parameter, Body body, bool atConstants = false) => Reads(method, parameter, body, atConstants, ImmutableArray<IMethodSymbol>.Empty);

    /// <summary>Whether a method that may be inlined compares with a constant, as a number with a sign, what it is given.</summary>
    public static bool TestsSign(IMethodSymbol method, int parameter, Body body) => AnyIn(method, parameter, body, static (operation, own) => operation is IBinaryOperation or IIsPatternOperation
        && Comparison.Of(operation, true).SelectMany(static test => new[] { test, test.Flipped }).Any(test => test.Left.Type?.SpecialType == SpecialType.System_Int32
            && SymbolEqualityComparer.Default.Equals(Facts.Variable(test.Left), own) && test.Right.ConstantValue.HasValue));

    /// <summary>Whether a method that may be inlined makes a span over a pointer of as many elements as a parameter says.</summary>
    public static bool MakesSpan(IMethodSymbol method, int parameter, Body body) => AnyIn(method, parameter, body, static (operation, own) =>
        operation is IObjectCreationOperation { Constructor: { } constructor, Arguments: [_, { Value: var length }] } && SpanLength.IsOverPointer(constructor)
        && SymbolEqualityComparer.Default.Equals(Facts.Variable(Facts.Bare(length)), own));

    private static bool AnyIn(IMethodSymbol method, int parameter, Body body, Func<IOperation, IParameterSymbol, bool> test)
    {
        method = (method.PartialImplementationPart ?? method).OriginalDefinition;
        return parameter < method.Parameters.Length && MayBeInlined(method)
            && BodyReader.Bodies(body.Engine, method, body.Cancellation).Any(root => root.DescendantsAndSelf().Any(operation => test(operation, method.Parameters[parameter])));
    }

    private static bool Reads(IMethodSymbol method, int parameter, Body body, bool atConstants, ImmutableArray<IMethodSymbol> callers)
    {
        method = (method.PartialImplementationPart ?? method).OriginalDefinition;
        if (callers.Contains(method, SymbolEqualityComparer.Default))
        {
            return false;
        }

        IParameterSymbol span = method.Parameters[parameter];
        return MayBeInlined(method) && BodyReader.Bodies(body.Engine, method, body.Cancellation).Any(root => root.DescendantsAndSelf().Any(operation => operation switch
        {
            IPropertyReferenceOperation access => Facts.IsElementAccessOfSpan(access) && Is(access.Instance) && (atConstants || !access.Arguments[0].Value.ConstantValue.HasValue),
            IImplicitIndexerReferenceOperation { Argument: IUnaryOperation } access => atConstants && Is(access.Instance),
            IForEachLoopOperation loop => Is(Facts.Unconverted(loop.Collection)),
            IArgumentOperation { Parameter: { ContainingSymbol: IMethodSymbol other } passed } argument => Is(argument.Value) && Reads(other, passed.Ordinal, body, atConstants, callers.Add(method)),
            _ => false,
        }));

        bool Is(IOperation? operation) => operation is IParameterReferenceOperation { Parameter: var own } && SymbolEqualityComparer.Default.Equals(own, span);
    }

    private bool AnyIn(IOperation root, Body body, Sites sites, ImmutableArray<IMethodSymbol> callers)
    {
        while (root.DescendantsAndSelf().Aggregate(false, (any, operation) => Passes(operation) || any))
        {
        }

        // What is handed on may be narrowed there.
        bool all = sites == Sites.All || (sites == Sites.Narrowed && root.DescendantsAndSelf().Any(operation => Narrows(operation) && Mentions(operation)));
        return root.DescendantsAndSelf().Any(operation => operation switch
        {
            IPropertyReferenceOperation property when Facts.IsElementAccessOfSpan(property) =>
                Mentions(property.Arguments[0]) && (all || (sites != Sites.Narrowed && IsTested(property, sites, root))),
            IInlineArrayAccessOperation access => Mentions(access.Argument) && (all || (sites != Sites.Narrowed && TypeFacts.InlineArrayLength(access.Instance.Type) is { } length && IsTested(access.Argument, length, root))),
            IObjectCreationOperation { Constructor: { } constructor } span when SpanLength.IsOverPointer(constructor) => span.Arguments.Any(Mentions) && sites == Sites.All,
            IArgumentOperation { Parameter: { } parameter } argument => Mentions(argument.Value) && Use(parameter, body, sites, callers),
            _ => false,
        });
    }

    private static bool IsTested(IPropertyReferenceOperation access, Sites sites, IOperation root) =>
        SpanLength.Of(access.Instance, root) is { } known ? IsTested(access.Arguments[0].Value, known, root) : sites == Sites.TestedOfArguments && access.Instance is IParameterReferenceOperation;

    // By its range alone it is not within the length.
    private static bool IsTested(IOperation index, int length, IOperation root) => !(ValueRange.Of(index, root) is { } range && range.Low >= 0 && range.High < length);

    private static bool Narrows(IOperation operation) => operation switch
    {
        IConversionOperation { OperatorMethod: null, Type: { } to, Operand.Type: { } from } => ValueRange.OfType(from) is not null && TypeFacts.Size(to) < Math.Min(sizeof(int), TypeFacts.Size(from) ?? 0),
        IParameterReferenceOperation { Type: { } type } => TypeFacts.Size(type) < sizeof(int),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.And } mask => IsOfSmallType(mask.LeftOperand) || IsOfSmallType(mask.RightOperand),
        _ => false,
    };

    private static bool IsOfSmallType(IOperation mask) => mask.ConstantValue is
    {
        HasValue: true, Value: byte.MaxValue or (int)byte.MaxValue or (int)ushort.MaxValue or (uint)byte.MaxValue
        or (uint)ushort.MaxValue or (long)byte.MaxValue or (long)ushort.MaxValue or (ulong)byte.MaxValue or (ulong)ushort.MaxValue
    };

    // Whether an operation hands what was given on to a local that did not have it before.
    private bool Passes(IOperation operation) => operation switch
    {
        IVariableDeclaratorOperation declarator => declarator.GetVariableInitializer() is { } initializer && Mentions(initializer) && _given.Add(declarator.Symbol),
        IAssignmentOperation assignment => Mentions(assignment.Value) && assignment.Target.DescendantsAndSelf().Aggregate(false, (any, part) => Take(part) || any),
        IArgumentOperation { Parameter.RefKind: RefKind.Out or RefKind.Ref, Parent: { } call } argument =>
            call.ChildOperations.Any(Mentions) && argument.Value.DescendantsAndSelf().Aggregate(false, (any, part) => Take(part) || any),
        _ => false,
    };

    private bool Take(IOperation operation) => operation is ILocalReferenceOperation { Local: var local } && _given.Add(local);

    private bool Mentions(IOperation operation) => operation.DescendantsAndSelf().Any(part => part switch
    {
        ILocalReferenceOperation { Local: var local } => _given.Contains(local),
        IParameterReferenceOperation { Parameter: var parameter } => _given.Contains(parameter),
        _ => false,
    });

    private static bool MayBeInlined(IMethodSymbol method) => !method.DeclaringSyntaxReferences.IsEmpty
        && (method.MethodImplementationFlags & (MethodImplAttributes.NoInlining | MethodImplAttributes.NoOptimization)) == 0 && !method.IsInterruptHandler();
}
