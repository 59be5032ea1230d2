using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Judges a conversion that C# implies without an operation of its own: of the elements of <c>foreach</c>, of the parts of a
/// deconstruction, of the left side of <c>??</c>. Those that are operations, the rules judge.
/// </summary>
internal static class ImpliedConversion
{
    public static void Inspect(Conversion conversion, ITypeSymbol? from, ITypeSymbol? to, bool isChecked, SyntaxNode at, Body body)
    {
        if (!conversion.Exists || conversion.IsIdentity)
        {
            return;
        }

        if (conversion.MethodSymbol is { } method)
        {
            body.Call(method, at);
            Around(method, from, to, isChecked, at, body);
        }
        else if (conversion.IsDynamic)
        {
            body.Report(TH5004_RuntimeService.Instance, at, "converts at run time (dynamic)");
        }
        else if (conversion.IsBoxing)
        {
            body.Report(TH1002_Boxing.Instance, at, $"boxes '{Name(from)}' as '{Name(to)}'");
        }
        else if (conversion.IsUnboxing || (conversion.IsReference && conversion.IsExplicit))
        {
            body.Report(TH4003_ImplicitThrow.Instance, at, $"casts to '{Name(to)}', with a type check");
        }
        else if (conversion.IsReference || conversion.IsNullLiteral || conversion.IsDefaultLiteral || conversion.IsPointer)
        {
            // Nothing happens.
        }
        else if ((conversion.IsNumeric || conversion.IsNullable || conversion.IsEnumeration || conversion.IsIntPtr
            || conversion.IsConstantExpression) && from is not null && to is not null)
        {
            Number(conversion, from, to, isChecked, at, body);
        }
        else
        {
            body.Report(TH0009_CannotBeJudged.Instance, at, $"converts to '{Name(to)}' in a way that this version cannot judge",
                "Convert the values one by one");
        }
    }

    /// <summary>Whether arithmetic at a place is checked for overflow.</summary>
    public static bool IsChecked(SyntaxNode place, Body body)
    {
        foreach (SyntaxNode node in place.Ancestors())
        {
            if (node is CheckedStatementSyntax or CheckedExpressionSyntax)
            {
                return node.RawKind is (int)SyntaxKind.CheckedStatement or (int)SyntaxKind.CheckedExpression;
            }
        }

        return body.Model.Compilation.Options is CSharpCompilationOptions { CheckOverflow: true };
    }

    private static void Number(Conversion conversion, ITypeSymbol from, ITypeSymbol to, bool isChecked, SyntaxNode at, Body body)
    {
        if (TypeFacts.IsDecimal(from) != TypeFacts.IsDecimal(to))
        {
            body.Report(TH5004_RuntimeService.Instance, at, "computes with decimal", "Use long with a fixed scale");
        }
        else if (conversion.IsNullable && conversion.IsExplicit && TypeFacts.Underlying(from) is not null
            && !SymbolEqualityComparer.Default.Equals(TypeFacts.Underlying(from), from)
            && SymbolEqualityComparer.Default.Equals(TypeFacts.Underlying(to), to))
        {
            body.Report(TH4003_ImplicitThrow.Instance, at, "takes the value of a Nullable, which may have none", "Use GetValueOrDefault()");
        }
        else if (isChecked && conversion.IsExplicit)
        {
            body.Report(TH4003_ImplicitThrow.Instance, at, "converts in checked arithmetic",
                "Use unchecked(...), and test the range before");
        }
        else if (conversion.IsNullable && !TypeFacts.IsPrimitive(TypeFacts.Underlying(from)) && !SymbolEqualityComparer.Default.Equals(
            TypeFacts.Underlying(from), TypeFacts.Underlying(to)))
        {
            body.Report(TH0009_CannotBeJudged.Instance, at, $"converts to '{Name(to)}' in a way that this version cannot judge");
        }
    }

    // A user-defined conversion may need a built-in one before it and one after it.
    private static void Around(IMethodSymbol method, ITypeSymbol? from, ITypeSymbol? to, bool isChecked, SyntaxNode at, Body body)
    {
        if (from is null || to is null || method.Parameters is not [{ Type: var parameter }])
        {
            return;
        }

        bool isLifted = IsNullable(from) && IsNullable(to);
        BuiltIn(isLifted && !IsNullable(parameter) ? TypeFacts.Underlying(from)! : from, parameter);
        BuiltIn(method.ReturnType, isLifted && !IsNullable(method.ReturnType) ? TypeFacts.Underlying(to)! : to);

        void BuiltIn(ITypeSymbol source, ITypeSymbol target)
        {
            Conversion conversion = body.Model.Compilation.ClassifyConversion(source, target);
            if (!conversion.IsUserDefined)
            {
                Inspect(conversion, source, target, isChecked, at, body);
            }
        }
    }

    private static bool IsNullable(ITypeSymbol type) => !SymbolEqualityComparer.Default.Equals(TypeFacts.Underlying(type), type);

    private static string Name(ITypeSymbol? type) => type is null ? "a value" : Names.Short(type);
}
