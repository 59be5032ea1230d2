using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>Reads the bodies of one member and asks each rule about each operation in them.</summary>
internal static class BodyReader
{
    public static MemberEffects Read(Engine engine, IMethodSymbol member, CancellationToken cancellation)
    {
        ImmutableArray<Effect>.Builder effects = ImmutableArray.CreateBuilder<Effect>();
        ImmutableArray<Call>.Builder calls = ImmutableArray.CreateBuilder<Call>();
        ImmutableArray<(Place Place, Access Access, SyntaxNode At)>.Builder places = ImmutableArray.CreateBuilder<(Place Place, Access Access, SyntaxNode At)>();
        bool inlined = true;
        long stack = 0;
        int locals = 0;
        int size = 0;
        int leastSize = 0;
        int libraryCalls = 0;
        int facts = 0;
        bool any = false;

        if ((member.MethodImplementationFlags & MethodImplAttributes.Synchronized) != 0)
        {
            effects.Add(new Effect(TH2001_Lock.Instance, member.Locations[0], "takes a lock (MethodImplOptions.Synchronized)",
                TH2001_Lock.Instance.Remedy));
        }

        foreach (IOperation root in Bodies(engine, member, cancellation))
        {
            any = true;
            Body body = new(engine, member, engine.Model(root.Syntax.SyntaxTree), root, cancellation);
            Visit(root, body);
            effects.AddRange(body.Effects);
            calls.AddRange(body.Calls);
            places.AddRange(body.Places);
            stack += body.StackBytes;
            locals += Inlining.LocalsOfAll(member, root);
            size += ILSize.Most(root, member);
            leastSize += ILSize.Least(root);
            libraryCalls += InlineBudget.LibraryCalls(root);
            facts += KeptFacts.Of(root);
            inlined &= Inlining.CountsAsInlined(member, body, size);
        }

        if (!any)
        {
            Bodiless(engine, member, effects);
        }

        return new MemberEffects(effects.ToImmutable(), calls.ToImmutable(), places.ToImmutable(), inlined, stack, locals, size, leastSize, libraryCalls, facts);
    }

    /// <summary>
    /// Reads a local function as a part of the member that calls it. In an instance of generic code it stands for other types than the symbol of the
    /// local function tells, so it cannot be judged by itself.
    /// </summary>
    public static void ReadLocal(IMethodSymbol local, SyntaxNode at, Body caller)
    {
        for (Body? around = caller; around is not null; around = around.Around)
        {
            if (SymbolEqualityComparer.Default.Equals(around.Member.OriginalDefinition, local.OriginalDefinition))
            {
                caller.Report(TH3007_Recursion.Instance.Effect(local, new Call(local, at.GetLocation(), isTrusted: false)));
                return;
            }
        }

        if (!caller.IsNew(local))
        {
            return;
        }

        foreach (IOperation root in Bodies(caller.Engine, local.OriginalDefinition, caller.Cancellation))
        {
            Body body = new(caller.Engine, local, caller.Engine.Model(root.Syntax.SyntaxTree), root, caller.Cancellation, caller);
            Visit(root, body);
            caller.Add(body);
            if (!Inlining.CountsAsInlined(local, body, ILSize.Most(root, local)))
            {
                Effect effect = TH5003_NotInlined.Instance.Effect(local);
                caller.Report(new Effect(effect.Rule, effect.Location, $"calls '{Names.Of(local)}', which {effect.Cause}", effect.Remedy, culprit: local));
            }
        }
    }

    /// <summary>The operations of a member's body: for a constructor the initialisers of its type's fields come first.</summary>
    internal static IEnumerable<IOperation> Bodies(Engine engine, IMethodSymbol member, CancellationToken cancellation)
    {
        bool delegates = false;
        List<IOperation> own = [];
        foreach (SyntaxReference reference in member.DeclarationsIn(engine.Compilation))
        {
            SyntaxNode syntax = reference.GetSyntax(cancellation);
            delegates |= syntax is ConstructorDeclarationSyntax { Initializer.ThisOrBaseKeyword.RawKind: (int)SyntaxKind.ThisKeyword };
            if (syntax is TypeDeclarationSyntax && member.MethodKind != MethodKind.Constructor)
            {
                continue;
            }

            SyntaxNode bodySyntax = syntax is AccessorDeclarationSyntax { Body: null, ExpressionBody: null } ? null! : syntax;
            if (bodySyntax is not null && engine.Model(syntax.SyntaxTree).GetOperation(bodySyntax, cancellation) is { } operation)
            {
                own.Add(operation is ILocalFunctionOperation local
                    ? local.Body ?? (IOperation)local : operation is IAnonymousFunctionOperation lambda ? lambda.Body : operation);
            }
        }

        if (member.MethodKind == MethodKind.Constructor && !delegates)
        {
            foreach (ISymbol sibling in member.ContainingType.GetMembers())
            {
                if (sibling.IsStatic || sibling.IsImplicitlyDeclared || sibling is not (IFieldSymbol or IPropertySymbol))
                {
                    continue;
                }

                foreach (SyntaxReference reference in sibling.DeclarationsIn(engine.Compilation))
                {
                    EqualsValueClauseSyntax? value = reference.GetSyntax(cancellation) switch
                    {
                        VariableDeclaratorSyntax field => field.Initializer,
                        PropertyDeclarationSyntax property => property.Initializer,
                        _ => null,
                    };
                    if (value is not null && engine.Model(value.SyntaxTree).GetOperation(value, cancellation) is { } operation)
                    {
                        yield return operation;
                    }
                }
            }
        }

        foreach (IOperation operation in own)
        {
            yield return operation;
        }
    }

