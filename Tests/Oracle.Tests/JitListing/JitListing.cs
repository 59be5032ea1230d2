// Reads what the release JIT prints of its own work (DOTNET_JitDisasm with DOTNET_JitStdOutFile): text in, methods out. Nothing in here knows
// the verifier, so that the two can be held against each other. Other test projects compile these files, too.
using System.Globalization;
using System.Text.RegularExpressions;

namespace TopHalf.Testing.Jit;

/// <summary>The methods that one process compiled, in the order in which it did.</summary>
internal sealed partial class JitListing
{
    private readonly Dictionary<string, JitMethod> _byName;

    private JitListing(List<JitMethod> methods)
    {
        Methods = methods;
        _byName = [];
        foreach (JitMethod method in methods)
        {
            // A method that was compiled again, for a higher tier, runs as it was compiled last.
            _byName[method.Name] = method;
        }
    }

    public IReadOnlyList<JitMethod> Methods { get; }

    /// <summary>Reads a whole listing.</summary>
    /// <exception cref="FormatException">The text ends within a method: the process died while it wrote.</exception>
    public static JitListing Parse(string text)
    {
        var methods = new List<JitMethod>();
        JitMethodReader? method = null;
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line)
        {
            if (Header().Match(line) is { Success: true } header)
            {
                method = method is null
                    ? new JitMethodReader(header.Groups["name"].Value, header.Groups["tier"].Value)
                    : throw new FormatException($"The listing of {method.Name} has no end.");
            }
            else if (Footer().Match(line) is { Success: true } footer && method is not null)
            {
                methods.Add(method.End(int.Parse(footer.Groups["bytes"].ValueSpan, CultureInfo.InvariantCulture)));
                method = null;
            }
            else
            {
                method?.Line(line);
            }
        }

        return method is null ? new JitListing(methods) : throw new FormatException($"The listing of {method.Name} has no end.");
    }

    /// <summary>The method of that name, as the JIT prints it in headers and at calls alike (<c>Type:Method(int):int</c>), as it was compiled last.</summary>
    public JitMethod? Find(string name) => _byName.GetValueOrDefault(name);

    // ; Assembly listing for method Quick:Tail(byref,byref) (FullOpts)
    [GeneratedRegex(@"^; Assembly listing for method (?<name>.+) \((?<tier>[^()]*)\)\s*$")]
    private static partial Regex Header();

    // ; Total bytes of code 38
    [GeneratedRegex(@"^; Total bytes of code (?<bytes>\d+)")]
    private static partial Regex Footer();
}
