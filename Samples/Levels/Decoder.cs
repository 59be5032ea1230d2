using System.Runtime.CompilerServices;
using TopHalf;

namespace Levels;

/// <summary>Decodes a frame whenever one is announced: long work, for a handler.</summary>
internal struct Decoder
{
    private const int Rounds = 600_000;

    public InterruptSharedAccess<Totals> Totals;
    public long Frames;
    public ulong Decoded;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OnFrame(ref Decoder decoder, in InterruptContext context)
    {
        // In place of a codec: xorshift, about a millisecond of it.
        ulong code = (ulong)context.Payload | 1;
        for (int i = 0; i < Rounds; i++)
        {
            code ^= code << 13;
            code ^= code >> 7;
            code ^= code << 17;
        }

        decoder.Decoded ^= code;
        decoder.Frames++;
        if (decoder.Totals.TryEnter(in context, out InterruptSharedSection<Totals> section))
        {
            Levels.Totals.Count(ref section.Value, frames: 1, samples: 0);
            section.Exit();
        }
    }
}
