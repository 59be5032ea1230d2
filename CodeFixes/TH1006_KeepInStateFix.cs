using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Has a handler read from its state what it reads from objects and what never changes, such as <c>s_options.Limit</c> or <c>s_samples.Length</c>: a field of the
/// state, set where the handler is registered.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH1006_KeepInStateFix))]
[Shared]
public sealed class TH1006_KeepInStateFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH1006.KeepInState";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ManagedRead];

    private protected override string FixAllTitle => "Keep what never changes in the state";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null || !root.FullSpan.Contains(diagnostic.Location.SourceSpan)
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax found
            || DeferToBottomHalfFix.HandlerAround(found, model, cancellationToken) is not { } declaration
            || model.GetDeclaredSymbol(declaration, cancellationToken) is not IMethodSymbol handler || StateFields.IsGeneric(handler)
            || Value(found, model, cancellationToken) is not { } value
            || handler.Parameters[0].Type is not INamedTypeSymbol state
            || StateFields.Home(state, document.Project, cancellationToken) is not var (stateDocument, stateDeclaration)
            || await HandlerStart.OfAsync(handler, document.Project, cancellationToken).ConfigureAwait(false) is not { IsEmpty: false } starts
            || starts.Any(static start => IsBeforeAll(start.Call))
            || await StateFields.AreReplacedAsync(state, document.Project, cancellationToken).ConfigureAwait(false)
            || await stateDocument.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } stateModel)
        {
            return null;
        }

        string text = DeferToBottomHalfValues.Text(value);
        string name = NameOf(value, state, model, cancellationToken);
        Edit? edit = null;
        foreach (HandlerStart start in starts)
        {
            string there = Qualified(value, start, model, cancellationToken);
            edit = new("", start.Document, start.Call.ArgumentList, current => StateFields.Set(
                (ArgumentListSyntax)current, start.State, name, there, TypeNames.Of(state, start.Call, start.Model, start.Document)), edit, name);
        }

        ITypeSymbol type = model.GetTypeInfo(value, cancellationToken).Type!;
        edit = new("", stateDocument, stateDeclaration, current => StateFields.With(
            (TypeDeclarationSyntax)current, StateFields.Field(StateFields.Accessibility(stateDeclaration), type, name, stateDeclaration, stateModel,
                stateDocument)), edit, name);

        // All reads at once: the next one would make another field.
        foreach (ExpressionSyntax read in declaration.DescendantNodes().OfType<ExpressionSyntax>()
            .Where(each => each.RawKind == value.RawKind && DeferToBottomHalfValues.Text(each) == text && Value(each, model, cancellationToken) == each))
        {
            edit = new($"Keep '{text}' in the state", document, read,
                current => SyntaxFactory.ParseExpression($"{handler.Parameters[0].Name}.{name}").WithTriviaFrom(current), edit, name);
        }

        return edit is null ? null : await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The longest part of an access that starts at what was found, is a plain value, and is the same whenever it is read.</summary>
    private static ExpressionSyntax? Value(ExpressionSyntax found, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax whole = found.Parent is MemberAccessExpressionSyntax named && named.Name == found ? named : found;
        ExpressionSyntax? value = null;
        for (ExpressionSyntax? each = whole; each is not null; each = each.Parent is MemberAccessExpressionSyntax access
            && access.Expression == each ? access : null)
        {
            IOperation? operation = model.GetOperation(each, cancellationToken);
            value = operation is { Type: { IsUnmanagedType: true, IsRefLikeType: false } type } && DeferToBottomHalfValues.SizeOf(type) is not null
                && IsInvariant(operation) && IsRead(operation)
                ? each : value;
        }

        return value;
    }

    private static bool IsInvariant(IOperation? operation) =>
        operation switch
        {
            IFieldReferenceOperation { Instance: null, Field: { IsStatic: true, IsReadOnly: true } } => true,
            IFieldReferenceOperation { Instance: { } instance, Field: { } field } => (field.IsReadOnly || instance.Type?.IsValueType == true)
                && IsInvariant(instance),
            IPropertyReferenceOperation { Property: { SetMethod: null, IsStatic: true } property } => DeferToBottomHalfStatics.IsAutomatic(property),
            IPropertyReferenceOperation { Instance: { } instance, Property: { SetMethod: null, Parameters.IsEmpty: true } property } =>
                ((property.Name == "Length" && (property.ContainingType.SpecialType is SpecialType.System_Array or SpecialType.System_String))
                    || (DeferToBottomHalfStatics.IsAutomatic(property) && !property.IsVirtual && !property.IsOverride && !property.IsAbstract))
                && IsInvariant(instance),
            _ => false,
        };

    private static bool IsRead(IOperation operation) =>
        operation.Parent is not (IAddressOfOperation or INameOfOperation or IInvocationOperation or IArgumentOperation { Parameter.RefKind: not (RefKind.None or RefKind.In) });

    // There, what is set once may not be set yet.
    private static bool IsBeforeAll(SyntaxNode call) =>
        call.Ancestors().Any(static around => around is ConstructorDeclarationSyntax or FieldDeclarationSyntax or PropertyDeclarationSyntax { Initializer: not null });

    private static string NameOf(ExpressionSyntax value, INamedTypeSymbol state, SemanticModel model, CancellationToken cancellationToken)
    {
        string name = string.Concat(value.DescendantNodesAndSelf().OfType<SimpleNameSyntax>()
            .Where(part => model.GetSymbolInfo(part, cancellationToken).Symbol is not INamespaceSymbol)
            .Select(static part => part.Identifier.ValueText).Select(static part =>
            part.StartsWith("s_", StringComparison.Ordinal) ? part.Substring(2) : part.TrimStart('_')).Where(static part => part.Length > 0)
            .Select(static part => char.ToUpperInvariant(part[0]) + part.Substring(1)));
        return Enumerable.Range(1, int.MaxValue).Select(i => i == 1 ? name : name + i.ToString(CultureInfo.InvariantCulture))
            .First(each => each != state.Name && state.GetMembers(each).IsEmpty);
    }

    // As it is written there: with its class, if that is another's.
    private static string Qualified(ExpressionSyntax value, HandlerStart start, SemanticModel model, CancellationToken cancellationToken)
    {
        string text = DeferToBottomHalfValues.Text(value);
        SimpleNameSyntax first = value.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().First();
        return model.GetSymbolInfo(first, cancellationToken).Symbol is { IsStatic: true, ContainingType: { } type } member and not ITypeSymbol
            && !start.Model.LookupSymbols(start.Call.SpanStart, name: member.Name).Contains(member, SymbolEqualityComparer.Default)
            ? $"{type.ToMinimalDisplayString(start.Model, start.Call.SpanStart)}.{text}"
            : text;
    }
}
