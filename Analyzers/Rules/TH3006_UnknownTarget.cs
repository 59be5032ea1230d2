using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Calls through function pointers.</summary>
internal sealed class TH3006_UnknownTarget : Rule
{
    public static readonly TH3006_UnknownTarget Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.UnknownTarget,
        "Call through function pointers of known target only",
        "{0} {1}: nobody can see what it calls. {2}.",
        RuleCategories.Calls,
        RuleLevel.SurelyWrong,
        "A managed function pointer in a static readonly field folds into the code, where the verifier checks it. Any other can change.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy =>
        "Hold the pointer in a 'static readonly' field that is set once, and return int or wider from native functions";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.FunctionPointerInvocation);

    public override void Inspect(IOperation operation, Body body)
    {
        if (operation is not IFunctionPointerInvocationOperation call
            || call.Target.Type is not IFunctionPointerTypeSymbol { Signature: var signature })
        {
            return;
        }

        if (signature.CallingConvention != System.Reflection.Metadata.SignatureCallingConvention.Default)
        {
            bool polls = signature.UnmanagedCallingConventionTypes.Any(type => type.Name == "CallConvSuppressGCTransition");
            Rule rule = polls ? TH3004_GCPoll.Instance : TH3003_NativeTransition.Instance;
            body.Report(rule, call.Syntax, polls
                ? "calls an unmanaged function pointer with SuppressGCTransition" : "calls an unmanaged function pointer");
            return;
        }

        if (body.Member.TrustsIndirectCalls())
        {
            return;
        }

        if (call.Target is not IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: true } field })
        {
            body.Report(this, call.Syntax, "calls through a function pointer that is not a static readonly field");
        }
        else if (signature is { ReturnsVoid: false, RefKind: RefKind.None } && TypeFacts.IsPrimitive(signature.ReturnType)
            && TypeFacts.Size(signature.ReturnType) < 4)
        {
            body.Report(this, call.Syntax,
                $"calls '{field.Name}', which returns '{Names.Short(signature.ReturnType)}'; native code leaves the upper bits of so narrow a value undefined");
        }
    }
}
