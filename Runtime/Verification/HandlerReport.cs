using System.Reflection;
using Iced.Intel;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>What the verifier found in the machine code of a handler and of everything that it calls.</summary>
/// <remarks>
/// Immutable, and safe to share between threads. Texts are made when they are first asked for: a registration that succeeds needs none.
/// </remarks>
public sealed class HandlerReport
{
    private readonly IReadOnlyList<MethodBase> _methods;
    private readonly Lazy<IReadOnlyList<HandlerCall>> _calls;
    private readonly Lazy<IReadOnlyList<HandlerRemark>> _loops;
    private readonly Lazy<IReadOnlyList<HandlerRemark>> _divisions;
    private readonly Lazy<IReadOnlyList<HandlerStaticAccess>> _staticAccesses;

    internal HandlerReport(
        string handler, IReadOnlyList<HandlerViolation> violations, IReadOnlyList<CodeBody> bodies, int stackBytes, IReadOnlyList<MethodBase> methods)
    {
        Handler = handler;
        Violations = violations;
        _methods = methods;
        Bodies = bodies;
        StackBytes = stackBytes;
        var judged = new List<HandlerMethod>();
        foreach (CodeBody body in bodies)
        {
            var method = HandlerMethod.Of(body);
            judged.Add(method);
            Instructions += method.Instructions;
            Bytes += method.Bytes;
        }

        Methods = judged;

        _calls = new(() => [.. bodies.SelectMany(b => b.Calls.Select(c => new HandlerCall(b.Name, b.Offset(c.Site), CodeBody.Text(c.Site), c.Target, c.Kind)))]);
        _loops = new(() => [.. bodies.SelectMany(b => b.Loops.Select(b.Remark))]);
        _divisions = new(() => [.. bodies.SelectMany(b => b.Divisions.Select(b.Remark))]);
        _staticAccesses = new(FindStaticAccesses);
    }

    /// <summary>The handler's name, with its type.</summary>
    public string Handler { get; }

    /// <summary>Whether the handler may run in signal context: nothing was found against it.</summary>
    public bool IsSafe => Violations.Count == 0;

    /// <summary>Everything that was found against it, the machine code's findings first.</summary>
    public IReadOnlyList<HandlerViolation> Violations { get; }

    /// <summary>The handler and the methods that it calls, in the order in which they were judged. Empty where the declaration alone was refused.</summary>
    public IReadOnlyList<HandlerMethod> Methods { get; private init; }

    /// <summary>Instructions that can be reached, callees included. 0 where the declaration alone was refused.</summary>
    public int Instructions { get; }

    /// <summary>Bytes of machine code that can be reached, callees included.</summary>
    public int Bytes { get; }

    /// <summary>Stack that the handler takes at its deepest, in bytes, return address and callees included.</summary>
    public int StackBytes { get; }

    /// <summary>The calls that were accepted.</summary>
    public IReadOnlyList<HandlerCall> Calls => _calls.Value;

    /// <summary>Backward branches. The interrupted thread stands still for as long as they run; whether they end is not proved.</summary>
    public IReadOnlyList<HandlerRemark> Loops => _loops.Value;

    /// <summary>Integer divisions. By zero, or the smallest number by -1, they kill the process; that the divisor is sound is not proved.</summary>
    public IReadOnlyList<HandlerRemark> Divisions => _divisions.Value;

    /// <summary>Uses of memory at a fixed address: static fields and the compiler's constants.</summary>
    public IReadOnlyList<HandlerStaticAccess> StaticAccesses => _staticAccesses.Value;

    internal IReadOnlyList<CodeBody> Bodies { get; }

    /// <summary>
    /// For a person to read: the verdict and the counts, what is wrong and how to mend it, what the handler takes and does, and its machine
    /// code.
    /// </summary>
    public override string ToString() => new HandlerReportText(this).ToString();

    /// <summary>The same report with the runtime's word on each of its methods, and what that makes of the verdict.</summary>
    internal HandlerReport With(IReadOnlyList<HandlerMethod> confirmed, IReadOnlyList<HandlerViolation> violations) =>
        new(Handler, [.. Violations, .. violations], Bodies, StackBytes, _methods) { Methods = confirmed };

    private IReadOnlyList<HandlerStaticAccess> FindStaticAccesses()
    {
        if (Bodies.All(b => b.StaticAccesses.Count == 0))
        {
            return [];
        }

        var names = new StaticNames(_methods, Bodies);
        var info = new InstructionInfoFactory();
        return [.. Bodies.SelectMany(body => body.StaticAccesses.Select(access =>
        {
            UsedMemory memory = info.GetInfo(access.Code).GetUsedMemory().First();
            HandlerStaticAccessKind kind = memory.Access switch
            {
                OpAccess.Write or OpAccess.CondWrite => HandlerStaticAccessKind.Write,
                OpAccess.ReadWrite or OpAccess.ReadCondWrite => HandlerStaticAccessKind.ReadWrite,
                _ => HandlerStaticAccessKind.Read,
            };
            return new HandlerStaticAccess(
                body.Name, body.Offset(access.Code), CodeBody.Text(access.Code), access.Address, memory.MemorySize.GetSize(), kind,
                names.At(access.Address));
        }))];
    }
}
