using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Interpolation, concatenation, formatting.</summary>
internal sealed class TH1004_StringBuilding : Rule
{
    public static readonly TH1004_StringBuilding Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.StringBuilding,
        "Do not build strings in a handler",
        "{0} {1}: a string is an object on the managed heap. {2}.",
        RuleCategories.ManagedHeap,
        RuleLevel.SurelyWrong,
        "Every new string is an allocation.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy =>
        "Hand the numbers over through an InterruptQueue and format them in the bottom half, or write constant text with InterruptLog";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.InterpolatedString,
        OperationKind.Binary,
        OperationKind.CompoundAssignment,
        OperationKind.InterpolatedStringAddition,
        OperationKind.InterpolatedStringHandlerCreation);

    public override void Inspect(IOperation operation, Body body)
    {
        switch (operation)
        {
            case IInterpolatedStringOperation { Parent: not IInterpolatedStringHandlerCreationOperation and not IInterpolatedStringAdditionOperation } interpolated
                when interpolated.Type?.SpecialType == SpecialType.System_String || interpolated.Type is null:
                body.Report(this, operation.Syntax, "allocates (string interpolation)");
                break;

            // The whole of a + b + c once, at the outermost.
            case IBinaryOperation
            {
                OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String,
                Parent: not IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String }
            }:
                body.Report(this, operation.Syntax, "allocates (string concatenation)");
                break;

            case ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String }:
                body.Report(this, operation.Syntax, "allocates (string concatenation)");
                break;

            // The creation is judged as a call of the handler's constructor.
            case IInterpolatedStringHandlerCreationOperation { HandlerCreationHasSuccessParameter: true }:
            case IInterpolatedStringHandlerCreationOperation:
            case IInterpolatedStringAdditionOperation:
                break;
        }
    }
}
