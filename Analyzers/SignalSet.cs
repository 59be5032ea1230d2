using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers;

/// <summary>
/// The signals that are surely in a set, and what it has of parameters of the method around: the signals of one that is a set itself, but for some, and those that are given as numbers.
/// Of what is not known nothing is in it.
/// </summary>
internal sealed class SignalSet(ulong signals, IParameterSymbol? parameter, ulong kept, ImmutableArray<IParameterSymbol> numbers)
{
    public static readonly SignalSet Empty = Of(0);

    public static readonly SignalSet All = Of(ulong.MaxValue);

    /// <summary>Bit n - 1 for the signal n.</summary>
    public ulong Signals { get; } = signals;

    /// <summary>The parameter whose signals it has, too, or null.</summary>
    public IParameterSymbol? Parameter { get; } = parameter;

    /// <summary>Those that it would keep of the parameter's.</summary>
    public ulong Kept { get; } = kept;

    /// <summary>The parameters whose values are numbers of signals in it.</summary>
    public ImmutableArray<IParameterSymbol> Numbers { get; } = numbers;

    /// <summary>Whether nothing about it depends on a parameter.</summary>
    public bool IsConstant => Parameter is null && Numbers.IsEmpty;

    public static SignalSet Of(ulong signals) => new(signals, null, 0, ImmutableArray<IParameterSymbol>.Empty);

    public static SignalSet Of(IParameterSymbol parameter) => new(0, parameter, ulong.MaxValue, ImmutableArray<IParameterSymbol>.Empty);

    public SignalSet With(ulong more) => new(Signals | more, Parameter, Kept, Numbers);

    public SignalSet With(IParameterSymbol number) => new(Signals, Parameter, Kept, Numbers.Add(number));

    /// <summary>Without some, whose numbers may be among those of parameters, which are therefore given up.</summary>
    public SignalSet Without(ulong less) => new(Signals & ~less, Parameter, Kept & ~less, ImmutableArray<IParameterSymbol>.Empty);

    /// <summary>All of both. Of two parameters one is given up.</summary>
    public SignalSet Or(SignalSet other) => Parameter is null || other.Parameter is not null
        ? new(Signals | other.Signals, other.Parameter, other.Kept, Numbers.AddRange(other.Numbers)) : other.Or(this);

    /// <summary>What is in both, parameters given up.</summary>
    public SignalSet And(SignalSet other) => Of(Signals & other.Signals);

    /// <summary>What it is where the method is called.</summary>
    /// <param name="set">What is given for a parameter that is a set.</param>
    /// <param name="number">What is given for one that is a number: a set of one.</param>
    public SignalSet At(Func<IParameterSymbol, SignalSet> set, Func<IParameterSymbol, SignalSet> number)
    {
        SignalSet given = Parameter is null ? Empty : set(Parameter);
        given = new(given.Signals & Kept, given.Parameter, given.Kept & Kept, Kept == ulong.MaxValue ? given.Numbers : ImmutableArray<IParameterSymbol>.Empty);
        return Numbers.Aggregate(given.With(Signals), (sum, each) => sum.Or(number(each)));
    }
}
