// Machine code that no compiler writes today, put into the body of a compiled handler that is never called: it must be refused all the same.
using System.Runtime.CompilerServices;
using Iced.Intel;
using TopHalf.Interop;
using TopHalf.Verification;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace TopHalf.Runtime.Tests.Verification;

public sealed unsafe class PatchedCodeTests
{
    private const int BodySize = 64;
    private static readonly long s_readOnly = (long)Map(LibC.PROT_READ);
    private static readonly long s_writable = (long)Map(LibC.PROT_READ | LibC.PROT_WRITE);

    public static TheoryData<string> ForbiddenInstructions => [.. s_forbidden.Keys];

    private static readonly Dictionary<string, Action<Assembler>> s_forbidden = new()
    {
        ["syscall"] = a => a.syscall(),
        ["int"] = a => a.@int(0x80),
        ["int3"] = a => a.int3(),
        ["hlt"] = a => a.hlt(),
        ["cli"] = a => a.cli(),
        ["in"] = a => a.@in(al, dx),
        ["out"] = a => a.@out(dx, al),
        ["std"] = a => a.std(),
        ["popf"] = a =>
        {
            a.push(rax);
            a.popfq();
        },
        ["wrfsbase"] = a => a.wrfsbase(rax),
        ["wrpkru"] = a => a.wrpkru(),
        ["umwait"] = a => a.umwait(eax),
        ["clui"] = a => a.clui(),
        ["ud2"] = a => a.ud2(),
        ["fninit"] = a => a.fninit(),
        ["xabort"] = a => a.xabort(1),
        ["cpuid"] = a => a.cpuid(),
    };

    [Theory]
    [MemberData(nameof(ForbiddenInstructions))]
    public void An_instruction_that_does_more_than_compute_is_refused(string instruction) =>
        AssertRefused(s_forbidden[instruction], instruction, "Compilers put no such instruction into a method");

    [Fact]
    public void Bytes_that_are_no_instruction_are_refused() => AssertRefused(a => a.db(0x06), "(bad)", "It is not an instruction");

