using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
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
            string cause = polls ? "calls an unmanaged function pointer with SuppressGCTransition" : "calls an unmanaged function pointer";
            NativeFunction? function = call.Target is IFieldReferenceOperation { Field: { } pointer }
                ? NativeTargets.Of(pointer, body).FirstOrDefault(static candidate => candidate.IsOfLibc) : null;
            body.Report(rule, call.Syntax, function is null ? cause : $"{cause} ({function.Description})", function?.RemedyOr(rule.Remedy));
            return;
        }

        if (body.Member.TrustsIndirectCalls())
        {
            return;
        }

        if (Method(call.Target, body) is { } method)
        {
            body.Call(method, call.Syntax);
        }
        else if (call.Target is not IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: true } field })
        {
            body.Report(this, call.Syntax, "calls through a function pointer that is not a static readonly field");
        }
        else if (body.Engine.Tables.Find(field) is { } entry)
        {
            if (entry.Rule is { } rule)
            {
                body.Report(rule, call.Syntax, $"calls '{field.Name}' ({entry.Reason})", entry.Remedy);
            }
        }
        else if (Targets(field, body) is { Count: > 0 } targets)
        {
            if (targets[0].IsPInvoke())
            {
                body.Call(targets[0], call.Syntax);
                return;
            }

            // What the initialiser took is the address of the stub in front of the method, which the runtime points elsewhere as it likes.
            body.Report(this, call.Syntax,
                $"calls '{field.Name}', a pointer to '{Names.Of(targets[0])}' that was taken in a field: it leads to the stub in front of the method, not to verified code",
                $"Take the address where it is called (&{Names.Of(targets[0])}), or call the method", culprit: targets[0]);
        }
        else if (NativeTargets.Of(field, body) is not { Count: > 0 } functions)
        {
            body.Report(this, call.Syntax, $"calls '{field.Name}', a pointer to native code whose name cannot be seen",
                "Initialise the field by NativeLibrary.GetExport and a constant name, or list it in TopHalf.SafeApis.txt if you know the function to be async-signal-safe");
        }
        else if (functions.FirstOrDefault(static function => !function.IsCallable || function.Waits) is { } wrong)
        {
            TH3008_UnsafeNativeFunction.Instance.Inspect(wrong, call.Syntax, body);
        }
        else if (signature is { ReturnsVoid: false, RefKind: RefKind.None } && IsNarrow(signature.ReturnType))
        {
            body.Report(this, call.Syntax,
                $"calls '{field.Name}', which returns '{Names.Short(signature.ReturnType)}'; native code leaves the upper bits of so narrow a value undefined");
        }
        else if (signature.Parameters.FirstOrDefault(parameter => parameter.RefKind == RefKind.None && IsNarrow(parameter.Type)) is { } narrow)
        {
            body.Report(this, call.Syntax,
                $"calls '{field.Name}', which takes '{Names.Short(narrow.Type)}'; native code may read the upper bits of so narrow a value, which are undefined",
                "Declare the parameter as int or wider");
        }
    }

    // &Method, in place or in a local that holds nothing else.
    private static IMethodSymbol? Method(IOperation target, Body body) => target switch
    {
        IAddressOfOperation { Reference: IMethodReferenceOperation reference } => reference.Method,
        IParenthesizedOperation parenthesized => Method(parenthesized.Operand, body),
        IConversionOperation { OperatorMethod: null } conversion => Method(conversion.Operand, body),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when Facts.OnlyValue(local, body.Root) is { } value => Method(value, body),
        _ => null,
    };

    private static bool IsNarrow(ITypeSymbol type) => TypeFacts.IsPrimitive(type) && TypeFacts.Size(type) < 4;

    // The methods whose addresses the field's initialiser takes.
    private static List<IMethodSymbol> Targets(IFieldSymbol field, Body body) =>
        [.. field.DeclarationsIn(body.Engine.Compilation)
            .Select(reference => (reference.GetSyntax(body.Cancellation) as VariableDeclaratorSyntax)?.Initializer)
            .OfType<EqualsValueClauseSyntax>()
            .Select(value => body.Engine.Model(value.SyntaxTree).GetOperation(value, body.Cancellation))
            .OfType<IOperation>()
            .SelectMany(value => value.DescendantsAndSelf())
            .OfType<IAddressOfOperation>()
            .Select(address => (address.Reference as IMethodReferenceOperation)?.Method)
            .OfType<IMethodSymbol>()];
}
