using System.Collections.Immutable;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>All rules, in the order of their ids.</summary>
internal static class RuleCatalog
{
    public static readonly ImmutableArray<Rule> All = ImmutableArray.Create<Rule>(
        TH0001_HandlerSignature.Instance,
        TH0002_AsyncOrIterator.Instance,
        TH0003_NotOptimized.Instance,
        TH0004_NotStaticMethod.Instance,
        TH0005_WeakenedPromise.Instance,
        TH0006_NeedlessPromise.Instance,
        TH0007_ApiListLine.Instance,
        TH0008_UnexplainedSuppression.Instance,
        TH0009_CannotBeJudged.Instance,
        TH0010_MalformedOption.Instance,
        TH1001_Allocation.Instance,
        TH1002_Boxing.Instance,
        TH1003_DelegateCreation.Instance,
        TH1004_StringBuilding.Instance,
        TH1005_HiddenAllocation.Instance,
        TH1006_ManagedRead.Instance,
        TH1007_ReferenceWrite.Instance,
        TH2001_Lock.Instance,
        TH2002_Blocking.Instance,
        TH2003_SpinLoop.Instance,
        TH3001_UnknownCall.Instance,
        TH3002_DynamicDispatch.Instance,
        TH3003_NativeTransition.Instance,
        TH3004_GCPoll.Instance,
        TH3005_DeclaredUnsafe.Instance,
        TH3006_UnknownTarget.Instance,
        TH3007_Recursion.Instance,
        TH3008_UnsafeNativeFunction.Instance,
        TH4001_Throw.Instance,
        TH4002_ExceptionRegion.Instance,
        TH4003_ImplicitThrow.Instance,
        TH4004_StackBudget.Instance,
        TH4005_UnboundedLoop.Instance,
        TH5001_TypeInitializer.Instance,
        TH5002_ThreadStatic.Instance,
        TH5003_NotInlined.Instance,
        TH5004_RuntimeService.Instance,
        TH6001_NonAtomicUpdate.Instance,
        TH6002_PlainAccess.Instance,
        TH6003_TornValue.Instance,
        TH6004_RawPointer.Instance,
        TH6005_UntestedEntry.Instance,
        TH7001_RegistrationInHandler.Instance,
        TH7002_RawSignalHandler.Instance,
        TH7003_ReservedSignal.Instance,
        TH7004_LostSource.Instance,
        TH7005_ThreadPerExpiry.Instance,
        TH7006_BlockedSignal.Instance,
        TH7007_InstallsItself.Instance,
        TH7008_ReturnsToFault.Instance);

    private static readonly ImmutableDictionary<string, Rule> s_byId = All.ToImmutableDictionary(rule => rule.Id);

    /// <summary>What a line of a user's table means that names no rule.</summary>
    public static Rule DefaultForTables => TH3005_DeclaredUnsafe.Instance;

    public static Rule? Find(string id) => s_byId.TryGetValue(id, out Rule? rule) ? rule : null;
}
