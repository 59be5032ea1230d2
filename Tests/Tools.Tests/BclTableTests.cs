// Tools/BclTable from the outside: a random part of the analyzer's table is proved again on every runtime, and a wrong table is found out.
using System.Globalization;
using System.Reflection;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.Tools.Tests;

public sealed class BclTableTests
{
    private const string Safe = "Sqrt(System.Double)";
    private const string Divides = "DivRem(System.Int32,System.Int32)";

    /// <summary>Long enough for all members.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(30);

    [Fact]
    public void A_random_sample_of_the_table_agrees_with_the_machine_code_of_every_runtime()
    {
        string count = Environment.GetEnvironmentVariable("TOPHALF_BCL_MEMBERS") ?? "100";
        string seed = Environment.GetEnvironmentVariable("TOPHALF_BCL_SEED") ?? Random.Shared.Next().ToString(CultureInfo.InvariantCulture);

        ChildProgram check = BclTable(count == "all" ? ["check", "all"] : ["check", count, seed]);

        // It prints the seed with what is wrong.
        check.AssertSucceeded();
        Assert.Matches(@"(?m)^[1-9]\d* members proved \(.*: 0 wrong$", check.Output);
    }

    [Fact]
    public void A_table_that_says_safe_of_what_divides_and_the_reverse_is_found_out_in_both()
    {
        string right = File.ReadAllText(Path.Combine(Root, "Analyzers", "Knowledge", "BclApis.txt"));
        string wrong = Path.GetTempFileName();
        try
        {
            // The two change places.
            File.WriteAllText(wrong, right.Replace($"\n{Safe}\n", "\n?\n", StringComparison.Ordinal)
                .Replace($"\n{Divides}\n", $"\n{Safe}\n", StringComparison.Ordinal).Replace("\n?\n", $"\n{Divides}\n", StringComparison.Ordinal));

            ChildProgram check = BclTable("check", wrong, $"M:System.Math.{Safe}", $"M:System.Math.{Divides}");

            Assert.True(check.ExitCode == 1, check.ToString());
            Assert.Contains($"M:System.Math.{Safe} is listed as 'divides', and its machine code is 'safe'.", check.Output, StringComparison.Ordinal);
            Assert.Contains($"M:System.Math.{Divides} is listed as 'safe', and its machine code is 'divides'.", check.Output, StringComparison.Ordinal);
            Assert.Contains("is not as this program would write it.", check.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(wrong);
        }
    }

    [Fact]
    public void Arguments_that_make_no_sense_end_with_the_usage()
    {
        ChildProgram check = BclTable("check", "none");

        Assert.Equal(2, check.ExitCode);
        Assert.StartsWith("Usage: ", check.Error, StringComparison.Ordinal);
    }

    private static string Root
    {
        get
        {
            string folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "TopHalf.slnx")))
            {
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This test is not inside the repository.");
            }

            return folder;
        }
    }

    private static ChildProgram BclTable(params string[] arguments) => ChildProgram.Run(
        s_timeout, ChildProgram.Dotnet,
        ["exec", typeof(BclTableTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "TopHalf.BclTable").Value!, .. arguments]);
}
