using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Iced.Intel;
using TopHalf.Interop;

namespace TopHalf.Verification;

/// <summary>
/// The third stage: judges every instruction that can be reached from the root's body, callees included. Whatever it does not know to be
/// safe is refused.
/// </summary>
/// <remarks>
/// SAFETY: all memory that is read here is memory that the judged code itself uses at a fixed address, and it is found to be mapped and
/// readable (<see cref="MemoryMap.IsReadable"/>) first. Nothing is written, and nothing of the judged code is run.
/// </remarks>
internal sealed unsafe class MachineCodeVerifier
{
    // What a native function that may be called takes at most, the return address included. A test measures each (CallableNativesTests).
    public const int NativeStack = 256;
    private const int MostBodies = 64;
    private const int ReturnAddress = sizeof(long);

    private readonly CallTargets _targets;
    private readonly VerifierOptions _options;
    private readonly MemoryMap _map;
    private readonly GCRange _heap;
    private readonly NativeImage? _image;
    private readonly CodeScope _scope;
    private readonly Dictionary<nint, CodeBody> _byEntry = [];
    private readonly List<CodeBody> _bodies = [];
    private readonly Queue<CodeBody> _queue = [];
    private readonly List<HandlerViolation> _violations = [];
    private readonly List<CallCell> _cells = [];
    private string? _trust;

