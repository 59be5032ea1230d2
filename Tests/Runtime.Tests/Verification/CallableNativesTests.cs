// The C library's functions that handlers may call: all that the shared list promises of them holds in the library that is installed.
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Interop;
using TopHalf.Runtime.Tests.Abi;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

public sealed unsafe partial class CallableNativesTests
{
    private const string Headers =
        """
        #define _GNU_SOURCE
        #include <arpa/inet.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <poll.h>
        #include <pthread.h>
        #include <sched.h>
        #include <semaphore.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <strings.h>
        #include <sys/epoll.h>
        #include <sys/eventfd.h>
        #include <sys/mman.h>
        #include <sys/resource.h>
        #include <sys/select.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/time.h>
        #include <sys/timerfd.h>
        #include <sys/times.h>
        #include <sys/types.h>
        #include <sys/utsname.h>
        #include <sys/wait.h>
        #include <time.h>
        #include <unistd.h>
        #include <utime.h>

        """;

    private static readonly nint s_libc = NativeLibrary.Load(LibC.Name);
    private static readonly delegate*<int> s_getpid = (delegate*<int>)NativeLibrary.GetExport(s_libc, "getpid");
    private static readonly delegate*<void*, void*, nuint, void*> s_memcpy = (delegate*<void*, void*, nuint, void*>)NativeLibrary.GetExport(s_libc, "memcpy");
    private static readonly delegate*<long*, long> s_time = (delegate*<long*, long>)NativeLibrary.GetExport(s_libc, "time");
    private static readonly delegate*<nuint, void*> s_malloc = (delegate*<nuint, void*>)NativeLibrary.GetExport(s_libc, "malloc");
    private static readonly delegate*<int> s_pause = (delegate*<int>)NativeLibrary.GetExport(s_libc, "pause");

    [Fact]
    public void Each_is_in_the_C_library() => Assert.All(CallableLibc.All, static name => Assert.True(NativeLibrary.TryGetExport(s_libc, name, out _), name));

    [Fact]
    public void Each_takes_no_more_stack_than_the_verifier_counts()
    {
        var frames = new NativeFrames();
        Assert.InRange(frames.VdsoDepth, 16, MachineCodeVerifier.NativeStack - 64);
        Assert.All(CallableLibc.All, name => Assert.InRange(frames.Of(NativeLibrary.GetExport(s_libc, name)), 8, MachineCodeVerifier.NativeStack));
    }

    [Theory]
    [InlineData("gethostname")]
    [InlineData("memmem")]
    public void One_that_takes_more_is_measured_as_such(string name)
    {
        int depth = new NativeFrames().Of(NativeLibrary.GetExport(s_libc, name));

        Assert.True(depth > MachineCodeVerifier.NativeStack, $"{depth}");
        Assert.False(CallableLibc.Has(name));
    }

    [Fact]
    public void The_library_s_own_are_among_them_but_for_its_three_system_calls()
    {
        NativeFunction[] own = SignalSafeLibC.All();

        Assert.Equal(["rt_tgsigqueueinfo", "rt_sigqueueinfo", "futex", "membarrier"], own.Where(static function => !CallableLibc.Has(function.Name)).Select(static function => function.Name));
    }

    [Fact]
    public unsafe void Its_system_calls_are_of_one_number_each_and_leave_errno_alone()
    {
        var info = new siginfo_t { si_code = LibC.SI_QUEUE };
        int* errno = SignalSafeLibC.__errno_location();
        *errno = 77;

        Assert.Equal(-LibC.ESRCH, SignalSafeLibC.rt_tgsigqueueinfo(LibC.getpid(), int.MaxValue, 0, &info));
        Assert.Equal(-LibC.ESRCH, SignalSafeLibC.rt_sigqueueinfo(int.MaxValue, 0, &info));
        Assert.Equal(77, *errno);
        AssertCalls(LibC.SYS_rt_tgsigqueueinfo, (nint)SignalSafeLibC.rt_tgsigqueueinfo);
        AssertCalls(LibC.SYS_rt_sigqueueinfo, (nint)SignalSafeLibC.rt_sigqueueinfo);

        static void AssertCalls(int number, nint code)
        {
            Span<byte> expected = [0x49, 0x89, 0xCA, 0xB8, (byte)number, (byte)(number >> 8), 0, 0, 0x0F, 0x05, 0xC3];
            Assert.Equal(expected.ToArray(), new Span<byte>((void*)code, expected.Length).ToArray());
        }
    }

    [FactNeedsC]
    public void Each_takes_and_gives_only_what_a_managed_call_passes_as_native_code_does()
    {
        string declarations = string.Join(' ', CCompiler.Preprocess(Headers)).ReplaceLineEndings(" ");
        string[] types = [.. CallableLibc.All.SelectMany(name => TypesOf(name, declarations)).Distinct()];
        Assert.Contains("__pid_t", types);

        // The cast refuses structs and unions. "transparent_union" arguments of the socket calls are passed as the pointers that they hold.
        string[] values = [.. types.Where(static type => !type.Contains('*') && type is not ("void" or "__SOCKADDR_ARG" or "__CONST_SOCKADDR_ARG"))];
        string program = Headers + "int main(void) {\n" + string.Concat(values.Select(static type =>
            $"printf(\"%s %d\\n\", sizeof({type}) >= sizeof(int) ? \"wide\" : \"narrow\", _Generic(({type})0, float: 1, double: 1, long double: 1, default: 0));\n")) + "}\n";
        Assert.Equal(values.Select(static type => (type, "wide 0")), values.Zip(CCompiler.Run(program)));
    }

