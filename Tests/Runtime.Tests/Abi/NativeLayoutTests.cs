// Every struct and constant of Runtime/Interop against the installed C headers. All of them are found by reflection, so one that is added
// is checked, or fails here until this file says what it is in C.
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Abi;

public sealed class NativeLayoutTests
{
    private const BindingFlags AllStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const BindingFlags AllInstance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private const string Headers = """
        #define _GNU_SOURCE
        #include <stdio.h>
        #include <stddef.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <poll.h>
        #include <pthread.h>
        #include <sched.h>
        #include <signal.h>
        #include <time.h>
        #include <ucontext.h>
        #include <unistd.h>
        #include <linux/futex.h>
        #include <linux/kcmp.h>
        #include <linux/membarrier.h>
        #include <linux/perf_event.h>
        #include <sys/auxv.h>
        #include <sys/epoll.h>
        #include <sys/eventfd.h>
        #include <sys/ioctl.h>
        #include <sys/mman.h>
        #include <sys/prctl.h>
        #include <sys/resource.h>
        #include <sys/socket.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <sys/un.h>

        """;

    // What a struct is called in C. Where ours is the first part of the native one, only the order of sizes is checked.
    private static readonly Dictionary<Type, (string Name, bool IsWhole)> s_structs = new()
    {
        [typeof(siginfo_t)] = ("siginfo_t", true),
        [typeof(stack_t)] = ("stack_t", true),
        [typeof(ucontext_t)] = ("ucontext_t", false),
        [typeof(sigset_t)] = ("sigset_t", true),
        [typeof(sigaction_t)] = ("struct sigaction", true),
        [typeof(timespec)] = ("struct timespec", true),
        [typeof(itimerspec)] = ("struct itimerspec", true),
        [typeof(sigevent)] = ("struct sigevent", true),
        [typeof(perf_event_attr)] = ("struct perf_event_attr", false),
        [typeof(sched_param)] = ("struct sched_param", true),
        [typeof(pthread_attr_t)] = ("pthread_attr_t", true),
        [typeof(f_owner_ex)] = ("struct f_owner_ex", true),
        [typeof(epoll_event)] = ("struct epoll_event", true),
        [typeof(pollfd)] = ("struct pollfd", true),
        [typeof(sockaddr_un)] = ("struct sockaddr_un", true),
        [typeof(timeval)] = ("struct timeval", true),
        [typeof(ucred)] = ("struct ucred", true),
        [typeof(rlimit)] = ("struct rlimit", true),
        [typeof(InterruptRegisters)] = ("gregset_t", true),
    };

    // Fields whose C name differs from ours. Those of InterruptRegisters are places in an array: see RegisterIndex.
    private static readonly Dictionary<(Type, string), string> s_fields = new()
    {
        [(typeof(siginfo_t), nameof(siginfo_t.si_value))] = "si_value.sival_ptr",
        [(typeof(ucontext_t), nameof(ucontext_t.gregs))] = "uc_mcontext.gregs",
        [(typeof(sigset_t), nameof(sigset_t.bits))] = "__val[0]",
        [(typeof(ucontext_t), nameof(ucontext_t.uc_sigmask))] = "uc_sigmask.__val[0]",
        [(typeof(sigevent), nameof(sigevent.sigev_value))] = "sigev_value.sival_ptr",
        [(typeof(sigevent), nameof(sigevent.sigev_notify_thread_id))] = "_sigev_un._tid",
    };

    [FactNeedsC]
    public void Every_struct_has_the_size_offsets_and_field_sizes_of_the_C_one()
    {
        var source = new StringBuilder(Headers).AppendLine("int main(void) {");
        var expected = new List<string>();
        foreach (Type type in InteropStructs())
        {
            (string native, bool isWhole) = s_structs[type];
            string size = isWhole ? $"sizeof({native})" : $"sizeof({native}) >= {SizeOf(type)} ? {SizeOf(type)} : -1";
            Add(source, expected, $"sizeof {type.Name}", size, SizeOf(type));
            foreach (FieldInfo field in type.GetFields(AllInstance))
            {
                (string offsetInC, string sizeInC) = InC(type, field.Name, native);
                Add(source, expected, $"offsetof {type.Name}.{field.Name}", offsetInC, OffsetOf(type, field));
                Add(source, expected, $"sizeof {type.Name}.{field.Name}", sizeInC, SizeOf(field.FieldType));
            }
        }

        Assert.Equal(expected, CCompiler.Run(source.AppendLine("return 0; }").ToString()));
    }

