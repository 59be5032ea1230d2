using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Fields of objects, array elements, static references, strings.</summary>
internal sealed class TH1006_ManagedRead : Rule
{
    public static readonly TH1006_ManagedRead Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.ManagedRead,
        "Do not read the managed heap in a handler",
        "{0} {1}: the garbage collector may be moving objects at this very moment. {2}.",
        RuleCategories.ManagedHeap,
        RuleLevel.SurelyWrong,
        "The handler may interrupt a thread while the collector moves objects, so even reading a field of an object is wrong.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Keep the data in the handler's state, which lives in unmanaged memory";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.FieldReference,
        OperationKind.ArrayElementReference,
        OperationKind.Loop,
        OperationKind.ParameterReference);

    public override void Inspect(IOperation operation, Body body)
    {
        switch (operation)
        {
            case IFieldReferenceOperation { Field: { IsStatic: true, IsConst: false } field } reference
                when TypeFacts.HoldsReferences(body.Instantiation.Of(field.Type)):
                if (Usage.Of(reference).Reads)
                {
                    body.Report(this, operation.Syntax, $"reads the static reference '{field.Name}'");
                }

                break;

            // Statics this large are not at a fixed address; the runtime allocates them like arrays.
            case IFieldReferenceOperation { Field: { IsStatic: true, IsConst: false } field } when TypeFacts.Size(body.Instantiation.Of(field.Type)) > 60_000:
                body.Report(this, operation.Syntax,
                    $"reads the static '{field.Name}', so large a struct that it lives on the managed heap");
                break;

            case IFieldReferenceOperation { Field: { IsStatic: false, ContainingType.IsReferenceType: true } field } reference:
                if (Usage.Of(reference).Reads || !TypeFacts.HoldsReferences(body.Instantiation.Of(field.Type)))
                {
                    body.Report(this, operation.Syntax,
                        $"{(Usage.Of(reference).Reads ? "reads" : "writes")} the field '{field.Name}' of an object");
                }

                break;

            case IArrayElementReferenceOperation element:
                body.Report(this, operation.Syntax, "uses an array element, on the heap and with a bounds check");
                break;

            case IForEachLoopOperation { Collection: { } collection } when Facts.Unconverted(collection).Type is IArrayTypeSymbol
                or { SpecialType: SpecialType.System_String }:
                body.Report(this, collection.Syntax, $"enumerates '{Facts.Unconverted(collection).Type}', an object");
                break;

            // A primary constructor's parameter used in another member is a field.
            case IParameterReferenceOperation
            {
                Parameter.ContainingSymbol: IMethodSymbol
                {
                    MethodKind: MethodKind.Constructor,
                    ContainingType.IsReferenceType: true
                } constructor
            } captured
                when !SymbolEqualityComparer.Default.Equals(constructor, body.Member.OriginalDefinition) && body.Member.MethodKind != MethodKind.Constructor:
                body.Report(this, operation.Syntax, $"reads the captured constructor parameter '{captured.Parameter.Name}' of an object");
                break;
        }
    }

    /// <summary>A constant that is a string is still an object when it is used as a value.</summary>
    public void InspectConstant(IOperation operation, Body body)
    {
        if (operation.Type?.SpecialType == SpecialType.System_String && operation.ConstantValue.Value is not null
            && !IsReportedAnyway(operation, body))
        {
            body.Report(this, operation.Syntax, "uses a string", "Use a UTF-8 literal (\"...\"u8), which is plain data");
        }
    }

    // The call or the operator that takes the string is reported by itself; not so a call of what is judged by its body.
    private static bool IsReportedAnyway(IOperation operation, Body body) => operation.Parent switch
    {
        IArgumentOperation { Parent: IInvocationOperation call } => !IsHere(call.TargetMethod, body),
        IArgumentOperation { Parent: IObjectCreationOperation { Constructor: { } constructor } } => !IsHere(constructor, body),
        IConversionOperation { OperatorMethod: null } conversion when !TypeFacts.IsSpan(conversion.Type) => IsReportedAnyway(conversion, body),
        IArgumentOperation or IBinaryOperation or ICompoundAssignmentOperation or IInterpolationOperation or IInterpolatedStringTextOperation
            or IConversionOperation or IInterpolatedStringOperation or IInterpolatedStringAppendOperation => true,
        _ => false,
    };

    private static bool IsHere(IMethodSymbol method, Body body) =>
        SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, body.Engine.Compilation.Assembly);
}
