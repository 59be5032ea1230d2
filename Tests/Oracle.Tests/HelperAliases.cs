// Names that mean the same function.
namespace TopHalf.Oracle.Tests;

internal static class HelperAliases
{
    private static readonly Dictionary<string, string[]> s_aliases = new()
    {
        // From .NET 9 on these helpers are managed methods, and platform code calls them as methods, too. The verifier knows them as helpers.
        ["SpanHelpers.Memmove"] = ["CORINFO_HELP_MEMCPY"],
        ["SpanHelpers.ClearWithoutReferences"] = ["CORINFO_HELP_MEMZERO"],
        ["SpanHelpers.Fill"] = ["CORINFO_HELP_MEMSET"],

        // A constructor of a string is a static method of the runtime, which makes the object itself.
        ["String..ctor"] = ["String.Ctor"],

        // The JIT calls it where the processor lacks an instruction, so no probe can make it do so; the stub names the method behind it.
        ["CORINFO_HELP_THROW_PLATFORM_NOT_SUPPORTED"] = ["ThrowHelpers.ThrowPlatformNotSupportedException"],

        // Without vector instructions, the code that the helper's probe is made of calls this method in place of the helper.
        ["ThrowHelper.ThrowArgumentOutOfRangeException"] = ["CORINFO_HELP_THROW_ARGUMENTOUTOFRANGEEXCEPTION"],

        // One method serves both, so whoever was seen first gives the name.
        ["CORINFO_HELP_ISINSTANCEOFARRAY"] = ["CORINFO_HELP_ISINSTANCEOFANY"],
        ["CORINFO_HELP_ISINSTANCEOFANY"] = ["CORINFO_HELP_ISINSTANCEOFARRAY"],
        ["CORINFO_HELP_CHKCASTARRAY"] = ["CORINFO_HELP_CHKCASTANY"],
        ["CORINFO_HELP_CHKCASTANY"] = ["CORINFO_HELP_CHKCASTARRAY"],
    };

    // Calls of a virtual method that the JIT has decided on go through a slot of the table of virtual methods, with nothing in memory to say
    // which method it is. They are refused with the place of their code.
    private static readonly HashSet<string> s_placesOnly = ["Enum.ToString", "StringBuilder.ToString", "SharedArrayPool.Rent", "SharedArrayPool.Return"];

    /// <summary>Whether the verifier can say only where the method's code lies.</summary>
    public static bool HasPlaceOnly(string method) => s_placesOnly.Contains(method);

    /// <summary>Other names of a helper or a method.</summary>
    public static IReadOnlyList<string> Of(string name) => s_aliases.GetValueOrDefault(name) ?? [];
}
