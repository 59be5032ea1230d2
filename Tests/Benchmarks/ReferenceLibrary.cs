using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TopHalf.Benchmarks;

/// <summary>reference.c, compiled by gcc -O2 into a temporary folder and loaded. Ordinary context.</summary>
internal sealed unsafe class ReferenceLibrary
{
    private readonly delegate* unmanaged<int, int> _installEmpty;
    private readonly delegate* unmanaged<int, ulong, int, long, int> _installFull;
    private readonly delegate* unmanaged<int, ulong, int, int, long> _send;
    private readonly delegate* unmanaged<long> _count;

    private ReferenceLibrary(nint library)
    {
        // SAFETY: the signatures are those of reference.c; the library stays loaded, since its handlers stay installed.
        _installEmpty = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(library, "reference_install_empty");
        _installFull = (delegate* unmanaged<int, ulong, int, long, int>)NativeLibrary.GetExport(library, "reference_install_full");
        _send = (delegate* unmanaged<int, ulong, int, int, long>)NativeLibrary.GetExport(library, "reference_send");
        _count = (delegate* unmanaged<long>)NativeLibrary.GetExport(library, "reference_count");
    }

    /// <summary>How often the C handler ran.</summary>
    public long Count => _count();

    /// <summary>Compiles and loads.</summary>
    /// <exception cref="InvalidOperationException">gcc is missing or does not compile it.</exception>
    public static ReferenceLibrary Build()
    {
        string folder = Directory.CreateTempSubdirectory("tophalf-benchmark-").FullName;
        try
        {
            string library = Path.Combine(folder, "libreference.so");
            using Process gcc = Process.Start(
                "gcc", ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, Path.Combine(AppContext.BaseDirectory, "reference.c")]);
            gcc.WaitForExit();
            return gcc.ExitCode == 0
                ? new ReferenceLibrary(NativeLibrary.Load(library))
                : throw new InvalidOperationException("gcc does not compile reference.c; see its messages.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Makes an empty C function the handler of a signal.</summary>
    public void InstallEmpty(int signal) => Require(_installEmpty(signal), signal);

    /// <summary>Makes the dispatcher's protocol in C the handler of a signal.</summary>
    public void InstallFull(int signal, ulong key, int timerId, long due) =>
        Require(_installFull(signal, key, timerId, due), signal);

    /// <summary>Sends <paramref name="count"/> signals to this thread. Returns the nanoseconds of CPU time for each.</summary>
    public double Send(int signal, ulong key, int timerId, int count)
    {
        long nanoseconds = _send(signal, key, timerId, count);
        return nanoseconds >= 0 ? (double)nanoseconds / count : throw new InvalidOperationException("rt_tgsigqueueinfo failed.");
    }

    private static void Require(int result, int signal)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"sigaction for signal {signal} failed.");
        }
    }
}
