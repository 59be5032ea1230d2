using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// How many facts about values the JIT would have to keep of a method, with what it inlines into it. Most come from tests, two of each: that it holds, and that it does not. There is
/// room for 64, however much is inlined, for 128 in a method of 512 to 1023 bytes of IL, for 256 in one of 1024 to 1535, and from .NET 9 on for 128 in one up to 2047 (optMaxAssertionCount, src/coreclr/jit/assertionprop.cpp). Without them the JIT
/// leaves out no range check that only a test makes superfluous.
/// </summary>
internal static class KeptFacts
{
    // Of 64, 128 and 256: some are kept that are not counted here, as that a reference is not null.
    private const int Most = 60;
    private const int MostOfMedium = 120;
    private const int MostOfLarger = 240;
    private const int MediumIL = 512;
    private const int LargerIL = 1024;
    private const int LargeIL = 1536;
    private const int VeryLargeIL = 2048;

    // From then on there is room for 128 in very large methods, too.
    private const int HasMoreRoom = 9;

    // DEFAULT_MAX_INLINE_SIZE of the JIT is 100: longer methods are inlined only where that is asked for.
    private const int MaybeInlined = 100;

    private const int OfTest = 2;

    // Of the test that the number is within the table.
    private const int OfTable = 2;
    private const int LeastOfTable = 4;
    private const int OfLoop = 6;

    // At least as many as a method of the library brings that the JIT inlines by itself.
    private const int InLibrary = 8;

    /// <summary>
    /// The first index of the method, or of what is inlined into it, whose range check is left out only because of a test; null if there is none, or room enough
    /// for all tests.
    /// </summary>
    public static Effect? Lost(IMethodSymbol method, Engine engine, CancellationToken cancellation)
    {
        MemberEffects own = engine.Direct(method, cancellation);
        int room = own.LeastSize < MediumIL || own.Size >= (OldestRuntime.Of(engine.Compilation) >= HasMoreRoom ? VeryLargeIL : LargeIL) ? Most
            : own.LeastSize >= LargerIL && own.Size < LargeIL ? MostOfLarger : MostOfMedium;
        return engine.Facts(method, cancellation) <= room ? null : new Search(method, room, engine, cancellation).In(method, before: 0);
    }

    /// <summary>At least as many facts as a body brings, without the methods of this compilation that it calls.</summary>
    public static int Of(IOperation root) => root.DescendantsAndSelf().Sum(OfOne);

    private static int OfOne(IOperation operation) => operation switch
    {
        IBinaryOperation { OperatorMethod: null } binary => IsTest(binary) ? OfTest : 0,

        // Before the loop and at its end, that the counter is not negative, and that it is in range.
        IForEachLoopOperation loop => TypeFacts.IsInlineArray(Facts.Unconverted(loop.Collection).Type) ? OfTest + 1 : OfLoop,
        ILoopOperation => OfLoop / 2,

        ISingleValueCaseClauseOperation { Parent.Parent: ISwitchOperation choice } when IsJumpTable(choice) => 0,
        ISwitchOperation choice => IsJumpTable(choice) ? OfTable : 0,

        ISingleValueCaseClauseOperation or IRelationalCaseClauseOperation or IConstantPatternOperation or IRelationalPatternOperation or ITypePatternOperation
            or ICoalesceOperation or ICoalesceAssignmentOperation or IConditionalAccessOperation => OfTest,
        IPropertyReferenceOperation property when Facts.IsElementAccessOfSpan(property) => 1,
        IObjectCreationOperation { Constructor: { DeclaringSyntaxReferences.IsEmpty: true } constructor } creation =>
            creation.Arguments.All(static argument => argument.Value.ConstantValue.HasValue || argument.Value.Type is IPointerTypeSymbol) ? 0 : OfLibrary(constructor),
        IInvocationOperation { TargetMethod.ContainingType: { Name: "Math", ContainingNamespace.Name: "System" } } choice =>
            OfTest * choice.Arguments.Count(static argument => IsBound(argument.Value)),
        IInvocationOperation { TargetMethod: { DeclaringSyntaxReferences.IsEmpty: true } method } => OfLibrary(method),
        _ => 0,
    };

