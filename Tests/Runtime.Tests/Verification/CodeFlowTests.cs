// The data-flow analysis on hand-made machine code: what compilers do not write today must not fool it either.
using Iced.Intel;
using TopHalf.Interop;
using TopHalf.Verification;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace TopHalf.Runtime.Tests.Verification;

public sealed unsafe class CodeFlowTests
{
    private const long Target = 0x1234_5678_9ABC;

    // MachineState counts on it.
    [Fact]
    public void The_decoder_numbers_the_general_registers_in_one_row_by_size() => Assert.All(Enum.GetValues<Register>(), static register =>
    {
        Assert.Equal(register is >= Register.AL and <= Register.R15, register.IsGPR());
        Assert.Equal(register is >= Register.EAX and <= Register.R15D, register.IsGPR32());
        Assert.Equal(register is >= Register.RAX and <= Register.R15, register.IsGPR64());
        if (register.IsGPR32())
        {
            Assert.Equal(register.GetFullRegister() - Register.RAX, register - Register.EAX);
        }
    });

    [Fact]
    public void A_constant_is_known_through_copies_and_across_calls_in_a_kept_register()
    {
        MachineState atEnd = AtReturn(a =>
        {
            a.mov(rax, Target);
            a.mov(rbx, rax);
            a.call(rbx);
        });

        Assert.Equal(MachineValue.Constant(Target), atEnd[Register.RBX]);
        Assert.Equal(ValueKind.Unknown, atEnd[Register.RAX].Kind);
    }

    [Fact]
    public void A_constant_on_one_path_only_is_unknown_where_the_paths_meet()
    {
        MachineState atEnd = AtReturn(a =>
        {
            Label other = a.CreateLabel();
            a.mov(rbx, Target);
            a.test(rdi, rdi);
            a.je(other);
            a.mov(rbx, Target + 1);
            a.Label(ref other);
        });

        Assert.Equal(ValueKind.Unknown, atEnd[Register.RBX].Kind);
    }

    [Fact]
    public void A_register_that_a_loop_changes_is_unknown_in_it()
    {
        MachineState atEnd = AtReturn(a =>
        {
            Label again = a.CreateLabel();
            a.mov(rbx, Target);
            a.Label(ref again);
            a.add(rbx, 8);
            a.dec(rdi);
            a.jne(again);
        });

        Assert.Equal(ValueKind.Unknown, atEnd[Register.RBX].Kind);
    }

    [Fact]
    public void Writing_a_part_of_a_register_forgets_the_whole()
    {
        MachineState atEnd = AtReturn(a =>
        {
            a.mov(rbx, Target);
            a.mov(bl, 1);
        });

        Assert.Equal(ValueKind.Unknown, atEnd[Register.RBX].Kind);
    }

    [Fact]
    public void The_stack_is_followed_through_frames_and_pushes()
    {
        MachineState atEnd = AtReturn(a =>
        {
            a.push(rbp);
            a.mov(rbp, rsp);
            a.push(rbx);
            a.sub(rsp, 0x40);
            a.lea(rsp, __[rbp]);
            a.pop(rbp);
        });

        Assert.Equal(new MachineValue(ValueKind.Stack, 0), atEnd[Register.RSP]);
    }

    [Fact]
    public void A_stack_pointer_from_data_is_unknown() => Assert.Equal(ValueKind.Unknown, AtReturn(a => a.sub(rsp, rdi))[Register.RSP].Kind);

    [Fact]
    public void A_bound_holds_for_copies_of_the_value_but_not_for_an_older_value_of_the_same_instruction()
    {
        MachineState atEnd = AtReturn(a =>
        {
            Label again = a.CreateLabel();
            Label end = a.CreateLabel();
            a.xor(esi, esi);
            a.Label(ref again);
            a.mov(rcx, rax);
            a.mov(eax, __dword_ptr[rdi]);
            a.mov(edx, eax);
            a.dec(rsi);
            a.jne(again);
            a.cmp(eax, 5);
            a.ja(end);
            a.nop();
            a.ret();
            a.Label(ref end);
        }, beforeNop: true);

        Assert.Equal(6, atEnd[Register.RAX].B);
        Assert.Equal(6, atEnd[Register.RDX].B);
        Assert.Equal(0, atEnd[Register.RCX].B);
    }

    [Fact]
    public void A_comparison_of_what_a_register_has_holds_in_a_loop_whose_turns_give_it_other_names()
    {
        MachineState inside = AtReturn(a => BoundInLoop(a, eax, eax), beforeNop: true);

        Assert.Equal(6, inside[Register.RAX].B);
    }

