using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>The platform's methods that are written in the runtime itself (internal calls), by the address of their code. For names in messages.</summary>
internal static class RuntimeMethods
{
    private static readonly object s_lock = new();
    private static Dictionary<nint, MethodBase>? s_byAddress;

    /// <summary>The method whose code is at the address, or null. Looks at all of them at its first use in the process.</summary>
    public static MethodBase? Find(nint address)
    {
        lock (s_lock)
        {
            return (s_byAddress ??= Learn()).GetValueOrDefault(address);
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "CoreCLR only, and only names are used.")]
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "CoreCLR only, and only names are used.")]
    private static Dictionary<nint, MethodBase> Learn()
    {
        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        List<MethodBase> methods = [.. typeof(object).Assembly.GetTypes().Where(static t => !t.ContainsGenericParameters)
            .SelectMany(static t => ((IEnumerable<MethodBase>)t.GetMethods(Declared)).Concat(t.GetConstructors(Declared)))
            .Where(static m => (m.MethodImplementationFlags & MethodImplAttributes.InternalCall) != 0 && !m.ContainsGenericParameters)];
        methods.ForEach(static m => RuntimeHelpers.PrepareMethod(m.MethodHandle));
        List<nint> entries = methods.ConvertAll(static m => m.MethodHandle.GetFunctionPointer());

        // The map is read after that: new stubs may lie in new memory.
        MemoryMap map = MemoryMap.Read();
        var found = new Dictionary<nint, MethodBase>();
        var shared = new HashSet<nint>();
        foreach ((MethodBase method, nint entry) in methods.Zip(entries))
        {
            CodeAddress code = CodeAddress.Follow(entry, map);
            foreach (nint address in code.Stubs.Append(code.Body).Where(a => map.Library(a) is not null))
            {
                // Where several lead is a stub of the runtime that goes on to find the code.
                if (!found.TryAdd(address, method))
                {
                    shared.Add(address);
                }
            }
        }

        foreach (nint address in shared)
        {
            found.Remove(address);
        }

        return found;
    }
}
