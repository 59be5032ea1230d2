namespace TopHalf;

/// <summary>What the kernel can count of a thread, and interrupt it for. Values, in this order: hardware's, then the kernel's own.</summary>
public enum CounterEvent
{
    /// <summary>Cycles of the processor. Hardware.</summary>
    CpuCycles,

    /// <summary>Instructions. Hardware.</summary>
    Instructions,

    /// <summary>Accesses of the last cache. Hardware.</summary>
    CacheReferences,

    /// <summary>Misses of the last cache. Hardware.</summary>
    CacheMisses,

    /// <summary>Branches. Hardware.</summary>
    Branches,

    /// <summary>Branches that were predicted wrong. Hardware.</summary>
    BranchMisses,

    /// <summary>Cycles of the bus. Hardware; many processors have none.</summary>
    BusCycles,

    /// <summary>Cycles at the processor's nominal frequency. Hardware.</summary>
    ReferenceCycles,

    /// <summary>Nanoseconds on a processor, by its clock. The kernel's.</summary>
    CpuClock,

    /// <summary>Nanoseconds on a processor, by the thread's clock. The kernel's.</summary>
    TaskClock,

    /// <summary>Page faults. The kernel's.</summary>
    PageFaults,

    /// <summary>Page faults that needed no reading. The kernel's.</summary>
    MinorFaults,

    /// <summary>Page faults that needed reading. The kernel's.</summary>
    MajorFaults,

    /// <summary>Changes to another thread. The kernel's; counted in the kernel, which takes a permission.</summary>
    ContextSwitches,

    /// <summary>Changes to another processor. The kernel's; counted in the kernel, which takes a permission.</summary>
    Migrations,
}
