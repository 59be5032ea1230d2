// Tests that need gcc: they skip, and say why, on a machine that has none.
using Xunit;

namespace TopHalf.Testing;

/// <summary>The C compiler that NativeAOT links with and the reference is built by.</summary>
internal static class Gcc
{
    /// <summary>Why a test that needs gcc cannot run; null if it can.</summary>
    public static string? Missing { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(static folder => File.Exists(Path.Combine(folder, "gcc")))
            ? null
            : "gcc is not on the PATH (Debian: apt-get install gcc libc6-dev zlib1g-dev).";
}

/// <summary>A fact that needs gcc.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedsGccAttribute : FactAttribute
{
    public FactNeedsGccAttribute() => Skip = Gcc.Missing;
}

/// <summary>A theory that needs gcc.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryNeedsGccAttribute : TheoryAttribute
{
    public TheoryNeedsGccAttribute() => Skip = Gcc.Missing;
}
