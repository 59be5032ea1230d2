namespace TopHalf.Sources;

/// <summary>A piece of memory that a handler uses.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="IsWritable">Whether it is written to.</param>
internal readonly record struct MemoryRange(nint Start, nint Length, bool IsWritable)
{
    /// <summary>The pages that it lies on.</summary>
    public IEnumerable<nint> Pages
    {
        get
        {
            nint size = Environment.SystemPageSize;
            for (nint page = Start / size * size; page < Start + Length; page += size)
            {
                yield return page;
            }
        }
    }
}
