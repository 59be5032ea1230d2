namespace TopHalf.Verification;

/// <summary>The rules that the verifier applies, by the numbers of the analyzers, with the consequence and the remedy of each.</summary>
internal static class Rules
{
    public const string Signature = "TH0001";
    public const string AsyncOrIterator = "TH0002";
    public const string NotAggressivelyOptimized = "TH0003";
    public const string NotPlainStatic = "TH0004";
    public const string CannotJudge = "TH0009";
    public const string Allocates = "TH1001";
    public const string Boxes = "TH1002";
    public const string CreatesDelegate = "TH1003";
    public const string BuildsString = "TH1004";
    public const string ReadsHeap = "TH1006";
    public const string WritesReference = "TH1007";
    public const string Locks = "TH2001";
    public const string Blocks = "TH2002";
    public const string UnknownCallee = "TH3001";
    public const string VirtualCall = "TH3002";
    public const string NativeCall = "TH3003";
    public const string GCPoll = "TH3004";
    public const string UnsafeCallee = "TH3005";
    public const string IndirectCall = "TH3006";
    public const string Recursion = "TH3007";
    public const string UnsafeNativeFunction = "TH3008";
    public const string Throws = "TH4001";
    public const string ExceptionRegion = "TH4002";
    public const string ImplicitThrow = "TH4003";
    public const string Stack = "TH4004";
    public const string TypeInitializer = "TH5001";
    public const string ThreadStatic = "TH5002";
    public const string CalleeNotPrepared = "TH5003";
    public const string RuntimeService = "TH5004";
    public const string Unoptimized = "TH5005";

    /// <summary>What breaking the rule does to the process, and how to mend it. Full sentences.</summary>
    public static (string Consequence, string Remedy) Explain(string rule) => rule switch
    {
        Signature => ("The dispatcher could not call it.",
            "Write a static, non-generic method: static void OnTick(ref TState state, in InterruptContext context)."),
        AsyncOrIterator => ("Its state machine is a heap object.", "Make the handler an ordinary method and hand work over through an InterruptQueue."),
        NotAggressivelyOptimized => ("Tiered code calls the runtime to count its calls and to replace itself, in the middle of interrupted code.",
            "Add [MethodImpl(MethodImplOptions.AggressiveOptimization)]."),
        NotPlainStatic => ("There is no object to be called on in signal context, and code that can be unloaded may be gone when the signal comes.",
            "Use a static method of an ordinary type and pass what it needs in TState."),
        CannotJudge => ("What cannot be proved safe is refused.", "Simplify the code, or report it to TopHalf if it is harmless."),
        Allocates => ("An allocation can start a collection, or run inside the allocator that it interrupted.",
            "Allocate before registration and keep data in TState; hand values over through an InterruptQueue."),
        Boxes => ("Boxing allocates, and an allocation can start a collection.", "Keep the value's own type: use a generic method with a struct constraint."),
        CreatesDelegate => ("A delegate is a heap object.", "Call the method directly."),
        BuildsString => ("Strings live on the managed heap.", "Write numbers into an InterruptQueue or InterruptLog and format them outside of the handler."),
        ReadsHeap => ("The garbage collector may be moving the object at this very moment.",
            "Keep the data in TState or other unmanaged memory: no class fields, arrays, strings or static references."),
        WritesReference => ("The write barrier touches the collector's tables while it may be at work on them.", "Store numbers or unmanaged pointers, not references."),
        Locks => ("The interrupted code may hold the lock: deadlock.", "Use Interlocked or Volatile, a SeqLock, or mask the interrupt on the other side."),
        Blocks => ("The interrupted thread would wait inside of its own interruption.", "Hand the work over through an InterruptQueue."),
        UnknownCallee => ("It is not known to be safe in signal context.",
            "Avoid it, or call a method of your own that is marked [MethodImpl(MethodImplOptions.AggressiveOptimization)]."),
        VirtualCall => ("Virtual calls go through an object and through stubs that the runtime patches.", "Call a static method, or a method of a struct."),
        NativeCall => ("The transition to native code and back lets the collector run, or waits for it, in the middle of interrupted code.",
            "Use what TopHalf offers (context members, InterruptClock, InterruptQueue), or do the call in the bottom half."),
        GCPoll => ("The poll can park the thread inside of interrupted code; the next collection then corrupts the heap.",
            "Do not call native functions with SuppressGCTransition from a handler; use what TopHalf offers."),
        UnsafeCallee => ("It is marked as unsafe in handlers.", "Do it in the bottom half."),
        IndirectCall => ("A pointer can change after the verification.", "Call the method directly."),
        Recursion => ("The stack it takes has no bound.", "Use a loop."),
        UnsafeNativeFunction => ("The interrupted thread may be inside the library, holding its locks, with its data half changed.",
            "Do it in the bottom half, or call one of the functions that the page of TH3008 lists."),
        Throws => ("The exception would unwind into the interrupted code, or kill the process.", "Report the condition in TState or through an InterruptQueue."),
        ExceptionRegion => ("Exceptions do not work in signal context.", "Remove try, catch, finally, using and foreach over disposable enumerators."),
        ImplicitThrow => ("The exception would unwind into the interrupted code, or kill the process.",
            "Use pointers or refs instead of indexing, unchecked arithmetic, and test values before."),
        Stack => ("A signal can land near the end of a stack; running over it kills the process.", "Use smaller locals and shallower calls; move buffers into TState."),
        TypeInitializer => ("The type initialiser could run inside of the handler: it takes locks and runs any code.",
            "Run it before the method is first compiled: RuntimeHelpers.RunClassConstructor(typeof(T).TypeHandle). Best keep handler state in TState."),
        ThreadStatic => ("Thread-local storage is allocated lazily, by the runtime.", "Keep the value in TState."),
        CalleeNotPrepared => ("Its code can be replaced by the runtime, or is compiled at its first call, in the middle of interrupted code.",
            "Mark it [MethodImpl(MethodImplOptions.AggressiveOptimization)], or AggressiveInlining where it is small."),
        RuntimeService => ("The runtime may hold a lock, or change what it keeps for itself, in the code that was interrupted.",
            "Avoid the construct: reflection, run-time generic look-ups, decimal, floating-point remainder, large struct copies, dynamic code."),
        Unoptimized => ("Unoptimised code calls the runtime and library helpers at every turn.",
            "Build with <Optimize>true</Optimize> (dotnet run -c Release), or use DeliveryMode.Threaded for debugging."),
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "No such rule."),
    };
}
