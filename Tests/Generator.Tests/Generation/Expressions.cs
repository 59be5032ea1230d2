using System.Globalization;
using TopHalf.Generator.Material;

namespace TopHalf.Generator.Tests.Generation;

/// <summary>
/// Writes expressions. They have no side effects but those of the helpers that they call, and all are safe to evaluate: indexes are masked,
/// divisors are positive.
/// </summary>
internal sealed class Expressions(Dice dice, Scope scope)
{
    private const string Mask = "15"; // State.Elements - 1

    /// <summary>An expression that has the type.</summary>
    public string Of(string type, int depth) => type == "bool" ? Condition(depth)
        : depth <= 0 ? Leaf(type)
        : NumberType.IsFloating(type) ? Floating(type, depth)
        : Integer(type, depth);

    public string Condition(int depth)
    {
        string type = dice.OneOf(NumberType.All);
        return dice.Below(depth > 1 ? 8 : 4) switch
        {
            4 => $"({Condition(depth - 1)} && {Condition(depth - 1)})",
            5 => $"({Condition(depth - 1)} || {Condition(depth - 1)})",
            6 => $"!({Condition(depth - 1)})",
            7 => $"(({Of("int", depth - 1)} & {1 << dice.Below(8)}) {dice.Pick("==", "!=")} 0)",
            _ => $"({Of(type, depth - 1)} {dice.Pick("<", "<=", ">", ">=", "==", "!=")} {Of(type, depth - 1)})",
        };
    }

    /// <summary>An index into any buffer of the state.</summary>
    public string Index(int depth) => dice.Percent(25)
        ? Text(dice.Below(State.Elements))
        : $"({Of("int", depth)} & {Mask})";

    /// <summary>The call of a helper that returns the type, or null if there is none.</summary>
    public string? Call(string type, int depth)
    {
        List<Helper> helpers = [.. scope.Helpers.Where(h => h.Returns == type && (scope.HasState || !h.TakesState))];
        if (helpers.Count == 0)
        {
            return null;
        }

        Helper helper = dice.OneOf(helpers);
        IEnumerable<string> arguments = helper.Parameters.Select(p => Of(p, depth - 1));
        return $"{helper.Name}({string.Join(", ", helper.TakesState ? arguments.Prepend("ref state") : arguments)})";
    }

    /// <summary>A number that the type holds.</summary>
    public string Literal(string type)
    {
        long small = dice.Between(-9, 200);
        long any = (long)dice.Next() >> dice.Below(60);
        return type switch
        {
            "float" => $"{Text(dice.Between(-900, 900))}.{Text(dice.Below(100))}f",
            "double" => $"{Text(dice.Between(-90000, 90000))}.{Text(dice.Below(1000))}",
            _ => dice.Percent(60) ? $"unchecked(({type})({Text(small)}))" : $"unchecked(({type})({Text(any)}L))",
        };
    }

    private string Leaf(string type)
    {
        List<Variable> variables = scope.Variables(type, writable: false);
        if (scope.HasState && dice.Percent(25) && Memory(type, 0) is { } memory)
        {
            return memory;
        }

        if (variables.Count > 0 && dice.Percent(75))
        {
            return dice.OneOf(variables).Text;
        }

        return dice.Percent(30) || variables.Count > 0 ? Literal(type) : $"unchecked(({type}){Other(type)})";
    }

    private string Other(string type)
    {
        List<Variable> variables = [.. scope.Variables(null, writable: false).Where(v => v.Type != type)];
        return variables.Count > 0 ? dice.OneOf(variables).Text : Literal(type);
    }

    /// <summary>An element of a buffer of the state that has the type, or null if none has.</summary>
    public string? Memory(string type, int depth) => type switch
    {
        "byte" => $"state.Bytes[{Index(depth)}]",
        "int" => dice.Pick($"state.Ints[{Index(depth)}]", $"*(state.Ints + {Index(depth)})", $"state.Fixed[{Index(depth)}]", $"state.Inners[{Index(depth)}].A"),
        "long" => dice.Pick($"state.Longs[{Index(depth)}]", $"state.Row[{Index(depth)}]", $"state.Inners[{Index(depth)}].B"),
        "double" => dice.Pick($"state.Doubles[{Index(depth)}]", $"(state.Inners + {Index(depth)})->C"),
        "short" => $"state.Inners[{Index(depth)}].D",
        "uint" => $"((uint*)state.Ints)[{Index(depth)}]",
        "ulong" => $"((ulong*)state.Longs)[{Index(depth)}]",
        "sbyte" => $"((sbyte*)state.Bytes)[{Index(depth)}]",
        _ => null,
    };

