using System.Globalization;

namespace TopHalf.Generator.Tests.Generation;

/// <summary>Writes statements that end, and that stay within the state's own memory.</summary>
internal sealed class Statements(Dice dice, Scope scope, CodeWriter code)
{
    private const int MostLoops = 2;
    private readonly Expressions _expressions = new(dice, scope);

    /// <summary>Statements whose declarations remain in scope.</summary>
    public void Open(int count, int depth)
    {
        for (int i = 0; i < count; i++)
        {
            Statement(depth);
        }
    }

    /// <summary>Returns early, on a condition that no compiler can decide.</summary>
    public void Guard() => code.Line($"if ((state.I32 & {Text(dice.Pick(3, 7, 255))}) == {Text(dice.Below(4))}) return;");

    private void Statement(int depth)
    {
        switch (dice.Below(35))
        {
            case 0 or 1 or 2 or 3:
                Assign(depth);
                break;
            case 4 or 5:
                Update(depth);
                break;
            case 6 or 7 or 8:
                Declare(depth);
                break;
            case 9 or 10 when depth > 0:
                If(depth);
                break;
            case 11 or 12 when depth > 0 && scope.Loops < MostLoops:
                For(depth);
                break;
            case 13 when depth > 0 && scope.Loops < MostLoops:
                While(depth);
                break;
            case 14 when depth > 0:
                Switch(depth);
                break;
            case 15 or 16 when scope.HasState:
                Store();
                break;
            case 17 when scope.HasState:
                CopyStruct();
                break;
            case 18 when scope.HasState:
                Atomic();
                break;
            case 19 when scope.HasState:
                Span();
                break;
            case 20 when scope.HasState:
                StackBuffer();
                break;
            case 21 when scope.HasState:
                Walk();
                break;
            case 22 when scope.HasState:
                code.Line($"state.{dice.Pick("Nested", "Large.Nested")}.Turn({_expressions.Of("int", 2)});");
                break;
            case 23 when scope.HasState:
                Generic();
                break;
            case 24 when scope.HasState:
                Volatile();
                break;
            case 25:
                Call();
                break;
            case 26 when scope.HasState:
                RefLocal();
                break;
            case 27:
                Tuple();
                break;
            case 28 when scope.HasState:
                Pin();
                break;
            case 29:
                LocalFunction();
                break;
            case 30 when scope.HasState:
                StructHelper();
                break;
            case 31 when scope.HasState:
                Reinterpret();
                break;
            case 32 when scope.HasState:
                Bounds();
                break;
            case 33 or 34 when scope.HasState:
                new Indexes(dice, scope, code, _expressions).Write();
                break;
            default:
                Assign(depth);
                break;
        }
    }

    private void Assign(int depth)
    {
        List<Variable> targets = scope.Variables(null, writable: true);
        if (targets.Count == 0)
        {
            Declare(depth);
            return;
        }

        Variable target = dice.OneOf(targets);
        code.Line($"{target.Text} = {_expressions.Of(target.Type, 3)};");
    }

    private void Update(int depth)
    {
        List<Variable> targets = scope.Variables(null, writable: true);
        if (targets.Count == 0)
        {
            Declare(depth);
            return;
        }

        Variable target = dice.OneOf(targets);
        if (dice.Percent(30))
        {
            code.Line($"{target.Text}{dice.Pick("++", "--")};");
        }
        else if (NumberType.IsFloating(target.Type))
        {
            code.Line($"{target.Text} {dice.Pick("+=", "-=", "*=")} {_expressions.Of(target.Type, 2)};");
        }
        else
        {
            code.Line($"{target.Text} {dice.Pick("+=", "-=", "*=", "^=", "|=", "&=")} {_expressions.Of(target.Type, 2)};");
        }
    }

    private void Declare(int depth)
    {
        string type = dice.OneOf(NumberType.All);
        string name = scope.NewName("v");
        code.Line($"{type} {name} = {_expressions.Of(type, Math.Min(depth + 1, 3))};");
        scope.Declare(new Variable(name, type));
    }

    private void If(int depth)
    {
        code.Line($"if ({_expressions.Condition(2)})");
        Braces(dice.Between(1, 2), depth - 1);
        if (dice.Percent(50))
        {
            code.Line("else");
            Braces(1, depth - 1);
        }
    }

