using Microsoft.CodeAnalysis.Text;

namespace TopHalf.Analyzers;

/// <summary>Whether a word of a text matters.</summary>
/// <param name="word">The word.</param>
/// <param name="before">The last character before it that is not white space.</param>
internal delegate bool WordCondition(ReadOnlySpan<char> word, char before);

/// <summary>
/// The words of a source text: names and keywords, those of comments and literals too. What the compiler has parsed is not walked: to look at each of
/// its nodes takes a hundred times as long.
/// </summary>
internal static class Words
{
    private const int PieceSize = 4096;

    // Stands for whatever a word ends with.
    private const char AnyOfWord = '_';

    private static readonly bool[] s_isOfWord = [.. Enumerable.Range(0, 128).Select(static c => char.IsLetterOrDigit((char)c) || c == '_')];

    /// <summary>Whether a condition holds of any word that begins with one of some characters.</summary>
    public static bool Any(SourceText text, FirstCharacters firsts, WordCondition condition)
    {
        Scan scan = new(firsts, condition);
        char[] piece = new char[PieceSize];
        for (int start = 0; start < text.Length; start += PieceSize)
        {
            int length = Math.Min(PieceSize, text.Length - start);
            text.CopyTo(start, piece, 0, length);
            if (scan.Finds(piece.AsSpan(0, length)))
            {
                return true;
            }
        }

        return scan.FindsAtEnd();
    }

    /// <inheritdoc cref="Any(SourceText, FirstCharacters, WordCondition)"/>
    public static bool Any(string text, FirstCharacters firsts, WordCondition condition)
    {
        Scan scan = new(firsts, condition);
        return scan.Finds(text.AsSpan()) || scan.FindsAtEnd();
    }

    private static bool IsOfWord(char c) => c <= '\x7F' ? s_isOfWord[c] : char.IsLetterOrDigit(c);

    /// <summary>Goes through a text in pieces: a word may begin in one and end in the next.</summary>
    private sealed class Scan(FirstCharacters firsts, WordCondition condition)
    {
        // A longer one is nothing that is asked for.
        private readonly char[] _word = new char[256];
        private bool _isInWord;
        private bool _isWanted;
        private int _length;
        private char _before;
        private char _last;

        public bool Finds(ReadOnlySpan<char> piece)
        {
            foreach (char c in piece)
            {
                if (IsOfWord(c))
                {
                    if (!_isInWord)
                    {
                        _isInWord = true;
                        _isWanted = firsts.Contain(c);
                        _before = _last;
                        _length = 0;
                    }

                    if (_isWanted)
                    {
                        _word[Math.Min(_length, _word.Length - 1)] = c;
                        _length++;
                    }

                    continue;
                }

                if (_isInWord)
                {
                    if (FindsAtEnd())
                    {
                        return true;
                    }

                    _isInWord = false;
                    _last = AnyOfWord;
                }

                _last = char.IsWhiteSpace(c) ? _last : c;
            }

            return false;
        }

        public bool FindsAtEnd() => _isInWord && _isWanted && _length < _word.Length && condition(_word.AsSpan(0, _length), _before);
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

    public WordSet(IEnumerable<string> words) => _words = words.Distinct(StringComparer.Ordinal)
        .GroupBy(static w => Hash(w.AsSpan())).ToDictionary(static g => g.Key, static g => g.ToArray());

    public bool IsEmpty => _words.Count == 0;

    public bool Contains(ReadOnlySpan<char> word)
    {
        if (_words.TryGetValue(Hash(word), out string[]? candidates))
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
