// Registers every handler and raises its interrupt once. As it is, this neither builds nor should it; mended by the code fixes, it says what each did.
using System.Reflection;
using System.Runtime.CompilerServices;
using TopHalf;

namespace Mistakes;

internal static class Program
{
    private static readonly HashSet<string> s_fired = [];
    private static readonly Lock s_gate = new();
    private static long s_first;
    private static long s_second;

    private static void Main()
    {
        // TH7004: nobody can stop it.
        InterruptTimer.Start<State>(Registration.Counts, TimeSpan.FromMilliseconds(1));

        using var locksForAResult = SoftwareInterrupt.Start<State>(LocksForAResult);
        Fire(locksForAResult);
        lock (s_gate)
        {
            Console.WriteLine($"LocksForAResult: {s_first} {s_second}");
        }

        WithBottomHalves();
        Declarations.RegistersALambda();
        Others();

        Console.WriteLine($"Formats: {ManagedHeap.s_lines[0]}");
        Console.WriteLine($"Forgets: {ManagedHeap.s_sensor.Name ?? "forgotten"}");
        Console.WriteLine($"Locks: {Waiting.s_log[0]}");
        Console.WriteLine($"CallsTheUnknown: {AppContext.TryGetSwitch("Mistakes.Called", out bool called) && called}");
        Console.WriteLine($"CallsVirtually: {Calls.s_sensor.Calibrations}");
        Console.WriteLine($"CallsWhatItMustNot: {Volatile.Read(ref Calls.s_flushes)}");
        Console.WriteLine($"Recurses: {Calls.s_numbers[0]}");
        Console.WriteLine(FormattableString.Invariant($"Pays: {RuntimeServices.s_prices[0]}"));
        SharedState.WaitsForIt();
        SharedState.TakesOneBack();
        Console.WriteLine($"Finishes: {SharedState.Owner()}");
        Console.WriteLine($"Rises: {SharedState.Level()}");
        Registration.InstallsByHand();
        Console.WriteLine($"InstallsByHand: {SpinWait.SpinUntil(static () => Registration.Alarms >= 2, TimeSpan.FromMinutes(1))}");
        Registration.RaisesByHand();
        Console.WriteLine($"RaisesByHand: {SpinWait.SpinUntil(static () => Registration.Signals == 1, TimeSpan.FromMinutes(1))}");
        Registration.InstallsOnce();
        Registration.CarriesOn();
        Registration.BlocksEverything();
    }

    // As in Waiting.Locks; but what is under this lock, the handler itself needs.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LocksForAResult(ref State state, in InterruptContext context)
    {
        lock (s_gate)
        {
            s_first++;
            s_second += 2;
            state.Count = s_first + s_second;
        }
    }

    // What these do belongs into a bottom half, which the fix starts and ends with the source.
    private static void WithBottomHalves()
    {
        using var formats = SoftwareInterrupt.Start(ManagedHeap.Formats, new State { Count = 7 });
        using var forgets = SoftwareInterrupt.Start<State>(ManagedHeap.Forgets);
        using var locks = SoftwareInterrupt.Start(Waiting.Locks, new State { Count = 7 });
        using var prints = SoftwareInterrupt.Start(Waiting.Prints, new State { Count = 7 });
        using var callsTheUnknown = SoftwareInterrupt.Start(Calls.CallsTheUnknown, new State { Count = 7 });
        using var callsVirtually = SoftwareInterrupt.Start<State>(Calls.CallsVirtually);
        using var callsWhatItMustNot = SoftwareInterrupt.Start<State>(Calls.CallsWhatItMustNot);
        using var recurses = SoftwareInterrupt.Start(Calls.Recurses, new State { Count = 7 });
        using var pays = SoftwareInterrupt.Start(RuntimeServices.Pays, new State { Count = 7 });
        SoftwareInterrupt<State>[] all = [formats, forgets, locks, prints, callsTheUnknown, callsVirtually, callsWhatItMustNot, recurses, pays];
        foreach (SoftwareInterrupt<State> source in all)
        {
            Fire(source);
        }
    }

    // The rest, as they are found: two of them cannot be named here before they are mended.
    private static void Others()
    {
        foreach (MethodInfo method in typeof(Program).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(static method => method.IsDefined(typeof(InterruptHandlerAttribute)) && method.Name[0] != '<' && !s_fired.Contains(method.Name))
            .Where(static method => method.GetParameters()[0].ParameterType == typeof(State).MakeByRefType()))
        {
            var handler = method.CreateDelegate<InterruptHandler<State>>();
            if (!HandlerVerifier.Verify(handler).IsSafe)
            {
                Console.WriteLine($"{method.Name}: refused");
                continue;
            }

            using var source = SoftwareInterrupt.Start(handler, new State { Count = 7, Kinds = Kinds.Even }, Registration.Taken);
            Fire(source);
        }
    }

    internal static void Fire(SoftwareInterrupt<State> source)
    {
        s_fired.Add(source.Name);
        source.Raise();
        if (!SpinWait.SpinUntil(() => source.Statistics.Delivered == 1, TimeSpan.FromMinutes(1)))
        {
            throw new TimeoutException(source.Name);
        }

        Console.WriteLine($"{source.Name}: {source.Delivery}, {source.Snapshot().Count}");
    }
}
