using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.CodeFixes;

/// <summary>The names of what is written anew.</summary>
internal sealed class DeferToBottomHalfNames(string handler, string suffix)
{
    /// <summary>The struct that goes through the queue.</summary>
    public string Event { get; } = handler + "Event" + suffix;

    /// <summary>The writer, in the state.</summary>
    public string Writer { get; } = handler + "Events" + suffix;

    /// <summary>The class that owns the queue and reads it.</summary>
    public string Class { get; } = handler + "BottomHalf" + suffix;

    /// <summary>An object of that class.</summary>
    public string Local { get; } = char.ToLowerInvariant(handler[0]) + handler.Substring(1) + "BottomHalf" + suffix;

    public ImmutableArray<string> All => [Event, Writer, Class, Local];
}

/// <summary>The code that is written anew.</summary>
internal static class DeferToBottomHalfCode
{
    /// <summary>The field that tells which statements an event is about, where there are several.</summary>
    public const string Step = "Step";

    // Stand-ins, for which annotated names are put in.
    private const string Task = "__Task";
    private const string Disposable = "__Disposable";
    private const string Queue = "__Queue";
    private const string WriterType = "__Writer";
    private const string Moved = "__Moved";

    /// <summary>The class, with the runs as they are to be: each a list of statements.</summary>
    public static MemberDeclarationSyntax Class(
        string handler, DeferToBottomHalfNames names, string eventType, string item, bool isPrivate,
        IReadOnlyList<ImmutableArray<StatementSyntax>> runs, SyntaxNode place, SemanticModel model, Document document)
    {
        string body = runs.Count == 1
            ? $"{Moved}0();"
            : string.Join("\nelse ", runs.Select((_, i) => (i < runs.Count - 1 ? $"if ({item}.{Step} == {i})\n" : "\n") + $"{{\n{Moved}{i}();\n}}"));
        string text = $$"""
            /// <summary>Does in ordinary context what '{{handler}}' must not do itself.</summary>
            {{(isPrivate ? "private" : "internal")}} sealed class {{names.Class}} : {{Disposable}}
            {
                private readonly {{Queue}}<{{eventType}}> _events = new(capacity: 4096);
                private readonly {{Task}} _reader;

                public {{names.Class}}() => _reader = {{Task}}.Run(ReadAsync);

                public {{WriterType}}<{{eventType}}> Writer => _events.Writer;

                // Ends when everything written is done. Its exceptions come out here.
                public void Dispose()
                {
                    using (_events)
                    {
                        _events.Complete();
                        _reader.GetAwaiter().GetResult();
                    }
                }

                private async {{Task}} ReadAsync()
                {
                    await foreach ({{eventType}} {{item}} in _events.ReadAllAsync())
                    {
                        {{body}}
                    }
                }
            }
            """;
        MemberDeclarationSyntax member = Parsed(text, place);
        member = member.ReplaceNodes(
            member.DescendantNodes().OfType<QualifiedNameSyntax>().Where(name => name.ToString() == eventType),
                static (name, _) => name.WithAdditionalAnnotations(Simplifier.Annotation));
        for (int i = 0; i < runs.Count; i++)
        {
            string standIn = Moved + i.ToString(CultureInfo.InvariantCulture);
            StatementSyntax statement = member.DescendantNodes().OfType<ExpressionStatementSyntax>()
                .Single(each => each.Expression is InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: { } name } }
                    && name == standIn);
            member = member.ReplaceNode(statement, runs[i]);
        }

        return WithNames(member, place, model, document).WithAdditionalAnnotations(Formatter.Annotation);
    }

    /// <summary>The event.</summary>
    public static MemberDeclarationSyntax Event(
        string handler, DeferToBottomHalfNames names, string modifiers, IEnumerable<(string Name, ITypeSymbol Type)> fields, bool hasStep,
        SyntaxNode place, SemanticModel model, Document document)
    {
        ImmutableArray<(string Name, ITypeSymbol Type)> all = [.. fields];
        string text = string.Join("\n", [
            $"/// <summary>What '{handler}' hands over to its bottom half.</summary>",
            $"{modifiers}struct {names.Event}",
            "{",
            .. hasStep ? [$"public int {Step};"] : Array.Empty<string>(),
            .. all.Select(static (field, i) => $"public __{i} {field.Name};"),
            "}"]);
        MemberDeclarationSyntax member = Parsed(text, place);
        IEnumerable<IdentifierNameSyntax> types = member.DescendantNodes().OfType<IdentifierNameSyntax>()
            .Where(static name => name.Identifier.ValueText.StartsWith("__", StringComparison.Ordinal));
        return member
            .ReplaceNodes(types, (type, _) => StateFields.TypeOf(
                all[int.Parse(type.Identifier.ValueText.Substring(2), CultureInfo.InvariantCulture)].Type, place, model, document).WithTriviaFrom(type))
            .WithAdditionalAnnotations(Formatter.Annotation);
    }

    /// <summary>The writer, as a field of the state.</summary>
    public static MemberDeclarationSyntax Writer(DeferToBottomHalfNames names, string accessibility, SyntaxNode place, SemanticModel model, Document document) =>
        WithNames(SyntaxFactory.ParseMemberDeclaration($"{accessibility} {WriterType}<{names.Event}> {names.Writer};")!, place, model, document);

    /// <summary>What the handler does instead.</summary>
    public static ExpressionSyntax TryWrite(string state, DeferToBottomHalfNames names, TypeSyntax eventType, int? step,
        IEnumerable<KeyValuePair<string, string>> values)
    {
        ImmutableArray<string> set = [.. step is { } number ? [$"{Step} = {number}"] : Array.Empty<string>(), .. values.Select(static value => $"{value.Value} = {value.Key}")];
        ExpressionSyntax expression = SyntaxFactory.ParseExpression($"{state}.{names.Writer}.TryWrite(new __Event{(set.IsEmpty ? "()" : $" {{ {string.Join(", ", set)} }}")})");
        IdentifierNameSyntax standIn = expression.DescendantNodes().OfType<IdentifierNameSyntax>().Single(static name => name.Identifier.ValueText == "__Event");
        return expression.ReplaceNode(standIn, eventType.WithTriviaFrom(standIn));
    }

    /// <summary>The member, on lines of its own behind the one before.</summary>
    public static MemberDeclarationSyntax Behind(MemberDeclarationSyntax member, SyntaxNode place)
    {
        SyntaxTrivia end = EndOfLine(place);
        return member.WithLeadingTrivia(member.GetLeadingTrivia().Insert(0, end)).WithTrailingTrivia(end);
    }

    public static SyntaxTrivia EndOfLine(SyntaxNode place)
    {
        TextLine line = place.SyntaxTree.GetText().Lines[0];
        string text = line.Text!.ToString(TextSpan.FromBounds(line.End, line.EndIncludingLineBreak));
        return SyntaxFactory.EndOfLine(text.Length == 0 ? "\n" : text);
    }

    private static MemberDeclarationSyntax Parsed(string text, SyntaxNode place) =>
        SyntaxFactory.ParseMemberDeclaration(text.Replace("\r", "").Replace("\n", EndOfLine(place).ToString()), options: place.SyntaxTree.Options)!;

    private static MemberDeclarationSyntax WithNames(MemberDeclarationSyntax member, SyntaxNode place, SemanticModel model, Document document)
    {
        Compilation compilation = model.Compilation;
        INamedTypeSymbol number = compilation.GetSpecialType(SpecialType.System_Int64);
        return member.ReplaceNodes(
            member.DescendantNodes().OfType<SimpleNameSyntax>().Where(static name => name.Identifier.ValueText is Task or Disposable or Queue or WriterType),
            (name, _) => (name.Identifier.ValueText switch
            {
                Task when name.Parent is MemberAccessExpressionSyntax => SyntaxFactory.IdentifierName(Task),
                Task => TypeNames.Of(compilation.GetTypeByMetadataName("System.Threading.Tasks.Task")!, place, model, document),
                Disposable => TypeNames.Of(compilation.GetSpecialType(SpecialType.System_IDisposable), place, model, document),
                Queue => Generic("TopHalf.InterruptQueue`1", name),
                _ => Generic("TopHalf.InterruptQueueWriter`1", name),
            }).WithTriviaFrom(name)) is var named
            && named.DescendantNodes().OfType<MemberAccessExpressionSyntax>().FirstOrDefault(static access =>
                access.Expression is IdentifierNameSyntax { Identifier.ValueText: Task }) is { } run
            ? named.ReplaceNode(run, TypeNames.Member(compilation.GetTypeByMetadataName("System.Threading.Tasks.Task")!, "Run", place, model, document)
                .WithTriviaFrom(run))
            : named;

        NameSyntax Generic(string type, SimpleNameSyntax standIn)
        {
            NameSyntax whole = TypeNames.Of(compilation.GetTypeByMetadataName(type)!.Construct(number), place, model, document);
            return whole.ReplaceNode(whole.DescendantNodesAndSelf().OfType<TypeArgumentListSyntax>().Single(), ((GenericNameSyntax)standIn).TypeArgumentList);
        }
    }
}
