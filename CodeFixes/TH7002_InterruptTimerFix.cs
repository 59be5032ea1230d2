using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Makes an <c>InterruptTimer</c> of a handler that <c>signal</c> or <c>sigaction</c> installs and the timer in the same block that sends its signal, by <c>setitimer</c> or
/// <c>timer_create</c>, with a constant period.
/// </summary>
/// <remarks>
/// Only where that is all: system calls must be restarted, so nobody can wait for the signal but by functions that are made for it, and there is none of those.
/// A method that uses the signal's number, or that others call, is left alone. A thread that holds the signal back leaves it to others, as with a source's thread; unless it is
/// sent to one thread.
/// </remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH7002_InterruptTimerFix))]
[Shared]
public sealed class TH7002_InterruptTimerFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH7002.InterruptTimer";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.RawSignalHandler];

    private protected override string FixAllTitle => "Make InterruptTimers of alarms";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null || SignalTypes.Of(model.Compilation) is not { } types
            || RawInstallation.At(root, diagnostic, model, cancellationToken) is not { Block: { } block, Statement: { } install } installation
            || await RawHandler.OfAsync(installation, document, model, cancellationToken).ConfigureAwait(false) is not { HasPayload: false } handler)
        {
            return null;
        }

        SignalCalls signals = await SignalCalls.OfAsync(document.Project, cancellationToken).ConfigureAwait(false);
        if (signals.Raises(installation) is not { IsEmpty: true }
            || RawTimer.In(block, installation.Signal, signals, model, cancellationToken) is not { } timer
            || NativeStatement.Whole([install, .. timer.Calls], block, cancellationToken) is not { } calls || !IsStartedThen(block, installation, timer, calls)
            || (timer.IsOfThread && (signals.Mask || !await new EntryThread(document.Project, cancellationToken).HasAsync(installation.Call, model).ConfigureAwait(false)))
            || SourceInPlace.Of("InterruptTimer", installation, handler, types, document, model, cancellationToken) is not { } source)
        {
            return null;
        }

        List<(string, ExpressionSyntax)> options = [];
        if (timer.IsOfThread)
        {
            options.Add(("Target", TypeNames.Member(types.Target, "CurrentThread", installation.Call, model, document)));
        }

        if (timer.Due != timer.Period)
        {
            options.Add(("DueTime", Time(timer.Due)));
        }

        return source.Edit("Make an InterruptTimer of it", [.. installation.Setting, .. timer.Setting, .. calls], [Time(timer.Period)], options) is { } edit
            ? await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false) : null;

        InvocationExpressionSyntax Time(long ticks)
        {
            (string unit, long count) = ticks % TimeSpan.TicksPerSecond == 0 ? ("FromSeconds", ticks / TimeSpan.TicksPerSecond)
                : ticks % TimeSpan.TicksPerMillisecond == 0 ? ("FromMilliseconds", ticks / TimeSpan.TicksPerMillisecond) : ticks % 10 == 0 ? ("FromMicroseconds", ticks / 10) : ("FromTicks", ticks);
            return SyntaxFactory.InvocationExpression(
                TypeNames.Member(types.Time, unit, installation.Call, model, document),
                SyntaxFactory.ArgumentList([SyntaxFactory.Argument(SyntaxFactory.ParseExpression(count.ToString(CultureInfo.InvariantCulture)))]));
        }
    }

    // What stands between the two would come before the first interrupt.
    private static bool IsStartedThen(BlockSyntax block, RawInstallation installation, RawTimer timer, ImmutableArray<StatementSyntax> calls)
    {
        int start = timer.Calls[timer.Calls.Length - 1].Statement.SpanStart;
        return start > installation.Call.SpanStart && block.Statements.Where(statement => statement.SpanStart > installation.Call.SpanStart && statement.SpanStart < start)
            .All(statement => timer.Setting.Contains(statement) || calls.Contains(statement));
    }
}
