namespace TopHalf.Generator.Tests.Generation;

/// <summary>Something of a number type that has a name.</summary>
internal sealed record Variable(string Text, string Type, bool Writable = true);

/// <summary>A method that generated code can call. The state goes first, if it takes it.</summary>
internal sealed record Helper(string Name, string Returns, IReadOnlyList<string> Parameters, bool TakesState);

/// <summary>What the code at one place can name.</summary>
internal sealed class Scope
{
    private static readonly Variable[] s_state =
    [
        new("state.I8", "sbyte"), new("state.U8", "byte"), new("state.I16", "short"), new("state.U16", "ushort"), new("state.I32", "int"),
        new("state.J32", "int"), new("state.U32", "uint"), new("state.I64", "long"), new("state.J64", "long"), new("state.U64", "ulong"),
        new("state.F32", "float"), new("state.F64", "double"), new("state.Nested.A", "int"), new("state.Nested.B", "long"),
        new("state.Nested.C", "double"), new("state.Nested.D", "short"), new("state.Large.A", "long"), new("state.Large.F", "long"),
        new("state.Large.Nested.A", "int"),
    ];

    private readonly List<Variable> _locals = [];

    /// <summary>Whether <c>state</c> can be named.</summary>
    public required bool HasState { get; init; }

    /// <summary>Whether <c>context</c> can be named.</summary>
    public bool HasContext { get; init; }

    public required IReadOnlyList<Variable> Statics { get; init; }

    public required IReadOnlyList<Helper> Helpers { get; init; }

    /// <summary>How many loops are around.</summary>
    public int Loops { get; set; }

    /// <summary>Locals by their number, so that each name is used once in a method.</summary>
    public int Names { get; set; }

    public int Mark() => _locals.Count;

    public void Leave(int mark) => _locals.RemoveRange(mark, _locals.Count - mark);

    public void Declare(Variable variable) => _locals.Add(variable);

    public string NewName(string stem) => $"{stem}{Names++}";

    /// <summary>The variables of the type, or all.</summary>
    public List<Variable> Variables(string? type, bool writable)
    {
        IEnumerable<Variable> all = _locals.Concat(Statics);
        if (HasState)
        {
            all = all.Concat(s_state);
        }

        return [.. all.Where(v => (type is null || v.Type == type) && (v.Writable || !writable))];
    }
}
