using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TopHalf.Verification;

/// <summary>
/// The second stage, CoreCLR only: every method that a root can reach by its IL, every type that they touch, and what the IL shows that
/// machine code does not: reads of managed memory make no call, and the optimiser hides some allocations that another build brings back.
/// </summary>
/// <remarks>
/// The IL rules hold for user code and for this library, dead branches included. Methods of the platform's own assemblies are not
/// scanned: the JIT turns those that a handler may use into instructions, often choosing between branches by what the CPU can do, so they
/// are judged by the machine code that remains of them.
/// </remarks>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Reads only methods that the handler calls; the trimmer keeps them for that reason.")]
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Interface maps are looked up for methods that the handler calls.")]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Interface maps are looked up for methods that the handler calls.")]
[UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "Interface maps are looked up for methods that the handler calls.")]
[UnconditionalSuppressMessage("Trimming", "IL2059", Justification = "Only the initialisers of types that the handler touches are run.")]
internal sealed class MethodClosure
{
    private readonly Dictionary<nint, MethodBase> _seen = [];
    private readonly HashSet<Type> _types = [];
    private readonly List<MethodBase> _scanned = [];
    private readonly List<MethodBase> _platform = [];
    private readonly List<HandlerViolation> _violations = [];
    private readonly Queue<MethodBase> _queue = [];

    private MethodClosure(MethodInfo root) => Root = root;

    public MethodInfo Root { get; }

    /// <summary>The root and the methods of user code and this library that it can reach.</summary>
    public IReadOnlyList<MethodBase> Methods => _scanned;

    /// <summary>Methods of the platform that they name.</summary>
    public IReadOnlyList<MethodBase> PlatformMethods => _platform;

    public IReadOnlyList<HandlerViolation> Violations => _violations;

    /// <summary>Whether unoptimised (Debug) code is among what it reaches.</summary>
    public bool IsUnoptimized => _violations.Exists(static v => v.RuleId == Rules.Unoptimized);

    public static MethodClosure Of(MethodInfo root)
    {
        var closure = new MethodClosure(root);
        closure.Reach(root);
        while (closure._queue.TryDequeue(out MethodBase? method))
        {
            closure.Scan(method);
        }

        return closure;
    }

    /// <summary>NativeAOT has no IL: the machine code alone is judged, by stricter rules.</summary>
    public static MethodClosure WithoutIL(MethodInfo root)
    {
        var closure = new MethodClosure(root);
        closure._scanned.Add(root);
        closure.Touch(root.DeclaringType!);
        return closure;
    }

