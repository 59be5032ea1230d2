using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary>
/// What comes of a run if it is moved: which values the handler has to hand over, and which statics it touches where it then runs. A run that
/// changes something of the handler's, tells where or when it runs, or ends anything, cannot be moved.
/// </summary>
internal sealed class DeferToBottomHalfMove
{
    // Members of the new class: by its simple name, another one could mean one of them there.
    private static readonly HashSet<string> s_members =
    [
        "Dispose", "Equals", "ReferenceEquals", "GetHashCode", "GetType", "ToString", "MemberwiseClone", "Finalize", "Writer", "ReadAsync", "_events", "_reader",
    ];

    private readonly DeferToBottomHalfRun _run;
    private readonly IMethodSymbol _handler;
    private readonly SemanticModel _model;
    private readonly ImmutableArray<Diagnostic> _findings;
    private readonly List<IOperation> _values = [];
    private bool _fails;

    private DeferToBottomHalfMove(DeferToBottomHalfRun run, IMethodSymbol handler, SemanticModel model, ImmutableArray<Diagnostic> findings)
    {
        _run = run;
        _handler = handler;
        _model = model;
        _findings = findings;
        Statics = new DeferToBottomHalfStatics(model.Compilation);
    }

    public DeferToBottomHalfRun Run => _run;

    /// <summary>What is touched where it runs: not what is only read, and handed over instead.</summary>
    public DeferToBottomHalfStatics Statics { get; }

    /// <summary>The run's move, or <see langword="null"/> if it cannot be.</summary>
    public static DeferToBottomHalfMove? Of(DeferToBottomHalfRun run, IMethodSymbol handler, SemanticModel model, ImmutableArray<Diagnostic> findings)
    {
        DeferToBottomHalfMove move = new(run, handler, model, findings);
        if (!move.Flows() || !move.Reads())
        {
            return null;
        }

        foreach (SyntaxNode part in run.Parts)
        {
            move.Visit(model.GetOperation(part));
        }

        return move._fails ? null : move;
    }

    /// <summary>The reads of what is handed over, if the statics in <paramref name="changed"/> change before they are read.</summary>
    public IEnumerable<(ExpressionSyntax Read, ITypeSymbol Type)> Values(DeferToBottomHalfStatics changed) =>
        _values.Where(value => StaticOf(value) is not { } variable || !changed.Touched.Contains(variable))
            .Select(static value => ((ExpressionSyntax)value.Syntax, value.Type!));

    // Control comes in at the top and goes out at the end, and takes nothing along.
    private bool Flows()
    {
        DataFlowAnalysis? data = _run.First is ExpressionSyntax expression ? _model.AnalyzeDataFlow(expression) : _model.AnalyzeDataFlow(_run.First, _run.Last);
        HashSet<ISymbol> own = new(data?.VariablesDeclared ?? [], SymbolEqualityComparer.Default);
        return data is { Succeeded: true, DataFlowsOut.IsEmpty: true, UnsafeAddressTaken.IsEmpty: true } && data.WrittenInside.All(IsWithin)
            && data.CapturedInside.All(variable => IsWithin(variable) || CapturedValues.IsSetOnce(variable, _model, default))
            && (_run.First is ExpressionSyntax || _model.AnalyzeControlFlow(_run.First, _run.Last) is
            {
                Succeeded: true, EntryPoints.IsEmpty: true, ExitPoints.IsEmpty: true, ReturnStatements.IsEmpty: true, EndPointIsReachable: true,
            });

        // Parameters of lambdas are not among those that are declared.
        bool IsWithin(ISymbol variable) => own.Contains(variable) || variable.DeclaringSyntaxReferences.Any(declared => _run.Span.Contains(declared.Span));
    }