    private void For(int depth)
    {
        string name = scope.NewName("i");
        string bound = dice.Percent(50) ? Text(dice.Between(1, 5)) : $"({_expressions.Of("int", 1)} & 3)";
        bool down = dice.Percent(30);
        code.Line(down ? $"for (int {name} = {bound}; {name} > 0; {name}--)" : $"for (int {name} = 0; {name} < {bound}; {name}++)");

        // A bound that the body changes would be no bound.
        if (!down && bound[0] == '(')
        {
            code.ReplaceLast($"for (int {name} = 0, e{name} = {bound}; {name} < e{name}; {name}++)");
        }

        Loop(name, dice.Between(1, 2), depth - 1);
    }

    private void While(int depth)
    {
        string name = scope.NewName("w");
        code.Line($"int {name} = {Text(dice.Between(1, 4))};");
        if (dice.Percent(50))
        {
            code.Line($"while (--{name} > 0{(dice.Percent(50) ? $" && {_expressions.Condition(1)}" : "")})");
            Loop(name, 1, depth - 1);
        }
        else
        {
            code.Line("do");
            Loop(name, 1, depth - 1);
            code.Line($"while (--{name} > 0);");
        }
    }

    private void Loop(string counter, int count, int depth)
    {
        int mark = scope.Mark();
        scope.Declare(new Variable(counter, "int", Writable: false));
        scope.Loops++;
        Braces(count, depth);
        scope.Loops--;
        scope.Leave(mark);
    }

    private void Switch(int depth)
    {
        bool dense = dice.Percent(60);
        int count = dice.Between(3, 8);

        // Of a value that is fixed, which the JIT sometimes sees too late, one case is left; its text still shows them all.
        string value = _expressions.Of("int", 1);
        value = scope.HasState ? $"unchecked({value} + {dice.Pick("state.I32", "state.J32", "state.U8", "state.I16")})" : value;
        code.Line($"switch ({value}{(dense ? $" & {Text(dice.Pick(7, 15))}" : "")})");
        code.Line("{");
        code.Indent++;
        int label = dense ? dice.Below(3) : dice.Between(-500, 500);
        for (int i = 0; i < count; i++)
        {
            code.Line($"case {Text(label)}:");
            code.Indent++;
            Braces(1, depth - 1);
            code.Line("break;");
            code.Indent--;
            label += dense ? dice.Between(1, 9) / 8 + 1 : dice.Between(1, 90_000);
        }

        if (dice.Percent(60))
        {
            code.Line("default:");
            code.Indent++;
            Braces(1, depth - 1);
            code.Line("break;");
            code.Indent--;
        }

        code.Indent--;
        code.Line("}");
    }

    private void Store()
    {
        string type = dice.Pick("byte", "int", "int", "long", "long", "double", "short", "uint", "ulong", "sbyte");
        string target = _expressions.Memory(type, 1)!;
        code.Line(dice.Percent(70) || type is "byte" or "sbyte" or "short"
            ? $"{target} = {_expressions.Of(type, 2)};"
            : $"{target} {dice.Pick("+=", "-=", "*=")} {_expressions.Of(type, 2)};");
    }

    private void CopyStruct()
    {
        string name = scope.NewName("c");
        bool large = dice.Percent(40);
        string type = large ? "Large" : "Inner";
        string source = large ? "state.Large" : dice.Pick("state.Nested", "state.Large.Nested", $"state.Inners[{_expressions.Index(1)}]", "default(Inner)");
        code.Line($"{type} {name} = {source};");
        code.Line($"{name}.A {dice.Pick("+=", "=", "^=")} {_expressions.Of("int", 1)};");
        code.Line($"{name}.B = {_expressions.Of("long", 2)};");
        string target = large ? "state.Large" : dice.Pick("state.Nested", "state.Large.Nested", $"state.Inners[{_expressions.Index(1)}]");
        code.Line($"{target} = {name};");
        scope.Declare(new Variable($"{name}.B", "long"));
        scope.Declare(new Variable($"{name}.A", large ? "long" : "int"));
    }