    /// <summary>Whether a callee that has a body here may become a part of the method that calls it.</summary>
    public static bool IsInlined(IMethodSymbol callee, Engine engine, CancellationToken cancellation) =>
        (callee.MethodImplementationFlags & (MethodImplAttributes.NoInlining | MethodImplAttributes.NoOptimization)) == 0
            && ((callee.MethodImplementationFlags & MethodImplAttributes.AggressiveInlining) != 0 || engine.Direct(callee, cancellation).LeastSize <= MaybeInlined);

    // Of floating-point numbers nothing is kept, nor of numbers in 64 bits, nor of two that are both no bound, unless it is that a local is, or is not, a constant.
    private static bool IsTest(IBinaryOperation binary)
    {
        if (binary.OperatorKind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals)
        {
            return (IsLocal(binary.LeftOperand) || IsLocal(binary.RightOperand)) && !TypeFacts.IsFloating(binary.LeftOperand.Type);
        }

        return binary.OperatorKind is BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual
            && binary.LeftOperand.Type is { } type && TypeFacts.Size(type) is <= sizeof(int) && !TypeFacts.IsFloating(type)
            && (IsBound(binary.LeftOperand) || IsBound(binary.RightOperand));
    }

    // A constant, which an argument may be where its method is inlined, or a length.
    private static bool IsBound(IOperation value) => value.ConstantValue.HasValue
        || value.DescendantsAndSelf().Any(static part => part is IParameterReferenceOperation { Parameter.RefKind: RefKind.None } or IPropertyReferenceOperation { Property.Name: "Length" }
            || (part is ILocalReferenceOperation { Local: { } local } && Places.InitialValue(local, part)?.DescendantsAndSelf().Any(IsLengthOrConstant) == true));

    private static bool IsLengthOrConstant(IOperation part) => part.ConstantValue.HasValue || part is IPropertyReferenceOperation { Property.Name: "Length" };

    private static bool IsLocal(IOperation value) => value switch
    {
        IParenthesizedOperation parenthesized => IsLocal(parenthesized.Operand),
        IConversionOperation { OperatorMethod: null } conversion => IsLocal(conversion.Operand),
        IUnaryOperation { OperatorMethod: null } unary => IsLocal(unary.Operand),
        ILocalReferenceOperation or IParameterReferenceOperation => true,
        _ => false,
    };

    // As many different numbers lie so close that the compiler emits one instruction for all of them, from which the JIT learns nothing.
    private static bool IsJumpTable(ISwitchOperation choice)
    {
        if (choice.Value.Type is not { } type || ValueRange.OfType(type) is null || TypeFacts.Size(type) > sizeof(int))
        {
            return false;
        }

        decimal[] numbers = [.. choice.Cases.SelectMany(static section => section.Clauses).OfType<ISingleValueCaseClauseOperation>().Select(static clause => clause.Value.ConstantValue)
            .Where(static constant => constant.HasValue).Select(static constant => Number(constant.Value)).Distinct()];
        return numbers.Length >= LeastOfTable && 2 * numbers.Length > numbers.Max() - numbers.Min() + 1
            && choice.Cases.SelectMany(static section => section.Clauses).All(static clause => clause is ISingleValueCaseClauseOperation { Value.ConstantValue.HasValue: true } or IDefaultCaseClauseOperation);
    }

    private static decimal Number(object? constant) => constant is char character ? character : ((IConvertible)constant!).ToDecimal(System.Globalization.CultureInfo.InvariantCulture);

    private static int OfLibrary(IMethodSymbol method) => (method.MethodImplementationFlags & MethodImplAttributes.NoInlining) != 0 ? 0
        : method.ContainingAssembly?.Name == KnownSymbols.Library ? InLibrary
        : method.ContainingType.Name is "Unsafe" or "Volatile" or "Interlocked" or "BitConverter" or "BitOperations" or "MemoryMarshal" ? 0 : OfTest;

