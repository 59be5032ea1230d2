namespace TopHalf.BclTable;

/// <summary>A processor to compile for: this one, or this one with instruction sets hidden from the JIT.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Environment">Settings of the JIT. Names that a runtime does not know it ignores; they changed with .NET 10.</param>
internal sealed record Processor(string Name, params string[] Environment)
{
    /// <summary>This very processor first, which the table is written on if it has AVX-512, then the one that most fails on.</summary>
    public static IReadOnlyList<Processor> All { get; } =
    [
        new("up to AVX-512"),
        new("x86-64 without any extension", "EnableSSE3", "EnableSSE3_4", "EnableSSE42", "EnableLZCNT", "EnableBMI1", "EnableBMI2", "EnableAES", "EnablePCLMULQDQ", "EnableAVX"),
        new("hardware intrinsics off", "EnableHWIntrinsic"),
        new("without AVX2", "EnableAVX2"),
        new("without AVX-512", "EnableAVX512F", "EnableAVX512"),
    ];
}