    private void Atomic()
    {
        (string place, string type) = dice.Pick(
            ("state.I32", "int"), ("state.I64", "long"), ("state.U32", "uint"), ("state.U64", "ulong"),
            ($"state.Ints[{_expressions.Index(1)}]", "int"), ($"state.Longs[{_expressions.Index(1)}]", "long"));
        string call = dice.Below(6) switch
        {
            0 => $"Increment(ref {place})",
            1 => $"Add(ref {place}, {_expressions.Of(type, 1)})",
            2 => $"Exchange(ref {place}, {_expressions.Of(type, 1)})",
            3 => $"CompareExchange(ref {place}, {_expressions.Of(type, 1)}, {_expressions.Of(type, 1)})",
            4 => $"Or(ref {place}, {_expressions.Of(type, 1)})",
            _ => $"And(ref {place}, {_expressions.Of(type, 1)})",
        };
        string name = scope.NewName("x");
        code.Line($"{type} {name} = System.Threading.Interlocked.{call};");
        scope.Declare(new Variable(name, type));
    }

    private void Volatile()
    {
        (string place, string type) = dice.Pick(("state.I32", "int"), ("state.I64", "long"), ("state.U8", "byte"), ("state.F64", "double"));
        if (dice.Percent(50))
        {
            code.Line($"System.Threading.Volatile.Write(ref {place}, {_expressions.Of(type, 1)});");
        }
        else
        {
            string name = scope.NewName("r");
            code.Line($"{type} {name} = System.Threading.Volatile.Read(ref {place});");
            scope.Declare(new Variable(name, type));
        }
    }

    private void Span()
    {
        string name = scope.NewName("t");
        (string type, string buffer) = dice.Pick(("int", "Ints"), ("long", "Longs"), ("byte", "Bytes"), ("double", "Doubles"));
        code.Line($"System.Span<{type}> {name} = new System.Span<{type}>(state.{buffer}, State.Elements);");
        code.Line($"{name}[{_expressions.Index(1)}] = {_expressions.Of(type, 1)};");
        if (scope.Loops < MostLoops && dice.Percent(40))
        {
            string index = scope.NewName("i");
            code.Line($"for (int {index} = 0; {index} < {name}.Length; {index} += {Text(dice.Between(3, 7))}) state.{dice.Pick("I32", "J32")} ^= (int){name}[{index}];");
        }

        scope.Declare(new Variable($"{name}[{_expressions.Index(0)}]", type));
    }

    // The ways to index a span that handlers' authors rely on: loops, guards, lengths, parts. Proven, each by itself.
    private void Bounds()
    {
        string span = scope.NewName("z");
        string index = scope.NewName("k");
        (string type, string buffer) = dice.Pick(("int", "Ints"), ("long", "Longs"), ("byte", "Bytes"), ("double", "Doubles"));
        string made = $"System.Span<{type}> {span} = new(state.{buffer}, State.Elements);";
        string value = _expressions.Of("int", 1);
        string use = dice.Percent(50) ? $"state.J64 ^= (long){span}[{index}];" : $"{span}[{index}] = {_expressions.Of(type, 1)};";
        bool mayLoop = scope.Loops < MostLoops;
        code.Line("{");
        code.Indent++;
        switch (dice.Below(12))
        {
            case 0:
                code.Line($"{made} int {index} = {value}; if ((uint){index} < (uint){span}.Length) {{ {use} }}");
                break;
            case 1:
                code.Line($"{made} int {index} = {value}; if ((uint){index} >= (uint){span}.Length) {{ state.J32++; }} else {{ {use} }}");
                break;
            case 2:
                code.Line($"int n{span} = {_expressions.Of("int", 1)}; int {index} = {value};");
                code.Line($"if (n{span} >= 0 && n{span} <= State.Elements) {{ System.Span<{type}> {span} = new(state.{buffer}, n{span}); if ((uint){index} < (uint){span}.Length) {{ {use} }} }}");
                break;
            case 3 when mayLoop:
                code.Line($"{made} for (int {index} = {Text(dice.Below(4))}; {index} < {span}.Length; {index}{dice.Pick("++", " += 2", " += 5")}) {{ {use} }}");
                break;
            case 4 when mayLoop:
                code.Line($"{made} for (int {index} = 0; {index} < {Text(dice.Between(2, 16))}; {index}++) {{ {use} }}");
                break;
            case 5 when mayLoop:
                code.Line($"for (int {index} = 0; {index} < 16; {index} += {Text(dice.Between(1, 5))}) state.Row[{index}] ^= {_expressions.Of("long", 1)};");
                break;
            case 6 when mayLoop:
                code.Line($"{made} for (int {index} = 0; {index} < {span}.Length; {index}++) {{ if ({_expressions.Condition(1)}) {{ {use} }} }}");
                break;
            case 7:
                code.Line($"{made} int {index} = {value} & {Text(dice.Pick(3, 7, 15))}; {use} {span}[{index}] = {_expressions.Of(type, 1)};");
                break;
            case 9:
                code.Line($"{made} int {index} = {value}; if ({_expressions.Condition(1)} && (uint){index} < (uint){span}.Length) {{ {use} }}");
                break;
            case 10:
                code.Line($"int {index} = state.{dice.Pick("I32", "J32", "Nested.A")}; if (state.{dice.Pick("I32", "J32")} {dice.Pick(">", "<", "==", "!=")} {Text(dice.Between(-20, 40))})");
                code.Line($"{{ {made} if ((uint){index} < (uint){span}.Length) {{ {use} }} }}");
                break;
            default:
                code.Line($"System.ReadOnlySpan<{type}> {span} = new(state.{buffer}, {Text(dice.Between(4, 16))}); state.J64 += (long){span}[{Text(dice.Below(4))}] + (long){span}[^{Text(dice.Between(1, 4))}];");
                break;
        }

        code.Indent--;
        code.Line("}");
    }

