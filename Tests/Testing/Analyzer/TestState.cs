using System.Collections;
using Microsoft.CodeAnalysis;

namespace TopHalf.Testing;

/// <summary>What a test compiles, and what it expects of it.</summary>
public sealed class TestState
{
    /// <summary>The sources, with markup. One that is added without a path is <c>/0/Test0.cs</c>, <c>/0/Test1.cs</c> and so on.</summary>
    public TestFileList Sources { get; } = new(index => $"/0/Test{index}.cs");

    /// <summary>Additional files: path and text.</summary>
    public TestFileList AdditionalFiles { get; } = new(index => $"/0/Additional{index}.txt");

    /// <summary>Analyzer configuration: path (<c>/.editorconfig</c> reaches every source, a global one may have any name) and text.</summary>
    public TestFileList AnalyzerConfigFiles { get; } = new(index => index == 0 ? "/.editorconfig" : $"/{index}.globalconfig");

    /// <summary>The framework and TopHalf itself: by default those that the tests are built with.</summary>
    public IReadOnlyList<MetadataReference> References { get; set; } = TestReferences.All;

    /// <summary>References beyond those.</summary>
    public IList<MetadataReference> AdditionalReferences { get; } = [];

    /// <summary>What is expected beside the diagnostics that the markup names.</summary>
    public List<DiagnosticResult> ExpectedDiagnostics { get; } = [];

    /// <summary>Library by default; top-level statements need an application.</summary>
    public OutputKind OutputKind { get; set; } = OutputKind.DynamicallyLinkedLibrary;
}

/// <summary>A file of a test.</summary>
/// <param name="Path">An absolute path with forward slashes. It exists in the compilation only.</param>
/// <param name="Text">The content.</param>
public readonly record struct TestFile(string Path, string Text)
{
    /// <summary>Lets a collection initialiser take a tuple.</summary>
    public static implicit operator TestFile((string Path, string Text) file) => new(file.Path, file.Text);
}

/// <summary>An ordered list of files, which names those that come without a path.</summary>
public sealed class TestFileList(Func<int, string> defaultPath) : IEnumerable<TestFile>
{
    private readonly List<TestFile> _files = [];

    /// <summary>How many.</summary>
    public int Count => _files.Count;

    /// <summary>Adds a file under the default path of its position.</summary>
    public void Add(string text) => _files.Add(new TestFile(defaultPath(_files.Count), text));

    /// <summary>Adds a file under its path.</summary>
    public void Add(TestFile file) => _files.Add(file);

    /// <inheritdoc/>
    public IEnumerator<TestFile> GetEnumerator() => _files.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
