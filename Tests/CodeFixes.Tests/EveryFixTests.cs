using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using TopHalf.Analyzers;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.CodeFixes;

/// <summary>What holds for each fix, now and later.</summary>
public sealed class EveryFixTests
{
    private static readonly CodeFixProvider[] s_fixes =
    [
        .. typeof(EditingCodeFix).Assembly.GetTypes()
            .Where(type => typeof(CodeFixProvider).IsAssignableFrom(type) && !type.IsAbstract)
            .Select(type => (CodeFixProvider)Activator.CreateInstance(type)!),
    ];

    // Each is cut off, or wrong, at another place.
    private static readonly string[] s_broken =
    [
        "[TopHalf.InterruptHandler, MethodImpl(] static void OnTick(ref int x, in TopHalf.InterruptContext c) { int[] a = new int[; }",
        "static class C { [TopHalf.InterruptHandler] static void OnTick(ref int x, in TopHalf.InterruptContext c) { int[] a = new int[4] }",
        "static class C { [TopHalf.InterruptHandler] static void OnTick(ref int x, in TopHalf.InterruptContext c) { var a = new Missing[4]; a[0]++ } }",
        "static class C { [TopHalf.InterruptHandler] void OnTick(ref int x, in TopHalf.InterruptContext c) => Missing(s_x++); static int s_x; int M() => s_x += }",
        "static class C { static int s_x; [TopHalf.InterruptHandler] static void OnTick(ref int x, in TopHalf.InterruptContext c) => x = s_x; static void M() { s_x += ; s_x++ ++; s_x -= \"\"; } }",
        "static class C { [TopHalf.InterruptHandler] static void OnTick(ref int x, in TopHalf.InterruptContext c) => F(); [MethodImpl(MethodImplOptions.)] static void F() { while (true) } }",
        "[TopHalf.InterruptHandler] static void OnTick(ref int x, in TopHalf.InterruptContext c",
        "static class C { [TopHalf.InterruptHandler] static void OnTick(ref int x, in TopHalf.InterruptContext c) { try { throw } finally { while (x == ) ; int y = x / ; x = 3 / x } using (var u = new ) } }",
        "static class C { [System.ThreadStatic] static int t; static readonly int[] s = { 1, }; static C() => t = ; [TopHalf.InterruptHandler] static void OnTick(ref int x, in TopHalf.InterruptContext c) { t++; x = s[x]; Func<int> f = () => ; f(); x = checked(x + ); x = x switch { 0 => }; } }",
        "partial class C { [TopHalf.InterruptHandler] static partial void OnTick(ref int x, in TopHalf.InterruptContext c); [TopHalf.AsyncSignalSafe] int P => ; }",
        "unsafe class C { [DllImport] static extern int signal(int n, delegate* unmanaged<int, void> h); static void M(int n) { signal(11, &M); signal(12, &); signal(n, &M; signal(); } }",
        "unsafe class C { static extern int sigfillset(ulong* s); static extern int sigaddset(ulong* s, int n); static extern int pthread_sigmask(int h, ulong* s, ulong* o); static void M() { ulong s = ; sigfillset(&s); sigaddset(&s, ); pthread_sigmask(0, &s, null) } }",
        "unsafe class C { [DllImport(\"c\")] static extern int signal(int n, delegate* unmanaged<int, void> h); [DllImport(\"c\")] static extern int raise(int n); [DllImport(\"c\")] static extern int sigaction(int n, A* a, A* o); struct A { public delegate* unmanaged<int, void> h; public int sa_flags; } [UnmanagedCallersOnly] static void H(int n) { } static void Main() { A a = new() { h = &H, sa_flags = }; a.h = &H; sigaction(10, &a, null) raise(10); signal(10, &H); raise(; timer_create(1, null, out ); } }",
        "unsafe class C { static delegate*<int> s_get = (delegate*<int>)NativeLibrary.GetExport(; static System.Guid s_id; [TopHalf.InterruptHandler] static void OnTick(ref int x, in TopHalf.InterruptContext c) { s_get( ; s_id = ; } static void M() => s_id = s_id.; }",
    ];

    public static TheoryData<int> Broken => [.. Enumerable.Range(0, s_broken.Length)];

