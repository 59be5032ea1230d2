// Verifies the handlers named on standard input, of the assembly that is its argument, and writes one line for each: its name, what is wrong
// with it (rule ids, or nothing), how many divisions it makes, and where the first finding leads. Nothing of a handler is ever run.
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using TopHalf;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Assembly assembly = Assembly.LoadFrom(args[0]);
using StreamWriter output = new(Console.OpenStandardOutput()) { AutoFlush = false };
output.WriteLine($"{RuntimeInformation.FrameworkDescription}\t{string.Join(' ', Unsupported())}");

foreach (string name in ReadNames())
{
    output.WriteLine(Judge(name, Handler(assembly.GetType(name, throwOnError: true)!.GetMethod("Handle")!)));
    output.Flush();
}

return 0;

static Delegate Handler(MethodInfo method) =>
    method.CreateDelegate(typeof(InterruptHandler<>).MakeGenericType(method.GetParameters()[0].ParameterType.GetElementType()!));

static string Judge(string name, Delegate handler)
{
    try
    {
        return Line(name, HandlerVerifier.Verify(handler));
    }
    catch (Exception exception) when (IsVerdict(exception))
    {
        return $"{name}\tTH0009\t0\t{exception.GetType().Name}";
    }
}

// What the runtime throws when it initialises a type, or compiles a method that names what it does not have.
static bool IsVerdict(Exception exception) =>
    exception is TypeInitializationException or TypeLoadException or MissingMemberException or InvalidProgramException or NotSupportedException;

static string Line(string name, HandlerReport report)
{
    string rules = string.Join(' ', report.Violations.Select(v => v.RuleId).Distinct());
    string first = report.Violations is [{ } violation, ..] ? $"{violation.Target} {violation.Message}".ReplaceLineEndings(" ").Replace('\t', ' ') : "";
    return $"{name}\t{rules}\t{report.Divisions.Count}\t{first}";
}

// The instruction sets that this processor, with this configuration, does not have. Code behind their IsSupported is not compiled.
static IEnumerable<string> Unsupported() =>
    typeof(System.Runtime.Intrinsics.X86.X86Base).Assembly.GetExportedTypes()
        .Where(t => t.Namespace == "System.Runtime.Intrinsics.X86" && t.GetProperty("IsSupported", BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly) is { } p
            && p.GetValue(null) is false)
        .Select(t => t.FullName!);

static IEnumerable<string> ReadNames()
{
    while (Console.In.ReadLine() is { } line)
    {
        yield return line;
    }
}
