// Collects the lines of one method of the JIT's listing.
using System.Globalization;
using System.Text.RegularExpressions;

namespace TopHalf.Testing.Jit;

internal sealed partial class JitMethodReader(string name, string tier)
{
    private readonly List<JitBlock> _blocks = [];
    private readonly Dictionary<string, List<string>> _tables = [];
    private string _table = "";
    private List<JitInstruction> _instructions = [];
    private string _prefix = "";

    public string Name { get; } = name;

    public void Line(string line)
    {
        if (LabelLine().Match(line) is { Success: true } label)
        {
            _instructions = [];
            _blocks.Add(new JitBlock(label.Groups[1].Value, _instructions));
        }
        else if (DataLine().Match(line) is { Success: true } data)
        {
            _table = data.Groups["table"] is { Success: true } table ? table.Value : _table;
            if (data.Groups["case"] is { Success: true } target)
            {
                if (!_tables.TryGetValue(_table, out List<string>? cases))
                {
                    _tables.Add(_table, cases = []);
                }

                cases.Add(target.Value);
            }
        }
        else if (CodeLine().Match(line) is { Success: true } code && _blocks.Count > 0)
        {
            Add(code.Groups["mnemonic"].Value, code.Groups["operands"].Value, code.Groups["comment"].Value);
        }
        else if (line.Length > 0 && !string.IsNullOrWhiteSpace(line) && line[0] != ';')
        {
            throw new FormatException($"A line of {Name} is not understood: {line}");
        }
    }

    private void Add(string mnemonic, string operands, string comment)
    {
        // The JIT prints a prefix on a line of its own.
        if (operands.Length == 0 && mnemonic is "lock" or "rep" or "data16")
        {
            _prefix += mnemonic + " ";
            return;
        }

        int padding = mnemonic == "align" && Alignment().Match(operands) is { Success: true } bytes
            ? int.Parse(bytes.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : 0;
        _instructions.Add(new JitInstruction(_prefix + mnemonic, operands, comment) { Padding = padding });
        _prefix = "";
    }

    public JitMethod End(int bytes) => new(Name, tier, _blocks, _tables, bytes);

    // G_M000_IG01:                ;; offset=0x0000
    [GeneratedRegex(@"^(G_M\w+):")]
    private static partial Regex LabelLine();

    // RWD00  	dd	0000001Eh ; case G_M000_IG03, and further entries without a name
    [GeneratedRegex(@"^(?<table>[A-Z]+\d+)?\s*\td[bdqwxyz]\s.*?(?:; case (?<case>\S+))?\s*$")]
    private static partial Regex DataLine();

    // Seven blanks, a mnemonic, operands, a comment.
    [GeneratedRegex(@"^ {3,}(?<mnemonic>[a-z][a-zA-Z0-9.]*)(?: +(?<operands>[^;]*?))? *(?:;+ *(?<comment>.*?))?\s*$")]
    private static partial Regex CodeLine();

    // [7 bytes for IG03]
    [GeneratedRegex(@"^\[(\d+) bytes")]
    private static partial Regex Alignment();
}
