using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;

namespace TopHalf.BclTable;

/// <summary>
/// Writes a handler that calls one member. All arguments come from memory that the state points to and all results go there, so the JIT
/// knows none of them and leaves out nothing. The call stands at several sites, since what is inlined depends on where: in a straight line,
/// behind a condition, in a loop, on a receiver behind a pointer and on a local one.
/// </summary>
internal static class ProbeWriter
{
    private const int MostArguments = 15;
    private const string Receiver = "state.Receiver";

    // (int, int) is no name that new understands.
    private static readonly SymbolDisplayFormat s_format =
        SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.ExpandValueTuple);

    /// <summary>What the probes work on, once for an assembly.</summary>
    public static string State { get; } =
        $$"""
        public unsafe struct State
        {
            public int Length; public int Flag; public int Turns; public byte* Result; public byte* Receiver;
            {{string.Concat(Enumerable.Range(0, MostArguments).Select(i => string.Create(CultureInfo.InvariantCulture, $"public byte* A{i}; ")))}}
        }
        """;

    /// <returns>Null where a handler cannot make the call: it takes or gives an object.</returns>
    public static Probe? Write(IMethodSymbol method, string id, string name, Compilation compilation)
    {
        if (method.Parameters.Length > MostArguments || Arguments(method) is not { } arguments)
        {
            return null;
        }

        bool hasReceiver = !method.IsStatic && method.MethodKind != MethodKind.Constructor;
        string type = method.ContainingType.ToDisplayString(s_format);
        if (hasReceiver && !IsValue(method.ContainingType) && ElementOfSpan(method.ContainingType) is null)
        {
            return null;
        }

        if (Keep(method, Call(method, hasReceiver ? "receiver" : type, arguments)) is not { } local)
        {
            return null;
        }

        var body = new StringBuilder();
        if (hasReceiver && ElementOfSpan(method.ContainingType) is { } element)
        {
            local = $"{{ var receiver = {Span(method.ContainingType, element, Receiver)}; {local} }}";
        }
        else if (hasReceiver)
        {
            string behind = Keep(method, Call(method, $"(*({type}*){Receiver})", arguments))!;
            local = $"{{ {type} receiver = *({type}*){Receiver}; {local} *({type}*){Receiver} = receiver; }} {behind}";
        }

        (string? guard, string condition) = Guard(method.ContainingType, compilation);
        body.AppendLine("using System.Runtime.CompilerServices; using System.Runtime.InteropServices; using TopHalf;");
        body.AppendLine(CultureInfo.InvariantCulture, $"public static unsafe class {name}");
        body.AppendLine("{");
        body.AppendLine("    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        body.AppendLine("    public static void Handle(ref State state, in InterruptContext context)");
        body.AppendLine("    {");
        body.AppendLine(CultureInfo.InvariantCulture, $"        {condition}");
        body.AppendLine("        {");
        body.AppendLine(CultureInfo.InvariantCulture, $"            {local}");
        body.AppendLine(CultureInfo.InvariantCulture, $"            if (state.Flag > 3) {{ {local} }}");
        body.AppendLine(CultureInfo.InvariantCulture, $"            for (int turn = state.Turns; turn > 0; turn--) {{ {local} }}");
        body.AppendLine("        }");
        body.AppendLine("    }");
        body.AppendLine("}");
        return new Probe(name, id, guard, body.ToString());
    }

    // Instructions of a processor may be used behind their IsSupported only. Vectors are in every x86-64 processor, but they can be hidden from
    // the JIT, and this is false then.
    private static (string? Guard, string Condition) Guard(INamedTypeSymbol type, Compilation compilation)
    {
        string space = type.ContainingNamespace.ToDisplayString();
        if (space == "System.Runtime.Intrinsics.X86")
        {
            string name = type.ToDisplayString(s_format);
            return (type.GetDocumentationCommentId()![2..], $"if ({name}.IsSupported)");
        }

        return space == "System.Runtime.Intrinsics" || (space == "System.Numerics" && type.Name.StartsWith("Vector", StringComparison.Ordinal))
            ? (null, "if (System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated)") : (null, "");
    }

    private static string? Call(IMethodSymbol method, string target, string[] arguments)
    {
        string list = string.Join(", ", arguments);
        switch (method.MethodKind)
        {
            case MethodKind.Constructor:
                return $"new {target}({list})";
            case MethodKind.PropertyGet when method.AssociatedSymbol is IPropertySymbol { IsIndexer: true }:
                return $"{target}[{list}]";
            case MethodKind.PropertyGet:
                return $"{target}.{method.AssociatedSymbol!.Name}";
            case MethodKind.PropertySet when method.AssociatedSymbol is IPropertySymbol { IsIndexer: true }:
                return $"{target}[{string.Join(", ", arguments[..^1])}] = {arguments[^1]}";
            case MethodKind.PropertySet:
                return $"{target}.{method.AssociatedSymbol!.Name} = {arguments[0]}";
            case MethodKind.Conversion:
                string cast = $"({method.ReturnType.ToDisplayString(s_format)})({arguments[0]})";
                return method.Name.StartsWith("op_Checked", StringComparison.Ordinal) ? $"checked({cast})" : $"unchecked({cast})";
            case MethodKind.UserDefinedOperator:
                return Operator(method.Name, arguments);
            default:
                string types = method.TypeArguments.IsEmpty
                    ? "" : $"<{string.Join(", ", method.TypeArguments.Select(a => a.ToDisplayString(s_format)))}>";
                return $"{target}.{method.Name}{types}({list})";
        }
    }

    private static string? Operator(string name, string[] arguments)
    {
        bool isChecked = name.StartsWith("op_Checked", StringComparison.Ordinal);
        string? token = (isChecked ? name["op_Checked".Length..] : name["op_".Length..]) switch
        {
            "Addition" or "UnaryPlus" => "+",
            "Subtraction" or "UnaryNegation" => "-",
            "Multiply" => "*",
            "Division" => "/",
            "Modulus" => "%",
            "BitwiseAnd" => "&",
            "BitwiseOr" => "|",
            "ExclusiveOr" => "^",
            "LeftShift" => "<<",
            "RightShift" => ">>",
            "UnsignedRightShift" => ">>>",
            "Equality" => "==",
            "Inequality" => "!=",
            "LessThan" => "<",
            "GreaterThan" => ">",
            "LessThanOrEqual" => "<=",
            "GreaterThanOrEqual" => ">=",
            "OnesComplement" => "~",
            "LogicalNot" => "!",
            "Increment" => "++",
            "Decrement" => "--",
            _ => null,
        };
        string mode = isChecked ? "checked" : "unchecked";
        return (token, arguments) switch
        {
            (null, _) => null,
            ("++" or "--", [var operand]) => $"{mode}({token}({operand}))",
            (_, [var operand]) => $"{mode}({token}({operand}))",
            (_, [var left, var right]) => $"{mode}(({left}) {token} ({right}))",
            _ => null,
        };
    }

    private static string[]? Arguments(IMethodSymbol method)
    {
        string[] arguments =
            [.. method.Parameters.Select((p, i) => Argument(p, string.Create(CultureInfo.InvariantCulture, $"state.A{i}"))).OfType<string>()];
        return arguments.Length == method.Parameters.Length ? arguments : null;
    }

    private static string? Argument(IParameterSymbol parameter, string source)
    {
        string type = parameter.Type.ToDisplayString(s_format);
        if (IsValue(parameter.Type))
        {
            string how = parameter.RefKind switch { RefKind.None => "", RefKind.Ref => "ref ", RefKind.Out => "out ", _ => "in " };
            return $"{how}*({type}*){source}";
        }

        return parameter.RefKind != RefKind.None ? null
            : parameter.Type is IPointerTypeSymbol ? $"({type}){source}"
            : ElementOfSpan(parameter.Type) is { } element ? Span(parameter.Type, element, source) : null;
    }

    private static string Span(ITypeSymbol span, ITypeSymbol element, string source)
    {
        string create = span.Name == "Span" ? "CreateSpan" : "CreateReadOnlySpan";
        return $"MemoryMarshal.{create}(ref *({element.ToDisplayString(s_format)}*){source}, state.Length)";
    }

    private static string? Keep(IMethodSymbol method, string? call)
    {
        ITypeSymbol type = method.MethodKind == MethodKind.Constructor ? method.ContainingType : method.ReturnType;
        if (call is null)
        {
            return null;
        }

        if (type.SpecialType == SpecialType.System_Void)
        {
            return call + ";";
        }

        if (method.ReturnsByRef || method.ReturnsByRefReadonly)
        {
            return IsValue(type) ? $"*(void**)state.Result = Unsafe.AsPointer(ref Unsafe.AsRef(in {call}));" : null;
        }

        if (type is IPointerTypeSymbol)
        {
            return $"*(void**)state.Result = (void*)({call});";
        }

        return IsValue(type) ? $"*({type.ToDisplayString(s_format)}*)state.Result = {call};"
            : ElementOfSpan(type) is not null
                ? $"{{ var result = {call}; *(void**)state.Result = Unsafe.AsPointer(ref Unsafe.AsRef(in MemoryMarshal.GetReference(result))); state.Length = result.Length; }}"
                : null;
    }

    private static bool IsValue(ITypeSymbol type) =>
        type.IsUnmanagedType && !type.IsRefLikeType && !LeadsToObjects(type)
        && type.TypeKind is not (TypeKind.Pointer or TypeKind.FunctionPointer or TypeKind.TypeParameter);

    // A handle to an object is a number, and what reads the object through it makes no call.
    private static bool LeadsToObjects(ITypeSymbol type) =>
        type is INamedTypeSymbol named && (named.TypeArguments.Any(a => !a.IsUnmanagedType || LeadsToObjects(a))
            || (named.ContainingType is { } outer && LeadsToObjects(outer)));

    private static ITypeSymbol? ElementOfSpan(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "Span" or "ReadOnlySpan", Arity: 1, ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } span
        && IsValue(span.TypeArguments[0]) ? span.TypeArguments[0] : null;
}
