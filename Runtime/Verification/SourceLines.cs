using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace TopHalf.Verification;

/// <summary>A place in source code.</summary>
internal readonly record struct SourceLine(string Path, int Line)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{System.IO.Path.GetFileName(Path)}:{Line}");
}

/// <summary>
/// Finds the source lines of IL, by the portable PDB beside or inside of each assembly. Where there is none, or it is of another build, there
/// are no lines.
/// </summary>
internal sealed class SourceLines : IDisposable
{
    private readonly Dictionary<Assembly, MetadataReaderProvider?> _symbols = [];

    /// <summary>The line that an IL instruction was made from, or null.</summary>
    public SourceLine? Of(MethodBase method, int offset)
    {
        if (SymbolsOf(method.Module.Assembly)?.GetMetadataReader() is not { } reader)
        {
            return null;
        }

        SourceLine? line = null;
        var handle = (MethodDefinitionHandle)MetadataTokens.EntityHandle(method.MetadataToken);
        foreach (SequencePoint point in reader.GetMethodDebugInformation(handle.ToDebugInformationHandle()).GetSequencePoints())
        {
            if (point.Offset > offset)
            {
                break;
            }

            if (!point.IsHidden)
            {
                line = new SourceLine(reader.GetString(reader.GetDocument(point.Document).Name), point.StartLine);
            }
        }

        return line;
    }

    public void Dispose()
    {
        foreach (MetadataReaderProvider? symbols in _symbols.Values)
        {
            symbols?.Dispose();
        }
    }

    private MetadataReaderProvider? SymbolsOf(Assembly assembly)
    {
        if (!_symbols.TryGetValue(assembly, out MetadataReaderProvider? symbols))
        {
            _symbols.Add(assembly, symbols = Open(assembly));
        }

        return symbols;
    }

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An assembly without a file has no PDB that could be found.")]
    private static MetadataReaderProvider? Open(Assembly assembly)
    {
        if (assembly.IsDynamic || assembly.Location is not { Length: > 0 } path)
        {
            return null;
        }

        try
        {
            using var image = new PEReader(File.OpenRead(path));
            return image.TryOpenAssociatedPortablePdb(path, OpenIfThere, out MetadataReaderProvider? symbols, out _) ? symbols : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            // Symbols are a convenience: a report without lines is better than none.
            return null;
        }

        static FileStream? OpenIfThere(string file) => File.Exists(file) ? File.OpenRead(file) : null;
    }
}
