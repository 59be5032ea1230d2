using System.Globalization;
using System.Text;
using Iced.Intel;

namespace TopHalf.Verification;

/// <summary>Writes a report for a person: the verdict first, the machine code last, tables in columns.</summary>
internal sealed class HandlerReportText(HandlerReport report)
{
    private const int Width = 120;
    private const string Indent = "  ";

    // Longer instructions are rare, and may stick out.
    private const int BytesShown = 10;
    private const int InstructionWidth = 36;

    private readonly StringBuilder _text = new();

    public override string ToString()
    {
        _text.Clear();
        MethodListing.FindMaps(report.Bodies);
        using var lines = new SourceLines();
        Line($"{report.Handler}: {(report.IsSafe ? "safe" : "refused")}");
        WriteCounts();
        WriteViolations(lines);
        Table("Stack, in bytes, each method alone", report.Methods.Count > 1, report.Methods.Select(m => (string[])[Number(m.StackBytes), m.Name]), rightAlignFirst: true);
        Table("Calls", true, report.Calls.Select(c => (string[])[Place(c.Method, c.Offset), Describe(c.Kind), c.Target]));
        Table("Loops: the interrupted thread stands still while they run; that they end is not proved", true, report.Loops.Select(Row));
        Table("Divisions: by zero they kill the process; that the divisor is never zero is not proved", true, report.Divisions.Select(Row));
        Table(
            "Static memory", true,
            report.StaticAccesses.Select(a => (string[])[Place(a.Method, a.Offset), Describe(a.Kind), a.Size == 0 ? "" : Count(a.Size, "byte"), Hex(a.Address), a.Target]));
        WriteListing(lines);
        return _text.ToString();
    }

    private void WriteCounts()
    {
        if (report.Methods.Count == 0)
        {
            Line($"{Indent}Its machine code was not looked at: the declaration or the IL alone decides.");
            return;
        }

        Line($"{Indent}{Count(report.Instructions, "instruction")} in {Count(report.Methods.Count, "method")}, {Count(report.Bytes, "byte")} of code, {Count(report.StackBytes, "byte")} of stack");
        Line($"{Indent}{Count(report.Calls.Count, "call")}, {Count(report.Loops.Count, "loop")}, {Count(report.Divisions.Count, "division")}, {Count(report.StaticAccesses.Count, "access", "accesses")} to static memory");
        foreach (IGrouping<HandlerConfirmation, HandlerMethod> group in report.Methods.GroupBy(m => m.Confirmation).OrderBy(g => g.Key))
        {
            string who = report.Methods.Count == 1 ? "" : $" of {string.Join(", ", group.Select(m => m.Name))}";
            Wrap($"{Indent}Bounds and tier{who}: ", Indent + Indent, Describe(group.Key));
        }
    }

    private void WriteViolations(SourceLines lines)
    {
        if (report.IsSafe)
        {
            return;
        }

        Line($"");
        Line($"Why it is refused");
        int digits = Number(report.Violations.Count).Length;
        string hang = Indent + new string(' ', digits + 2);
        for (int i = 0; i < report.Violations.Count; i++)
        {
            HandlerViolation violation = report.Violations[i];
            string place = violation.Instruction.Length == 0 ? violation.Method : $"{Place(violation.Method, violation.Offset)}: {violation.Instruction}";
            string target = violation.Target is null ? "" : $" -> {violation.Target}";
            Wrap($"{Indent}{Number(i + 1).PadLeft(digits)}. ", hang, violation.Message);
            Wrap($"{hang}To mend it: ", hang + Indent, violation.Remedy);
            string source = Source(violation, lines) is { } line ? $" ({line.Path}:{line.Line})" : "";
            Line($"{hang}{violation.RuleId} at {place}{target}{source}");
        }
    }

    private SourceLine? Source(HandlerViolation violation, SourceLines lines)
    {
        if (violation.Origin is { } method)
        {
            return lines.Of(method, violation.Offset);
        }

        foreach (CodeBody body in report.Bodies)
        {
            foreach (Instruction code in body.Instructions)
            {
                if (violation.Address != 0 && code.IP == (ulong)violation.Address)
                {
                    return new CodeLines(lines, body).Of(code);
                }
            }
        }

        return null;
    }

