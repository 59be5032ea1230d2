using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Simplification;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Writes by plain operations what <c>Math.Clamp</c> and <c>Math.Abs</c> do to whole numbers, which may throw, and <c>BitOperations.PopCount</c> to 64 bits,
/// which is a call on some processors.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH4003_PlainMathFix))]
[Shared]
public sealed class TH4003_PlainMathFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH4003.PlainMath";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ImplicitThrow, RuleIds.UnknownCall];

    private protected override string FixAllTitle => "Use plain operations";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await Cause.FindAsync<InvocationExpressionSyntax>(document.Project.Solution, diagnostic, static (_, _) => true, cancellationToken).ConfigureAwait(false) is not var (home, call, model)
            || Comments.AreIn(call.DescendantTrivia().Where(trivia => call.Span.Contains(trivia.Span)))
            || model.GetOperation(call, cancellationToken) is not IInvocationOperation { TargetMethod: { } method }
            || call.ArgumentList.Arguments.Any(static argument => argument.NameColon is not null)
            || Replacement(method, call.ArgumentList.Arguments, model, cancellationToken) is not var (title, written))
        {
            return null;
        }

        Edit edit = new(title, home, call, current =>
        {
            ExpressionSyntax changed = SyntaxFactory.ParseExpression(written);
            changed = changed.ReplaceNodes(
                changed.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Where(access => access.Expression.ToString() == Stand),
                (access, _) => TypeNames.Member(method.ContainingType, access.Name.Identifier.ValueText, call, model, home));
            return SyntaxFactory.ParenthesizedExpression(changed).WithAdditionalAnnotations(Simplifier.Annotation).WithTriviaFrom(current);
        });
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    // Stands for the type of the method until its name is known.
    private const string Stand = "__";

    private static (string Title, string Written)? Replacement(
        IMethodSymbol method, SeparatedSyntaxList<ArgumentSyntax> arguments, SemanticModel model, CancellationToken cancellationToken)
    {
        bool isPure = arguments.Count > 0 && Purity.OnlyReads(arguments[0].Expression, model, cancellationToken);
        return (method.ContainingType.ToDisplayString(), method.Name, method.ReturnType.SpecialType, method.Parameters) switch
        {
            ("System.Math", "Clamp", >= SpecialType.System_SByte and <= SpecialType.System_UInt64, [_, _, _]) =>
                ("Use Math.Min and Math.Max", $"{Stand}.Min({Stand}.Max({Text(0)}, {Text(1)}), {Text(2)})"),
            ("System.Math", "Abs", SpecialType.System_Int32 or SpecialType.System_Int64, [_]) when isPure =>
                ("Test the sign, and leave the smallest number as it is", $"unchecked({Operand(0)} < 0 ? -{Operand(0)} : {Operand(0)})"),
            ("System.Numerics.BitOperations", "PopCount", _, [{ Type.SpecialType: SpecialType.System_UInt64 }]) when isPure =>
                ("Count the bits of each half", $"{Stand}.PopCount(unchecked((uint){Operand(0)})) + {Stand}.PopCount((uint)({Operand(0)} >> 32))"),
            _ => null,
        };

        string Text(int argument) => arguments[argument].Expression.ToString();

        string Operand(int argument) => arguments[argument].Expression is IdentifierNameSyntax or MemberAccessExpressionSyntax or ParenthesizedExpressionSyntax
            ? Text(argument) : $"({Text(argument)})";
    }
}