    private bool Reads() =>
        !_run.Parts.Any(static part => part.ContainsDirectives
            || part is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } or LocalFunctionStatementSyntax or LabeledStatementSyntax
            || part.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().Any(static name => s_members.Contains(name.Identifier.ValueText)
                && name.Parent is not (MemberBindingExpressionSyntax or MemberAccessExpressionSyntax)));

    private void Visit(IOperation? operation)
    {
        if (_fails || operation is null)
        {
            return;
        }

        if (IsValue(operation))
        {
            if (IsHandedOver(operation))
            {
                _values.Add(operation);
                return;
            }

            // A static can be touched where it is; what is the handler's own cannot.
            if (StaticOf(operation) is null)
            {
                _fails = true;
                return;
            }
        }

        if (!IsMovable(operation))
        {
            _fails = true;
            return;
        }

        Statics.Add(operation);
        foreach (IOperation child in operation.ChildOperations)
        {
            Visit(child);
        }
    }

    /// <summary>Whether it is a variable, or part of one, whose value the handler has: its own, those of its state and context, and statics that change.</summary>
    private bool IsValue(IOperation operation) =>
        operation switch
        {
            ILocalReferenceOperation { Local: { } local } => !local.DeclaringSyntaxReferences.Any(declared => _run.Span.Contains(declared.Span)),
            IParameterReferenceOperation { Parameter: { } parameter } => SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, _handler),
            IFieldReferenceOperation { Instance: { Type.IsValueType: true } instance } => IsValue(instance),
            IFieldReferenceOperation { Instance: null, Field: { IsConst: false, IsReadOnly: false, Type.IsUnmanagedType: true } } => true,
            IPropertyReferenceOperation { Instance: { Type.IsValueType: true } instance, Arguments.IsEmpty: true } => IsValue(instance),
            IPropertyReferenceOperation { Instance: null, Property: { } property } => HandlerStart.IsOfTopHalf(property.ContainingType)
                || (property is { SetMethod: not null, Type.IsUnmanagedType: true } && DeferToBottomHalfStatics.IsAutomatic(property)),
            _ => false,
        };

    /// <summary>Whether a copy of the value is as good as the variable, and can be handed over.</summary>
    private bool IsHandedOver(IOperation value) =>
        value is { Type: { IsUnmanagedType: true, IsRefLikeType: false } type, Syntax: ExpressionSyntax syntax }
            && type is not (IPointerTypeSymbol or IFunctionPointerTypeSymbol)
        && value is not IParameterReferenceOperation && DeferToBottomHalfValues.SizeOf(type) is not null && !DeferToBottomHalfPlace.IsBoundToThread(value)

        // What is found at the same place may be about the conversion of the value, which is where it goes.
        && !_findings.Any(finding => syntax.Span.Contains(finding.Location.SourceSpan)
            && (syntax.Span != finding.Location.SourceSpan || value.Parent is not IConversionOperation { IsImplicit: true }))
        && syntax.Parent is not AnonymousObjectMemberDeclaratorSyntax { NameEquals: null } and not ArgumentSyntax { Parent: TupleExpressionSyntax, NameColon: null }
        && value.Parent switch
        {
            ISimpleAssignmentOperation { IsRef: true } or ICompoundAssignmentOperation or ICoalesceAssignmentOperation or IDeconstructionAssignmentOperation => false,
            ISimpleAssignmentOperation assignment => assignment.Target != value,
            IArgumentOperation argument => argument.Parameter?.RefKind is RefKind.None or RefKind.In,
            IInvocationOperation call => call.TargetMethod.IsReadOnly || IsImmutable(type),
            IPropertyReferenceOperation property => property.Property.IsReadOnly || IsImmutable(type),
            IIncrementOrDecrementOperation or IAddressOfOperation or IInlineArrayAccessOperation or INameOfOperation or IMethodReferenceOperation or IEventReferenceOperation
                or ITupleOperation { Parent: IDeconstructionAssignmentOperation } => false,
            _ => true,
        };

    private static bool IsImmutable(ITypeSymbol type) => type.IsReadOnly || type.TypeKind == TypeKind.Enum || type.SpecialType != SpecialType.None;

    private static bool IsMovable(IOperation operation) =>
        operation switch
        {
            IInvalidOperation or IThrowOperation or IAwaitOperation or IReturnOperation { Kind: OperationKind.YieldReturn } or IAddressOfOperation or ILocalFunctionOperation
                or IFunctionPointerInvocationOperation or INameOfOperation or ISimpleAssignmentOperation { IsRef: true } or { Kind: OperationKind.None }
                or IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }
                or IVariableDeclaratorOperation { Symbol.RefKind: not RefKind.None } => false,
            IInvocationOperation { TargetMethod.MethodKind: MethodKind.LocalFunction } or IMethodReferenceOperation { Method.MethodKind: MethodKind.LocalFunction } => false,
            IArgumentOperation { ArgumentKind: ArgumentKind.DefaultValue, Parameter: { } parameter } => !parameter.GetAttributes().Any(static attribute =>
                attribute.AttributeClass?.Name.StartsWith("Caller", StringComparison.Ordinal) == true),
            _ => !DeferToBottomHalfPlace.Matters(operation),
        }
        && operation.Type is not (IPointerTypeSymbol or IFunctionPointerTypeSymbol);

    /// <summary>The static that a value is, or is part of.</summary>
    private static ISymbol? StaticOf(IOperation value) =>
        value switch
        {
            IFieldReferenceOperation { Instance: { } instance } => StaticOf(instance),
            IPropertyReferenceOperation { Instance: { } instance } => StaticOf(instance),
            IMemberReferenceOperation { Member: { IsStatic: true } member } when !HandlerStart.IsOfTopHalf(member.ContainingType) => member,
            _ => null,
        };
}
