using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// What one loop runs: its own operations, and those of the methods and local functions of this compilation that it calls, and what these call. Which call they come from is not told
/// apart: a parameter stands for all arguments that it is given.
/// </summary>
internal sealed class LoopCode
{
    // More is nobody's loop, and every loop of a handler is looked at.
    private const int MostCallees = 32;
    private const int MaximumDepth = 8;

    private static readonly HashSet<string> s_closed = new(StringComparer.Ordinal) { "Volatile", "Interlocked", "Math", "MathF", "BitOperations", "X86Base", "InterruptClock" };

    private readonly Body _body;
    private readonly List<IOperation> _operations = [];
    private readonly HashSet<IOperation> _all = [];
    private readonly Dictionary<ISymbol, ImmutableArray<IOperation>> _callees = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, List<IOperation>> _arguments = new(SymbolEqualityComparer.Default);

    /// <param name="loop">The loop.</param>
    /// <param name="body">The body that it is in.</param>
    public LoopCode(ILoopOperation loop, Body body)
    {
        _body = body;
        Take(loop);
    }

    /// <summary>All operations.</summary>
    public IReadOnlyList<IOperation> Operations => _operations;

    /// <summary>Whether an operation is one of them.</summary>
    public bool Has(IOperation operation) => _all.Contains(operation);

    /// <summary>Whether it calls what cannot be seen, and may therefore change anything.</summary>
    public bool CallsUnknown { get; private set; }

    /// <summary>The bodies of what a call, or the use of a property, runs; empty: they are not here, or it runs nothing.</summary>
    public ImmutableArray<IOperation> Called(IOperation operation) =>
        Callee(operation) is { } callee && _callees.TryGetValue(callee, out ImmutableArray<IOperation> bodies) ? bodies : ImmutableArray<IOperation>.Empty;

    /// <summary>Whether a local or parameter belongs to one of the methods that the loop calls: it begins anew with each call.</summary>
    public bool IsOfCallee(ISymbol variable) => variable.ContainingSymbol is { } owner && _callees.ContainsKey(owner.OriginalDefinition);

    /// <summary>What a parameter of such a method is given.</summary>
    public IEnumerable<IOperation> Given(ISymbol parameter) => _arguments.TryGetValue(parameter.OriginalDefinition, out List<IOperation>? given) ? given : [];

    /// <summary>A parameter of what is called, as its body knows it.</summary>
    public IParameterSymbol? Parameter(IOperation call, IParameterSymbol parameter) => Callee(call) is { } callee ? callee.Parameters[parameter.Ordinal] : null;

    /// <summary>What an expression refers to, where that is a reference that such a method is given.</summary>
    public IEnumerable<IOperation> Referents(IOperation operation, int depth = 0) =>
        LoopEnd.Bare(operation) is IParameterReferenceOperation { Parameter: { RefKind: not RefKind.None } parameter } && IsOfCallee(parameter)
            ? depth < MaximumDepth ? Given(parameter).SelectMany(given => Referents(given, depth + 1)) : [] : [operation];

    /// <summary>Whether a call does nothing but compute, and read or write what it is given.</summary>
    public static bool IsClosed(IMethodSymbol method) => method.ContainingType is { } type && s_closed.Contains(type.Name);

    private void Take(IOperation root)
    {
        foreach (IOperation operation in LoopEnd.Inside(root))
        {
            _body.Cancellation.ThrowIfCancellationRequested();
            _operations.Add(operation);
            _all.Add(operation);
            if (operation is IInvocationOperation call && (LoopEnd.IsPause(call.TargetMethod) || IsClosed(call.TargetMethod) || Judge.IsLeftOut(call.TargetMethod, call.Syntax.SyntaxTree, _body.Engine)))
            {
                continue;
            }

            if (Callee(operation) is { } callee)
            {
                Bind(operation, callee);
                Call(callee);
            }
            else if (operation is IInvocationOperation or IFunctionPointerInvocationOperation)
            {
                CallsUnknown = true;
            }
        }
    }

    private void Call(IMethodSymbol callee)
    {
        if (_callees.ContainsKey(callee))
        {
            return;
        }

        // A loop that comes back to itself is not followed.
        ImmutableArray<IOperation> bodies = _callees.Count < MostCallees && !SymbolEqualityComparer.Default.Equals(callee, _body.Member.OriginalDefinition)
            ? BodyReader.Bodies(_body.Engine, callee, _body.Cancellation).ToImmutableArray() : ImmutableArray<IOperation>.Empty;
        if (bodies.IsEmpty)
        {
            CallsUnknown = true;
            return;
        }

        _callees.Add(callee, bodies);
        foreach (IOperation body in bodies)
        {
            Take(body);
        }
    }

    private void Bind(IOperation operation, IMethodSymbol callee)
    {
        foreach (IArgumentOperation argument in operation switch
        {
            IInvocationOperation call => call.Arguments,
            IPropertyReferenceOperation property => property.Arguments,
            _ => ImmutableArray<IArgumentOperation>.Empty,
        })
        {
            if (argument.Parameter is { } parameter && parameter.Ordinal < callee.Parameters.Length)
            {
                IParameterSymbol bound = callee.Parameters[parameter.Ordinal];
                if (!_arguments.TryGetValue(bound, out List<IOperation>? given))
                {
                    _arguments.Add(bound, given = []);
                }

                given.Add(argument.Value);
            }
        }
    }

    // Known exactly, with its body here: not by way of an interface or an override, and not written by the compiler.
    private IMethodSymbol? Callee(IOperation operation)
    {
        IMethodSymbol? method = operation switch
        {
            IInvocationOperation { IsVirtual: false } call => call.TargetMethod,
            IPropertyReferenceOperation { Property: { IsVirtual: false, IsAbstract: false, IsOverride: false } property } reference when reference.BackingField() is null => Accessor(operation, property),
            _ => null,
        };
        method = method?.OriginalDefinition.PartialImplementationPart ?? method?.OriginalDefinition;
        return method is { IsAbstract: false, IsExtern: false, MethodKind: not MethodKind.DelegateInvoke } && method.IsDeclaredIn(_body.Engine.Compilation) ? method : null;
    }

    private static IMethodSymbol? Accessor(IOperation operation, IPropertySymbol property) =>
        (Usage.Of(operation) is { Reads: false, Writes: true } ? property.SetMethod : null) ?? property.GetMethod;
}
