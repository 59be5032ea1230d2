// Writes the analyzer's table of the class library from the machine code, or proves a part of it again.
using System.Globalization;
using TopHalf.BclTable;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (CommandLine.Parse(args) is not { } command)
{
    Console.Error.WriteLine(CommandLine.Usage);
    return 2;
}

string root = AppContext.BaseDirectory;
while (!File.Exists(Path.Combine(root, "TopHalf.slnx")))
{
    root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("This program works on the repository that it was built in.");
}

Dictionary<Framework, IReadOnlyDictionary<string, Member>> populations =
    Framework.All.AsParallel().Select(f => (f, Population.Of(f))).ToDictionary(p => p.f, p => p.Item2);

// As the newest version has them.
Dictionary<string, Member> members = Framework.All.SelectMany(f => populations[f].Values).GroupBy(m => m.Id).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
return command.IsCheck ? Prove() : Write();

int Prove()
{
    string path = command.Table ?? TableFile.PathIn(root);
    string text = File.ReadAllText(path);
    TableFile table = TableFile.Parse(text);
    IReadOnlyList<string> ids = command.Members.Count > 0 ? command.Members : Check.Choose(members, command.Sample, command.Seed);
    if (ids.FirstOrDefault(id => !members.ContainsKey(id)) is { } unknown)
    {
        Console.Error.WriteLine($"{unknown} is no member that a handler could call.");
        return 2;
    }

    Proof proof = Proof.Of(populations, ids, root, Console.WriteLine);
    var check = new Check(table, populations);
    List<string> wrong = [.. check.Stale(members), .. check.Differences(proof, ids.Select(id => members[id]))];
    if (table.ToString() != text)
    {
        wrong.Add($"{path} is not as this program would write it.");
    }

    wrong.ForEach(Console.WriteLine);
    Console.WriteLine($"{proof.Verdicts.Count} members proved ({proof.Unsupported.Count} not on this processor, {proof.Uncompiled.Count} not callable), seed {command.Seed}: {wrong.Count} wrong");
    return wrong.Count == 0 ? 0 : 1;
}

int Write()
{
    Proof proof = Proof.Of(populations, members.Keys, root, Console.WriteLine);
    string text = TableFile.Of(proof, members.Values).ToString();
    File.WriteAllText(TableFile.PathIn(root), text);
    foreach (IGrouping<string, Verdict> verdict in proof.Verdicts.Values.GroupBy(v => v.Word).OrderByDescending(g => g.Count()))
    {
        Console.WriteLine($"{verdict.Count(),6} {verdict.Key}");
    }

    // Nothing is said of them, so they are not listed.
    foreach (IGrouping<string, string> type in proof.Unsupported.GroupBy(id => members[id].TypeId).OrderBy(g => g.Key, StringComparer.Ordinal))
    {
        Console.WriteLine($"{type.Count(),6} members of {type.Key}, whose instructions this processor has not");
    }

    Console.WriteLine($"{members.Count} members, {proof.Uncompiled.Count} not callable from C#, {text.Length} bytes");
    return 0;
}
