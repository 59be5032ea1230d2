namespace TopHalf.Verification;

/// <summary>What the runtime says when it is asked for all code that there is.</summary>
/// <param name="Said">What it says.</param>
/// <param name="Failure">Why it could not be asked; null if it was.</param>
internal sealed record MethodListing(MethodEvents Said, string? Failure)
{
    /// <summary>Asks the runtime: for the map of perf(1), which takes it a millisecond, or else for a rundown, which takes up to 100 more.</summary>
    public static MethodListing Ask()
    {
        try
        {
            return new MethodListing(PerfMap.Read() ?? MethodRundown.Read(), null);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return new MethodListing(new MethodEvents(), e.Message);
        }
    }

    /// <summary>Asks of what IL bodies were made that were compiled before TopHalf listened, for the lines of a report.</summary>
    public static void FindMaps(IReadOnlyList<CodeBody> bodies)
    {
        if (!bodies.Any(static body => body is { Said.Map: null, Method: not null }))
        {
            return;
        }

        MethodEvents said;
        try
        {
            said = MethodRundown.Read();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // Lines are a convenience: a report without them is better than none.
            said = new MethodEvents();
        }

        foreach (CodeBody body in bodies)
        {
            if (body is { Said: { Map: null } load, Method: not null })
            {
                body.Said = load with { Map = said.Of(body.Entry)?.Map ?? ILMap.None };
            }
        }
    }
}
