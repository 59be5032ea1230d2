namespace TopHalf.Sources;

/// <summary>Whose mask it is: "Masks" in InterruptDelivery.cs. All but the last are places in <see cref="Dispatch.SourceMasks"/>.</summary>
internal enum MaskHolder
{
    /// <summary>The thread that the source interrupts.</summary>
    Own,

    /// <summary>The first other thread that masked it.</summary>
    First,

    /// <summary>The second.</summary>
    Second,

    /// <summary>The third.</summary>
    Third,

    /// <summary>Any thread.</summary>
    Others,
}
