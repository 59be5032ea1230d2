using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// The contract with the library, by metadata name. A name, not a reference: the analyzers work with any version of the library, and with
/// copies of the attributes that another library declares for itself.
/// </summary>
internal static class KnownSymbols
{
    public const string InterruptHandlerAttribute = "TopHalf.InterruptHandlerAttribute";
    public const string Library = "TopHalf";
    public const string AsyncSignalSafeAttribute = "TopHalf.AsyncSignalSafeAttribute";
    public const string AsyncSignalUnsafeAttribute = "TopHalf.AsyncSignalUnsafeAttribute";
    public const string InterruptHandlerDelegate = "TopHalf.InterruptHandler`1";
    public const string InterruptContext = "TopHalf.InterruptContext";

    /// <summary>The verifier's mark on code of the library that calls verified entry points by pointer.</summary>
    public const string TrustedIndirectCallAttribute = "TopHalf.Verification.TrustedIndirectCallAttribute";

    private const string UnmanagedCallersOnlyAttribute = "System.Runtime.InteropServices.UnmanagedCallersOnlyAttribute";
    private const string SuppressGCTransitionAttribute = "System.Runtime.InteropServices.SuppressGCTransitionAttribute";
    private const string LibraryImportAttribute = "System.Runtime.InteropServices.LibraryImportAttribute";
    private const string ThreadStaticAttribute = "System.ThreadStaticAttribute";
    private const string SkipLocalsInitAttribute = "System.Runtime.CompilerServices.SkipLocalsInitAttribute";

    /// <summary>Whether the compilation can have handlers at all. If not, no rule runs.</summary>
    public static bool ArePresentIn(Compilation compilation) => !compilation.GetTypesByMetadataName(InterruptHandlerAttribute).IsEmpty;

    public static bool IsInterruptHandler(this ISymbol symbol) => symbol.Has(InterruptHandlerAttribute);

    /// <summary>Whether a method, or the property that an accessor belongs to, promises to be safe.</summary>
    public static bool IsAsyncSignalSafe(this IMethodSymbol method) =>
        method.Has(AsyncSignalSafeAttribute) || method.AssociatedSymbol?.Has(AsyncSignalSafeAttribute) == true;

    /// <summary>The promise on the method itself, or null.</summary>
    public static AttributeData? AsyncSignalSafe(this IMethodSymbol method) => method.Find(AsyncSignalSafeAttribute);

    /// <summary>The attribute on the member or on a type around it, or null.</summary>
    public static AttributeData? AsyncSignalUnsafe(this IMethodSymbol method)
    {
        AttributeData? found = method.Find(AsyncSignalUnsafeAttribute) ?? method.AssociatedSymbol?.Find(AsyncSignalUnsafeAttribute);
        for (IMethodSymbol? overridden = method.OverriddenMethod; found is null
            && overridden is not null; overridden = overridden.OverriddenMethod)
        {
            found = overridden.Find(AsyncSignalUnsafeAttribute);
        }

        for (INamedTypeSymbol? type = method.ContainingType; found is null && type is not null; type = type.ContainingType)
        {
            found = type.Find(AsyncSignalUnsafeAttribute);
        }

        return found;
    }

    public static bool TrustsIndirectCalls(this IMethodSymbol method) => method.Has(TrustedIndirectCallAttribute);

    public static bool SuppressesGCTransition(this IMethodSymbol method) => method.Has(SuppressGCTransitionAttribute);

    public static bool IsPInvoke(this IMethodSymbol method) => method.GetDllImportData() is not null || method.Has(LibraryImportAttribute);

    /// <summary>The library and the entry point that LibraryImport names; the generator writes the P/Invoke itself.</summary>
    public static (string? Library, string? Entry) LibraryImport(this IMethodSymbol method)
    {
        AttributeData? attribute = method.Find(LibraryImportAttribute);
        return (attribute?.ConstructorArguments is [{ Value: string library }] ? library : null,
            attribute?.NamedArguments.FirstOrDefault(static argument => argument.Key == "EntryPoint").Value.Value as string);
    }

    public static bool IsThreadStatic(this IFieldSymbol field) => field.Has(ThreadStaticAttribute);

    /// <summary>Whether locals of the member are left uninitialised: the attribute on it, on a type around it or on the module.</summary>
    public static bool SkipsLocalsInit(this ISymbol member)
    {
        for (ISymbol? symbol = member; symbol is not null; symbol = symbol.ContainingSymbol)
        {
            if (symbol.Has(SkipLocalsInitAttribute))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsHandlerDelegate(this ITypeSymbol? type) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Delegate, MetadataName: "InterruptHandler`1" } named
            && named.ContainingNamespace.IsTopHalf();

    public static bool IsInterruptContext(this ITypeSymbol type) =>
        type is { Name: "InterruptContext", ContainingType: null } && type.ContainingNamespace.IsTopHalf();

    /// <summary>Whether the type is an interrupt source of the library, of whatever kind.</summary>
    public static bool IsInterruptSource(this ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type is { Name: "InterruptSource" } && type.ContainingNamespace.IsTopHalf())
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsOfTopHalf(this ITypeSymbol type) => type.ContainingNamespace.IsTopHalf();

    public static bool IsUnmanagedCallersOnly(this IMethodSymbol method) => method.Has(UnmanagedCallersOnlyAttribute);

    private static bool IsTopHalf(this INamespaceSymbol? space) =>
        space is { Name: Library, ContainingNamespace.IsGlobalNamespace: true };

    private static bool Has(this ISymbol symbol, string attribute) => symbol.Find(attribute) is not null;

    private static AttributeData? Find(this ISymbol symbol, string attribute)
    {
        foreach (AttributeData data in symbol.GetAttributes())
        {
            // The name first: it is compared without making a string for every attribute of every member.
            if (data.AttributeClass is { } type && attribute.EndsWith(type.Name, StringComparison.Ordinal)
                && type.ToDisplayString() == attribute)
            {
                return data;
            }
        }

        return null;
    }
}