    [Fact]
    public void It_is_exported_and_fixes_rules_that_exist()
    {
        Assert.Equal(56, s_fixes.Length);
        HashSet<string> rules = [.. new SignalContextAnalyzer().SupportedDiagnostics.Select(descriptor => descriptor.Id)];
        Assert.All(s_fixes, fix =>
        {
            Assert.Equal(fix.GetType().Name, fix.GetType().GetCustomAttribute<ExportCodeFixProviderAttribute>()?.Name);
            Assert.NotEmpty(fix.FixableDiagnosticIds);
            Assert.Subset(rules, fix.FixableDiagnosticIds.ToHashSet());
        });
    }

    [Fact]
    public void It_fixes_all_in_document_project_and_solution() =>
        Assert.All(s_fixes.Where(static fix => fix is not SuppressFix), fix => Assert.Superset(
            new HashSet<FixAllScope> { FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution },
            fix.GetFixAllProvider()!.GetSupportedFixAllScopes().ToHashSet()));

    [Fact]
    public void Keys_never_change() =>
        Assert.Equal(
            [
                "TH0001.Signature",
                "TH0002.RemoveAsync",
                "TH0003.AddAggressiveOptimization",
                "TH0004.LambdaToFunction",
                "TH0005.Prepare",
                "TH0006.RemovePromise",
                "TH0007.ListLine",
                "TH0008.ReasonPlace",
                "TH0010.RemoveOption",
                "TH1001.StackAlloc",
                "TH1001.StateBuffer",
                "TH1002.FlagTest",
                "TH1003.LocalFunction",
                "TH1006.KeepInState",
                "TH1006.Table",
                "TH2001.Mask",
                "TH2001.Update",
                "TH2002.InterruptLog",
                "TH2003.LookOnce",
                "TH3001.ListAsSafe",
                "TH3001.Promise",
                "TH3003.FunctionPointer",
                "TH3003.InterruptClock",
                "TH3003.ManagedConvention",
                "TH3006.KnownTarget",
                "TH3008.SafeFunction",
                "TH4001.LeaveHandler",
                "TH4002.StraightLine",
                "TH4003.DefaultArm",
                "TH4003.GuardDivision",
                "TH4003.GuardIndex",
                "TH4003.MaskIndex",
                "TH4003.PlainMath",
                "TH4003.Saturate",
                "TH4003.ValueOrDefault",
                "TH4004.AllocateFirst",
                "TH4005.BoundLoop",
                "TH5001.FieldInitializers",
                "TH5002.MoveToState",
                "TH5003.Inline",
                "TH6001.Interlocked",
                "TH6002.CompareExchange",
                "TH6002.SharedMember",
                "TH6002.Volatile",
                "TH6002.VolatileField",
                "TH6003.SeqLock",
                "TH7002.InterruptTimer",
                "TH7002.PosixSignal",
                "TH7002.SoftwareInterrupt",
                "TH7003.LetChooseSignal",
                "TH7004.DisposeAtEnd",
                "TH7006.LetSignalsIn",
                "TH7007.InstallOnce",
                "TH7008.LeaveToRuntime",
                "TopHalf.Defer",
                "TopHalf.DeferSelection",
                "TopHalf.Suppress",
            ],
            [
                TH0001_SignatureFix.Key,
                TH0002_RemoveAsyncFix.Key,
                TH0003_AddAggressiveOptimizationFix.Key,
                TH0004_LambdaToFunctionFix.Key,
                TH0005_PrepareFix.Key,
                TH0006_RemovePromiseFix.Key,
                TH0007_ListLineFix.Key,
                TH0008_ReasonPlaceFix.Key,
                TH0010_RemoveOptionFix.Key,
                TH1001_StackAllocFix.Key,
                TH1001_StateBufferFix.Key,
                TH1002_FlagTestFix.Key,
                TH1003_LocalFunctionFix.Key,
                TH1006_KeepInStateFix.Key,
                TH1006_TableFix.Key,
                TH2001_MaskFix.Key,
                TH2001_UpdateFix.Key,
                TH2002_InterruptLogFix.Key,
                TH2003_LookOnceFix.Key,
                TH3001_ListAsSafeFix.Key,
                TH3001_PromiseFix.Key,
                TH3003_FunctionPointerFix.Key,
                TH3003_InterruptClockFix.Key,
                TH3003_ManagedConventionFix.Key,
                TH3006_KnownTargetFix.Key,
                TH3008_SafeFunctionFix.Key,
                TH4001_LeaveHandlerFix.Key,
                TH4002_StraightLineFix.Key,
                TH4003_DefaultArmFix.Key,
                TH4003_GuardDivisionFix.Key,
                TH4003_GuardIndexFix.Key,
                TH4003_MaskIndexFix.Key,
                TH4003_PlainMathFix.Key,
                TH4003_SaturateFix.Key,
                TH4003_ValueOrDefaultFix.Key,
                TH4004_AllocateFirstFix.Key,
                TH4005_BoundLoopFix.Key,
                TH5001_FieldInitializersFix.Key,
                TH5002_MoveToStateFix.Key,
                TH5003_InlineFix.Key,
                TH6001_InterlockedFix.Key,
                TH6002_CompareExchangeFix.Key,
                TH6002_SharedMemberFix.Key,
                TH6002_VolatileFix.Key,
                TH6002_VolatileFieldFix.Key,
                TH6003_SeqLockFix.Key,
                TH7002_InterruptTimerFix.Key,
                TH7002_PosixSignalFix.Key,
                TH7002_SoftwareInterruptFix.Key,
                TH7003_LetChooseSignalFix.Key,
                TH7004_DisposeAtEndFix.Key,
                TH7006_LetSignalsInFix.Key,
                TH7007_InstallOnceFix.Key,
                TH7008_LeaveToRuntimeFix.Key,
                DeferToBottomHalfFix.Key,
                DeferToBottomHalfRefactoring.Key,
                SuppressFix.Key,
            ]);

