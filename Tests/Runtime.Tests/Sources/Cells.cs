// Unmanaged longs that a handler and a test share.
using System.Runtime.InteropServices;

namespace TopHalf.Runtime.Tests;

/// <summary>Zeroed memory. Freed by disposal, which must come after the disposal of the sources that use it.</summary>
internal sealed unsafe class Cells(int count) : IDisposable
{
    private long* _cells = (long*)NativeMemory.AllocZeroed((nuint)count, sizeof(long));

    public long* this[int index] => _cells + index;

    public void Dispose()
    {
        NativeMemory.Free(_cells);
        _cells = null;
    }
}
