namespace TopHalf.Generator.Tests.Generation;

/// <summary>A form of C# that calls something, or hides what it does, in a way that a handler may use and in one that it may not.</summary>
/// <param name="Name">Names it in messages.</param>
/// <param name="Clean">Statements that belong into any handler. <c>$X</c> and <c>$N</c> as in <see cref="Poison"/>.</param>
/// <param name="Poisoned">The same form around something that does not belong into a handler, or empty.</param>
/// <param name="Members">Declarations beside the handler that both need.</param>
/// <param name="Knowledge">What is known about the poisoned one.</param>
internal sealed record Form(string Name, string Clean, string Poisoned = "", string Members = "", Knowledge Knowledge = Knowledge.MustBeRefused)
{
    /// <summary>The poisoned one, as it is planted.</summary>
    public Poison Poison => new($"{Name}, poisoned", Knowledge, Poisoned, Members);
}