    private void WriteListing(SourceLines lines)
    {
        int accesses = 0;
        foreach ((CodeBody body, HandlerMethod method) in report.Bodies.Zip(report.Methods))
        {
            ILookup<ulong, string> notes = Named(body, report.StaticAccesses.Skip(accesses)).ToLookup(n => n.Code.IP, n => n.Name);
            accesses += body.StaticAccesses.Count;
            var source = new CodeLines(lines, body);
            string? last = null;
            Line($"");
            Line($"{method.Name} at {Hex(method.Address)}: {Count(method.Instructions, "instruction")}, {Count(method.Bytes, "byte")}{(source.First is { } first ? $" ({first})" : "")}");
            foreach ((Instruction code, ReadOnlyMemory<byte> bytes) in body.Listing)
            {
                string hex = Hex(bytes.Span);
                string? here = source.Of(code)?.ToString();
                string note = string.Join(", ", notes[code.IP].Append(here == last ? null : here).Where(n => n is not null).Distinct());
                last = here ?? last;
                string line = $"{Indent}{(nint)code.IP:x}  {body.Offset(code):x4}  {hex.PadRight(BytesShown * 2)}  {CodeBody.Text(code).PadRight(InstructionWidth)}  {(note.Length == 0 ? "" : $"; {note}")}";
                Line($"{line.TrimEnd()}");
                foreach (HandlerViolation violation in report.Violations.Where(v => v.Address != 0 && v.Address == (nint)code.IP && v.Method == body.Name))
                {
                    Line($"{Indent}!! {violation.RuleId}{(violation.Target is null ? "" : $" {violation.Target}")}: {violation.Message}");
                }
            }
        }
    }

    // What is called, and which static memory is used.
    private static List<(Instruction Code, string Name)> Named(CodeBody body, IEnumerable<HandlerStaticAccess> accesses) =>
        [.. body.Calls.Select(c => (c.Site, c.Target)), .. body.StaticAccesses.Zip(accesses, (access, named) => (access.Code, named.Target))];

    private void Table(string title, bool show, IEnumerable<string[]> rows, bool rightAlignFirst = false)
    {
        List<string[]> all = [.. rows];
        if (!show || all.Count == 0)
        {
            return;
        }

        Line($"");
        Line($"{title}");
        int[] widths = [.. Enumerable.Range(0, all[0].Length).Select(column => all.Max(row => row[column].Length))];
        foreach (string[] row in all)
        {
            IEnumerable<string> cells = row.Select((cell, column) => column == 0 && rightAlignFirst ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            Line($"{(Indent + string.Join("  ", cells)).TrimEnd()}");
        }
    }

    private void Wrap(string first, string rest, string sentence)
    {
        string line = first;
        foreach (string word in sentence.Split(' '))
        {
            bool isStart = line.Length == first.Length || line.Length == rest.Length;
            if (!isStart && line.Length + 1 + word.Length > Width)
            {
                Line($"{line}");
                line = rest;
                isStart = true;
            }

            line += isStart ? word : " " + word;
        }

        Line($"{line}");
    }

    private void Line(FormattableString line) => _text.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    private static string[] Row(HandlerRemark remark) => [Place(remark.Method, remark.Offset), remark.Instruction];

    private static string Place(string method, int offset) => string.Create(CultureInfo.InvariantCulture, $"{method}+0x{offset:x}");

    private static string Hex(nint address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:x}");

    private static string Hex(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte value in bytes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{value:x2}");
        }

        return text.ToString();
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Count(int count, string one, string? many = null) => $"{Number(count)} {(count == 1 ? one : many ?? one + "s")}";

    private static string Describe(HandlerCallKind kind) => kind switch
    {
        HandlerCallKind.Verified => "verified",
        HandlerCallKind.Native => "async-signal-safe",
        HandlerCallKind.Trusted => "trusted",
        _ => "harmless",
    };

    private static string Describe(HandlerConfirmation confirmation) => confirmation switch
    {
        HandlerConfirmation.Confirmed => "confirmed by the runtime",
        HandlerConfirmation.Contradicted => "contradicted by the runtime",
        HandlerConfirmation.Silent => "not confirmed by the runtime, which said nothing",
        _ => "by decoding alone",
    };

    private static string Describe(HandlerStaticAccessKind kind) => kind switch
    {
        HandlerStaticAccessKind.Write => "writes",
        HandlerStaticAccessKind.ReadWrite => "changes",
        _ => "reads",
    };
}
