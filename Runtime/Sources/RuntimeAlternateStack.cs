using System.Runtime.CompilerServices;
using TopHalf.Interop;
using TopHalf.Verification;

namespace TopHalf.Sources;

/// <summary>Tells the alternate stacks that CoreCLR gives its threads from those of anybody else. Ordinary context.</summary>
/// <remarks>
/// The runtime frees a thread's alternate stack only while it is still installed, so one that was replaced has to be freed here, or each
/// thread that ends leaves two mappings behind. One that is not the runtime's must not be touched: whoever made it frees it. The runtime's is
/// known by its shape: all have one size, and the guard page lies inside what sigaltstack(2) is told.
/// </remarks>
internal static unsafe class RuntimeAlternateStack
{
    private static nuint s_size;

    /// <summary>Learns the size from the calling thread, if its alternate stack has the shape.</summary>
    public static void Learn(stack_t current)
    {
        if (RuntimeFeature.IsDynamicCodeSupported && s_size == 0 && (current.ss_flags & LibC.SS_DISABLE) == 0 && HasShape(current, MemoryMap.Read()))
        {
            s_size = current.ss_size;
        }
    }

    /// <summary>Whether a stack that some thread had, which is gone now, was made by the runtime.</summary>
    public static bool Made(stack_t stack, MemoryMap map) => s_size != 0 && stack.ss_size == s_size && HasShape(stack, map);

    private static bool HasShape(stack_t stack, MemoryMap map)
    {
        nint start = (nint)stack.ss_sp;
        nint page = Environment.SystemPageSize;
        return map.Find(start) is { Readable: false, Writable: false, Executable: false, Path: "" } guard
            && (nint)guard.Start <= start && (nint)guard.End == start + page
            && map.Find(start + page) is { Writable: true, Path: "" } rest && (nint)rest.End >= start + (nint)stack.ss_size;
    }
}
