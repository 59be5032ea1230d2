using System.Runtime.CompilerServices;

namespace TopHalf.Sources;

/// <summary>
/// By what a thread is known that does something often: a comparison with its stack is quicker than a look at a thread's own storage. Once the thread has ended another may
/// have its stack, but never two that live. Ordinary context.
/// </summary>
internal unsafe struct StackRange
{
    // No more of a stack is looked at than the kernel keeps free for that of a main thread, whatever the limits are.
    private const nint Most = 64 << 20;

    private nuint _start;
    private nuint _length;

    /// <summary>Whether it is of any thread.</summary>
    public readonly bool IsKnown => _length != 0;

    /// <summary>Whether it is of this thread. Read while another writes it, it is at worst not.</summary>
    public readonly bool IsHere
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Unsafe.SkipInit(out byte here);
            return (nuint)(&here) - _start < _length;
        }
    }

    public static StackRange OfThisThread()
    {
        ThreadStack stack = ThreadStack.Current;
        nint start = Math.Max(stack.Start, stack.End - Most);
        return new StackRange { _start = (nuint)start, _length = (nuint)(stack.End - start) };
    }
}
