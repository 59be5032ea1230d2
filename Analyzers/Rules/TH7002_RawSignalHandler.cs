using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>A C# method installed as a signal handler past this library.</summary>
internal sealed class TH7002_RawSignalHandler : Rule
{
    public const string NativeEntry = "a signal enters the runtime through it, and waits for the collector or lets it run, in the middle of interrupted code";
    public const string DelegateStub = "the stub of a delegate enters the runtime in the middle of interrupted code, and is freed with the delegate";
    public const string Unproved = "nobody proves that its machine code never enters the runtime";

    public const string UnknownThread = "the C library calls it on a thread that the runtime knows nothing of";

    public static readonly TH7002_RawSignalHandler Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.RawSignalHandler,
        "Do not install C# methods as signal handlers by hand",
        "{0} becomes a signal handler by '{1}': {2}. Write it as an InterruptHandler<TState>, and register it by InterruptTimer.Start.",
        RuleCategories.Registration,
        RuleLevel.SurelyWrong,
        "The runtime knows nothing of signal context: what it compiles may enter it at any point.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
