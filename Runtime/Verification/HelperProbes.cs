using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TopHalf.Verification;

#pragma warning disable CS0649 // Fields are there for their types only.

/// <summary>Names the helper that a probe's call leads to.</summary>
/// <param name="name">The JIT's name, without CORINFO_HELP_; or words, for what is no helper by that name.</param>
/// <param name="rule">The rule that a handler breaks by calling it.</param>
/// <param name="what">What the call does: "It allocates an object".</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class HelperAttribute(string name, string rule, string what) : Attribute
{
    public string Name { get; } = name.Contains(' ', StringComparison.Ordinal) ? name : "CORINFO_HELP_" + name;

    public string Rule { get; } = rule;

    public string What { get; } = what;

    /// <summary>The first version of the runtime whose JIT has this name for it.</summary>
    public int First { get; init; }

    /// <summary>The last one.</summary>
    public int Last { get; init; } = int.MaxValue;

    public bool IsOfThisRuntime => Environment.Version.Major >= First && Environment.Version.Major <= Last;

    /// <summary>Which call of the probe, by address; negative from the end, where the cold paths are.</summary>
    public int Call { get; init; }

    /// <summary>
    /// Needs nothing of the runtime: ends the process, touches the stack, or computes. Only where it is called directly: behind a cell is
    /// managed code, which the runtime replaces when it likes.
    /// </summary>
    public bool IsHarmless { get; init; }
}