    /// <summary>Runs the initialisers of all types that are touched. Compiled after that, the code needs no check.</summary>
    /// <exception cref="TypeInitializationException">One of them failed.</exception>
    public void InitializeTypes()
    {
        foreach (Type type in _types)
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }
    }

    /// <summary>The methods that a method's IL calls, without judging them. For names in messages.</summary>
    public static IEnumerable<MethodBase> CalleesOf(MethodBase method)
    {
        if (method.IsAbstract || method.ContainsGenericParameters || method.GetMethodBody()?.GetILAsByteArray() is not { } il)
        {
            return [];
        }

        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        List<MethodBase> callees = [];
        foreach (ILInstruction instruction in ILReader.Read(il))
        {
            if (instruction.OpCode is ILOpCode.Call or ILOpCode.Newobj or ILOpCode.Callvirt)
            {
                callees.Add(method.Module.ResolveMethod(instruction.Operand, ofType, ofMethod)!);
            }
        }

        return callees;
    }

    private void Reach(MethodBase method)
    {
        if (method.DeclaringType is { } type)
        {
            Touch(type);
        }

        if (!_seen.TryAdd(method.MethodHandle.Value, method))
        {
            return;
        }

        if (AssemblyFacts.Of(method.Module.Assembly).IsPlatform)
        {
            _platform.Add(method);
        }
        else
        {
            _scanned.Add(method);
            _queue.Enqueue(method);
        }
    }

    private void Touch(Type type)
    {
        if (!type.ContainsGenericParameters && !type.IsArray && !type.IsByRef && !type.IsPointer && !type.IsFunctionPointer)
        {
            _types.Add(type);
        }
    }

    private void Scan(MethodBase method)
    {
        if ((method.Attributes & MethodAttributes.PinvokeImpl) != 0)
        {
            bool suppressed = method.IsDefined(typeof(SuppressGCTransitionAttribute), inherit: false);
            Add(method, suppressed ? Rules.GCPoll : Rules.NativeCall, 0, "", MethodNames.Of(method), "It is a P/Invoke.");
            return;
        }

        if (HandlerContract.IsUnoptimized(method))
        {
            Add(method, Rules.Unoptimized, 0, "", null, "It is compiled without optimisation.");
            return;
        }

        if (DeclaredUnsafe(method) is { } promise)
        {
            Add(method, Rules.UnsafeCallee, 0, "", null, $"It is marked [AsyncSignalUnsafe]: {promise.Reason}.");
        }

        if (HandlerContract.IsShared(method))
        {
            Add(method, Rules.RuntimeService, 0, "", null, "It is generic over a reference type, so its code looks types up at run time.");
            return;
        }

        if (method.GetMethodBody() is not { } body || body.GetILAsByteArray() is not { } il)
        {
            Add(method, Rules.CannotJudge, 0, "", null, "It has no IL body.");
            return;
        }

        if (body.ExceptionHandlingClauses.Count > 0)
        {
            ExceptionHandlingClause clause = body.ExceptionHandlingClauses[0];
            Add(method, Rules.ExceptionRegion, clause.TryOffset, "try", null, "It has an exception region.");
        }

        new ILScan(this, method, ILReader.Read(il)).Run();
    }

    // The mark may stand on the method, on its property, or on a type around it.
    private static AsyncSignalUnsafeAttribute? DeclaredUnsafe(MethodBase method)
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        AsyncSignalUnsafeAttribute? mark = Mark(method);
        if (mark is null && method.IsSpecialName)
        {
            PropertyInfo? property = method.DeclaringType?.GetProperties(All)
                .FirstOrDefault(p => p.GetAccessors(nonPublic: true).Any(a => a.MethodHandle == method.MethodHandle));
            mark = property is null ? null : Mark(property);
        }

        for (Type? type = method.DeclaringType; mark is null && type is not null; type = type.DeclaringType)
        {
            mark = Mark(type);
        }

        return mark;

        // To ask first whether there is one costs a fraction of looking for it.
        static AsyncSignalUnsafeAttribute? Mark(MemberInfo member) => member.IsDefined(typeof(AsyncSignalUnsafeAttribute), inherit: true)
            ? member.GetCustomAttribute<AsyncSignalUnsafeAttribute>(inherit: true)
            : null;
    }

    private void Add(MethodBase method, string rule, int offset, string instruction, string? target, string what)
    {
        (string consequence, string remedy) = Rules.Explain(rule);
        _violations.Add(new HandlerViolation(rule, MethodNames.Of(method), 0, offset, instruction, target, $"{what} {consequence}", remedy) { Origin = method });
    }

    /// <summary>The scan of one method.</summary>
    private sealed class ILScan(MethodClosure closure, MethodBase method, ILInstruction[] il)
    {
        private readonly Type[]? _typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        private readonly Type[]? _methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;

        // Tokens of what is called or accessed: to find out what one stands for is most of a scan's work.
        private readonly HashSet<int> _harmless = [];

        public void Run()
        {
            Type? constrained = null;
            for (int i = 0; i < il.Length; i++)
            {
                ILInstruction instruction = il[i];
                ILInstruction? next = i + 1 < il.Length ? il[i + 1] : null;
                if (instruction.OpCode == ILOpCode.Constrained)
                {
                    constrained = ResolveType(instruction);
                    continue;
                }

                bool isAlone = constrained is null && instruction.OpCode is ILOpCode.Call or (>= ILOpCode.Ldfld and <= ILOpCode.Stsfld);
                if (!isAlone || !_harmless.Contains(instruction.Operand))
                {
                    int known = closure._violations.Count;
                    Judge(instruction, next, constrained);
                    if (isAlone && closure._violations.Count == known)
                    {
                        _harmless.Add(instruction.Operand);
                    }
                }

                if (!instruction.IsPrefix)
                {
                    constrained = null;
                }
            }
        }

        private void Judge(ILInstruction instruction, ILInstruction? next, Type? constrained)
        {
            ILOpCode op = instruction.OpCode;
            if (op == ILOpCode.Call || op == ILOpCode.Callvirt)
            {
                Call(instruction, Resolve(instruction), constrained);
            }
            else if (op == ILOpCode.Newobj)
            {
                New(instruction, Resolve(instruction));
            }
            else if (op == ILOpCode.Calli)
            {
                CallIndirect(instruction);
            }
            else if (op == ILOpCode.Ldftn)
            {
                MethodBase target = Resolve(instruction);
                closure.Reach(target);
                if (next?.OpCode == ILOpCode.Newobj)
                {
                    Refuse(instruction, Rules.CreatesDelegate, MethodNames.Of(target), "It makes a delegate.");
                }
            }
            else if (op is >= ILOpCode.Ldfld and <= ILOpCode.Stsfld)
            {
                Field(instruction, method.Module.ResolveField(instruction.Operand, _typeArguments, _methodArguments)!);
            }
            else if (op == ILOpCode.Newarr)
            {
                Refuse(instruction, Rules.Allocates, MethodNames.Of(ResolveType(instruction)) + "[]", "It allocates an array.");
            }
            else if (op == ILOpCode.Box)
            {
                Refuse(instruction, Rules.Boxes, MethodNames.Of(ResolveType(instruction)), "It boxes a value.");
            }
            else if (op == ILOpCode.Ldstr)
            {
                Refuse(instruction, Rules.ReadsHeap, null, "It uses a string.");
            }
            else if (op == ILOpCode.Ldtoken && next is { OpCode: ILOpCode.Call } call && IsCreateSpan(Resolve(call)))
            {
                // A constant span: its elements lie in the image, and the compiler of the machine code leaves only their address.
            }
            else if (op == ILOpCode.Ldtoken)
            {
                Refuse(instruction, Rules.RuntimeService, null, "It uses a type or field handle.");
            }
            else if (op == ILOpCode.Throw || op == ILOpCode.Rethrow)
            {
                Refuse(instruction, Rules.Throws, null, "It throws.");
            }
            else if (op == ILOpCode.Castclass || op == ILOpCode.Isinst || op == ILOpCode.Unbox || op == ILOpCode.Unbox_Any)
            {
                Refuse(instruction, Rules.ImplicitThrow, MethodNames.Of(ResolveType(instruction)), "It tests or casts an object.");
            }
            else if (op == ILOpCode.Ldvirtftn)
            {
                Refuse(instruction, Rules.VirtualCall, MethodNames.Of(Resolve(instruction)), "It takes the address of a virtual method.");
            }
            else if (op == ILOpCode.Ldind_Ref || (op is ILOpCode.Ldobj && ContainsReferences(ResolveType(instruction))))
            {
                Refuse(instruction, Rules.ReadsHeap, null, "It reads a reference through a pointer.");
            }
            else if (op == ILOpCode.Stind_Ref || (op is ILOpCode.Stobj or ILOpCode.Cpobj && ContainsReferences(ResolveType(instruction))))
            {
                Refuse(instruction, Rules.WritesReference, null, "It writes a reference through a pointer.");
            }
            else if (op == ILOpCode.Ldlen || op is >= ILOpCode.Ldelema and <= ILOpCode.Stelem)
            {
                Refuse(instruction, Rules.ReadsHeap, null, "It uses an array.");
            }
            else if (op == ILOpCode.Arglist || op == ILOpCode.Jmp || op == ILOpCode.Mkrefany || op == ILOpCode.Refanyval || op == ILOpCode.Refanytype)
            {
                Refuse(instruction, Rules.CannotJudge, null, "The verifier does not know this construct.");
            }
        }

        private void Call(ILInstruction instruction, MethodBase target, Type? constrained)
        {
            if (constrained is { IsValueType: true })
            {
                if (Implementation(constrained, target) is not { } implementation)
                {
                    Refuse(instruction, Rules.Boxes, MethodNames.Of(target), $"{MethodNames.Of(constrained)} does not have this method itself, so the value is boxed.");
                    return;
                }

                closure.Reach(implementation);
                return;
            }

            if (target is { IsVirtual: true, IsStatic: false } && instruction.OpCode == ILOpCode.Callvirt)
            {
                Refuse(instruction, Rules.VirtualCall, MethodNames.Of(target), "It calls a virtual method.");
                return;
            }

            if (!target.IsStatic && target.DeclaringType is { IsValueType: false } owner)
            {
                if (typeof(Delegate).IsAssignableFrom(owner))
                {
                    Refuse(instruction, Rules.VirtualCall, MethodNames.Of(target), "It calls a delegate.");
                }
                else
                {
                    Refuse(instruction, Rules.ReadsHeap, MethodNames.Of(target), "It calls a method of an object.");
                }

                if (AssemblyFacts.Of(owner.Assembly).IsPlatform)
                {
                    return;
                }
            }

            if (target.IsAbstract)
            {
                Refuse(instruction, Rules.VirtualCall, MethodNames.Of(target), "It calls an abstract method.");
                return;
            }

            RefuseReferences(instruction, target);
            closure.Reach(target);
        }

        // Machine code does not tell a reference from a number, and the platform's methods are judged by nothing else. So none may take an
        // object or give one back: not GCHandle.Target, not Unsafe.As<T>, not a span's constructor over an array.
        private void RefuseReferences(ILInstruction instruction, MethodBase target)
        {
            bool takesOrGives = (target is MethodInfo { ReturnType: var result } && HoldsReference(result))
                || Array.Exists(target.GetParameters(), static p => HoldsReference(p.ParameterType))
                || (!target.IsStatic && target.DeclaringType is { IsValueType: true } receiver && ContainsReferences(receiver));
            if (takesOrGives && !IsCreateSpan(target))
            {
                Refuse(instruction, Rules.ReadsHeap, MethodNames.Of(target), "It calls a method that takes an object or gives one back.");
            }

            static bool HoldsReference(Type type) => type != typeof(void) && ContainsReferences(type.IsByRef ? type.GetElementType()! : type);
        }

        private static bool IsCreateSpan(MethodBase target) =>
            target.DeclaringType == typeof(RuntimeHelpers) && target.Name == nameof(RuntimeHelpers.CreateSpan);

        private void New(ILInstruction instruction, MethodBase constructor)
        {
            Type type = constructor.DeclaringType!;
            if (type.IsValueType)
            {
                RefuseReferences(instruction, constructor);
                closure.Reach(constructor);
                return;
            }

            // The delegate's target was reported already, at its ldftn.
            if (!typeof(Delegate).IsAssignableFrom(type))
            {
                Refuse(instruction, Rules.Allocates, MethodNames.Of(type), $"It allocates an object of type {MethodNames.Of(type)}.");
            }
        }

        private void CallIndirect(ILInstruction instruction)
        {
            // The lower half of a signature's first byte is its calling convention; 0 is the managed one. A managed call is left to the
            // machine code, which shows whether the target is a constant.
            byte convention = method.Module.ResolveSignature(instruction.Operand)[0];
            if ((convention & 0x0F) != 0)
            {
                Refuse(instruction, Rules.NativeCall, null, "It calls an unmanaged function pointer.");
            }
        }

        private void Field(ILInstruction instruction, FieldInfo field)
        {
            Type owner = field.DeclaringType!;
            if (!field.IsStatic)
            {
                if (!owner.IsValueType)
                {
                    Refuse(instruction, Rules.ReadsHeap, Name(), "It uses a field of an object.");
                }
                else if (ContainsReferences(field.FieldType))
                {
                    bool write = instruction.OpCode == ILOpCode.Stfld;
                    Refuse(instruction, write ? Rules.WritesReference : Rules.ReadsHeap, Name(), "It uses a reference in a struct.");
                }
            }
            else
            {
                closure.Touch(owner);
                if (field.IsDefined(typeof(ThreadStaticAttribute), inherit: false))
                {
                    Refuse(instruction, Rules.ThreadStatic, Name(), "It uses a thread static.");
                }
                else if (ContainsReferences(field.FieldType))
                {
                    bool write = instruction.OpCode == ILOpCode.Stsfld;
                    Refuse(instruction, write ? Rules.WritesReference : Rules.ReadsHeap, Name(), "It uses a static reference.");
                }
            }

            string Name() => $"{MethodNames.Of(owner)}.{field.Name}";
        }

        // A by-ref field is no object: where it leads was judged when it was made.
        private static bool ContainsReferences(Type type)
        {
            if (type.IsByRef || type.IsPrimitive || type.IsPointer || type.IsEnum || type.IsFunctionPointer)
            {
                return false;
            }

            return !type.IsValueType
                || type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Any(f => ContainsReferences(f.FieldType));
        }

        /// <summary>The method that a constrained call of a struct runs; null where the struct inherits it, which boxes.</summary>
        private static MethodBase? Implementation(Type type, MethodBase target)
        {
            Type declaring = target.DeclaringType!;
            if (declaring == type)
            {
                return target;
            }

            if (declaring.IsInterface)
            {
                InterfaceMapping map = type.GetInterfaceMap(declaring);
                MethodBase definition = target is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericMethodDefinition() : target;
                int index = Array.FindIndex(map.InterfaceMethods, m => m.MethodHandle == definition.MethodHandle);
                MethodInfo? implementation = index < 0 ? null : map.TargetMethods[index];
                if (implementation is null || implementation.DeclaringType != type)
                {
                    // A default implementation of the interface boxes its receiver; a static one does not.
                    return implementation is { IsStatic: true, IsAbstract: false } ? implementation : null;
                }

                return target.IsGenericMethod ? Instantiate(implementation, target.GetGenericArguments()) : implementation;
            }

            MethodInfo? own = type.GetMethod(
                target.Name,
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic,
                [.. target.GetParameters().Select(p => p.ParameterType)]);
            return own?.DeclaringType == type ? own : null;
        }

        [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "The handler calls this instantiation.")]
        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Runs on CoreCLR only, and the handler calls this instantiation.")]
        private static MethodInfo Instantiate(MethodInfo definition, Type[] arguments) => definition.MakeGenericMethod(arguments);

        private MethodBase Resolve(ILInstruction instruction) =>
            method.Module.ResolveMethod(instruction.Operand, _typeArguments, _methodArguments)!;

        private Type ResolveType(ILInstruction instruction) =>
            method.Module.ResolveType(instruction.Operand, _typeArguments, _methodArguments);

        private void Refuse(ILInstruction instruction, string rule, string? target, string what) =>
            closure.Add(method, rule, instruction.Offset, $"IL {instruction.OpCode}", target, what);
    }
}
