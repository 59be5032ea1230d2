namespace TopHalf.Generator.Tests.Generation;

/// <summary>The number types of C#, by their keywords.</summary>
internal static class NumberType
{
    public static IReadOnlyList<string> Integers { get; } = ["int", "long", "int", "long", "uint", "ulong", "sbyte", "byte", "short", "ushort"];

    public static IReadOnlyList<string> All { get; } = [.. Integers, "double", "float", "double"];

    public static bool IsFloating(string type) => type is "double" or "float";

    public static int Bits(string type) => type switch
    {
        "sbyte" or "byte" => 8,
        "short" or "ushort" => 16,
        "int" or "uint" or "float" => 32,
        _ => 64,
    };
}