/// <summary>Methods that are compiled and looked at, and never called (see <see cref="HelperNames"/>).</summary>
[SuppressMessage("Performance", "CA1859", Justification = "The probes are about objects of unknown type.")]
[SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The probes are about DllImport.")]
internal static unsafe class HelperProbes
{
    private const MethodImplOptions Probe = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    [MethodImpl(Probe)]
    [Helper("NEWSFAST", Rules.Allocates, "It allocates an object")]
    private static object NewObject() => new Plain();

    [MethodImpl(Probe)]
    [Helper("NEWFAST", Rules.Allocates, "It allocates an object with a finaliser", Call = 0)]
    private static object NewFinalizable() => new Finalizable();

    [MethodImpl(Probe)]
    [Helper("NEWARR_1_VC", Rules.Allocates, "It allocates an array", Call = 0)]
    private static object NewArray(int length) => new int[length];

    [MethodImpl(Probe)]
    [Helper("NEWARR_1_PTR", Rules.Allocates, "It allocates an array", Call = 0, First = 10)]
    private static object NewLongArray(int length) => new long[length];

    [MethodImpl(Probe)]
    [Helper("NEWARR_1_OBJ", Rules.Allocates, "It allocates an array of references", Call = 0, Last = 9)]
    private static object NewObjectArray(int length) => new object[length];

    [MethodImpl(Probe)]
    [Helper("NEW_MDARR", Rules.Allocates, "It allocates an array", Call = 0)]
    private static object NewMatrix(int length) => new int[length, length];

    [MethodImpl(Probe)]
    [Helper("STRCNS", Rules.ReadsHeap, "It loads a string", Call = 1)]
    private static void ThrowText(int value)
    {
        if (value == 3)
        {
            throw new InvalidOperationException("Text");
        }
    }

    [MethodImpl(Probe)]
    [Helper("BOX_NULLABLE", Rules.Boxes, "It boxes a value", Call = 0)]
    private static object? BoxNullable(Large? value) => value;

    [MethodImpl(Probe)]
    [Helper("UNBOX", Rules.ImplicitThrow, "It unboxes an object", Call = -1)]
    private static int Unbox(object value) => (int)value;

    [MethodImpl(Probe)]
    [Helper("UNBOX_NULLABLE", Rules.ImplicitThrow, "It unboxes an object", Call = -1)]
    private static int? UnboxNullable(object value) => (int?)value;

    [MethodImpl(Probe)]
    [Helper("THROW", Rules.Throws, "It throws", Call = 0)]
    private static void Throw(Exception exception) => throw exception;

    [MethodImpl(Probe)]
    [Helper("RNGCHKFAIL", Rules.ImplicitThrow, "It throws where an index is out of range", Call = -1)]
    private static int Index(int[] array, int index) => array[index];

    [MethodImpl(Probe)]
    [Helper("THROW_ARGUMENTOUTOFRANGEEXCEPTION", Rules.ImplicitThrow, "It throws where an index is out of range", Call = -1)]
    private static int IndexVector(Vector128<int> vector, int index) => vector.GetElement(index);

    [MethodImpl(Probe)]
    [Helper("OVERFLOW", Rules.ImplicitThrow, "It throws on overflow", Call = -1)]
    private static int Overflow(int a, int b) => checked(a + b);

    [MethodImpl(Probe)]
    [Helper("ASSIGN_REF", Rules.WritesReference, "It stores a reference into an object", Call = -1)]
    private static void StoreReference(Plain target, object value) => target.Reference = value;

    [MethodImpl(Probe)]
    [Helper("CHECKED_ASSIGN_REF", Rules.WritesReference, "It stores a reference", Call = -1)]
    internal static void StoreReferenceByRef(ref object target, object value) => target = value;

    [MethodImpl(Probe)]
    [Helper("ASSIGN_BYREF", Rules.WritesReference, "It copies a reference", Call = 0)]
    private static void CopyReferences(ref TwoReferences target, ref TwoReferences source) => target = source;

    [MethodImpl(Probe)]
    [Helper("BULK_WRITEBARRIER", Rules.WritesReference, "It copies references", Call = -1, First = 9)]
    private static void CopyManyReferences(ref ManyReferences target, ref ManyReferences source) => target = source;

    [MethodImpl(Probe)]
    [Helper("ARRADDR_ST", Rules.WritesReference, "It stores a reference into an array", Call = -1)]
    private static void StoreElement(object[] array, object value) => array[1] = value;

    [MethodImpl(Probe)]
    [Helper("LDELEMA_REF", Rules.ReadsHeap, "It takes the address of an array element", Call = 0)]
    private static ref object ElementAddress(object[] array, int index) => ref array[index];

    [MethodImpl(Probe)]
    [Helper("CHKCASTARRAY", Rules.ImplicitThrow, "It casts an object", Call = -1)]
    private static object CastToArray(object value) => (int[])value;

    [MethodImpl(Probe)]
    [Helper("CHKCASTANY", Rules.ImplicitThrow, "It casts an object", Call = -1)]
    private static object CastToVariant(object value) => (IEnumerable<object>)value;

    [MethodImpl(Probe)]
    [Helper("CHKCASTCLASS", Rules.ImplicitThrow, "It casts an object", Call = -1, First = 9)]
    private static object CastToSealed(object value) => (Plain)value;

    [MethodImpl(Probe)]
    [Helper("CHKCASTCLASS", Rules.ImplicitThrow, "It casts an object", Call = 0, Last = 8)]
    private static void ThrowObject(object value) => throw (Exception)value;

    [MethodImpl(Probe)]
    [Helper("CHKCASTCLASS_SPECIAL", Rules.ImplicitThrow, "It casts an object", Call = -1)]
    private static object CastToClass(object value) => (Open)value;

    [MethodImpl(Probe)]
    [Helper("CHKCASTINTERFACE", Rules.ImplicitThrow, "It casts an object", Call = -1)]
    private static object CastToInterface(object value) => (IDisposable)value;

    [MethodImpl(Probe)]
    [Helper("GETREFANY", Rules.RuntimeService, "It uses a typed reference", Call = -1)]
    private static int ReadTypedReference(TypedReference reference) => __refvalue(reference, int);

    [MethodImpl(Probe)]
    [Helper("ISINSTANCEOFCLASS", Rules.RuntimeService, "It tests an object's type", Call = -1)]
    private static bool IsClass(object value) => value is Open;

    [MethodImpl(Probe)]
    [Helper("ISINSTANCEOFINTERFACE", Rules.RuntimeService, "It tests an object's type", Call = -1)]
    private static bool IsInterface(object value) => value is IDisposable;

    [MethodImpl(Probe)]
    [Helper("ISINSTANCEOFARRAY", Rules.RuntimeService, "It tests an object's type", Call = -1)]
    private static bool IsArray(object value) => value is object[];

    [MethodImpl(Probe)]
    [Helper("ISINSTANCEOFANY", Rules.RuntimeService, "It tests an object's type", Call = -1)]
    private static bool IsVariant(object value) => value is IEnumerable<object>;

    [MethodImpl(Probe)]
    [Helper("VIRTUAL_FUNC_PTR", Rules.VirtualCall, "It looks a virtual method up", Call = 0)]
    private static int CallVirtualGeneric(Open value) => value.Of<string>() + 1;

    [MethodImpl(Probe | MethodImplOptions.Synchronized)]
    [Helper("MON_ENTER_STATIC", Rules.Locks, "It takes a lock", Call = 0, Last = 9)]
    [Helper("MON_EXIT_STATIC", Rules.Locks, "It takes a lock", Call = -1, Last = 9)]
    [Helper("MON_ENTER", Rules.Locks, "It takes a lock", Call = 0, First = 10)]
    [Helper("MON_EXIT", Rules.Locks, "It takes a lock", Call = -1, First = 10)]
    private static int Synchronized(int value) => value + 1;

    [MethodImpl(Probe)]
    [Helper("GETSHARED_NONGCSTATIC_BASE", Rules.TypeInitializer, "It makes sure that a type's initialiser has run", Call = -1, Last = 8)]
    [Helper("GET_NONGCSTATIC_BASE", Rules.TypeInitializer, "It makes sure that a type's initialiser has run", Call = -1, First = 9)]
    private static int UninitializedStatic() => Lazy.Number;

    [MethodImpl(Probe)]
    [Helper("GET_GCSTATIC_BASE", Rules.TypeInitializer, "It makes sure that a type's initialiser has run", Call = -1, First = 9)]
    private static object UninitializedStaticReference() => LazyReference.Object;

    [MethodImpl(Probe)]
    [Helper("CLASSINIT_SHARED_DYNAMICCLASS", Rules.TypeInitializer, "It makes sure that a type's initialiser has run", Call = 0, Last = 8)]
    private static object UninitializedGeneric() => LazyOf<int>.Object;

    [MethodImpl(Probe)]
    [Helper("GETSHARED_NONGCTHREADSTATIC_BASE_DYNAMICCLASS", Rules.ThreadStatic, "It looks a thread static up", Call = -1, Last = 8)]
    private static int GenericThreadStatic() => ThreadsOf<int>.Number;

    [MethodImpl(Probe)]
    [Helper("GETSHARED_GCTHREADSTATIC_BASE_DYNAMICCLASS", Rules.ThreadStatic, "It looks a thread static up", Call = -1, Last = 8)]
    private static object? GenericThreadStaticReference() => ThreadsOf<int>.Object;

    [MethodImpl(Probe)]
    [Helper("thread-local storage", Rules.ThreadStatic, "It looks a thread static up", Call = 0)]
    [Helper("GETSHARED_NONGCTHREADSTATIC_BASE_NOCTOR_OPTIMIZED", Rules.ThreadStatic, "It looks a thread static up", Call = 1, Last = 8)]
    private static int ThreadStatic() => Threads.Number;

    [MethodImpl(Probe)]
    [Helper("GETSHARED_GCTHREADSTATIC_BASE_NOCTOR_OPTIMIZED", Rules.ThreadStatic, "It looks a thread static up", Call = 1, Last = 8)]
    [Helper("GETDYNAMIC_GCTHREADSTATIC_BASE_NOCTOR_OPTIMIZED", Rules.ThreadStatic, "It looks a thread static up", Call = 1, First = 9)]
    private static object? ThreadStaticReference() => Threads.Object;

    [MethodImpl(Probe)]
    [Helper("GETDYNAMIC_NONGCTHREADSTATIC_BASE_NOCTOR_OPTIMIZED", Rules.ThreadStatic, "It looks a thread static up", Call = 1, First = 9)]
    private static int InitializedThreadStatic() => InitializedThreads.Number;

    // The transition's own frame is inlined; what is called in it, before and after the native function, belongs to it.
    [MethodImpl(Probe)]
    [Helper("INIT_PINVOKE_FRAME", Rules.NativeCall, "It makes a transition to native code", Call = 0)]
    [Helper("STOP_FOR_GC", Rules.NativeCall, "It waits for the garbage collector, back from native code", Call = -1)]
    private static int PInvoke() => getpid();

    [MethodImpl(Probe)]
    [Helper("POLL_GC", Rules.GCPoll, "It polls for the garbage collector", Call = -1)]
    private static int PInvokeWithoutTransition() => getppid();

    [MethodImpl(Probe)]
    [Helper("MEMCPY", Rules.RuntimeService, "It copies memory", Call = -1)]
    private static void Copy(void* target, void* source, uint size) => Unsafe.CopyBlock(target, source, size);

    [MethodImpl(Probe)]
    [Helper("MEMSET", Rules.RuntimeService, "It fills memory", Call = -1)]
    private static void Fill(void* target, byte value, uint size) => Unsafe.InitBlock(target, value, size);

    [MethodImpl(Probe)]
    [Helper("MEMZERO", Rules.RuntimeService, "It clears memory", Call = -1, First = 9)]
    private static void Clear(void* target, uint size) => Unsafe.InitBlock(target, 0, size);

    [MethodImpl(Probe)]
    [Helper("DBLREM", Rules.RuntimeService, "It computes a floating-point remainder", Call = -1)]
    private static double Remainder(double a, double b) => a % b;

    [MethodImpl(Probe)]
    [Helper("FLTREM", Rules.RuntimeService, "It computes a floating-point remainder", Call = -1)]
    private static float Remainder(float a, float b) => a % b;

    [MethodImpl(Probe)]
    [Helper("DBL2INT_OVF", Rules.ImplicitThrow, "It throws on overflow", Call = -1)]
    private static int ToInt(double a) => checked((int)a);

    [MethodImpl(Probe)]
    [Helper("DBL2LNG_OVF", Rules.ImplicitThrow, "It throws on overflow", Call = -1)]
    private static long ToLong(double a) => checked((long)a);

    [MethodImpl(Probe)]
    [Helper("DBL2UINT_OVF", Rules.ImplicitThrow, "It throws on overflow", Call = -1)]
    private static uint ToUInt(double a) => checked((uint)a);

    [MethodImpl(Probe)]
    [Helper("DBL2ULNG_OVF", Rules.ImplicitThrow, "It throws on overflow", Call = -1)]
    private static ulong ToULongChecked(double a) => checked((ulong)a);

    // Leaves of plain arithmetic, for processors that have no instruction.
    [MethodImpl(Probe)]
    [Helper("DBL2INT", Rules.RuntimeService, "It converts a number", Call = 0, IsHarmless = true)]
    private static int ToIntUnchecked(double a) => (int)a;

    [MethodImpl(Probe)]
    [Helper("DBL2UINT", Rules.RuntimeService, "It converts a number", Call = 0, IsHarmless = true)]
    private static uint ToUIntUnchecked(double a) => (uint)a;

    [MethodImpl(Probe)]
    [Helper("DBL2LNG", Rules.RuntimeService, "It converts a number", Call = 0, IsHarmless = true)]
    private static long ToLongUnchecked(double a) => (long)a;

    [MethodImpl(Probe)]
    [Helper("DBL2ULNG", Rules.RuntimeService, "It converts a number", Call = 0, IsHarmless = true)]
    private static ulong ToULong(double a) => (ulong)a;

    [MethodImpl(Probe)]
    [Helper("FAIL_FAST", Rules.RuntimeService, "It ends the process where the stack was overrun", Call = -1, IsHarmless = true)]
    private static byte StackBuffer(int index)
    {
        byte* buffer = stackalloc byte[64];
        return buffer[index];
    }

    [MethodImpl(Probe)]
    [Helper("STACK_PROBE", Rules.RuntimeService, "It touches the pages of its frame", Call = 0, IsHarmless = true)]
    private static byte LargeFrame(int index)
    {
        Pages pages;
        return ((byte*)&pages)[index];
    }

    [DllImport("libc.so.6")]
    private static extern int getpid();

    [DllImport("libc.so.6")]
    [SuppressGCTransition]
    private static extern int getppid();

    private class Open
    {
        public virtual int Of<T>() => Unsafe.SizeOf<T>();
    }

    private sealed class Plain : Open
    {
        public object? Reference;
        public int Number;
    }

    private sealed class Finalizable
    {
        ~Finalizable() => GC.KeepAlive(this);
    }

    private struct Large
    {
        public long A, B, C, D, E, F, G, H;
    }

    private struct TwoReferences
    {
        public object A;
        public object B;
    }

    private struct ManyReferences
    {
        public TwoReferences A, B, C, D, E, F, G, H;
    }

    private struct Pages
    {
        public fixed byte Bytes[40_000];
    }

    private static class Lazy
    {
        public static int Number = Environment.TickCount;
    }

    private static class LazyReference
    {
        public static object Object = new();
    }

    private static class LazyOf<T>
    {
        public static object Object = new();
    }

    private static class ThreadsOf<T>
    {
        [ThreadStatic]
        public static int Number;

        [ThreadStatic]
        public static object? Object;
    }

    private static class Threads
    {
        [ThreadStatic]
        public static int Number;

        [ThreadStatic]
        public static object? Object;
    }

    private static class InitializedThreads
    {
        [ThreadStatic]
        public static int Number;

        static InitializedThreads() => Number = Environment.ProcessorCount;
    }
}
