// A fault that the runtime turns into an exception.
using System.Runtime.CompilerServices;

namespace TopHalf.Runtime.Tests.Dispatch;

internal static class Fault
{
    /// <summary>Throws a NullReferenceException by a SIGSEGV, and catches it. Returns 1.</summary>
    public static int Catch()
    {
        try
        {
            return Throw();
        }
        catch (NullReferenceException)
        {
            return 1;
        }
    }

    /// <summary>Throws a NullReferenceException by a SIGSEGV.</summary>
    public static int Throw() => LengthOf(null);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(int[]? none) => none!.Length;
}