    private static bool NeedsTest(IOperation operation, Body body) => operation switch
    {
        IForEachLoopOperation loop => Facts.IsEnumeratedByIndex(loop),
        IPropertyReferenceOperation property when Facts.IsElementAccessOfSpan(property) =>
            !IsWithin(property.Arguments[0].Value, SpanLength.Of(property.Instance, body.Root), body),
        IInlineArrayAccessOperation access => !IsWithin(access.Argument, TypeFacts.InlineArrayLength(access.Instance.Type), body),
        IImplicitIndexerReferenceOperation slice => SpanLength.Of(slice.Instance, body.Root) is null,
        IInvocationOperation call => SpanLength.IsSlice(call) && SpanLength.Of(call, body.Root) is null,
        _ => false,
    };

    private static bool IsWithin(IOperation index, int? length, Body body) =>
        length is { } known && SeenRange.Of(index, body, isLengthKnown: true) is { } range && range.Low >= 0 && range.High < known;

    /// <summary>
    /// Looks for an index that comes too late. Facts are made in the order of the code: what comes behind an index takes no room from what it needs, unless a loop goes back.
    /// </summary>
    private sealed class Search(IMethodSymbol method, int room, Engine engine, CancellationToken cancellation)
    {
        // How many facts came at most before a method that is inlined: where it is inlined again behind fewer, nothing else is found.
        private readonly Dictionary<IMethodSymbol, int> _seen = new(SymbolEqualityComparer.Default);

        /// <param name="member">The method, or what is inlined into it.</param>
        /// <param name="before">How many facts come before.</param>
        public Effect? In(IMethodSymbol member, int before)
        {
            if (_seen.TryGetValue(member, out int most) && most >= before)
            {
                return null;
            }

            _seen[member] = before;
            Call[] calls = [.. engine.Direct(member, cancellation).Calls.Where(call => IsInlined(call.Target, engine, cancellation))];
            foreach (IOperation root in BodyReader.Bodies(engine, member, cancellation))
            {
                Body body = new(engine, member, engine.Model(root.Syntax.SyntaxTree), root, cancellation);
                if (root.DescendantsAndSelf().FirstOrDefault(operation => NeedsTest(operation, body) && before + Until(End(operation.Syntax, body), root, calls) > room) is { } index)
                {
                    return TH4003_ImplicitThrow.Instance.Forgotten(index, member, method);
                }

                foreach (Call call in calls.Where(call => IsIn(call, root)))
                {
                    int others = Until(End(root.Syntax.FindNode(call.Location.SourceSpan), body), root, calls) - engine.Facts(call.Target, cancellation);
                    if (In(call.Target, before + others) is { } lost)
                    {
                        return lost;
                    }
                }
            }

            return null;
        }

        private int Until(int end, IOperation root, Call[] calls) => root.DescendantsAndSelf().Where(operation => operation.Syntax.SpanStart < end).Sum(OfOne)
            + calls.Where(call => IsIn(call, root) && call.Location.SourceSpan.Start < end).Sum(call => engine.Facts(call.Target, cancellation));

        private static bool IsIn(Call call, IOperation root) => call.Location.SourceTree == root.Syntax.SyntaxTree && root.Syntax.Span.Contains(call.Location.SourceSpan);

        // Of the statement, or of the outermost loop around it. Local functions of generic code are read where they stand, wherever they are called.
        private static int End(SyntaxNode node, Body body)
        {
            if (!body.Instantiation.IsEmpty || IsJumpedBackOver(node, body.Root))
            {
                return body.Root.Syntax.Span.End;
            }

            SyntaxNode[] around = [.. node.AncestorsAndSelf().TakeWhile(ancestor => ancestor != body.Root.Syntax)];
            return (around.LastOrDefault(static ancestor => ancestor is CommonForEachStatementSyntax or ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax)
                ?? around.FirstOrDefault(static ancestor => ancestor is StatementSyntax { Parent: BlockSyntax }) ?? body.Root.Syntax).Span.End;
        }

        // A loop that a label and a goto make.
        private static bool IsJumpedBackOver(SyntaxNode node, IOperation root) => root.DescendantsAndSelf().Any(operation =>
            operation is ILabeledOperation { Label: var label } && operation.Syntax.SpanStart <= node.Span.End && root.DescendantsAndSelf().Any(jump =>
                jump is IBranchOperation { BranchKind: BranchKind.GoTo, Target: var target } && SymbolEqualityComparer.Default.Equals(target, label) && jump.Syntax.Span.End >= node.SpanStart));
    }
}
