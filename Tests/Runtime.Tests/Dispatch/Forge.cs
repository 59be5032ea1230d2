// Makes signals by hand, genuine and false ones, and sends them where a timer's would go.
using System.Reflection;
using TopHalf.Dispatch;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Dispatch;

internal static unsafe class Forge
{
    /// <summary>What a timer's signal carries now.</summary>
    public static siginfo_t Genuine(InterruptSource source, int overruns = 0)
    {
        InterruptSlot* slot = SlotOf(source);
        return new siginfo_t
        {
            si_signo = source.Signal, si_code = LibC.SI_TIMER, si_timerid = slot->Sender, si_overrun = overruns, si_value = slot->Key,
        };
    }

    /// <summary>An expiry of the source, on the calling thread, delivered when this returns.</summary>
    public static void Expire(InterruptSource source, int overruns = 0) => SendHere(Genuine(source, overruns));

    /// <summary>Sends to the calling thread. The kernel delivers it before it returns.</summary>
    public static void SendHere(siginfo_t info) => Send(LibC.getpid(), LibC.gettid(), info);

    /// <summary>Sends to a thread of any process of this user.</summary>
    public static void Send(int process, int thread, siginfo_t info) =>
        Assert.Equal(0, LibC.rt_tgsigqueueinfo(process, thread, info.si_signo, &info));

    /// <summary>The dispatcher's row of a source that lives.</summary>
    public static InterruptSlot* SlotOf(InterruptSource source) =>
        (InterruptSlot*)Pointer.Unbox(
            typeof(InterruptSource).GetProperty("Slot", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(source)!);
}
