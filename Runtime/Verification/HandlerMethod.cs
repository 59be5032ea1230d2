using TopHalf.Verification;

namespace TopHalf;

/// <summary>A method whose machine code was judged: the handler, or one that it calls.</summary>
/// <param name="Name">Its name, with its type.</param>
/// <param name="Address">Where its machine code begins.</param>
/// <param name="Instructions">Instructions that can be reached.</param>
/// <param name="Bytes">Bytes of machine code that can be reached.</param>
/// <param name="StackBytes">Stack that it takes alone at its deepest, in bytes, with its return address.</param>
/// <param name="Confirmation">Whether the runtime says the same of where the code ends, and that it is final.</param>
public sealed record HandlerMethod(
    string Name, nint Address, int Instructions, int Bytes, int StackBytes, HandlerConfirmation Confirmation = HandlerConfirmation.NotAsked)
{
    internal static HandlerMethod Of(CodeBody body) =>
        new(body.Name, body.Entry, body.Instructions.Length, body.Length, body.Stack + sizeof(long));
}
