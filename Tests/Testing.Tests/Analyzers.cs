using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace TopHalf.Testing;

#pragma warning disable RS1036, RS1037, RS1038, RS1041, RS2008 // These analyzers are material of the tests, they are never shipped.

/// <summary>Reports each numeric literal, and names the enclosing method, if any, as an additional location.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NumberAnalyzer : DiagnosticAnalyzer
{
    public static readonly DiagnosticDescriptor Rule =
        new("N1", "Number", "The number {0} in '{1}'", "Test", DiagnosticSeverity.Warning, isEnabledByDefault: true);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSyntaxNodeAction(
            node =>
            {
                MethodDeclarationSyntax? method = node.Node.FirstAncestorOrSelf<MethodDeclarationSyntax>();
                node.ReportDiagnostic(Diagnostic.Create(
                    Rule, node.Node.GetLocation(), method is null ? [] : [method.Identifier.GetLocation()], node.Node.ToString(),
                    method?.Identifier.Text ?? "nothing"));
            },
            SyntaxKind.NumericLiteralExpression);
    }
}

/// <summary>Reports "x" by one rule and each other string by another, which is off by default; both rules are on the same span for "xx".</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StringAnalyzer : DiagnosticAnalyzer
{
    public static readonly DiagnosticDescriptor X = new("S1", "X", "An x", "Test", DiagnosticSeverity.Info, isEnabledByDefault: true);
    public static readonly DiagnosticDescriptor Other = new("S2", "Other", "A string", "Test", DiagnosticSeverity.Error, isEnabledByDefault: false);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [X, Other];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSyntaxNodeAction(
            node =>
            {
                string text = ((LiteralExpressionSyntax)node.Node).Token.ValueText;
                if (text is "x" or "xx")
                {
                    node.ReportDiagnostic(Diagnostic.Create(X, node.Node.GetLocation()));
                }

                if (text != "x")
                {
                    node.ReportDiagnostic(Diagnostic.Create(Other, node.Node.GetLocation()));
                }
            },
            SyntaxKind.StringLiteralExpression);
    }
}

/// <summary>Reports once for the compilation, and the content of each additional file; neither can be silenced by a pragma.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ProjectAnalyzer : DiagnosticAnalyzer
{
    public static readonly DiagnosticDescriptor Project = new("P1", "Project", "The project", "Test", DiagnosticSeverity.Warning, true);
    public static readonly DiagnosticDescriptor File = new("P2", "File", "{0}", "Test", DiagnosticSeverity.Warning, true);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Project, File];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationAction(compilation =>
        {
            if (compilation.Options.AnalyzerConfigOptionsProvider.GlobalOptions.TryGetValue("test.project", out string? value) && value == "yes")
            {
                compilation.ReportDiagnostic(Diagnostic.Create(Project, Location.None));
            }
        });
        context.RegisterAdditionalFileAction(file => file.ReportDiagnostic(Diagnostic.Create(
            File,
            Location.Create(file.AdditionalFile.Path, new(0, 1), new(new(0, 0), new(0, 1))),
            file.AdditionalFile.GetText(file.CancellationToken)!.ToString())));
    }
}

/// <summary>Ignores pragmas: its rule is not configurable, as far as the compiler is concerned, but the test must not expect it to be silent.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StubbornAnalyzer : DiagnosticAnalyzer
{
    public static readonly DiagnosticDescriptor Rule = new("B1", "First line", "A file of {0} lines", "Test", DiagnosticSeverity.Warning, true);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);

        // At the very start of the file, that is before any pragma takes effect.
        context.RegisterSyntaxTreeAction(tree => tree.ReportDiagnostic(Diagnostic.Create(
            Rule, Location.Create(tree.Tree, new(0, 0)), tree.Tree.GetText(tree.CancellationToken).Lines.Count)));
    }
}

/// <summary>Throws.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ThrowingAnalyzer : DiagnosticAnalyzer
{
    public static readonly DiagnosticDescriptor Rule = new("T1", "Never", "Never", "Test", DiagnosticSeverity.Warning, true);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSyntaxTreeAction(_ => throw new InvalidOperationException("on purpose"));
    }
}

/// <summary>Has a rule of the end of the compilation, and reports nothing.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class EndAnalyzer : DiagnosticAnalyzer
{
    public static readonly DiagnosticDescriptor Rule =
        new("E1", "End", "End", "Test", DiagnosticSeverity.Warning, true, customTags: WellKnownDiagnosticTags.CompilationEnd);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
    }
}
