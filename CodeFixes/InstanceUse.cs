using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>Whether code uses the object that it is in, so that it cannot become static.</summary>
internal static class InstanceUse
{
    /// <summary>Whether anything in the code is <c>this</c> or <c>base</c>, or a member of the object by its simple name.</summary>
    /// <param name="code">A body.</param>
    /// <param name="model">The model of its file.</param>
    /// <param name="itself">The method whose body it is, if it is one: it becomes static with it.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static bool In(SyntaxNode code, SemanticModel model, IMethodSymbol? itself, CancellationToken cancellationToken) =>
        code.DescendantNodes().Any(node => node is ThisExpressionSyntax or BaseExpressionSyntax
            || (node is SimpleNameSyntax name && !IsMemberOfSomething(name)
                && model.GetSymbolInfo(name, cancellationToken).Symbol is { IsStatic: false } member && IsOfInstance(member)
                && !SymbolEqualityComparer.Default.Equals(member, itself)));

    // A parameter of a primary constructor is kept in the object.
    private static bool IsOfInstance(ISymbol member) =>
        member is IFieldSymbol or IPropertySymbol or IEventSymbol or IMethodSymbol { MethodKind: not MethodKind.LocalFunction }
            or IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } };

    private static bool IsMemberOfSomething(SimpleNameSyntax name) =>
        (name.Parent is MemberAccessExpressionSyntax access && access.Name == name)
        || name.Parent is MemberBindingExpressionSyntax or NameColonSyntax or NameEqualsSyntax or SubpatternSyntax
        || (name.Parent is AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax } assignment && assignment.Left == name);
}
