// What the JIT made of a method, as it tells it itself: a child process runs a scenario under DOTNET_JitDisasm.
using System.Text.RegularExpressions;
using Xunit;

namespace TopHalf.Runtime.Tests;

/// <summary>The disassembly of the optimised code of a method.</summary>
internal sealed partial class JitListing
{
    private JitListing(string text) => Text = text;

    /// <summary>The JIT's listing.</summary>
    public string Text { get; }

    /// <summary>What the code calls or jumps to outside of itself, as the JIT prints the operand: a register, a cell, a helper.</summary>
    public IReadOnlyList<string> Calls => [.. CallInstruction().Matches(Text).Select(static match => match.Groups[1].Value)];

    /// <summary>Runs the scenario, which has to get the method compiled, and reads what came of the method.</summary>
    /// <param name="method">A method set as DOTNET_JitDisasm takes it, for example <c>Type:Method</c>.</param>
    /// <param name="scenario">See <see cref="ChildProcess.Run"/>.</param>
    /// <param name="environment">More variables, for example to switch instruction sets off.</param>
    public static JitListing Of(string method, Action scenario, params (string Name, string Value)[] environment)
    {
        string file = Path.GetTempFileName();
        try
        {
            var variables = environment.ToDictionary(static variable => variable.Name, static variable => variable.Value);
            variables["DOTNET_JitDisasm"] = method;
            variables["DOTNET_JitStdOutFile"] = file;
            ChildProcess.Run(scenario, environment: variables).AssertSucceeded();
            string text = File.ReadAllText(file);
            Assert.Contains("Assembly listing for method", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Tier0", text, StringComparison.Ordinal);
            return new JitListing(text);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>
    /// Fails unless all that the code calls is native functions by their address, which the JIT prints as a call by register:
    /// no helper, no managed method, no stub.
    /// </summary>
    public void AssertCallsNativeFunctionsOnly(int count)
    {
        Assert.True(Calls.All(static call => RegisterOperand().IsMatch(call)) && Calls.Count == count, Text);
        Assert.DoesNotContain("CORINFO_HELP", Text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\s+(?:call|tail\.jmp|rex\.jmp)\s+(.+?)\s*$", RegexOptions.Multiline)]
    private static partial Regex CallInstruction();

    [GeneratedRegex(@"^r[a-z0-9]+$")]
    private static partial Regex RegisterOperand();
}
