using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>
/// Whether the handler of a fault returns to the instruction that faulted (TH7008), which then faults again. One that may have mended the cause, changed where
/// the processor goes on, or taken itself out is left alone: this is advice on ordinary code.
/// </summary>
internal sealed class FaultHandlers(Engine engine, CancellationToken cancellation)
{
    private const int MaximumDepth = 4;

    // SIGTRAP is not among them: the processor has passed the instruction that it reports.
    private static readonly ImmutableDictionary<int, string> s_faults = ImmutableDictionary.CreateRange(
        new KeyValuePair<int, string>[] { new(4, "SIGILL"), new(7, "SIGBUS"), new(8, "SIGFPE"), new(11, "SIGSEGV") });

    private static readonly HashSet<string> s_menders = new(StringComparer.Ordinal)
    {
        "mprotect", "pkey_mprotect", "pkey_set", "mmap", "mmap64", "munmap", "mremap", "madvise", "remap_file_pages", "ftruncate", "setcontext", "swapcontext", "dlopen",
    };

    private static readonly HashSet<string> s_ends = new(StringComparer.Ordinal)
    {
        "_exit", "_Exit", "exit", "exit_group", "quick_exit", "abort", "longjmp", "_longjmp", "siglongjmp", "pthread_exit", "rt_sigreturn", "execve",
    };

    /// <summary>The name of a signal that reports a fault of the instruction that runs, or null.</summary>
    public static string? Fault(int signal) => s_faults.TryGetValue(signal, out string? name) ? name : null;

    /// <summary>Whether a handler surely gives control back to the instruction that faulted, on some path.</summary>
    public bool ReturnToFault(IMethodSymbol handler) => Returns(handler, 0) && !engine.Closure(handler.OriginalDefinition, cancellation).Any(MayMend);

    private bool Returns(IMethodSymbol method, int depth) =>
        Graph(method) is { } graph && Reaches(graph, graph.Blocks[0], static block => block.Kind == BasicBlockKind.Exit, depth);

    // Whether control gets from one block to the end of one of some others, past what never returns.
    private bool Reaches(ControlFlowGraph graph, BasicBlock start, Func<BasicBlock, bool> isEnd, int depth)
    {
        HashSet<BasicBlock> seen = [];
        Stack<BasicBlock> open = new([start]);
        while (open.Count > 0)
        {
            BasicBlock block = open.Pop();
            if (!block.IsReachable || !seen.Add(block) || Operations(block).OfType<IInvocationOperation>().Any(call => Ends(call.TargetMethod, depth)))
            {
                continue;
            }

            if (isEnd(block))
            {
                return true;
            }

            foreach (ControlFlowBranch? branch in new[] { block.FallThroughSuccessor, block.ConditionalSuccessor })
            {
                if (branch?.Destination is { } next && branch.FinallyRegions.All(region => Completes(graph, region, depth)))
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }

    private bool Completes(ControlFlowGraph graph, ControlFlowRegion region, int depth) => Reaches(
        graph, graph.Blocks[region.FirstBlockOrdinal],
        static block => block.FallThroughSuccessor?.Semantics == ControlFlowBranchSemantics.StructuredExceptionHandling, depth);

    private static IEnumerable<IOperation> Operations(BasicBlock block) =>
        block.Operations.Concat([block.BranchValue]).OfType<IOperation>().SelectMany(static operation => operation.DescendantsAndSelf());

    private bool Ends(IMethodSymbol method, int depth) =>
        s_ends.Contains(Registrations.NativeName(method))
        || method.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name == "DoesNotReturnAttribute")
        || (depth < MaximumDepth && !method.IsVirtual && !method.IsAbstract && !method.IsOverride && Graph(method) is not null && !Returns(method, depth + 1));

    private bool MayMend(IMethodSymbol method) => Root(method)?.DescendantsAndSelf().Any(operation => operation switch
    {
        IInvocationOperation { TargetMethod: { } target } => target.MethodKind == MethodKind.DelegateInvoke || s_menders.Contains(Registrations.NativeName(target))
            || Registrations.IsInstaller(Registrations.NativeName(target)),

        // The context of the interrupted code: who has it can change where that goes on.
        IParameterReferenceOperation { Parameter: { Ordinal: 2, ContainingSymbol: IMethodSymbol { Parameters.Length: 3 } } } => true,

        // It may be the handler that was there before.
        IFunctionPointerInvocationOperation => true,
        _ => false,
    }) == true;

    private IOperation? Root(IMethodSymbol method)
    {
        IMethodSymbol definition = method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition;
        return definition.DeclarationsIn(engine.Compilation).FirstOrDefault()?.GetSyntax(cancellation) is { } syntax
            ? engine.Model(syntax.SyntaxTree).GetOperation(syntax, cancellation) : null;
    }

    private ControlFlowGraph? Graph(IMethodSymbol method) => Root(method) switch
    {
        IMethodBodyOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
        ILocalFunctionOperation { Body: not null } local when Around(local) is { } around =>
            around.GetLocalFunctionControlFlowGraphInScope(local.Symbol, cancellation),
        IAnonymousFunctionOperation lambda when Around(lambda) is { } around && Flow(around, lambda) is { } flow =>
            around.GetAnonymousFunctionControlFlowGraphInScope(flow, cancellation),
        _ => null,
    };

    private ControlFlowGraph? Around(IOperation function) =>
        function.Root() is IMethodBodyOperation body && !Functions(function).Any() ? ControlFlowGraph.Create(body, cancellation) : null;

    private static IEnumerable<IOperation> Functions(IOperation function)
    {
        for (IOperation? parent = function.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is ILocalFunctionOperation or IAnonymousFunctionOperation)
            {
                yield return parent;
            }
        }
    }

    private static IFlowAnonymousFunctionOperation? Flow(ControlFlowGraph graph, IAnonymousFunctionOperation lambda) =>
        graph.Blocks.SelectMany(Operations).OfType<IFlowAnonymousFunctionOperation>().FirstOrDefault(flow => flow.Syntax == lambda.Syntax);
}
