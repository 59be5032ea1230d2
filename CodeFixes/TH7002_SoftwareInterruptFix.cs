using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Makes a <c>SoftwareInterrupt</c> of a handler of a signal that has no meaning of its own (SIGUSR1, SIGUSR2, real-time signals), and <c>Raise</c> of what raises it in the same type.
/// </summary>
/// <remarks>
/// Who raises a signal in its own thread (<c>raise</c>) goes on when the handler has returned: the source interrupts that thread, which must be the entry point's, as otherwise
/// nobody sees which one it is. What goes to the process interrupts the process.
/// </remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH7002_SoftwareInterruptFix))]
[Shared]
public sealed class TH7002_SoftwareInterruptFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH7002.SoftwareInterrupt";

    private const int User1 = 10;
    private const int User2 = 12;
    private const int FirstRealTime = 34;

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.RawSignalHandler];

    private protected override string FixAllTitle => "Make SoftwareInterrupts of signals that the program raises";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null || SignalTypes.Of(model.Compilation) is not { } types
            || RawInstallation.At(root, diagnostic, model, cancellationToken) is not { Signal: User1 or User2 or >= FirstRealTime } installation || !NativeCalls.IsForSources(installation.Signal)
            || await RawHandler.OfAsync(installation, document, model, cancellationToken).ConfigureAwait(false) is not { } handler
            || InstallationCalls(installation, cancellationToken) is not { } statements
            || SourceInPlace.Of("SoftwareInterrupt", installation, handler, types, document, model, cancellationToken) is not { } source)
        {
            return null;
        }

        SignalCalls calls = await SignalCalls.OfAsync(document.Project, cancellationToken).ConfigureAwait(false);
        if (calls.HaveTimers || calls.Raises(installation) is not { IsEmpty: false } raised)
        {
            return null;
        }

        RaisePlace[] places = [.. raised.Select(call => RaisePlace.Of(call, cancellationToken)).OfType<RaisePlace>()];
        if (places.Length != raised.Length || places.Any(place => !source.IsNamedAt(place.Call.Call, place.Call.Model) || Comments.AreWithin(place.Failed ?? place.Call.Call))
            || places.Select(static place => place.IsToThread).Distinct().ToArray() is not [var isToThread]
            || (isToThread && (calls.Mask || !await AreOfOneThreadAsync(installation.Call, model, places, document.Project, cancellationToken).ConfigureAwait(false))))
        {
            return null;
        }

        Edit? edit = null;
        foreach (RaisePlace place in places)
        {
            edit = new("", place.Call.Document, place.Failed ?? place.Call.Call, current => Raise(current, place), edit);
            if (KeptComments.Around(place.Setting) is not { } comments)
            {
                return null;
            }

            foreach (StatementSyntax gone in place.Setting)
            {
                edit = new("", place.Call.Document, gone, static _ => Splice.Of(), edit);
            }

            if (comments.Count > 0)
            {
                edit = new("", place.Call.Document, place.Call.Call.FirstAncestorOrSelf<StatementSyntax>()!, current => KeptComments.Above(current, comments), edit);
            }
        }

        edit = source.Edit(
            "Make a SoftwareInterrupt of it", [.. installation.Setting, .. statements], [],
            [("Target", TypeNames.Member(types.Target, isToThread ? "CurrentThread" : "Process", installation.Call, model, document))], edit);
        return edit is null ? null : await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);

        ExpressionSyntax Raise(SyntaxNode current, RaisePlace place)
        {
            var raise = (InvocationExpressionSyntax)SyntaxFactory.ParseExpression(source.Assigned + ".Raise()");
            raise = place.Payload is { } payload ? raise.AddArgumentListArguments(SyntaxFactory.Argument(payload.WithoutTrivia())) : raise;
            return (place.Failed is null ? raise : (ExpressionSyntax)SyntaxFactory.BinaryExpression(
                SyntaxKind.NotEqualsExpression, raise.WithTrailingTrivia(SyntaxFactory.Space), SyntaxFactory.Token(SyntaxKind.ExclamationEqualsToken).WithTrailingTrivia(SyntaxFactory.Space),
                TypeNames.Member(types.Raised, "Raised", place.Call.Call, place.Call.Model, place.Call.Document))).WithTriviaFrom(current);
        }
    }

    private static ImmutableArray<StatementSyntax>? InstallationCalls(RawInstallation installation, CancellationToken cancellationToken) =>
        installation is { Statement: { } statement, Block: { } block } ? NativeStatement.Whole([statement], block, cancellationToken) : [];

    private static async Task<bool> AreOfOneThreadAsync(
        SyntaxNode installation, SemanticModel model, IEnumerable<RaisePlace> places, Project project, CancellationToken cancellationToken)
    {
        EntryThread thread = new(project, cancellationToken);
        if (!await thread.HasAsync(installation, model).ConfigureAwait(false))
        {
            return false;
        }

        foreach (RaisePlace place in places)
        {
            if (!await thread.HasAsync(place.Call.Call, place.Call.Model).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }
}
