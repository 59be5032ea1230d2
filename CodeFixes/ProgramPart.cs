using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace TopHalf.CodeFixes;

/// <summary>The part of the class <c>Program</c> that the file with the top-level statements declares, for what these keep longer than a local lives.</summary>
internal static class ProgramPart
{
    private const string Name = "Program";

    /// <summary>The file with a member of the program, in the part that is there, or in one at its end.</summary>
    public static CompilationUnitSyntax With(CompilationUnitSyntax unit, MemberDeclarationSyntax member, SyntaxTrivia lineEnd)
    {
        MemberDeclarationSyntax added = member.WithTrailingTrivia(lineEnd).WithAdditionalAnnotations(Formatter.Annotation);
        if (unit.Members.OfType<ClassDeclarationSyntax>().FirstOrDefault(static part => part.Identifier.ValueText == Name && part.Modifiers.Any(SyntaxKind.PartialKeyword)) is { } own)
        {
            return unit.ReplaceNode(own, own.Members.Count == 0 ? own.AddMembers(added) : own.WithMembers(own.Members.Insert(0, added)));
        }

        ClassDeclarationSyntax part = SyntaxFactory.ClassDeclaration(
            default, [SyntaxFactory.Token(SyntaxKind.PartialKeyword).WithTrailingTrivia(SyntaxFactory.Space)], SyntaxFactory.Token(SyntaxKind.ClassKeyword).WithTrailingTrivia(SyntaxFactory.Space),
            SyntaxFactory.Identifier(Name).WithTrailingTrivia(lineEnd), null, null, null, default, SyntaxFactory.Token(SyntaxKind.OpenBraceToken).WithTrailingTrivia(lineEnd),
            [added], SyntaxFactory.Token(SyntaxKind.CloseBraceToken).WithTrailingTrivia(lineEnd), default);
        return unit.AddMembers(part.WithLeadingTrivia(lineEnd).WithAdditionalAnnotations(Formatter.Annotation));
    }
}
