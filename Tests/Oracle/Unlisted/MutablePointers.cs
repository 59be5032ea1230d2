// Function pointers in fields that can change. Not among the handlers that the JIT lists: it crashes when it has to print a call through
// such a field, in the runtime that tells it names.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Unlisted;

internal static unsafe class MutablePointers
{
    private static delegate*<int, int> s_managed = &AddThree;
    private static delegate*<int> s_native = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "gettid");

    [Expect(Verdict.Code, Construct.MutablePointer), MethodImpl(Ahead)]
    private static void CallManaged(ref State state, in InterruptContext context) => state.I = s_managed(state.J) + 1;

    [Expect(Verdict.Code, Construct.MutablePointer, Rule = "TH3006", Native = Verdict.Code), MethodImpl(Ahead)]
    private static void CallNative(ref State state, in InterruptContext context) => state.I = s_native() + 1;

    [MethodImpl(Separate)]
    private static int AddThree(int value) => value + 3;
}