    [FactNeedsC]
    public void Every_constant_has_the_value_of_the_C_one()
    {
        var source = new StringBuilder(Headers).AppendLine("int main(void) {");
        var expected = new List<string>();
        foreach (FieldInfo constant in Constants())
        {
            Add(source, expected, constant.Name, constant.Name, Convert.ToInt64(Value(constant), CultureInfo.InvariantCulture));
        }

        unsafe
        {
            Add(source, expected, nameof(LibC.MAP_FAILED), nameof(LibC.MAP_FAILED), (long)LibC.MAP_FAILED);
        }

        Assert.Equal(expected, CCompiler.Run(source.AppendLine("return 0; }").ToString()));
    }

    // The comparison is by name and value: without this, an empty list would pass.
    [FactNeedsC]
    public void A_wrong_value_and_an_unknown_name_are_found()
    {
        string[] lines = CCompiler.Run(Headers + """int main(void) { printf("%lld\n", (long long)CLOCK_TAI); return 0; }""");
        Assert.NotEqual(["12"], lines);

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => CCompiler.Run(Headers + "int main(void) { return CLOCK_OF_NOBODY; }"));
    }

    [Fact]
    public void Every_struct_of_the_interop_is_known_to_these_tests()
    {
        Assert.Equal(
            s_structs.Keys.Select(static type => type.Name).Order(),
            InteropStructs().Select(static type => type.Name).Order());
        Assert.All(s_fields.Keys, static key => Assert.NotNull(key.Item1.GetField(key.Item2, AllInstance)));
    }

    [Fact]
    public void Constants_and_structs_are_found_at_all()
    {
        Assert.Contains(Constants(), static constant => constant.Name == "SYS_timer_create");
        Assert.Contains(Constants(), static constant => constant.Name == nameof(LibC.CLOCK_TAI));

        // What is neither a constant nor a function would not be checked.
        Assert.Equal([nameof(LibC.MAP_FAILED)], typeof(LibC).GetProperties(AllStatic).Select(static property => property.Name));
        Assert.All(typeof(LibC).GetFields(AllStatic), static field => Assert.True(field.IsLiteral, field.Name));
    }

    private static IEnumerable<Type> InteropStructs() => typeof(LibC).Assembly.GetTypes()
        .Where(static type => type.Namespace == typeof(LibC).Namespace && type is { IsValueType: true, IsNested: false })
        .Append(typeof(InterruptRegisters));

    // The library's name is a constant too, but not one of C's.
    private static IEnumerable<FieldInfo> Constants() =>
        typeof(LibC).GetFields(AllStatic).Where(static field => field.IsLiteral && field.FieldType != typeof(string));

    private static object Value(FieldInfo constant) => constant.GetRawConstantValue()!;

    private static void Add(StringBuilder source, List<string> expected, string what, string expression, long value)
    {
        source.AppendLine(CultureInfo.InvariantCulture, $"""  printf("{what} %lld\n", (long long)({expression}));""");
        expected.Add(string.Create(CultureInfo.InvariantCulture, $"{what} {value}"));
    }

    private static (string Offset, string Size) InC(Type type, string field, string native)
    {
        if (type == typeof(InterruptRegisters))
        {
            string index = RegisterIndex(field);
            return ($"{index} * sizeof(greg_t)", "sizeof(greg_t)");
        }

        if (type == typeof(perf_event_attr) && field == nameof(perf_event_attr.flags))
        {
            // Bits, of which C tells no place: 64 of them.
            return ($"offsetof({native}, read_format) + 8", $"offsetof({native}, wakeup_events) - offsetof({native}, read_format) - 8");
        }

        string name = s_fields.GetValueOrDefault((type, field), field);
        return ($"offsetof({native}, {name})", $"sizeof((({native} *)0)->{name})");
    }

    private static string RegisterIndex(string field) => field switch
    {
        nameof(InterruptRegisters.Eflags) => "REG_EFL",
        _ => "REG_" + field.ToUpperInvariant(),
    };

    // Of the managed layout, which is what the code uses; Marshal's would be that of the marshalled copy.
    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type.IsPointer ? typeof(nint) : type).Invoke(null, null)!;

    // The two layouts are one for blittable structs, and these are: the size says so.
    private static long OffsetOf(Type type, FieldInfo field)
    {
        Assert.Equal(SizeOf(type), Marshal.SizeOf(type));
        return Marshal.OffsetOf(type, field.Name);
    }
}
