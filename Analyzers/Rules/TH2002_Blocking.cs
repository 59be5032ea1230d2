using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>await; sleeping, waiting and I/O are in Knowledge/UnsafeApis.txt.</summary>
internal sealed class TH2002_Blocking : Rule
{
    public static readonly TH2002_Blocking Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.Blocking,
        "Do not block in a handler",
        "{0} {1}: the interrupted thread stands still meanwhile, perhaps inside the runtime. {2}.",
        RuleCategories.Blocking,
        RuleLevel.SurelyWrong,
        "A handler that waits stops the thread that it interrupted, and with it every collection.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Hand the event over through an InterruptQueue and wait in the bottom half";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.Await);

    public override void Inspect(IOperation operation, Body body) => body.Report(this, operation.Syntax, "waits (await)");
}
