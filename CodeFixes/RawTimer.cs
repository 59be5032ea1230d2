using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// A timer of the kernel's that a block starts with times that are constants there: <c>setitimer(ITIMER_REAL, &amp;every, null);</c>, or
/// <c>timer_create(CLOCK_MONOTONIC, &amp;how, &amp;timer);</c> and <c>timer_settime(timer, 0, &amp;every, null);</c>.
/// </summary>
internal sealed class RawTimer(ImmutableArray<StatementSyntax> setting, ImmutableArray<NativeStatement> calls, long period, long due, bool isOfThread)
{
    private const int Alarm = 14;
    private const long RealTimer = 0;
    private const long Realtime = 0;
    private const long Monotonic = 1;
    private const long NotifySignal = 0;
    private const long NotifyThread = 4;

    // Shorter ones, an InterruptTimer refuses.
    private static readonly long s_shortest = TimeSpan.TicksPerMillisecond / 50;

    /// <summary>What fills the structs that it is given.</summary>
    public ImmutableArray<StatementSyntax> Setting { get; } = setting;

    /// <summary>What makes it and starts it, the last one.</summary>
    public ImmutableArray<NativeStatement> Calls { get; } = calls;

    /// <summary>In ticks of <see cref="TimeSpan"/>, as all times here.</summary>
    public long Period { get; } = period;

    /// <summary>Until it expires first.</summary>
    public long Due { get; } = due;

    /// <summary>Whether the thread that starts it gets the signal, and not the process.</summary>
    public bool IsOfThread { get; } = isOfThread;

    /// <summary>The one that is started in a block and sends a signal, if it is the only one and repeats.</summary>
    public static RawTimer? In(BlockSyntax block, int signal, SignalCalls calls, SemanticModel model, CancellationToken cancellationToken)
    {
        RawTimer? found = null;
        foreach (StatementSyntax statement in block.Statements)
        {
            RawTimer? timer = NativeStatement.Of(statement, block, model, cancellationToken) is { } native
                && model.GetSymbolInfo(native.Call, cancellationToken).Symbol is IMethodSymbol { IsStatic: true } function
                ? NativeCalls.NameOf(function) switch
                {
                    "setitimer" when signal == Alarm && calls.Of("setitimer").Count() == 1 => OfAlarm(native, block, model, cancellationToken),
                    "timer_create" when SendOthers(native.Call, signal, calls, cancellationToken) => OfClock(native, signal, block, model, cancellationToken),
                    _ => null,
                }
                : null;
            if (found is not null && timer is not null)
            {
                return null;
            }

            found ??= timer;
        }

        return found;
    }

    // What other timers send is seen to be another signal.
    private static bool SendOthers(InvocationExpressionSyntax call, int signal, SignalCalls calls, CancellationToken cancellationToken) =>
        calls.Of("timer_create").Where(other => other.Call != call).All(other => other.Call.ArgumentList.Arguments is [_, var how, _]
            && (NativeStatement.IsNothing(how, other.Model, cancellationToken) ? signal != Alarm
                : other.Call.FirstAncestorOrSelf<StatementSyntax>() is { Parent: BlockSyntax block } statement
                    && ConstantStruct.Behind(how.Expression, statement, block, other.Model, cancellationToken)?.Number("sigev_signo") is { } sent && sent != signal));

    private static RawTimer? OfAlarm(NativeStatement start, BlockSyntax block, SemanticModel model, CancellationToken cancellationToken) =>
        start.Call.ArgumentList.Arguments is [{ Expression: var which }, { Expression: var every }, { } old]
        && ConstantStruct.Constant(model.GetOperation(which, cancellationToken)) == RealTimer && NativeStatement.IsNothing(old, model, cancellationToken)
        && ConstantStruct.Behind(every, start.Statement, block, model, cancellationToken) is { } setting
            ? Of(setting.Statements, [start], setting, "tv_usec", TimeSpan.TicksPerMillisecond / 1000, isOfThread: false) : null;

