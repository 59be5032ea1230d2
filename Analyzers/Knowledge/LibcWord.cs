namespace TopHalf.Analyzers.Knowledge;

/// <summary>Who says what of a function of the C library; the words of LibcApis.txt.</summary>
internal enum LibcWord
{
    /// <summary>On no list, or refused by the notes of the table.</summary>
    Unlisted,

    /// <summary>Not on POSIX's list, and unsafe in glibc.</summary>
    Refused,

    /// <summary>On POSIX's list, but unsafe in glibc.</summary>
    Disputed,

    /// <summary>Safe by the notes of the table.</summary>
    Here,

    /// <summary>Not on POSIX's list, but safe in glibc.</summary>
    Glibc,

    /// <summary>On POSIX's list; glibc's manual does not say.</summary>
    Posix,

    /// <summary>On POSIX's list, and safe in glibc.</summary>
    Both,
}
