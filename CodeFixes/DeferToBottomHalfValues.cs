using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>The fields of the event: one for each value that a run reads. Different runs use the same ones, where names and types are.</summary>
/// <param name="eventType">The event's name, which no field may have.</param>
internal sealed class DeferToBottomHalfValues(string eventType)
{
    // Up to this size a writer copies without a call.
    private const int LargestSize = 64;

    private readonly List<(string Name, ITypeSymbol Type)> _fields = [];

    public IReadOnlyList<(string Name, ITypeSymbol Type)> Fields => _fields;

    /// <summary>Whether the event is small enough.</summary>
    /// <param name="steps">How many runs there are, which are told apart by a field.</param>
    public bool Fit(int steps) => _fields.Sum(static field => Rounded(SizeOf(field.Type) ?? LargestSize)) + (steps > 1 ? 8 : 0) <= LargestSize;

    /// <summary>Adds the values of a run.</summary>
    /// <returns>For each value, as it is written in the run, its field.</returns>
    public Dictionary<string, string> Add(IEnumerable<(ExpressionSyntax Read, ITypeSymbol Type)> values)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach ((ExpressionSyntax read, ITypeSymbol type) in values)
        {
            if (!names.ContainsKey(Text(read)))
            {
                names.Add(Text(read), Field(read, type, names.Values));
            }
        }

        return names;
    }

    /// <summary>How a value is written, whatever the spaces in it.</summary>
    public static string Text(ExpressionSyntax read) => read.NormalizeWhitespace().ToString();

    /// <summary>The size of a type that is the same everywhere, or <see langword="null"/>.</summary>
    public static int? SizeOf(ITypeSymbol type)
    {
        switch ((type is INamedTypeSymbol { EnumUnderlyingType: { } underlying } ? underlying : type).SpecialType)
        {
            case SpecialType.System_Boolean or SpecialType.System_Byte or SpecialType.System_SByte:
                return 1;
            case SpecialType.System_Char or SpecialType.System_Int16 or SpecialType.System_UInt16:
                return 2;
            case SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Single:
                return 4;
            case SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Double or SpecialType.System_IntPtr or SpecialType.System_UIntPtr
                or SpecialType.System_DateTime:
                return 8;
            case SpecialType.System_Decimal:
                return 16;
        }

        return type.ToDisplayString() switch
        {
            "System.TimeSpan" => 8,
            "System.Guid" or "System.DateTimeOffset" => 16,
            _ => type is INamedTypeSymbol { TypeKind: TypeKind.Struct, IsGenericType: false, Locations: [{ IsInSource: true }, ..] } && type.GetAttributes().IsEmpty
                ? SizeOfFields(type) : null,
        };
    }

    // At most: each field by itself.
    private static int? SizeOfFields(ITypeSymbol type)
    {
        int size = 0;
        foreach (IFieldSymbol field in type.GetMembers().OfType<IFieldSymbol>().Where(static field => !field.IsStatic))
        {
            if (field.IsFixedSizeBuffer || field.Type is IPointerTypeSymbol or IFunctionPointerTypeSymbol || SizeOf(field.Type) is not { } one)
            {
                return null;
            }

            size += Rounded(one);
        }

        return Math.Max(size, 1);
    }

    private static int Rounded(int size) => (size + 7) / 8 * 8;

    private string Field(ExpressionSyntax read, ITypeSymbol type, IEnumerable<string> taken)
    {
        string last = (read is MemberAccessExpressionSyntax access ? access.Name : (SimpleNameSyntax)read).Identifier.ValueText;
        string bare = last.StartsWith("s_", StringComparison.Ordinal) ? last.Substring(2) : last.TrimStart('_');
        bare = bare.Length == 0 ? "Value" : char.ToUpperInvariant(bare[0]) + bare.Substring(1);
        for (int i = 1; ; i++)
        {
            string name = i == 1 ? bare : bare + i.ToString(CultureInfo.InvariantCulture);
            (string Name, ITypeSymbol Type)? same = _fields.Where(field => field.Name == name)
                .Select(static field => ((string, ITypeSymbol)?)field).FirstOrDefault();
            if (name == eventType || name == DeferToBottomHalfCode.Step || taken.Contains(name)
                || (same is { } other && !SymbolEqualityComparer.Default.Equals(other.Type, type)))
            {
                continue;
            }

            if (same is null)
            {
                _fields.Add((name, type));
            }

            return name;
        }
    }
}
