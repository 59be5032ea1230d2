using System.Runtime.InteropServices;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Interop;

namespace TopHalf.Verification;

/// <summary>
/// Where the functions of <see cref="CallableLibc"/> are in this process. They are looked up when a handler first calls native code that is not of
/// <see cref="SignalSafeLibC"/>, as most programs have none that does.
/// </summary>
internal static class CallableNatives
{
    private static readonly Lazy<IReadOnlyDictionary<nint, string>> s_byAddress = new(static () => Resolve(CallableLibc.All));

    /// <summary>The function at the address, or null. Of several names of one function, any.</summary>
    public static string? Find(nint address) => s_byAddress.Value.TryGetValue(address, out string? name) ? name : null;

    /// <summary>By the addresses that libc itself gives, the one that a function has on this processor (IFUNC) included. An older one may lack some.</summary>
    public static IReadOnlyDictionary<nint, string> Resolve(IEnumerable<string> names)
    {
        // Not of the whole program: what a preloaded library puts in front of a function may lock or allocate.
        nint libc = NativeLibrary.Load(LibC.Name);
        var found = new Dictionary<nint, string>();
        foreach (string name in names)
        {
            if (NativeLibrary.TryGetExport(libc, name, out nint address))
            {
                found.TryAdd(address, name);
            }
        }

        return found;
    }
}
