using System.Reflection;

namespace TopHalf.Verification;

/// <summary>Short names of methods for messages.</summary>
internal static class MethodNames
{
    public static string Of(MethodBase method)
    {
        string type = method.DeclaringType is { } declaring ? Of(declaring) + "." : "";
        string arguments = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Of))}>" : "";
        return type + method.Name + arguments;
    }

    public static string Of(Type type)
    {
        if (!type.IsGenericType)
        {
            return type.Name;
        }

        int tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        return $"{(tick < 0 ? type.Name : type.Name[..tick])}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>";
    }
}
