using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>The verdict on a call: safe (all null), unsafe (a rule and its words), or "as safe as the callee's body" (a callee).</summary>
internal readonly struct Judgement
{
    public static readonly Judgement Safe;

    private Judgement(Rule? rule, string? cause, string? remedy, IMethodSymbol? callee, bool isTrusted)
    {
        Rule = rule;
        Cause = cause;
        Remedy = remedy;
        Callee = callee;
        IsTrusted = isTrusted;
    }

    public Rule? Rule { get; }

    public string? Cause { get; }

    public string? Remedy { get; }

    public IMethodSymbol? Callee { get; }

    public bool IsTrusted { get; }

    public static Judgement Unsafe(Rule rule, string cause, string? remedy = null) => new(rule, cause, remedy, null, false);

    public static Judgement AsItsBody(IMethodSymbol callee, bool isTrusted) => new(null, null, null, callee, isTrusted);
}

/// <summary>
/// Says which calls are safe. In this order: what the call itself costs (delegates, P/Invoke, dispatch), what the member declares by its
/// attributes, what the tables know, what its body does if it is in this compilation. Whatever is left is unknown, and unknown is unsafe.
/// </summary>
internal static class Judge
{
    public static Judgement Call(IMethodSymbol bound, ITypeSymbol? receiver, Body body)
    {
        IMethodSymbol target = body.Instantiation.Of(bound.ReducedFrom ?? bound);
        receiver = receiver is null ? null : body.Instantiation.Of(receiver);
        if (receiver is { IsValueType: true } and not ITypeParameterSymbol && target.ContainingType is { TypeKind: TypeKind.Interface } face)
        {
            // A constrained call: the type argument says what is called.
            if (receiver.FindImplementationForInterfaceMember(target) is not IMethodSymbol implementation
                || (implementation.ContainingType.TypeKind == TypeKind.Interface && !implementation.IsStatic))
            {
                return Judgement.Unsafe(TH1002_Boxing.Instance,
                    $"boxes '{Names.Short(receiver)}' to call the default implementation of '{Names.Short(face)}.{Names.Of(target)}'");
            }

            // The implementation of a generic method has type parameters of its own.
            target = target.IsGenericMethod && implementation.IsGenericMethod ? implementation.Construct([.. target.TypeArguments]) : implementation;
        }

        IMethodSymbol definition = target.OriginalDefinition;
        definition = definition.PartialImplementationPart ?? definition;

        if (target.MethodKind == MethodKind.DelegateInvoke)
        {
            return Judgement.Unsafe(TH3002_DynamicDispatch.Instance, $"calls the delegate '{Names.Short(target.ContainingType)}'");
        }

        if (target.MethodKind == MethodKind.BuiltinOperator)
        {
            return Judgement.Safe;
        }

        if (definition.AsyncSignalUnsafe() is { } refusal)
        {
            string reason = refusal.ConstructorArguments is [{ Value: string text }] ? text : "it is marked [AsyncSignalUnsafe]";
            return Judgement.Unsafe(TH3005_DeclaredUnsafe.Instance, $"calls '{Name()}', which is declared unsafe here ({reason})");
        }

        if (definition.SuppressesGCTransition())
        {
            return Native(TH3004_GCPoll.Instance, definition, $"calls '{Name()}' with SuppressGCTransition");
        }

        // The definition part: LibraryImport's generator writes the implementation part, and the attribute is not on that.
        if (definition.IsPInvoke() || target.OriginalDefinition.IsPInvoke())
        {
            return Native(TH3003_NativeTransition.Instance, definition.IsPInvoke() ? definition : target.OriginalDefinition, $"calls '{Name()}' by P/Invoke");
        }

        if (Boxes(target, receiver) is { } boxed)
        {
            return Judgement.Unsafe(TH1002_Boxing.Instance, $"boxes '{boxed}' to call '{Name()}'");
        }

        if (IsDispatched(target, receiver) is { } how)
        {
            return Judgement.Unsafe(TH3002_DynamicDispatch.Instance, $"calls '{Name()}' {how}");
        }

        bool isHere = SymbolEqualityComparer.Default.Equals(definition.ContainingAssembly, body.Engine.Compilation.Assembly);
        bool isPromised = definition.IsAsyncSignalSafe() || (isHere ? definition.IsInterruptHandler() : body.Engine.Promises.InheritedBy(definition) is not null);
        if (SharesCode(target) is { } argument && (isHere || isPromised))
        {
            return Judgement.Unsafe(
                TH5004_RuntimeService.Instance,
                    $"calls '{Name()}' with the type argument '{Names.Short(argument)}', which may be a reference type, so its code is shared and looks types up at run time");
        }

        // Inside the type the check was made on the way in, and is reported there.
        if (isHere && TypeFacts.ChecksStaticConstructor(definition) is { } initialized && !IsIn(body.Member, initialized))
        {
            return Judgement.Unsafe(TH5001_TypeInitializer.Instance, TH5001_TypeInitializer.Cause(initialized),
                TH5001_TypeInitializer.Instance.Remedy);
        }

        if (isPromised)
        {
            return isHere ? Judgement.AsItsBody(Instance(target, definition), isTrusted: true) : Judgement.Safe;
        }

        if (body.Engine.Tables.Find(definition) is { } entry)
        {
            if (entry.Rule is { } rule)
            {
                return Judgement.Unsafe(rule, $"calls '{Name()}' ({entry.Reason})", entry.Remedy);
            }

            if (definition is { Name: "BitCast", ContainingType.Name: "Unsafe" } && !AreOfOneSize(target.TypeArguments))
            {
                return Judgement.Unsafe(TH4003_ImplicitThrow.Instance, $"calls '{Name()}' between types that may differ in size, which throws",
                    "Convert the value, or read it through a pointer");
            }

            if (NotAnElement(target) is { } element)
            {
                return Judgement.Unsafe(TH4003_ImplicitThrow.Instance, $"calls '{Name()}' on vectors of '{Names.Short(element)}', which throws",
                    "Use vectors of numbers");
            }

            // Safe over unmanaged values; over references the same member reads or writes the heap.
            return definition.MethodKind != MethodKind.PropertyGet && OverReferences(target) is { } reference
                ? Judgement.Unsafe(TH1006_ManagedRead.Instance,
                    $"calls '{Name()}' on '{Names.Short(reference)}', which may be or hold a reference")
                : Judgement.Safe;
        }

        if (isHere)
        {
            return Inside(target, definition, body);
        }

        if (definition.Parameters.Any(parameter => parameter.Type.IsHandlerDelegate()))
        {
            return Judgement.Unsafe(TH7001_RegistrationInHandler.Instance, $"registers a handler by '{Name()}'");
        }

        if (definition is { Name: "ToString", ReturnType.SpecialType: SpecialType.System_String })
        {
            return Judgement.Unsafe(TH1004_StringBuilding.Instance, $"builds a string by '{Name()}'");
        }

        // A constructor without code: the compiler zeroes the value.
        if (definition is { MethodKind: MethodKind.Constructor, IsImplicitlyDeclared: true, ContainingType.IsValueType: true })
        {
            return Judgement.Safe;
        }

        return Judgement.Unsafe(TH3001_UnknownCall.Instance, $"calls '{Name()}', which is not known to be safe");

        // Asked for by messages only: most calls have none.
        string Name() => Names.WithType(definition);
    }

