using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Keeps a buffer of constant length, which is too large for the stack, in an inline array in the handler's state. It is cleared where it was new.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH1001_StateBufferFix))]
[Shared]
public sealed class TH1001_StateBufferFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH1001.StateBuffer";

    // The state of a source is copied whole by Snapshot.
    private const int LargestSize = 64 * 1024;

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.Allocation, RuleIds.StackBudget];

    private protected override string FixAllTitle => "Keep buffers in the state";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await LocalArray.OfAsync(document, diagnostic, cancellationToken).ConfigureAwait(false) is not
            {
                Size: <= LargestSize, Value: ArrayCreationExpressionSyntax { Initializer: null } or StackAllocArrayCreationExpressionSyntax { Initializer: null },
            } array
            || (array is { Size: <= TH1001_StackAllocFix.LargestSize, MayRunAgain: false, IsLeftUnset: false })
            || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { Compilation: CSharpCompilation { LanguageVersion: >= LanguageVersion.CSharp12 } } model
            || model.Compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.InlineArrayAttribute") is not { } attribute
            || DeferToBottomHalfFix.HandlerAround(array.Statement, model, cancellationToken) is not { } declaration || Functions.Around(array.Statement) != declaration
            || model.GetDeclaredSymbol(declaration, cancellationToken) is not IMethodSymbol { Parameters: [{ Type: INamedTypeSymbol state } parameter, _] } handler
            || StateFields.Home(state, document.Project, cancellationToken) is not var (home, place)
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } homeModel

            // Their names come from its own, and from that of the local, so no other of that name may have the same state.
            || model.Compilation.GetSymbolsWithName(handler.Name, SymbolFilter.Member, cancellationToken).OfType<IMethodSymbol>()
                .Any(other => !SymbolEqualityComparer.Default.Equals(other, handler) && other.Parameters.Any(each => SymbolEqualityComparer.Default.Equals(each.Type, state)))
            || declaration.DescendantTokens().Count(token => token.ValueText == array.Name && token.Parent is VariableDeclaratorSyntax) != 1)
        {
            return null;
        }

        string name = Enumerable.Range(1, int.MaxValue).Select(number => Capital(handler.Name) + Capital(array.Name) + (number == 1 ? "" : number.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            .First(free => state.GetMembers(free).IsEmpty && state.GetMembers(free + "Buffer").IsEmpty && free != state.Name && free + "Buffer" != state.Name);
        string element = UniqueName.For("element", array.Statement, static other => other is LocalDeclarationStatementSyntax, model);
        TypeSyntax span = array.SpanType(document);

        // An empty line follows a block, if there is not one already.
        SyntaxToken next = array.Statement.GetLastToken().GetNextToken();
        bool isFollowed = !(next.IsKind(SyntaxKind.CloseBraceToken) || next.LeadingTrivia is [{ RawKind: (int)SyntaxKind.EndOfLineTrivia }, ..]);
        Edit kept = new("", home, place, current => WithBuffer((TypeDeclarationSyntax)current, name, array, attribute, place, homeModel, home), sameness: Key + name);
        Edit edit = new(
            $"Keep '{array.Name}' in the state", document, array.Statement,
            current => InState((LocalDeclarationStatementSyntax)current, $"{parameter.Name}.{name}", span, array.Element, element, isFollowed), kept);
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static string Capital(string name) => name.TrimStart('_') is { Length: > 0 } bare ? char.ToUpperInvariant(bare[0]) + bare.Substring(1) : "Local";

    private static BlockSyntax InState(LocalDeclarationStatementSyntax statement, string field, TypeSyntax span, ITypeSymbol type, string element, bool isFollowed)
    {
        VariableDeclaratorSyntax declarator = statement.Declaration.Variables[0];
        ExpressionSyntax old = declarator.Initializer!.Value;
        LocalDeclarationStatementSyntax declared = statement
            .WithDeclaration(statement.Declaration.WithType(span.WithTriviaFrom(statement.Declaration.Type))
                .WithVariables([declarator.WithInitializer(declarator.Initializer.WithValue(SyntaxFactory.ParseExpression(field).WithTriviaFrom(old)))]))
            .WithAdditionalAnnotations(Formatter.Annotation);
        SyntaxTrivia end = LineEnds.Like(statement);
        StatementSyntax cleared = SyntaxFactory.ParseStatement(
            $"foreach (ref {type.ToDisplayString()} {element} in {declarator.Identifier.Text})\n{{\n{element} = default;\n}}".Replace("\n", end.ToString()))
            .WithTrailingTrivia(Enumerable.Repeat(SyntaxFactory.EndOfLine(end.ToString()), isFollowed ? 2 : 1)).WithAdditionalAnnotations(Formatter.Annotation);
        return Splice.Of(declared, cleared);
    }

    private static TypeDeclarationSyntax WithBuffer(
        TypeDeclarationSyntax state, string name, LocalArray array, INamedTypeSymbol attribute, SyntaxNode place, SemanticModel model, Document document)
    {
        string accessibility = StateFields.Accessibility(state);
        string lineEnd = LineEnds.Like(place).ToString();
        var field = SyntaxFactory.ParseMemberDeclaration($"{accessibility} {name}Buffer {name};")!;
        var buffer = (StructDeclarationSyntax)SyntaxFactory.ParseMemberDeclaration(
            $"[__Attribute({array.Length})]\n{accessibility} struct {name}Buffer\n{{\nprivate {array.Element.ToDisplayString()} _first;\n}}\n".Replace("\n", lineEnd))!;
        AttributeSyntax marked = buffer.AttributeLists[0].Attributes[0];
        buffer = buffer.ReplaceNode(marked, marked.WithName(TypeNames.Of(attribute, place, model, document)));
        TypeDeclarationSyntax more = StateFields.With(state, field);
        return more.WithMembers(more.Members.Add(buffer
            .WithLeadingTrivia(SyntaxFactory.EndOfLine(lineEnd)).WithTrailingTrivia(SyntaxFactory.EndOfLine(lineEnd)).WithAdditionalAnnotations(Formatter.Annotation)));
    }
}
