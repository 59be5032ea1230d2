using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>
/// Holds handlers, and members that promise to be callable from one, to the rules of signal context.
/// </summary>
/// <remarks>
/// One analyzer for all rules: they share one walk over each body and one memory of what callees do, which analyzers of their own would
/// each
/// repeat. The rules themselves are in Rules/, one file each.
/// </remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SignalContextAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = RuleCatalog.All.Select(rule =>
        rule.Descriptor).ToImmutableArray();

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        // A generated handler runs in signal context like any other.
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (!KnownSymbols.ArePresentIn(start.Compilation))
            {
                return;
            }

            Engine engine = new(start.Compilation, ApiTables.Create(start.Options, start.CancellationToken));
            SharedState shared = new(engine);
            ConcurrentDictionary<IMethodSymbol, bool> roots = new(SymbolEqualityComparer.Default);

            start.RegisterSymbolAction(
                context => Declared((IMethodSymbol)context.Symbol, new(engine, context.ReportDiagnostic, context.CancellationToken),
                    roots), SymbolKind.Method);
            start.RegisterOperationAction(
                context =>
                {
                    IMethodSymbol function = context.Operation is ILocalFunctionOperation local
                        ? local.Symbol : ((IAnonymousFunctionOperation)context.Operation).Symbol;
                    Declared(function, new(engine, context.ReportDiagnostic, context.CancellationToken), roots);
                },
                OperationKind.LocalFunction,
                OperationKind.AnonymousFunction);
            start.RegisterOperationAction(
                context => Registered((IDelegateCreationOperation)context.Operation, new(engine, context.ReportDiagnostic,
                    context.CancellationToken), roots),
                OperationKind.DelegateCreation);
            start.RegisterOperationAction(
                context => shared.Inspect(context.Operation, context.ContainingSymbol, context.ReportDiagnostic, context.CancellationToken),
                OperationKind.Increment,
                OperationKind.Decrement,
                OperationKind.CompoundAssignment);
        });
    }

    private static void Declared(IMethodSymbol method, RootReport report, ConcurrentDictionary<IMethodSymbol, bool> roots)
    {
        method = method.PartialImplementationPart ?? method;
        if (method.IsInterruptHandler())
        {
            if (roots.TryAdd(method, true))
            {
                if (TH0001_HandlerSignature.Fault(method) is { } fault)
                {
                    report.Declaration(TH0001_HandlerSignature.Instance, method, Names.Of(method), fault);
                }

                report.Handler(method);
            }
        }
        else if (method.IsAsyncSignalSafe() && !method.IsAbstract && !method.IsExtern && !method.IsPartialDefinition
            && roots.TryAdd(method, true))
        {
            report.Promise(method);
        }
    }

    private static void Registered(IDelegateCreationOperation creation, RootReport report, ConcurrentDictionary<IMethodSymbol, bool> roots)
    {
        if (!creation.Type.IsHandlerDelegate())
        {
            return;
        }

        IMethodSymbol? target = null;
        switch (creation.Target)
        {
            case IAnonymousFunctionOperation lambda:
                target = lambda.Symbol;
                report.At(
                    TH0004_NotStaticMethod.Instance, lambda.Syntax.GetLocation(), "A lambda",
                    lambda.Symbol.IsStatic
                        ? "even a static lambda is compiled to an instance method"
                        : "it is compiled to an instance method, and may capture objects");
                break;

            case IMethodReferenceOperation reference:
                target = reference.Method;
                if (!target.IsStatic && !(target.MethodKind == MethodKind.LocalFunction && !Captures(reference, target)))
                {
                    string reason = target.MethodKind == MethodKind.LocalFunction
                        ? "it captures variables, so it is compiled to an instance method" : "it is an instance method";
                    report.At(TH0004_NotStaticMethod.Instance, reference.Syntax.GetLocation(), $"'{Names.Of(target)}'", reason);
                }
                else if (target.ReducedFrom is not null || (target.IsExtensionMethod && reference.Instance is not null))
                {
                    report.At(TH0004_NotStaticMethod.Instance, reference.Syntax.GetLocation(), $"'{Names.Of(target)}'",
                        "it is bound to its first argument");
                }

                break;

            default:
                report.At(TH0004_NotStaticMethod.Instance, creation.Syntax.GetLocation(), "A copy of another delegate",
                    "what it calls cannot be seen");
                break;
        }

        if (target?.OriginalDefinition is { } root
            && SymbolEqualityComparer.Default.Equals(root.ContainingAssembly, report.Engine.Compilation.Assembly)
            && !root.IsInterruptHandler() && roots.TryAdd(root, true))
        {
            report.Handler(root);
        }
    }

    // A local function that uses nothing of its surroundings is compiled to a static method.
    private static bool Captures(IMethodReferenceOperation reference, IMethodSymbol function)
    {
        SyntaxNode? declaration = function.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax();
        if (declaration is not LocalFunctionStatementSyntax local || reference.SemanticModel is null)
        {
            return true;
        }

        SyntaxNode? body = local.Body ?? (SyntaxNode?)local.ExpressionBody?.Expression;
        DataFlowAnalysis? flow = body switch
        {
            StatementSyntax statement => reference.SemanticModel.AnalyzeDataFlow(statement),
            ExpressionSyntax expression => reference.SemanticModel.AnalyzeDataFlow(expression),
            _ => null,
        };

        // Everything that flows in from outside, apart from the function's own parameters.
        return flow is not { Succeeded: true }
            || flow.ReadInside.Concat(flow.WrittenInside).Any(symbol => !IsInside(symbol, function));
    }

    private static bool IsInside(ISymbol symbol, IMethodSymbol function)
    {
        for (ISymbol? container = symbol.ContainingSymbol; container is not null; container = container.ContainingSymbol)
        {
            if (SymbolEqualityComparer.Default.Equals(container, function))
            {
                return true;
            }
        }

        return false;
    }
}
