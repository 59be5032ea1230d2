using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Loops that nothing in them can end. Judges all loops, those of TH4005 included: what is one is not the other.</summary>
internal sealed class TH2003_SpinLoop : Rule
{
    public static readonly TH2003_SpinLoop Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.SpinLoop,
        "Do not spin in a handler",
        "{0} {1}: the interrupted thread stands still meanwhile, and with it what it would do to end the loop. {2}.",
        RuleCategories.Blocking,
        RuleLevel.SurelyWrong,
        "If the interrupted thread is the one that would set the flag or release the lock, the loop never ends.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Look once and return; the next interrupt looks again";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(OperationKind.Loop);

    public override void Inspect(IOperation operation, Body body)
    {
        ILoopOperation loop = (ILoopOperation)operation;
        Location keyword = loop.Syntax.GetFirstToken().GetLocation();
        switch (LoopEnd.Of(loop, body))
        {
            case LoopEnd.Kind.None:
                body.Report(this, keyword, "loops without a way out");
                break;
            case LoopEnd.Kind.UpToOthers:
                body.Report(this, keyword, "loops until something changes that the loop itself does not change");
                break;
            case LoopEnd.Kind.Unseen:
                body.Report(TH4005_UnboundedLoop.Instance, keyword, "loops, and how often cannot be seen");
                break;
        }
    }
}
