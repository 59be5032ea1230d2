using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Options in an .editorconfig whose value cannot be used; found by <see cref="Settings"/>.</summary>
internal sealed class TH0010_MalformedOption : Rule
{
    public static readonly TH0010_MalformedOption Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.MalformedOption,
        "Give an option a value that it can have",
        "The option '{0}' cannot be '{1}', so {2} is used. Write {3}.",
        RuleCategories.Declaration,
        RuleLevel.SurelyWrong,
        "A value that cannot be read is not guessed: the default stands, and this says so.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