    /// <summary>Whether the compiler leaves the call out: <c>[Conditional]</c> on a symbol that is not defined, or a partial method without
    /// a body.</summary>
    public static bool IsLeftOut(IMethodSymbol target, SyntaxTree tree, Engine engine)
    {
        if (target is
            {
                IsPartialDefinition: true, PartialImplementationPart: null, ReturnsVoid: true,
                DeclaredAccessibility: Accessibility.Private
            } && !target.IsPInvoke())
        {
            return true;
        }

        bool any = false;
        foreach (AttributeData attribute in target.OriginalDefinition.GetAttributes())
        {
            if (attribute.AttributeClass is
                {
                    Name: "ConditionalAttribute", ContainingNamespace:
                    {
                        Name: "Diagnostics",
                        ContainingNamespace.Name: "System"
                    }
                }
                && attribute.ConstructorArguments is [{ Value: string symbol }])
            {
                any = true;
                if (tree.Options.PreprocessorSymbolNames.Contains(symbol)
                    || tree.GetRoot().DescendantTrivia(descendIntoTrivia: false).Any(trivia =>
                        trivia.GetStructure() is DefineDirectiveTriviaSyntax define && define.Name.Text == symbol))
                {
                    return false;
                }
            }
        }

        return any;
    }

    // What is called matters, too: a pointer to the same function is no way out if that is unsafe.
    private static Judgement Native(Rule rule, IMethodSymbol method, string cause) =>
        NativeTargets.Of(method) is { IsOfLibc: true } function
            ? Judgement.Unsafe(rule, $"{cause} ({function.Description})", function.RemedyOr(rule.Remedy)) : Judgement.Unsafe(rule, cause);

    private static Judgement Inside(IMethodSymbol target, IMethodSymbol definition, Body body)
    {
        if (definition.IsExtern)
        {
            return Judgement.Unsafe(TH3001_UnknownCall.Instance, $"calls '{Name()}', which is implemented outside C#");
        }

        if (definition.IsDeclaredIn(body.Engine.Compilation) && IsStateMachine(definition, body.Cancellation))
        {
            return Judgement.Unsafe(TH1005_HiddenAllocation.Instance,
                $"calls '{Name()}', which allocates a state machine ({(definition.IsAsync ? "async" : "iterator")})");
        }

        if (definition.Parameters.Any(parameter => parameter.Type.IsHandlerDelegate()))
        {
            return Judgement.Unsafe(TH7001_RegistrationInHandler.Instance, $"registers a handler by '{Name()}'");
        }

        return Judgement.AsItsBody(Instance(target, definition), isTrusted: false);

        string Name() => Names.WithType(definition);
    }

