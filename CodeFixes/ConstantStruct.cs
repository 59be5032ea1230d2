using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary>
/// A struct that a block fills in a local and hands to one call of native code, and to nobody else: <c>Itimerval every = new() { … };</c>, and assignments to its fields.
/// </summary>
internal sealed class ConstantStruct
{
    private readonly Dictionary<string, IOperation> _fields;

    private ConstantStruct(Dictionary<string, IOperation> fields, ImmutableArray<StatementSyntax> statements)
    {
        _fields = fields;
        Statements = statements;
    }

    /// <summary>The statements that declare and fill it, in their order.</summary>
    public ImmutableArray<StatementSyntax> Statements { get; }

    /// <summary>What is in the fields, by their paths.</summary>
    public IEnumerable<KeyValuePair<string, IOperation>> Fields => _fields;

    /// <summary>The number in a field; 0 where nothing was put there, and <see langword="null"/> where that is no constant.</summary>
    public long? Number(string path) => _fields.TryGetValue(path, out IOperation? value) ? Constant(value) : 0;

    /// <summary>The number that a value is, whatever it is converted to; no pointer is 0.</summary>
    public static long? Constant(IOperation? value) => value switch
    {
        { ConstantValue: { HasValue: true, Value: IConvertible number and (int or long or uint or short or ushort or byte or sbyte) } } => number.ToInt64(CultureInfo.InvariantCulture),
        { ConstantValue: { HasValue: true, Value: null } } or IDefaultValueOperation { Type.SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr } => 0,
        IFieldReferenceOperation { Field: { Name: "Zero", ContainingType.SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr } } => 0,
        IConversionOperation { Operand: { } operand } => Constant(operand),
        IPropertyReferenceOperation { Property: var property } => LibraryMembers.Number(property),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Or, OperatorMethod: null } flags => Constant(flags.LeftOperand) | Constant(flags.RightOperand),
        _ => null,
    };

    /// <summary>The struct whose address is an argument of a statement of the block, if all that is done with it is seen.</summary>
    public static ConstantStruct? Behind(ExpressionSyntax argument, StatementSyntax use, BlockSyntax block, SemanticModel model, CancellationToken cancellationToken)
    {
        if (Variable(argument) is not { } name
            || model.GetSymbolInfo(name, cancellationToken).Symbol is not ILocalSymbol { DeclaringSyntaxReferences: [var reference], Type.TypeKind: TypeKind.Struct } local
            || reference.GetSyntax(cancellationToken) is not VariableDeclaratorSyntax
            {
                Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0 } declaration },
            } declarator
            || declaration.Parent != block)
        {
            return null;
        }

        Dictionary<string, IOperation> fields = new(StringComparer.Ordinal);
        if (declarator.Initializer is { Value: { } first } && (model.GetOperation(first, cancellationToken) is not { } value || !Fill(value, "", fields)))
        {
            return null;
        }

        ImmutableArray<StatementSyntax>.Builder statements = ImmutableArray.CreateBuilder<StatementSyntax>();
        statements.Add(declaration);
        foreach (StatementSyntax statement in block.Statements.Where(statement => statement != declaration && statement != use && Mentions(statement, local) > 0))
        {
            if (Mentions(statement, local) != 1 || statement.SpanStart > use.SpanStart || !IsFilled(statement, local, model, fields, cancellationToken))
            {
                return null;
            }

            statements.Add(statement);
        }

        return Mentions(use, local) == 1 && Mentions(block, local) == statements.Count + 1 ? new(fields, statements.ToImmutable()) : null;
    }

    /// <summary>The variable whose address is given: <c>&amp;x</c>, <c>in x</c>, <c>ref x</c>, <c>out x</c>, <c>x</c>.</summary>
    public static IdentifierNameSyntax? Variable(ExpressionSyntax argument) =>
        (argument is PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.AddressOfExpression } address ? address.Operand : argument) as IdentifierNameSyntax;

    /// <summary>How often a variable is named.</summary>
    public static int Mentions(SyntaxNode node, ILocalSymbol local) =>
        node.DescendantTokens().Count(token => token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText == local.Name);

    // action.sa_flags = 4; or sigemptyset(&action.sa_mask);, which is as good as what is there, or one that holds back more than the dispatcher does not.
    private static bool IsFilled(StatementSyntax statement, ILocalSymbol local, SemanticModel model, Dictionary<string, IOperation> fields, CancellationToken cancellationToken)
    {
        if (statement is not ExpressionStatementSyntax { Expression: var expression })
        {
            return false;
        }

        return model.GetOperation(expression, cancellationToken) switch
        {
            ISimpleAssignmentOperation { Target: var target, Value: var value } => Path(target, local) is { } path && Fill(value, path, fields),
            IInvocationOperation { Arguments: [_] } call => call.TargetMethod.Name is "sigemptyset" or "sigfillset",
            _ => false,
        };
    }

    private static string? Path(IOperation target, ILocalSymbol local) => target switch
    {
        IMemberReferenceOperation { Instance: { } instance } member when Name(member) is { } name => Path(instance, local) is { } before ? Join(before, name) : null,
        ILocalReferenceOperation reference when SymbolEqualityComparer.Default.Equals(reference.Local, local) => "",
        _ => null,
    };

    private static string? Name(IMemberReferenceOperation reference) => reference switch
    {
        IFieldReferenceOperation field => field.Field.Name,
        IPropertyReferenceOperation { Property: var property } when LibraryMembers.IsField(property) => property.Name,
        _ => null,
    };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    // Field by field, and what is new is zero elsewhere.
    private static bool Fill(IOperation value, string path, Dictionary<string, IOperation> fields)
    {
        IOperation bare = value is IConversionOperation { Operand: IObjectCreationOperation or IDefaultValueOperation } conversion ? conversion.Operand : value;
        if (value.Type is not { TypeKind: TypeKind.Struct, SpecialType: SpecialType.None } || bare is not (IObjectCreationOperation or IDefaultValueOperation))
        {
            fields[path] = value;
            return path.Length > 0;
        }

        foreach (string old in fields.Keys.Where(field => path.Length == 0 || field.StartsWith(path + ".", StringComparison.Ordinal)).ToArray())
        {
            fields.Remove(old);
        }

        return bare is IDefaultValueOperation || (bare is IObjectCreationOperation { Constructor.IsImplicitlyDeclared: true } creation && (creation.Initializer is null || Fill(creation.Initializer, path, fields)));
    }

    private static bool Fill(IObjectOrCollectionInitializerOperation initializer, string path, Dictionary<string, IOperation> fields) =>
        initializer.Initializers.All(set => set switch
        {
            ISimpleAssignmentOperation { Target: IMemberReferenceOperation target, Value: var value } when Name(target) is { } name => Fill(value, Join(path, name), fields),
            IMemberInitializerOperation { InitializedMember: IMemberReferenceOperation target, Initializer: var nested } when Name(target) is { } name => Fill(nested, Join(path, name), fields),
            _ => false,
        });
}
