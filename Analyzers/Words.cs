using Microsoft.CodeAnalysis.Text;

namespace TopHalf.Analyzers;

/// <summary>Whether a word of a text matters.</summary>
/// <param name="word">The word, of one character at least.</param>
/// <param name="before">The last character before it that is not white space; 0 if there is none.</param>
internal delegate bool WordCondition(ReadOnlySpan<char> word, char before);

/// <summary>
/// The words of a source text: names and keywords, those of comments and literals too. What the compiler has parsed is not walked: to look at each of
/// its nodes takes a hundred times as long.
/// </summary>
internal static class Words
{
    private static readonly bool[] s_isOfWord = [.. Enumerable.Range(0, 128).Select(static c => char.IsLetterOrDigit((char)c) || c == '_')];

    /// <summary>Whether a condition holds of any word that begins with one of some characters.</summary>
    /// <remarks>Of a file of ordinary size the compiler has the text as a string, and no copy is made.</remarks>
    public static bool Any(SourceText text, FirstCharacters firsts, WordCondition condition) => Any(text.ToString(), firsts, condition);

    /// <inheritdoc cref="Any(SourceText, FirstCharacters, WordCondition)"/>
    public static bool Any(string text, FirstCharacters firsts, WordCondition condition)
    {
        for (int i = 0; i < text.Length; i++)
        {
            int start = i;
            while (i < text.Length && IsOfWord(text[i]))
            {
                i++;
            }

            if (i > start && firsts.Contain(text[start]) && condition(text.AsSpan(start, i - start), Before(text, start)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfWord(char c) => c <= '\x7F' ? s_isOfWord[c] : char.IsLetterOrDigit(c);

    private static char Before(string text, int start)
    {
        do
        {
            start--;
        }
        while (start >= 0 && char.IsWhiteSpace(text[start]));
        return start < 0 ? '\0' : text[start];
    }
}

/// <summary>The characters that words which are looked for begin with: most words of a text begin with another, and need not be looked at.</summary>
internal sealed class FirstCharacters
{
    private readonly bool[] _ascii = new bool[128];

    // Of the others all are taken, as they are rare.
    public FirstCharacters(IEnumerable<string> words)
    {
        foreach (string word in words)
        {
            if (word.Length > 0 && word[0] < _ascii.Length)
            {
                _ascii[word[0]] = true;
            }
        }
    }

    public bool Contain(char c) => c >= _ascii.Length || _ascii[c];
}

/// <summary>Words to look for, without making a string of each word that is compared.</summary>
internal sealed class WordSet
{
    private readonly Dictionary<int, string[]> _words;

    // For each first character a bit for each length, both of a few bits only: by that alone nearly every word is known not to be among these.
    private readonly ulong[] _lengths = new ulong[128];

    public WordSet(IEnumerable<string> words)
    {
        _words = words.Where(static w => w.Length > 0).Distinct(StringComparer.Ordinal)
            .GroupBy(static w => Hash(w.AsSpan())).ToDictionary(static g => g.Key, static g => g.ToArray());
        foreach (string word in _words.Values.SelectMany(static same => same))
        {
            _lengths[word[0] % 128] |= 1UL << (word.Length % 64);
        }
    }

    public bool IsEmpty => _words.Count == 0;

    public bool Contains(ReadOnlySpan<char> word)
    {
        if (!word.IsEmpty && (_lengths[word[0] % 128] >> (word.Length % 64) & 1) != 0 && _words.TryGetValue(Hash(word), out string[]? candidates))
        {
            foreach (string candidate in candidates)
            {
                if (word.SequenceEqual(candidate.AsSpan()))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // FNV-1a.
    private static int Hash(ReadOnlySpan<char> word)
    {
        uint hash = 2166136261;
        foreach (char c in word)
        {
            hash = (hash ^ c) * 16777619;
        }

        return unchecked((int)hash);
    }
}
