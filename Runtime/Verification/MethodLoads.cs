using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>
/// What the runtime says of the code that it compiles while one of these listens (CoreCLR only): its event MethodLoadVerbose, which owes nothing to
/// the decoding of machine code.
/// </summary>
/// <remarks>
/// It comes once, when a method is compiled. So what was said of a verified body is remembered. For code that had been compiled before see
/// <see cref="OlderMethods"/>. Not thread-safe but for what is static.
/// </remarks>
internal sealed class MethodLoads : IDisposable
{
    private static readonly Dictionary<nint, MethodLoad> s_remembered = [];

    private readonly MethodEvents _heard = new();
    private RuntimeEventSession? _session;

    /// <summary>
    /// Lets the runtime make the first session, in the background: that takes a cold process some 15 ms, in which EventSource reads its own
    /// description.
    /// </summary>
    public static void WarmUp()
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            // On a thread of its own: the thread pool may have none to spare, and a verification waits for this.
            new Thread(static () => RuntimeEventSession.Open()?.Dispose()) { IsBackground = true, Name = "TopHalf warm-up" }.Start();
        }
    }

    /// <summary>Whether the runtime is heard: not on NativeAOT.</summary>
    public bool IsListening => _session is not null;

    /// <summary>Begins to listen: what is compiled from now on is heard.</summary>
    public void Listen()
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            _session ??= RuntimeEventSession.Open();
        }
    }

    /// <summary>What the runtime said of the body that begins at the address, now or when it was verified first; null if nothing.</summary>
    public MethodLoad? Of(nint start)
    {
        lock (s_remembered)
        {
            if (s_remembered.TryGetValue(start, out MethodLoad? known))
            {
                return known;
            }
        }

        if (_session is not null)
        {
            _heard.Read(_session);
        }

        return _heard.Of(start);
    }

    /// <summary>Remembers what was said of a body that is never freed.</summary>
    public static void Remember(MethodLoad load)
    {
        lock (s_remembered)
        {
            s_remembered[load.Start] = load;
        }
    }

    public void Dispose() => _session?.Dispose();
}
