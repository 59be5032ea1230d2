using System.Globalization;

namespace TopHalf.Generator.Tests.Generation;

/// <summary>Writes a handler with its statics and helpers, from a seed and a number.</summary>
internal sealed class HandlerGenerator
{
    private const int PercentPoisoned = 60;
    private const int PercentWithForms = 60;
    private const int MostForms = 3;

    private readonly Dice _dice;
    private readonly int _index;
    private readonly CodeWriter _code = new() { Indent = 1 };
    private readonly List<StaticField> _statics = [];
    private readonly List<Helper> _helpers = [];
    private readonly HashSet<string> _members = [];

    private HandlerGenerator(ulong seed, int index)
    {
        _dice = new Dice(seed, index);
        _index = index;
    }

    /// <param name="seed">Of the whole campaign.</param>
    /// <param name="index">The handler's number in it.</param>
    public static GeneratedHandler Generate(ulong seed, int index)
    {
        var generator = new HandlerGenerator(seed, index);
        Poison? poison = generator._dice.Percent(PercentPoisoned) ? generator._dice.OneOf(Poison.All) : null;
        return generator.Write(poison);
    }

    /// <summary>The handler with a certain poison, or without one.</summary>
    public static GeneratedHandler Generate(ulong seed, int index, Poison? poison) => new HandlerGenerator(seed, index).Write(poison);

    private GeneratedHandler Write(Poison? poison)
    {
        _code.Line($"public static unsafe class {GeneratedHandler.ClassName(_index)}");
        _code.Line("{");
        _code.Indent++;
        _code.Line("private const MethodImplOptions Callee = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;");
        WriteStatics();
        WriteGenericHelpers();
        WriteStructHelpers();
        int helpers = _dice.Below(5);
        for (int i = 0; i < helpers; i++)
        {
            WriteHelper();
        }

        WriteHandler(poison);
        WriteReset();
        WriteDigest();
        _code.Indent--;
        _code.Line("}");
        return new GeneratedHandler(_index, _code.ToString(), poison);
    }

    private void WriteStatics()
    {
        int count = _dice.Below(4);
        for (int i = 0; i < count; i++)
        {
            WriteStatic($"s{Text(i)}", "", "private");
        }

        // A type of its own, with the initialisers that types have: none, of the fields, or a static constructor.
        if (_dice.Percent(40))
        {
            string holder = $"S{Text(_index)}";
            _code.Line($"private static class {holder}");
            _code.Line("{");
            _code.Indent++;
            count = _dice.Between(1, 3);
            for (int i = 0; i < count; i++)
            {
                WriteStatic($"s{Text(i)}", holder + ".", "public");
            }

            switch (_dice.Below(4))
            {
                case 0:
                    _code.Line("public static readonly int Ready = System.Math.Max(7, System.Environment.ProcessorCount & 0);");
                    _statics.Add(new StaticField($"{holder}.Ready", "int", null));
                    break;
                case 1:
                    _code.Line($"static {holder}() {{ Early = {Text(_dice.Below(100))}; }}");
                    _code.Line("public static readonly long Early;");
                    _statics.Add(new StaticField($"{holder}.Early", "long", null));
                    break;
                default:
                    break;
            }

            _code.Indent--;
            _code.Line("}");
        }

        if (_dice.Percent(15))
        {
            _statics.Add(new StaticField($"Cell<{_dice.Pick("int", "Mix", "Inner")}>.Value", "long", "0"));
        }

        if (_dice.Percent(20))
        {
            _code.Line("private static Inner s_inner;");
            _statics.Add(new StaticField("s_inner.A", "int", "0"));
            _statics.Add(new StaticField("s_inner.B", "long", "0"));
        }
    }

    private void WriteStatic(string name, string owner, string access)
    {
        string type = _dice.OneOf(NumberType.All);
        string value = "0";
        string initialiser = "";
        if (_dice.Percent(40))
        {
            value = $"({type}){Text(_dice.Between(1, 100))}";
            initialiser = $" = {value}";
        }

        _code.Line($"{access} static {type} {name}{initialiser};");
        _statics.Add(new StaticField(owner + name, type, value));
    }

    private void WriteGenericHelpers()
    {
        _code.Line($"{Attribute()}private static long Fold<TOperation>(long a, long b) where TOperation : struct, IOperation");
        _code.Line("{");
        _code.Line("    long r = b; for (int i = 0; i < 3; i++) r = default(TOperation).Apply(r, a); return r;");
        _code.Line("}");
        _code.Line($"{Attribute()}private static T Choose<T>(bool first, T a, T b) where T : unmanaged => first ? a : b;");
        _code.Line($"{Attribute()}private static void Swap<T>(ref T a, ref T b) where T : struct {{ T c = a; a = b; b = c; }}");
    }

    private void WriteStructHelpers()
    {
        _code.Line($"{Attribute()}private static long Weigh(Inner value, int by) => value.A * by + value.B;");
        _code.Line($"{Attribute()}private static Inner Blend(Inner a, in Inner b) => new Inner {{ A = a.A ^ b.A, B = a.B + b.B, C = b.C, D = a.D, E = b.D }};");
        _code.Line($"{Attribute()}private static ref Inner Pick(ref State state, bool first) => ref first ? ref state.Nested : ref state.Large.Nested;");
    }

    // Mostly what a handler may call; sometimes the mark is missing, and then it depends on whether the JIT inlines it.
    private string Attribute() => _dice.Below(100) switch
    {
        < 45 => "[MethodImpl(Callee)] ",
        < 60 => "[MethodImpl(MethodImplOptions.AggressiveOptimization)] ",
        < 95 => "[MethodImpl(MethodImplOptions.AggressiveInlining)] ",
        _ => "",
    };