    private static RawTimer? OfClock(NativeStatement create, int signal, BlockSyntax block, SemanticModel model, CancellationToken cancellationToken)
    {
        StatementSyntax creation = create.Statement;

        // A time from now on counts in the same way for both clocks: only a point in time follows what sets the one of them.
        if (create.Call.ArgumentList.Arguments is not [{ Expression: var clock }, var how, { Expression: var id }]
            || ConstantStruct.Constant(model.GetOperation(clock, cancellationToken)) is not (Realtime or Monotonic)
            || Timer(id, model, cancellationToken) is not { DeclaringSyntaxReferences: [var declared] } timer
            || Event(how, creation, signal, block, model, cancellationToken) is not var (settings, isOfThread)
            || block.Statements.Where(statement => statement != creation && !settings.Contains(statement) && ConstantStruct.Mentions(statement, timer) > 0).ToArray() is not { Length: 1 or 2 } uses
            || uses[uses.Length - 1] is not { } start || start.SpanStart < creation.SpanStart || ConstantStruct.Mentions(start, timer) != 1
            || NativeStatement.Of(start, block, model, cancellationToken) is not
            {
                Call: { ArgumentList.Arguments: [{ Expression: IdentifierNameSyntax which }, { Expression: var flags }, { Expression: var every }, { } old] } call
            } arm
            || which.Identifier.ValueText != timer.Name
            || model.GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol { IsStatic: true } function || NativeCalls.NameOf(function) != "timer_settime"
            || ConstantStruct.Constant(model.GetOperation(flags, cancellationToken)) != 0 || !NativeStatement.IsNothing(old, model, cancellationToken)
            || ConstantStruct.Behind(every, start, block, model, cancellationToken) is not { } setting)
        {
            return null;
        }

        // nint timer; or out nint timer
        SyntaxNode place = declared.GetSyntax(cancellationToken);
        bool isOwn = uses.Length == 1 ? creation.Span.Contains(place.Span)
            : uses[0] is LocalDeclarationStatementSyntax { Declaration.Variables: [{ Initializer: null or { Value: LiteralExpressionSyntax } } only] } && only == place;
        return isOwn && ConstantStruct.Mentions(block, timer) == uses.Length + 1
            ? Of([.. uses.Take(uses.Length - 1), .. settings, .. setting.Statements], [create, arm], setting, "tv_nsec", 0, isOfThread) : null;
    }

    // Who gets the signal, and by which statements that is said. Without anything said, it is SIGALRM.
    private static (ImmutableArray<StatementSyntax> Statements, bool IsOfThread)? Event(
        ArgumentSyntax argument, StatementSyntax creation, int signal, BlockSyntax block, SemanticModel model, CancellationToken cancellationToken)
    {
        if (NativeStatement.IsNothing(argument, model, cancellationToken))
        {
            return signal == Alarm ? ([], false) : null;
        }

        if (ConstantStruct.Behind(argument.Expression, creation, block, model, cancellationToken) is not { } setting || setting.Number("sigev_signo") != signal)
        {
            return null;
        }

        KeyValuePair<string, IOperation>[] others = [.. setting.Fields.Where(static field => ConstantStruct.Constant(field.Value) is null)];
        return setting.Number("sigev_notify") switch
        {
            NotifySignal when others.Length == 0 => (setting.Statements, false),
            NotifyThread when others is [{ Key: var field, Value.Syntax: ExpressionSyntax thread }]
                && (field.EndsWith("tid", StringComparison.Ordinal) || field.EndsWith("thread_id", StringComparison.Ordinal))
                && RaisePlace.IsCall(thread, "gettid", model, cancellationToken) => (setting.Statements, true),
            _ => null,
        };
    }

    private static ILocalSymbol? Timer(ExpressionSyntax id, SemanticModel model, CancellationToken cancellationToken) =>
        id is DeclarationExpressionSyntax { Designation: SingleVariableDesignationSyntax designation } ? model.GetDeclaredSymbol(designation, cancellationToken) as ILocalSymbol
            : ConstantStruct.Variable(id) is { } name ? model.GetSymbolInfo(name, cancellationToken).Symbol as ILocalSymbol : null;

    private static RawTimer? Of(ImmutableArray<StatementSyntax> statements, ImmutableArray<NativeStatement> calls, ConstantStruct setting, string part, long ticks, bool isOfThread)
    {
        return setting.Fields.All(static field => ConstantStruct.Constant(field.Value) is >= 0 and <= int.MaxValue)
            && Sum("it_interval") is { } period && period >= s_shortest && Sum("it_value") is { } due and > 0 ? new(statements, calls, period, due, isOfThread) : null;

        // Nanoseconds, where they are whole ticks.
        long? Sum(string time)
        {
            long seconds = setting.Number(time + ".tv_sec")!.Value * TimeSpan.TicksPerSecond;
            long fraction = setting.Number($"{time}.{part}")!.Value;
            return ticks > 0 ? seconds + (fraction * ticks) : fraction % 100 == 0 ? seconds + (fraction / 100) : null;
        }
    }
}
