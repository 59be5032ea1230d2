using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Whether places of different names may be one, so that the JIT takes what is read there for the same number. An inlined method may be given one place twice
/// (<c>Distance(in a, in b)</c> for <c>Distance(in x, in x)</c>): what it reaches by a reference, a pointer or as the struct whose method it is carries a mark. So does what is
/// read by a pointer that was cast: a field behind it may lie where an element does behind the pointer itself.
/// </summary>
internal static class ReadPlace
{
    /// <summary>What follows it in a name is what a pointer was cast to.</summary>
    public const char Cast = '|';

    private const char Lent = '&';

    private static readonly char[] s_ends = ['.', '['];

    public static bool IsLent(string name) => name.Length > 0 && name[0] == Lent;

    /// <summary>The name of a place in an inlined method, marked if the caller says where it is.</summary>
    public static string InInlined(IOperation place, string name, IOperation root) => IsLent(place, root) ? Lent + name : name;

    /// <summary>Whether all that is read for one value may be all that is read for another.</summary>
    public static bool MayBeSame(HashSet<string> one, HashSet<string> other) =>
        one.All(name => other.Any(also => MayBeOne(name, also))) && other.All(name => one.Any(also => MayBeOne(name, also)));

    private static bool MayBeOne(string one, string other) => one == other || MayBeLentTwice(one, other) || MayBeCast(one, other);

    // Of two that are reached from different starts, the shorter way may be the end of the longer one.
    private static bool MayBeLentTwice(string one, string other) => (IsLent(one) || IsLent(other)) && Start(one) != Start(other)
        && (Way(one).EndsWith(Way(other), StringComparison.Ordinal) || Way(other).EndsWith(Way(one), StringComparison.Ordinal));

    private static bool MayBeCast(string one, string other) => CastOf(one) != CastOf(other)
        && (one.StartsWith(Uncast(other), StringComparison.Ordinal) || other.StartsWith(Uncast(one), StringComparison.Ordinal));

    private static string Start(string name) => name.IndexOfAny(s_ends) is >= 0 and var end ? name.Substring(0, end) : name;

    // Which element it is says nothing: a pointer may lead to the middle of a buffer. Of what the caller has no say in, any part may be meant.
    private static string Way(string name) => Regex.Replace(IsLent(name) ? name.Substring(Start(name).Length) : $".{name}", @"\[[^\]]*\]", "[]");

    private static string Uncast(string name) => name.IndexOf(Cast) is >= 0 and var cast ? name.Substring(0, cast) : name;

    private static string CastOf(string name) => name.IndexOf(Cast) is >= 0 and var cast ? Start(name.Substring(cast)) : "";

    private static bool IsLent(IOperation place, IOperation root) => place switch
    {
        IInstanceReferenceOperation => true,
        IParameterReferenceOperation { Parameter: var parameter } => parameter.RefKind != RefKind.None || parameter.Type.TypeKind == TypeKind.Pointer,
        ILocalReferenceOperation { Local: var local } => Facts.OnlyValue(local, root) is { } only && IsLent(only, root),
        IFieldReferenceOperation or IPropertyReferenceOperation or IParenthesizedOperation or IConversionOperation or IInlineArrayAccessOperation or IBinaryOperation or IObjectCreationOperation
            or IArgumentOperation or { Kind: OperationKind.None } => place.ChildOperations.FirstOrDefault() is { } first && IsLent(first, root),
        _ => false,
    };
}
