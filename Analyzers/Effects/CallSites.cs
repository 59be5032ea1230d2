using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>Finds every call that an operation makes: the written ones, and those that C# implies.</summary>
internal static class CallSites
{
    public static void Inspect(IOperation operation, Body body)
    {
        switch (operation)
        {
            case IInvocationOperation call when SafeArguments.Has(call, body):
            case IObjectCreationOperation creation when SafeArguments.Has(creation, body):
                break;

            case IInvocationOperation call when !Judge.IsLeftOut(call.TargetMethod, call.Syntax.SyntaxTree, body.Engine):
                body.Call(call.TargetMethod, call.Syntax, call.IsVirtual
                    || call.Instance?.Type is { IsValueType: true } or ITypeParameterSymbol || call.ConstrainedToType is not null
                    ? call.ConstrainedToType ?? call.Instance?.Type : null);
                break;

            // A class instance is an allocation (TH1001), whatever its constructor does.
            case IObjectCreationOperation { Constructor: { ContainingType.IsValueType: true } constructor }:
                body.Call(constructor, operation.Syntax);
                break;

            case IPropertyReferenceOperation property when !Facts.IsElementAccessOfSpan(property):
                (bool reads, bool writes) = Usage.Of(property);
                ITypeSymbol? receiver = property.Instance is { Type: { } type } and not IInstanceReferenceOperation { Syntax: BaseExpressionSyntax } ? type : null;
                receiver = property is { ConstrainedToType: { } constrained } ? constrained : receiver;
                if (reads || property.Property.RefKind != RefKind.None)
                {
                    body.Call(property.Property.GetMethod ?? Overridden(property.Property)?.GetMethod, property.Syntax, receiver);
                }

                if (writes && property.Property.RefKind == RefKind.None)
                {
                    if ((property.Property.SetMethod ?? Overridden(property.Property)?.SetMethod) is { } setter)
                    {
                        body.Call(setter, property.Syntax, receiver);
                    }
                }

                break;

            case IBinaryOperation binary:
                body.Call(binary.OperatorMethod, binary.Syntax, binary.ConstrainedToType);
                if (binary.UnaryOperatorMethod() is { } shortCircuit)
                {
                    body.Call(shortCircuit, binary.Syntax, binary.ConstrainedToType);
                }

                break;

            case IUnaryOperation unary:
                body.Call(unary.OperatorMethod, unary.Syntax, unary.ConstrainedToType);
                break;

            case IIncrementOrDecrementOperation step:
                body.Call(step.OperatorMethod, step.Syntax, step.ConstrainedToType);
                if (step.OperatorMethod is null && TypeFacts.Underlying(step.Type) is { } number && !TypeFacts.IsPrimitive(number)
                    && !TypeFacts.IsDecimal(number) && number.TypeKind is not (TypeKind.Pointer or TypeKind.Dynamic))
                {
                    body.Report(Rules.TH0009_CannotBeJudged.Instance, step.Syntax,
                        $"increments or decrements '{Names.Short(number)}' by conversions to a number and back",
                        "Convert, add and convert back one by one");
                }

                break;

            case ICompoundAssignmentOperation compound:
                body.Call(compound.OperatorMethod, compound.Syntax, compound.ConstrainedToType);
                body.Call(compound.InConversion.MethodSymbol, compound.Syntax);
                body.Call(compound.OutConversion.MethodSymbol, compound.Syntax);
                break;

            case IConversionOperation { OperatorMethod: { } conversion } converted when !Facts.IsImageData(converted):
                body.Call(conversion, converted.Syntax, converted.ConstrainedToType);
                break;

            case ICoalesceOperation { ValueConversion: { IsIdentity: false } value } coalesce:
                Coalesce(coalesce, value.MethodSymbol, body);
                break;

            case IForEachLoopOperation { Syntax: CommonForEachStatementSyntax syntax } loop:
                ForEach(loop, syntax, body);
                break;

            case IUsingOperation { Resources: { } resources } use when use.Syntax is UsingStatementSyntax:
                Dispose(resources, body);
                break;

            case IUsingDeclarationOperation declaration:
                Dispose(declaration.DeclarationGroup, body);
                break;

            case IDeconstructionAssignmentOperation { Syntax: AssignmentExpressionSyntax syntax }:
                IDeconstructionAssignmentOperation deconstruction = (IDeconstructionAssignmentOperation)operation;
                Deconstruct(body.Model.GetDeconstructionInfo(syntax), deconstruction.Value.Type, deconstruction.Target, syntax, body);
                break;

            case IRecursivePatternOperation { DeconstructSymbol: IMethodSymbol deconstruct }:
                body.Call(deconstruct, operation.Syntax, deconstruct.IsStatic ? null : operation.Type);
                break;

            case IRecursivePatternOperation { DeconstructionSubpatterns.IsEmpty: false, MatchedType: { } matched }
                when TypeFacts.Underlying(matched) is { IsTupleType: false }:
                body.Report(Rules.TH3002_DynamicDispatch.Instance, operation.Syntax, "calls the members of 'ITuple' through an interface");
                break;
        }
    }

    private static IMethodSymbol? UnaryOperatorMethod(this IBinaryOperation binary) =>
        // `a && b` on a user-defined operator also calls operator true or false; 4.8 does not expose which, so it is looked up by name.
        binary is { OperatorMethod: { } method, OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr }
            ? method.ContainingType.GetMembers(binary.OperatorKind == BinaryOperatorKind.ConditionalAnd
                ? "op_False" : "op_True").OfType<IMethodSymbol>().FirstOrDefault()
            : null;

