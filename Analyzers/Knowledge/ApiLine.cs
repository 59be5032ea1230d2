namespace TopHalf.Analyzers.Knowledge;

/// <summary>One line of a list that people write; <see cref="ApiTables"/> says what it may be.</summary>
internal sealed class ApiLine
{
    private ApiLine(string[] columns, string comment)
    {
        Columns = columns;
        Comment = comment;
    }

    public string[] Columns { get; }

    public string Id => Columns[0];

    /// <summary>What stands behind the <c>#</c>.</summary>
    public string Comment { get; }

    /// <summary>The text of a column, empty if there is none.</summary>
    public string Column(int index) => index < Columns.Length ? Columns[index] : "";

    /// <summary>Reads a line; null if it holds nothing but a comment.</summary>
    public static ApiLine? Parse(string line)
    {
        // A '#' inside an id stands before "ctor" or "cctor".
        int comment = 0;
        while ((comment = line.IndexOf('#', comment)) >= 0 && comment > 0 && line[comment - 1] == '.')
        {
            comment++;
        }

        string[] columns = [.. (comment < 0 ? line : line.Substring(0, comment)).Split('|').Select(static column => column.Trim())];
        return columns is [""] ? null : new ApiLine(columns, comment < 0 ? "" : line.Substring(comment + 1).Trim());
    }
}
