// Takes 10,000 interrupts a second on each of two threads that do the worst they can, for as long as asked, and proves by the clock that
// none was lost or counted twice. Or, with "storm", interrupts threads that only fault (FaultStorm.cs), or, with "bottom", has queues and timers at work
// (BottomHalves.cs). Exit code 0 if so, 1 if not, 2 for a wrong command line.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TopHalf;
using TopHalf.Soak;

Sabotage sabotage = Sabotage.None;
bool storm = args is [_, "storm"];
bool bottom = args is [_, "bottom"];
if (args.Length > 2
    || !int.TryParse(args.FirstOrDefault("10"), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) || seconds == 0
    || (args.Length == 2 && !storm && !bottom && !Enum.TryParse(args[1], ignoreCase: true, out sabotage)))
{
    Console.Error.WriteLine("Usage: TopHalf.Soak [SECONDS [lose|double|storm|bottom]]    lose, double: falsify the count by one, to see that it is found; storm: threads that fault; bottom: queues and timers");
    return 2;
}

Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {(System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported ? "CoreCLR" : "NativeAOT")}, " +
    $"{(System.Runtime.GCSettings.IsServerGC ? "server" : "workstation")} GC, {seconds} s");
var duration = TimeSpan.FromSeconds(seconds);
if (storm)
{
    (int count, List<string> failures) = FaultStorm.Run(duration);
    failures.ForEach(Console.Error.WriteLine);
    Console.WriteLine($"{(failures.Count == 0 ? "PASSED" : "FAILED")}: {count} threads that fault, interrupted every 50 us from the first moment on");
    return failures.Count == 0 ? 0 : 1;
}

if (bottom)
{
    (string done, IReadOnlyList<string> failures) = await BottomHalves.RunAsync(duration);
    foreach (string failure in failures)
    {
        Console.Error.WriteLine(failure);
    }

    Console.WriteLine($"{(failures.Count == 0 ? "PASSED" : "FAILED")}: {done}");
    return failures.Count == 0 ? 0 : 1;
}

SoakThread[] threads = [new("first", duration, Sabotage.None), new("second", duration, sabotage)];

var watch = Stopwatch.StartNew();
while (threads.Any(static thread => thread.IsAlive))
{
    Thread.Sleep(1000);
    Console.WriteLine($"{watch.Elapsed.TotalSeconds,4:F0} s  {string.Join("  |  ", threads.Select(static thread => thread.ToString()))}");
}

foreach (SoakThread thread in threads)
{
    thread.Join();
}

string[] faults = [.. threads.SelectMany(static thread => thread.Faults)];
foreach (string fault in faults)
{
    Console.Error.WriteLine(fault);
}

Console.WriteLine($"{(faults.Length == 0 ? "PASSED" : "FAILED")}: {threads.Length} threads, {GC.CollectionCount(0)} collections, " +
    $"{InterruptSource.SpuriousSignals} spurious signals; {string.Join("; ", threads.Select(static thread => thread.ToString()))}");
return faults.Length == 0 ? 0 : 1;
