using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>
/// What is surely in a set of signals at a place: what the calls and assignments before it, in the order of the text, have put in, those of methods of this compilation that are given the set, or
/// that return it, among them. Branches are not looked at.
/// </summary>
/// <param name="compilation">The program.</param>
/// <param name="model">The model of a file of it.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class SignalSets(Compilation compilation, Func<SyntaxTree, SemanticModel> model, CancellationToken cancellation)
{
    // Helpers that call helpers that call helpers: nobody writes more, and a cycle ends.
    private const int MaximumDepth = 4;

    private readonly ConcurrentDictionary<IMethodSymbol, ImmutableArray<Blocking>> _blocking = new(SymbolEqualityComparer.Default);
    private readonly bool _any = compilation.SyntaxTrees.Any(tree => FileWords.Of(tree, cancellation).NamesSignals);

    /// <summary>What a method blocks of what it is given, itself or by a method that it calls.</summary>
    /// <param name="method">Any method.</param>
    public ImmutableArray<Blocking> BlockedBy(IMethodSymbol method) => MayBlock(method) ? BlockedBy(method, 0) : ImmutableArray<Blocking>.Empty;

    /// <summary>What a call blocks.</summary>
    /// <param name="call">A call of a function that sets the mask (<see cref="SignalMasks.AreSetBy"/>).</param>
    /// <param name="name">Its name.</param>
    public Blocking? Blocked(IInvocationOperation call, string name) => Blocked(call, name, 0);

    /// <summary>What a blocking that depends on parameters is where the method is called.</summary>
    /// <param name="blocking">The blocking.</param>
    /// <param name="call">A call of the method.</param>
    public Blocking? At(Blocking blocking, IInvocationOperation call) => At(blocking, call, 0);

    // Only where a set is named by a function of signals, or handed on to one that may.
    private bool MayBlock(IMethodSymbol method) => _any && method is { MethodKind: MethodKind.Ordinary or MethodKind.LocalFunction, Parameters.IsEmpty: false }
        && !SignalMasks.AreSetBy(Registrations.NativeName(method)) && method.DeclarationsIn(compilation).Any(declaration => FileWords.Of(declaration.SyntaxTree, cancellation).NamesSignals);

    private ImmutableArray<Blocking> BlockedBy(IMethodSymbol method, int depth)
    {
        method = method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition;
        if (_blocking.TryGetValue(method, out ImmutableArray<Blocking> known))
        {
            return known;
        }

        if (depth > MaximumDepth)
        {
            return ImmutableArray<Blocking>.Empty;
        }

        List<Blocking> found = [];
        foreach (IInvocationOperation call in Body(method)?.Descendants().OfType<IInvocationOperation>() ?? [])
        {
            string name = Registrations.NativeName(call.TargetMethod);
            IEnumerable<Blocking?> blocked = SignalMasks.AreSetBy(name) ? [Blocked(call, name, depth)]
                : MayBlock(call.TargetMethod) ? BlockedBy(call.TargetMethod, depth + 1).Select(inner => At(inner, call, depth)) : [];
            found.AddRange(blocked.OfType<Blocking>().Where(blocking => !blocking.IsConstant && blocking.DependsOn(method)));
        }

        // What a cycle has cut short is not kept.
        ImmutableArray<Blocking> all = found.ToImmutableArray();
        return depth == 0 ? _blocking.GetOrAdd(method, all) : all;
    }

    private Blocking? Blocked(IInvocationOperation call, string name, int depth)
    {
        switch (name)
        {
            case "pthread_sigmask" or "sigprocmask" or "rt_sigprocmask" or "thr_sigsetmask" when call.Arguments.Length >= 2:
                IOperation how = SignalMasks.Argument(call, 0);
                IParameterSymbol? chosen = SignalMasks.Number(how) is null ? Parameter(how) : null;
                return SignalMasks.Blocks(SignalMasks.Number(how)) || chosen is not null
                    ? new(Set(SignalMasks.Argument(call, 1), call, depth), chosen, call) : null;
            case "sighold":
                return new(Number(SignalMasks.Argument(call, 0)), null, call);
            case "sigblock" or "sigsetmask" when SignalMasks.Number(SignalMasks.Argument(call, 0)) is { } mask:
                return new(SignalSet.Of((uint)mask), null, call);
            default:
                return null;
        }
    }

    private Blocking? At(Blocking blocking, IInvocationOperation call, int depth)
    {
        IParameterSymbol? how = null;
        if (blocking.How is not null)
        {
            IOperation? argument = Argument(call, blocking.How);
            int? number = argument is null ? null : SignalMasks.Number(argument);
            how = argument is null || number is not null ? null : Parameter(argument);
            if (how is null && !SignalMasks.Blocks(number))
            {
                return null;
            }
        }

        return new(At(blocking.Set, call, depth), how, blocking.Call);
    }

    private SignalSet At(SignalSet set, IInvocationOperation call, int depth) => set.At(
        parameter => Argument(call, parameter) is { } given ? Set(given, call, depth) : SignalSet.Empty,
        number => Argument(call, number) is { } given ? Number(given) : SignalSet.Empty);

    // What an argument has where it is given.
    private SignalSet Set(IOperation argument, IOperation at, int depth) =>
        !argument.ConstantValue.HasValue && Variable(argument) is { } variable ? Before(variable, at.Root(), at, depth) : Value(argument, at, depth);

    // What a variable has at an operation, or at the end of the body.
    private SignalSet Before(ISymbol variable, IOperation body, IOperation? at, int depth) => After(variable switch
    {
        IParameterSymbol { RefKind: not RefKind.Out } parameter => SignalSet.Of(parameter),
        IFieldSymbol { IsStatic: true, IsReadOnly: true } field => Initial(field, depth),
        _ => SignalSet.Empty,
    }, variable, body, at, depth);

    // What it has after what a body does up to an operation.
    private SignalSet After(SignalSet set, ISymbol variable, IOperation body, IOperation? at, int depth)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (IOperation operation in body.Descendants())
        {
            if (operation == at)
            {
                break;
            }

            switch (operation)
            {
                case IVariableDeclaratorOperation declarator when Is(declarator.Symbol):
                    set = declarator.GetVariableInitializer()?.Value is { } initial ? Value(initial, operation, depth) : SignalSet.Empty;
                    break;

                case ISimpleAssignmentOperation assignment when Is(Variable(assignment.Target)):
                    set = Value(assignment.Value, operation, depth);
                    break;

                case ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Or } more when Is(Variable(more.Target)):
                    set = set.Or(Value(more.Value, operation, depth));
                    break;

                // *set = …; of a part nobody knows which signals it has, but adding some takes none away.
                case IAssignmentOperation { Target: { } target } assignment when target.DescendantsAndSelf().Any(part => Is(Variable(part))):
                    set = assignment is ISimpleAssignmentOperation && Places.Pointer(target) is { } pointer && Is(Variable(pointer)) && target.Syntax is PrefixUnaryExpressionSyntax
                        ? Value(assignment.Value, operation, depth)
                        : assignment is ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Or } ? set : SignalSet.Empty;
                    break;

                case IInvocationOperation { Arguments.IsEmpty: false } change:
                    set = change.Arguments.Where(argument => Is(Variable(argument.Value))).Aggregate(set, (former, argument) => Changed(former, change, argument, depth));
                    break;
            }
        }

        return set;

        bool Is(ISymbol? symbol) => SymbolEqualityComparer.Default.Equals(symbol, variable);
    }

    // What a call leaves of a set that it is given.
    private SignalSet Changed(SignalSet set, IInvocationOperation call, IArgumentOperation argument, int depth)
    {
        if (argument.Parameter is not { } parameter || SignalMasks.AreSetBy(Registrations.NativeName(call.TargetMethod)))
        {
            return argument.Parameter?.Ordinal == 1 ? set : SignalSet.Empty; // The second is read, the third written.
        }

        if (parameter.Ordinal == 0)
        {
            SignalSet? number = call.Arguments.Length > 1 ? Number(SignalMasks.Argument(call, 1)) : null;
            switch (Registrations.NativeName(call.TargetMethod))
            {
                case "sigfillset":
                    return SignalSet.All;
                case "sigemptyset":
                    return SignalSet.Empty;
                case "sigaddset" when number is not null:
                    return set.Or(number);
                case "sigdelset" when number is { IsConstant: true, Signals: not 0 }:
                    return set.Without(number.Signals);
                case "sigdelset":
                    return SignalSet.Empty; // Which one is not known.
                case "sigismember":
                    return set;
            }
        }

        bool isRead = parameter.RefKind is RefKind.In || (parameter.RefKind == RefKind.None && parameter.Type is not IPointerTypeSymbol);
        return isRead ? set
            : depth < MaximumDepth && Callee(call.TargetMethod) is { } callee && Body(callee) is { } body
            ? Before(callee.Parameters[parameter.Ordinal], body, null, depth + 1).At(
                other => other.Ordinal == parameter.Ordinal ? set : Argument(call, other) is { } given ? Set(given, call, depth + 1) : SignalSet.Empty,
                other => Argument(call, other) is { } given ? Number(given) : SignalSet.Empty)
            : SignalSet.Empty;
    }

    // What an expression has.
    private SignalSet Value(IOperation value, IOperation at, int depth)
    {
        if (SignalMasks.Constant(value) is { } constant)
        {
            return SignalSet.Of(constant);
        }

        switch (value)
        {
            case IParenthesizedOperation parenthesized:
                return Value(parenthesized.Operand, at, depth);
            case IConversionOperation { OperatorMethod: null } conversion:
                return Value(conversion.Operand, at, depth);
            case IConditionalOperation { WhenFalse: { } otherwise } conditional:
                return Value(conditional.WhenTrue, at, depth).And(Value(otherwise, at, depth));
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Or, OperatorMethod: null } both:
                return Value(both.LeftOperand, at, depth).Or(Value(both.RightOperand, at, depth));
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.And, OperatorMethod: null } both:
                return SignalMasks.Constant(both.RightOperand) is { } kept ? Value(both.LeftOperand, at, depth).Without(~kept)
                    : SignalMasks.Constant(both.LeftOperand) is { } others ? Value(both.RightOperand, at, depth).Without(~others) : SignalSet.Empty;

            // 1UL << (signal - 1)
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.LeftShift, RightOperand: IBinaryOperation { OperatorKind: BinaryOperatorKind.Subtract } less } shift
                when SignalMasks.Constant(shift.LeftOperand) == 1 && SignalMasks.Number(less.RightOperand) == 1:
                return Number(less.LeftOperand);
            case IInvocationOperation call when depth < MaximumDepth && Callee(call.TargetMethod) is { } callee:
                return At(Returned(callee, depth + 1), call, depth + 1);
            case IPropertyReferenceOperation { Property: { IsStatic: true, GetMethod: { } getter }, Arguments.IsEmpty: true } when depth < MaximumDepth && Callee(getter) is { } callee:
                return Returned(callee, depth + 1);
            case { } when depth < MaximumDepth && Variable(value) is { } variable:
                return Before(variable, at.Root(), at, depth + 1);
            default:
                return SignalSet.Empty;
        }
    }

    // What is in whatever a method returns.
    private SignalSet Returned(IMethodSymbol method, int depth)
    {
        SignalSet[] all = [.. (Body(method)?.Descendants().OfType<IReturnOperation>() ?? []).Where(static leave => leave.ReturnedValue is not null)
            .Select(leave => Value(leave.ReturnedValue!, leave, depth))];
        return all.Length == 0 ? SignalSet.Empty : all.Aggregate(static (one, other) => one.And(other));
    }

    // A static that is set once: where it is declared, and what the static constructor does with it.
    private SignalSet Initial(IFieldSymbol field, int depth)
    {
        if (depth >= MaximumDepth)
        {
            return SignalSet.Empty;
        }

        SignalSet set = SignalSet.Empty;
        foreach (EqualsValueClauseSyntax initializer in field.DeclarationsIn(compilation)
            .Select(declaration => (declaration.GetSyntax(cancellation) as VariableDeclaratorSyntax)?.Initializer).OfType<EqualsValueClauseSyntax>())
        {
            if (model(initializer.SyntaxTree).GetOperation(initializer, cancellation) is ISymbolInitializerOperation { Value: { } value })
            {
                set = Value(value, value, depth + 1);
            }
        }

        return field.ContainingType.StaticConstructors.Select(Body).OfType<IOperation>().Aggregate(set, (former, body) => After(former, field, body, null, depth + 1));
    }

    private static SignalSet Number(IOperation operation) => SignalMasks.Number(operation) is { } signal ? SignalSet.Of(SignalMasks.Bit(signal))
        : Parameter(operation) is { } parameter ? SignalSet.Empty.With(parameter) : SignalSet.Empty;

    private static IParameterSymbol? Parameter(IOperation operation) => operation switch
    {
        IConversionOperation { OperatorMethod: null } conversion => Parameter(conversion.Operand),
        IParenthesizedOperation parenthesized => Parameter(parenthesized.Operand),
        IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } => parameter,
        _ => null,
    };

    // The variable that is meant, also by a pointer to it that is never set to another.
    private static ISymbol? Variable(IOperation operation) => SignalMasks.Variable(operation) is ILocalSymbol { Type: IPointerTypeSymbol } local && Places.Variable(operation) is { } reference
        && Facts.OnlyValue(local, reference.Root()) is { } only && Places.Variable(only) is IAddressOfOperation address ? SignalMasks.Variable(address) : SignalMasks.Variable(operation);

    private static IOperation? Argument(IInvocationOperation call, IParameterSymbol parameter) =>
        call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == parameter.Ordinal)?.Value;

    private IMethodSymbol? Callee(IMethodSymbol method)
    {
        method = method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition;
        return method is { IsVirtual: false, IsAbstract: false, IsOverride: false, IsExtern: false } && method.IsDeclaredIn(compilation) ? method : null;
    }

    private IOperation? Body(IMethodSymbol method) => method.DeclarationsIn(compilation).Select(declaration => declaration.GetSyntax(cancellation))
        .Select(syntax => model(syntax.SyntaxTree).GetOperation(syntax, cancellation)).FirstOrDefault(static body => body is not null);
}

/// <summary>That a call blocks signals.</summary>
/// <param name="set">Which.</param>
/// <param name="how">The parameter that says whether it does; null: it does.</param>
/// <param name="call">The call of the C library's function.</param>
internal sealed class Blocking(SignalSet set, IParameterSymbol? how, IInvocationOperation call)
{
    public SignalSet Set { get; } = set;

    public IParameterSymbol? How { get; } = how;

    public IInvocationOperation Call { get; } = call;

    /// <summary>Whether nothing about it depends on a parameter.</summary>
    public bool IsConstant => Set.IsConstant && How is null;

    /// <summary>Whether it depends on parameters of a method, and of no other.</summary>
    public bool DependsOn(IMethodSymbol method) => Set.Numbers.Append(Set.Parameter).Append(How).OfType<IParameterSymbol>()
        .All(parameter => SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, method));
}
