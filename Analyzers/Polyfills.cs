// What the compiler needs for list patterns and netstandard2.0 does not have.
namespace System;

/// <summary>A position from the start of a list; the compiler only names it here.</summary>
internal readonly struct Index(int value, bool fromEnd = false)
{
    public int GetOffset(int length) => fromEnd ? length - value : value;
}
