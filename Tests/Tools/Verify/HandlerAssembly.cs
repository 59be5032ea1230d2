using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;

namespace TopHalf.Verify;

/// <summary>An assembly with handlers, loaded with what it depends on.</summary>
internal sealed class HandlerAssembly
{
    private const BindingFlags Everything =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private HandlerAssembly(string path, IReadOnlyList<MethodInfo> handlers, IReadOnlyList<string> notes)
    {
        Path = path;
        Handlers = handlers;
        Notes = notes;
    }

    public string Path { get; }

    /// <summary>All methods that are marked as handlers, whatever else is wrong with them.</summary>
    public IReadOnlyList<MethodInfo> Handlers { get; }

    /// <summary>What the user should know about how the assembly was judged.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <exception cref="UsageException">It cannot be loaded here; the message says why.</exception>
    public static HandlerAssembly Load(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        string file = System.IO.Path.GetFileName(path);
        List<string> notes = Inspect(path, file);
        try
        {
            Assembly assembly = new Context(path).LoadFromAssemblyPath(path);
            MethodInfo[] handlers = [.. assembly.GetTypes().SelectMany(t => t.GetMethods(Everything)).Where(m => m.IsDefined(typeof(InterruptHandlerAttribute), inherit: false))];
            return new HandlerAssembly(path, handlers, notes);
        }
        catch (ReflectionTypeLoadException exception)
        {
            throw CannotLoad(file, string.Join("\n  ", exception.LoaderExceptions.OfType<Exception>().Select(e => e.Message).Distinct()));
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or TypeLoadException)
        {
            throw CannotLoad(file, exception.Message);
        }
    }

    public static UsageException CannotLoad(string file, string reason) => new(
        $"{file} cannot be loaded with what it depends on. Give the assembly in the folder that its program is built or published to.\n  {reason}");

    // Looks at the file before anything of it is loaded.
    private static List<string> Inspect(string path, string file)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"There is no file {path}.");
        }

        var notes = new List<string>();
        try
        {
            using var image = new PEReader(File.OpenRead(path));
            if (!image.HasMetadata)
            {
                throw new BadImageFormatException();
            }

            MetadataReader metadata = image.GetMetadataReader();
            AssemblyName[] references = [.. metadata.AssemblyReferences.Select(r => metadata.GetAssemblyReference(r).GetAssemblyName())];
            int built = references.FirstOrDefault(r => r.Name == "System.Runtime")?.Version?.Major ?? Environment.Version.Major;
            if (built > Environment.Version.Major)
            {
                throw new UsageException($"{file} is built for .NET {built}, and this program runs on .NET {Environment.Version.Major}.");
            }

            if (built < Environment.Version.Major)
            {
                notes.Add($"{file} is built for .NET {built} and judged on .NET {Environment.Version.Major}: another runtime makes other code of it, which registration judges again.");
            }

            Version own = typeof(HandlerVerifier).Assembly.GetName().Version!;
            if (references.FirstOrDefault(r => r.Name == "TopHalf")?.Version is { } uses && uses != own)
            {
                notes.Add($"{file} is built with TopHalf {uses} and judged with TopHalf {own}.");
            }

            return notes;
        }
        catch (BadImageFormatException)
        {
            throw new UsageException($"{file} is not a .NET assembly. Of a program, give the .dll, not the launcher or a NativeAOT program, which has no assembly any more.");
        }
    }

    /// <summary>Not collectible: the verifier refuses code that could be unloaded.</summary>
    private sealed class Context(string path) : AssemblyLoadContext(System.IO.Path.GetFileName(path))
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            // Attributes and delegates are known by their types, so all must use the one library.
            Assembly library = typeof(HandlerVerifier).Assembly;
            if (assemblyName.Name == library.GetName().Name)
            {
                return library;
            }

            return _resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file) : null;
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : 0;
    }
}
