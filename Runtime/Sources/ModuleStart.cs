using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using TopHalf.Verification;

namespace TopHalf.Sources;

/// <summary>What has to be done before any code of this library is compiled.</summary>
internal static class ModuleStart
{
    /// <summary>
    /// Resolves the native functions. A method of the user's that calls one, by way of <see cref="InterruptClock"/> for example, and that is
    /// compiled before that, would keep the check for it for ever, and a handler that calls the method would be refused.
    /// </summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The ModuleInitializer attribute should not be used in libraries", Justification = "See above.")]
    internal static void ResolveNativeFunctions()
    {
        if (PlatformSupport.IsSupported)
        {
            SignalSafeLibC.Initialize();
            MethodLoads.WarmUp();
        }
    }
}
