// The order in which handlers run: each writes its letter, upper case at its start and lower case at its end.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace TopHalf.Runtime.Tests;

/// <summary>Text in unmanaged memory to which handlers add. Freed by disposal, which must come after that of the sources.</summary>
internal sealed unsafe class Trace : IDisposable
{
    private TraceText* _text = (TraceText*)NativeMemory.AllocZeroed((nuint)sizeof(TraceText));

    public TraceText* Text => _text;

    public void Dispose()
    {
        NativeMemory.Free(_text);
        _text = null;
    }

    /// <summary>What was written since the last call.</summary>
    public string Take()
    {
        string text = Encoding.ASCII.GetString(_text->Letters, (int)_text->Length);
        _text->Length = 0;
        return text;
    }
}

internal unsafe struct TraceText
{
    private const int Room = 1000;

    public long Length;
    public fixed byte Letters[Room];

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Add(TraceText* text, int letter)
    {
        long place = Interlocked.Increment(ref text->Length) - 1;
        if (place < Room)
        {
            text->Letters[place] = (byte)letter;
        }
    }
}
