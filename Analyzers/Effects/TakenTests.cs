using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// The comparisons that may have come true on the way to a place: those around it, and, where control may have come from elsewhere, all that ask whether two values are equal.
/// More than surely hold: it is for what spoils a proof, never for a proof.
/// </summary>
internal sealed class TakenTests(IOperation place, Body body)
{
    private const int MostCalls = 4;

    // What a member of an extension block is called on is the parameter of the block.
    private const int Receiver = -1;

    private readonly IOperation _root = body.Root;

    /// <summary>Variables that conditions ask for.</summary>
    private readonly HashSet<ILocalSymbol> _flags = new(SymbolEqualityComparer.Default);

    private readonly List<Comparison> _maybe = [];

    /// <summary>Those that hold, all of them, and others that may.</summary>
    public static (IReadOnlyList<Comparison> Sure, IReadOnlyList<Comparison> Maybe) Of(IOperation place, Body body)
    {
        TakenTests tests = new(place, body);
        List<Comparison> sure = [.. Facts.Around(place).SelectMany(known => tests.Of(known.Condition, known.Truth)), .. tests.Chosen()];
        tests._maybe.AddRange(tests.LeftBefore());
        if (Facts.HasLabel(body.Root) || tests._flags.Any(tests.IsSetToConstant))
        {
            tests._maybe.AddRange(tests.Equalities(body.Root));
        }

        return (sure, tests._maybe);
    }

    // In a section of a switch, or an arm.
    private IEnumerable<Comparison> Chosen()
    {
        for (IOperation child = place; child.Parent is { } parent; child = parent)
        {
            IEnumerable<Comparison> chosen = parent switch
            {
                // Of several labels it is not known which.
                ISwitchCaseOperation { Clauses: [var clause], Parent: ISwitchOperation choice } section when section.Body.Contains(child) => Of(choice.Value, clause),
                IPatternCaseClauseOperation { Parent.Parent: ISwitchOperation choice } clause when clause.Guard == child => Of(choice.Value, clause.Pattern, truth: true),
                ISwitchExpressionArmOperation { Parent: ISwitchExpressionOperation choice } arm when arm.Pattern != child =>
                    Of(choice.Value, arm.Pattern, truth: true).Concat(arm.Guard is { } guard && arm.Value == child ? Of(guard, truth: true) : []),
                _ => [],
            };
            foreach (Comparison comparison in chosen)
            {
                yield return comparison;
            }
        }
    }

    // What stands before, and is left or not by what it compares: which of the two is not looked for, but in a guard, which is read by Around.
    private IEnumerable<Comparison> LeftBefore()
    {
        for (IOperation child = place; child.Parent is { } parent; child = parent)
        {
            IEnumerable<IOperation> before = parent switch
            {
                IBlockOperation block => block.Operations.TakeWhile(statement => statement != child).Where(static statement => !Facts.IsGuard(statement)),
                ISwitchCaseOperation section => section.Body.TakeWhile(statement => statement != child),
                _ => [],
            };
            foreach (IOperation statement in before)
            {
                if (statement.DescendantsAndSelf().Any(static part => part is IBranchOperation or IReturnOperation or IThrowOperation))
                {
                    foreach (Comparison comparison in Equalities(statement))
                    {
                        yield return comparison;
                    }
                }
            }
        }
    }

    private IEnumerable<Comparison> Maybe(IEnumerable<Comparison> tests)
    {
        _maybe.AddRange(tests);
        return [];
    }

    private IEnumerable<Comparison> Of(IOperation condition, bool truth)
    {
        switch (condition)
        {
            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand, truth);

            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null } not:
                return Of(not.Operand, !truth);

