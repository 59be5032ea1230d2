using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>Where the stack of a thread is. Ordinary context.</summary>
/// <param name="Start">Its lowest byte.</param>
/// <param name="End">The first one behind it.</param>
internal readonly record struct ThreadStack(nint Start, nint End)
{
    /// <summary>That of the calling thread.</summary>
    public static unsafe ThreadStack Current
    {
        get
        {
            // SAFETY: all are this method's own.
            pthread_attr_t attributes;
            void* lowest;
            nuint size;
            int error = LibC.pthread_getattr_np(LibC.pthread_self(), &attributes);
            if (error == 0)
            {
                error = LibC.pthread_attr_getstack(&attributes, &lowest, &size);
                _ = LibC.pthread_attr_destroy(&attributes);
                if (error == 0)
                {
                    return new((nint)lowest, (nint)lowest + (nint)size);
                }
            }

            throw new InvalidOperationException($"The stack of a thread could not be found: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }
}
