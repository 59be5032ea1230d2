// The reader of listings, on text that the JIT really printed.
using TopHalf.Testing.Jit;
using Xunit;

namespace TopHalf.Oracle.Tests;

public sealed class JitListingTests
{
    private const string Switch = """
        ; Assembly listing for method Quick:Sw(byref,byref) (FullOpts)
        ; Emitting BLENDED_CODE for X64 with AVX512 - Unix
        ; FullOpts code
        ; 0 inlinees with PGO data; 2 single block inlinees; 0 inlinees without PGO data

        G_M000_IG01:                ;; offset=0x0000
               push     rbp
               mov      rbp, rsp
         
        G_M000_IG02:                ;; offset=0x0004
               mov      eax, dword ptr [rdi+0x10]
               cmp      eax, 5
               ja       SHORT G_M000_IG05
               lea      rcx, [reloc @RWD00]
               mov      ecx, dword ptr [rcx+4*rax]
               lea      rdx, G_M000_IG02
               add      rcx, rdx
               jmp      rcx
         
        G_M000_IG03:                ;; offset=0x0024
               lock     
               inc      dword ptr [rdi+0x20]
               jmp      SHORT G_M000_IG05
         
        G_M000_IG04:                ;; offset=0x003A
               call     CORINFO_HELP_NEVER
               int3     
         
        G_M000_IG05:                ;; offset=0x006F
               pop      rbp
               ret      
         
        RWD00  	dd	00000068h ; case G_M000_IG03
               	dd	0000005Eh ; case G_M000_IG05
        RWD24  	dq	4008000000000000h	;            3
        RWD32  	dq	3FF0000000000000h, 3FF0000000000000h
        	dq	3FF0000000000000h

        ; Total bytes of code 113

        """;

    private const string Calls = """
        ; Assembly listing for method Quick:Calls(byref,byref) (Tier1)

        G_M000_IG01:                ;; offset=0x0000
               push     rbx
               mov      rbx, rdi
         
        G_M000_IG02:                ;; offset=0x0004
               mov      rdi, 0x7F6EF032D008
               call     CORINFO_HELP_NEWSFAST
               call     [CORINFO_HELP_MEMZERO]
               call     System.Math:Sin(double):double
               call     [Quick:Callee(int):int]
               call     [rax+0x20]Quick+X:Get():int:this
               mov      r11, 0x7F6EEEE50540
               call     [r11]Quick+IX:Get():int:this
               call     [rbx+0x18]System.Func`1[int]:Invoke():int:this
               mov      rax, 0x7F6F6E80D420
               call     rax
               call     rax
               call     [(reloc 0x7f6eeee4b098)]
               mov      rax, 0x7F6F6E5E48E0
         
        G_M000_IG03:                ;; offset=0x0017
               call     rax ; Interop+Sys:GetTimestamp():long
               mov      r15, 0x10
               align    [7 bytes for IG04]
         
        G_M000_IG04:                ;; offset=0x0018
               call     r15
               call     G_M000_IG05
               jl       SHORT G_M000_IG04
               tail.jmp [Quick:Callee(int):int]
         
        G_M000_IG05:                ;; offset=0x001A
               ret      
         
        ; Total bytes of code 46

        """;

    [Fact]
    public void A_method_has_its_name_tier_size_and_instructions()
    {
        JitMethod method = Assert.Single(JitListing.Parse(Switch).Methods);

        Assert.Equal("Quick:Sw(byref,byref)", method.Name);
        Assert.Equal("FullOpts", method.Tier);
        Assert.True(method.IsOptimized);
        Assert.Equal(113, method.Bytes);
        Assert.Equal(16, method.Instructions.Count);
        Assert.Equal("lock inc dword ptr [rdi+0x20]", method.Instructions[10].ToString());
        Assert.False(method.UsesThreadPointer);
    }

