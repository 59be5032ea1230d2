using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Running;

namespace TopHalf.Generator.Tests;
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is [Child.Command, ..])
        {
            Child.Run(arguments.AsSpan(1));
            return 0;
        }
        var sw = System.Diagnostics.Stopwatch.StartNew();
            Batch batch = Batch.Generate(1, 0, 250);
            File.WriteAllText("/tmp/gen.cs", batch.Source);
            Console.WriteLine(BatchCompiler.Compile(batch, "/tmp") + " " + sw.ElapsedMilliseconds);
        return 0;
    }
}
