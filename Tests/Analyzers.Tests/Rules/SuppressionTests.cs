using Microsoft.CodeAnalysis;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH0008: suppressions say why.</summary>
public sealed class SuppressionTests
{
    [Theory]
    [InlineData("#pragma warning disable {|TH0008:TH1001|}")]
    [InlineData("#pragma warning disable CS0168, {|TH0008:TH1001|}, TH4001")]
    [InlineData("#pragma warning disable {|TH0008:TH1001|} //")]
    [InlineData("#pragma warning disable {|TH0008:TH1001|} // ---")]
    [InlineData("#pragma warning disable {|TH0008:TH1001|} // Do not allocate in a handler")]
    [InlineData("// A reason for something else.\n\n#pragma warning disable {|TH0008:TH1001|}")]
    [InlineData("#if true\n#pragma warning disable {|TH0008:TH1001|}\n#endif")]
    public Task A_pragma_without_a_reason_is_reported(string pragma) => Verify.Members($"\n{pragma}\n");

    [Theory]
    [InlineData("#pragma warning disable TH1001 // It is the start-up path.")]
    [InlineData("// It is the start-up path.\n#pragma warning disable TH1001")]
    [InlineData("/* It is the start-up path. */\n    #pragma warning disable TH1001")]
    [InlineData("#pragma warning restore TH1001")]
    [InlineData("#pragma warning disable CS0168")]
    [InlineData("#pragma warning disable")]
    [InlineData("#if false\n#pragma warning disable TH1001\n#endif")]
    [InlineData("#region TH1001\n#endregion")]
    public Task A_pragma_with_a_reason_or_about_others_is_clean(string pragma) => Verify.Members($"\n{pragma}\n");

    [Theory]
    [InlineData("""{|TH0008:System.Diagnostics.CodeAnalysis.SuppressMessage("TopHalf.ManagedHeap", "TH1001")|}""")]
    [InlineData("""{|TH0008:System.Diagnostics.CodeAnalysis.SuppressMessage("TopHalf.ManagedHeap", "TH1001:Do not allocate in a handler", Justification = "<Pending>")|}""")]
    [InlineData("""{|TH0008:System.Diagnostics.CodeAnalysis.SuppressMessage("TopHalf.ManagedHeap", Id, Justification = "")|}""")]
    [InlineData("""{|TH0008:System.Diagnostics.CodeAnalysis.SuppressMessage(checkId: "TH1001", category: "TopHalf.ManagedHeap")|}""")]
    [InlineData("""{|TH0008:System.Diagnostics.CodeAnalysis.UnconditionalSuppressMessage("TopHalf.ManagedHeap", "TH1001")|}""")]
    public Task An_attribute_without_a_justification_is_reported(string attribute) =>
        Verify.Members($$"""const string Id = "TH1001"; [{{attribute}}] static void M() { }""");

    [Theory]
    [InlineData("""System.Diagnostics.CodeAnalysis.SuppressMessage("TopHalf.ManagedHeap", "TH1001", Justification = "It is the start-up path.")""")]
    [InlineData("""System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822")""")]
    [InlineData("""Obsolete("TH1001")""")]
    public Task An_attribute_with_one_or_about_others_is_clean(string attribute) => Verify.Members($$"""[{{attribute}}] static void M() { }""");

    [Fact]
    public Task The_whole_assembly_needs_a_reason_too() =>
        Verify.File("""[assembly: {|TH0008:System.Diagnostics.CodeAnalysis.SuppressMessage("TopHalf.ManagedHeap", "TH1001", Scope = "module")|}]""");

    [Fact]
    public Task The_message_names_the_rules_and_the_way_out() =>
        Verify.Members(
            "\n#pragma warning disable {|#0:TH1001|}, TH4001\n",
            new DiagnosticResult("TH0008", DiagnosticSeverity.Warning).WithLocation(0).WithMessage(
                "This suppression of TH1001, TH4001 gives no reason: the next reader cannot tell a proof from a shortcut. Write the reason behind it, as a comment."));
}
