using System.Globalization;
using System.Runtime.InteropServices;

namespace TopHalf.Verification;

/// <summary>Names native code by the exported symbol that it lies in, if any, and by its place in its file, for messages.</summary>
internal static unsafe partial class NativeSymbols
{
    public static string Describe(nint address, string library)
    {
        string file = Path.GetFileName(library);
        if (dladdr((void*)address, out DlInfo info) == 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{file} at 0x{address:x}");
        }

        string place = string.Create(CultureInfo.InvariantCulture, $"{file}+0x{address - info.dli_fbase:x}");
        if (info.dli_sname == 0)
        {
            return place;
        }

        nint inside = address - info.dli_saddr;
        string offset = inside == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"+0x{inside:x}");
        return $"{Marshal.PtrToStringUTF8(info.dli_sname)}{offset} ({place})";
    }

    [LibraryImport("libc.so.6")]
    private static partial int dladdr(void* addr, out DlInfo info);

    [StructLayout(LayoutKind.Sequential)]
    private struct DlInfo
    {
        public nint dli_fname;
        public nint dli_fbase;
        public nint dli_sname;
        public nint dli_saddr;
    }
}
