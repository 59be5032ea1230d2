namespace TopHalf.Analyzers;

/// <summary>The categories, for bulk configuration. Their id ranges are in DiagnosticCategoryAndIdRanges.txt.</summary>
internal static class RuleCategories
{
    public const string Declaration = "TopHalf.Declaration";
    public const string ManagedHeap = "TopHalf.ManagedHeap";
    public const string Blocking = "TopHalf.Blocking";
    public const string Calls = "TopHalf.Calls";
    public const string ControlFlow = "TopHalf.ControlFlow";
    public const string RuntimeServices = "TopHalf.RuntimeServices";
    public const string SharedState = "TopHalf.SharedState";
    public const string Registration = "TopHalf.Registration";
}
