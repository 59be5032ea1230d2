using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>For the code fixes: what is known of functions of native code.</summary>
public static class NativeCalls
{
    /// <summary>Whether the method is a P/Invoke, the generator's included.</summary>
    /// <param name="method">Any method.</param>
    public static bool IsImport(IMethodSymbol method) => method.IsPInvoke();

    /// <summary>The library and the function that a P/Invoke calls, if a handler may call it through a pointer, and it never waits.</summary>
    /// <param name="import">A P/Invoke.</param>
    public static (string Library, string Function)? OfHandlers(IMethodSymbol import)
    {
        (string? library, string? entry) = import.GetDllImportData() is { } data ? (data.ModuleName, data.EntryPointName) : import.LibraryImport();
        return library is not null && IsForHandlers(entry ?? import.Name, library) ? (library, entry ?? import.Name) : null;
    }

    /// <summary>Whether a handler may call the function through a pointer, and it never waits.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="library">Where it is, if that is seen.</param>
    public static bool IsForHandlers(string function, string? library = null) => new NativeFunction(function, library) is { IsCallable: true, Waits: false };

    /// <summary>Whether a call of the method installs a handler of signals, and the name by which the C library knows it.</summary>
    /// <param name="method">Any method, by whomever it is declared.</param>
    public static string? Installer(IMethodSymbol method) =>
        Registrations.NativeName(method) is var name && Registrations.IsInstaller(name) ? name : null;

    /// <summary>Whether the signal reports a fault of an instruction.</summary>
    /// <param name="signal">Its number.</param>
    public static bool IsFault(int signal) => FaultHandlers.Fault(signal) is not null;
}
