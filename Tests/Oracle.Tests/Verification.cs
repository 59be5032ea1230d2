// What the program said: the verifier's side.
using System.Text.Json;

namespace TopHalf.Oracle.Tests;

internal sealed record Violation(string Rule, string Method, bool Code, string Instruction, string? Target, string Message)
{
    public bool IsCall => Code && (Instruction.StartsWith("call", StringComparison.Ordinal) || Instruction.StartsWith("jmp", StringComparison.Ordinal));
}

internal sealed record Call(string Method, string Target, string Kind);

/// <summary>What the catalogue expects of a handler, and what the verifier found.</summary>
internal sealed record Verification(
    string Name, Verdict Verdict, Verdict Native, string? Rule, IReadOnlyList<Construct> Constructs, bool Safe, int Instructions, int Bytes, int Stack,
    IReadOnlyList<Violation> Violations, IReadOnlyList<Call> Calls, string Text)
{
    // What the JIT cannot show: recursion and stack are the verifier's own limits, and a use of memory, managed or not mapped, calls nothing.
    private static readonly string[] s_limits = ["TH3007", "TH4004"];
    private static readonly string[] s_memory = ["TH1006", "TH0009"];

    /// <summary>Violations that an instruction shows by where it leads, by thread-local storage or by data of the runtime.</summary>
    public IReadOnlyList<Violation> OfCode => [.. Violations.Where(static v => v.Code && !s_limits.Contains(v.Rule) && !(s_memory.Contains(v.Rule) && !v.IsCall))];

    /// <summary>All names of what the machine code calls.</summary>
    public IReadOnlySet<string> Targets => Calls.Select(static c => c.Target).Concat(Violations.Where(static v => v.Code).Select(static v => v.Target ?? "")).ToHashSet();
}

/// <summary>That a call of a probe, by its place among the probe's calls, leads to the helper of that name.</summary>
internal sealed record Probe(string Method, int Call, string Name);

/// <summary>A run of the program.</summary>
/// <param name="Runtime">The runtime's own name and version.</param>
/// <param name="Functions">Addresses of the async-signal-safe functions in that process, found by the program itself.</param>
/// <param name="Methods">Addresses of methods that handlers take pointers of.</param>
/// <param name="Probes">What the verifier takes the calls of its probes for.</param>
/// <param name="Handlers">One for each handler of the catalogue.</param>
internal sealed record Run(
    string Runtime, IReadOnlyDictionary<string, long> Functions, IReadOnlyDictionary<string, long> Methods, IReadOnlyList<Probe> Probes,
    IReadOnlyList<Verification> Handlers)
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
        RespectRequiredConstructorParameters = true,
    };

    public static Run Parse(string output)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var head = JsonSerializer.Deserialize<Head>(lines[0], s_options)!;
        return new Run(head.Runtime, head.Functions, head.Methods, head.Probes, [.. lines.Skip(1).Select(static line => JsonSerializer.Deserialize<Verification>(line, s_options)!)]);
    }

    private sealed record Head(string Runtime, Dictionary<string, long> Functions, Dictionary<string, long> Methods, List<Probe> Probes);
}
