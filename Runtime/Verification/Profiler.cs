namespace TopHalf.Verification;

/// <summary>
/// Whether the process was started with a profiler of the CLR. One may replace the code of a method at any time (ICorProfilerInfo4,
/// RequestReJIT): what the method is called through then leads to other code than was verified.
/// </summary>
/// <remarks>One that is attached later is not seen here, but what it replaces is: <see cref="VerifiedHandler.IsUnchanged"/>.</remarks>
internal static class Profiler
{
    // The runtime takes any number but 0 for a yes.
    public static bool IsEnabled { get; } = Environment.GetEnvironmentVariable("CORECLR_ENABLE_PROFILING") is { } value && value.Trim().Trim('0').Length > 0;
}
