using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Turns <c>Console.WriteLine($"late by {x} ns")</c> in a handler, and the same of <c>Console.Error</c>, into lines that an <c>InterruptLog</c> in the state puts
/// together and writes: text, whole numbers, hexadecimal ones behind <c>0x</c>, and those with a fixed count of decimals.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH2002_InterruptLogFix))]
[Shared]
public sealed class TH2002_InterruptLogFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH2002.InterruptLog";

    private const string Title = "Write the line by InterruptLog";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.Blocking, RuleIds.StringBuilding, RuleIds.DynamicDispatch];

    private protected override string FixAllTitle => "Write lines by InterruptLog";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model?.Compilation.GetTypeByMetadataName("TopHalf.InterruptLog") is not { } log || !root.FullSpan.Contains(diagnostic.Location.SourceSpan)
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true).AncestorsAndSelf().OfType<InvocationExpressionSyntax>()
                .FirstOrDefault(call => StreamOf(call, "WriteLine", model, cancellationToken) is not null) is not { } line
            || Functions.StatementOf(line, model, cancellationToken) is not { } statement || FollowsPartOfLine(statement, model, cancellationToken)
            || Comments.AreIn(line.DescendantTrivia().Where(trivia => line.Span.Contains(trivia.Span)))
            || DeferToBottomHalfFix.HandlerAround(line, model, cancellationToken) is not { } declaration || Functions.Around(line) != declaration
            || model.GetDeclaredSymbol(declaration, cancellationToken) is not IMethodSymbol { Parameters: [{ Type: INamedTypeSymbol state } parameter, _] } handler
            || PartsOf(line, model, cancellationToken) is not { } parts)
        {
            return null;
        }

        string stream = StreamOf(line, "WriteLine", model, cancellationToken)!;
        IFieldSymbol? present = state.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => field is { IsStatic: false, IsReadOnly: false }
            && SymbolEqualityComparer.Default.Equals(field.Type, log) && model.IsAccessible(line.SpanStart, field));
        string name = present?.Name ?? NameIn(state);
        Edit? edit = null;
        if (present is null && await AddAsync(handler, state, log, name, stream == "Out", document, cancellationToken).ConfigureAwait(false) is var (added, isPossible))
        {
            if (!isPossible)
            {
                return null;
            }

            edit = added;
        }

        StatementSyntax[] statements =
            [.. parts.Append("EndLine()").Select(part => SyntaxFactory.ParseStatement($"{parameter.Name}.{name}.{part};"))];
        edit = new Edit(Title, document, statement, current => Functions.WithStatements(current, Placed(statements, current)).WithAdditionalAnnotations(Formatter.Annotation), edit, Key);
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static StatementSyntax[] Placed(StatementSyntax[] statements, SyntaxNode current) =>
        current is LocalFunctionStatementSyntax or not StatementSyntax ? [.. statements.Select(statement => statement.WithTrailingTrivia(LineEnds.Like(current)))]
        : [.. statements.Select((statement, i) => statement
            .WithLeadingTrivia(i == 0 ? current.GetLeadingTrivia() : default)
            .WithTrailingTrivia(i == statements.Length - 1 ? current.GetTrailingTrivia() : [LineEnds.Like(current)])
            .WithAdditionalAnnotations(Formatter.Annotation))];

    /// <summary>The field of the state. The default writes to standard error; for standard output it is set where the handler is registered.</summary>
    private static async Task<(Edit? Edit, bool IsPossible)> AddAsync(
        IMethodSymbol handler, INamedTypeSymbol state, INamedTypeSymbol log, string name, bool isOutput, Document document, CancellationToken cancellationToken)
    {
        const string Sameness = Key + " field";
        if (StateFields.IsGeneric(handler) || StateFields.Home(state, document.Project, cancellationToken) is not var (home, declaration)
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
        {
            return (null, false);
        }

        Edit? edit = null;
        if (isOutput)
        {
            if (await HandlerStart.OfAsync(handler, document.Project, cancellationToken).ConfigureAwait(false) is not { IsEmpty: false } starts
                || await StateFields.AreReplacedAsync(state, document.Project, cancellationToken).ConfigureAwait(false))
            {
                return (null, false);
            }

            foreach (HandlerStart start in starts)
            {
                bool isKnown = start.Model.LookupNamespacesAndTypes(start.Call.SpanStart, name: log.Name).Contains(log, SymbolEqualityComparer.Default);
                edit = new Edit("", start.Document, start.Call.ArgumentList, current => StateFields.Set(
                    (ArgumentListSyntax)current, start.State, name, $"new {(isKnown ? log.Name : log.ToDisplayString())}(1)",
                    TypeNames.Of(state, start.Call, start.Model, start.Document)), edit, Sameness);
            }
        }

        return (new Edit("", home, declaration, current => StateFields.With(
            (TypeDeclarationSyntax)current, StateFields.Field(StateFields.Accessibility(declaration), log, name, declaration, model, home)), edit, Sameness), true);
    }

    /// <summary>"Out" or "Error", if the call is one of the console's that is named.</summary>
    private static string? StreamOf(SyntaxNode node, string member, SemanticModel model, CancellationToken cancellationToken)
    {
        if (node is not InvocationExpressionSyntax call || model.GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol method || method.Name != member)
        {
            return null;
        }

        return IsConsole(method.ContainingType) ? "Out"
            : call.Expression is MemberAccessExpressionSyntax { Expression: var writer }
                && model.GetSymbolInfo(writer, cancellationToken).Symbol is IPropertySymbol { Name: "Out" or "Error" } stream && IsConsole(stream.ContainingType) ? stream.Name
            : null;

        static bool IsConsole(INamedTypeSymbol? type) => type is { Name: "Console", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } };
    }

    // Console.Write("…"); Console.WriteLine("…"); is one line.
    private static bool FollowsPartOfLine(SyntaxNode statement, SemanticModel model, CancellationToken cancellationToken) =>
        statement.Parent is BlockSyntax block && statement is StatementSyntax own && block.Statements.IndexOf(own) is > 0 and int at
        && block.Statements[at - 1] is ExpressionStatementSyntax { Expression: var before } && StreamOf(before, "Write", model, cancellationToken) is not null;

    private static string NameIn(INamedTypeSymbol state) =>
        Enumerable.Range(1, int.MaxValue).Select(static i => i == 1 ? "Log" : "Log" + i.ToString(CultureInfo.InvariantCulture))
            .First(name => name != state.Name && state.GetMembers(name).IsEmpty);

    /// <summary>The calls of the log that write the same; <see langword="null"/> if it has none.</summary>
    private static List<string>? PartsOf(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken)
    {
        List<string> parts = [];
        string text = "";
        bool isAlike = model.SyntaxTree.Options is CSharpParseOptions { LanguageVersion: >= LanguageVersion.CSharp11 }
            && call.ArgumentList.Arguments is [] or [{ NameColon: null, RefKindKeyword.RawKind: 0 }]
            && call.ArgumentList.Arguments.All(argument => Add(argument.Expression));
        Flush();
        return isAlike ? parts : null;

        void Flush()
        {
            if (text.Length > 0)
            {
                parts.Add($"Write({SyntaxFactory.Literal(text)}u8)");
                text = "";
            }
        }

        bool Add(ExpressionSyntax value)
        {
            switch (value)
            {
                case var constant when model.GetConstantValue(constant, cancellationToken) is { HasValue: true, Value: string or char or sbyte or byte or short or ushort or int or uint or long or ulong } known:
                    text += Convert.ToString(known.Value, CultureInfo.InvariantCulture);
                    return text.All(static c => !char.IsSurrogate(c));

                case ParenthesizedExpressionSyntax { Expression: var inner } when model.GetTypeInfo(inner, cancellationToken).Type?.SpecialType == SpecialType.System_String:
                    return Add(inner);

                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum when model.GetTypeInfo(sum, cancellationToken).Type?.SpecialType == SpecialType.System_String:
                    return Add(sum.Left) && Add(sum.Right);

                case InterpolatedStringExpressionSyntax interpolated:
                    return interpolated.Contents.All(content => content switch
                    {
                        InterpolatedStringTextSyntax literal => AddText(literal),
                        InterpolationSyntax { AlignmentClause: null } hole => AddNumber(hole.Expression, hole.FormatClause?.FormatStringToken.ValueText ?? "") || (hole.FormatClause is null && Add(hole.Expression)),
                        _ => false,
                    });

                default:
                    return AddNumber(value, "");
            }
        }

        bool AddText(InterpolatedStringTextSyntax literal)
        {
            text += literal.TextToken.ValueText.Replace("{{", "{").Replace("}}", "}");
            return text.All(static c => !char.IsSurrogate(c));
        }

        bool AddNumber(ExpressionSyntax value, string format)
        {
            if (model.GetConstantValue(value, cancellationToken).HasValue && format.Length == 0)
            {
                return false;
            }

            string number = value.WithoutTrivia().ToString();
            SpecialType type = model.GetTypeInfo(value, cancellationToken).Type is { TypeKind: not TypeKind.Enum } plain ? plain.SpecialType : SpecialType.None;
            string? part = (type, format) switch
            {
                (SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Int32 or SpecialType.System_UInt32
                    or SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_IntPtr or SpecialType.System_UIntPtr, "") => $"Write({number})",
                (SpecialType.System_Double, ['F', >= '0' and <= '9' and var decimals]) => $"Write({number}, {decimals})",
                (SpecialType.System_Int32, "x") => $"WriteHex(unchecked((uint)({number})))",
                (SpecialType.System_Int64, "x") => $"WriteHex(unchecked((ulong)({number})))",
                (SpecialType.System_UInt32 or SpecialType.System_UInt64, "x") => $"WriteHex({number})",
                _ => null,
            };
            if (part is null)
            {
                return false;
            }

            if (format == "x")
            {
                // The log writes it itself.
                if (!text.EndsWith("0x", StringComparison.Ordinal))
                {
                    return false;
                }

                text = text.Substring(0, text.Length - 2);
            }

            Flush();
            parts.Add(part);
            return true;
        }
    }
}
