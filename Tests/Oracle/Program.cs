// Verifies every handler of the catalogue and writes what came out, one line of JSON a handler. Oracle.Tests holds that against what the
// compiler itself says it made. Nothing of a handler is ever run.
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using TopHalf;
using TopHalf.Interop;
using TopHalf.Oracle;
using TopHalf.Oracle.Handlers;
using TopHalf.Oracle.Unlisted;
using TopHalf.Verification;

const DynamicallyAccessedMemberTypes AllMethods = DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;
const BindingFlags Declared = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

using Stream output = Console.OpenStandardOutput();
using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
Subject[] subjects =
[
    .. In(typeof(Allocation)), .. In(typeof(Boxing)), .. In(typeof(Text)), .. In(typeof(References)), .. In(typeof(Calls)), .. In(typeof(Statics)),
    .. In(typeof(Native)), .. In(typeof(Numbers)), .. In(typeof(Memory)), .. In(typeof(Control)), .. In(typeof(Values)), .. In(typeof(Library)),
    .. In(typeof(MutablePointers)),
];

WriteRuntime();
foreach (Subject subject in subjects.Where(static s => s.Expected.CompileFirst))
{
    RuntimeHelpers.PrepareMethod(subject.Method.MethodHandle);
}

foreach (Subject subject in subjects)
{
    WriteReport(subject, HandlerVerifier.Verify(subject.Method.CreateDelegate<InterruptHandler<State>>()));
}

return 0;

static IEnumerable<Subject> In([DynamicallyAccessedMembers(AllMethods)] Type type) =>
    type.GetMethods(Declared).Select(static m => (Method: m, Expected: m.GetCustomAttribute<ExpectAttribute>())).Where(static m => m.Expected is not null)
        .Select(m => new Subject($"{type.FullName}:{m.Method.Name}", m.Method, m.Expected!));

// futex(2), of which libc has no function: the library's few instructions, if they are nothing but the system call 202 of the kernel's table.
static unsafe nint Futex()
{
    SignalSafeLibC.Initialize();
    nint futex = (nint)SignalSafeLibC.futex;

    // mov r10, rcx; mov eax, 202; syscall; ret. SAFETY: a page of code, which is never freed.
    ReadOnlySpan<byte> expected = [0x49, 0x89, 0xCA, 0xB8, 202, 0, 0, 0, 0x0F, 0x05, 0xC3];
    return new ReadOnlySpan<byte>((void*)futex, expected.Length).SequenceEqual(expected) ? futex : throw new InvalidOperationException("futex is something else.");
}

// What machine code may call by its address: the async-signal-safe functions of libc that the catalogue uses, found here independently of the library, and the
// methods that handlers take the address of.
void WriteRuntime()
{
    nint libc = NativeLibrary.Load("libc.so.6");
    Line(() =>
    {
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteStartObject("functions");
        foreach (string name in (string[])["clock_gettime", "__errno_location", "write", "gettid", "poll", "getpid", "memcpy", "time", "read"])
        {
            json.WriteNumber(name, NativeLibrary.GetExport(libc, name));
        }

        json.WriteNumber("futex", Futex());
        json.WriteEndObject();
        json.WriteStartArray("probes");
        foreach (MethodInfo probe in typeof(HelperProbes).GetMethods(Declared))
        {
            foreach (HelperAttribute helper in probe.GetCustomAttributes<HelperAttribute>().Where(static h => h.IsOfThisRuntime))
            {
                json.WriteStartObject();
                json.WriteString("method", probe.Name);
                json.WriteNumber("call", helper.Call);
                json.WriteString("name", helper.Name);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteStartObject("methods");
        foreach (MethodInfo method in typeof(Calls).GetMethods(Declared).Where(static m => m.Name.StartsWith("Add", StringComparison.Ordinal)))
        {
            json.WriteNumber($"{typeof(Calls).FullName}:{method.Name}", method.MethodHandle.GetFunctionPointer());
        }

        json.WriteEndObject();
    });
}

void WriteReport(Subject subject, HandlerReport report) => Line(() =>
{
    json.WriteString("name", subject.Name);
    json.WriteString("verdict", subject.Expected.Verdict.ToString());
    json.WriteString("native", subject.Expected.Native.ToString());
    json.WriteString("rule", subject.Expected.Rule);
    json.WriteStartArray("constructs");
    foreach (Construct construct in subject.Expected.Constructs)
    {
        json.WriteStringValue(construct.ToString());
    }

    json.WriteEndArray();
    json.WriteBoolean("safe", report.IsSafe);
    json.WriteNumber("instructions", report.Instructions);
    json.WriteNumber("bytes", report.Bytes);
    json.WriteNumber("stack", report.StackBytes);
    json.WriteStartArray("violations");
    foreach (HandlerViolation violation in report.Violations)
    {
        json.WriteStartObject();
        json.WriteString("rule", violation.RuleId);
        json.WriteString("method", violation.Method);
        json.WriteBoolean("code", violation.Address != 0);
        json.WriteString("instruction", violation.Instruction);
        json.WriteString("target", violation.Target);
        json.WriteString("message", violation.Message);
        json.WriteEndObject();
    }

    json.WriteEndArray();
    json.WriteStartArray("calls");
    foreach (HandlerCall call in report.Calls)
    {
        json.WriteStartObject();
        json.WriteString("method", call.Method);
        json.WriteString("target", call.Target);
        json.WriteString("kind", call.Kind.ToString());
        json.WriteEndObject();
    }

    json.WriteEndArray();
    json.WriteString("text", report.ToString());
});

void Line(Action content)
{
    json.WriteStartObject();
    content();
    json.WriteEndObject();
    json.Flush();
    json.Reset();
    output.WriteByte((byte)'\n');
}

internal sealed record Subject(string Name, MethodInfo Method, ExpectAttribute Expected);
