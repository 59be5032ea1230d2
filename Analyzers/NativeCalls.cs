using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Knowledge;

namespace TopHalf.Analyzers;

/// <summary>For the code fixes: what is known of functions of native code.</summary>
public static class NativeCalls
{
    /// <summary>Whether the method is a P/Invoke, the generator's included.</summary>
    /// <param name="method">Any method.</param>
    public static bool IsImport(IMethodSymbol method) => method.IsPInvoke();

    /// <summary>Whether functions of that name install handlers.</summary>
    /// <param name="function">The name by which the C library knows it.</param>
    public static bool IsInstaller(string function) => Registrations.IsInstaller(function);

    /// <summary>The library and the function that a P/Invoke calls, if a handler may call it through a pointer, and it never waits.</summary>
    /// <param name="import">A P/Invoke.</param>
    public static (string Library, string Function)? OfHandlers(IMethodSymbol import) =>
        Import(import) is ({ } library, var name) && IsForHandlers(name, library) ? (library, name) : null;

    /// <summary>The name by which its library knows what a P/Invoke calls; of any other method, its own.</summary>
    /// <param name="method">Any method.</param>
    public static string NameOf(IMethodSymbol method) => IsImport(method) ? Import(method).Name : method.Name;

    /// <summary>Whether a handler may call the function through a pointer, and it never waits.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="library">Where it is, if that is seen.</param>
    public static bool IsForHandlers(string function, string? library = null) => new NativeFunction(function, library) is { IsCallable: true, Waits: false };

    /// <summary>Whether a call of the method installs a handler of signals, and the name by which the C library knows it.</summary>
    /// <param name="method">Any method, by whomever it is declared.</param>
    public static string? Installer(IMethodSymbol method) =>
        Registrations.NativeName(method) is var name && Registrations.IsInstaller(name) ? name : null;

    /// <summary>Whether an interrupt source may have the signal, as far as its number tells.</summary>
    /// <param name="signal">Its number.</param>
    public static bool IsForSources(int signal) => ReservedSignals.ReasonFor(signal, ReservedSignals.GlibcFirstRealTime, ReservedSignals.GlibcLast) is null;

    /// <summary>Whether a function of that name holds signals back.</summary>
    /// <param name="function">Its name.</param>
    public static bool IsMask(string function) => SignalMasks.AreSetBy(function);

    /// <summary>Whether the signal reports a fault of an instruction.</summary>
    /// <param name="signal">Its number.</param>
    public static bool IsFault(int signal) => FaultHandlers.Fault(signal) is not null;

    private static (string? Library, string Name) Import(IMethodSymbol import)
    {
        (string? library, string? entry) = import.GetDllImportData() is { } data ? (data.ModuleName, data.EntryPointName) : import.LibraryImport();
        return (library, entry ?? import.Name);
    }
}
