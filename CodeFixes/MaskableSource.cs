using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>The one source of a handler, in a <c>using</c> variable of the entry point, where code can name it from its start to its end.</summary>
/// <remarks>
/// Not one in a static field: beside the handler, registration would run within the initialiser that the handler needs, and is refused; in another type, whoever
/// names it first would start it.
/// </remarks>
internal sealed class MaskableSource
{
    private readonly StatementSyntax _using;

    private MaskableSource(string name, StatementSyntax @using)
    {
        Name = name;
        _using = @using;
    }

    /// <summary>Of the variable that has it.</summary>
    public string Name { get; }

    /// <summary>The source that a registration makes, if it is kept so. Another method than the entry point may run twice at the same time, and have two.</summary>
    public static MaskableSource? Of(HandlerStart start, CancellationToken cancellationToken)
    {
        if (start.Lifetime?.Using is not { } statement || !IsOfEntryPoint(statement, start.Model, cancellationToken))
        {
            return null;
        }

        VariableDeclarationSyntax declaration = (statement as LocalDeclarationStatementSyntax)?.Declaration ?? ((UsingStatementSyntax)statement).Declaration!;
        return new(declaration.Variables[0].Identifier.Text, statement);
    }

    /// <summary>
    /// Whether the source is there whenever the statement runs; <see langword="false"/> where it never is, and <see langword="null"/> where that cannot be seen.
    /// </summary>
    public bool? Reach(StatementSyntax statement)
    {
        if (statement.SyntaxTree != _using.SyntaxTree || Functions.Around(statement) != Functions.Around(_using))
        {
            return null;
        }

        return _using is UsingStatementSyntax { Statement: var body } ? body.Span.Contains(statement.Span)
            : (_using.Parent is GlobalStatementSyntax { Parent: var unit } ? unit : _using.Parent)!.Span.Contains(statement.Span) && statement.SpanStart > _using.Span.End;
    }

    private static bool IsOfEntryPoint(StatementSyntax statement, SemanticModel model, CancellationToken cancellationToken) => Functions.Around(statement) switch
    {
        null => statement.FirstAncestorOrSelf<GlobalStatementSyntax>() is not null,
        MethodDeclarationSyntax method => SymbolEqualityComparer.Default.Equals(
            model.GetDeclaredSymbol(method, cancellationToken), model.Compilation.GetEntryPoint(cancellationToken)),
        _ => false,
    };
}