    [Fact]
    public void Thread_local_storage_is_refused_by_its_segment()
    {
        HandlerReport report = Judge(a => a.mov(rax, __qword_ptr.fs[rcx]));

        Assert.Contains(report.Violations, v => v.RuleId == "TH5002" && v.Instruction.Contains("fs:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_store_to_code_is_refused_and_a_load_from_it_is_not()
    {
        AssertRefused(a => a.mov(__byte_ptr[Body], al), "mov [", "It writes to code");
        AssertRefused(
            a =>
            {
                a.mov(rcx, Body);
                a.@lock.add(__dword_ptr[rcx], 1);
            },
            "lock add", "It writes to code");
        AssertSafe(a => a.mov(al, __byte_ptr[Body]));
    }

    [Fact]
    public void A_store_to_memory_that_cannot_be_written_is_refused_and_a_load_from_it_is_not()
    {
        AssertRefused(
            a =>
            {
                a.mov(rax, s_readOnly);
                a.mov(__qword_ptr[rax], rcx);
            },
            "mov [", "It writes to memory that cannot be written");
        AssertSafe(a =>
        {
            a.mov(rax, s_readOnly);
            a.mov(rcx, __qword_ptr[rax]);
        });
        AssertSafe(a =>
        {
            a.mov(rax, s_writable);
            a.mov(__qword_ptr[rax], rcx);
        });
    }

    [Fact]
    public void A_jump_out_of_the_body_to_anywhere_is_refused() =>
        Assert.Equal(["TH3001"], Judge(a =>
        {
            a.nop(); // Otherwise it would be a stub in front of the body.
            a.mov(rax, s_writable);
            a.jmp(rax);
        }).Violations.Select(v => v.RuleId));

    [Fact]
    public void A_jump_by_a_table_that_can_be_written_is_refused_although_it_leads_inside()
    {
        *(int*)s_writable = 0;
        Action<Assembler> jump = a =>
        {
            Label target = a.CreateLabel();
            a.mov(rax, s_writable);
            a.xor(ecx, ecx);
            a.mov(eax, __dword_ptr[rax + rcx * 4]);
            a.lea(rdx, __[target]);
            a.add(rax, rdx);
            a.jmp(rax);
            a.Label(ref target);
        };

        Assert.Equal(["TH3006"], Judge(jump).Violations.Select(v => v.RuleId));
        Assert.Equal(0, LibC.mprotect((void*)s_writable, 4096, LibC.PROT_READ));
        AssertSafe(jump);
        Assert.Equal(0, LibC.mprotect((void*)s_writable, 4096, LibC.PROT_READ | LibC.PROT_WRITE));
    }

    [Fact]
    public void What_lies_behind_an_unconditional_jump_is_not_looked_at() => AssertSafe(a =>
    {
        Label end = a.CreateLabel();
        a.jmp(end);
        a.hlt();
        a.Label(ref end);
    });

    [Fact]
    public void A_body_that_computes_is_safe() => AssertSafe(a =>
    {
        a.mov(rax, __qword_ptr[rdi]);
        a.imul(rax, rax, 3);
        a.@lock.xadd(__qword_ptr[rdi], rax);
        a.movq(xmm0, rax);
        a.cvtsi2sd(xmm1, rax);
        a.pause();
    });

    private static long Body { get; } = FindBody();

    private static void AssertSafe(Action<Assembler> code)
    {
        HandlerReport report = Judge(code);
        Assert.True(report.IsSafe, report.ToString());
    }

    private static void AssertRefused(Action<Assembler> code, string instruction, string what)
    {
        HandlerReport report = Judge(code);
        HandlerViolation violation = Assert.Single(report.Violations);
        Assert.Equal("TH0009", violation.RuleId);
        Assert.StartsWith(instruction, violation.Instruction, StringComparison.Ordinal);
        Assert.StartsWith(what, violation.Message, StringComparison.Ordinal);
    }

    private static HandlerReport Judge(Action<Assembler> code)
    {
        long body = Body;
        var assembler = new Assembler(64);
        code(assembler);
        assembler.ret();
        var bytes = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(bytes), (ulong)body);
        Assert.InRange(bytes.Length, 1, BodySize);

        // SAFETY: the body is longer than that, and nobody runs it.
        void* page = (void*)(body & ~4095);
        Assert.Equal(0, LibC.mprotect(page, 8192, LibC.PROT_READ | LibC.PROT_WRITE | LibC.PROT_EXEC));
        bytes.ToArray().CopyTo(new Span<byte>((void*)body, BodySize));
        Assert.Equal(0, LibC.mprotect(page, 8192, LibC.PROT_READ | LibC.PROT_EXEC));
        return HandlerVerifier.Verify((InterruptHandler<State>)Victim);
    }

    private static long FindBody()
    {
        RuntimeMethodHandle victim = Handlers.Method(typeof(PatchedCodeTests), nameof(Victim)).MethodHandle;
        RuntimeHelpers.PrepareMethod(victim);
        return CodeAddress.Follow(victim.GetFunctionPointer(), MemoryMap.Read()).Body;
    }

    private static void* Map(int protection)
    {
        void* page = LibC.mmap(null, 4096, protection, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        Assert.True(page != LibC.MAP_FAILED);
        return page;
    }

    // Long enough to hold what is put there.
    [MethodImpl(Subject.Handler)]
    private static void Victim(ref State state, in InterruptContext context)
    {
        state.A = (state.A * 3) ^ (state.B * 5) ^ (state.Count * 7) ^ (state.A >> 3) ^ (state.B >> 5) ^ (state.Count >> 7);
        state.B = (state.A * 11) ^ (state.B * 13) ^ (state.Count * 17) ^ (state.A >> 11) ^ (state.B >> 13) ^ (state.Count >> 17);
    }
}
