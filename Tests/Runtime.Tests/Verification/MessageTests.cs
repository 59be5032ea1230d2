// The whole message of every kind of refusal, as a user reads it. Addresses and offsets differ from run to run and are left out.
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

#pragma warning disable CS0649 // Looked at as code only.

public sealed unsafe partial class MessageTests
{
    private static readonly object s_lock = new();
    private static readonly Node s_node = new();
    private static readonly Base s_base = s_node;
    private static readonly StringBuilder s_text = new();
    private static readonly delegate*<int> s_rand = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "rand");
    private static object? s_object;

    [ThreadStatic]
    private static int t_number;

    public static TheoryData<string, string> Messages { get; } = new()
    {
        {
            Rules.Signature,
            "TH0001 MessageTests.NotAHandler: The delegate is of type Action, not InterruptHandler<TState>. The "
            + "dispatcher could not call it. Write a static, non-generic method: static void OnTick(ref TState state, "
            + "in InterruptContext context)."
        },
        {
            Rules.AsyncOrIterator,
            "TH0002 MessageTests.Async: The handler is async. Its state machine is a heap object. Make the handler an "
            + "ordinary method and hand work over through an InterruptQueue."
        },
        {
            Rules.NotAggressivelyOptimized,
            "TH0003 MessageTests.Tiered: The handler is not marked AggressiveOptimization. Tiered code calls the "
            + "runtime to count its calls and to replace itself, in the middle of interrupted code. Add "
            + "[MethodImpl(MethodImplOptions.AggressiveOptimization)]."
        },
        {
            Rules.NotPlainStatic,
            "TH0004 MessageTests.Instance: The handler is an instance method. There is no object to be called on in "
            + "signal context, and code that can be unloaded may be gone when the signal comes. Use a static method of "
            + "an ordinary type and pass what it needs in TState."
        },
        {
            Rules.CannotJudge,
            "TH0009 MessageTests.UseTypedReference+0x…: IL Mkrefany: The verifier does not know this construct. What "
            + "cannot be proved safe is refused. Simplify the code, or report it to TopHalf if it is harmless."
        },
        {
            Rules.Allocates,
            "TH1001 MessageTests.Allocate+0x…: call 0x… -> CORINFO_HELP_NEWSFAST: It allocates an object. An "
            + "allocation can start a collection, or run inside the allocator that it interrupted. Allocate before "
            + "registration and keep data in TState; hand values over through an InterruptQueue."
        },
        {
            Rules.Boxes,
            "TH1002 MessageTests.Box+0x…: IL Box -> Int64: It boxes a value. Boxing allocates, and an allocation can "
            + "start a collection. Keep the value's own type: use a generic method with a struct constraint."
        },
        {
            Rules.CreatesDelegate,
            "TH1003 MessageTests.MakeDelegate+0x…: IL Ldftn -> MessageTests.Three: It makes a delegate. A delegate is a "
            + "heap object. Call the method directly."
        },
        {
            Rules.BuildsString,
            "TH1004 MessageTests.BuildString+0x…: call 0x… -> StringBuilder.Append: It builds or reads a "
            + "string. Strings live on the managed heap. Write numbers into an InterruptQueue or InterruptLog and format "
            + "them outside of the handler."
        },
        {
            Rules.ReadsHeap,
            "TH1006 MessageTests.ReadField+0x…: mov rax, 0x…: It has the address of an object that the collector may "
            + "move. The garbage collector may be moving the object at this very moment. Keep the data in TState or "
            + "other unmanaged memory: no class fields, arrays, strings or static references."
        },
        {
            Rules.WritesReference,
            "TH1007 MessageTests.WriteReference+0x…: call 0x… -> CORINFO_HELP_ASSIGN_REF: It stores a reference into "
            + "an object. The write barrier touches the collector's tables while it may be at work on them. Store "
            + "numbers or unmanaged pointers, not references."
        },
        {
            Rules.Locks,
            "TH2001 MessageTests.Lock+0x…: call 0x… -> Monitor.TryEnter_FastPath: It takes a lock. The interrupted "
            + "code may hold the lock: deadlock. Use Interlocked or Volatile, a SeqLock, or mask the interrupt on the "
            + "other side."
        },
        {
            Rules.Blocks,
            "TH2002 MessageTests.Block+0x…: call 0x… -> Thread.Sleep: It may block. The interrupted "
            + "thread would wait inside of its own interruption. Hand the work over through an InterruptQueue."
        },
        {
            Rules.UnknownCallee,
            "TH3001 MessageTests.CallPlatform+0x…: call 0x… -> Math.Sin: It calls a platform method that is not "
            + "compiled into instructions here. It is not known to be safe in signal context. Avoid it, or call a "
            + "method of your own that is marked [MethodImpl(MethodImplOptions.AggressiveOptimization)]."
        },
        {
            Rules.VirtualCall,
            "TH3002 MessageTests.CallVirtual+0x…: IL Callvirt -> Base.Get: It calls a virtual method. Virtual calls "
            + "go through an object and through stubs that the runtime patches. Call a static method, or a method of a "
            + "struct."
        },
        {
            Rules.NativeCall,
            "TH3003 MessageTests.CallNative+0x…: call 0x… -> CORINFO_HELP_INIT_PINVOKE_FRAME: It makes a transition "
            + "to native code. The transition to native code and back lets the collector run, or waits for it, in the "
            + "middle of interrupted code. Use what TopHalf offers (context members, InterruptClock, InterruptQueue), "
            + "or do the call in the bottom half."
        },
        {
            Rules.GCPoll,
            "TH3004 MessageTests.CallNativeWithoutTransition+0x…: cmp dword ptr [0x…], 0 -> libcoreclr.so+0x…: It "
            + "polls for the garbage collector. The poll can park the thread inside of interrupted code; the next "
            + "collection then corrupts the heap. Do not call native functions with SuppressGCTransition from a "
            + "handler; use what TopHalf offers."
        },
        {
            Rules.UnsafeCallee,
            "TH3005 MessageTests.FormatDisk: It is marked [AsyncSignalUnsafe]: it formats the disk. It is marked as "
            + "unsafe in handlers. Do it in the bottom half."
        },
        {
            Rules.IndirectCall,
            "TH3006 MessageTests.CallPointer+0x…: call qword ptr [rbx+0x…]: It calls a target that is known only when "
            + "it runs: a function pointer, a virtual method or a delegate. A pointer can change after the "
            + "verification. Call the method directly."
        },
        {
            Rules.Recursion,
            "TH3007 MessageTests.Fibonacci+0x…: call 0x… -> MessageTests.Fibonacci: It is recursive. The "
            + "stack it takes has no bound. Use a loop."
        },
        {
            Rules.UnsafeNativeFunction,
            "TH3008 MessageTests.CallRand+0x…: call rax -> rand (libc.so.6+0x…): It calls a function of the C library that is not one of "
            + "those that are known to be safe in a handler. The interrupted thread may be inside the library, holding its locks, with its data "
            + "half changed. Do it in the bottom half, or call one of the functions that the page of TH3008 lists."
        },
        {
            Rules.Throws,
            "TH4001 MessageTests.Throw+0x…: call 0x… -> CORINFO_HELP_THROW: It throws. The exception would unwind "
            + "into the interrupted code, or kill the process. Report the condition in TState or through an "
            + "InterruptQueue."
        },
        {
            Rules.ExceptionRegion,
            "TH4002 MessageTests.TryFinally+0x…: try: It has an exception region. Exceptions do not work in signal "
            + "context. Remove try, catch, finally, using and foreach over disposable enumerators."
        },
        {
            Rules.ImplicitThrow,
            "TH4003 MessageTests.AddChecked+0x…: call 0x… -> CORINFO_HELP_OVERFLOW: It throws on overflow. The "
            + "exception would unwind into the interrupted code, or kill the process. Use pointers or refs instead of "
            + "indexing, unchecked arithmetic, and test values before."
        },
        {
            Rules.Stack,
            "TH4004 MessageTests.UseLargeFrame: It takes 9032 bytes of stack with its callees, of 4096 allowed. A "
            + "signal can land near the end of a stack; running over it kills the process. Use smaller locals and "
            + "shallower calls; move buffers into TState."
        },
        {
            Rules.TypeInitializer,
            "TH5001 MessageTests.UseLateStatic+0x…: call 0x… -> CORINFO_HELP_GET_NONGCSTATIC_BASE: It "
            + "makes sure that a type's initialiser has run. The type initialiser could run inside of the handler: it "
            + "takes locks and runs any code. Run it before the method is first compiled: "
            + "RuntimeHelpers.RunClassConstructor(typeof(T).TypeHandle). Best keep handler state in TState."
        },
        {
            Rules.ThreadStatic,
            "TH5002 MessageTests.UseThreadStatic+0x…: call rax -> thread-local storage: It looks a thread static up. "
            + "Thread-local storage is allocated lazily, by the runtime. Keep the value in TState."
        },
        {
            Rules.CalleeNotPrepared,
            "TH5003 MessageTests.CallPlain+0x…: call 0x… -> MessageTests.Plain: It calls a method that is "
            + "neither inlined nor marked AggressiveOptimization. Its code can be replaced by the runtime, or is "
            + "compiled at its first call, in the middle of interrupted code. Mark it "
            + "[MethodImpl(MethodImplOptions.AggressiveOptimization)], or AggressiveInlining where it is small."
        },
        {
            Rules.RuntimeService,
            "TH5004 MessageTests.SizeOf<String>: It is generic over a reference type, so its code looks types up at "
            + "run time. The runtime may hold a lock, or change what it keeps for itself, in the code that was "
            + "interrupted. Avoid the construct: reflection, run-time generic look-ups, decimal, floating-point "
            + "remainder, large struct copies, dynamic code."
        },
        {
            Rules.Unoptimized,
            "TH5005 UnoptimizedHandler.Count: The handler is compiled without optimisation. Unoptimised code calls "
            + "the runtime and library helpers at every turn. Build with <Optimize>true</Optimize> (dotnet run -c "
            + "Release), or use DeliveryMode.Threaded for debugging."
        },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void The_whole_message_is(string rule, string message)
    {
        Delegate handler = Handler(rule);
        if (rule == Rules.TypeInitializer)
        {
            // The JIT is asked for the code before the verifier can run the initialiser.
            RuntimeHelpers.PrepareMethod(handler.Method.MethodHandle);
        }

        HandlerReport report = HandlerVerifier.Verify(handler);

        string actual = Normal(report.Violations.First(v => v.RuleId == rule).ToString());
        Assert.True(message == actual, $"expected: {message}\nactual:   {actual}");
    }

    [Fact]
    public void No_rule_of_the_verifier_is_without_a_message_here()
    {
        IEnumerable<string> rules = typeof(Rules).GetFields(BindingFlags.Static | BindingFlags.Public).Select(f => (string)f.GetRawConstantValue()!);

        Assert.Equal(rules.Order(StringComparer.Ordinal), Messages.Select(row => (string)row[0]).Order(StringComparer.Ordinal));
    }

    private static Delegate Handler(string rule) => rule switch
    {
        Rules.Signature => (Action)NotAHandler,
        Rules.AsyncOrIterator => (Func<Task>)Async,
        Rules.NotAggressivelyOptimized => (InterruptHandler<State>)Tiered,
        Rules.NotPlainStatic => (InterruptHandler<State>)new MessageTests().Instance,
        Rules.CannotJudge => (InterruptHandler<State>)UseTypedReference,
        Rules.Allocates => (InterruptHandler<State>)Allocate,
        Rules.Boxes => (InterruptHandler<State>)Box,
        Rules.CreatesDelegate => (InterruptHandler<State>)MakeDelegate,
        Rules.BuildsString => (InterruptHandler<State>)BuildString,
        Rules.ReadsHeap => (InterruptHandler<State>)ReadField,
        Rules.WritesReference => (InterruptHandler<State>)WriteReference,
        Rules.Locks => (InterruptHandler<State>)Lock,
        Rules.Blocks => (InterruptHandler<State>)Block,
        Rules.UnknownCallee => (InterruptHandler<State>)CallPlatform,
        Rules.VirtualCall => (InterruptHandler<State>)CallVirtual,
        Rules.NativeCall => (InterruptHandler<State>)CallNative,
        Rules.UnsafeNativeFunction => (InterruptHandler<State>)CallRand,
        Rules.GCPoll => (InterruptHandler<State>)CallNativeWithoutTransition,
        Rules.UnsafeCallee => (InterruptHandler<State>)CallUnsafe,
        Rules.IndirectCall => (InterruptHandler<State>)CallPointer,
        Rules.Recursion => (InterruptHandler<State>)Recurse,
        Rules.Throws => (InterruptHandler<State>)Throw,
        Rules.ExceptionRegion => (InterruptHandler<State>)TryFinally,
        Rules.ImplicitThrow => (InterruptHandler<State>)AddChecked,
        Rules.Stack => (InterruptHandler<State>)UseLargeFrame,
        Rules.TypeInitializer => (InterruptHandler<State>)UseLateStatic,
        Rules.ThreadStatic => (InterruptHandler<State>)UseThreadStatic,
        Rules.CalleeNotPrepared => (InterruptHandler<State>)CallPlain,
        Rules.RuntimeService => (InterruptHandler<State>)CallShared,
        Rules.Unoptimized => (InterruptHandler<long>)Unoptimized.UnoptimizedHandler.Count,
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "No handler breaks this rule yet."),
    };

    // Whether a call goes through a cell depends on how often the callee was called by then.
    private static string Normal(string message) => Hexadecimal().Replace(message, "0x…").Replace("call qword ptr [0x…]", "call 0x…", StringComparison.Ordinal);

    [GeneratedRegex("0x[0-9a-f]+")]
    private static partial Regex Hexadecimal();

    [MethodImpl(Subject.Handler)]
    private static void NotAHandler()
    {
    }

    [MethodImpl(Subject.Handler)]
    [AsyncStateMachine(typeof(Node))] // As the compiler marks an async method, which unsafe code cannot be.
    private static Task Async() => Task.CompletedTask;

    private static void Tiered(ref State state, in InterruptContext context) => state.Count++;

    [MethodImpl(Subject.Handler)]
    private void Instance(ref State state, in InterruptContext context) => state.Count += GetHashCode();

    [MethodImpl(Subject.Handler)]
    private static void UseTypedReference(ref State state, in InterruptContext context)
    {
        TypedReference reference = __makeref(state.Index);
        state.A = __refvalue(reference, int);
    }

    [MethodImpl(Subject.Handler)]
    private static void Allocate(ref State state, in InterruptContext context) => s_object = new Node();

    [MethodImpl(Subject.Handler)]
    private static void Box(ref State state, in InterruptContext context) => s_object = state.Count;

    [MethodImpl(Subject.Handler)]
    private static void MakeDelegate(ref State state, in InterruptContext context)
    {
        Func<int> three = Three;
        state.Index = three();
    }

    private static int Three() => 3;

    [MethodImpl(Subject.Handler)]
    private static void BuildString(ref State state, in InterruptContext context) => s_text.Append(state.Index);

    [MethodImpl(Subject.Handler)]
    private static void ReadField(ref State state, in InterruptContext context) => state.Index = s_node.Number;

    [MethodImpl(Subject.Handler)]
    private static void WriteReference(ref State state, in InterruptContext context) => s_node.Next = s_lock;

    [MethodImpl(Subject.Handler)]
    private static void Lock(ref State state, in InterruptContext context)
    {
        Monitor.Enter(s_lock);
        state.Count++;
        Monitor.Exit(s_lock);
    }

    [MethodImpl(Subject.Handler)]
    private static void Block(ref State state, in InterruptContext context)
    {
        Thread.Sleep(state.Index);
        state.Count++;
    }

    [MethodImpl(Subject.Handler)]
    private static void CallPlatform(ref State state, in InterruptContext context) => state.Number = Math.Sin(state.Number);

    [MethodImpl(Subject.Handler)]
    private static void CallVirtual(ref State state, in InterruptContext context) => state.Index = s_base.Get();

    [MethodImpl(Subject.Handler)]
    private static void CallRand(ref State state, in InterruptContext context) => state.Index = s_rand();

    [MethodImpl(Subject.Handler)]
    private static void CallNative(ref State state, in InterruptContext context) => state.Index = getpid();

    [MethodImpl(Subject.Handler)]
    private static void CallNativeWithoutTransition(ref State state, in InterruptContext context) => state.Index = getppid();

    [MethodImpl(Subject.Handler)]
    private static void CallUnsafe(ref State state, in InterruptContext context) => FormatDisk(ref state);

    [AsyncSignalUnsafe("it formats the disk"), MethodImpl(Subject.Callee)]
    private static void FormatDisk(ref State state) => state.Count = 0;

    [MethodImpl(Subject.Handler)]
    private static void CallPointer(ref State state, in InterruptContext context) => state.Index = state.Function() + 1;

    [MethodImpl(Subject.Callee)]
    private static long Fibonacci(long n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);

    [MethodImpl(Subject.Handler)]
    private static void Recurse(ref State state, in InterruptContext context) => state.A = Fibonacci(state.B);

    [MethodImpl(Subject.Handler)]
    private static void Throw(ref State state, in InterruptContext context)
    {
        if (state.A == 3)
        {
            throw new InvalidOperationException();
        }
    }

    [MethodImpl(Subject.Handler)]
    private static void TryFinally(ref State state, in InterruptContext context)
    {
        try
        {
            state.A++;
        }
        finally
        {
            state.B++;
        }
    }

    [MethodImpl(Subject.Handler)]
    private static void AddChecked(ref State state, in InterruptContext context) => state.A = checked(state.A + state.B);

    [MethodImpl(Subject.Handler), SkipLocalsInit]
    private static void UseLargeFrame(ref State state, in InterruptContext context)
    {
        LargeBlock block;
        state.Index = ((byte*)&block)[state.Index];
    }

    [MethodImpl(Subject.Handler)]
    private static void UseLateStatic(ref State state, in InterruptContext context) => state.Index = Late.Value;

    [MethodImpl(Subject.Handler)]
    private static void UseThreadStatic(ref State state, in InterruptContext context) => t_number++;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Plain(int value) => value + 1;

    [MethodImpl(Subject.Handler)]
    private static void CallPlain(ref State state, in InterruptContext context) => state.Index = Plain(state.Index) + 1;

    [MethodImpl(Subject.Handler)]
    private static void CallShared(ref State state, in InterruptContext context) => state.Index = SizeOf<string>();

    [MethodImpl(Subject.Callee)]
    private static int SizeOf<T>() => Unsafe.SizeOf<T>();

    [DllImport("libc.so.6")]
    private static extern int getpid();

    [DllImport("libc.so.6"), SuppressGCTransition]
    private static extern int getppid();

    private abstract class Base
    {
        public abstract int Get();
    }

    private sealed class Node : Base
    {
        public int Number;
        public object? Next;

        public override int Get() => Number;
    }

    private struct LargeBlock
    {
        public fixed byte Bytes[9_000];
    }

    private static class Late
    {
        public static int Value = Environment.ProcessorCount;
    }
}
