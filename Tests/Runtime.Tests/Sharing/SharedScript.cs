// Handlers that enter shared values, raise others and leave the values, by a script: what RTIC's examples do, on one thread.
using System.Runtime.CompilerServices;

namespace TopHalf.Runtime.Tests.Sharing;

internal enum Do
{
    Nothing,

    /// <summary>Writes the letter in upper case, or in lower case.</summary>
    Begin,
    End,

    /// <summary>Writes a digit: how far the script is.</summary>
    Mark,

    /// <summary>Raises one of the lines.</summary>
    Raise0,
    Raise1,
    Raise2,

    /// <summary>Enters the first value, adds 1 to it, and writes '('; leaves it, and writes ')' first. If refused, writes '!'.</summary>
    Enter,
    Exit,

    /// <summary>The same of the second: '[' and ']'.</summary>
    Enter2,
    Exit2,
}

/// <summary>A handler's state: what it does, in order.</summary>
internal unsafe struct SharedScript
{
    public const int Steps = 16;

    public TraceText* Text;
    public int Letter;
    public int LevelSeen;
    public InterruptLine Line0;
    public InterruptLine Line1;
    public InterruptLine Line2;
    public InterruptSharedAccess<Wide> First;
    public InterruptSharedAccess<Wide> Second;
    public long Marks;
    public fixed byte Script[Steps];

    public SharedScript(Trace trace, char letter, params Do[] steps)
    {
        Text = trace.Text;
        Letter = letter;
        for (int i = 0; i < steps.Length; i++)
        {
            Script[i] = (byte)steps[i];
        }
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OnInterrupt(ref SharedScript script, in InterruptContext context)
    {
        InterruptSharedSection<Wide> first = default;
        InterruptSharedSection<Wide> second = default;
        script.LevelSeen = context.Level;
        for (int i = 0; i < Steps; i++)
        {
            int step = script.Script[i];
            if (step == (int)Do.Begin)
            {
                TraceText.Add(script.Text, script.Letter);
            }
            else if (step == (int)Do.End)
            {
                TraceText.Add(script.Text, script.Letter + ('a' - 'A'));
            }
            else if (step == (int)Do.Mark)
            {
                TraceText.Add(script.Text, (int)('0' + script.Marks));
                script.Marks++;
            }
            else if (step == (int)Do.Raise0)
            {
                script.Line0.Raise();
            }
            else if (step == (int)Do.Raise1)
            {
                script.Line1.Raise();
            }
            else if (step == (int)Do.Raise2)
            {
                script.Line2.Raise();
            }
            else if (step == (int)Do.Enter)
            {
                if (script.First.TryEnter(in context, out first))
                {
                    Wide.Add(ref first.Value);
                    TraceText.Add(script.Text, '(');
                }
                else
                {
                    TraceText.Add(script.Text, '!');
                }
            }
            else if (step == (int)Do.Exit)
            {
                TraceText.Add(script.Text, ')');
                first.Exit();
            }
            else if (step == (int)Do.Enter2)
            {
                if (script.Second.TryEnter(in context, out second))
                {
                    Wide.Add(ref second.Value);
                    TraceText.Add(script.Text, '[');
                }
                else
                {
                    TraceText.Add(script.Text, '!');
                }
            }
            else if (step == (int)Do.Exit2)
            {
                TraceText.Add(script.Text, ']');
                second.Exit();
            }
        }
    }
}

/// <summary>A value that takes long to change, and shows when it was seen half-changed: all its words are the same.</summary>
internal unsafe struct Wide
{
    public const int Words = 12;

    public fixed long All[Words];

    public readonly long Count => All[0];

    public readonly bool IsTorn
    {
        get
        {
            for (int i = 1; i < Words; i++)
            {
                if (All[i] != All[0])
                {
                    return true;
                }
            }

            return false;
        }
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Add(ref Wide wide)
    {
        for (int i = 0; i < Words; i++)
        {
            Volatile.Write(ref wide.All[i], wide.All[i] + 1);
        }
    }
}
