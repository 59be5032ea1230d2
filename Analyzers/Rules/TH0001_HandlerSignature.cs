using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>A handler is static, not generic, returns nothing and takes <c>(ref TState, in InterruptContext)</c>.</summary>
internal sealed class TH0001_HandlerSignature : Rule
{
    public static readonly TH0001_HandlerSignature Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.HandlerSignature,
        "Give a handler the signature of InterruptHandler<TState>",
        "'{0}' cannot be an interrupt handler: {1}. Declare it 'static void {0}(ref TState state, in InterruptContext context)' with an unmanaged TState.",
        RuleCategories.Declaration,
        RuleLevel.RegistrationRefuses,
        "A handler is called by its native entry point, with the source's state and the context of the interrupt. Registration takes no other signature.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "";

    /// <summary>What is wrong with the signature, or null.</summary>
    public static string? Fault(IMethodSymbol method, Engine engine)
    {
        if (method.MethodKind == MethodKind.LocalFunction ? !method.IsStatic && Capturing.Captures(method, engine) : !method.IsStatic)
        {
            return method.MethodKind == MethodKind.LocalFunction
                ? "it captures variables, so it is compiled to an instance method" : "it is an instance method, and an object may move while the handler runs";
        }

        if (method.IsAbstract || method.IsVirtual)
        {
            return "it is virtual";
        }

        if (IsGeneric(method) || IsGeneric(method.ContainingType))
        {
            return "it is generic, or in a generic type, so it has no single native body";
        }

        if (!method.ReturnsVoid)
        {
            return "it returns a value, which nobody reads";
        }

        if (method.Parameters is not [{ RefKind: RefKind.Ref } state, { RefKind: RefKind.In } context]
            || !context.Type.IsInterruptContext())
        {
            return "its parameters are not '(ref TState, in InterruptContext)'";
        }

        return state.Type.IsUnmanagedType
            ? null : $"its state '{Names.Short(state.Type)}' contains references, which the garbage collector moves";
    }

    // A local function is generic with the method around it.
    private static bool IsGeneric(IMethodSymbol method) =>
        method.IsGenericMethod || (method.ContainingSymbol is IMethodSymbol outer && IsGeneric(outer));

    private static bool IsGeneric(INamedTypeSymbol? type) => type is not null && (type.Arity > 0 || IsGeneric(type.ContainingType));
}
