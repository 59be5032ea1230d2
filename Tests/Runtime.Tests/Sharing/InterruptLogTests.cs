// InterruptLog: what it writes, held against .NET's own formatting, and that it neither waits nor mixes lines while it interrupts a console that writes.
using System.Globalization;
using System.IO.Pipes;
using System.Runtime.CompilerServices;
using System.Text;
using Xunit;

namespace TopHalf.Runtime.Tests.Sharing;

public sealed unsafe class InterruptLogTests
{
    private const int Enough = 500;

    [Theory]
    [InlineData(0L)]
    [InlineData(7L)]
    [InlineData(-10L)]
    [InlineData(1_000_000_000_000L)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Whole_numbers_are_written_in_decimal(long value)
    {
        Assert.Equal(value.ToString(CultureInfo.InvariantCulture), Written((ref InterruptLog log) => log.Write(value)));
        Assert.Equal(((ulong)value).ToString(CultureInfo.InvariantCulture), Written((ref InterruptLog log) => log.Write((ulong)value)));
        Assert.Equal($"0x{value:x}", Written((ref InterruptLog log) => log.WriteHex((ulong)value)));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-0.0001)]
    [InlineData(0.5)]
    [InlineData(-2.5)]
    [InlineData(0.125)]
    [InlineData(9.9999)]
    [InlineData(0.9999999999)]
    [InlineData(123456.789)]
    [InlineData(1e-7)]
    [InlineData(double.Epsilon)]
    [InlineData(4503599627370497.5)]
    [InlineData(9223372036854774784.0)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    public void Fixed_point_numbers_are_written_as_by_the_format_F(double value)
    {
        for (int decimals = 0; decimals <= InterruptLog.MaxDecimals; decimals++)
        {
            AssertAsFormatF(value, decimals);
        }
    }

    [Fact]
    public void Random_numbers_are_written_as_by_the_format_F()
    {
        var random = new Random(20261128);
        for (int i = 0; i < 2000; i++)
        {
            double mantissa = (random.NextDouble() * 2) - 1;
            AssertAsFormatF(Math.ScaleB(mantissa, random.Next(-80, 63)), random.Next(InterruptLog.MaxDecimals + 1));
            AssertAsFormatF(random.Next(-1_000_000, 1_000_000) / 1024.0, random.Next(InterruptLog.MaxDecimals + 1));
        }
    }

    [Theory]
    [InlineData(9223372036854775808.0, "9223372036854775807+")]
    [InlineData(-1e300, "-9223372036854775807+")]
    public void Numbers_out_of_range_are_said_to_be(double value, string text) => Assert.Equal(text, Written((ref InterruptLog log) => log.Write(value, 2)));

    [Theory]
    [InlineData(-1, "1")]
    [InlineData(10, "1.250000000")]
    public void Decimals_out_of_range_are_the_next_that_there_are(int decimals, string text) =>
        Assert.Equal(text, Written((ref InterruptLog log) => log.Write(1.25, decimals)));

    [Fact]
    public void A_line_is_put_together_and_the_next_begins_empty() => Assert.Equal(
        "late by -5 ns at 0x7f\n\n2.50\n",
        Output((ref InterruptLog log) =>
        {
            log.Write("late by "u8);
            log.Write(-5);
            log.Write(" ns at "u8);
            log.WriteHex(0x7F);
            Assert.True(log.EndLine());
            Assert.True(log.EndLine());
            log.Write(2.5, 2);
            Assert.True(log.EndLine());
            Assert.Equal((3, 0, 0), (log.Lines, log.Cut, log.Dropped));
        }));

    [Fact]
    public void A_line_that_just_fits_is_whole() =>
        Assert.Equal(new string('x', InterruptLog.LineCapacity), Written((ref InterruptLog log) => log.Write(Encoding.UTF8.GetBytes(new string('x', InterruptLog.LineCapacity)))));

    [Theory]
    [InlineData("x")]
    [InlineData("€")]
    public void A_line_that_is_too_long_ends_in_dots_and_in_no_half_of_a_character(string character)
    {
        string text = string.Concat(Enumerable.Repeat(character, InterruptLog.LineCapacity));
        string written = Output((ref InterruptLog log) =>
        {
            log.Write("x"u8);
            log.Write(Encoding.UTF8.GetBytes(text));
            log.Write(1);
            Assert.True(log.EndLine());
            Assert.Equal((1, 1), (log.Lines, log.Cut));
            log.Write("next"u8);
            Assert.True(log.EndLine());
            Assert.Equal((2, 1), (log.Lines, log.Cut));
        });

        string[] lines = written.Split('\n');
        Assert.Matches("^x(?:" + character + @")+\.\.\. *$", lines[0]);
        Assert.InRange(Encoding.UTF8.GetByteCount(lines[0]), InterruptLog.LineCapacity, InterruptLog.LineCapacity);
        Assert.Equal("next", lines[1]);
    }

    [Fact]
    public void A_pipe_that_is_full_loses_lines_and_holds_nobody_up()
    {
        using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        var log = new InterruptLog((int)reader.ClientSafePipeHandle.DangerousGetHandle());
        int written = 0;
        do
        {
            log.Write("a line that nobody reads"u8);
        }
        while (log.EndLine() && ++written < 1_000_000);

        Assert.Equal((written, 1), (log.Lines, log.Dropped));
        Assert.InRange(written, 100, 999_999);
    }

    [Fact]
    public void A_descriptor_that_is_closed_loses_lines()
    {
        var log = new InterruptLog(int.MaxValue);
        log.Write("lost"u8);

        Assert.False(log.EndLine());
        Assert.Equal((0, 1), (log.Lines, log.Dropped));
    }

    [Fact]
    public void A_descriptor_cannot_be_negative() => Assert.Throws<ArgumentOutOfRangeException>(static () => new InterruptLog(-1));

    [Fact]
    public void The_default_writes_to_standard_error()
    {
        ChildResult result = ChildProcess.Run(WriteByDefault);

        result.AssertSucceeded();
        Assert.Equal("from the default", result.Error.TrimEnd());
    }

    [Fact]
    public void A_handler_writes_whole_lines_while_it_interrupts_a_console_that_writes()
    {
        ChildResult result = ChildProcess.Run(InterruptConsole);

        result.AssertSucceeded();
        string[] lines = result.Error.ReplaceLineEndings("\n").Split('\n');
        long[] numbers = [.. lines.Where(static l => l.StartsWith("tick ", StringComparison.Ordinal)).Select(static l => long.Parse(l.AsSpan(5), CultureInfo.InvariantCulture))];
        Assert.Equal(numbers.Order(), numbers);
        Assert.True(numbers.Length >= Enough, $"{numbers.Length} lines");
        Assert.All(lines, static l => Assert.Matches("^(?:tick [0-9]+|ordinary|)$", l));
    }

    private static void WriteByDefault()
    {
        var log = default(InterruptLog);
        log.Write("from the default"u8);
        Assert.Equal((2, true), (log.FileDescriptor, log.EndLine()));
    }

    private static void InterruptConsole()
    {
        using InterruptTimer<Logger> timer = InterruptTimer.Start(
            OnTick, new Logger(), TimeSpan.FromMicroseconds(200), new InterruptTimerOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal });
        while (timer.Snapshot().Log.Lines < Enough)
        {
            Console.Error.Write("ordinary\n");
        }
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnTick(ref Logger state, in InterruptContext context)
    {
        state.Log.Write("tick "u8);
        state.Log.Write(++state.Ticks);
        state.Log.EndLine();
    }

    private static void AssertAsFormatF(double value, int decimals) =>
        Assert.Equal(value.ToString($"F{decimals}", CultureInfo.InvariantCulture), Written((ref InterruptLog log) => log.Write(value, decimals)));

    private static string Written(Writing write)
    {
        string output = Output((ref InterruptLog log) =>
        {
            write(ref log);
            Assert.True(log.EndLine());
        });
        Assert.EndsWith("\n", output, StringComparison.Ordinal);
        return output[..^1];
    }

    private static string Output(Writing write)
    {
        using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        var log = new InterruptLog((int)reader.ClientSafePipeHandle.DangerousGetHandle());
        write(ref log);
        reader.DisposeLocalCopyOfClientHandle();
        using var text = new StreamReader(reader, new UTF8Encoding(false, throwOnInvalidBytes: true));
        return text.ReadToEnd();
    }

    private delegate void Writing(ref InterruptLog log);

    private struct Logger
    {
        public InterruptLog Log;
        public long Ticks;
    }
}
