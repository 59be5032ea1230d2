using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf;

/// <summary>
/// Writes lines of text from a handler: part of its state, a line is put together there, and goes out by one write(2). A plain value of 272 bytes;
/// the default writes to standard error.
/// </summary>
/// <remarks>
/// <para>It never waits: a line for which the descriptor is not ready, as a full pipe or a terminal that was stopped, is dropped and counted
/// (<see cref="Dropped"/>). Looking costs a poll(2), so a line costs two system calls, some microseconds. What does not fit into a line is left
/// out, and the line ends in three dots (<see cref="Cut"/>).</para>
/// <para>One writer at a time: the handler, or whoever holds it off. Lines of several writers to one descriptor do not mix, as long as that is a
/// terminal, a pipe, or a file opened for appending. Where numbers are enough, an <see cref="InterruptQueue{T}"/> is cheaper by far.</para>
/// <para>Source: signal-safety(7), write(2), poll(2), pipe(7) on PIPE_BUF.</para>
/// </remarks>
public unsafe struct InterruptLog
{
    /// <summary>How many bytes of text a line holds, beside its end.</summary>
    public const int LineCapacity = 236;

    /// <summary>How many decimals a number can be written with.</summary>
    public const int MaxDecimals = 9;

    // Each a method of its own: inlined, a line of several parts would fill the room that the JIT has for what it knows of the caller.
    private const MethodImplOptions Alone = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    private const int StandardError = 2;
    private const int Dots = 3;

    // A double is a whole number of 53 bits, shifted; what is behind the point is kept to as many bits as can be multiplied by ten.
    private const int MantissaBits = 52;
    private const int ExponentMask = 0x7FF;
    private const int ExponentBias = 1023 + MantissaBits;
    private const int FractionBits = 60;

    // Stored so that the default value is standard error.
    private readonly int _descriptor;
    private int _length;
    private bool _isCut;
    private fixed byte _line[LineCapacity + 1];

