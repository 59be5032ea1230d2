using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace TopHalf.Interop;

/// <summary>
/// The runtime's event pipe, by the class of that name in System.Private.CoreLib, which serves EventListener (EventPipe.Internal.cs). CoreCLR
/// only. It is internal, so its shape is checked: that of .NET 8, 9 and 10, which is the same.
/// </summary>
/// <remarks>
/// EventListener itself would not do: it reads the pipe on a thread that sleeps 10 ms between its looks, and drops the maps from machine code to
/// IL.
/// </remarks>
internal static unsafe class EventPipeInternal
{
    /// <summary>The format that a session without a file has, EventPipeSerializationFormat.NetTrace.</summary>
    public const int NetTrace = 1;

    private const BindingFlags Hidden = BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
    private const string Namespace = "System.Diagnostics.Tracing.";

    /// <summary>
    /// <c>ulong Enable(char* outputFile, EventPipeSerializationFormat format, uint circularBufferSizeInMB,
    /// EventPipeProviderConfigurationNative* providers, uint numProviders)</c>: begins a session; 0 where there are too many.
    /// </summary>
    public static readonly delegate*<char*, int, uint, EventPipeProviderConfigurationNative*, uint, ulong> Enable;

    /// <summary><c>bool GetNextEvent(ulong sessionID, EventPipeEventInstanceData* pInstance)</c>: false where there is none at present.</summary>
    public static readonly delegate*<ulong, EventPipeEventInstanceData*, bool> GetNextEvent;

    /// <summary><c>void Disable(ulong sessionID)</c>: ends a session.</summary>
    public static readonly delegate*<ulong, void> Disable;

    /// <summary><c>nint GetProvider(string providerName)</c>: what events of the provider have as their ProviderID.</summary>
    public static readonly delegate*<string, nint> GetProvider;

    [DynamicDependency(DynamicallyAccessedMemberTypes.All, Namespace + nameof(EventPipeInternal), "System.Private.CoreLib")]
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Kept by the line above.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Kept by the line above.")]
    static EventPipeInternal()
    {
        Type? type = RuntimeFeature.IsDynamicCodeSupported ? typeof(object).Assembly.GetType(Namespace + nameof(EventPipeInternal)) : null;
        MethodInfo? enable = Find(type, "Enable", "Char*", "EventPipeSerializationFormat", "UInt32", "EventPipeProviderConfigurationNative*", "UInt32");
        MethodInfo? next = Find(type, "GetNextEvent", "UInt64", "EventPipeEventInstanceData*");
        MethodInfo? disable = Find(type, "Disable", "UInt64");
        MethodInfo? provider = Find(type, "GetProvider", "String");
        if (enable is null || next is null || disable is null || provider is null
            || !IsLike(Pointee(enable, 3), typeof(EventPipeProviderConfigurationNative)) || !IsLike(Pointee(next, 1), typeof(EventPipeEventInstanceData)))
        {
            return;
        }

        // SAFETY: parameters and structures were just found to be what these types say, and methods of CoreLib are never unloaded.
        Enable = (delegate*<char*, int, uint, EventPipeProviderConfigurationNative*, uint, ulong>)enable.MethodHandle.GetFunctionPointer();
        GetNextEvent = (delegate*<ulong, EventPipeEventInstanceData*, bool>)next.MethodHandle.GetFunctionPointer();
        Disable = (delegate*<ulong, void>)disable.MethodHandle.GetFunctionPointer();
        GetProvider = (delegate*<string, nint>)provider.MethodHandle.GetFunctionPointer();
    }

    /// <summary>Whether this runtime has all of it, in the known shape.</summary>
    public static bool IsKnown => Enable != null;

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Kept by the static constructor.")]
    private static MethodInfo? Find(Type? type, string name, params string[] parameters)
    {
        foreach (MethodInfo method in type?.GetMethods(Hidden) ?? [])
        {
            if (method.IsStatic && method.Name == name && HasParameters(method, parameters))
            {
                return method;
            }
        }

        return null;
    }

    private static bool HasParameters(MethodInfo method, string[] types)
    {
        ParameterInfo[] parameters = method.GetParameters();
        bool same = parameters.Length == types.Length;
        for (int i = 0; same && i < types.Length; i++)
        {
            same = parameters[i].ParameterType.Name == types[i];
        }

        return same;
    }

    private static Type Pointee(MethodInfo method, int parameter) => method.GetParameters()[parameter].ParameterType.GetElementType()!;

    // Field by field, so that what is read is what the runtime means.
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Pointed to by parameters of kept methods; without fields nothing is read.")]
    private static bool IsLike(Type theirs, Type ours)
    {
        FieldInfo[] expected = ours.GetFields(Hidden);
        FieldInfo[] fields = theirs.GetFields(Hidden);
        bool same = fields.Length == expected.Length;
        for (int i = 0; same && i < expected.Length; i++)
        {
            same = fields[i].Name == expected[i].Name;
        }

        return same;
    }

    /// <summary>One provider of a session, for <see cref="Enable"/>.</summary>
    internal struct EventPipeProviderConfigurationNative
    {
        public char* m_pProviderName;
        public ulong m_keywords;
        public uint m_loggingLevel;
        public char* m_pFilterData;
    }

    /// <summary>One event, as <see cref="GetNextEvent"/> gives it. Its payload lives until the next one is asked for.</summary>
    internal struct EventPipeEventInstanceData
    {
        public nint ProviderID;
        public uint EventID;
        public uint ThreadID;
        public long TimeStamp;
        public Guid ActivityId;
        public Guid ChildActivityId;
        public byte* Payload;
        public uint PayloadLength;
    }
}
