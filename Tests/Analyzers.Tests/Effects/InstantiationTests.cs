namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>Generic code is judged for the type arguments that it is called with.</summary>
public sealed class InstantiationTests
{
    private const string Members =
        """
        interface IOperation { int Apply(int a); int Twice(int a) => 2 * a; static abstract int Make(); static virtual int Zero() => 0; }
        struct Plus : IOperation { public int Apply(int a) => a + 1; public int Twice(int a) => a * 2; public static int Make() => 3; }
        struct Careless : IOperation { [MethodImpl(MethodImplOptions.AggressiveInlining)] int IOperation.Apply(int a) { _ = new object(); return a; } [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int Make() => throw new Exception(); }
        struct Huge { public fixed long Numbers[64]; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Run<T>(int a) where T : struct, IOperation => default(T).Apply(a);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Outer<T>(int a) where T : struct, IOperation => Run<T>(a);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int RunTwice<T>(int a) where T : struct, IOperation => default(T).Twice(a);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int RunStatic<T>() where T : struct, IOperation => T.Make();
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int RunZero<T>() where T : struct, IOperation => T.Zero();
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Swap<T>(ref T a, ref T b) where T : struct { T c = a; a = b; b = c; }
        struct Pair<T> { public T First, Second; [MethodImpl(MethodImplOptions.AggressiveInlining)] public void Turn() { T t = First; First = Second; Second = t; } }
        static class Cell<T> { public static int Value; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Shared<T>() where T : class => Cell<T>.Value;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Deeper<T>(int n) where T : struct => n == 0 ? 0 : Deeper<Nest<T>>(n - 1);
        struct Nest<T> where T : struct { T _value; }
        """;

    [Theory]
    [InlineData("state.Count = Run<Plus>(3);")]
    [InlineData("state.Count = Outer<Plus>(3);")]
    [InlineData("state.Count = RunTwice<Plus>(3);")]
    [InlineData("state.Count = RunStatic<Plus>();")]
    [InlineData("state.Count = RunZero<Careless>();")]
    [InlineData("int a = 1, b = 2; Swap(ref a, ref b);")]
    [InlineData("Pair<int> p = default; p.Turn();")]
    [InlineData("state.Count = Cell<int>.Value + Cell<string>.Value;")]
    public Task Type_arguments_that_do_no_harm_are_clean(string statement) => Verify.Handler(statement, Members);

    [Theory]
    [InlineData("state.Count = {|TH1001:Run<Careless>(3)|};")]
    [InlineData("state.Count = {|TH1001:Outer<Careless>(3)|};")]
    [InlineData("state.Count = {|TH1002:RunTwice<Careless>(3)|};")]
    [InlineData("state.Count = {|TH4001:RunStatic<Careless>()|};")]
    [InlineData("{|TH5004:Swap(ref Unsafe.AsRef<Huge>(state.Pointer), ref Unsafe.AsRef<Huge>(state.Pointer))|};")]
    [InlineData("state.Count = {|TH5004:Shared<string>()|};")]
    [InlineData("state.Count = {|TH3007:Deeper<int>(3)|};")]
    public Task Type_arguments_that_bring_something_unsafe_are_reported(string statement) => Verify.Handler(statement, Members);

    private const string Locals =
        Members +
        """
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Inner<T>(int a) where T : struct, IOperation
        {
            return Local(a);
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Local(int b) => default(T).Apply(b);
        }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int InnerInner<T>(int a) where T : struct, IOperation
        {
            return Local(a) + Local(1);
            static int Local(int b) { return Deeper(b); static int Deeper(int c) => T.Make() + c; }
        }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int InnerGeneric<T>(int a) where T : struct, IOperation
        {
            return Local<int>(a);
            static int Local<U>(U b) where U : struct => Sum<U>(b);
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Sum<U>(U b) where U : struct => default(T).Apply(1) + Unsafe.SizeOf<U>();
        }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Around<T>(int a) where T : struct
        {
            return Local(a);
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Local(int b) => b == 0 ? 0 : Local(b - 1);
        }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Slow<T>(int a) where T : struct
        {
            return Local(a);
            [MethodImpl(MethodImplOptions.NoInlining)] static int Local(int b) => b;
        }
        """;

    [Theory]
    [InlineData("state.Count = Inner<Plus>(3);")]
    [InlineData("state.Count = InnerInner<Plus>(3);")]
    [InlineData("state.Count = InnerGeneric<Plus>(3);")]
    public Task Local_functions_of_generic_methods_are_judged_with_the_arguments_around_them(string statement) => Verify.Handler(statement, Locals);

    [Theory]
    [InlineData("state.Count = {|TH1001:Inner<Careless>(3)|};")]
    [InlineData("state.Count = {|TH4001:InnerInner<Careless>(3)|};")]
    [InlineData("state.Count = {|TH1001:InnerGeneric<Careless>(3)|};")]
    [InlineData("state.Count = {|TH3007:Around<int>(3)|};")]
    [InlineData("state.Count = {|TH5003:Slow<int>(3)|};")]
    public Task And_what_the_arguments_bring_into_them_is_reported(string statement) => Verify.Handler(statement, Locals);
}
