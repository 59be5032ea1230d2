namespace TopHalf.Analyzers;

/// <summary>The ids of the rules. Never renumbered; the verifier reports by the same ids.</summary>
public static class RuleIds
{
    /// <summary>A handler's signature is not the one that registration takes.</summary>
    public const string HandlerSignature = "TH0001";

    /// <summary>A handler is async or an iterator.</summary>
    public const string AsyncOrIterator = "TH0002";

    /// <summary>A handler lacks <c>AggressiveOptimization</c>.</summary>
    public const string NotOptimized = "TH0003";

    /// <summary>A registered delegate is not a plain static method.</summary>
    public const string NotStaticMethod = "TH0004";

    /// <summary>An override or implementation does not keep the promise that it inherits.</summary>
    public const string WeakenedPromise = "TH0005";

    /// <summary>A promise that says nothing which is not proved without it.</summary>
    public const string NeedlessPromise = "TH0006";

    /// <summary>A line of a user's table that has no effect, or not the one it seems to have.</summary>
    public const string ApiListLine = "TH0007";

    /// <summary>A rule is suppressed, and no reason is given.</summary>
    public const string UnexplainedSuppression = "TH0008";

    /// <summary>A construct that the analyzer cannot judge.</summary>
    public const string CannotBeJudged = "TH0009";

    /// <summary>An option in an .editorconfig whose value cannot be used.</summary>
    public const string MalformedOption = "TH0010";

    /// <summary>Allocates an object or an array.</summary>
    public const string Allocation = "TH1001";

    /// <summary>Boxes a value.</summary>
    public const string Boxing = "TH1002";

    /// <summary>Creates a delegate or a closure.</summary>
    public const string DelegateCreation = "TH1003";

    /// <summary>Builds a string.</summary>
    public const string StringBuilding = "TH1004";

    /// <summary>Allocates where no <c>new</c> is written.</summary>
    public const string HiddenAllocation = "TH1005";

    /// <summary>Reads the managed heap.</summary>
    public const string ManagedRead = "TH1006";

    /// <summary>Writes a reference.</summary>
    public const string ReferenceWrite = "TH1007";

    /// <summary>Takes a lock.</summary>
    public const string Lock = "TH2001";

    /// <summary>Blocks, or does I/O that may block.</summary>
    public const string Blocking = "TH2002";

    /// <summary>A loop that waits for others, or for ever.</summary>
    public const string SpinLoop = "TH2003";

    /// <summary>Calls a member that is not known to be safe.</summary>
    public const string UnknownCall = "TH3001";

    /// <summary>Makes a virtual, interface or delegate call.</summary>
    public const string DynamicDispatch = "TH3002";

    /// <summary>Calls by P/Invoke or through an unmanaged function pointer.</summary>
    public const string NativeTransition = "TH3003";

    /// <summary>Calls with <c>SuppressGCTransition</c>, behind which a GC poll stands.</summary>
    public const string GCPoll = "TH3004";

    /// <summary>Calls a member that is declared unsafe.</summary>
    public const string DeclaredUnsafe = "TH3005";

    /// <summary>Calls through a pointer whose target cannot be seen.</summary>
    public const string UnknownTarget = "TH3006";

    /// <summary>Recursion.</summary>
    public const string Recursion = "TH3007";

    /// <summary>Calls a native function that is not async-signal-safe.</summary>
    public const string UnsafeNativeFunction = "TH3008";

    /// <summary>Throws.</summary>
    public const string Throw = "TH4001";

    /// <summary>An exception region.</summary>
    public const string ExceptionRegion = "TH4002";

    /// <summary>An operation that may throw.</summary>
    public const string ImplicitThrow = "TH4003";

    /// <summary>A large or variable <c>stackalloc</c>.</summary>
    public const string StackBudget = "TH4004";

    /// <summary>A loop whose bound cannot be seen.</summary>
    public const string UnboundedLoop = "TH4005";

    /// <summary>Needs a type initialiser that may not have run.</summary>
    public const string TypeInitializer = "TH5001";

    /// <summary>Uses a thread static.</summary>
    public const string ThreadStatic = "TH5002";

    /// <summary>A callee that is neither inlined nor <c>AggressiveOptimization</c>.</summary>
    public const string NotInlined = "TH5003";

    /// <summary>Another service of the runtime.</summary>
    public const string RuntimeService = "TH5004";

    /// <summary>Non-atomic update of state that a handler also touches.</summary>
    public const string NonAtomicUpdate = "TH6001";

    /// <summary>Plainly reads or writes what a handler uses too.</summary>
    public const string PlainAccess = "TH6002";

    /// <summary>Reads or writes in several steps what a handler uses too.</summary>
    public const string TornValue = "TH6003";

    /// <summary>Plainly reads or writes a handler's state through a pointer.</summary>
    public const string RawPointer = "TH6004";

    /// <summary>Does not look whether a shared value was entered.</summary>
    public const string UntestedEntry = "TH6005";

    /// <summary>Registers a handler from inside a handler.</summary>
    public const string RegistrationInHandler = "TH7001";

    /// <summary>Installs a C# method as a signal handler by hand.</summary>
    public const string RawSignalHandler = "TH7002";

    /// <summary>Asks for a signal that registration refuses.</summary>
    public const string ReservedSignal = "TH7003";

    /// <summary>Loses an interrupt source.</summary>
    public const string LostSource = "TH7004";

    /// <summary>Has the C library start a thread for each expiry.</summary>
    public const string ThreadPerExpiry = "TH7005";

    /// <summary>Blocks signals that the runtime or the library needs.</summary>
    public const string BlockedSignal = "TH7006";

    /// <summary>A signal handler that installs itself again.</summary>
    public const string InstallsItself = "TH7007";

    /// <summary>A handler of a fault that returns to it.</summary>
    public const string ReturnsToFault = "TH7008";
}
