using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Tests.Effects;

public sealed class OperationTableTests
{
    /// <summary>On the newest Roslyn this fails when a new kind of operation appears, which somebody then has to classify.</summary>
    [Fact]
    public void Every_kind_of_operation_is_classified()
    {
        OperationKind[] forgotten = [.. Enum.GetValues<OperationKind>().Distinct().Where(kind => !OperationTable.IsClassified(kind))];
        Assert.Empty(forgotten);
    }

    [Fact]
    public void A_kind_from_the_future_is_not_classified() => Assert.False(OperationTable.IsClassified((OperationKind)4711));

    [Fact]
    public Task What_no_syntax_layer_knows_is_reported() =>
        Verify.Handler("TypedReference x = {|TH0009:__makeref(state.Count)|};");
}