    private void StackBuffer()
    {
        if (scope.Loops > 0)
        {
            // A stackalloc in a loop grows the frame with every turn.
            Store();
            return;
        }

        string name = scope.NewName("b");
        int length = dice.Pick(4, 8, 16);
        string type = dice.Pick("int", "long", "byte");
        bool span = dice.Percent(40);
        code.Line($"{(span ? $"System.Span<{type}>" : $"{type}*")} {name} = stackalloc {type}[{Text(length)}];");
        code.Line($"for (int i{name} = 0; i{name} < {Text(length)}; i{name}++) {name}[i{name}] = ({type})(i{name} * {Text(dice.Between(2, 90))});");
        code.Line($"{name}[{_expressions.Of("int", 1)} & {Text(length - 1)}] = {_expressions.Of(type, 1)};");
        scope.Declare(new Variable($"{name}[{_expressions.Of("int", 1)} & {Text(length - 1)}]", type));
    }

    // A pointer that moves through a buffer and stays in it.
    private void Walk()
    {
        string name = scope.NewName("p");
        (string type, string buffer) = dice.Pick(("int", "Ints"), ("long", "Longs"), ("byte", "Bytes"), ("double", "Doubles"));
        code.Line($"{type}* {name} = state.{buffer} + ({_expressions.Of("int", 1)} & 7);");
        switch (dice.Below(3))
        {
            case 0:
                code.Line($"*{name}++ = {_expressions.Of(type, 1)};");
                break;
            case 1:
                code.Line($"{name} += {_expressions.Of("int", 1)} & 3;");
                code.Line($"{name}[1] = {name}[2];");
                break;
            default:
                code.Line($"for ({type}* e{name} = {name} + {Text(dice.Between(2, 8))}; {name} < e{name}; {name}++) state.J64 += (long)*{name};");
                code.Line($"{name}--;");
                break;
        }

        code.Line($"state.I64 ^= {name} - state.{buffer};");
        scope.Declare(new Variable($"{name}[0]", type));
    }

    private void Generic()
    {
        string argument = dice.Pick("Plus", "Mix");
        string type = dice.Pick("int", "long", "double", "byte");
        switch (dice.Below(4))
        {
            case 0:
                code.Line($"state.J64 = Fold<{argument}>({_expressions.Of("long", 1)}, {_expressions.Of("long", 1)});");
                break;
            case 1:
                code.Line($"state.I64 += default({argument}).Apply({_expressions.Of("long", 1)}, state.J64);");
                break;
            case 2:
                string name = scope.NewName("g");
                code.Line($"{type} {name} = Choose<{type}>({_expressions.Condition(1)}, {_expressions.Of(type, 1)}, {_expressions.Of(type, 1)});");
                scope.Declare(new Variable(name, type));
                break;
            default:
                code.Line($"Swap(ref state.I32, ref state.J32);");
                break;
        }
    }