            case IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } both:
                return (both.OperatorKind == BinaryOperatorKind.ConditionalAnd) == truth ? Of(both.LeftOperand, truth).Concat(Of(both.RightOperand, truth)) : [];

            case ITupleBinaryOperation or IIsPatternOperation { Pattern: IRecursivePatternOperation }:
                return Maybe(Equalities(condition));

            case IIsPatternOperation pattern:
                return Of(pattern.Value, pattern.Pattern, truth);

            // Of such an answer each half is asked for itself by a compiler that makes branches of it.
            case IBinaryOperation { OperatorMethod: null, LeftOperand: { Type.SpecialType: SpecialType.System_Boolean } or IConditionalOperation } or IConditionalOperation:
                return Maybe(Equalities(condition));

            case IBinaryOperation { OperatorMethod: null, IsLifted: true }:
                return Maybe(Equalities(condition));

            case IBinaryOperation { OperatorMethod: null } compared:
                Note(compared);
                return Comparison.Of(compared, truth).Concat(compared.LeftOperand is IConversionOperation { Operand: IConditionalOperation } ? Maybe(Equalities(condition)) : []);

            case IInvocationOperation { TargetMethod.Name: "Equals", Instance: { } instance, Arguments: [{ Value: var other }] } when truth:
                return [new Comparison(BinaryOperatorKind.Equals, instance, other)];

            // There is no number to compare with: the span stands for it.
            case IPropertyReferenceOperation { Property.Name: "IsEmpty", Instance: { } span } when truth:
                return [new Comparison(BinaryOperatorKind.Equals, condition, span)];

            case IInvocationOperation { TargetMethod: { ReturnType.SpecialType: SpecialType.System_Boolean } asked } call:
                return Maybe(Asked(asked, Arguments(call, static value => value), 0));

            case IBinaryOperation { OperatorMethod: { } asked } own:
                return Maybe(Asked(asked, [(0, own.LeftOperand), (1, own.RightOperand)], 0));

            case ILocalReferenceOperation { Local: { } local }:
                Note(condition);
                return Facts.OnlyValue(local, _root) is { } value ? Of(value, truth) : [];

            default:
                return [];
        }
    }

    // A method of this compilation, which may become a part of this one: all that it compares of what it is given.
    private IEnumerable<Comparison> Asked(IMethodSymbol method, (int Parameter, IOperation Value)[] given, int depth)
    {
        if (depth > MostCalls || method.DeclaringSyntaxReferences.IsEmpty || (method.MethodImplementationFlags & (MethodImplAttributes.NoInlining | MethodImplAttributes.NoOptimization)) != 0)
        {
            yield break;
        }

        foreach (IOperation inlined in BodyReader.Bodies(body.Engine, (method.PartialImplementationPart ?? method).OriginalDefinition, body.Cancellation))
        {
            foreach (Comparison test in Equalities(inlined))
            {
                switch (Given(test.Left), Given(test.Right))
                {
                    case ({ } left, { } right):
                        yield return new Comparison(BinaryOperatorKind.Equals, left, right);
                        break;
                    case ({ } left, null):
                        yield return new Comparison(BinaryOperatorKind.Equals, left, test.Right);
                        break;
                    case (null, { } right):
                        yield return new Comparison(BinaryOperatorKind.Equals, right, test.Left);
                        break;
                }
            }

            foreach (IInvocationOperation call in inlined.DescendantsAndSelf().OfType<IInvocationOperation>())
            {
                foreach (Comparison test in Asked(call.TargetMethod, Arguments(call, value => Given(value) ?? value), depth + 1))
                {
                    yield return test;
                }
            }
        }

        // A parameter, with an offset or without, or the length of one.
        IOperation? Given(IOperation value) => Facts.Bare(value) switch
        {
            IParameterReferenceOperation { Parameter.ContainingSymbol: INamedTypeSymbol } => given.FirstOrDefault(static argument => argument.Parameter == Receiver).Value,
            IParameterReferenceOperation { Parameter: { } parameter } => given.FirstOrDefault(argument => argument.Parameter == parameter.Ordinal).Value,
            IPropertyReferenceOperation { Property.Name: "Length" or "IsEmpty", Instance: { } span } => Given(span),
            IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } sum => Given(sum.LeftOperand) ?? Given(sum.RightOperand),
            _ => null,
        };
    }

    private static (int Parameter, IOperation Value)[] Arguments(IInvocationOperation call, Func<IOperation, IOperation> given) =>
    [
        .. call.Arguments.Where(static argument => argument.Parameter is not null).Select(argument => (argument.Parameter!.Ordinal, given(argument.Value))),
        .. call.Instance is { } receiver ? [(Receiver, given(receiver))] : (IEnumerable<(int, IOperation)>)[],
    ];

    private void Note(IOperation condition) =>
        _flags.UnionWith(condition.DescendantsAndSelf().OfType<ILocalReferenceOperation>().Select(static reference => reference.Local));

    // Where it is set to a constant, the JIT may go from there to where it is asked for.
    private bool IsSetToConstant(ILocalSymbol flag) => _root.DescendantsAndSelf().Any(operation => operation is ISimpleAssignmentOperation { Value.ConstantValue.HasValue: true, Target: ILocalReferenceOperation target }
        && SymbolEqualityComparer.Default.Equals(target.Local, flag));

    private IEnumerable<Comparison> Of(IOperation value, ICaseClauseOperation clause) => clause switch
    {
        ISingleValueCaseClauseOperation single => [new Comparison(BinaryOperatorKind.Equals, value, single.Value)],
        IPatternCaseClauseOperation pattern => Of(value, pattern.Pattern, truth: true).Concat(pattern.Guard is { } guard ? Of(guard, truth: true) : []),
        _ => [],
    };

    private IEnumerable<Comparison> Of(IOperation value, IPatternOperation pattern, bool truth) => pattern switch
    {
        INegatedPatternOperation negated => Of(value, negated.Pattern, !truth),
        IBinaryPatternOperation both => (both.OperatorKind == BinaryOperatorKind.And) == truth ? Of(value, both.LeftPattern, truth).Concat(Of(value, both.RightPattern, truth)) : [],
        IConstantPatternOperation constant => truth ? [new Comparison(BinaryOperatorKind.Equals, value, constant.Value)] : [],
        IRecursivePatternOperation => Maybe(Equalities(pattern)),
        IRelationalPatternOperation relational => truth ? [new Comparison(relational.OperatorKind, value, relational.Value)] : [],
        _ => [],
    };

    // Whichever way they turn out.
    private IEnumerable<Comparison> Equalities(IOperation region) => region.DescendantsAndSelf().SelectMany(operation => operation switch
    {
        IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } test =>
            [new Comparison(BinaryOperatorKind.Equals, test.LeftOperand, test.RightOperand)],
        ISingleValueCaseClauseOperation { Parent.Parent: ISwitchOperation choice } single => [new Comparison(BinaryOperatorKind.Equals, choice.Value, single.Value)],
        ITupleBinaryOperation { LeftOperand: ITupleOperation left, RightOperand: ITupleOperation right } =>
            left.Elements.Zip(right.Elements, static (one, other) => new Comparison(BinaryOperatorKind.Equals, one, other)),
        IConstantPatternOperation { Parent: IRecursivePatternOperation recursive } constant when Facts.Matched(constant) is { } whole && Facts.Unconverted(whole) is ITupleOperation tuple
            && recursive.DeconstructionSubpatterns.IndexOf(constant) is >= 0 and var element && element < tuple.Elements.Length =>
            [new Comparison(BinaryOperatorKind.Equals, tuple.Elements[element], constant.Value)],

        // Of a member of what is matched, wherever that is read otherwise.
        IPropertySubpatternOperation { Member: IFieldReferenceOperation { Field: var field }, Pattern: IConstantPatternOperation constant } =>
            _root.DescendantsAndSelf().OfType<IFieldReferenceOperation>().Where(read => read.Instance is not IInstanceReferenceOperation && SymbolEqualityComparer.Default.Equals(read.Field, field))
                .Select(read => new Comparison(BinaryOperatorKind.Equals, read, constant.Value)),
        IConstantPatternOperation constant when Facts.Matched(constant) is { } value => [new Comparison(BinaryOperatorKind.Equals, value, constant.Value)],
        _ => (IEnumerable<Comparison>)[],
    });
}