    private void WriteHelper()
    {
        string name = $"F{Text(_helpers.Count)}";
        string returns = _dice.OneOf(NumberType.All);
        bool takesState = _dice.Percent(50);
        string[] parameters = [.. Enumerable.Range(0, _dice.Below(5)).Select(_ => _dice.OneOf(NumberType.All))];
        Scope scope = NewScope(takesState, hasContext: false);
        IEnumerable<string> list = parameters.Select((p, i) => $"{p} a{Text(i)}");
        string text = string.Join(", ", takesState ? list.Prepend("ref State state") : list);
        _code.Line($"{Attribute()}private static {returns} {name}({text})");
        _code.Line("{");
        _code.Indent++;
        for (int i = 0; i < parameters.Length; i++)
        {
            scope.Declare(new Variable($"a{Text(i)}", parameters[i]));
        }

        // Loops in helpers are seldom, since their callers may loop too.
        scope.Loops = _dice.Percent(30) ? 1 : 2;
        var statements = new Statements(_dice, scope, _code);
        statements.Open(_dice.Below(3), 1);
        _code.Line($"return {new Expressions(_dice, scope).Of(returns, 3)};");
        _code.Indent--;
        _code.Line("}");
        _helpers.Add(new Helper(name, returns, parameters, takesState));
    }

    private void WriteHandler(Poison? poison)
    {
        // The poison lies in the handler, or in a method that it calls.
        string? site = poison is null ? null : Instantiate(poison.Statement);
        if (poison is not null)
        {
            WriteMembers(poison.Members);
        }

        Queue<string> forms = [];
        for (int i = _dice.Percent(PercentWithForms) ? _dice.Between(1, MostForms) : 0; i > 0; i--)
        {
            Form form = _dice.OneOf(Forms.All);
            WriteMembers(form.Members);
            forms.Enqueue(Instantiate(form.Clean));
        }

        if (poison is not null && !site!.Contains("context", StringComparison.Ordinal) && _dice.Percent(30))
        {
            string attribute = _dice.Pick("[MethodImpl(Callee)]", "[MethodImpl(MethodImplOptions.AggressiveInlining)]");
            _code.Line($"{attribute} private static void Deep(ref State state) {{ {site} }}");
            site = "Deep(ref state);";
        }

        _code.Line("[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        _code.Line($"public static void {GeneratedHandler.Method}(ref State state, in InterruptContext context)");
        _code.Line("{");
        _code.Indent++;
        Scope scope = NewScope(hasState: true, hasContext: true);
        var statements = new Statements(_dice, scope, _code);
        statements.Open(_dice.Between(1, 3), 2);
        while (forms.TryDequeue(out string? form))
        {
            _code.Line(_dice.Percent(50) ? $"{{ {form} }}" : $"if (state.J32 != {Text(_dice.Below(100))}) {{ {form} }}");
            statements.Open(_dice.Below(2), 1);
        }

        if (site is not null)
        {
            _code.Line(_dice.Below(3) switch
            {
                0 => $"if (state.U16 == {Text(_dice.Below(100))}) {{ {site} }}",
                1 => $"for (int turn = 0, turns = state.I32 & 3; turn < turns; turn++) {{ {site} }}",
                _ => $"{{ {site} }}",
            });
        }

        if (_dice.Percent(20))
        {
            statements.Guard();
        }

        statements.Open(_dice.Between(1, 4), 2);
        _code.Indent--;
        _code.Line("}");
    }

    private void WriteMembers(string members)
    {
        // Several forms may share theirs.
        if (members.Length > 0 && _members.Add(members))
        {
            _code.Line(members.Replace("$N", Text(_index), StringComparison.Ordinal));
        }
    }

    private Scope NewScope(bool hasState, bool hasContext) => new()
    {
        HasState = hasState,
        HasContext = hasContext,
        Helpers = [.. _helpers],
        Statics = [.. _statics.Select(s => new Variable(s.Text, s.Type, s.Initial is not null))],
    };

    // Ordinary code, which shares the statics with the handler.
    private void WriteReset()
    {
        _code.Line($"public static void {GeneratedHandler.Reset}()");
        _code.Line("{");
        foreach (StaticField field in _statics.Where(s => s.Initial is not null))
        {
            _code.Line($"    System.Threading.Volatile.Write(ref {field.Text}, {field.Initial});");
        }

        _code.Line("}");
    }

    private void WriteDigest()
    {
        _code.Line($"public static ulong {GeneratedHandler.Digest}()");
        _code.Line("{");
        _code.Line("    ulong digest = 17;");
        foreach (StaticField field in _statics)
        {
            string value = field.Initial is null ? field.Text : $"System.Threading.Volatile.Read(ref {field.Text})";
            string bits = field.Type switch
            {
                "float" => $"System.BitConverter.SingleToUInt32Bits({value})",
                "double" => $"System.BitConverter.DoubleToUInt64Bits({value})",
                _ => value,
            };
            _code.Line($"    digest = unchecked(digest * 31 + (ulong){bits});");
        }

        _code.Line("    return digest;");
        _code.Line("}");
    }

    private string Instantiate(string text) => text
        .Replace("$X", _dice.Pick("state.I32", "state.J32", "(int)state.U32", "(int)state.I64"), StringComparison.Ordinal)
        .Replace("$N", Text(_index), StringComparison.Ordinal);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <param name="Text">Names it.</param>
    /// <param name="Type">A number type.</param>
    /// <param name="Initial">Its first value; null where it is read-only.</param>
    private sealed record StaticField(string Text, string Type, string? Initial);
}