    /// <summary>A log that writes to a descriptor, which stays the caller's: do not close it before the handler's source is disposed.</summary>
    /// <param name="fileDescriptor">For example of <c>SafeFileHandle.DangerousGetHandle()</c>; 1 is standard output, 2 standard error.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fileDescriptor"/> is negative.</exception>
    [AsyncSignalUnsafe("it may throw")]
    public InterruptLog(int fileDescriptor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fileDescriptor);
        SignalSafeLibC.Initialize();
        _descriptor = fileDescriptor ^ StandardError;
    }

    /// <summary>Where it writes.</summary>
    [AsyncSignalSafe]
    public readonly int FileDescriptor => _descriptor ^ StandardError;

    /// <summary>How many lines were written.</summary>
    [AsyncSignalSafe]
    public long Lines { readonly get; private set; }

    /// <summary>How many lines were written cut, as they were too long.</summary>
    [AsyncSignalSafe]
    public long Cut { readonly get; private set; }

    /// <summary>How many lines were lost, whole or in part: the descriptor was not ready, or write(2) failed.</summary>
    [AsyncSignalSafe]
    public long Dropped { readonly get; private set; }

    /// <summary>Adds text to the line.</summary>
    /// <param name="utf8">As it is, so a literal: <c>"late by "u8</c>. No line end: see <see cref="EndLine"/>.</param>
    /// <remarks>Async-signal-safe.</remarks>
    [AsyncSignalSafe, MethodImpl(Alone)]
    public void Write(ReadOnlySpan<byte> utf8)
    {
        foreach (byte character in utf8)
        {
            Append(character);
        }
    }

    /// <summary>Adds a whole number to the line, in decimal digits.</summary>
    /// <param name="value">The number.</param>
    /// <remarks>Async-signal-safe.</remarks>
    [AsyncSignalSafe, MethodImpl(Alone)]
    public void Write(long value)
    {
        if (value < 0)
        {
            Append((byte)'-');
            AppendDigits(unchecked(0 - (ulong)value), 1);
        }
        else
        {
            AppendDigits((ulong)value, 1);
        }
    }

    /// <inheritdoc cref="Write(long)"/>
    [AsyncSignalSafe, MethodImpl(Alone)]
    public void Write(ulong value) => AppendDigits(value, 1);

    /// <summary>Adds a number to the line, with a fixed count of decimals, rounded to the nearest, half-way to even: printf(3) with <c>%.*f</c>.</summary>
    /// <param name="value">
    /// The number. One of 2^63 or more, either side of zero, is written as <c>9223372036854775807+</c>; infinities and NaN as <c>Infinity</c>,
    /// <c>-Infinity</c> and <c>NaN</c>.
    /// </param>
    /// <param name="decimals">0 to <see cref="MaxDecimals"/>; beyond that it is as the next of these.</param>
    /// <remarks>Async-signal-safe. No floating-point arithmetic, so exact.</remarks>
    [AsyncSignalSafe, MethodImpl(Alone)]
    public void Write(double value, int decimals)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> MantissaBits) & ExponentMask;
        ulong mantissa = (ulong)bits & ((1UL << MantissaBits) - 1);
        bool isFinite = exponent != ExponentMask;
        if (!isFinite && mantissa != 0)
        {
            Write("NaN"u8);
            return;
        }

        if (bits < 0)
        {
            Append((byte)'-');
        }

        if (!isFinite)
        {
            Write("Infinity"u8);
            return;
        }

        // Below the smallest normal number there is no hidden bit, and the exponent does not go on.
        mantissa |= exponent == 0 ? 0 : 1UL << MantissaBits;
        int shift = (exponent == 0 ? 1 : exponent) - ExponentBias;
        if (shift > 63 - (MantissaBits + 1))
        {
            AppendDigits(long.MaxValue, 1);
            Append((byte)'+');
            return;
        }

        ulong whole = shift >= 0 ? mantissa << shift : shift > -64 ? mantissa >> -shift : 0;
        AppendFraction(whole, shift >= 0 ? 0 : Fraction(mantissa, -shift), decimals < 0 ? 0 : decimals > MaxDecimals ? MaxDecimals : decimals);
    }

    /// <summary>Adds a number to the line, as <c>0x</c> and its hexadecimal digits without leading zeros.</summary>
    /// <param name="value">The number; an address, for example.</param>
    /// <remarks>Async-signal-safe.</remarks>
    [AsyncSignalSafe, MethodImpl(Alone)]
    public void WriteHex(ulong value)
    {
        Append((byte)'0');
        Append((byte)'x');
        int shift = 60;
        while (shift > 0 && value >> shift == 0)
        {
            shift -= 4;
        }

        for (; shift >= 0; shift -= 4)
        {
            int digit = (int)(value >> shift) & 0xF;
            Append((byte)(digit < 10 ? '0' + digit : 'a' + digit - 10));
        }
    }

    /// <summary>Writes the line out, if the descriptor takes it at once, and begins the next.</summary>
    /// <returns>Whether it was written.</returns>
    /// <remarks>Async-signal-safe. The next line begins empty whatever came of this one.</remarks>
    [AsyncSignalSafe, MethodImpl(Alone)]
    public bool EndLine()
    {
        nuint length = (nuint)_length + 1;
        bool isWritten;

        // SAFETY: a line is never longer than its capacity, and one byte more is there for its end.
        fixed (byte* line = _line)
        {
            line[_length] = (byte)'\n';
            pollfd ready;
            ready.fd = FileDescriptor;
            ready.events = LibC.POLLOUT;
            ready.revents = 0;
#pragma warning disable TH2002 // Neither waits: poll(2) with a time-out of 0 does not, and a pipe or terminal that it finds ready takes as much as a line is.
            isWritten = SignalSafeLibC.poll(&ready, 1, 0) == 1 && SignalSafeLibC.write(FileDescriptor, line, length) == (nint)length;
#pragma warning restore TH2002
        }

        if (isWritten)
        {
            Lines++;
            Cut += _isCut ? 1 : 0;
        }
        else
        {
            Dropped++;
        }

        _length = 0;
        _isCut = false;
        return isWritten;
    }

    // What is behind the point of mantissa / 2^shift, as a multiple of 2^-FractionBits. Of what is smaller the last bit tells whether there is any: then
    // the number does not lie half-way between two of nine decimals.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fraction(ulong mantissa, int shift)
    {
        if (shift <= FractionBits)
        {
            return (mantissa & ((1UL << shift) - 1)) << (FractionBits - shift);
        }

        int less = shift - FractionBits;
        ulong kept = less < 64 ? mantissa >> less : 0;
        bool isWhole = less < 64 && kept << less == mantissa;
        return isWhole || mantissa == 0 ? kept : kept | 1;
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AppendFraction(ulong whole, ulong fraction, int decimals)
    {
        ulong digits = 0;
        ulong limit = 1;
        for (int i = 0; i < decimals; i++)
        {
            fraction *= 10;
            digits = (digits * 10) + (fraction >> FractionBits);
            fraction &= (1UL << FractionBits) - 1;
            limit *= 10;
        }

        const ulong Half = 1UL << (FractionBits - 1);
        ulong last = decimals > 0 ? digits : whole;
        if (fraction > Half || (fraction == Half && (last & 1) != 0))
        {
            digits++;
        }

        if (digits == limit)
        {
            digits = 0;
            whole++;
        }

        AppendDigits(whole, 1);
        if (decimals > 0)
        {
            Append((byte)'.');
            AppendDigits(digits, decimals);
        }
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AppendDigits(ulong value, int least)
    {
        int count = 1;
        ulong unit = 1;
        for (ulong rest = value; rest >= 10 || count < least; rest /= 10)
        {
            unit *= 10;
            count++;
        }

        // The leading digit first. A unit is never 0, but neither compiler nor verifier sees that: so no division by it, but subtractions, nine at most.
        for (; count > 0; count--)
        {
            int digit = 0;
            while (value >= unit)
            {
                value -= unit;
                digit++;
            }

            Append((byte)('0' + digit));
            unit /= 10;
        }
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append(byte character)
    {
        // SAFETY: below the capacity; a fixed buffer is indexed without a check.
        if (_length < LineCapacity)
        {
            _line[_length++] = character;
        }
        else if (!_isCut)
        {
            CutShort();
        }
    }

    // The dots go over the last characters, and no half of one stays before them.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CutShort()
    {
        int end = LineCapacity - Dots;

        // SAFETY: within the line.
        while (end > 0 && (_line[end] & 0xC0) == 0x80)
        {
            end--;
        }

        for (int i = 0; i < LineCapacity - end; i++)
        {
            _line[end + i] = (byte)(i < Dots ? '.' : ' ');
        }

        _isCut = true;
    }
}
