using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Callees that are neither inlined nor <c>AggressiveOptimization</c>; see <see cref="Inlining"/>.</summary>
internal sealed class TH5003_NotInlined : Rule
{
    public static readonly TH5003_NotInlined Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.NotInlined,
        "Have what a handler calls inlined or fully optimised",
        "{0} {1}: its first call may go to the JIT compiler, and later ones are counted. {2}.",
        RuleCategories.RuntimeServices,
        RuleLevel.SurelyWrong,
        "A callee that is not inlined is compiled on its own, at first unoptimised, and the code that counts its calls and recompiles it runs in the handler.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Add '[MethodImpl(MethodImplOptions.AggressiveInlining)]' to it";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(OperationKind.Invocation);

    // The other way to a count of a constant: as an argument. See Inlining.IsWideCount.
    public override void Inspect(IOperation operation, Body body)
    {
        if (operation is IInvocationOperation { TargetMethod: { DeclaringSyntaxReferences.IsEmpty: false } callee } call
            && call.Arguments.Any(argument => argument.Value.Type is { } type && TypeFacts.Size(type) == sizeof(long) && LateFolding.IsFixed(argument.Value, body))
            && body.Engine.Closure(callee.OriginalDefinition, body.Cancellation).Any(member => IsRefusedConstants(member, body)))
        {
            body.Report(this, operation.Syntax, $"calls '{Names.Of(callee)}' with a constant, of which BitOperations.TrailingZeroCount is returned and so not inlined",
                "Pass the count, or mark what returns it 'AggressiveOptimization'", culprit: callee);
        }
    }

    private static bool IsRefusedConstants(IMethodSymbol member, Body body) => Inlining.ReturnsInt(member) && !TH0003_NotOptimized.IsOptimized(member)
        && BodyReader.Bodies(body.Engine, member.OriginalDefinition, body.Cancellation).Any(root => root.DescendantsAndSelf().Any(static operation => operation is IInvocationOperation call && Inlining.IsWideCount(call.TargetMethod)));

    public Effect Effect(IMethodSymbol callee) => new(
        this,
        callee.Locations.FirstOrDefault() ?? Location.None,
        "is neither inlined nor AggressiveOptimization",
        Remedy,
        culprit: callee);

    public Effect NoRoom(IMethodSymbol member) => new(
        this,
        member.Locations.FirstOrDefault() ?? Location.None,
        "calls more methods, or deeper ones, than the JIT inlines",
        "Mark some of them 'AggressiveOptimization'");
}
