using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Conversion of a value to a reference type.</summary>
internal sealed class TH1002_Boxing : Rule
{
    public static readonly TH1002_Boxing Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.Boxing,
        "Do not box values in a handler",
        "{0} {1}: a box is an object on the managed heap. {2}.",
        RuleCategories.ManagedHeap,
        RuleLevel.SurelyWrong,
        "Boxing allocates.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy =>
        "Keep the value's own type: use a generic method over unmanaged types, or compare with == instead of Equals";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.Conversion);

    public override void Inspect(IOperation operation, Body body)
    {
        if (operation is IConversionOperation { OperatorMethod: null, Operand.Type: { } from, Type: { } to } conversion
            && conversion.GetConversion().IsBoxing
            && !IsConcatenated(conversion))
        {
            body.Report(this, operation.Syntax, $"boxes '{Names.Short(from)}' as '{Names.Short(to)}'");
        }
    }

    // The compiler calls the value's own ToString instead, and TH1004 reports the concatenation.
    private static bool IsConcatenated(IOperation conversion) =>
        conversion.Parent is IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String }
            or ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String };
}
