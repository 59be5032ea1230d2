// CONFORMANCE.md names the tests that hold what other suites assert. None may be renamed away.
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed partial class ConformanceTests
{
    [Fact]
    public void Every_test_that_the_table_names_is_a_test()
    {
        using Stream stream = typeof(ConformanceTests).Assembly.GetManifestResourceStream("CONFORMANCE.md")!;
        using var reader = new StreamReader(stream);
        string[] rows = [.. reader.ReadToEnd().Split('\n').Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];
        HashSet<string> tests =
        [
            .. typeof(ConformanceTests).Assembly.GetTypes().SelectMany(static type => type.GetMethods())
                .Where(static method => method.GetCustomAttributes<FactAttribute>(inherit: true).Any()).Select(static method => $"{method.DeclaringType!.Name}.{method.Name}"),
        ];

        Assert.InRange(rows.Length, 20, 1000);
        Assert.All(rows, row =>
        {
            Match named = TestName().Match(row);
            Assert.True(named.Success, row);
            Assert.Contains(named.Groups[1].Value, tests);
        });
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)` \|$")]
    private static partial Regex TestName();
}
