using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Every kind of operation is either judged by rules or known to be harmless in itself, so that only its parts matter. A kind that is in
/// both lists is harmless but for the cases that its rules name. A kind in neither list
/// is one that this version does not know, and is reported as not judged (TH0009).
/// </summary>
internal static class OperationTable
{
    // Kinds of Roslyn versions newer than the one this is built on, by number.
    public const OperationKind CollectionExpression = (OperationKind)127;
    public const OperationKind Spread = (OperationKind)128;
    public const OperationKind CollectionExpressionElementsPlaceholder = (OperationKind)129;

    private static readonly Dictionary<OperationKind, ImmutableArray<Rule>> s_rules = RuleCatalog.All
        .SelectMany(rule => rule.Kinds, (rule, kind) => (rule, kind))
        .GroupBy(pair => pair.kind, pair => pair.rule)
        .ToDictionary(group => group.Key, group => group.ToImmutableArray());

    private static readonly HashSet<OperationKind> s_neutral =
    [
        // Statements and their parts.
        OperationKind.Block, OperationKind.Empty, OperationKind.ExpressionStatement, OperationKind.VariableDeclarationGroup,
        OperationKind.VariableDeclaration, OperationKind.VariableDeclarator, OperationKind.VariableInitializer, OperationKind.Labeled,
        OperationKind.Branch, OperationKind.Return, OperationKind.Switch, OperationKind.SwitchCase, OperationKind.CaseClause,
        OperationKind.MethodBody, OperationKind.ConstructorBody, OperationKind.FieldInitializer, OperationKind.PropertyInitializer,
        OperationKind.ParameterInitializer, OperationKind.LocalFunction, OperationKind.Loop, OperationKind.Conditional,
        // Values.
        OperationKind.Literal, OperationKind.LocalReference, OperationKind.ParameterReference, OperationKind.InstanceReference,
        OperationKind.Parenthesized, OperationKind.DefaultValue, OperationKind.SizeOf, OperationKind.NameOf, OperationKind.AddressOf,
        OperationKind.Utf8String, OperationKind.Tuple, OperationKind.Discard, OperationKind.DeclarationExpression, OperationKind.Argument,
        OperationKind.OmittedArgument, OperationKind.Coalesce, OperationKind.ConditionalAccess, OperationKind.ConditionalAccessInstance,
        OperationKind.SwitchExpressionArm, OperationKind.ObjectOrCollectionInitializer, OperationKind.MemberInitializer,
        OperationKind.ArrayInitializer, OperationKind.MethodReference, OperationKind.InterpolatedStringText, OperationKind.Interpolation,
        OperationKind.InterpolatedStringHandlerArgumentPlaceholder,
        // Patterns without calls of their own.
        OperationKind.ConstantPattern, OperationKind.DiscardPattern, OperationKind.NegatedPattern, OperationKind.BinaryPattern,
        OperationKind.RelationalPattern, OperationKind.PropertySubpattern, OperationKind.IsPattern,
        // An interpolated string whose handler is the callee's own: its calls are visible as invocations.
        OperationKind.InterpolatedStringAppendLiteral, OperationKind.InterpolatedStringAppendFormatted,
        // Calls: judged by CallSites.
        OperationKind.Invocation, OperationKind.PropertyReference, OperationKind.Increment, OperationKind.Decrement,
        // Not C#: Visual Basic and flow graphs only.
        OperationKind.Stop, OperationKind.End, OperationKind.RaiseEvent, OperationKind.ReDim, OperationKind.ReDimClause,
        OperationKind.FlowCapture, OperationKind.FlowCaptureReference, OperationKind.IsNull, OperationKind.CaughtException,
        OperationKind.StaticLocalInitializationSemaphore, OperationKind.FlowAnonymousFunction,
        // Not in bodies.
        OperationKind.Attribute,
        // Obsolete: never made by any compiler in range; an invocation stands in its place.
        (OperationKind)52,
        // The compiler has already refused it.
        OperationKind.Invalid, OperationKind.InterpolatedStringAppendInvalid,
        // Parts of a collection expression, which is judged as a whole.
        Spread, CollectionExpressionElementsPlaceholder,
    ];

    public static ImmutableArray<Rule>? RulesFor(OperationKind kind) =>
        s_rules.TryGetValue(kind, out ImmutableArray<Rule> rules) ? rules : null;

    public static bool IsNeutral(OperationKind kind) => s_neutral.Contains(kind);

    public static bool IsClassified(OperationKind kind) => RulesFor(kind) is not null || IsNeutral(kind);
}
