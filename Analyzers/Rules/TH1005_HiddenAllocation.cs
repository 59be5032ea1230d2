using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Allocation without a <c>new</c>: params arrays, collection expressions, enumerators, state machines.</summary>
internal sealed class TH1005_HiddenAllocation : Rule
{
    public static readonly TH1005_HiddenAllocation Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.HiddenAllocation,
        "Avoid hidden allocation in a handler",
        "{0} {1}: this allocates although no 'new' is written. {2}.",
        RuleCategories.ManagedHeap,
        RuleLevel.SurelyWrong,
        "params arrays, collection expressions, enumerators of reference type, iterators and async methods allocate.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Pass the values one by one, or use a span over a small stackalloc";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.ArrayCreation,
        OperationKind.Loop,
        OperationKind.YieldReturn,
        OperationKind.YieldBreak,
        OperationKind.TranslatedQuery,
        OperationTable.CollectionExpression);

    public override void Inspect(IOperation operation, Body body)
    {
        switch (operation)
        {
            case IArrayCreationOperation { Parent: IArgumentOperation { ArgumentKind: ArgumentKind.ParamArray } }:
                body.Report(this, operation.Syntax, "allocates (an array for 'params')");
                break;

            case IForEachLoopOperation { Syntax: CommonForEachStatementSyntax syntax } loop:
                ForEachStatementInfo info = body.Model.GetForEachStatementInfo(syntax);
                if (info.GetEnumeratorMethod?.ReturnType is { IsReferenceType: true } enumerator && !Facts.IsEnumeratedByIndex(loop))
                {
                    body.Report(this, syntax.Expression, $"allocates (the enumerator '{Names.Short(enumerator)}')",
                        "Use a for loop over unmanaged memory");
                }

                break;

            case IReturnOperation { Kind: OperationKind.YieldReturn or OperationKind.YieldBreak }:
                body.Report(this, operation.Syntax, "runs as a state machine on the heap (iterator)");
                break;

            case ITranslatedQueryOperation:
                body.Report(this, operation.Syntax, "allocates (a query creates delegates and iterators)");
                break;

            default:
                // A 'params' parameter that is not an array makes one that is written nowhere; its syntax is the call's.
                if (operation.Kind == OperationTable.CollectionExpression)
                {
                    Collection(operation.Syntax, operation.Type, body);
                }

                break;
        }
    }

    /// <summary>A collection expression, which Roslyn 4.8 shows as an operation without a kind.</summary>
    public void Collection(SyntaxNode expression, ITypeSymbol? type, Body body)
    {
        bool spreads = expression is CollectionExpressionSyntax written && written.Elements.Any(element => element is SpreadElementSyntax);
        bool unmanaged = type is INamedTypeSymbol { TypeArguments: [{ IsUnmanagedType: true }] };
        if (TypeFacts.IsSpan(type) && unmanaged && !spreads)
        {
            // Constants lie in the image, other elements in an inline array on the stack.
            return;
        }

        body.Report(this, expression, type is null
            ? "allocates (collection expression)" : $"allocates (collection expression of type {Names.Short(type)})");
    }
}
