using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>throw statements and expressions.</summary>
internal sealed class TH4001_Throw : Rule
{
    public static readonly TH4001_Throw Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.Throw,
        "Do not throw in a handler",
        "{0} {1}: the exception lands in a catch block of the interrupted code, or ends the process, with every signal blocked. {2}.",
        RuleCategories.ControlFlow,
        RuleLevel.SurelyWrong,
        "Exceptions do not stop at the signal frame.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Record the error in the state and return";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.Throw);

    public override void Inspect(IOperation operation, Body body) => body.Report(this, operation.Syntax, "throws");
}
