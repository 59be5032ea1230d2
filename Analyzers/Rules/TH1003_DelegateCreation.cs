using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Delegates, lambdas and closures.</summary>
internal sealed class TH1003_DelegateCreation : Rule
{
    public static readonly TH1003_DelegateCreation Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.DelegateCreation,
        "Do not create delegates in a handler",
        "{0} {1}: a delegate and what it captures are objects on the managed heap. {2}.",
        RuleCategories.ManagedHeap,
        RuleLevel.SurelyWrong,
        "A delegate is an object, a closure another one; even a cached one is read from the heap.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Call the method directly, or switch on a number kept in the state";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.DelegateCreation,
        OperationKind.AnonymousFunction,
        OperationKind.EventAssignment,
        OperationKind.EventReference);

    public override void Inspect(IOperation operation, Body body)
    {
        switch (operation)
        {
            case IDelegateCreationOperation creation:
                body.Report(this, operation.Syntax, creation.Target is IAnonymousFunctionOperation
                    ? "creates a delegate (lambda)" : $"creates a delegate ('{creation.Type?.Name}')");
                break;

            // With a delegate around it, that is reported instead.
            case IAnonymousFunctionOperation { Parent: not IDelegateCreationOperation }:
                body.Report(this, operation.Syntax, "creates an expression tree or a delegate (lambda)");
                break;

            case IEventAssignmentOperation:
                body.Report(this, operation.Syntax, "subscribes to an event, which combines delegates");
                break;

            case IEventReferenceOperation { Parent: not IEventAssignmentOperation } reference:
                body.Report(this, operation.Syntax, $"uses the event '{reference.Event.Name}', a delegate");
                break;
        }
    }
}
