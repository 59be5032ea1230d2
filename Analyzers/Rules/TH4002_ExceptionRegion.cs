using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>try, using, and foreach over a disposable enumerator.</summary>
internal sealed class TH4002_ExceptionRegion : Rule
{
    public static readonly TH4002_ExceptionRegion Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.ExceptionRegion,
        "Do not use exception regions in a handler",
        "{0} {1}: in signal context nothing catches faults, and a method with an exception region is never inlined. {2}.",
        RuleCategories.ControlFlow,
        RuleLevel.SurelyWrong,
        "catch never sees a fault of the handler; finally and using need unwinding, which needs the runtime.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Test before you act, and clean up in straight line";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.Try,
        OperationKind.CatchClause,
        OperationKind.Using,
        OperationKind.UsingDeclaration,
        OperationKind.Loop);

    public override void Inspect(IOperation operation, Body body)
    {
        switch (operation)
        {
            case ITryOperation attempt:
                body.Report(this, attempt.Syntax, attempt.Catches.IsEmpty ? "contains a finally block" : "contains a catch block");
                break;

            case IUsingOperation or IUsingDeclarationOperation:
                body.Report(this, operation.Syntax, "contains a finally block (using)");
                break;

            case IForEachLoopOperation { Syntax: CommonForEachStatementSyntax syntax } loop when !Facts.IsEnumeratedByIndex(loop)
                && body.Model.GetForEachStatementInfo(syntax).DisposeMethod is not null:
                body.Report(this, syntax.Expression, "contains a finally block (foreach disposes the enumerator)");
                break;
        }
    }
}
