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

    /// <summary>Whether a condition holds of any word.</summary>
    public static bool Any(SourceText text, WordCondition condition)
    {
        Scan scan = new(condition);
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

    /// <inheritdoc cref="Any(SourceText, WordCondition)"/>
    public static bool Any(string text, WordCondition condition)
    {
        Scan scan = new(condition);
        return scan.Finds(text.AsSpan()) || scan.FindsAtEnd();
    }

    /// <summary>Goes through a text in pieces: a word may begin in one and end in the next.</summary>
    private sealed class Scan(WordCondition condition)
    {
        // A longer one is nothing that is asked for.
        private readonly char[] _word = new char[256];
        private int _length;
        private char _before;
        private char _last;

        public bool Finds(ReadOnlySpan<char> piece)
        {
            foreach (char c in piece)
            {
                if (IsOfWord(c))
                {
                    _before = _length == 0 ? _last : _before;
                    _word[Math.Min(_length, _word.Length - 1)] = c;
                    _length++;
                    _last = c;
                    continue;
                }

                if (FindsAtEnd())
                {
                    return true;
                }

                _length = 0;
                _last = char.IsWhiteSpace(c) ? _last : c;
            }

            return false;
        }

        public bool FindsAtEnd() => _length > 0 && _length < _word.Length && condition(_word.AsSpan(0, _length), _before);

        private static bool IsOfWord(char c) => c switch
        {
            >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_' => true,
            _ => c > '\x7F' && char.IsLetterOrDigit(c),
        };
    }
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
