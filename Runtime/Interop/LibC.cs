namespace TopHalf.Interop;

/// <summary>
/// libc by P/Invoke, for ordinary context only: every call makes a GC transition. Signal context uses <see cref="SignalSafeLibC"/>.
/// One file a header; names, constants and structs are the native ones.
/// </summary>
internal static partial class LibC
{
    // glibc's name. Other C libraries are refused before anything here is called.
    public const string Name = "libc.so.6";
}