    private static IPropertySymbol? Overridden(IPropertySymbol property)
    {
        for (IPropertySymbol? current = property.OverriddenProperty; current is not null; current = current.OverriddenProperty)
        {
            if (current.GetMethod is not null && current.SetMethod is not null)
            {
                return current;
            }
        }

        return property.OverriddenProperty;
    }

    private static void ForEach(IForEachLoopOperation loop, CommonForEachStatementSyntax syntax, Body body)
    {
        ForEachStatementInfo info = body.Model.GetForEachStatementInfo(syntax);
        SyntaxNode at = syntax.Expression;
        Element(info, loop, syntax, body);
        if (Facts.IsEnumeratedByIndex(loop))
        {
            return;
        }

        ITypeSymbol? enumerator = info.GetEnumeratorMethod?.ReturnType;
        body.Call(info.GetEnumeratorMethod, at, loop.Collection.Type);
        if (enumerator is { IsValueType: true } || enumerator is null)
        {
            body.Call(info.MoveNextMethod, at, enumerator);
            body.Call(info.CurrentProperty?.GetMethod, at, enumerator);
            body.Call(info.DisposeMethod, at, enumerator);
        }

        ImpliedConversion.Inspect(info.CurrentConversion, info.CurrentProperty?.Type, info.ElementType,
            ImpliedConversion.IsChecked(syntax, body), at, body);
    }

    // From the element to the loop's variable, or to its variables.
    private static void Element(ForEachStatementInfo info, IForEachLoopOperation loop, CommonForEachStatementSyntax syntax, Body body)
    {
        if (syntax is ForEachVariableStatementSyntax several)
        {
            Deconstruct(body.Model.GetDeconstructionInfo(several), info.ElementType, loop.LoopControlVariable, several.Variable, body);
        }
        else
        {
            ImpliedConversion.Inspect(info.ElementConversion, info.ElementType,
                (loop.LoopControlVariable as IVariableDeclaratorOperation)?.Symbol.Type,
                ImpliedConversion.IsChecked(syntax, body), syntax.Expression, body);
        }
    }

    private static void Coalesce(ICoalesceOperation coalesce, IMethodSymbol? method, Body body)
    {
        ITypeSymbol? from = coalesce.Value.Type;
        if (from is null || coalesce.Type is not { } to)
        {
            body.Call(method, coalesce.Syntax);
            return;
        }

        // The number inside a Nullable is what is converted to another number.
        Conversion conversion = body.Model.Compilation.ClassifyConversion(from, to);
        if (to.IsValueType && !(conversion is { Exists: true, IsImplicit: true }) && TypeFacts.Underlying(from) is { } inner)
        {
            from = inner;
            conversion = body.Model.Compilation.ClassifyConversion(from, to);
        }

        ImpliedConversion.Inspect(conversion, from, to, isChecked: false, coalesce.Syntax, body);
    }

    private static void Dispose(IOperation resources, Body body)
    {
        IEnumerable<(ITypeSymbol? Type, SyntaxNode Syntax)> disposed = resources is IVariableDeclarationGroupOperation group
            ? group.Declarations.SelectMany(declaration => declaration.Declarators).Select(declarator =>
                ((ITypeSymbol?)declarator.Symbol.Type, declarator.Syntax))
            : [(Facts.Unconverted(resources).Type, resources.Syntax)];
        foreach ((ITypeSymbol? type, SyntaxNode syntax) in disposed)
        {
            IMethodSymbol? dispose = type?.GetMembers("Dispose").OfType<IMethodSymbol>().FirstOrDefault(method => method.Parameters.IsEmpty)
                ?? type?.AllInterfaces.SelectMany(face => face.GetMembers("Dispose")).OfType<IMethodSymbol>().FirstOrDefault();
            body.Call(dispose, syntax, type);
        }
    }

    private static void Deconstruct(DeconstructionInfo info, ITypeSymbol? from, IOperation? target, SyntaxNode at, Body body)
    {
        body.Call(info.Method, at, info.Method is { IsStatic: false } method ? method.ContainingType : null);
        if (info.Conversion is { } conversion)
        {
            ImpliedConversion.Inspect(conversion, from, target?.Type, isChecked: false, at, body);
        }

        if (info.Nested.IsEmpty)
        {
            return;
        }

        IReadOnlyList<ITypeSymbol> parts = info.Method is { } deconstruct
            ? [.. deconstruct.Parameters.Where(parameter => parameter.RefKind == RefKind.Out).Select(parameter => parameter.Type)]
            : from is INamedTypeSymbol { IsTupleType: true } tuple ? [.. tuple.TupleElements.Select(element => element.Type)] : [];
        IReadOnlyList<IOperation> targets = Parts(target);
        for (int i = 0; i < info.Nested.Length; i++)
        {
            Deconstruct(info.Nested[i], i < parts.Count ? parts[i] : null, i < targets.Count ? targets[i] : null, at, body);
        }
    }

    private static IReadOnlyList<IOperation> Parts(IOperation? target) => target switch
    {
        IDeclarationExpressionOperation declaration => Parts(declaration.Expression),
        ITupleOperation tuple => tuple.Elements,
        _ => [],
    };
}