    [Theory]
    [InlineData(true, 6)]
    [InlineData(false, 0)]
    public void A_value_is_bounded_where_a_branch_for_smaller_ones_leads_and_not_behind_it(bool taken, long bound)
    {
        MachineState inside = AtReturn(a =>
        {
            Label small = a.CreateLabel();
            a.mov(eax, __dword_ptr[rdi]);
            a.cmp(eax, 5);
            a.jbe(small);
            Mark(a, !taken);
            a.ret();
            a.Label(ref small);
            Mark(a, taken);
        }, beforeNop: true);

        Assert.Equal(bound, inside[Register.RAX].B);

        static void Mark(Assembler a, bool here)
        {
            if (here)
            {
                a.nop();
            }
            else
            {
                a.cld();
            }
        }
    }

    [Fact]
    public void A_comparison_of_another_register_bounds_nothing()
    {
        MachineState inside = AtReturn(a => BoundInLoop(a, ecx, eax), beforeNop: true);

        Assert.Equal(0, inside[Register.RAX].B);
    }

    [Theory]
    [InlineData(5, 9, 10)]
    [InlineData(9, 5, 10)]
    [InlineData(5, null, 0)]
    public void Where_ways_meet_a_value_has_the_higher_bound_of_both_or_none(int first, int? second, long bound)
    {
        MachineState atEnd = AtReturn(a =>
        {
            Label other = a.CreateLabel();
            Label join = a.CreateLabel();
            Label tooMuch = a.CreateLabel();
            a.test(rdi, rdi);
            a.je(other);
            a.mov(eax, __dword_ptr[rdi]);
            a.cmp(eax, first);
            a.ja(tooMuch);
            a.jmp(join);
            a.Label(ref other);
            a.mov(eax, __dword_ptr[rsi]);
            if (second is { } limit)
            {
                a.cmp(eax, limit);
                a.ja(tooMuch);
            }

            a.Label(ref join);
            a.nop();
            a.Label(ref tooMuch);
        }, beforeNop: true);

        Assert.Equal(bound, atEnd[Register.RAX].B);
    }

    // A value from before the loop, compared in every turn; the way in and the way back meet in front of the comparison.
    private static void BoundInLoop(Assembler a, AssemblerRegister32 compared, AssemblerRegister32 loaded)
    {
        Label head = a.CreateLabel();
        Label back = a.CreateLabel();
        Label end = a.CreateLabel();
        a.mov(loaded, __dword_ptr[rdi]);
        a.jmp(head);
        a.Label(ref back);
        a.dec(rsi);
        a.je(end);
        a.Label(ref head);
        a.cmp(compared, 5);
        a.ja(back);
        a.nop();
        a.jmp(back);
        a.Label(ref end);
    }

    // NativeAOT compiles calls by function pointers so, and puts what never runs before the branch to it.
    [Fact]
    public void A_branch_back_that_is_known_not_to_be_taken_is_no_loop_and_what_it_leads_to_is_not_reached()
    {
        CodeFlow flow = Analyse(a =>
        {
            Label never = a.CreateLabel();
            Label start = a.CreateLabel();
            a.jmp(start);
            a.Label(ref never);
            a.nop();
            a.Label(ref start);
            a.mov(ecx, 4);
            a.test(cl, 2);
            a.jne(never);
        });

        Instruction branch = flow.Reached.Single(static node => node.Code.Mnemonic == Mnemonic.Jne).Code;
        Assert.DoesNotContain(flow.Reached, static node => node.Code.Mnemonic == Mnemonic.Nop);
        Assert.False(flow.Leads(branch.NearBranchTarget, branch.IP));
    }

    [Fact]
    public void A_table_jump_with_a_known_index_leads_to_that_entry_alone()
    {
        CodeFlow flow = Analyse(a =>
        {
            Label table = a.CreateLabel();
            Label origin = a.CreateLabel();
            Label target = a.CreateLabel();
            a.mov(eax, 1);
            a.lea(rdx, __[table]);
            a.mov(edx, __dword_ptr[rdx + rax * 4]);
            a.lea(rdi, __[origin]);
            a.add(rdx, rdi);
            a.jmp(rdx);
            a.Label(ref origin);
            a.int3();
            a.Label(ref target);
            a.ret();
            a.Label(ref table);
            a.dd(0, 1);
        });

        (Instruction jump, MachineState before) = flow.Reached.Select(r => (r.Code, r.Before)).Single(r => r.Code.FlowControl == FlowControl.IndirectBranch);
        Assert.Equal([jump.NextIP + 1], flow.TableTargets(before[jump.Op0Register])!);
        Assert.Equal(Mnemonic.Ret, flow.Reached[^1].Code.Mnemonic);
    }

