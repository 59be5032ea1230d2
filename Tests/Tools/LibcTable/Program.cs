// Writes the analyzer's table of the C library from the lists in Sources, or, with --check, says whether it is as it would be written.
using TopHalf.LibcTable;

string root = AppContext.BaseDirectory;
while (!File.Exists(Path.Combine(root, "TopHalf.slnx")))
{
    root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("This program works on the repository that it was built in.");
}

string table = Path.Combine(root, "Analyzers", "Knowledge", "LibcApis.txt");
string text = Merge.Of(Lines("posix.txt"), Lines("glibc.tsv"), Lines("notes.txt"));
switch (args)
{
    case []:
        File.WriteAllText(table, text);
        return 0;

    case ["--check"]:
    case ["--check", _]:
        string path = args.ElementAtOrDefault(1) ?? table;
        if (File.ReadAllText(path) == text)
        {
            return 0;
        }

        Console.WriteLine($"{path} is not what its sources say: write it anew.");
        return 1;

    default:
        Console.Error.WriteLine("usage: [--check [table]]");
        return 2;
}

IEnumerable<string> Lines(string name) => File.ReadLines(Path.Combine(root, "Tests", "Tools", "LibcTable", "Sources", name))
    .Where(line => line.Length > 0 && line[0] != '#');
