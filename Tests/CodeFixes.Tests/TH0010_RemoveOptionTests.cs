using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH0010_RemoveOptionTests
{
    private const string Source = "static class C;";

    [Theory]
    [InlineData("[*.cs]\ntophalf_stack_budget = 4k\nindent_size = 4\n", "[*.cs]\nindent_size = 4\n")]
    [InlineData("[*.cs]\n  TopHalf_Stack_Budget=4k # small\n", "[*.cs]\n")]
    [InlineData("[*.cs]\ntophalf_stack_budget = 0\ntophalf_chain_length = many\ntophalf_treat_info = warning\n", "[*.cs]\ntophalf_treat_info = warning\n")]
    public Task An_option_that_cannot_be_read_goes(string before, string after) =>
        TextFixes.VerifyAsync<TH0010_RemoveOptionFix>(Source, [new("/.editorconfig", before)], [new("/.editorconfig", after)]);

    [Fact]
    public Task In_a_global_file_too() =>
        TextFixes.VerifyAsync<TH0010_RemoveOptionFix>(
            Source, [new("/1.globalconfig", "is_global = true\ntophalf_treat_info = loud\n")], [new("/1.globalconfig", "is_global = true\n")]);

    [Fact]
    public Task An_option_that_can_be_read_stays() =>
        TextFixes.VerifyAsync<TH0010_RemoveOptionFix>(
            Source, [new("/.editorconfig", "[*.cs]\ntophalf_stack_budget = 4096\n")], [new("/.editorconfig", "[*.cs]\ntophalf_stack_budget = 4096\n")]);
}
