// The general registers by the names that the JIT prints.
namespace TopHalf.Testing.Jit;

internal static class JitRegister
{
    private static readonly string[] s_legacy = ["ax", "bx", "cx", "dx"];
    private static readonly string[] s_pointers = ["si", "di", "bp", "sp"];
    private static readonly Dictionary<string, string> s_full = Names();

    /// <summary>Registers that a call leaves unchanged.</summary>
    public static bool IsPreserved(string full) => full is "rbx" or "rbp" or "rsp" or "r12" or "r13" or "r14" or "r15";

    /// <summary>The 64-bit register that one of its parts belongs to (<c>eax</c> to <c>rax</c>); null for all other text.</summary>
    public static string? Full(string name) => s_full.GetValueOrDefault(name.Trim());

    private static Dictionary<string, string> Names()
    {
        var names = new Dictionary<string, string>();
        foreach (string name in s_legacy)
        {
            Add("r" + name, name, "e" + name, $"{name[0]}l", $"{name[0]}h");
        }

        foreach (string name in s_pointers)
        {
            Add("r" + name, name, "e" + name, name + "l");
        }

        for (int i = 8; i < 16; i++)
        {
            Add($"r{i}", $"r{i}d", $"r{i}w", $"r{i}b");
        }

        return names;

        void Add(string full, params string[] parts)
        {
            names.Add(full, full);
            foreach (string part in parts)
            {
                names.Add(part, full);
            }
        }
    }
}
