namespace TopHalf.BclTable;

/// <summary>
/// Asks every runtime, on every processor, and says what came out. A member is safe only if every probe of it is clean on all that have it;
/// once it is refused, it is asked no more.
/// </summary>
internal sealed class Proof
{
    private readonly Dictionary<string, Verdict> _verdicts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _grounds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unsupported = new(StringComparer.Ordinal);
    private readonly HashSet<string> _uncompiled = new(StringComparer.Ordinal);
    private readonly List<string> _runtimes = [];

    private Proof()
    {
    }

    /// <summary>Verdicts by member id. Members that this processor has not the instructions for are missing.</summary>
    public IReadOnlyDictionary<string, Verdict> Verdicts => _verdicts;

    /// <summary>Of each refused member: on which runtime, for which processor, and what the first finding there says.</summary>
    public IReadOnlyDictionary<string, string> Grounds => _grounds;

    /// <summary>Members that this processor has not the instructions for: nothing can be said of them here.</summary>
    public IReadOnlySet<string> Unsupported => _unsupported;

    /// <summary>Members of which no probe compiles, so that nothing is said of them.</summary>
    public IReadOnlySet<string> Uncompiled => _uncompiled;

    /// <summary>Whether this processor has all that the table is written with.</summary>
    public bool HasAllInstructions { get; private set; }

    /// <summary>The names and versions of the runtimes that were asked.</summary>
    public IReadOnlyList<string> Runtimes => _runtimes;

    /// <param name="populations">Of each framework, members by id.</param>
    /// <param name="ids">The members to be judged.</param>
    /// <param name="root">The repository.</param>
    /// <param name="progress">Is told how far it is.</param>
    public static Proof Of(
        IReadOnlyDictionary<Framework, IReadOnlyDictionary<string, Member>> populations, IReadOnlyCollection<string> ids, string root, Action<string> progress)
    {
        string folder = Directory.CreateTempSubdirectory("tophalf-bcltable-").FullName;
        try
        {
            var proof = new Proof();
            proof.Run(populations, ids, root, folder, progress);
            return proof;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Run(
        IReadOnlyDictionary<Framework, IReadOnlyDictionary<string, Member>> populations, IReadOnlyCollection<string> ids, string root, string folder,
        Action<string> progress)
    {
        var assemblies = new List<(Framework Framework, Judge Judge, string Path, ILookup<string, Probe> Probes)>();
        foreach (Framework framework in Framework.All)
        {
            progress($"{framework.Name}: writing probes");
            IEnumerable<Probe> probes = ids.Select(id => populations[framework].GetValueOrDefault(id)).OfType<Member>().SelectMany(m => m.Probes);
            ProbeAssembly assembly = ProbeAssembly.Compile(framework, probes, folder);
            progress($"{framework.Name}: {assembly.Probes.Count} probes");
            assemblies.Add((framework, Judge.Publish(framework.Name, root), assembly.Path, assembly.Probes.ToLookup(p => p.MemberId, StringComparer.Ordinal)));
        }

        _uncompiled.UnionWith(ids.Where(id => assemblies.TrueForAll(a => !a.Probes.Contains(id))));
        foreach (Processor processor in Processor.All)
        {
            foreach ((Framework framework, Judge judge, string path, ILookup<string, Probe> probes) in assemblies)
            {
                IGrouping<string, Probe>[] asked = [.. probes.Where(p => !_verdicts.ContainsKey(p.Key) && !_unsupported.Contains(p.Key))];
                IReadOnlyDictionary<string, Finding> findings = judge.Ask(processor, path, [.. asked.SelectMany(p => p.Select(one => one.Name))]);
                bool isFirst = processor == Processor.All[0];
                HasAllInstructions |= isFirst && judge.Runtime is not null && judge.Supports(processor, "System.Runtime.Intrinsics.X86.Avx512Vbmi");
                foreach (IGrouping<string, Probe> member in asked)
                {
                    Finding[] found = [.. member.Select(p => findings[p.Name])];
                    if (Array.Find(found, f => !f.IsClean) is { } first)
                    {
                        _grounds.Add(member.Key, $"{judge.Runtime}, {processor.Name}: {string.Join(' ', first.Rules)} {first.First}");
                        _verdicts.Add(member.Key, Verdict.Of(found, assemblies.First(a => a.Probes.Contains(member.Key)).Framework == framework, isFirst));
                    }
                    else if (isFirst && !judge.Supports(processor, member.First().Guard))
                    {
                        _unsupported.Add(member.Key);
                    }
                }

                progress($"{judge.Runtime}, {processor.Name}: {asked.Length} members asked, {_verdicts.Count} refused so far");
                if (judge.Runtime is { } runtime && !_runtimes.Contains(runtime))
                {
                    _runtimes.Add(runtime);
                }
            }
        }

        foreach (string id in ids.Where(id => !_verdicts.ContainsKey(id) && !_unsupported.Contains(id) && !_uncompiled.Contains(id)))
        {
            _verdicts.Add(id, Verdict.Safe);
        }
    }
}
