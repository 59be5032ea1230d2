using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.CodeFixes;

/// <summary>Properties that are what fields and constants are in C: those of Tmds.LibC's structs, and of its class <c>LibC</c>; and what the compiler makes a field of.</summary>
internal static class LibraryMembers
{
    // On x86-64. SIGRTMIN is what the C library says at run time.
    private static readonly ImmutableDictionary<string, long> s_numbers = new Dictionary<string, long>
    {
        ["SIGHUP"] = 1, ["SIGINT"] = 2, ["SIGQUIT"] = 3, ["SIGILL"] = 4, ["SIGTRAP"] = 5, ["SIGABRT"] = 6, ["SIGIOT"] = 6, ["SIGBUS"] = 7, ["SIGFPE"] = 8, ["SIGKILL"] = 9, ["SIGUSR1"] = 10,
        ["SIGSEGV"] = 11, ["SIGUSR2"] = 12, ["SIGPIPE"] = 13, ["SIGALRM"] = 14, ["SIGTERM"] = 15, ["SIGSTKFLT"] = 16, ["SIGCHLD"] = 17, ["SIGCONT"] = 18, ["SIGSTOP"] = 19, ["SIGTSTP"] = 20,
        ["SIGTTIN"] = 21, ["SIGTTOU"] = 22, ["SIGURG"] = 23, ["SIGXCPU"] = 24, ["SIGXFSZ"] = 25, ["SIGVTALRM"] = 26, ["SIGPROF"] = 27, ["SIGWINCH"] = 28, ["SIGIO"] = 29, ["SIGPOLL"] = 29,
        ["SIGPWR"] = 30, ["SIGSYS"] = 31,
        ["SA_NOCLDSTOP"] = 1, ["SA_NOCLDWAIT"] = 2, ["SA_SIGINFO"] = 4, ["SA_ONSTACK"] = 0x0800_0000, ["SA_RESTART"] = 0x1000_0000, ["SA_NODEFER"] = 0x4000_0000, ["SA_NOMASK"] = 0x4000_0000,
        ["SA_RESETHAND"] = 0x8000_0000, ["SA_ONESHOT"] = 0x8000_0000, ["SI_QUEUE"] = -1, ["SIG_ERR"] = -1,
    }.ToImmutableDictionary();

    /// <summary>The number that a property always is, if that is known.</summary>
    public static long? Number(IPropertySymbol property) =>
        property is { IsStatic: true, ContainingType.Name: "LibC" } && IsOfTmds(property) && s_numbers.TryGetValue(property.Name, out long number) ? number : null;

    /// <summary>Whether it holds what is put there, and does nothing else.</summary>
    public static bool IsField(IPropertySymbol property) => property is { IsStatic: false, ContainingType.TypeKind: TypeKind.Struct } && (IsOfTmds(property)
        || property.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property)));

    private static bool IsOfTmds(ISymbol member) =>
        member is { ContainingAssembly.Name: "Tmds.LibC", ContainingNamespace: { Name: "Linux", ContainingNamespace: { Name: "Tmds", ContainingNamespace.IsGlobalNamespace: true } } };
}
