namespace TopHalf.Sources;

/// <summary>Whose mask it is: "Masks" in InterruptDelivery.cs.</summary>
internal enum MaskHolder
{
    /// <summary>The thread that the source interrupts.</summary>
    Own,

    /// <summary>The first other thread that masked it.</summary>
    Regular,

    /// <summary>Any thread.</summary>
    Others,
}
