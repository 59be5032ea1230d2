using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>lock statements; Monitor and its kin are in Knowledge/UnsafeApis.txt.</summary>
internal sealed class TH2001_Lock : Rule
{
    public static readonly TH2001_Lock Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.Lock,
        "Do not lock in a handler",
        "{0} {1}: if the interrupted code holds the lock, the thread waits for itself for ever. {2}.",
        RuleCategories.Blocking,
        RuleLevel.SurelyWrong,
        "The owner of the lock may be the very thread that was interrupted.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Share by Interlocked, Volatile, SeqLock<T> or an InterruptQueue";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.Lock);

    public override void Inspect(IOperation operation, Body body) => body.Report(this, operation.Syntax, "takes a lock (lock statement)");
}
