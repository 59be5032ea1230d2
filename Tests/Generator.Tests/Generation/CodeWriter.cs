using System.Text;

namespace TopHalf.Generator.Tests.Generation;

/// <summary>Lines of C# text.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _last;

    public int Indent { get; set; }

    public void Line(string line)
    {
        foreach (string part in line.Split('\n'))
        {
            _last = _text.Length;
            _text.Append(' ', Indent * 4).Append(part).Append('\n');
        }
    }

    public void ReplaceLast(string line)
    {
        _text.Length = _last;
        Line(line);
    }

    public override string ToString() => _text.ToString();
}
