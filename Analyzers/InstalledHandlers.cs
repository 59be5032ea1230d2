using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>A C# method that is handed to native code by its address, and how.</summary>
internal sealed class HandedOver(IOperation at, string name, IMethodSymbol? method, bool isDelegate)
{
    /// <summary>What hands it over.</summary>
    public IOperation Operation { get; } = at;

    /// <summary>Where it is handed over.</summary>
    public Location Location { get; } = at.Syntax.GetLocation();

    /// <summary>For messages.</summary>
    public string Name { get; } = name;

    /// <summary>The method, or null if it cannot be seen.</summary>
    public IMethodSymbol? Method { get; } = method;

    /// <summary>By a delegate, and so through a stub of the runtime.</summary>
    public bool IsDelegate { get; } = isDelegate;

    /// <summary>By its bare address: native code calls managed code, and nobody tells the runtime.</summary>
    public bool IsManagedCode => !IsDelegate && Method?.IsUnmanagedCallersOnly() == false;
}

/// <summary>
/// Finds the C# methods whose addresses a value holds: <c>&amp;Method</c>, a delegate, <c>Marshal.GetFunctionPointerForDelegate</c>, directly or by way of
/// locals that hold nothing else and of fields that are initialised so.
/// </summary>
internal static class InstalledHandlers
{
    private const int MaximumDepth = 4;

    public static IEnumerable<HandedOver> In(IOperation value, Compilation compilation, CancellationToken cancellation) =>
        Search(value, null, new Source(compilation, cancellation), 0);

    private readonly struct Source(Compilation compilation, CancellationToken cancellation)
    {
        public IOperation? InitialValue(IFieldSymbol field)
        {
            if (field.DeclarationsIn(compilation).FirstOrDefault()?.GetSyntax(cancellation) is not VariableDeclaratorSyntax { Initializer: { } initializer })
            {
                return null;
            }

#pragma warning disable RS1030 // The field may lie in another file. This is asked for where handlers are installed, and nowhere else.
            return (compilation.GetSemanticModel(initializer.SyntaxTree).GetOperation(initializer, cancellation) as ISymbolInitializerOperation)?.Value;
#pragma warning restore RS1030
        }
    }

    // Found by way of a variable, it is reported where the variable is used.
    private static IEnumerable<HandedOver> Search(IOperation operation, IOperation? at, Source source, int depth)
    {
        switch (operation)
        {
            case IAddressOfOperation { Reference: IMethodReferenceOperation { Method: { } method } }:
                return [new HandedOver(at ?? operation, $"'{Names.Of(method)}'", method, isDelegate: false)];

            case IDelegateCreationOperation { Target: IMethodReferenceOperation { Method: { } method } }:
                return [new HandedOver(at ?? operation, $"'{Names.Of(method)}'", method, isDelegate: true)];

            case IDelegateCreationOperation { Target: IAnonymousFunctionOperation lambda }:
                return [new HandedOver(at ?? operation, "A lambda", lambda.Symbol, isDelegate: true)];

            case IInvocationOperation { TargetMethod: { Name: "GetFunctionPointerForDelegate", ContainingType.Name: "Marshal" } } stub:
                // A delegate that is made on the spot is reported there.
                List<HandedOver> inside = [.. stub.Arguments.SelectMany(argument => Search(argument.Value, IsMade(argument.Value) ? at : at ?? operation, source, depth))];
                return inside.Count > 0 ? inside : [new HandedOver(at ?? operation, "A delegate", null, isDelegate: true)];

            case ILocalReferenceOperation { Local: { } local } when IsPointer(operation.Type) && depth < MaximumDepth:
                return Facts.OnlyValue(local, Root(operation)) is { } only ? Search(only, at ?? operation, source, depth + 1) : [];

            case IFieldReferenceOperation { Field: { } field } when IsPointer(operation.Type) && depth < MaximumDepth:
                return source.InitialValue(field) is { } initial ? Search(initial, at ?? operation, source, depth + 1) : [];

            default:
                return operation.ChildOperations.SelectMany(child => Search(child, at, source, depth));
        }
    }

    private static bool IsMade(IOperation value) => value.DescendantsAndSelf().Any(static operation => operation is IDelegateCreationOperation);

    private static bool IsPointer(ITypeSymbol? type) =>
        type is { TypeKind: TypeKind.Delegate or TypeKind.FunctionPointer or TypeKind.Pointer }
            or { SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr };

    private static IOperation Root(IOperation operation) => operation.Parent is { } parent ? Root(parent) : operation;
}
