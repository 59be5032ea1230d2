using System.Reflection;

namespace TopHalf.Verification;

/// <summary>
/// What the runtime says of code that it compiled before a verification listened to it (CoreCLR only): of a method that was called before its
/// registration, for example.
/// </summary>
/// <remarks>
/// <para>The first time that such code is met, the runtime is asked for all of its methods, and listened to from then on: so a process asks once, if
/// nothing is missed. One that never meets such code neither asks nor listens.</para>
/// <para>Kept is what may confirm a body: what was said of optimised code. It is forgotten when the runtime may have freed code. Thread-safe.</para>
/// <para>Neither says of what IL the code was made: reports ask for that when they are read.</para>
/// </remarks>
internal static class OlderMethods
{
    // Of more at a time the session may have dropped some, though it holds twice as much: threads do not share what they have of it.
    private const long MostHeard = 4 << 20;

    private static readonly object s_gate = new();
    private static MethodEvents s_known = new();
    private static RuntimeEventSession? s_session;
    private static int s_asking;

    /// <summary>Whether a verification has asked before.</summary>
    public static bool WasAsked
    {
        get
        {
            lock (s_gate)
            {
                return s_session is not null || s_asking > 0;
            }
        }
    }

    /// <summary>Begins to ask, in the background.</summary>
    public static BackgroundResult<MethodListing> Ask()
    {
        lock (s_gate)
        {
            s_asking++;
        }

        var listing = new BackgroundResult<MethodListing>("TopHalf listing", AskNow);
        listing.Start();
        return listing;
    }

    /// <summary>What the runtime said of the body of the method that begins at the address, if it is known; null if not.</summary>
    public static MethodLoad? Of(MethodBase method, nint start)
    {
        lock (s_gate)
        {
            // What is heard while it is asked is newer than the answer, and read after it.
            if (s_session is null || s_asking > 0)
            {
                return null;
            }

            long before = s_session.Heard;
            s_known.Read(s_session, onlyFinal: true);
            if (s_session.Heard - before > MostHeard)
            {
                s_known = new MethodEvents();
            }

            // Code that can be freed is always asked for anew: it must not depend on whether it was heard to be.
            return s_known.Of(start) is { } load && load.IsOf(method) && !method.IsCollectible ? load : null;
        }
    }

    private static MethodListing AskNow()
    {
        try
        {
            lock (s_gate)
            {
                // First, so that nothing is compiled or freed unheard once the runtime has gone by.
                s_session ??= RuntimeEventSession.Open(isLasting: true);
            }

            var listing = MethodListing.Ask();
            lock (s_gate)
            {
                s_known.AddFinal(listing.Said);
            }

            return listing;
        }
        finally
        {
            lock (s_gate)
            {
                s_asking--;
            }
        }
    }
}