    [Theory]
    [InlineData("whole", true)]
    [InlineData("half, of a value that was loaded as a half", true)]
    [InlineData("half, of a value that was loaded as a whole", false)]
    [InlineData("byte", false)]
    public void A_bound_of_a_part_is_none_for_the_whole_unless_the_rest_is_known_to_be_0(string compared, bool known)
    {
        CodeFlow flow = Analyse(a =>
        {
            Label end = a.CreateLabel();
            a.mov(rax, __qword_ptr[rdi]);
            if (compared == "half, of a value that was loaded as a half")
            {
                a.mov(eax, __dword_ptr[rdi]);
            }

            switch (compared)
            {
                case "whole":
                    a.cmp(rax, 5);
                    break;
                case "byte":
                    a.cmp(al, 5);
                    break;
                default:
                    a.cmp(eax, 5);
                    break;
            }

            a.ja(end);
            a.mov(rcx, Target);
            a.mov(edx, __dword_ptr[rcx + rax * 4]);
            a.add(rdx, rcx);
            a.nop();
            a.Label(ref end);
        });

        Assert.Equal(known, flow.Reached.Single(r => r.Code.Mnemonic == Mnemonic.Nop).Before[Register.RDX].Kind == ValueKind.TableTarget);
    }

    [Fact]
    public void A_table_jump_without_a_bound_leads_nowhere_known()
    {
        CodeFlow flow = Analyse(a =>
        {
            a.mov(rax, Target);
            a.mov(ecx, __dword_ptr[rax + rdi * 4]);
            a.add(rcx, rax);
            a.jmp(rcx);
        });

        (Instruction jump, MachineState before) = flow.Reached.Single(r => r.Code.FlowControl == FlowControl.IndirectBranch);
        Assert.Null(flow.TableTargets(before[jump.Op0Register]));
    }

    [Fact]
    public void A_branch_before_the_entry_or_into_another_known_function_leaves_the_body()
    {
        nint code = Assemble(a => a.ret());
        CodeFlow flow = CodeFlow.Of(new CodeScope(MemoryMap.Read()) { IsEntry = address => address == code + 8 }, code);

        Assert.True(flow.IsInside((ulong)code));
        Assert.True(flow.IsInside((ulong)code + 1));
        Assert.False(flow.IsInside((ulong)code - 1));
        Assert.False(flow.IsInside((ulong)code + 8));
    }

    [Fact]
    public void What_is_found_does_not_depend_on_what_was_analysed_before_in_the_same_memory()
    {
        nint loop = Assemble(a =>
        {
            Label again = a.CreateLabel();
            a.mov(rax, 5);
            a.push(rbx);
            a.Label(ref again);
            a.add(rbx, rax);
            a.cmp(rbx, 100);
            a.jb(again);
            a.pop(rbx);
        });
        nint other = Assemble(a =>
        {
            Label end = a.CreateLabel();
            for (int i = 0; i < 50; i++)
            {
                a.mov(__qword_ptr[rdi], rsi);
                a.cmp(rdx, i);
                a.je(end);
                a.mov(rbx, i);
            }

            a.Label(ref end);
        });

        List<string> first = Describe(loop);
        Assert.Equal(7, first.Count);
        Assert.Equal(201, Describe(other).Count);
        Assert.Equal(first, Describe(loop));
    }

    private static List<string> Describe(nint code)
    {
        using var flow = CodeFlow.Of(new CodeScope(MemoryMap.Read()), code);
        var text = new List<string>();
        foreach (FlowNode node in flow.Reached)
        {
            IEnumerable<MachineValue> registers = Enumerable.Range((int)Register.RAX, 16).Select(r => node.Before[(Register)r]);
            List<FlowNode> successors = [];
            node.AddSuccessorsTo(successors);
            text.Add($"{node.Code.IP - (ulong)code:x} {string.Join(' ', registers)} {node.Before.Compared} {node.Before.ComparedWith} "
                + string.Join(' ', successors.Select(s => s.Code.IP - (ulong)code)));
        }

        return text;
    }

    private static MachineState AtReturn(Action<Assembler> body, bool beforeNop = false)
    {
        CodeFlow flow = Analyse(body);
        return flow.Reached.Last(r => r.Code.Mnemonic == (beforeNop ? Mnemonic.Nop : Mnemonic.Ret)).Before;
    }

    private static CodeFlow Analyse(Action<Assembler> body)
    {
        nint code = Assemble(body);
        return CodeFlow.Of(new CodeScope(MemoryMap.Read()), code);
    }

    // The page stays mapped: a few pages in a test process.
    private static nint Assemble(Action<Assembler> body)
    {
        void* page = LibC.mmap(null, 4096, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        Assert.True(page != LibC.MAP_FAILED);
        var assembler = new Assembler(64);
        body(assembler);
        assembler.ret();
        var bytes = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(bytes), (ulong)page);
        bytes.ToArray().CopyTo(new Span<byte>(page, 4096));
        Assert.Equal(0, LibC.mprotect(page, 4096, LibC.PROT_READ | LibC.PROT_EXEC));
        return (nint)page;
    }
}
