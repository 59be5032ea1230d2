// What the catalogue has to contain: each construct of which it is known what the compilers make of it.
namespace TopHalf.Oracle;

/// <summary>A construct of C# as it matters to a handler. The test demands at least one handler for each.</summary>
internal enum Construct
{
    // The constructs whose helpers were measured on each runtime.
    New, Box, NewArray, StoreReference, CastAndTest, ArrayElement, UninitializedStatic, SharedGenericStatic, InitializedStatic, StructStatic,
    ThreadStatic, Literal, ConstantSpan, Delegate, Virtual, Interface, ManagedPointer, UnmanagedPointer, PInvoke, SuppressGCTransition,
    Division, FloatToUnsigned, CheckedConversion, CheckedArithmetic, FloatRemainder, MathFunction, MathIntrinsic, WideArithmetic,
    StructCopy, BlockCopy, SpanBulk, BoundsCheck, StackAlloc, LargeFrame, Interlocked, InterlockedNarrow, InterlockedReference, Volatile,
    TryFinally, TryCatch, Lock, Throw, VectorFallback, InlinedCallee, PreparedCallee, UnpreparedCallee,

    // What was found on top of that, one by one.
    StackCookie, BulkByCpu, OneInitializer, LazyConstant, EmptyArray, Spread, LargeStatic, HiddenNative, HiddenFrame, EnumMember,
    SwitchWithoutDefault, EscapeAnalysis, InliningByCallSite, LiteralToStatic, HeapRead, IsEmptyCheck, TailCall, SwitchTable, VirtualSlot,

    // Further ones.
    GenericLookup, VirtualGeneric, MutablePointer, TextAndFormat, Iterator, Async, Nullable, Tuple, RecordStruct, InlineArray, FixedBuffer,
    DateAndTime, BitOperations, Intrinsic, Loop, Recursion, MutualRecursion, Library, Stack, Reflection, Dynamic,
}

/// <summary>What has to come out of the verification of a handler on CoreCLR.</summary>
internal enum Verdict
{
    /// <summary>Accepted, and the machine code has nothing against it.</summary>
    Clean,

    /// <summary>Refused, and the machine code shows why.</summary>
    Code,

    /// <summary>Refused although the machine code calls nothing: it reads managed memory, or the optimiser hid what the IL shows.</summary>
    HeapOnly,

    /// <summary>Refused. Whether the machine code shows it depends on the runtime or the CPU.</summary>
    Refused,

    /// <summary>Refused by a limit that is the verifier's own, of which the machine code shows no call: recursion, stack.</summary>
    Limit,

    /// <summary>Accepted or refused by what the compiler made of it on this runtime and CPU: the machine code alone decides.</summary>
    Depends,
}
