using System.Reflection;
using System.Runtime.CompilerServices;
using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>A helper of the JIT, as learnt from a probe.</summary>
internal sealed record Helper(string Name, string Rule, string What, bool IsHarmless);

/// <summary>
/// Names the helpers that compiled code calls. The runtime is stripped and numbers them for itself, but the JIT must call them where the
/// language leaves it no choice: each method of <see cref="HelperProbes"/> makes it call one, and its machine code says where that lies.
/// </summary>
internal static class HelperNames
{
    // A jump farther than that leaves the probe.
    private const int LargestProbe = 512;

    private static readonly object s_lock = new();
    private static Dictionary<nint, Helper>? s_learnt;
    private static readonly Dictionary<nint, Helper> s_cells = [];

    /// <summary>The helper at one of the addresses, or null. Compiles the probes at its first use in the process.</summary>
    public static Helper? Find(IEnumerable<nint> addresses)
    {
        lock (s_lock)
        {
            Dictionary<nint, Helper> learnt = s_learnt ??= Learn();
            List<nint> asked = [.. addresses];
            return asked.Select(learnt.GetValueOrDefault).FirstOrDefault(h => h is not null) ?? FindTiered(asked);
        }
    }

    // A helper that is managed code is called through its cell until it has its final code, and directly from then on: what the cell holds
    // by now is that code, unless several cells hold it, which makes it a stub. Only to name what is refused, never to accept.
    private static unsafe Helper? FindTiered(List<nint> addresses)
    {
        // SAFETY: the cells were readable when they were learnt, and the runtime does not unmap them.
        Helper[] candidates = [.. s_cells.Where(c => addresses.Contains(*(nint*)c.Key)).Select(c => c.Value).Distinct()];
        return candidates is [{ IsHarmless: false } helper] ? helper : null;
    }

    private static Dictionary<nint, Helper> Learn()
    {
        var learnt = new Dictionary<nint, Helper>();
        MethodInfo[] probes = typeof(HelperProbes).GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
        foreach (MethodInfo probe in probes.Where(p => p.IsDefined(typeof(HelperAttribute), inherit: false)))
        {
            RuntimeHelpers.PrepareMethod(probe.MethodHandle);
        }

        MemoryMap map = MemoryMap.Read();
        foreach (MethodInfo probe in probes)
        {
            foreach (HelperAttribute helper in probe.GetCustomAttributes<HelperAttribute>(inherit: false))
            {
                List<(bool IsCell, nint[] Addresses)> calls = CallsOf(probe, map);
                int index = helper.Call < 0 ? calls.Count + helper.Call : helper.Call;
                if (index >= 0 && index < calls.Count)
                {
                    foreach (nint address in calls[index].Addresses.Where(a => a != 0))
                    {
                        learnt.TryAdd(address, new Helper("CORINFO_HELP_" + helper.Name, helper.Rule, helper.What, helper.IsHarmless));
                        if (calls[index].IsCell)
                        {
                            s_cells.TryAdd(address, learnt[address]);
                        }
                    }
                }
            }
        }

        return learnt;
    }

    /// <summary>
    /// The addresses that stand for each call of a probe, in the order of the calls, and whether they are a cell that it goes through. The
    /// probe must have been compiled.
    /// </summary>
    public static unsafe List<(bool IsCell, nint[] Addresses)> CallsOf(MethodInfo probe, MemoryMap map)
    {
        nint entry = CodeAddress.Follow(probe.MethodHandle.GetFunctionPointer(), map).Body;
        CodeFlow flow = CodeFlow.Of(new CodeScope(map) { Reach = LargestProbe }, entry);
        var calls = new List<(bool IsCell, nint[] Addresses)>();
        foreach ((Instruction code, MachineState before) in flow.Reached)
        {
            nint cell = 0;
            nint target = 0;
            switch (code.FlowControl)
            {
                case FlowControl.Call:
                case FlowControl.UnconditionalBranch when !flow.IsInside(code.NearBranchTarget):
                    target = (nint)code.NearBranchTarget;
                    break;
                case FlowControl.IndirectCall or FlowControl.IndirectBranch when code.Op0Kind == OpKind.Register:
                    target = before[code.Op0Register] is { IsConstant: true } constant ? (nint)constant.A : 0;
                    break;
                case FlowControl.IndirectCall or FlowControl.IndirectBranch
                    when CodeFlow.FixedAddress(code, before) is { } address && map.IsReadable((nint)address, sizeof(nint)):
                    // SAFETY: just found to be readable.
                    cell = (nint)address;
                    target = *(nint*)cell;
                    break;
                default:
                    continue;
            }

            // A cell's content is no name: it may be a stub that many cells share.
            calls.Add(cell != 0 ? (true, [cell]) : (false, [.. CodeAddress.Follow(target, map).Names(map)]));
        }

        return calls;
    }
}
