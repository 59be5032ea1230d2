using System.Reflection;
using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>The first stage: what the declaration alone says about a handler.</summary>
internal static class HandlerContract
{
    // MethodImplOptions.Async of .NET 10: a method that the runtime itself suspends and resumes.
    private const MethodImplAttributes RuntimeAsync = (MethodImplAttributes)0x2000;

    public static IReadOnlyList<HandlerViolation> Check(Delegate handler)
    {
        MethodInfo method = handler.Method;
        var violations = new List<HandlerViolation>();
        if (handler.GetInvocationList().Length > 1)
        {
            violations.Add(Violation(method, Rules.NotPlainStatic, "The delegate combines several methods."));
        }

        if (!method.IsStatic)
        {
            string kind = method.DeclaringType?.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) == true
                ? "is a lambda or a local function that captures, which the compiler makes an instance method of a hidden class"
                : "is an instance method";
            violations.Add(Violation(method, Rules.NotPlainStatic, $"The handler {kind}."));
        }
        else if (handler.Target is not null)
        {
            violations.Add(Violation(method, Rules.NotPlainStatic, "The delegate captures its first argument."));
        }

        Type type = handler.GetType();
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(InterruptHandler<>))
        {
            violations.Add(Violation(method, Rules.Signature, $"The delegate is of type {MethodNames.Of(type)}, not InterruptHandler<TState>."));
        }

        violations.AddRange(CheckMethod(method));
        return violations;
    }

    public static IReadOnlyList<HandlerViolation> CheckMethod(MethodInfo method)
    {
        var violations = new List<HandlerViolation>();
        if (method.DeclaringType is null)
        {
            violations.Add(Violation(method, Rules.NotPlainStatic, "The handler is a dynamic method, whose code can be freed."));
            return violations;
        }

        // NativeAOT has no collectible contexts, and does not know the property.
        if (RuntimeFeature.IsDynamicCodeSupported && method.IsCollectible)
        {
            violations.Add(Violation(method, Rules.NotPlainStatic, "The handler's assembly is loaded into a collectible context, so its code can be freed."));
        }

        if (IsShared(method))
        {
            violations.Add(Violation(method, Rules.Signature, "The handler is generic over a reference type, so it gets a hidden argument."));
        }

        MethodImplAttributes flags = method.MethodImplementationFlags;
        if (method.ReturnType != typeof(void))
        {
            violations.Add(Violation(method, Rules.Signature, $"The handler returns {MethodNames.Of(method.ReturnType)}."));
        }

        if (method.IsDefined(typeof(StateMachineAttribute), inherit: false) || (flags & RuntimeAsync) != 0)
        {
            violations.Add(Violation(method, Rules.AsyncOrIterator, "The handler is async."));
        }

        if (IsUnoptimized(method))
        {
            violations.Add(Violation(method, Rules.Unoptimized, "The handler is compiled without optimisation."));
        }

        if ((flags & MethodImplAttributes.AggressiveOptimization) == 0)
        {
            violations.Add(Violation(method, Rules.NotAggressivelyOptimized, "The handler is not marked AggressiveOptimization."));
        }

        return violations;
    }

    /// <summary>Whether the JIT was told, by the assembly or by the method, not to optimise. NativeAOT optimises or not for the whole program.</summary>
    public static bool IsUnoptimized(MethodBase method) =>
        (method.MethodImplementationFlags & MethodImplAttributes.NoOptimization) != 0
        || (RuntimeFeature.IsDynamicCodeSupported && AssemblyFacts.Of(method.Module.Assembly).IsUnoptimized);

    /// <summary>Whether the method's code is shared between instantiations, and so needs look-ups at run time.</summary>
    public static bool IsShared(MethodBase method) =>
        (method.IsGenericMethod && Array.Exists(method.GetGenericArguments(), IsShared))
        || (method.DeclaringType is { IsGenericType: true } type && Array.Exists(type.GetGenericArguments(), IsShared));

    private static bool IsShared(Type argument) =>
        !argument.IsValueType || (argument.IsGenericType && Array.Exists(argument.GetGenericArguments(), IsShared));

    private static HandlerViolation Violation(MethodInfo method, string rule, string what)
    {
        (string consequence, string remedy) = Rules.Explain(rule);
        return new HandlerViolation(rule, MethodNames.Of(method), 0, 0, "", null, $"{what} {consequence}", remedy) { Origin = method };
    }
}
