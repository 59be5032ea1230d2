using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary><c>Itimerval every = new() { … }; setitimer(ITIMER_REAL, &amp;every, null);</c>, with times in microseconds.</summary>
internal sealed class Alarm(LocalDeclarationStatementSyntax setting, ExpressionStatementSyntax start, IMethodSymbol function, long period, long due)
{
    private const int RealTimer = 0;

    /// <summary>In a second.</summary>
    public const long Microseconds = 1_000_000;

    /// <summary>The declaration of the times.</summary>
    public LocalDeclarationStatementSyntax Setting { get; } = setting;

    /// <summary>The call that takes them.</summary>
    public ExpressionStatementSyntax Start { get; } = start;

    /// <summary>What is called.</summary>
    public IMethodSymbol Function { get; } = function;

    public long Period { get; } = period;

    /// <summary>Until it expires first.</summary>
    public long Due { get; } = due;

    /// <summary>The only one that is started in a block, if its times are constants there, and it repeats.</summary>
    public static Alarm? In(BlockSyntax block, SemanticModel model, CancellationToken cancellationToken)
    {
        if (block.Statements.OfType<ExpressionStatementSyntax>().Where(statement => IsStart(statement, model, cancellationToken)).ToArray() is not [var start]
            || ((InvocationExpressionSyntax)start.Expression).ArgumentList.Arguments[1].Expression is not PrefixUnaryExpressionSyntax { Operand: IdentifierNameSyntax name }
            || model.GetSymbolInfo(name, cancellationToken).Symbol is not ILocalSymbol { DeclaringSyntaxReferences: [var reference] } local
            || reference.GetSyntax(cancellationToken) is not VariableDeclaratorSyntax
            {
                Initializer.Value: var value, Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0 } setting },
            }
            || setting.Parent != block || block.DescendantTokens().Count(token => token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText == local.Name) != 2
            || model.GetOperation(value, cancellationToken) is not { } operation || Numbers(operation, "") is not { } numbers)
        {
            return null;
        }

        long period = Sum("it_interval");
        long due = Sum("it_value");
        return period > 0 && due > 0 ? new(setting, start, (IMethodSymbol)model.GetSymbolInfo(start.Expression, cancellationToken).Symbol!, period, due) : null;

        long Sum(string part) => (Of(part + ".tv_sec") * Microseconds) + Of(part + ".tv_usec");

        long Of(string field) => numbers.TryGetValue(field, out long one) ? one : 0;
    }

    private static bool IsStart(ExpressionStatementSyntax statement, SemanticModel model, CancellationToken cancellationToken) =>
        statement.Expression is InvocationExpressionSyntax
        {
            ArgumentList.Arguments: [{ Expression: var which }, { Expression.RawKind: (int)SyntaxKind.AddressOfExpression }, { Expression: var old }],
        } call
        && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { IsExtern: true, Name: "setitimer" }
        && Convert.ToInt64(model.GetConstantValue(which, cancellationToken).Value as IConvertible ?? -1, CultureInfo.InvariantCulture) == RealTimer
        && model.GetConstantValue(old, cancellationToken) is { HasValue: true, Value: null };

    // What an initialiser sets, field by field; null if any of that is no constant, or too much.
    private static Dictionary<string, long>? Numbers(IOperation value, string path)
    {
        if (value.ConstantValue is { HasValue: true, Value: IConvertible number and (int or long or uint or short or byte) })
        {
            long one = number.ToInt64(CultureInfo.InvariantCulture);
            return one is >= 0 and <= int.MaxValue ? new() { [path] = one } : null;
        }

        IObjectOrCollectionInitializerOperation? initializer = value switch
        {
            IConversionOperation { Operand: { } operand } => operand is IObjectCreationOperation { Arguments.IsEmpty: true } inner ? inner.Initializer : null,
            IObjectCreationOperation { Arguments.IsEmpty: true } creation => creation.Initializer,
            IObjectOrCollectionInitializerOperation itself => itself,
            _ => null,
        };
        if (initializer is null)
        {
            return null;
        }

        Dictionary<string, long> numbers = new(StringComparer.Ordinal);
        foreach (IOperation set in initializer.Initializers)
        {
            (IOperation? target, IOperation? content) = set switch
            {
                ISimpleAssignmentOperation assignment => (assignment.Target, assignment.Value),
                IMemberInitializerOperation nested => (nested.InitializedMember, nested.Initializer),
                _ => default((IOperation?, IOperation?)),
            };
            if (target is not IFieldReferenceOperation { Field.Name: { } name } || content is null
                || Numbers(content, path.Length == 0 ? name : $"{path}.{name}") is not { } more)
            {
                return null;
            }

            foreach (KeyValuePair<string, long> one in more)
            {
                numbers[one.Key] = one.Value;
            }
        }

        return numbers;
    }
}
