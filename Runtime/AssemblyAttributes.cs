// Attributes of the whole assembly.
using System.Runtime.CompilerServices;

// Zeroing of locals would make the JIT call a memory helper in signal context for larger frames.
[module: SkipLocalsInit]
