// The kernel is asked for mappings in two ways: one at a time, or for the text of all. Each proves the other.
using System.Runtime.InteropServices;
using TopHalf.Interop;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

public sealed unsafe class MemoryMapTests
{
    private static readonly int s_field = 1;

    private const int Rounds = 10;

    [FactNeedsQuery]
    public void Single_questions_are_answered_as_the_text_says()
    {
        List<Mapping> stable = [];
        Assert.Empty(AlwaysWrong(() =>
        {
            MappingsText before = MappingsText.Read();
            MappingsQuery query = MappingsQuery.Create()!;
            List<(Mapping Said, Mapping? First, Mapping? Last)> answers = [.. before.All().Select(m => (m, query.At(m.Start), query.At(m.End - 1)))];

            HashSet<Mapping> remained = [.. Stable(before.All(), MappingsText.Read().All())];
            stable = [.. remained];
            return answers.Where(a => remained.Contains(a.Said) && (a.First != a.Said || a.Last != a.Said)).Select(static a => a.Said);
        }));
        Assert.Contains(stable, static m => m.Path.EndsWith("/libcoreclr.so", StringComparison.Ordinal));
        Assert.Contains(stable, static m => m.Path == "[vdso]");
        Assert.Contains(stable, static m => m.Path.Length == 0 && m.Writable);
    }

    [FactNeedsQuery]
    public void All_mappings_are_as_the_text_says() => Assert.Empty(AlwaysWrong(static () =>
    {
        MappingsText before = MappingsText.Read();
        IReadOnlyList<Mapping> all = MappingsQuery.Create()!.All();
        return Stable(before.All(), MappingsText.Read().All()).Except(all);
    }));

    [FactNeedsQuery]
    public void Mappings_that_are_code_of_files_are_as_the_text_says()
    {
        HashSet<Mapping> code = [];
        Assert.Empty(AlwaysWrong(() =>
        {
            MappingsText before = MappingsText.Read();
            code = [.. MappingsQuery.Create()!.ExecutableFiles()];
            return Stable(before.ExecutableFiles(), MappingsText.Read().ExecutableFiles()).Select(static m => m with { Path = "" }).Except(code);
        }));
        Assert.True(code.Count > 5);
        Assert.All(code, static m => Assert.True(m.Executable && m.File.Inode != 0));
    }

    // Other threads map and unmap meanwhile, so what is compared is what the text says before and after. The page of old system calls is in
    // no process's memory, and cannot be read: only the text has it.
    private static IEnumerable<Mapping> Stable(IReadOnlyList<Mapping> before, IReadOnlyList<Mapping> after) =>
        before.Intersect(after).Where(static m => m.Path != "[vsyscall]");

    // The same may be unmapped and mapped again between two looks, so once is no proof; what is misunderstood is wrong every time.
    private static HashSet<Mapping> AlwaysWrong(Func<IEnumerable<Mapping>> wrong)
    {
        HashSet<Mapping> always = [.. wrong()];
        for (int i = 1; i < Rounds && always.Count > 0; i++)
        {
            always.IntersectWith(wrong());
        }

        return always;
    }

    [FactNeedsQuery]
    public void Where_nothing_is_mapped_neither_says_anything()
    {
        Assert.Null(MappingsQuery.Create()!.At(0x1000));
        Assert.Null(MappingsText.Read().At(0x1000));
    }

    [Fact]
    public void By_the_text_libraries_are_told_from_other_memory() => TellLibraries(MappingsText.Read());

    [FactNeedsQuery]
    public void By_single_questions_libraries_are_told_from_other_memory() => TellLibraries(MappingsQuery.Create()!);

    [Fact]
    public void By_the_text_memory_is_code_as_far_as_it_is_also_mapped_as_code() => FindCode(MappingsText.Read);

    [FactNeedsQuery]
    public void By_single_questions_memory_is_code_as_far_as_it_is_also_mapped_as_code() => FindCode(static () => MappingsQuery.Create()!);

    private static void TellLibraries(IMappings mappings)
    {
        var map = new MemoryMap(mappings);
        Mapping data = mappings.All().First(static m => m.Path.EndsWith("/libcoreclr.so", StringComparison.Ordinal) && m.Writable);
        int local;
        fixed (int* field = &s_field)
        {
            Assert.EndsWith("/libcoreclr.so", map.Library((nint)data.Start), StringComparison.Ordinal);
            Assert.EndsWith("/libcoreclr.so", map.Library((nint)data.End), StringComparison.Ordinal); // Its .bss.
            Assert.Null(map.Library((nint)(&local)));
            Assert.Null(map.Library((nint)field));
            Assert.False(map.IsCode((nint)field));
        }
    }

    // As the runtime does it where memory may not be both written and executed: one file, mapped twice.
    private static void FindCode(Func<IMappings> ask)
    {
        const int Page = 4096;
        const int Shared = 1;
        int file;
        fixed (byte* name = "doublemapper"u8)
        {
            file = memfd_create(name, 0);
        }

        Assert.Equal(0, ftruncate(file, 2 * Page));
        nint data = (nint)LibC.mmap(null, 2 * Page, LibC.PROT_READ | LibC.PROT_WRITE, Shared, file, 0);
        nint code = (nint)LibC.mmap(null, Page, LibC.PROT_READ | LibC.PROT_EXEC, Shared, file, Page);
        Assert.True(data > 0 && code > 0);
        try
        {
            var map = new MemoryMap(ask());
            Assert.False(map.IsCode(data + Page - 1));
            Assert.True(map.IsCode(data + Page));
            Assert.True(map.IsCode(code));
            Assert.True(map.IsWritable(data + Page));
            Assert.Null(map.Library(code));
        }
        finally
        {
            Assert.Equal(0, LibC.munmap((void*)data, 2 * Page));
            Assert.Equal(0, LibC.munmap((void*)code, Page));
            Assert.Equal(0, LibC.close(file));
        }
    }

    [DllImport("libc.so.6")]
    private static extern int memfd_create(byte* name, uint flags);

    [DllImport("libc.so.6")]
    private static extern int ftruncate(int fd, long length);
}

/// <summary>Skipped on kernels older than Linux 6.11, which answer no single questions.</summary>
internal sealed class FactNeedsQueryAttribute : FactAttribute
{
    public FactNeedsQueryAttribute()
    {
        if (MappingsQuery.Create() is null)
        {
            Skip = "this kernel has no PROCMAP_QUERY (Linux 6.11)";
        }
    }
}