    [Fact]
    public void The_page_of_a_rule_says_what_the_fix_does_or_that_there_is_none()
    {
        HashSet<string> fixable = [.. s_fixes.Where(static fix => fix is not SuppressFix).SelectMany(static fix => fix.FixableDiagnosticIds)];
        Assert.True(fixable.Count * 100 >= new SignalContextAnalyzer().SupportedDiagnostics.Length * 80, "Four rules of five have a fix.");
        Assert.All(new SignalContextAnalyzer().SupportedDiagnostics.Select(static rule => rule.Id), id =>
        {
            using StreamReader page = new(Assembly.GetExecutingAssembly().GetManifestResourceStream($"docs/{id}.md")!);
            string said = page.ReadToEnd().Split("\n## Code fix\n\n")[1].Split('\n')[0];
            Assert.True(said.StartsWith("None", StringComparison.Ordinal) != fixable.Contains(id), $"{id}: {said}");
        });
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Code_that_does_not_compile_never_makes_it_fail(int index)
    {
        TestFile file = new("/0/Test0.cs", s_broken[index]);
        using AdhocWorkspace workspace = new();
        Solution solution = FixRun.CreateSolution(
            workspace, 1, [file], new TestState(), new(), new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        Document document = solution.Projects.Single().Documents.Single();
        Compilation compilation = (await document.Project.GetCompilationAsync())!;
        ImmutableArray<Diagnostic> reported = await AnalyzerRun.ReportedAsync(compilation, [new SignalContextAnalyzer()], document.Project.AnalyzerOptions);
        Assert.DoesNotContain(reported, diagnostic => diagnostic.Id == "AD0001");
        Assert.Contains(reported, AnalyzerRun.IsOfCompiler);

        // Also what the analyzer did not report here: every node, as if it were a finding of the fix.
        SyntaxNode root = (await document.GetSyntaxRootAsync())!;
        foreach (CodeFixProvider fix in s_fixes)
        {
            foreach (DiagnosticDescriptor rule in new SignalContextAnalyzer().SupportedDiagnostics.Where(rule => fix.FixableDiagnosticIds.Contains(rule.Id)))
            {
                foreach (SyntaxNode node in root.DescendantNodesAndSelf())
                {
                    Diagnostic finding = Diagnostic.Create(
                        rule, node.GetLocation(), ImmutableDictionary<string, string?>.Empty.Add(RuleProperties.Kind, RuleProperties.KindArray), "", "", "");
                    List<string> offered = [];
                    await fix.RegisterCodeFixesAsync(new(document, finding, (action, _) => offered.Add(action.Title), CancellationToken.None));
                    Assert.True(offered.Count <= 1);
                }
            }
        }
    }
}
