using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace TopHalf.Testing;

public sealed class MarkupTests
{
    [Theory]
    [InlineData("ab", "ab", "")]
    [InlineData("[||]", "", "-@0..0")]
    [InlineData("a[||]b", "ab", "-@1..1")]
    [InlineData("a[|b|]c", "abc", "-@1..2")]
    [InlineData("{|TH1001:new T[3]|};", "new T[3];", "TH1001@0..8")]
    [InlineData("{|CS0103:x|}", "x", "CS0103@0..1")]
    [InlineData("{|#0:x|}", "x", "#0@0..1")]
    [InlineData("{|TH1:a{|TH2:b|}c|}", "abc", "TH1@0..3 TH2@1..2")]
    [InlineData("[|a{|TH2:b|}[|c|]|]", "abc", "-@0..3 TH2@1..2 -@2..3")]
    [InlineData("{|#0:{|TH1:x|}|}", "x", "#0@0..1 TH1@0..1")]
    [InlineData("{|#0:a{|#1:b|#0}c|#1}", "abc", "#0@0..2 #1@1..3")]
    [InlineData("{|#0:a[|b|#0}c|]", "abc", "#0@0..2 -@1..3")]
    [InlineData("x[|y[|]", "xy[", "-@1..3")]
    [InlineData("x{|TH1:y[|}", "xy[", "TH1@1..3")]
    [InlineData("x[|]|]", "x]", "-@1..2")]
    [InlineData("[|a[0]|][1]", "a[0][1]", "-@0..4")]
    [InlineData("a || b; c | d; new int[] { 1 }", "a || b; c | d; new int[] { 1 }", "")]
    [InlineData("[|a|] [|b|]", "a b", "-@0..1 -@2..3")]
    [InlineData("[|a\nb|]", "a\nb", "-@0..3")]
    public void Markup_names_spans_of_the_source_without_it(string source, string text, string spans)
    {
        Markup markup = Markup.Parse(source);

        Assert.Equal(text, markup.Text);
        Assert.Equal(spans, string.Join(' ', markup.Spans.Select(span => $"{span.Name ?? "-"}@{span.Span.Start}..{span.Span.End}")));
        Assert.Empty(markup.Positions);
    }

    [Theory]
    [InlineData("[|a")]
    [InlineData("a|]")]
    [InlineData("{|TH1:a")]
    [InlineData("a|}")]
    [InlineData("[|a|}")]
    [InlineData("{|TH1:a|]")]
    [InlineData("{|#0:a|#1}")]
    [InlineData("[|a|]|]")]
    [InlineData("[|a[|b|]")]
    [InlineData("[|{|TH1:a|]|}")]
    public void Markup_that_does_not_pair_up_is_refused(string source)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => Markup.Parse(source));
        Assert.Contains(source, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Position_indicators_are_positions()
    {
        Markup markup = Markup.Parse("a$$b[|$$c|]");

        Assert.Equal("abc", markup.Text);
        Assert.Equal<int>([1, 2], markup.Positions);
        Assert.Equal(new TextSpan(2, 1), Assert.Single(markup.Spans).Span);
    }

    [Fact]
    public void Position_indicators_are_code_where_the_test_says_so()
    {
        Markup markup = Markup.Parse("[|$$\"\"\"{{x}}\"\"\"|]", positionsAreCode: true);

        Assert.Equal("$$\"\"\"{{x}}\"\"\"", markup.Text);
        Assert.Empty(markup.Positions);
        Assert.Equal(new TextSpan(0, 13), Assert.Single(markup.Spans).Span);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("{|TH1:a|}bc")]
    [InlineData("{|TH1:{|TH2:a|}b|}{|TH3:c|}")]
    [InlineData("{|TH1:|}abc")]
    [InlineData("abc{|TH1:|}")]
    [InlineData("{|TH1:ab|}{|TH2:|}c")]
    [InlineData("{|TH1:ab|}{|TH2:|}{|TH3:c|}")]
    [InlineData("{|TH1:{|TH2:abc|}|}")]
    [InlineData("[|a[b]|]c")]
    [InlineData("{|#0:a{|#1:b|#0}c|#1}")]
    public void What_is_rendered_is_read_back(string source)
    {
        Markup markup = Markup.Parse(source);

        Markup again = Markup.Parse(Markup.Render(markup.Text, markup.Spans));

        Assert.Equal(markup.Text, again.Text);
        Assert.Equal<MarkupSpan>(markup.Spans, again.Spans);
    }

    [Fact]
    public void Spans_that_cross_are_rendered_as_numbered_ones()
    {
        string rendered = Markup.Render("abc", [new("TH1", new(0, 2)), new("TH2", new(1, 2)), new("TH3", new(2, 1))]);

        Assert.Equal("{|#0:a{|#1:b|#0}{|TH3:c|}|#1}", rendered);
    }
}
