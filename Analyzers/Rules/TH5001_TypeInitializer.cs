using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Types with a static constructor, types of which the initialiser registers the handler itself (<see cref="RunningInitializers"/>), and static fields of other assemblies.</summary>
internal sealed class TH5001_TypeInitializer : Rule
{
    public static readonly TH5001_TypeInitializer Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.TypeInitializer,
        "Do not depend on a type initialiser that may not have run",
        "{0} {1}: the first access runs it, under a lock, inside the handler. {2}.",
        RuleCategories.RuntimeServices,
        RuleLevel.SurelyWrong,
        "A static constructor is checked for on each access and run on the first one. Types with initialised fields only are initialised by registration.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy =>
        "Initialise the fields where they are declared instead of in a static constructor, or keep the data in the handler's state";

    public override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(
        OperationKind.FieldReference);

    public const string RegisterLater = "Register it from a method that runs later, or move the statics that it uses into another type";

    public static string StillRunning(INamedTypeSymbol type) => $"is registered while the static initialiser of '{type.Name}', which it needs, is still running";

    public static string Cause(INamedTypeSymbol type) => $"needs the static constructor of '{type.Name}'";

    public Effect Effect(INamedTypeSymbol type, Location location) => new(this, location, Cause(type), Remedy);

    public override void Inspect(IOperation operation, Body body)
    {
        if (operation is not IFieldReferenceOperation { Field: { IsStatic: true, IsConst: false } field })
        {
            return;
        }

        if (field.ContainingType.TypeKind == TypeKind.Enum || field.IsThreadStatic())
        {
            return;
        }

        if (TypeParameter((INamedTypeSymbol)body.Instantiation.Of(field.ContainingType)) is { } argument)
        {
            body.Report(TH5004_RuntimeService.Instance, operation.Syntax,
                $"uses the static '{field.Name}' of '{Names.Short(field.ContainingType)}', which is found at run time because '{Names.Short(argument)}' may be a reference type", culprit: field);
        }
        else if (SymbolEqualityComparer.Default.Equals(field.ContainingAssembly, body.Engine.Compilation.Assembly))
        {
            // Registration runs the initialisers of every type that the handler reaches, but code that was compiled before keeps the check
            // for
            // an explicit static constructor.
            if (TypeFacts.HasStaticConstructor(field.ContainingType))
            {
                body.Report(this, operation.Syntax, Cause(field.ContainingType));
            }
        }
        else if (field is { IsReadOnly: true, Type.TypeKind: TypeKind.FunctionPointer })
        {
            // A library's native function: registration runs its initialiser, and the verifier sees the target in the code.
        }
        else if (body.Engine.Tables.Find(field) is { } entry)
        {
            if (entry.Rule is { } rule)
            {
                body.Report(rule, operation.Syntax, $"uses '{field.ContainingType.Name}.{field.Name}' ({entry.Reason})", entry.Remedy, culprit: field);
            }
        }
        else
        {
            body.Report(this, operation.Syntax, $"uses '{field.ContainingType.Name}.{field.Name}', a static field of another assembly", culprit: field);
        }
    }

    // Code that does not know the type arguments is shared between types, and looks their statics up. Where they are named, each type has its
    // own at an address of its own.
    private static ITypeSymbol? TypeParameter(INamedTypeSymbol? type)
    {
        for (; type is not null; type = type.ContainingType)
        {
            if (type.TypeArguments.FirstOrDefault(TypeFacts.IsOpenReference) is { } argument)
            {
                return argument;
            }
        }

        return null;
    }
}
