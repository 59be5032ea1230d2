using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.CodeFixes;

/// <summary>What mends one diagnostic in a file that is no source: an additional file, or an .editorconfig.</summary>
/// <param name="title">What the user reads.</param>
/// <param name="project">The project that has the file.</param>
/// <param name="path">Where the file is, or is to be if there is none.</param>
/// <param name="file">The file, if there is one.</param>
/// <param name="changes">What changes in it; in a new file, what is put into it.</param>
internal sealed class TextEdit(string title, ProjectId project, string path, TextDocument? file, ImmutableArray<TextChange> changes)
{
    /// <summary>What the user reads.</summary>
    public string Title { get; } = title;

    /// <summary>Applies edits that were planned on this solution.</summary>
    public static async Task<Solution> ApplyAsync(Solution solution, IEnumerable<TextEdit> edits, CancellationToken cancellationToken)
    {
        foreach (IGrouping<(ProjectId Project, string Path), TextEdit> inFile in edits.GroupBy(static edit => (edit.Project, edit.Path)))
        {
            TextDocument? existing = inFile.First().File;
            SourceText old = existing is null ? SourceText.From("") : await existing.GetTextAsync(cancellationToken).ConfigureAwait(false);
            SourceText text = old.WithChanges(inFile.SelectMany(static edit => edit.Changes).Distinct().OrderBy(static change => change.Span.Start));
            solution = existing is null
                ? solution.AddAdditionalDocument(DocumentId.CreateNewId(inFile.Key.Project), System.IO.Path.GetFileName(inFile.Key.Path), text, filePath: inFile.Key.Path)
                : solution.GetAnalyzerConfigDocument(existing.Id) is not null ? solution.WithAnalyzerConfigDocumentText(existing.Id, text)
                : solution.WithAdditionalDocumentText(existing.Id, text);
        }

        return solution;
    }

    /// <summary>The change that removes a line, and its end.</summary>
    public static TextChange Without(TextLine line) => new(line.SpanIncludingLineBreak, "");

    private ProjectId Project { get; } = project;

    private string Path { get; } = path;

    private TextDocument? File { get; } = file;

    private ImmutableArray<TextChange> Changes { get; } = changes;
}
