using System.Diagnostics;
using System.Reflection;

namespace TopHalf.Verify;

/// <summary>Verifies what the user named and writes it down: reports to one writer, progress and notes to the other.</summary>
internal sealed class Verification(CommandLine command, TextWriter output, TextWriter notes)
{
    private static readonly TimeSpan s_progressEvery = TimeSpan.FromSeconds(2);

    private int _safe;
    private int _refused;
    private int _skipped;

    /// <returns>The program's exit code.</returns>
    /// <exception cref="UsageException">There is nothing to verify, or it cannot be.</exception>
    public int Run()
    {
        List<HandlerAssembly> assemblies = [.. command.Assemblies.Select(HandlerAssembly.Load)];
        foreach (HandlerAssembly assembly in assemblies)
        {
            foreach (string note in assembly.Notes)
            {
                notes.WriteLine(note);
            }

            // A wrong file given to a CI must not pass for a right one.
            if (assembly.Handlers.Count == 0)
            {
                throw new UsageException($"{Path.GetFileName(assembly.Path)} has no method that is marked [InterruptHandler].");
            }
        }

        MethodInfo[] handlers = [.. assemblies.SelectMany(a => a.Handlers)];
        long last = Stopwatch.GetTimestamp();
        for (int i = 0; i < handlers.Length; i++)
        {
            if (Stopwatch.GetElapsedTime(last) >= s_progressEvery)
            {
                notes.WriteLine($"{i} of {handlers.Length} handlers verified");
                last = Stopwatch.GetTimestamp();
            }

            Verify(handlers[i]);
        }

        output.WriteLine($"{handlers.Length} {(handlers.Length == 1 ? "handler" : "handlers")}: {_safe} safe, {_refused} refused, {_skipped} not verifiable here");
        output.Flush();
        return _refused == 0 ? ExitCode.Success : ExitCode.Refused;
    }

    private void Verify(MethodInfo method)
    {
        string name = $"{method.DeclaringType}.{method.Name}";
        if (method.ContainsGenericParameters)
        {
            _skipped++;
            Write("generic", name, "It is generic: what its code is depends on the types that it is registered with, and registration verifies it.");
            return;
        }

        if (HandlerDelegate(method) is not { } handler)
        {
            _refused++;
            Write("refused", name, "TH0001: It is not a handler. Write a static method: static void OnTick(ref TState state, in InterruptContext context).");
            return;
        }

        HandlerReport report;
        try
        {
            report = HandlerVerifier.Verify(handler);
        }
        catch (TypeInitializationException exception)
        {
            _refused++;
            Write("refused", name, $"The type initialiser of {exception.TypeName}, which has to run before, failed: {exception.InnerException?.Message}");
            return;
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or TypeLoadException or MissingMemberException)
        {
            throw HandlerAssembly.CannotLoad(Path.GetFileName(method.Module.FullyQualifiedName), exception.Message);
        }

        _ = report.IsSafe ? _safe++ : _refused++;
        if (command.Quiet)
        {
            Write(
                report.IsSafe ? "safe" : "refused", name,
                report.IsSafe
                    ? $"{report.Instructions} instructions, {report.StackBytes} bytes of stack"
                    : string.Join(", ", report.Violations.Select(v => v.RuleId).Distinct().Order(StringComparer.Ordinal)));
        }
        else
        {
            output.WriteLine(report);
        }
    }

    private void Write(string verdict, string name, string text)
    {
        if (command.Quiet)
        {
            output.WriteLine($"{verdict,-7}  {name}  {text}");
        }
        else
        {
            output.WriteLine($"{name}: {verdict}\n  {text}\n");
        }
    }

    /// <summary>Null where the method has another signature, or is not static.</summary>
    private static Delegate? HandlerDelegate(MethodInfo method)
    {
        if (!method.IsStatic || method.ReturnType != typeof(void)
            || method.GetParameters() is not [{ ParameterType.IsByRef: true } state, { ParameterType.IsByRef: true } context]
            || context.ParameterType.GetElementType() != typeof(InterruptContext))
        {
            return null;
        }

        try
        {
            Type type = typeof(InterruptHandler<>).MakeGenericType(state.ParameterType.GetElementType()!);
            return method.CreateDelegate(type);
        }
        catch (ArgumentException)
        {
            // The state is not unmanaged, or the parameters are by ref in another way.
            return null;
        }
    }
}