    public MachineCodeVerifier(CallTargets targets, VerifierOptions options)
    {
        _targets = targets;
        _options = options;
        _map = targets.Map;
        _heap = GCRange.Find(_map);
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            _scope = new CodeScope(_map) { IsEntry = a => _targets.Method(a) is not null };
        }
        else
        {
            _image = NativeImage.Of(_map);
            _scope = new CodeScope(_map)
            {
                IsCode = _image.IsManaged,
                IsEntry = a => _targets.Method(a) is not null || HelperNames.Find([a]) is not null,
                Constant = _image.Constant,
            };
        }
    }

    public VerifiedHandler Verify(MethodClosure closure)
    {
        PreparedMethod root = _targets.Root;
        // To ask first whether there is one costs a fraction of looking for it.
        _trust = closure.Root.IsDefined(typeof(TrustedIndirectCallAttribute), inherit: false) ? closure.Root.GetCustomAttribute<TrustedIndirectCallAttribute>()?.Reason : null;
        CodeBody body = BodyOf(root);
        while (_queue.TryDequeue(out CodeBody? item))
        {
            Judge(item);
            if (_image is not null && _violations.Count > 0)
            {
                // Behind an unsafe call lies the platform's own code, of which the user need not know more.
                break;
            }
        }

        int stack = StackOf(body, []);
        if (stack > _options.StackBudget)
        {
            Refuse(body, default, Rules.Stack, null, $"It takes {stack} bytes of stack with its callees, of {_options.StackBudget} allowed.");
        }

        _bodies.ForEach(static b => b.KeepBytes());
        var report = new HandlerReport(root.Name, [.. _violations, .. closure.Violations], _bodies, stack, closure.Methods);
        return new VerifiedHandler(closure.Root, root.Code.Body, report, _cells);
    }

    private CodeBody BodyOf(PreparedMethod method) => BodyAt(method.Code.Body, method.Name);

    private CodeBody BodyAt(nint entry, string name)
    {
        if (!_byEntry.TryGetValue(entry, out CodeBody? body))
        {
            body = new CodeBody(name, entry);
            _byEntry.Add(entry, body);
            _bodies.Add(body);
            _queue.Enqueue(body);
        }

        return body;
    }

    private void Judge(CodeBody body)
    {
        if (_image is null && _map.Library(body.Entry) is { } library)
        {
            Refuse(
                body, new Instruction { IP = (ulong)body.Entry }, Rules.CalleeNotPrepared, Path.GetFileName(library),
                "The runtime did not compile it when asked to.");
            return;
        }

        using var flow = CodeFlow.Of(_scope, body.Entry);
        body.Instructions = new Instruction[flow.Reached.Length];
        bool afterRefusedCall = false;
        for (int i = 0; i < flow.Reached.Length; i++)
        {
            FlowNode node = flow.Reached[i];
            ref readonly Instruction code = ref node.Code;
            body.Instructions[i] = code;
            int known = _violations.Count;
            if (!(afterRefusedCall && node.Mnemonic == Mnemonic.Int3))
            {
                Judge(body, flow, node);
            }

            afterRefusedCall = _violations.Count > known && node.FlowControl is FlowControl.Call or FlowControl.IndirectCall;
        }
    }

    private void Judge(CodeBody body, CodeFlow flow, FlowNode node)
    {
        ref readonly Instruction code = ref node.Code;
        MachineState before = node.Before;
        if (code.IsInvalid)
        {
            Refuse(body, code, Rules.CannotJudge, null, "It is not an instruction, or not executable.");
            return;
        }

        JudgeStack(body, code, before);
        JudgeMemory(body, node);
        if (!node.Effects.IsOrdinary)
        {
            Refuse(body, code, Rules.CannotJudge, null, "Compilers put no such instruction into a method; a debugger may have.");
            return;
        }

        if (node.Mnemonic is Mnemonic.Div or Mnemonic.Idiv)
        {
            body.Divisions.Add(new CodeSite(code));
        }

        switch (node.FlowControl)
        {
            case FlowControl.Next or FlowControl.Return:
                break;
            case FlowControl.ConditionalBranch when flow.IsInside(code.NearBranchTarget):
            case FlowControl.UnconditionalBranch when flow.IsInside(code.NearBranchTarget):
                if (code.NearBranchTarget <= code.IP && flow.Leads(code.NearBranchTarget, code.IP))
                {
                    body.Loops.Add(new CodeSite(code));
                }

                break;
            case FlowControl.UnconditionalBranch:
            case FlowControl.Call:
                JudgeCall(body, code, before, (nint)code.NearBranchTarget, 0);
                break;
            case FlowControl.IndirectBranch:
                bool isSwitch = code.Op0Kind == OpKind.Register
                    && flow.TableTargets(before[code.Op0Register]) is { } targets && targets.All(flow.IsInside);
                if (!isSwitch)
                {
                    JudgeIndirectCall(body, code, before);
                }

                break;
            case FlowControl.IndirectCall:
                JudgeIndirectCall(body, code, before);
                break;
            default:
                Refuse(body, code, Rules.CannotJudge, null, "The verifier does not know where it leads.");
                break;
        }
    }

    private void JudgeStack(CodeBody body, in Instruction code, MachineState before)
    {
        if (before[Register.RSP] is not { Kind: ValueKind.Stack } stack)
        {
            if (!_violations.Exists(v => v.Method == body.Name && v.RuleId == Rules.Stack))
            {
                Refuse(body, code, Rules.Stack, null, "How much stack it takes depends on its data.");
            }

            return;
        }

        body.Stack = Math.Max(body.Stack, (int)-stack.A);
    }

    private void JudgeMemory(CodeBody body, FlowNode node)
    {
        ref readonly Instruction code = ref node.Code;
        if (code.SegmentPrefix is Register.FS or Register.GS)
        {
            Refuse(body, code, Rules.ThreadStatic, null, "It uses thread-local storage.");
            return;
        }

        for (int operand = 0; node.Effects.NamesAddress && operand < code.OpCount; operand++)
        {
            OpKind kind = code.GetOpKind(operand);
            if (kind == OpKind.Immediate64 && _heap.Contains((nint)code.Immediate64))
            {
                Refuse(body, code, Rules.ReadsHeap, null, "It has the address of an object that the collector may move.");
                return;
            }

            // Calls and jumps through memory are judged as such.
            if (kind == OpKind.Memory && node.Mnemonic is not (Mnemonic.Lea or Mnemonic.Nop) && node.FlowControl == FlowControl.Next)
            {
                JudgeAddress(body, node);
            }
        }
    }

    private void JudgeAddress(CodeBody body, FlowNode node)
    {
        ref readonly Instruction code = ref node.Code;
        MachineState before = node.Before;
        MachineValue value = code.IsIPRelativeMemoryOperand || code.MemoryBase == Register.None ? default : before[code.MemoryBase];
        nint? address = CodeFlow.FixedAddress(code, before) is { } fixedAddress ? (nint)fixedAddress : value.IsConstant ? (nint)value.A : null;
        if (address is { } a)
        {
            body.StaticAccesses.Add(new CodeSite(code, a));
            if (_heap.Contains(a))
            {
                RefuseHeap(body, code, "It uses a static that the runtime keeps in the managed heap.");
            }
            else if (_image is null && _map.Library(a) is { } library)
            {
                bool poll = code.Mnemonic == Mnemonic.Cmp && CodeFlow.IsImmediate(code.Op1Kind) && code.GetImmediate(1) == 0;
                Refuse(
                    body, code, poll ? Rules.GCPoll : Rules.RuntimeService, NativeSymbols.Describe(a, library),
                    poll ? "It polls for the garbage collector." : "It uses data of the runtime.");
            }
            else if (!_map.IsReadable(a, 1))
            {
                Refuse(body, code, Rules.CannotJudge, null, "It uses memory that is not mapped.");
            }
            else if (node.Effects.StoresToMemory && (_map.IsCode(a) || _targets.MethodOfCell(a) is not null))
            {
                Refuse(body, code, Rules.CannotJudge, null, "It writes to code, or to what code is called through.");
            }
            else if (node.Effects.StoresToMemory && !_map.IsWritable(a))
            {
                Refuse(body, code, Rules.CannotJudge, null, "It writes to memory that cannot be written.");
            }
            else
            {
                JudgeStaticLoad(body, code, a);
            }
        }
        else if (value.Kind == ValueKind.Loaded && _map.IsReadable((nint)value.A, sizeof(nint)) && _heap.Contains(*(nint*)value.A))
        {
            RefuseHeap(body, code, "It follows a static reference into the managed heap.");
        }
    }

    // The instruction that first got hold of the heap's address says it all; what then goes through it would only repeat it.
    private void RefuseHeap(CodeBody body, in Instruction code, string what)
    {
        if (!_violations.Exists(v => v.Method == body.Name && v.RuleId == Rules.ReadsHeap))
        {
            Refuse(body, code, Rules.ReadsHeap, null, what);
        }
    }

    // NativeAOT keeps the static references of a type in an object of their own, which it finds through a cell in the image. There is no IL
    // to tell a reference from a number, so whatever is loaded from a fixed address must not look like one.
    private void JudgeStaticLoad(CodeBody body, in Instruction code, nint address)
    {
        bool isStore = code.Mnemonic == Mnemonic.Mov && code.Op0Kind == OpKind.Memory;
        if (_image is null || isStore || code.MemorySize.GetSize() != sizeof(nint)
            || !_map.IsReadable(address, sizeof(nint)) || _image.Constant(address) is not null)
        {
            return;
        }

        nint content = *(nint*)address;
        if (_heap.Contains(content) || _image.IsData(content))
        {
            Refuse(body, code, Rules.ReadsHeap, null, "It loads a static reference, or a pointer that cannot be told from one.");
        }
    }

    private void JudgeIndirectCall(CodeBody body, in Instruction code, MachineState before)
    {
        if (code.Op0Kind == OpKind.Register)
        {
            MachineValue value = before[code.Op0Register];
            if (value.IsConstant)
            {
                JudgeCall(body, code, before, (nint)value.A, 0);
                return;
            }
        }
        else if (CodeFlow.FixedAddress(code, before) is { } cell && _map.IsReadable((nint)cell, sizeof(nint)))
        {
            JudgeCall(body, code, before, *(nint*)cell, (nint)cell);
            return;
        }

        if (_trust is not null && body.Entry == _targets.Root.Code.Body)
        {
            Accept(body, code, before, _trust, HandlerCallKind.Trusted, null);
            return;
        }

        Refuse(
            body, code, Rules.IndirectCall, null,
            "It calls a target that is known only when it runs: a function pointer, a virtual method or a delegate.");
    }

    /// <param name="body">The calling body.</param>
    /// <param name="code">A call, or a jump that leaves the body.</param>
    /// <param name="before">What is known before it.</param>
    /// <param name="target">Where it leads now.</param>
    /// <param name="cell">The memory cell that it goes through, or 0.</param>
    private void JudgeCall(CodeBody body, in Instruction code, MachineState before, nint target, nint cell)
    {
        if (cell == 0)
        {
            CodeAddress followed = CodeAddress.Follow(target, _map);
            if ((_targets.Native(target) ?? (followed.Cells.Length == 0 ? _targets.Native(followed.Body) : null)) is { } native)
            {
                Accept(body, code, before, native, HandlerCallKind.Native, null);
                return;
            }
        }

        PreparedMethod? method = cell == 0 ? _targets.Method(target) : _targets.MethodOfCell(cell);
        if (method is not null && cell != 0 && Profiler.IsEnabled)
        {
            Refuse(
                body, code, Rules.CalleeNotPrepared, method.Name,
                "A profiler may replace the code of methods in this process (CORECLR_ENABLE_PROFILING): have this one inlined (AggressiveInlining), or run without the profiler.");
            return;
        }

        if (method is not null)
        {
            if (cell != 0 && !_cells.Exists(c => c.Address == cell))
            {
                _cells.Add(new CallCell(cell, method.Code.Body));
            }

            Accept(body, code, before, method.Name, HandlerCallKind.Verified, BodyOf(method));
            return;
        }

        if (_image is not null && cell == 0)
        {
            if (_image.IsStaticBase(target, out bool hasRun))
            {
                // There is no IL to find the types by, so they are initialised as the code shows them; not for a handler that is lost anyway.
                if (!hasRun && _violations.Count == 0)
                {
                    NativeImage.Initialize(target);
                    _image.IsStaticBase(target, out hasRun);
                }

                if (hasRun)
                {
                    Accept(body, code, before, "static base, initialised", HandlerCallKind.Helper, null);
                }
                else
                {
                    Refuse(body, code, Rules.TypeInitializer, "CORINFO_HELP_GET_NONGCSTATIC_BASE", "The type initialiser has not run yet.");
                }

                return;
            }

            if (_image.IsManaged(target) && HelperNames.Find([target]) is null)
            {
                CallImage(body, code, before, target);
                return;
            }
        }

        RefuseCall(body, code, before, target, cell);
    }

    // NativeAOT compiles everything ahead: any managed code that verifies will do. Its name is not known.
    private void CallImage(CodeBody body, in Instruction code, MachineState before, nint target)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{body.Name} > code at 0x{target - _image!.CodeStart:x}");
        if (_bodies.Count >= MostBodies)
        {
            Refuse(body, code, Rules.UnknownCallee, name, "It leads to more code than a handler should have.");
            return;
        }

        Accept(body, code, before, name, HandlerCallKind.Verified, BodyAt(target, name));
    }

    private void RefuseCall(CodeBody body, in Instruction code, MachineState before, nint target, nint cell)
    {
        CodeAddress followed = CodeAddress.Follow(target, _map);
        if (cell != 0 && _targets.Native(target) is { } native)
        {
            Refuse(body, code, Rules.IndirectCall, native, "It calls through a variable.");
            return;
        }

        nint[] addresses = [cell, .. followed.Names(_map)];
        MethodBase? stub = RuntimeFeature.IsDynamicCodeSupported
            ? addresses.Select(a => StubMethod.Of(a, _map)).FirstOrDefault(static m => m is not null)
            : null;
        bool canBeHelper = stub is null || stub.Module == typeof(object).Module;
        if (canBeHelper && HelperNames.Find(addresses) is { } helper)
        {
            // What a cell leads to can change.
            if (helper.IsHarmless && cell == 0)
            {
                Accept(body, code, before, helper.Name, HandlerCallKind.Helper, null);
            }
            else
            {
                Refuse(body, code, helper.Rule, helper.Name, $"{helper.What}.");
            }

            return;
        }

        // Behind the helpers: one of them may be such a function, with a contract of its own.
        if ((CallableNatives.Find(target) ?? (followed.Cells.Length == 0 ? CallableNatives.Find(followed.Body) : null)) is { } callable)
        {
            if (cell == 0)
            {
                Accept(body, code, before, callable, HandlerCallKind.Native, null);
            }
            else
            {
                Refuse(body, code, Rules.IndirectCall, callable, "It calls through a variable.");
            }

            return;
        }

        // Calls through an interface go through a cell that only such calls use, and its address is always passed in this register.
        if (code.FlowControl is FlowControl.IndirectCall or FlowControl.IndirectBranch && code.MemoryBase == Register.R11 && _image is null)
        {
            Refuse(body, code, Rules.VirtualCall, "interface dispatch", "It calls an interface method.");
            return;
        }

        if (_targets.Unprepared(addresses) is { } method)
        {
            (string rule, string what) = UnsafeCallees.Explain(method);
            Refuse(body, code, rule, MethodNames.Of(method), what);
            return;
        }

        if (_map.Library(followed.Body) is { } library)
        {
            if (library == _map.Library(SignalSafeLibC.Any))
            {
                Refuse(body, code, Rules.UnsafeNativeFunction, NativeSymbols.Describe(followed.Body, library),
                    "It calls a function of the C library that is not one of those that are known to be safe in a handler.");
                return;
            }

            bool ofRuntime = library == _image?.Path || Path.GetFileName(library) == "libcoreclr.so";
            Refuse(body, code, ofRuntime ? Rules.UnknownCallee : Rules.NativeCall, NativeSymbols.Describe(followed.Body, library),
                ofRuntime ? "It calls the runtime." : "It calls a native function that is not known to be async-signal-safe.");
            return;
        }

        string name = _map.Find(followed.Body) is { Path: var file } mapping && file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
            ? string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}+0x{followed.Body - (nint)mapping.Start + (nint)mapping.Offset:x}")
            : string.Create(CultureInfo.InvariantCulture, $"code at 0x{followed.Body:x}");
        Refuse(body, code, Rules.UnknownCallee, name, "It calls code that is neither a verified method nor an async-signal-safe function.");
    }

    private void Accept(CodeBody body, in Instruction code, MachineState before, string target, HandlerCallKind kind, CodeBody? callee)
    {
        int depth = before[Register.RSP] is { Kind: ValueKind.Stack } stack ? (int)-stack.A : 0;
        body.Calls.Add(new AcceptedCall(code, target, kind, callee, depth));

        // The data flow takes a breakpoint behind a call for the sign that the call does not return. These do, so it hid code.
        // SAFETY: the map says that the byte can be read.
        if (kind != HandlerCallKind.Helper && code.FlowControl is FlowControl.Call or FlowControl.IndirectCall
            && _map.IsReadable((nint)code.NextIP, 1) && *(byte*)code.NextIP == 0xCC)
        {
            Refuse(body, code, Rules.CannotJudge, target, "A breakpoint lies behind it: a debugger is at work in this code.");
        }
    }

    private int StackOf(CodeBody body, Stack<CodeBody> callers)
    {
        callers.Push(body);
        int deepest = body.Stack;
        foreach (AcceptedCall call in body.Calls)
        {
            int callee = call.Kind == HandlerCallKind.Helper ? ReturnAddress : NativeStack;
            if (call.Callee is not null)
            {
                if (callers.Contains(call.Callee))
                {
                    Refuse(body, call.Site, Rules.Recursion, call.Callee.Name, "It is recursive.");
                    continue;
                }

                callee = StackOf(call.Callee, callers);
            }

            deepest = Math.Max(deepest, call.StackAtCall + callee);
        }

        callers.Pop();
        return deepest + ReturnAddress;
    }

    private void Refuse(CodeBody body, in Instruction code, string rule, string? target, string what)
    {
        (string consequence, string remedy) = Rules.Explain(rule);
        bool isPlace = code.IP != 0;
        _violations.Add(new HandlerViolation(
            rule, body.Name, isPlace ? (nint)code.IP : 0, isPlace ? body.Offset(code) : 0, isPlace ? CodeBody.Text(code) : "", target,
            $"{what} {consequence}", remedy));
    }
}
