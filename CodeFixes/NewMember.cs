using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace TopHalf.CodeFixes;

/// <summary>Puts a member that a fix declares in front of another one, with an empty line between the two.</summary>
internal static class NewMember
{
    /// <summary>Before a member, wherever that is by now: other edits may have put members before it, or taken some away.</summary>
    public static TypeDeclarationSyntax Before(TypeDeclarationSyntax type, MemberDeclarationSyntax next, MemberDeclarationSyntax added, SyntaxTrivia lineEnd)
    {
        return Before(type, type.Members.IndexOf(Alike(type)[Alike((TypeDeclarationSyntax)next.Parent!).IndexOf(next)]), added, lineEnd);

        List<MemberDeclarationSyntax> Alike(TypeDeclarationSyntax type) =>
            [.. type.Members.Where(member => member.RawKind == next.RawKind && (member as MethodDeclarationSyntax)?.Identifier.ValueText == (next as MethodDeclarationSyntax)?.Identifier.ValueText)];
    }

    /// <summary>Before a member that no other edit moves.</summary>
    public static TypeDeclarationSyntax Before(TypeDeclarationSyntax type, int index, MemberDeclarationSyntax added, SyntaxTrivia lineEnd)
    {
        // The empty line that is above the other one is above this now.
        MemberDeclarationSyntax next = type.Members[index];
        SyntaxTriviaList leading = next.GetLeadingTrivia();
        SyntaxTriviaList empty = [.. leading.TakeWhile(static trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia))];
        MemberDeclarationSyntax moved = added.WithLeadingTrivia(empty).WithTrailingTrivia(lineEnd, lineEnd).WithAdditionalAnnotations(Formatter.Annotation);
        SyntaxTriviaList rest = [.. leading.Skip(empty.Count)];
        return type.WithMembers(type.Members.Replace(next, next.WithLeadingTrivia(rest)).Insert(index, moved));
    }
}
