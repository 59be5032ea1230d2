using System.Reflection;

namespace TopHalf.Verification;

/// <summary>Short names of methods for messages.</summary>
internal static class MethodNames
{
    public static string Of(MethodBase method)
    {
        string type = method.DeclaringType is { } declaring ? Of(declaring) + "." : "";
        return type + method.Name + (method.IsGenericMethod ? Arguments(method.GetGenericArguments()) : "");
    }

    public static string Of(Type type)
    {
        if (!type.IsGenericType)
        {
            return type.Name;
        }

        int tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        return (tick < 0 ? type.Name : type.Name[..tick]) + Arguments(type.GetGenericArguments());
    }

    private static string Arguments(Type[] types) => "<" + string.Join(", ", Array.ConvertAll(types, Of)) + ">";
}