    [Fact]
    public void The_cases_of_a_switch_are_reached_and_what_nothing_leads_to_is_not()
    {
        JitMethod method = JitListing.Parse(Switch).Methods[0];

        Assert.Contains(method.Instructions.ToList().FindIndex(static i => i.Mnemonic == "lock inc"), method.Reachable);
        Assert.Equal("CORINFO_HELP_NEVER", Assert.Single(method.Calls).Name);
        Assert.Empty(method.ReachableCalls);
        Assert.Equal(14, method.Reachable.Count);
        Assert.Equal(["G_M000_IG03", "G_M000_IG05"], method.CasesOf(method.Instructions.ToList().FindIndex(static i => i.IsJump && i.Label is null)));
    }

    [Fact]
    public void Every_kind_of_target_is_told_from_the_others()
    {
        (JitTarget, string, bool, long?)[] expected =
        [
            (JitTarget.Helper, "CORINFO_HELP_NEWSFAST", false, null),
            (JitTarget.Helper, "CORINFO_HELP_MEMZERO", true, null),
            (JitTarget.Method, "System.Math:Sin(double):double", false, null),
            (JitTarget.Method, "Quick:Callee(int):int", true, null),
            (JitTarget.Virtual, "Quick+X:Get():int:this", true, null),
            (JitTarget.Virtual, "Quick+IX:Get():int:this", true, null),
            (JitTarget.Virtual, "System.Func`1[int]:Invoke():int:this", true, null),
            (JitTarget.Address, "", false, 0x7F6F6E80D420),
            (JitTarget.Unknown, "", false, null),
            (JitTarget.Unknown, "", true, null),
            (JitTarget.Address, "Interop+Sys:GetTimestamp():long", false, 0x7F6F6E5E48E0),
            (JitTarget.Address, "", false, 0x10),
            (JitTarget.Method, "Quick:Callee(int):int", true, null),
        ];

        IReadOnlyList<JitCall> calls = JitListing.Parse(Calls).Methods[0].ReachableCalls;

        Assert.Equal(expected, calls.Select(static c => (c.Target, c.Name, c.ThroughCell, c.Address)));
        Assert.True(calls[^1].IsTail);
        Assert.DoesNotContain(calls.SkipLast(1), static c => c.IsTail);
    }

    [Fact]
    public void The_padding_in_front_of_a_loop_is_known_and_the_call_of_a_finally_block_stays_inside()
    {
        JitMethod method = JitListing.Parse(Calls).Methods[0];

        Assert.Equal(7, Assert.Single(method.Instructions, static i => i.IsAlignment).Padding);
        Assert.DoesNotContain(method.Calls, static c => c.Site.Operands == "G_M000_IG05");
        Assert.Equal(method.Instructions.Count, method.Reachable.Count);
    }

    [Fact]
    public void Of_a_method_that_was_compiled_twice_the_last_code_counts()
    {
        string first = Switch.Replace("FullOpts", "Tier0", StringComparison.Ordinal);

        JitListing listing = JitListing.Parse(first + Switch);

        Assert.Equal(2, listing.Methods.Count);
        Assert.False(listing.Methods[0].IsOptimized);
        Assert.Same(listing.Methods[1], listing.Find("Quick:Sw(byref,byref)"));
        Assert.Null(listing.Find("Quick:Sx(byref,byref)"));
    }

    [Fact]
    public void Thread_local_storage_is_seen() =>
        Assert.True(JitListing.Parse(Switch.Replace("dword ptr [rdi+0x20]", "dword ptr fs:[0x0000]", StringComparison.Ordinal)).Methods[0].UsesThreadPointer);

    [Fact]
    public void A_listing_that_breaks_off_is_no_listing() =>
        Assert.Throws<FormatException>(static () => JitListing.Parse(Switch[..^40]));

    [Fact]
    public void A_line_that_is_not_understood_is_an_error() =>
        Assert.Throws<FormatException>(static () => JitListing.Parse(Switch.Replace("       push     rbp", "push!", StringComparison.Ordinal)));
}
