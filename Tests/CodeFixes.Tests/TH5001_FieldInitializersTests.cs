using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH5001_FieldInitializersTests
{
    private const string Read = "state.Count = {|TH5001:Config.Limit|};";
    private const string Clean = "state.Count = Config.Limit;";

    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task Fields_get_their_first_values_where_they_are_declared(int shape) =>
        Shapes.VerifyAsync<TH5001_FieldInitializersFix>(
            shape, Read, Clean,
            types: "static class Config { public static int Limit, Other; static Config() { Limit = 5; Other = Limits.Most; } }\nstatic class Limits { public const int Most = 7; }",
            fixedTypes: "static class Config { public static int Limit = 5, Other = Limits.Most; }\nstatic class Limits { public const int Most = 7; }");

    [Theory]
    [InlineData("static class Config { public static int Limit; static Config() => Limit = 5; }", "static class Config { public static int Limit = 5; }")]
    [InlineData("static class Config { static Config() { } public static int Limit = 3; }", "static class Config { public static int Limit = 3; }")]
    [InlineData("static class Config { public static int Limit = 3; static Config() => Limit = 5; }", "static class Config { public static int Limit = 5; }")]
    [InlineData(
        "static partial class Config { public static int Limit /* most */; }\nstatic partial class Config { static Config() => Limit = 5; }",
        "static partial class Config { public static int Limit = 5 /* most */; }\nstatic partial class Config { }")]
    [InlineData(
        "static class Config\n{\n    // Most.\n    public static int Limit;\n    public static int Other;\n\n    // a\n    static Config() // b\n    {\n        // d\n        Limit = 5; // e\n        Other = 6; // f\n        // g\n    } // h\n}",
        "static class Config\n{\n    // Most.\n    // a\n    // b\n    // d\n    // e\n    public static int Limit = 5;\n    // f\n    // g\n    // h\n    public static int Other = 6;\n}")]
    public Task Whatever_it_looks_like(string before, string after) =>
        Shapes.VerifyAsync<TH5001_FieldInitializersFix>(0, Read, Clean, types: before, fixedTypes: after);

    [Fact]
    public Task A_method_of_such_a_type_is_called_without_a_check_then() =>
        Shapes.VerifyAsync<TH5001_FieldInitializersFix>(
            0, "state.Count = {|TH5001:Config.Next()|};", "state.Count = Config.Next();",
            types: "static class Config { static int s_limit; static Config() { s_limit = 5; } [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int Next() => s_limit + 1; }",
            fixedTypes: "static class Config { static int s_limit = 5; [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int Next() => s_limit + 1; }");

    [Theory]
    [InlineData("static class Config { public static int Limit; static Config() { Limit = 5; Limit++; } }")]
    [InlineData("static class Config { public static int Limit; static Config() { Limit = 5; Limit = 6; } }")]
    [InlineData("static class Config { public static int Limit; static Config() { Limit = Most(); } static int Most() => 3; }")] // Who knows what it does, and when.
    [InlineData("static class Config { public static int Limit = 5; static Config() { /* none */ } }")]
    [InlineData("static class Config { public static int Limit; /** Sets it. */ static Config() { Limit = 5; } }")]
    [InlineData("static class Config { public static int Limit = Most(); static Config() { Limit = 5; } static int Most() => 3; }")]
    [InlineData("static class Config { public static int Limit; static Config() { Limit = {|CS0103:missing|}; } }")]
    public Task Nothing_is_offered_where_the_constructor_does_more(string type) =>
        Shapes.VerifyNothingAsync<TH5001_FieldInitializersFix>(Read, types: type);
}
