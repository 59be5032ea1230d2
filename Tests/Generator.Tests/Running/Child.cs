using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using TopHalf.Generator.Material;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Interop;

namespace TopHalf.Generator.Tests.Running;

/// <summary>The process that verifies the handlers of a batch, all of them first, and then runs those that were accepted.</summary>
internal static class Child
{
    public const string Command = "child";

    /// <param name="arguments">Assembly, seed, first number, count, runs of each handler, file for the result.</param>
    public static void Run(ReadOnlySpan<string> arguments)
    {
        Assembly assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(arguments[0]);
        ulong seed = ulong.Parse(arguments[1], CultureInfo.InvariantCulture);
        int first = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        int count = int.Parse(arguments[3], CultureInfo.InvariantCulture);
        int runs = int.Parse(arguments[4], CultureInfo.InvariantCulture);
        using var output = new StreamWriter(arguments[5]) { AutoFlush = true };

        SignalSafeLibC.Initialize();
        output.WriteLine(new Message(Natives: [.. SignalSafeLibC.All().Select(f => (long)f.Address)]).ToLine());
        var accepted = new List<int>();
        for (int index = first; index < first + count; index++)
        {
            Type type = TypeOf(assembly, index);
            HandlerReport report = HandlerVerifier.Verify(HandlerOf(type));
            output.WriteLine(new Message(Verdict: Verdict.Of(index, report), Entries: EntriesOf(type)).ToLine());
            if (report.IsSafe)
            {
                accepted.Add(index);
            }
        }

        if (runs > 0)
        {
            RunAll(assembly, seed, accepted, runs, output);
        }

        output.WriteLine(new Message(Completed: true).ToLine());
    }

    private static void RunAll(Assembly assembly, ulong seed, List<int> accepted, int runs, StreamWriter output)
    {
        using var stress = new GCStress();
        using var victim = new Victim();
        foreach (int index in accepted)
        {
            output.WriteLine(new Message(Starts: index).ToLine());
            Type type = TypeOf(assembly, index);
            var run = new HandlerRun(
                HandlerOf(type),
                type.GetMethod(GeneratedHandler.Reset)!.CreateDelegate<Action>(),
                type.GetMethod(GeneratedHandler.Digest)!.CreateDelegate<Func<ulong>>());
            output.WriteLine(new Message(Run: new RunEnd(index, run.Compare(victim, seed, index, runs) ?? stress.Damage)).ToLine());
        }
    }

    private static Type TypeOf(Assembly assembly, int index) =>
        assembly.GetType($"{GeneratedHandler.Namespace}.{GeneratedHandler.ClassName(index)}", throwOnError: true)!;

    private static Dictionary<long, string> EntriesOf(Type type) =>
        type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(static m => !m.ContainsGenericParameters && (m.Attributes & MethodAttributes.PinvokeImpl) == 0)
            .ToDictionary(static m => (long)m.MethodHandle.GetFunctionPointer(), m => $"{type.FullName}:{m.Name}");

    private static InterruptHandler<State> HandlerOf(Type type) =>
        type.GetMethod(GeneratedHandler.Method)!.CreateDelegate<InterruptHandler<State>>();
}
