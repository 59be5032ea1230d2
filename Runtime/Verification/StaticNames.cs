using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace TopHalf.Verification;

/// <summary>
/// Says what lies at a fixed address: a static field that the IL of the judged methods names, or else the kind of memory. For reports only:
/// no verdict depends on it, and nothing of it is done before somebody reads the report.
/// </summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Runs on CoreCLR only: there is no IL on NativeAOT.")]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Runs on CoreCLR only: there is no IL on NativeAOT.")]
internal sealed class StaticNames
{
    private readonly List<(nint Start, int Size, string Name)> _fields = [];
    private readonly MemoryMap _map = MemoryMap.Read();
    private readonly IReadOnlyList<CodeBody> _bodies;

    public StaticNames(IReadOnlyList<MethodBase> methods, IReadOnlyList<CodeBody> bodies)
    {
        _bodies = bodies;
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            foreach (FieldInfo field in methods.SelectMany(FieldsOf).DistinctBy(f => f.FieldHandle))
            {
                _fields.Add((AddressOf(field), SizeOf(field.FieldType), Of(field)));
            }
        }
    }

    public static string Of(FieldInfo field) => $"{MethodNames.Of(field.DeclaringType!)}.{field.Name}";

    public string At(nint address)
    {
        foreach ((nint start, int size, string name) in _fields)
        {
            if (address >= start && address < start + size)
            {
                return address == start ? name : string.Create(CultureInfo.InvariantCulture, $"{name}+0x{address - start:x}");
            }
        }

        Mapping? mapping = _map.Find(address);
        if (mapping is null)
        {
            return "memory that is not mapped";
        }

        string file = Path.GetFileName(mapping.Path);
        if (_map.Library(address) is not null || mapping.Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{(mapping.Writable ? "data" : "constant")} in {file}+0x{address - (nint)mapping.Start + mapping.Offset:x}");
        }

        // The JIT puts the constants of a method beside its code.
        return mapping.Executable || _bodies.Any(b => mapping.Contains((nuint)b.Entry))
            ? "constant beside the code"
            : mapping.Writable ? "memory of the process" : "read-only memory of the process";
    }

    private static IEnumerable<FieldInfo> FieldsOf(MethodBase method)
    {
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        return ILReader.Of(method)
            .Where(i => i.OpCode is ILOpCode.Ldsfld or ILOpCode.Ldsflda or ILOpCode.Stsfld)
            .Select(i => method.Module.ResolveField(i.Operand, ofType, ofMethod)!)
            .Where(f => f.FieldType.IsValueType || f.FieldType.IsPointer || f.FieldType.IsFunctionPointer)
            .Where(f => !f.IsDefined(typeof(ThreadStaticAttribute), inherit: false) && !f.IsLiteral)
            .Where(f => !f.DeclaringType!.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)); // A literal's hidden field.
    }

    // Reflection gives values of fields, not their addresses; the language does, to code that may see the field.
    private static nint AddressOf(FieldInfo field)
    {
        var method = new DynamicMethod("AddressOf", typeof(nint), Type.EmptyTypes, field.Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldsflda, field);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<nint>>()();
    }

    private static int SizeOf(Type type)
    {
        var method = new DynamicMethod("SizeOf", typeof(int), Type.EmptyTypes, type.Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Sizeof, type);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<int>>()();
    }
}
