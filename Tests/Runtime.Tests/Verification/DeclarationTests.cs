// What is refused before any code is compiled: the first stage.
using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

public sealed class DeclarationTests
{
    [Fact]
    public void A_handler_without_AggressiveOptimization_is_refused_with_the_remedy()
    {
        HandlerViolation violation = Assert.Single(Subject.Verify(NotOptimized).Violations);

        Assert.Equal("TH0003", violation.RuleId);
        Assert.Contains("AggressiveOptimization", violation.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lambda_is_refused_as_what_it_is()
    {
        HandlerViolation violation = Subject.AssertRefusedSource((ref State state, in InterruptContext context) => state.Count++, "TH0004");

        Assert.Contains("lambda", violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instance_method_is_refused() => Subject.AssertRefusedSource(OnInstance, "TH0004");

    [Fact]
    public void A_delegate_that_is_closed_over_its_first_argument_is_refused()
    {
        Assert.Equal(["TH0004"], Subject.Verify("target".OnExtended).Violations.Select(v => v.RuleId));
    }

    [Fact]
    public void A_combined_delegate_is_refused()
    {
        InterruptHandler<State> clean = Clean;

        Assert.Contains(Subject.Verify(clean + clean).Violations, v => v.RuleId == "TH0004" && v.Message.Contains("several", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_delegate_type_is_refused()
    {
        Assert.Contains(HandlerVerifier.Verify(Nothing).Violations, v => v.RuleId == "TH0001");
    }

    [Fact]
    public void A_handler_generic_over_a_reference_type_is_refused_and_over_a_struct_accepted()
    {
        Subject.AssertRefusedSource(Generic<string>, "TH0001");
        Subject.AssertSafe(Generic<int>);
    }

    [Fact]
    public void A_handler_marked_NoOptimization_is_unoptimised()
    {
        Subject.AssertRefusedSource(Slow, "TH5005");
        Assert.Null(HandlerVerifier.PrepareUnlessUnoptimized((InterruptHandler<State>)Slow, VerifierOptions.Default));
        Assert.NotNull(HandlerVerifier.PrepareUnlessUnoptimized((InterruptHandler<State>)Clean, VerifierOptions.Default));
    }

    [Fact]
    public void A_handler_of_a_Debug_build_is_unoptimised()
    {
        InterruptHandler<long> handler = Emit(AssemblyBuilderAccess.Run, debug: true);

        Assert.Equal(["TH5005"], HandlerVerifier.Verify(handler).Violations.Select(v => v.RuleId));
        Assert.Null(HandlerVerifier.PrepareUnlessUnoptimized(handler, VerifierOptions.Default));
    }

    [Fact]
    public void The_same_handler_of_a_Release_build_is_safe()
    {
        InterruptHandler<long> handler = Emit(AssemblyBuilderAccess.Run, debug: false);

        Assert.Empty(HandlerVerifier.Verify(handler).Violations);
        Assert.NotNull(HandlerVerifier.PrepareUnlessUnoptimized(handler, VerifierOptions.Default));
    }

    [Fact]
    public void A_callee_of_a_Debug_build_is_unoptimised()
    {
        Assert.Contains(Subject.Verify(CallSlow).Violations, v => v.RuleId == "TH5005" && v.Method.EndsWith(".SlowCallee", StringComparison.Ordinal));
        Assert.Null(HandlerVerifier.PrepareUnlessUnoptimized((InterruptHandler<State>)CallSlow, VerifierOptions.Default));
    }

    [Fact]
    public void A_handler_that_can_be_unloaded_is_refused()
    {
        Assert.Contains(
            HandlerVerifier.Verify(Emit(AssemblyBuilderAccess.RunAndCollect, debug: false)).Violations,
            v => v.RuleId == "TH0004" && v.Message.Contains("collectible", StringComparison.Ordinal));
    }

    [Fact]
    public void A_dynamic_method_is_refused()
    {
        var method = new DynamicMethod("Dynamic", typeof(void), [typeof(State).MakeByRefType(), typeof(InterruptContext).MakeByRefType()]);
        method.GetILGenerator().Emit(OpCodes.Ret);

        Assert.Contains(Subject.Verify(method.CreateDelegate<InterruptHandler<State>>()).Violations, v => v.RuleId == "TH0004");
    }

    [Fact]
    public void No_handler_is_an_argument_error() => Assert.Throws<ArgumentNullException>(() => HandlerVerifier.Verify(null!));

    private static InterruptHandler<long> Emit(AssemblyBuilderAccess access, bool debug)
    {
        AssemblyBuilder assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Emitted"), access);
        if (debug)
        {
            ConstructorInfo constructor = typeof(DebuggableAttribute).GetConstructor([typeof(DebuggableAttribute.DebuggingModes)])!;
            assembly.SetCustomAttribute(new CustomAttributeBuilder(
                constructor, [DebuggableAttribute.DebuggingModes.Default | DebuggableAttribute.DebuggingModes.DisableOptimizations]));
        }

        TypeBuilder type = assembly.DefineDynamicModule("Emitted").DefineType("Handlers", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        MethodBuilder method = type.DefineMethod(
            "OnTick", MethodAttributes.Public | MethodAttributes.Static, typeof(void), [typeof(long).MakeByRefType(), typeof(InterruptContext).MakeByRefType()]);
        method.SetImplementationFlags(MethodImplAttributes.AggressiveOptimization);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4_3);
        il.Emit(OpCodes.Conv_I8);
        il.Emit(OpCodes.Stind_I8);
        il.Emit(OpCodes.Ret);
        return type.CreateType().GetMethod("OnTick")!.CreateDelegate<InterruptHandler<long>>();
    }

    [MethodImpl(Subject.Handler)]
    private static void Clean(ref State state, in InterruptContext context) => state.Count++;

    private static void NotOptimized(ref State state, in InterruptContext context) => state.Count++;

    [MethodImpl(Subject.Handler)]
    private void OnInstance(ref State state, in InterruptContext context) => state.Count++;

    [MethodImpl(Subject.Handler)]
    private static void Generic<T>(ref State state, in InterruptContext context) => state.Count += Unsafe.SizeOf<T>();

    [MethodImpl(Subject.Handler)]
    private static void Nothing()
    {
    }

    [MethodImpl(MethodImplOptions.NoOptimization | MethodImplOptions.NoInlining)]
    private static void Slow(ref State state, in InterruptContext context) => state.Count++;

    [MethodImpl(MethodImplOptions.NoOptimization | MethodImplOptions.NoInlining)]
    private static void SlowCallee(ref State state) => state.Count++;

    [MethodImpl(Subject.Handler)]
    private static void CallSlow(ref State state, in InterruptContext context) => SlowCallee(ref state);
}

/// <summary>A handler that can be bound to a target by its first argument.</summary>
internal static class ExtensionHandler
{
    [MethodImpl(Subject.Handler)]
    public static void OnExtended(this string target, ref State state, in InterruptContext context) => state.Count++;
}
