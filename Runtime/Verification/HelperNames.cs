using System.Reflection;
using System.Runtime.CompilerServices;
using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>A call in a probe's machine code: the cell that it goes through, or else the addresses that stand for its target.</summary>
internal sealed record ProbedCall(bool IsCell, nint[] Addresses);

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

    // Compiling all of them takes longer than all else that a verification does, so they are compiled a few at a time until one says the name.
    private const int ProbesAtOnce = 8;

    private static readonly object s_lock = new();
    private static readonly Dictionary<nint, Helper> s_learnt = [];
    private static readonly Dictionary<nint, Helper> s_cells = [];
    private static Queue<MethodInfo>? s_probes;

    /// <summary>The helper at one of the addresses, or null. Compiles probes until one of them names it.</summary>
    public static Helper? Find(IEnumerable<nint> addresses)
    {
        lock (s_lock)
        {
            List<nint> asked = [.. addresses];
            s_probes ??= new(typeof(HelperProbes).GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(static p => p.IsDefined(typeof(HelperAttribute), inherit: false)));
            while (true)
            {
                if (asked.Select(s_learnt.GetValueOrDefault).FirstOrDefault(static h => h is not null) is { } helper)
                {
                    return helper;
                }

                if (s_probes.Count == 0)
                {
                    return FindTiered(asked);
                }

                Learn([.. Enumerable.Range(0, Math.Min(ProbesAtOnce, s_probes.Count)).Select(static _ => s_probes!.Dequeue())]);
            }
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

    private static void Learn(List<MethodInfo> probes)
    {
        probes.ForEach(static p => RuntimeHelpers.PrepareMethod(p.MethodHandle));

        // The map is read after the compilation: new code may lie in new memory.
        MemoryMap map = MemoryMap.Read();
        foreach (MethodInfo probe in probes)
        {
            List<ProbedCall> calls = CallsOf(probe, map);
            foreach (HelperAttribute helper in probe.GetCustomAttributes<HelperAttribute>(inherit: false).Where(static h => h.IsOfThisRuntime))
            {
                int index = helper.Call < 0 ? calls.Count + helper.Call : helper.Call;
                if (index >= 0 && index < calls.Count)
                {
                    foreach (nint address in calls[index].Addresses.Where(static a => a != 0))
                    {
                        s_learnt.TryAdd(address, new Helper(helper.Name, helper.Rule, helper.What, helper.IsHarmless && !calls[index].IsCell));
                        if (calls[index].IsCell)
                        {
                            s_cells.TryAdd(address, s_learnt[address]);
                        }
                    }
                }
            }
        }
    }

    /// <summary>The calls of a probe, which must have been compiled, in their order.</summary>
    public static unsafe List<ProbedCall> CallsOf(MethodInfo probe, MemoryMap map)
    {
        nint entry = CodeAddress.Follow(probe.MethodHandle.GetFunctionPointer(), map).Body;
        CodeFlow flow = CodeFlow.Of(new CodeScope(map) { Reach = LargestProbe }, entry);
        var calls = new List<ProbedCall>();
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
            calls.Add(cell != 0 ? new ProbedCall(IsCell: true, [cell]) : new ProbedCall(IsCell: false, CodeAddress.Follow(target, map).Names(map)));
        }

        return calls;
    }
}