    [Fact]
    public void A_handler_may_call_each_through_a_pointer()
    {
        TypeBuilder type = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Callers"), AssemblyBuilderAccess.Run).DefineDynamicModule("Callers")
            .DefineType("Callers", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        foreach (string name in CallableLibc.All)
        {
            Caller(type, name, NativeLibrary.GetExport(s_libc, name));
        }

        Caller(type, "malloc", NativeLibrary.GetExport(s_libc, "malloc"));
        Type callers = type.CreateType();
        Assert.All(CallableLibc.All, name =>
        {
            HandlerReport report = Verify(callers, name);
            Assert.True(report.IsSafe, report.ToString());
            HandlerCall call = Assert.Single(report.Calls);
            Assert.Equal(HandlerCallKind.Native, call.Kind);
            Assert.Equal(NativeLibrary.GetExport(s_libc, name), NativeLibrary.GetExport(s_libc, call.Target));
        });
        Assert.False(Verify(callers, "malloc").IsSafe);
    }

    [Fact]
    public void A_handler_in_CSharp_may_call_them()
    {
        HandlerReport report = Subject.AssertSafe(CallSome);

        Assert.Equal(["getpid", "memcpy", "time"], report.Calls.Select(static call => call.Target == "memmove" ? "memcpy" : call.Target));
        Assert.All(report.Calls, static call => Assert.Equal(HandlerCallKind.Native, call.Kind));
        Assert.InRange(report.StackBytes, MachineCodeVerifier.NativeStack, MachineCodeVerifier.NativeStack + 128);
    }

    [Fact]
    public void One_that_is_not_async_signal_safe_is_refused()
    {
        HandlerViolation violation = Subject.AssertRefusedCode(CallMalloc, Rules.UnsafeNativeFunction, "malloc");

        Assert.Equal(
            "It calls a function of the C library that is not one of those that are known to be safe in a handler. The interrupted thread may be inside the library, holding its locks, with its data half changed.",
            violation.Message);
        Assert.Equal("Do it in the bottom half, or call one of the functions that the page of TH3008 lists.", violation.Remedy);
    }

    [Fact]
    public void One_that_is_async_signal_safe_but_left_out_is_refused() => Subject.AssertRefusedCode(CallPause, Rules.UnsafeNativeFunction, "pause");

    [Fact]
    public void One_that_an_older_library_lacks_is_passed_over()
    {
        IReadOnlyDictionary<nint, string> found = CallableNatives.Resolve(["no_such_function", "getpid"]);

        Assert.Equal(["getpid"], found.Values);
    }

    private static HandlerReport Verify(Type callers, string name) =>
        HandlerVerifier.Verify(callers.GetMethod(name)!.CreateDelegate<InterruptHandler<long>>());

    // What the C# compiler and the JIT make of a call through a static readonly field is a call of a constant, too.
    private static void Caller(TypeBuilder type, string name, nint address)
    {
        MethodBuilder method = type.DefineMethod(
            name, MethodAttributes.Public | MethodAttributes.Static, typeof(void), [typeof(long).MakeByRefType(), typeof(InterruptContext).MakeByRefType()]);
        method.SetImplementationFlags(MethodImplAttributes.AggressiveOptimization);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldc_I8, address);
        il.Emit(OpCodes.Conv_I);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, typeof(void), null, null);
        il.Emit(OpCodes.Ret);
    }

    // The types of the arguments and the result by the headers' prototype.
    private static string[] TypesOf(string name, string declarations)
    {
        Match prototype = Regex.Match(declarations, $@"(?:^|[;}}])\s*([\w\s*]*[\s*]){name}\s*\(([^()]*)\)");
        Assert.True(prototype.Success, $"The headers do not declare '{name}'.");
        string[] arguments = [.. prototype.Groups[2].Value.Split(',').Select(static argument => Type(argument, isNamed: true))];
        Assert.DoesNotContain("...", arguments);
        return [Type(prototype.Groups[1].Value, isNamed: false), .. arguments];
    }

    private static string Type(string declaration, bool isNamed)
    {
        string[] words = [.. Noise().Replace(declaration.Replace("*", " * ", StringComparison.Ordinal), " ").Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        return string.Join(' ', isNamed && words.Length > 1 && words[^1].StartsWith("__", StringComparison.Ordinal) ? words[..^1] : words)
            + (declaration.Contains('[', StringComparison.Ordinal) ? " *" : "");
    }

    [GeneratedRegex(@"\b(extern|__extension__|__restrict|restrict|const|volatile|_Noreturn|__inline)\b|\[[^\]]*\]")]
    private static partial Regex Noise();

    [MethodImpl(Subject.Handler)]
    private static void CallSome(ref State state, in InterruptContext context)
    {
        state.Index = s_getpid();
        fixed (State* here = &state)
        {
            s_memcpy(&here->A, &here->B, sizeof(long));
        }

        state.Count = s_time(null);
    }

    [MethodImpl(Subject.Handler)]
    private static void CallMalloc(ref State state, in InterruptContext context) => state.Memory = (int*)s_malloc(16);

    [MethodImpl(Subject.Handler)]
    private static void CallPause(ref State state, in InterruptContext context) => state.Index = s_pause();
}
