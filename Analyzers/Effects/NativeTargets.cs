using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Which native functions a P/Invoke or a pointer in a static readonly field calls. A pointer's is known where its initialiser, or the static
/// constructor, asks <c>NativeLibrary.GetExport</c> or <c>dlsym</c> by a constant name, itself or through static methods of this compilation.
/// </summary>
internal sealed class NativeTargets
{
    // Helpers that call helpers that call helpers: nobody writes more, and a cycle ends.
    private const int MaximumDepth = 4;

    private static readonly ImmutableDictionary<ISymbol, string> s_noArguments = ImmutableDictionary.Create<ISymbol, string>(SymbolEqualityComparer.Default);

    private readonly Engine _engine;
    private readonly CancellationToken _cancellation;
    private readonly List<NativeFunction> _found = [];

    private NativeTargets(Engine engine, CancellationToken cancellation)
    {
        _engine = engine;
        _cancellation = cancellation;
    }

    /// <summary>The function that a P/Invoke calls.</summary>
    public static NativeFunction? Of(IMethodSymbol method)
    {
        (string? Library, string? Entry) import = method.GetDllImportData() is { } data
            ? (data.ModuleName, data.EntryPointName) : method.LibraryImport();
        return import.Library is { } library ? new NativeFunction(import.Entry ?? method.Name, library) : null;
    }

    /// <summary>Every function that the field may point to. Empty: it cannot be seen.</summary>
    public static IReadOnlyList<NativeFunction> Of(IFieldSymbol field, Body body)
    {
        NativeTargets targets = new(body.Engine, body.Cancellation);
        return targets.Field(field, 0) ? targets._found : [];
    }

    private bool Field(IFieldSymbol field, int depth) =>
        field is { IsStatic: true, IsReadOnly: true } && depth < MaximumDepth && Values(field) is { Count: > 0 } values
            && values.All(value => Value(value, depth + 1));

    // What the field is set to; null if also in a way that is not understood.
    private List<IOperation>? Values(IFieldSymbol field)
    {
        List<IOperation> values = [.. field.DeclarationsIn(_engine.Compilation)
            .Select(reference => (reference.GetSyntax(_cancellation) as VariableDeclaratorSyntax)?.Initializer)
            .OfType<EqualsValueClauseSyntax>()
            .Select(initializer => _engine.Model(initializer.SyntaxTree).GetOperation(initializer, _cancellation))
            .OfType<ISymbolInitializerOperation>().Select(initializer => initializer.Value)];
        foreach (IOperation operation in field.ContainingType.StaticConstructors.SelectMany(Operations))
        {
            if (operation is not IFieldReferenceOperation reference || !SymbolEqualityComparer.Default.Equals(reference.Field.OriginalDefinition, field.OriginalDefinition)
                || !Usage.Of(reference).Writes)
            {
                continue;
            }

            if (reference.Parent is not ISimpleAssignmentOperation { IsRef: false } assignment)
            {
                return null;
            }

            values.Add(assignment.Value);
        }

        return values;
    }

    private bool Value(IOperation value, int depth)
    {
        switch (value)
        {
            case IConversionOperation { OperatorMethod: null } conversion:
                return Value(conversion.Operand, depth);

            // nint and IntPtr are one type to the compiler, and the conversion to a pointer may be an operator's.
            case IConversionOperation { OperatorMethod.ContainingType.SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr } conversion:
                return Value(conversion.Operand, depth);

            case IParenthesizedOperation parenthesized:
                return Value(parenthesized.Operand, depth);

            case IConditionalOperation { WhenFalse: { } otherwise } conditional:
                return Value(conditional.WhenTrue, depth) && Value(otherwise, depth);

            case IFieldReferenceOperation field:
                return Field(field.Field, depth);

            case ILocalReferenceOperation { Local: { } local }:
                return depth < MaximumDepth && Facts.OnlyValue(local, Root(value)) is { } only && Value(only, depth + 1);

            case IInvocationOperation call:
                return Call(call, s_noArguments, depth);

            default:
                return false;
        }
    }