    /// <summary>A member that the compiler writes: an automatic property's accessor, a default or positional constructor, or a
    /// record's.</summary>
    private static void Bodiless(Engine engine, IMethodSymbol member, ImmutableArray<Effect>.Builder effects)
    {
        Location location = member.Locations.FirstOrDefault() ?? Location.None;
        if (member.AssociatedSymbol is IPropertySymbol property)
        {
            if (property.BackingField(engine.Compilation) is not null)
            {
                if (member.MethodKind == MethodKind.PropertySet && TypeFacts.HoldsReferences(property.Type))
                {
                    effects.Add(new Effect(TH1007_ReferenceWrite.Instance, location, $"writes a reference (property '{property.Name}')",
                        TH1007_ReferenceWrite.Instance.Remedy));
                }
                else if ((!property.IsStatic && property.ContainingType.IsReferenceType) || (property.IsStatic
                    && TypeFacts.HoldsReferences(property.Type)))
                {
                    effects.Add(new Effect(TH1006_ManagedRead.Instance, location, $"uses the managed heap (property '{property.Name}')",
                        TH1006_ManagedRead.Instance.Remedy));
                }

                if (property.IsStatic && TypeFacts.HasStaticConstructor(property.ContainingType))
                {
                    effects.Add(TH5001_TypeInitializer.Instance.Effect(property.ContainingType, location));
                }

                return;
            }
        }

        // Constructors copy arguments into fields, or do nothing at all. Everything else that a record gets (Equals, ToString, …) compares
        // and prints by virtual calls.
        if (member.MethodKind != MethodKind.Constructor && !IsPositional(member))
        {
            effects.Add(new Effect(
                TH0009_CannotBeJudged.Instance, location,
                    $"runs '{Names.Of(member)}', which the compiler generates and this analysis cannot see",
                "Write the member by hand"));
        }
    }

    // A positional record's accessors and its Deconstruct read and write fields, and nothing else.
    private static bool IsPositional(IMethodSymbol member) =>
        member.ContainingType is { IsRecord: true, IsValueType: true }
            && (member.Name == "Deconstruct" || member.AssociatedSymbol is IPropertySymbol);

    private static void Visit(IOperation operation, Body body)
    {
        body.Cancellation.ThrowIfCancellationRequested();

        // A constant is computed by the compiler, whatever it is written as.
        if (operation.ConstantValue.HasValue)
        {
            TH1006_ManagedRead.Instance.InspectConstant(operation, body);
            TH5004_RuntimeService.Instance.InspectConstant(operation, body);
            return;
        }

        if (OperationTable.RulesFor(operation.Kind) is { } rules)
        {
            foreach (Rule rule in rules)
            {
                rule.Inspect(operation, body);
            }
        }
        else if (!OperationTable.IsNeutral(operation.Kind))
        {
            TH0009_CannotBeJudged.Instance.Inspect(operation, body);
        }

        CallSites.Inspect(operation, body);
        Sharing.Inspect(operation, body);
        foreach (IOperation child in Children(operation, body))
        {
            Visit(child, body);
        }
    }

#pragma warning disable CA1859 // It returns lists of two kinds.
    private static IEnumerable<IOperation> Children(IOperation operation, Body body)
    {
        switch (operation)
        {
            // Defining is not calling. A lambda's cost is its creation, which TH1003 reports.
            case ILocalFunctionOperation or IAnonymousFunctionOperation:
            // nameof, typeof and sizeof evaluate nothing.
            case INameOfOperation or ITypeOfOperation or ISizeOfOperation:
            // What is thrown never matters once something is thrown.
            case IThrowOperation:
                return [];

            // What the compiler leaves out of this build.
            case IInvocationOperation call when Judge.IsLeftOut(call.TargetMethod, call.Syntax.SyntaxTree, body.Engine):
                return [];

            case IConditionalOperation conditional when DecidedCondition.Of(conditional.Condition) is { } holds:
                return (holds ? conditional.WhenTrue : conditional.WhenFalse) is { } taken ? [conditional.Condition, taken] : [conditional.Condition];
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr, OperatorMethod: null }:
                return DecidedCondition.Evaluated(operation);

            // A constant is part of the code that uses it.
            case IVariableDeclaratorOperation { Symbol.IsConst: true }:
                return [];

            // The object is new: its allocation is reported, and what goes into it is judged by the values.
            case IObjectCreationOperation { Type.IsReferenceType: true } creation:
                return creation.Arguments.Concat(Values(creation.Initializer));
            case IWithOperation { Type.IsReferenceType: true } copy:
                return Values(copy.Initializer).Prepend(copy.Operand);

            // Reported as a whole; only what is computed for it matters beside.
            case IImplicitIndexerReferenceOperation slice:
                return Offsets(slice.Argument).Prepend(slice.Instance);

            // The target is named, not read.
            case IMethodReferenceOperation { Instance: { } instance }:
                return [instance];

            default:
                return operation.ChildOperations;
        }
    }

    private static IEnumerable<IOperation> Values(IObjectOrCollectionInitializerOperation? initializer) =>
        initializer is null ? [] : initializer.Initializers.SelectMany(part => part switch
        {
            ISimpleAssignmentOperation assignment => [assignment.Value],
            IMemberInitializerOperation member => Values(member.Initializer),
            IInvocationOperation add => add.Arguments,
            _ => (IEnumerable<IOperation>)[part],
        });

    private static IEnumerable<IOperation> Offsets(IOperation argument) => argument switch
    {
        IRangeOperation range => new[] { range.LeftOperand, range.RightOperand }.OfType<IOperation>().SelectMany(Offsets),
        IConversionOperation conversion => Offsets(conversion.Operand),
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Hat } hat => Offsets(hat.Operand),
        _ => [argument],
    };
#pragma warning restore CA1859
}
