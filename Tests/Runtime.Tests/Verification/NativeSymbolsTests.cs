using System.Runtime.InteropServices;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

public sealed class NativeSymbolsTests
{
    private static readonly nint s_write = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "write");

    [Fact]
    public void An_exported_function_is_named_with_its_place() =>
        Assert.Matches(@"^(__)?(libc_)?write \(libc\.so\.6\+0x[0-9a-f]+\)$", Describe(s_write));

    [Fact]
    public void An_address_inside_of_a_function_says_how_far() => Assert.Matches(@"^(__)?(libc_)?write\+0x3 \(libc\.so\.6\+0x[0-9a-f]+\)$", Describe(s_write + 3));

    [Fact]
    public void What_no_symbol_covers_is_a_place_in_the_file()
    {
        // An ELF file begins with its header.
        Mapping first = MemoryMap.Read().Mappings.First(static m => m.Path.EndsWith("/libc.so.6", StringComparison.Ordinal));

        Assert.Equal("libc.so.6+0x20", Describe((nint)first.Start + 0x20));
    }

    private static string Describe(nint address) => NativeSymbols.Describe(address, MemoryMap.Read().Library(address)!);
}