    // The callee with its type arguments, if all are known; else whatever they are.
    private static IMethodSymbol Instance(IMethodSymbol target, IMethodSymbol definition) =>
        SymbolEqualityComparer.Default.Equals(target, definition) || !Instantiation.IsClosed(target) ? definition
            : SymbolEqualityComparer.Default.Equals(target.OriginalDefinition, definition) ? target
            : definition.IsGenericMethod && definition.ContainingType.TypeArguments.IsEmpty ? definition.Construct([.. target.TypeArguments])
            : definition;

    private static bool IsIn(IMethodSymbol member, INamedTypeSymbol type)
    {
        INamedTypeSymbol? around = member.ContainingType;
        while (around is { CanBeReferencedByName: false, ContainingType: { } outer })
        {
            around = outer;
        }

        return SymbolEqualityComparer.Default.Equals(around?.OriginalDefinition, type);
    }

    public static bool IsStateMachine(IMethodSymbol method, CancellationToken cancellation) =>
        method.IsAsync || method.DeclaringSyntaxReferences.Any(reference => HasYield(reference.GetSyntax(cancellation)));

    private static bool HasYield(SyntaxNode declaration) =>
        // A primary constructor is declared by its type, whose other members are no part of it.
        declaration is not TypeDeclarationSyntax && declaration.DescendantNodes(node => node == declaration
            || node is not (LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax or ExpressionSyntax))
            .OfType<YieldStatementSyntax>().Any();

    // Object's, ValueType's and Enum's own members take their receiver as an object.
    private static string? Boxes(IMethodSymbol target, ITypeSymbol? receiver)
    {
        if (receiver is not { IsValueType: true } || target.IsStatic)
        {
            return null;
        }

        return target.ContainingType.SpecialType switch
        {
            SpecialType.System_Object or SpecialType.System_ValueType => Names.Short(receiver),
            // GetHashCode is an intrinsic of the JIT; the others box. HasFlag is one too, but boxes in the code that is verified.
            SpecialType.System_Enum when target.Name is not "GetHashCode" => Names.Short(receiver),
            _ => null,
        };
    }

    private static string? IsDispatched(IMethodSymbol target, ITypeSymbol? receiver)
    {
        if (receiver is ITypeParameterSymbol parameter)
        {
            return target.ContainingType.TypeKind == TypeKind.Interface
                || !parameter.IsValueType ? $"on the type parameter '{parameter.Name}', so the target cannot be seen" : null;
        }

        if (target.ContainingType?.TypeKind == TypeKind.Interface && (target.IsAbstract || target.IsVirtual))
        {
            // The default of a static member is called by its name, through a type argument that has no other.
            return target is { IsStatic: true, IsAbstract: false } && receiver is { IsValueType: true } ? null : "through an interface";
        }

        if (receiver is null || receiver.IsValueType || target.IsStatic || !(target.IsVirtual || target.IsAbstract || target.IsOverride))
        {
            return null;
        }

        return target.IsSealed || receiver.IsSealed ? null : "virtually";
    }

    private static ITypeSymbol? OverReferences(IMethodSymbol target) =>
        target.TypeArguments.Concat(target.ContainingType.TypeArguments).FirstOrDefault(TypeFacts.HoldsReferences);

    // Vectors of anything but numbers throw, whatever is done with them.
    private static ITypeSymbol? NotAnElement(IMethodSymbol target) =>
        target.ContainingType is { } type && (type.ContainingNamespace.ToDisplayString() is "System.Runtime.Intrinsics"
            || (type.Name == "Vector" && type.ContainingNamespace.ToDisplayString() is "System.Numerics"))
            ? type.TypeArguments.Concat(target.TypeArguments).FirstOrDefault(static argument =>
                argument.SpecialType is not (>= SpecialType.System_SByte and <= SpecialType.System_Double and not SpecialType.System_Decimal
                    or SpecialType.System_IntPtr or SpecialType.System_UIntPtr))
            : null;

    private static bool AreOfOneSize(ImmutableArray<ITypeSymbol> types) =>
        TypeFacts.Size(types[0]) is { } size && types.All(type => TypeFacts.Size(type) == size);

    // Instantiations over reference types share one body, which asks the runtime what its type arguments are.
    private static ITypeSymbol? SharesCode(IMethodSymbol target)
    {
        foreach (ITypeSymbol argument in target.TypeArguments)
        {
            if (TypeFacts.MayBeReference(argument))
            {
                return argument;
            }
        }

        for (INamedTypeSymbol? type = target.ContainingType; type is not null
            && target.MethodKind is not (MethodKind.LocalFunction or MethodKind.AnonymousFunction); type = type.ContainingType)
        {
            foreach (ITypeSymbol argument in type.TypeArguments)
            {
                if (TypeFacts.MayBeReference(argument))
                {
                    return argument;
                }
            }
        }

        return null;
    }
}
