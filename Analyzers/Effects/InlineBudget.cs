using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// The time that the JIT takes for what it inlines, as it estimates that of the IL. A method has so many times the time that it would take alone (InlineStrategy, src/coreclr/jit/inline.cpp). Then
/// nothing more is inlined, however small or marked, but what the method itself calls and is marked <c>AggressiveInlining</c>. What is marked so, and is only reached by way of what is marked so, takes
/// nothing off, but has to have room.
/// </summary>
internal readonly struct InlineBudget(long ofUnmarked, long ofAll, long largest)
{
    // DEFAULT_INLINE_BUDGET
    private const int Times = 10;
    private const int NewerTimes = 22;
    private const int Newer = 10;

    // At least what most members of the library take. Many are marked.
    private const int OfLibrary = 20;

    /// <summary>What the inlined callees take where all above them are marked.</summary>
    public long OfUnmarked { get; } = ofUnmarked;

    /// <summary>What they take where one above them is not.</summary>
    public long OfAll { get; } = ofAll;

    /// <summary>The most that one of them takes that is marked, as are all above it.</summary>
    public long Largest { get; } = largest;

    /// <summary>Whether all that is to be inlined into a method that is compiled on its own can be.</summary>
    public static bool Suffices(IMethodSymbol method, Engine engine, CancellationToken cancellation)
    {
        long room = ((OldestRuntime.Of(engine.Compilation) >= Newer ? NewerTimes : Times) - 1) * (60 + (3L * engine.Direct(method, cancellation).LeastSize));
        InlineBudget all = engine.Budget(method, cancellation);
        return all.OfUnmarked + all.Largest <= room;
    }

    public static InlineBudget Of(IMethodSymbol method, Engine engine, Func<Call, bool> isInlined, CancellationToken cancellation)
    {
        long library = engine.Direct(method, cancellation).LibraryCalls * (long)OfLibrary;
        long ofUnmarked = library / 2;
        long ofAll = library;
        long largest = 0;
        foreach (Call call in engine.Direct(method, cancellation).Calls.Where(isInlined))
        {
            InlineBudget inner = engine.Budget(call.Target, cancellation);
            long own = OfOne(call.Target, engine, cancellation);
            ofAll = Sum(ofAll, own + inner.OfAll);
            if (IsMarked(call.Target))
            {
                ofUnmarked = Sum(ofUnmarked, inner.OfUnmarked);
                largest = Math.Max(largest, Math.Max(inner.Largest, TH0003_NotOptimized.IsOptimized(method) ? 0 : own));
            }
            else
            {
                ofUnmarked = Sum(ofUnmarked, own + inner.OfAll);
            }
        }

        return new InlineBudget(ofUnmarked, ofAll, largest);
    }

    /// <summary>How many calls of the library there are in a body that may bring code with them.</summary>
    public static int LibraryCalls(IOperation root) => root.DescendantsAndSelf().Count(static operation => operation switch
    {
        IInvocationOperation { TargetMethod.DeclaringSyntaxReferences.IsEmpty: true } or IObjectCreationOperation { Constructor.DeclaringSyntaxReferences.IsEmpty: true, Arguments.IsEmpty: false } => true,
        IPropertyReferenceOperation { Property: { DeclaringSyntaxReferences.IsEmpty: true, Name: not "Length" } } => true,
        IBinaryOperation { OperatorMethod.DeclaringSyntaxReferences.IsEmpty: true } or IConversionOperation { OperatorMethod.DeclaringSyntaxReferences.IsEmpty: true } => true,
        _ => false,
    });

    // EstimateInlineTime. Something that is so small as to make the rest faster is not relied upon.
    private static long OfOne(IMethodSymbol method, Engine engine, CancellationToken cancellation) => Math.Max(0, (2L * engine.Direct(method, cancellation).Size) - 14);

    private static bool IsMarked(IMethodSymbol method) => (method.MethodImplementationFlags & MethodImplAttributes.AggressiveInlining) != 0;

    private static long Sum(long one, long other) => Math.Min(one + other, int.MaxValue);
}
