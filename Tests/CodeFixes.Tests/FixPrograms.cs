using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>The family of programs that every fix is tried in.</summary>
public enum FixShape
{
    /// <summary>A file-scoped namespace, a class in two parts, comments at every statement and member, lines that end as on Windows.</summary>
    Commented,

    /// <summary>A namespace with braces, a class in a part of a class, <c>using static</c>, and the names that fixes like to give, taken.</summary>
    Nested,

    /// <summary>Top-level statements, and the handler's class in another file.</summary>
    TopLevel,

    /// <summary>The same again in another file, where no entry point takes part in it: Fix All has several files to change.</summary>
    Twice,
}

/// <summary>Puts the parts of a seed together.</summary>
internal static class FixPrograms
{
    private const string Imports = "using System.Runtime.CompilerServices;\nusing System.Runtime.InteropServices;\nusing System.Threading;\nusing TopHalf;\n";

    /// <summary>The files of the program.</summary>
    public static string[] Of(FixSeed seed, FixShape shape)
    {
        string handler = $$"""
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            internal static {{(seed.Unsafe ? "unsafe " : "")}}void OnTick(ref State state, in InterruptContext context)
            {
            {{seed.Body}}
            }
            """;
        string state = $"internal struct State\n{{\n{seed.State}\n}}\n";
        string main = seed.Main.Length == 0 ? "" : $"internal static class Program\n{{\nprivate static void Main()\n{{\n{seed.Main}\n}}\n}}\n";
        return shape switch
        {
            FixShape.Commented => [Commented(
                $"{Imports}\nnamespace N;\n\n{state}\ninternal static partial class C\n{{\n{handler}\n}}\n\ninternal static partial class C\n{{\n{seed.Members}\n}}\n\n{Named(main, "C")}\n{seed.Types}\n")],
            FixShape.Nested => [Formatted(
                $"{Imports}using static System.Math;\n\nnamespace N\n{{\n{state}\ninternal static partial class C\n{{\ninternal static partial class D\n{{\n{handler}\n{seed.Members}\n{Taken(seed)}\n}}\n}}\n"
                + $"{Named(main, "C.D")}\n{seed.Types}\ninternal struct OnTickEvent;\ninternal class OnTickBottomHalf;\n}}\n")],
            FixShape.Twice => [.. s_spaces.Select(space => Formatted(
                $"{Imports}\nnamespace {space};\n\n{state}\ninternal static class C\n{{\n{handler}\n{seed.Members}\n}}\n\n{seed.Types}\n"))],
            _ => seed.Main.Length == 0
                ? [Formatted($"{Imports}\nInterruptHandler<State> handler = C.OnTick;\n_ = handler;\n"), Formatted($"{Imports}\n{state}\ninternal static class C\n{{\n{handler}\n{seed.Members}\n}}\n\n{seed.Types}\n")]
                : [Formatted($"{Imports}\n{Named(seed.Main, "C")}\n"), Formatted($"{Imports}\n{state}\ninternal static class C\n{{\n{handler}\n{seed.Members}\n}}\n\n{seed.Types}\n")],
        };
    }

    private static string Named(string code, string type) => code.Replace("$C", type, StringComparison.Ordinal);

    private static readonly string[] s_spaces = ["N", "M"];

    private static readonly string[] s_taken = ["mask", "rounds", "divisor", "element", "source", "OnInterrupt", "index", "snapshot", "OnAlarmState", "OnSignalState", "mask2"];

    // The names that fixes give; none is used.
    private static string Taken(FixSeed seed) => string.Join("\n", s_taken.Where(name => !seed.Members.Contains(name, StringComparison.Ordinal) && !seed.Body.Contains(name, StringComparison.Ordinal)).Select(static name => $"internal const int {name} = 0;"));

    private static string Formatted(string source) => CSharpSyntaxTree.ParseText(source).GetRoot().NormalizeWhitespace(eol: "\n").ToFullString() + "\n";

    // A comment above each member and statement, and one behind it; each has a number, so that none can stand for another.
    private static string Commented(string source)
    {
        int number = 0;
        SyntaxNode root = CSharpSyntaxTree.ParseText(Formatted(source)).GetRoot();
        root = root.ReplaceNodes(
            root.DescendantNodes().Where(static node => node is (StatementSyntax and not BlockSyntax) or (MemberDeclarationSyntax and not BaseNamespaceDeclarationSyntax)
                && node.Parent is not (IfStatementSyntax or ElseClauseSyntax or WhileStatementSyntax or LockStatementSyntax or CommonForEachStatementSyntax)),
            (_, node) => node
                .WithLeadingTrivia(node.GetLeadingTrivia().AddRange([SyntaxFactory.Comment($"// c{++number}."), SyntaxFactory.EndOfLine("\n"), .. Indentation(node)]))
                .WithTrailingTrivia(SyntaxFactory.Space, SyntaxFactory.Comment($"// c{++number}."), SyntaxFactory.EndOfLine("\n")));
        return root.ToFullString().Replace("\n", "\r\n", StringComparison.Ordinal);
    }

    private static IEnumerable<SyntaxTrivia> Indentation(SyntaxNode node) =>
        node.GetLeadingTrivia() is [.., var last] && last.IsKind(SyntaxKind.WhitespaceTrivia) ? [last] : [];
}
