using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>
/// What <c>[AsyncSignalSafe]</c> means beyond the member that carries it: overrides and implementations keep the promise (TH0005), and where no
/// other code can call the member it is not needed (TH0006).
/// </summary>
internal static class Contract
{
    /// <summary>Judges a method that may stand in for another.</summary>
    public static void Inherited(IMethodSymbol method, RootReport report)
    {
        if (report.Engine.Promises.InheritedBy(method) is { } promise && Fault(method, report) is { } fault)
        {
            report.At(
                TH0005_WeakenedPromise.Instance, method.Locations.FirstOrDefault() ?? Location.None, promise.Locations.Concat(fault.Locations),
                Names.WithType(method), promise.ContainingType.TypeKind == TypeKind.Interface ? "implements" : "overrides", Names.WithType(promise), fault.Cause);
        }
    }

    /// <summary>Judges a type whose base class brings the implementation of an interface that the base class does not know.</summary>
    public static void Inherited(INamedTypeSymbol type, RootReport report)
    {
        if (type is not { TypeKind: TypeKind.Class, Interfaces.IsEmpty: false, BaseType: { SpecialType: not SpecialType.System_Object } parent })
        {
            return;
        }

        foreach (IMethodSymbol promise in type.AllInterfaces.Except(parent.AllInterfaces, SymbolEqualityComparer.Default).OfType<INamedTypeSymbol>()
            .SelectMany(report.Engine.Promises.Of))
        {
            if (type.FindImplementationForInterfaceMember(promise) is IMethodSymbol { ContainingType.TypeKind: TypeKind.Class } method
                && !SymbolEqualityComparer.Default.Equals(method.ContainingType, type)
                && Fault(method, report) is { } fault)
            {
                report.At(
                    TH0005_WeakenedPromise.Instance, type.Locations[0], promise.Locations.Concat(method.Locations).Concat(fault.Locations),
                    Names.WithType(method), $"implements for '{Names.Short(type)}'", Names.WithType(promise), fault.Cause);
            }
        }
    }

    /// <summary>Judges a promise: whether all that can call the member is judged with it anyway.</summary>
    public static void Needless(IMethodSymbol method, RootReport report)
    {
        if (method is not
            {
                MethodKind: MethodKind.Ordinary, DeclaredAccessibility: Accessibility.Private, IsVirtual: false, IsPartialDefinition: false,
                PartialDefinitionPart: null, ExplicitInterfaceImplementations.IsEmpty: true
            }
            || KnownSymbols.AsyncSignalSafe(method)?.ApplicationSyntaxReference is not { } attribute
            || Judge.IsStateMachine(method, report.Cancellation) || TypeFacts.ChecksStaticConstructor(method) is not null
            || !report.Engine.Reached(method, report.Cancellation).IsEmpty
            || OnlyCalled(method, report) is not { } caller)
        {
            return;
        }

        report.At(TH0006_NeedlessPromise.Instance, attribute.GetSyntax(report.Cancellation).GetLocation(), Names.Of(method), Names.Of(caller));
    }

    // The root that calls a private method; null if there is none, or if the method is used in another way than by a call.
    private static IMethodSymbol? OnlyCalled(IMethodSymbol method, RootReport report)
    {
        IMethodSymbol? caller = null;
        foreach (SyntaxReference declaration in method.ContainingType.DeclaringSyntaxReferences)
        {
            SemanticModel model = report.Engine.Model(declaration.SyntaxTree);
            foreach (SimpleNameSyntax name in declaration.GetSyntax(report.Cancellation).DescendantNodes().OfType<SimpleNameSyntax>())
            {
                if (name.Identifier.ValueText != method.Name)
                {
                    continue;
                }

                SymbolInfo info = model.GetSymbolInfo(name, report.Cancellation);
                if (info.Symbol is null ? info.CandidateSymbols.IsEmpty : !SymbolEqualityComparer.Default.Equals(info.Symbol.OriginalDefinition, method))
                {
                    continue;
                }

                SyntaxNode called = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
                if (info.Symbol is null || called.Parent is not InvocationExpressionSyntax)
                {
                    return null;
                }

                if (caller is null && model.GetEnclosingSymbol(name.SpanStart, report.Cancellation) is IMethodSymbol around
                    && (around.IsInterruptHandler() || around.IsAsyncSignalSafe()) && !SymbolEqualityComparer.Default.Equals(around, method)
                    && report.Engine.Direct(around, report.Cancellation).Calls.Any(call =>
                        SymbolEqualityComparer.Default.Equals(call.Target.OriginalDefinition, method)))
                {
                    caller = around;
                }
            }
        }

        return caller;
    }

    /// <summary>Why a member does not keep a promise that it inherits, or null. One that carries the attribute itself is judged by that.</summary>
    private static (string Cause, IEnumerable<Location> Locations)? Fault(IMethodSymbol method, RootReport report)
    {
        IMethodSymbol definition = method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition;
        if (definition.AsyncSignalUnsafe() is not null)
        {
            return ("is marked [AsyncSignalUnsafe]", []);
        }

        if (definition.IsAsyncSignalSafe() || definition.IsAbstract)
        {
            return null;
        }

        if (!SymbolEqualityComparer.Default.Equals(definition.ContainingAssembly, report.Engine.Compilation.Assembly))
        {
            return report.Engine.Promises.InheritedBy(definition) is not null || report.Engine.Tables.Find(definition) is { Rule: null }
                ? null : ("is not known to be safe", []);
        }

        if (definition.IsExtern)
        {
            return ("is implemented outside C#", []);
        }

        if (Judge.IsStateMachine(definition, report.Cancellation))
        {
            return (definition.IsAsync ? "is async" : "is an iterator", []);
        }

        if (TypeFacts.ChecksStaticConstructor(definition) is { } type)
        {
            return (TH5001_TypeInitializer.Cause(type), []);
        }

        return report.Engine.Reached(definition, report.Cancellation).FirstOrDefault(static reached =>
                reached.Effect.Rule.Descriptor.DefaultSeverity > RuleLevel.Advice) is { } first
            ? (Words(first, report, definition), first.Locations)
            : null;
    }

    private static string Words(ReachedEffect reached, RootReport report, IMethodSymbol method)
    {
        ImmutableArray<IMethodSymbol> callees = reached.Chain.RemoveAt(0);
        return callees.IsEmpty ? reached.Effect.Cause
            : $"calls {Names.Chain(callees, report.Engine.Settings.ChainLength(method.Locations[0].SourceTree))}, which {reached.Effect.Cause}";
    }
}
