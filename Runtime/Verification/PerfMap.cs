using System.Buffers.Text;
using System.Globalization;
using System.Text;
using TopHalf.Interop;

namespace TopHalf.Verification;

/// <summary>
/// The map of compiled code that the runtime writes for perf(1) (CoreCLR only; src/coreclr/vm/perfmap.cpp): a line for each body, with its address and
/// length in hexadecimal, the method's signature, and the tier in brackets.
/// </summary>
/// <remarks>Takes a millisecond in a small process. Ordinary context only.</remarks>
internal static class PerfMap
{
    private static readonly object s_gate = new();

    // What the runtime holds open while it writes for a tool that asked it to.
    private static readonly string s_map = string.Create(CultureInfo.InvariantCulture, $"perf-{Environment.ProcessId}.map");
    private static readonly string s_images = string.Create(CultureInfo.InvariantCulture, $"perfinfo-{Environment.ProcessId}.map");
    private static readonly string s_dump = string.Create(CultureInfo.InvariantCulture, $"jit-{Environment.ProcessId}.dump");

    /// <summary>Has the map written, reads it, and deletes it.</summary>
    /// <returns>
    /// What it says; null where it cannot be had so: the runtime writes one for others, who would lose it, has nowhere to write it, or is told to leave
    /// the tiers out.
    /// </returns>
    /// <exception cref="IOException">The diagnostics port is off or cannot be reached, or the runtime did not answer.</exception>
    /// <exception cref="InvalidDataException">What answered is not the runtime of this process, or it refused.</exception>
    public static MethodEvents? Read()
    {
        lock (s_gate)
        {
            return OpenFiles().Count > 0 || Write() is not { } text ? null : Parse(text);
        }
    }

    /// <summary>Reads a map. Null if it does not tell the tiers.</summary>
    public static MethodEvents? Parse(ReadOnlySpan<byte> text)
    {
        var said = new MethodEvents();
        bool tellsTiers = false;
        while (text.IndexOf((byte)'\n') is >= 0 and int end)
        {
            ReadOnlySpan<byte> line = text[..end];
            text = text[(end + 1)..];
            if (ParseLine(line) is { } load)
            {
                tellsTiers = tellsTiers || load.Tier != CodeTier.Unknown;
                said.Add(load);
            }
        }

        return tellsTiers ? said : null;
    }

    private static byte[]? Write()
    {
        byte[]? text = null;
        List<OpenFile> files;
        DiagnosticsPort.BeginPerfMap();
        try
        {
            files = OpenFiles();
            string? map = files.Find(static file => Path.GetFileName(file.Path) == s_map)?.Link;

            // By the runtime's own handle, so that it is its file whoever else may write into the folder. What is left in its buffer comes with the end.
            using FileStream? stream = map is null ? null : new FileStream(map, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            DiagnosticsPort.EndPerfMap();
            if (stream is not null)
            {
                text = new byte[stream.Length];
                stream.ReadExactly(text);
            }
        }
        catch
        {
            DiagnosticsPort.EndPerfMap();
            throw;
        }

        foreach (OpenFile file in files)
        {
            File.Delete(file.Path);
        }

        return text;
    }

    // Stubs have no tier and no method: "7f01 18 stub<1> GenerateLookupStub<...>".
    private static MethodLoad? ParseLine(ReadOnlySpan<byte> line)
    {
        line = line.StartsWith("0x"u8) ? line[2..] : line;
        if (!Utf8Parser.TryParse(line, out long start, out int read, 'x') || read + 1 >= line.Length)
        {
            return null;
        }

        line = line[(read + 1)..];
        if (!Utf8Parser.TryParse(line, out int size, out read, 'x') || read + 1 >= line.Length)
        {
            return null;
        }

        ReadOnlySpan<byte> name = line[(read + 1)..];
        int bracket = name.LastIndexOf((byte)'[');
        return bracket < 0 ? null : new MethodLoad(0, (nint)start, size, TierOf(name[bracket..]), Signature: Encoding.UTF8.GetString(name[..bracket]));
    }

    // PrepareCodeConfig::GetJitOptimizationTierStr, src/coreclr/vm/method.cpp.
    private static CodeTier TierOf(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("[Optimized]"u8) ? CodeTier.Optimized
        : text.SequenceEqual("[OptimizedTier1]"u8) ? CodeTier.Tier1
        : text.SequenceEqual("[OptimizedTier1OSR]"u8) ? CodeTier.OnStackReplaced
        : text.SequenceEqual("[QuickJitted]"u8) ? CodeTier.Quick
        : text.SequenceEqual("[MinOptJitted]"u8) ? CodeTier.Unoptimized
        : CodeTier.Unknown;

    /// <summary>What the runtime has open of this kind.</summary>
    public static List<OpenFile> OpenFiles()
    {
        var found = new List<OpenFile>();
        foreach (string link in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            // Null if it has been closed meanwhile.
            if (new FileInfo(link).LinkTarget is { } path && Path.GetFileName(path) is { } name && (name == s_map || name == s_images || name == s_dump))
            {
                found.Add(new OpenFile(link, path));
            }
        }

        return found;
    }

    /// <summary>One of these files.</summary>
    /// <param name="Link">The link of /proc to it.</param>
    /// <param name="Path">Where it is.</param>
    internal sealed record OpenFile(string Link, string Path);
}
