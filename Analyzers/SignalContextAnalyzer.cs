using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
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

            Settings settings = new(start.Options.AnalyzerConfigOptionsProvider);
            Engine engine = new(start.Compilation, ApiTables.Create(start.Options, start.CancellationToken), settings);
            SharedState shared = new(engine, start.CancellationToken);
            SignalSets masks = new(start.Compilation, engine.Model, start.CancellationToken);
            Interest interest = new(start.Compilation, shared, start.CancellationToken);
            ConcurrentDictionary<IMethodSymbol, bool> roots = new(SymbolEqualityComparer.Default);
            ConcurrentDictionary<IMethodSymbol, bool> registered = new(SymbolEqualityComparer.Default);

            // Called for each member of a program, so nothing is asked of the compiler that need not be.
            start.RegisterSymbolAction(
                context =>
                {
                    bool matters = interest.Has(context.Symbol, context.CancellationToken);
                    if (!matters && !interest.MayPromise)
                    {
                        return;
                    }

                    RootReport report = new(engine, context.ReportDiagnostic, context.CancellationToken);
                    if (matters)
                    {
                        Declared((IMethodSymbol)context.Symbol, report, roots);
                    }

                    if (interest.MayPromise)
                    {
                        Contract.Inherited((IMethodSymbol)context.Symbol, report);
                    }
                },
                SymbolKind.Method);
            if (interest.MayPromise)
            {
                start.RegisterSymbolAction(
                    context => Contract.Inherited((INamedTypeSymbol)context.Symbol, new(engine, context.ReportDiagnostic, context.CancellationToken)),
                    SymbolKind.NamedType);
            }

            // Not operation and syntax node actions: for those the compiler binds and walks every body of a program, for the few that matter.
            start.RegisterSemanticModelAction(context =>
            {
                if (interest.Has(context.SemanticModel.SyntaxTree, context.CancellationToken))
                {
                    Suppressions.Inspect(context.SemanticModel, context.ReportDiagnostic, context.CancellationToken);
                    RootReport report = new(engine, context.ReportDiagnostic, context.CancellationToken);
                    foreach ((IOperation operation, ISymbol member) in OrdinaryCode.In(context.SemanticModel, context.CancellationToken))
                    {
                        Inspect(operation, member, report);
                    }
                }
            });
            start.RegisterSyntaxTreeAction(context =>
            {
                settings.Inspect(context.Tree, engine.Compilation, context.ReportDiagnostic);
                if (Interest.IsOwn(context.Tree, context.CancellationToken))
                {
                    Suppressions.Inspect(context.Tree, context.ReportDiagnostic, context.CancellationToken);
                }
            });
            start.RegisterAdditionalFileAction(context => ApiListCheck.Inspect(
                context.AdditionalFile, context.Options.AdditionalFiles, context.Compilation, context.ReportDiagnostic, context.CancellationToken));

            void Inspect(IOperation operation, ISymbol member, RootReport report)
            {
                switch (operation)
                {
                    case ILocalFunctionOperation local:
                        Declared(local.Symbol, report, roots);
                        break;
                    case IAnonymousFunctionOperation lambda:
                        Declared(lambda.Symbol, report, roots);
                        break;
                    case IDelegateCreationOperation creation:
                        Registered(creation, member, report, registered);
                        break;
                    case IInvocationOperation or ISimpleAssignmentOperation when Registrations.Concerns(operation):
                        Ordinary(operation, member, report, registered);
                        break;
                }

                if (operation is IInvocationOperation { Arguments.IsEmpty: false } call)
                {
                    SignalMasks.Inspect(call, masks, report);
                }

                shared.Inspect(operation, member, report);
            }
        });
    }

    private static void Declared(IMethodSymbol method, RootReport report, ConcurrentDictionary<IMethodSymbol, bool> roots)
    {
        method = method.PartialImplementationPart ?? method;
        if (!IsRoot(method) || !roots.TryAdd(method, true))
        {
            return;
        }

        if (method.IsInterruptHandler())
        {
            if (TH0001_HandlerSignature.Fault(method, report.Engine) is { } fault)
            {
                report.Declaration(TH0001_HandlerSignature.Instance, method, Names.Of(method), fault);
            }

            report.Optimized(method);
            report.Code(method);
        }
        else if (IsPromise(method))
        {
            report.Promise(method);
            Contract.Needless(method, report);
        }
        else
        {
            report.Code(method);
        }
    }

    // Decided by the declaration alone: what an editor reports must not depend on which member it looks at first. So the shape of a
    // handler is enough; where such a method is registered, only the registration is judged.
    private static bool IsRoot(IMethodSymbol method) => method.IsInterruptHandler() || IsPromise(method) || HasHandlerShape(method);

    private static bool IsPromise(IMethodSymbol method) =>
        method.IsAsyncSignalSafe() && !method.IsAbstract && !method.IsExtern && !method.IsPartialDefinition;

    private static bool HasHandlerShape(IMethodSymbol method) =>
        method is
        {
            MethodKind: MethodKind.Ordinary or MethodKind.LocalFunction, IsStatic: true, IsAbstract: false, IsExtern: false,
            IsPartialDefinition: false, ReturnsVoid: true, IsAsync: false,
            Parameters: [{ RefKind: RefKind.Ref, Type.IsUnmanagedType: true }, { RefKind: RefKind.In, Type: { } context }]
        }
        && context.IsInterruptContext();

    private static void Ordinary(IOperation operation, ISymbol member, RootReport report, ConcurrentDictionary<IMethodSymbol, bool> registered)
    {
        new Registrations(report.Engine, member, report.At, (method, at) => InstalledByHand(method, at, report, registered), report.Cancellation).Inspect(operation);
    }

    // It runs in signal context all the same, so what it does is judged, too.
    private static void InstalledByHand(IMethodSymbol method, Location at, RootReport report, ConcurrentDictionary<IMethodSymbol, bool> registered)
    {
        IMethodSymbol root = method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition;
        if (SymbolEqualityComparer.Default.Equals(root.ContainingAssembly, report.Engine.Compilation.Assembly) && !IsRoot(root)
            && registered.TryAdd(root, true))
        {
            report.Code(root, at);
        }
    }

    private static void Registered(IDelegateCreationOperation creation, ISymbol member, RootReport report,
        ConcurrentDictionary<IMethodSymbol, bool> registered)
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
                if (!target.IsStatic && !(target.MethodKind == MethodKind.LocalFunction && !Capturing.Captures(target, report.Engine)))
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

        IMethodSymbol? root = (target?.ReducedFrom ?? target)?.OriginalDefinition;
        root = root?.PartialImplementationPart ?? root;
        if (root is null || !SymbolEqualityComparer.Default.Equals(root.ContainingAssembly, report.Engine.Compilation.Assembly))
        {
            return;
        }

        if (new RunningInitializers(report.Engine, report.Cancellation).Of(creation, member, root) is { } running)
        {
            report.At(TH5001_TypeInitializer.Instance, creation.Target.Syntax.GetLocation(), $"'{Names.Of(root)}'", TH5001_TypeInitializer.StillRunning(running),
                TH5001_TypeInitializer.RegisterLater);
        }

        if (root.IsInterruptHandler())
        {
            return;
        }

        // An instance method is reported above.
        if (root.IsStatic && root.MethodKind != MethodKind.AnonymousFunction
            && TH0001_HandlerSignature.Fault(root, report.Engine) is { } fault)
        {
            report.At(TH0001_HandlerSignature.Instance, creation.Target.Syntax.GetLocation(), Names.Of(root), fault);
        }

        if (registered.TryAdd(root, true))
        {
            report.Optimized(root);
            if (!IsRoot(root))
            {
                report.Code(root, creation.Target.Syntax.GetLocation());
            }
        }
    }
}