    private string Integer(string type, int depth)
    {
        string Next(string of) => Of(of, depth - 1);
        switch (dice.Below(22))
        {
            case 0 or 1 or 2 or 3:
                return $"unchecked(({type})({Next(type)} {dice.Pick("+", "-", "*", "&", "|", "^")} {Next(type)}))";
            case 4 or 5:
                return $"unchecked(({type})({Next(type)} {dice.Pick("+", "-", "*", "&", "|", "^")} {Literal(type)}))";
            case 6:
                return $"unchecked(({type})({Next(type)} {dice.Pick("<<", ">>", ">>>")} {Text(dice.Below(NumberType.Bits(type)))}))";
            case 7:
                return $"unchecked(({type})({Next(type)} {dice.Pick("<<", ">>", ">>>")} ({Next("int")} & 31)))";
            case 8:
                return $"unchecked(({type})({Next(type)} {dice.Pick("/", "%")} {Divisor(type)}))";
            case 9:
                return $"unchecked(({type})({Next(type)} {dice.Pick("/", "%")} (({type})(({Next(type)} & 63) + 1))))";
            case 10:
                return type == "ulong" ? $"unchecked(~{Next(type)})" : $"unchecked(({type})({dice.Pick("-", "~")}({Next(type)})))";
            case 11 or 12:
                return $"unchecked(({type}){Next(dice.OneOf(NumberType.All))})";
            case 13:
                return $"({Condition(depth - 1)} ? {Next(type)} : {Next(type)})";
            case 14 or 15 when Call(type, depth) is { } call:
                return call;
            case 16:
                return $"unchecked(({type})System.Numerics.BitOperations.{dice.Pick(
                    $"PopCount({Next("uint")})", $"PopCount({Next("ulong")})", $"LeadingZeroCount({Next("uint")})", $"TrailingZeroCount({Next("long")})",
                    $"RotateLeft({Next("uint")}, {Next("int")})", $"RotateRight({Next("ulong")}, {Text(dice.Below(64))})", $"Log2({Next("ulong")})")})";
            case 17:
                return $"System.Math.{dice.Pick("Min", "Max")}({Next(type)}, {Next(type)})";
            case 18 when scope.HasState && Memory(type, depth - 1) is { } memory:
                return memory;
            case 19 when scope.HasState:
                return $"unchecked(({type})state.{dice.Pick("Nested", "Large.Nested")}.Sum())";
            case 20 when scope.HasContext && type == "int":
                return dice.Pick("context.Signal", "unchecked((int)context.Overruns)", "unchecked((int)context.Payload)");
            default:
                return Leaf(type);
        }
    }

    private string Floating(string type, int depth)
    {
        string Next(string of) => Of(of, depth - 1);
        switch (dice.Below(12))
        {
            case 0 or 1 or 2:
                return $"({Next(type)} {dice.Pick("+", "-", "*")} {Next(type)})";
            case 3:
                return $"({Next(type)} / {Next(type)})";
            case 4:
                return $"(-({Next(type)}))";
            case 5:
                return $"(({type}){Next(dice.OneOf(NumberType.All))})";
            case 6:
                return $"({Condition(depth - 1)} ? {Next(type)} : {Next(type)})";
            case 7 when Call(type, depth) is { } call:
                return call;
            case 8:
                return $"(({type})System.Math.Sqrt(System.Math.Abs({Next("double")})))";
            case 9:
                return $"System.Math.{dice.Pick("Min", "Max")}({Next(type)}, {Next(type)})";
            case 10 when scope.HasState && Memory(type, depth - 1) is { } memory:
                return memory;
            default:
                return Leaf(type);
        }
    }

    // Positive, or far from -1, which would overflow with the smallest number.
    private string Divisor(string type)
    {
        int divisor = dice.Percent(40) ? 1 << dice.Between(1, 6) : dice.Between(2, 120);
        bool negative = type is "int" or "long" && dice.Percent(25);
        return $"(({type}){(negative ? $"(-{Text(divisor)})" : Text(divisor))})";
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
