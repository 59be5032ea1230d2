using System.Runtime.InteropServices;

namespace TopHalf.Sources;

/// <summary>Where TopHalf runs: 64-bit Linux on x86 with glibc, on CoreCLR or NativeAOT.</summary>
internal static class PlatformSupport
{
    // Mono's collectors have fewer (mono_gc_max_generation). To look for a type of Mono's would take a cold process some milliseconds.
    private const int CoreGenerations = 2;

    private static readonly string? s_obstacle = FindObstacle(
        OperatingSystem.IsLinux(),
        RuntimeInformation.ProcessArchitecture,
        GC.MaxGeneration < CoreGenerations,
        static name => NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), name, out _));

    /// <summary>What stands against running here, as a sentence; null if nothing does.</summary>
    public static string? Obstacle => s_obstacle;

    /// <summary>Whether TopHalf can run here.</summary>
    public static bool IsSupported => s_obstacle is null;

    /// <summary>Throws where TopHalf cannot run.</summary>
    /// <exception cref="PlatformNotSupportedException">Says what is missing.</exception>
    public static void Require()
    {
        if (s_obstacle is not null)
        {
            throw new PlatformNotSupportedException(s_obstacle);
        }
    }

    /// <summary>What stands against running here, as a sentence; null if nothing does.</summary>
    internal static string? FindObstacle(bool isLinux, Architecture architecture, bool isMono, Func<string, bool> libcHas)
    {
        if (!isLinux || architecture != Architecture.X64)
        {
            return $"TopHalf needs Linux on x86-64; this is {RuntimeInformation.OSDescription} on {architecture}. " +
                "Guard the code with OperatingSystem.IsLinux() and RuntimeInformation.ProcessArchitecture.";
        }

        if (isMono)
        {
            return "TopHalf needs CoreCLR or NativeAOT; the Mono runtime suspends threads with signals of its own that TopHalf does not know.";
        }

        if (!libcHas("gnu_get_libc_version"))
        {
            return "TopHalf needs glibc; this process uses another C library (musl on Alpine, perhaps), whose signal numbers and thread " +
                "start-up it has not been proved on. Use a glibc-based image.";
        }

        // tgkill came with the same version.
        return libcHas("gettid")
            ? null
            : "TopHalf needs glibc 2.30 or later; this one is older. Use a newer distribution or image (Debian 11, RHEL 9, Ubuntu 20.04 have it).";
    }
}
