using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary>The static variables that code reads or writes, those included that the methods it calls do.</summary>
/// <param name="compilation">Whose methods are looked into.</param>
internal sealed class DeferToBottomHalfStatics(Compilation compilation)
{
    private readonly HashSet<ISymbol> _touched = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _seen = new(SymbolEqualityComparer.Default);

    /// <summary>Fields and automatic properties.</summary>
    public ISet<ISymbol> Touched => _touched;

    /// <summary>Whether something is called that may be any method of the compilation, and touch any.</summary>
    public bool AreUnknown { get; private set; }

    /// <summary>Whether a property is a variable, and not a method.</summary>
    public static bool IsAutomatic(IPropertySymbol property) =>
        property.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    /// <summary>Whether the one may see what the other does.</summary>
    public bool Meet(DeferToBottomHalfStatics other) =>
        _touched.Overlaps(other._touched) || (AreUnknown && (other.AreUnknown || other._touched.Count > 0)) || (other.AreUnknown && _touched.Count > 0);

    public void Add(DeferToBottomHalfStatics other)
    {
        _touched.UnionWith(other._touched);
        AreUnknown |= other.AreUnknown;
    }

    /// <summary>Adds what an operation touches, without those in it.</summary>
    public void Add(IOperation operation)
    {
        switch (operation)
        {
            case IFieldReferenceOperation { Field: { IsStatic: true, IsConst: false } field } when !(field.IsReadOnly && field.Type.IsValueType):
                _touched.Add(field);
                break;
            case IPropertyReferenceOperation { Property: { } property } when property.IsStatic && IsAutomatic(property):
                _touched.Add(property);
                break;
            case IPropertyReferenceOperation { Property: { } property }:
                Call(property.GetMethod);
                Call(property.SetMethod);
                break;
            case IInvocationOperation call:
                Call(call.TargetMethod);
                break;
            case IObjectCreationOperation creation:
                Call(creation.Constructor);
                break;
            case IMethodReferenceOperation reference:
                Call(reference.Method);
                break;
            case IBinaryOperation { OperatorMethod: { } method }:
                Call(method);
                break;
            case IUnaryOperation { OperatorMethod: { } method }:
                Call(method);
                break;
            case IConversionOperation { OperatorMethod: { } method }:
                Call(method);
                break;
            case IFunctionPointerInvocationOperation or IDynamicInvocationOperation or IUsingOperation or IForEachLoopOperation
                when operation is not IForEachLoopOperation { Collection.Type: { } collection }
                    || SymbolEqualityComparer.Default.Equals(collection.ContainingAssembly, compilation.Assembly):
                AreUnknown = true;
                break;
        }
    }

    /// <summary>Adds what all of a piece of code touches, but for the parts that are left out.</summary>
    public void AddAll(IOperation? operation, Func<IOperation, bool> isLeftOut)
    {
        if (operation is null || isLeftOut(operation))
        {
            return;
        }

        Add(operation);
        foreach (IOperation child in operation.ChildOperations)
        {
            AddAll(child, isLeftOut);
        }
    }

    private void Call(IMethodSymbol? method)
    {
        if (method?.MethodKind == MethodKind.DelegateInvoke)
        {
            AreUnknown = true;
            return;
        }

        // Methods of other assemblies know no variables of this one.
        method = method?.ReducedFrom?.OriginalDefinition ?? method?.OriginalDefinition;
        if (method is null || !SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, compilation.Assembly) || !_seen.Add(method))
        {
            return;
        }

        AreUnknown |= method.IsAbstract || ((method.IsVirtual || method.IsOverride) && !method.IsSealed && !method.ContainingType.IsSealed);
        foreach (SyntaxReference reference in (method.PartialImplementationPart ?? method).DeclaringSyntaxReferences)
        {
            SyntaxNode declaration = reference.GetSyntax();
            AddAll(compilation.GetSemanticModel(declaration.SyntaxTree).GetOperation(declaration), static _ => false);
        }
    }
}
