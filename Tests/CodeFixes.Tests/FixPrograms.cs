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

    /// <summary>The same again in another file, with one entry point for both: Fix All has several files to change.</summary>
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
        string both = $"{state}\ninternal static class C\n{{\n{handler}\n{seed.Members}\n}}\n\n{seed.Types}\n";
        return shape switch
        {
            FixShape.Commented => [Commented(Named(
                $"{Imports}\nnamespace N;\n\n{state}\ninternal static partial class C\n{{\n{handler}\n}}\n\ninternal static partial class C\n{{\n{seed.Members}\n}}\n\n{Program(seed.Main)}\n{seed.Types}\n", "C"))],
            FixShape.Nested => [Formatted(Named(
                $"{Imports}using static System.Math;\n\nnamespace N\n{{\n{state}\ninternal static partial class C\n{{\ninternal static partial class D\n{{\n{handler}\n{seed.Members}\n{Taken(seed)}\n}}\n}}\n"
                + $"{Program(seed.Main)}\n{seed.Types}\ninternal struct OnTickEvent;\ninternal class OnTickBottomHalf;\n}}\n", "C.D"))],
            FixShape.Twice =>
            [
                .. s_spaces.Select((space, index) => Formatted(Named($"{Imports}\nnamespace {space};\n\n{both}", "C", index))),
                .. seed.Main.Length == 0 ? (string[])[] : [Formatted($"{Imports}using N;\nusing M;\n" + Program(string.Concat(s_spaces.Select((space, index) => Named(seed.Main, $"{space}.C", index, $"{space}.State")))))],
            ],
            _ => [Formatted(Named($"{Imports}\n{(seed.Main.Length == 0 ? "InterruptHandler<State> handler = C.OnTick;\n_ = handler;" : seed.Main)}\n", "C")), Formatted(Named($"{Imports}\n{both}", "C"))],
        };
    }

    private static string Program(string main) => main.Length == 0 ? "" : $"internal static class Program\n{{\nprivate static void Main()\n{{\n{main}\n}}\n}}\n";

    // $C is the handler's class, $State its state, $V makes a local's name another one, and $S a signal.
    private static string Named(string code, string type, int index = 0, string state = "State") => code.Replace("$C", type, StringComparison.Ordinal)
        .Replace("$State", state, StringComparison.Ordinal).Replace("$V", index == 0 ? "" : "2", StringComparison.Ordinal).Replace("$S", index == 0 ? "40" : "41", StringComparison.Ordinal);

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