    // A call that gives an address: what it asks for by name.
    private bool Call(IInvocationOperation call, ImmutableDictionary<ISymbol, string> arguments, int depth)
    {
        if (Export(call) is { } asked)
        {
            if (Text(asked.Name, arguments) is not { } name)
            {
                return false;
            }

            _found.Add(new NativeFunction(name, Library(asked.Handle, arguments, depth)));
            return true;
        }

        IMethodSymbol method = call.TargetMethod.OriginalDefinition;
        if (depth >= MaximumDepth || !method.IsStatic || !method.IsDeclaredIn(_engine.Compilation))
        {
            return false;
        }

        ImmutableDictionary<ISymbol, string> inner = s_noArguments;
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter?.OriginalDefinition is { } parameter && Text(argument.Value, arguments) is { } text)
            {
                inner = inner.SetItem(parameter, text);
            }
        }

        // Whatever else the method does with the address (a check, a jump to it), it can only give what it asks for.
        List<IInvocationOperation> asks = [.. Operations(method).OfType<IInvocationOperation>().Where(Asks)];
        return asks.Count > 0 && asks.All(ask => Call(ask, inner, depth + 1));
    }

    private bool Asks(IInvocationOperation call) => Export(call) is not null
        || (call.TargetMethod is { IsStatic: true } method && method.IsDeclaredIn(_engine.Compilation) && !method.IsPInvoke()
            && method.Parameters.Any(static parameter => parameter.Type.SpecialType == SpecialType.System_String));

    private static (IOperation Handle, IOperation Name)? Export(IInvocationOperation call) =>
        (call.TargetMethod is { Name: "GetExport" or "TryGetExport", ContainingType.Name: "NativeLibrary" }
            || (call.TargetMethod is { Parameters.Length: 2 } method && method.GetDllImportData() is { } import && (import.EntryPointName ?? method.Name) == "dlsym"))
        && Argument(call, 0) is { } handle && Argument(call, 1) is { } name ? (handle, name) : null;

    private static IOperation? Argument(IInvocationOperation call, int ordinal) =>
        call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == ordinal)?.Value;

    private string? Library(IOperation handle, ImmutableDictionary<ISymbol, string> arguments, int depth)
    {
        switch (Facts.Unconverted(handle))
        {
            case IInvocationOperation { TargetMethod: { Name: "Load", ContainingType.Name: "NativeLibrary" } } load:
                return Argument(load, 0) is { } path ? Text(path, arguments) : null;

            case IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: true } field } when depth < MaximumDepth:
                return Values(field) is [{ } value] ? Library(value, arguments, depth + 1) : null;

            case ILocalReferenceOperation { Local: { } local } when depth < MaximumDepth:
                return Facts.OnlyValue(local, Root(handle)) is { } only ? Library(only, arguments, depth + 1) : null;

            default:
                return null;
        }
    }

    private static string? Text(IOperation operation, ImmutableDictionary<ISymbol, string> arguments) =>
        operation.ConstantValue is { HasValue: true, Value: string text } ? text
            : operation is IConversionOperation conversion ? Text(conversion.Operand, arguments)
            : operation is IParameterReferenceOperation { Parameter: { } parameter }
                && arguments.TryGetValue(parameter.OriginalDefinition, out string? given) ? given : null;

    private IEnumerable<IOperation> Operations(IMethodSymbol method) =>
        method.DeclarationsIn(_engine.Compilation)
            .Select(reference => _engine.Model(reference.SyntaxTree).GetOperation(reference.GetSyntax(_cancellation), _cancellation))
            .OfType<IOperation>().SelectMany(body => body.DescendantsAndSelf());

    private static IOperation Root(IOperation operation) => operation.Parent is { } parent ? Root(parent) : operation;
}
