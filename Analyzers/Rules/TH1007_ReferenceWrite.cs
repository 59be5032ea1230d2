using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Stores of references anywhere but into locals.</summary>
internal sealed class TH1007_ReferenceWrite : Rule
{
    public static readonly TH1007_ReferenceWrite Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.ReferenceWrite,
        "Do not write references in a handler",
        "{0} {1}: every stored reference runs the collector's write barrier. {2}.",
        RuleCategories.ManagedHeap,
        RuleLevel.SurelyWrong,
        "Write barriers touch the collector's card table, which may be in the middle of a change.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Store a number or an index instead, and look the object up in the bottom half";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.SimpleAssignment,
        OperationKind.CoalesceAssignment,
        OperationKind.CompoundAssignment,
        OperationKind.DeconstructionAssignment,
        OperationKind.Argument);

    public override void Inspect(IOperation operation, Body body)
    {
        switch (operation)
        {
            case ISimpleAssignmentOperation { IsRef: true }:
                break;

            case IDeconstructionAssignmentOperation deconstruction:
                foreach (IOperation target in deconstruction.Target.DescendantsAndSelf())
                {
                    Target(target, deconstruction.Syntax, body);
                }

                break;

            case IAssignmentOperation assignment:
                Target(assignment.Target, assignment.Syntax, body);
                break;

            // An out or ref argument is written by the callee.
            case IArgumentOperation { Parameter.RefKind: RefKind.Out or RefKind.Ref } argument:
                Target(argument.Value, argument.Syntax, body);
                break;
        }
    }

    private void Target(IOperation target, SyntaxNode at, Body body)
    {
        if (target.Type is not { } type || !TypeFacts.HoldsReferences(body.Instantiation.Of(type)))
        {
            return;
        }

        bool barrier = target switch
        {
            IFieldReferenceOperation field => !IsOnStack(field),
            IArrayElementReferenceOperation => true,
            ILocalReferenceOperation { Local.RefKind: not RefKind.None } => true,
            IParameterReferenceOperation { Parameter.RefKind: not RefKind.None } => true,
            IPropertyReferenceOperation { Property.RefKind: not RefKind.None } => true,
            IInvocationOperation => true,
            _ => false,
        };
        if (barrier)
        {
            body.Report(this, at, $"writes a reference ('{Names.Short(type)}')");
        }
    }

    private static bool IsOnStack(IFieldReferenceOperation field) => field.Instance switch
    {
        ILocalReferenceOperation { Local: { RefKind: RefKind.None, Type.IsValueType: true } } => true,
        IParameterReferenceOperation { Parameter: { RefKind: RefKind.None, Type.IsValueType: true } } => true,
        IFieldReferenceOperation { Type.IsValueType: true } outer => IsOnStack(outer),
        _ => false,
    };
}
