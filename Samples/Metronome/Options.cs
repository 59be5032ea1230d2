using System.Globalization;

namespace Metronome;

/// <summary>The command line.</summary>
/// <param name="Seconds">For each metronome.</param>
/// <param name="PeriodMicroseconds">Time between two expiries.</param>
/// <param name="Picture">Where the histogram goes.</param>
internal sealed record Options(int Seconds, int PeriodMicroseconds, string Picture)
{
    public const string Usage = """
        Usage: Metronome [--seconds N] [--period-us N] [--svg PATH] [--help]

        Ticks on a thread that meanwhile allocates, throws and collects: by TopHalf's interrupts, and by what .NET and Linux offer otherwise.

          --seconds N     how long each of the four runs, 1 to 3600, default 5
          --period-us N   microseconds between two ticks, 20 to 1000000, default 200 (5 kHz)
          --svg PATH      where the histogram of lateness goes, default metronome.svg
          --help          this text

        Exit code: 0 if every tick is accounted for, 1 if not, 2 if the command line is wrong.
        """;

    public long PeriodNanoseconds => PeriodMicroseconds * 1000L;

    /// <summary>Null if help is asked for.</summary>
    /// <exception cref="FormatException">Says what is wrong.</exception>
    public static Options? Parse(IReadOnlyList<string> arguments)
    {
        var options = new Options(5, 200, "metronome.svg");
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            string Value() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{name} needs a value.");
            switch (name)
            {
                case "--help" or "-h":
                    return null;
                case "--seconds":
                    options = options with { Seconds = Number(name, Value(), 1, 3600) };
                    break;
                case "--period-us":
                    options = options with { PeriodMicroseconds = Number(name, Value(), 20, 1_000_000) };
                    break;
                case "--svg":
                    options = options with { Picture = Value() };
                    break;
                default:
                    throw new FormatException($"Unknown option '{name}'.");
            }
        }

        string? folder = Path.GetDirectoryName(Path.GetFullPath(options.Picture));
        return Directory.Exists(folder) && !Directory.Exists(options.Picture)
            ? options
            : throw new FormatException($"'{options.Picture}' cannot be written: its folder does not exist, or it is a folder itself.");
    }

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} is '{text}', but must be a whole number from {least} to {most}.");
}
