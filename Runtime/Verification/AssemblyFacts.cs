using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>What is asked of an assembly again and again, for every method of it.</summary>
internal sealed class AssemblyFacts
{
    private static readonly ConditionalWeakTable<Assembly, AssemblyFacts> s_facts = [];

    private static readonly byte[][] s_platformKeys =
    [
        [0x7c, 0xec, 0x85, 0xd7, 0xbe, 0xa7, 0x79, 0x8e],
        [0xb0, 0x3f, 0x5f, 0x7f, 0x11, 0xd5, 0x0a, 0x3a],
        [0xcc, 0x7b, 0x13, 0xff, 0xcd, 0x2d, 0xdd, 0x51],
        [0xb7, 0x7a, 0x5c, 0x56, 0x19, 0x34, 0xe0, 0x89],
    ];

    private AssemblyFacts(Assembly assembly)
    {
        byte[]? token = assembly.GetName().GetPublicKeyToken();
        IsPlatform = token is { Length: 8 } && Array.Exists(s_platformKeys, key => key.AsSpan().SequenceEqual(token));
        IsUnoptimized = assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true;
    }

    /// <summary>Whether it is one of the platform's own, by the key that it was signed with.</summary>
    public bool IsPlatform { get; }

    /// <summary>Whether it asks the JIT not to optimise (a Debug build).</summary>
    public bool IsUnoptimized { get; }

    public static AssemblyFacts Of(Assembly assembly) => s_facts.GetValue(assembly, static a => new AssemblyFacts(a));
}