    private void RefLocal()
    {
        string name = scope.NewName("q");
        (string type, string first, string second) = dice.Pick(
            ("int", "state.I32", "state.Nested.A"), ("long", "state.I64", "state.Large.C"), ("double", "state.F64", "state.Nested.C"),
            ("long", "state.Row[3]", "state.J64"), ("int", "state.Fixed[2]", "state.J32"));
        code.Line(dice.Percent(50)
            ? $"ref {type} {name} = ref {first};"
            : $"ref {type} {name} = ref ({_expressions.Condition(1)} ? ref {first} : ref {second});");
        code.Line($"{name} {dice.Pick("=", "+=")} {_expressions.Of(type, 2)};");
        scope.Declare(new Variable(name, type));
    }

    private void Tuple()
    {
        string name = scope.NewName("y");
        string first = dice.Pick("int", "long", "byte");
        string second = dice.Pick("double", "long", "ulong");
        code.Line($"({first} A, {second} B) {name} = ({_expressions.Of(first, 2)}, {_expressions.Of(second, 2)});");
        scope.Declare(new Variable($"{name}.A", first));
        scope.Declare(new Variable($"{name}.B", second));
    }

    private void Pin()
    {
        string name = scope.NewName("f");
        code.Line($"fixed (int* {name} = state.Fixed)");
        int mark = scope.Mark();
        code.Line("{");
        code.Indent++;
        scope.Declare(new Variable($"{name}[{_expressions.Index(1)}]", "int"));
        Open(1, 0);
        code.Indent--;
        code.Line("}");
        scope.Leave(mark);
    }

    private void LocalFunction()
    {
        string name = scope.NewName("L");
        string type = dice.Pick("int", "long", "double");
        code.Line($"[MethodImpl({dice.Pick("Callee", "MethodImplOptions.AggressiveInlining")})] static {type} {name}({type} a, {type} b) => a * 3 + b;");
        string result = scope.NewName("n");
        code.Line($"{type} {result} = {name}({_expressions.Of(type, 1)}, {_expressions.Of(type, 1)});");
        scope.Declare(new Variable(result, type));
    }

    private void StructHelper()
    {
        string source = dice.Pick("state.Nested", "state.Large.Nested", $"state.Inners[{_expressions.Index(0)}]");
        code.Line(dice.Below(4) switch
        {
            0 => $"state.I64 ^= Weigh({source}, {_expressions.Of("int", 1)});",
            1 => $"state.Nested = Blend({source}, state.Large.Nested);",
            2 => $"state.Large.Nested = Blend({source}, default);",
            _ => $"Pick(ref state, {_expressions.Condition(1)}).B = {_expressions.Of("long", 1)};",
        });
    }

    private void Reinterpret()
    {
        string name = scope.NewName("u");
        (string type, string text) = dice.Pick(
            ("int", $"System.Runtime.CompilerServices.Unsafe.Add(ref state.Fixed[0], {_expressions.Index(1)})"),
            ("long", "System.BitConverter.DoubleToInt64Bits(state.F64)"),
            ("float", "System.BitConverter.Int32BitsToSingle(state.I32 & 0x3FFFFFFF)"),
            ("ulong", "System.Runtime.CompilerServices.Unsafe.As<long, ulong>(ref state.I64)"),
            ("uint", "*(uint*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref state.I32)"),
            ("long", $"System.Runtime.Intrinsics.Vector128.Sum(System.Runtime.Intrinsics.Vector128.Create({_expressions.Of("long", 1)}, state.J64))"),
            ("int", "System.Runtime.Intrinsics.Vector128.Sum(System.Runtime.Intrinsics.Vector128.Load(state.Ints))"));
        code.Line($"{type} {name} = {text};");
        scope.Declare(new Variable(name, type));
    }

    private void Call()
    {
        string type = dice.OneOf(NumberType.All);
        List<Variable> targets = scope.Variables(type, writable: true);
        if (targets.Count > 0 && _expressions.Call(type, 2) is { } call)
        {
            code.Line($"{dice.OneOf(targets).Text} = {call};");
        }
        else
        {
            Assign(1);
        }
    }

    private void Braces(int count, int depth)
    {
        int mark = scope.Mark();
        code.Line("{");
        code.Indent++;
        Open(count, depth);
        code.Indent--;
        code.Line("}");
        scope.Leave(mark);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
