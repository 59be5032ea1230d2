using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime;
using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf.Verification;

/// <summary>A method that was compiled for signal context, and every address by which code may call it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Code">Its body and the stubs in front of it.</param>
/// <param name="IsNew">Whether it was compiled now. Otherwise something else had it compiled before.</param>
internal sealed record PreparedMethod(MethodBase Method, CodeAddress Code, bool IsNew)
{
    public string Name { get; } = MethodNames.Of(Method);

    /// <summary>What the runtime said of it if it had been compiled before, as far as that is known already.</summary>
    public MethodLoad? Older { get; set; }
}

/// <summary>
/// The third stage's first half: compiles what a handler may call, and tells those targets from all others. A call is accepted only if its
/// target is in here; who is not in here is named as well as can be.
/// </summary>
internal sealed class CallTargets
{
    private const MethodImplAttributes Ready = MethodImplAttributes.AggressiveOptimization;

    private readonly MethodClosure _closure;
    private readonly List<PreparedMethod> _methods = [];
    private readonly Dictionary<nint, string> _natives = [];
    private readonly Dictionary<nint, PreparedMethod> _byAddress = [];
    private readonly Dictionary<nint, PreparedMethod> _byCell = [];
    private readonly Lazy<Dictionary<nint, MethodBase>> _unprepared;

    private CallTargets(MethodClosure closure, MemoryMap map)
    {
        _closure = closure;
        Map = map;
        foreach (NativeFunction function in SignalSafeLibC.All())
        {
            _natives[function.Address] = function.Name;
        }

        _unprepared = new(FindUnprepared);
    }

    public MemoryMap Map { get; }

    /// <summary>What was compiled, or had been.</summary>
    public IReadOnlyList<PreparedMethod> Methods => _methods;

    public PreparedMethod Root => _byAddress[_closure.Root.MethodHandle.GetFunctionPointer()];

    /// <summary>Compiles the closure, callees first. Type initialisers must have run.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Compiles methods that the handler calls.")]
    public static CallTargets Compile(MethodClosure closure)
    {
        var ready = new List<MethodBase>();
        for (int i = 1; i < closure.Methods.Count; i++)
        {
            if (IsReady(closure.Methods[i]))
            {
                ready.Add(closure.Methods[i]);
            }
        }

        ready.Add(closure.Root);
        var compiled = new HashSet<MethodBase>();
        foreach (MethodBase method in ready)
        {
            RuntimeTypeHandle[] arguments = Instantiation(method);
            long before = JitInfo.GetCompiledMethodCount(currentThread: true);
            if (arguments.Length == 0)
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle);
            }
            else
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle, arguments);
            }

            if (JitInfo.GetCompiledMethodCount(currentThread: true) != before)
            {
                compiled.Add(method);
            }
        }

        // The map is read after the compilation: new code may lie in new memory.
        var targets = new CallTargets(closure, MemoryMap.Read());
        foreach (MethodBase method in ready)
        {
            bool unboxes = !method.IsStatic && method.DeclaringType is { IsValueType: true };
            targets.Add(new PreparedMethod(method, CodeAddress.Follow(method.MethodHandle.GetFunctionPointer(), targets.Map, unboxes), compiled.Contains(method)));
        }

        return targets;
    }

    /// <summary>The async-signal-safe native function at the address, or null.</summary>
    public string? Native(nint address) => _natives.TryGetValue(address, out string? name) ? name : null;

    /// <summary>The prepared method that the address calls, or null.</summary>
    public PreparedMethod? Method(nint address) => _byAddress.TryGetValue(address, out PreparedMethod? method) ? method : null;

    /// <summary>The prepared method that owns the cell, or null. That the cell holds its body is checked too.</summary>
    /// <remarks>SAFETY: cells of prepared methods were read before, and live as long as their methods.</remarks>
    public unsafe PreparedMethod? MethodOfCell(nint cell) =>
        _byCell.TryGetValue(cell, out PreparedMethod? method) && *(nint*)cell == method.Code.Body ? method : null;

    /// <summary>
    /// A method that was not prepared, found by one of its addresses or cells: by what the runtime's stub says, among those that the
    /// handler's IL names, or among those that are written in the runtime itself.
    /// </summary>
    public MethodBase? Unprepared(IReadOnlyList<nint> addresses)
    {
        return RuntimeFeature.IsDynamicCodeSupported
            ? Any(a => StubMethod.Of(a, Map)) ?? Any(_unprepared.Value.GetValueOrDefault) ?? Any(a => Map.Library(a) is null ? null : RuntimeMethods.Find(a))
            : null;

        MethodBase? Any(Func<nint, MethodBase?> find) => addresses.Select(find).FirstOrDefault(static m => m is not null);
    }

    private static bool IsReady(MethodBase method) => (method.MethodImplementationFlags & Ready) != 0 && !HandlerContract.IsShared(method);

    private static RuntimeTypeHandle[] Instantiation(MethodBase method)
    {
        Type[] ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : [];
        Type[] ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        var arguments = new RuntimeTypeHandle[ofType.Length + ofMethod.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = (i < ofType.Length ? ofType[i] : ofMethod[i - ofType.Length]).TypeHandle;
        }

        return arguments;
    }

    private void Add(PreparedMethod method)
    {
        _methods.Add(method);
        _byAddress[method.Code.Body] = method;
        foreach (nint stub in method.Code.Stubs)
        {
            _byAddress[stub] = method;
        }

        foreach (nint cell in method.Code.Cells)
        {
            _byCell[cell] = method;
        }
    }

    // What is inlined into the handler brings calls of its own, so the platform's methods are followed some way for their names.
    private IEnumerable<MethodBase> Named()
    {
        const int MostFollowed = 300;
        var seen = new HashSet<nint>();
        var queue = new Queue<MethodBase>(_closure.Methods.Concat(_closure.PlatformMethods));
        while (queue.TryDequeue(out MethodBase? method))
        {
            if (method.IsAbstract || method.ContainsGenericParameters || !seen.Add(method.MethodHandle.Value))
            {
                continue;
            }

            yield return method;
            if (seen.Count < MostFollowed)
            {
                foreach (MethodBase callee in MethodClosure.CalleesOf(method))
                {
                    queue.Enqueue(callee);
                }
            }
        }
    }

    private Dictionary<nint, MethodBase> FindUnprepared()
    {
        var found = new Dictionary<nint, MethodBase>();
        List<(MethodBase Method, nint Entry)> named = [.. Named().Select(static m => (m, m.MethodHandle.GetFunctionPointer()))];

        // Asking for an entry may make a stub, in memory that was not mapped before.
        MemoryMap map = MemoryMap.Read();
        foreach ((MethodBase method, nint entry) in named)
        {
            bool unboxes = !method.IsStatic && method.DeclaringType is { IsValueType: true };
            foreach (nint address in CodeAddress.Follow(entry, map, unboxes).Names(map))
            {
                found.TryAdd(address, method);
            }
        }

        return found;
    }
}
