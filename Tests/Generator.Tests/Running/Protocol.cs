using System.Text.Json;

namespace TopHalf.Generator.Tests.Running;

/// <summary>A violation, as the child reports it.</summary>
internal sealed record Finding(string Rule, string Method, bool IsCode, int Offset, string Instruction, string? Target);

/// <summary>A call that was accepted.</summary>
internal sealed record Call(string Method, string Target, HandlerCallKind Kind);

/// <summary>What the verifier said of one handler.</summary>
internal sealed record Verdict(int Index, bool IsSafe, IReadOnlyList<Finding> Findings, IReadOnlyList<Call> Calls, int StackBytes, string Report)
{
    public static Verdict Of(int index, HandlerReport report) => new(
        index,
        report.IsSafe,
        [.. report.Violations.Select(v => new Finding(v.RuleId, v.Method, v.Address != 0, v.Offset, v.Instruction, v.Target))],
        [.. report.Calls.Select(c => new Call(c.Method, c.Target, c.Kind))],
        report.StackBytes,
        report.ToString());
}

/// <summary>How a handler's runs in signal context ended.</summary>
/// <param name="Index">The handler's number.</param>
/// <param name="Harm">What went wrong, or null.</param>
internal sealed record RunEnd(int Index, string? Harm);

/// <summary>One line of a child's result.</summary>
/// <param name="Natives">First line: addresses of the native functions that handlers may call.</param>
/// <param name="Entries">Addresses that function pointers to methods have, with the methods' names as the JIT prints them up to the parenthesis.</param>
/// <param name="Verdict">A verdict.</param>
/// <param name="Starts">A handler is going to be run.</param>
/// <param name="Run">It was.</param>
/// <param name="Completed">Last line.</param>
internal sealed record Message(
    long[]? Natives = null,
    Dictionary<long, string>? Entries = null,
    Verdict? Verdict = null,
    int? Starts = null,
    RunEnd? Run = null,
    bool Completed = false)
{
    public string ToLine() => JsonSerializer.Serialize(this);

    public static Message FromLine(string line) => JsonSerializer.Deserialize<Message>(line)!;
}
