using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Thread-static fields; ThreadLocal and AsyncLocal are in Knowledge/UnsafeApis.txt.</summary>
internal sealed class TH5002_ThreadStatic : Rule
{
    public static readonly TH5002_ThreadStatic Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.ThreadStatic,
        "Do not use thread statics in a handler",
        "{0} {1}: thread-local storage is allocated on first use, by the runtime. {2}.",
        RuleCategories.RuntimeServices,
        RuleLevel.SurelyWrong,
        "Access to a thread static goes through a helper that may allocate.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Keep the data in the handler's state";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.FieldReference);

    public override void Inspect(IOperation operation, Body body)
    {
        if (operation is IFieldReferenceOperation { Field: { IsStatic: true } field } && field.IsThreadStatic())
        {
            body.Report(this, operation.Syntax, $"uses the thread static '{field.Name}'");
        }
    }
}
