using System.Reflection;

namespace TopHalf.Verification;

/// <summary>A method that was compiled, verified and found safe.</summary>
/// <param name="Method">The method.</param>
/// <param name="EntryPoint">
/// Address of the verified body itself, behind every stub: nothing re-points it, and bodies of non-collectible methods are never freed.
/// </param>
/// <param name="Report">What the verifier saw.</param>
/// <param name="Cells">What the verified code calls other methods through. The runtime re-points a method by writing its cell.</param>
internal sealed unsafe record VerifiedHandler(MethodInfo Method, nint EntryPoint, HandlerReport Report, IReadOnlyList<CallCell> Cells)
{
    /// <summary>Whether all that the code calls is still what was verified.</summary>
    public bool IsUnchanged()
    {
        foreach (CallCell cell in Cells)
        {
            // SAFETY: cells live as long as their methods, whose code is never freed.
            if (Volatile.Read(ref *(nint*)cell.Address) != cell.Body)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A memory cell that verified code calls through, and the body that it has to lead to.</summary>
internal sealed record CallCell(nint Address, nint Body);
