using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Explicit allocation of objects and arrays.</summary>
internal sealed class TH1001_Allocation : Rule
{
    public static readonly TH1001_Allocation Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.Allocation,
        "Do not allocate in a handler",
        "{0} {1}: the interrupted code may be inside the allocator, or a collection may be under way. {2}.",
        RuleCategories.ManagedHeap,
        RuleLevel.SurelyWrong,
        "The allocator is not reentrant and may start a collection, which waits for the interrupted thread for ever.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Keep the data in the state, in a local struct or in a small stackalloc";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.ObjectCreation,
        OperationKind.ArrayCreation,
        OperationKind.AnonymousObjectCreation,
        OperationKind.With);

    public override void Inspect(IOperation operation, Body body)
    {
        switch (operation)
        {
            case IObjectCreationOperation { Type: { IsReferenceType: true } type }:
                body.Report(this, operation.Syntax, $"allocates (new {Names.Short(type)})");
                break;

            // The array of a 'params' parameter is hidden (TH1005); one of constants that becomes a ReadOnlySpan is no array at all.
            case IArrayCreationOperation array when array.Parent is not IArgumentOperation { ArgumentKind: ArgumentKind.ParamArray }
                && !(array.Parent is IConversionOperation conversion && Facts.IsImageData(conversion)):
                Array(array, body);
                break;

            case IAnonymousObjectCreationOperation:
                body.Report(this, operation.Syntax, "allocates (an anonymous object)");
                break;

            case IWithOperation { Type: { IsReferenceType: true } type }:
                body.Report(this, operation.Syntax, $"allocates (a copy of {Names.Short(type)} by 'with')");
                break;
        }
    }

    private void Array(IArrayCreationOperation array, Body body)
    {
        bool replaceable = array is
        {
            Type: IArrayTypeSymbol { Rank: 1, ElementType.IsUnmanagedType: true },
            DimensionSizes: [{ ConstantValue.HasValue: true }]
        };
        string type = array.Type is null ? "an array" : $"new {Names.Short(array.Type)}";
        body.Report(this, array.Syntax, $"allocates ({type})", replaceable
            ? "Use stackalloc, or keep the array in the state as a fixed-size buffer" : null, replaceable
            ? RuleProperties.KindArray : null);
    }
}
