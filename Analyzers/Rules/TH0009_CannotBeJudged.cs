using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>A construct that this version of the analyzer does not know, or cannot see into. It is the default case: nothing passes in
/// silence.</summary>
internal sealed class TH0009_CannotBeJudged : Rule
{
    public static readonly TH0009_CannotBeJudged Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.CannotBeJudged,
        "Write code in a handler that can be judged",
        "{0} {1}: what cannot be judged counts as unsafe. {2}.",
        RuleCategories.Declaration,
        RuleLevel.SurelyWrong,
        "The analyzer reports what it does not know. Unknown is unsafe.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Write it in another way, or move it out of the handler";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.None);

    public override void Inspect(IOperation operation, Body body)
    {
        if (operation.Kind != OperationKind.None)
        {
            body.Report(this, operation.Syntax, $"contains a construct that this version cannot judge ({operation.Kind})");
        }
        else if (!UnsafeSyntax.Inspect(operation, body))
        {
            body.Report(this, operation.Syntax, $"contains a construct that this version cannot judge ({operation.Syntax.Kind()})");
        }
    }
}
