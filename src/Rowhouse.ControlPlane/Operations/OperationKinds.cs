using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Products;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>The kinds of operations that this server knows.</summary>
internal sealed class OperationKinds(IEnumerable<OperationKind> kinds, ProductProvisioners products)
{
    private readonly Dictionary<string, OperationKind> kinds = kinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => kinds.Keys;

    /// <summary>The products that this server sets up; operations on others are left to servers that have them.</summary>
    public IReadOnlyCollection<string> Products => products.Names;

    /// <summary>The names of those that this server works on: of those that call products, or of the others.</summary>
    public IReadOnlyCollection<string> WorkedOn(bool callsProducts) => [.. kinds.Values.Where(kind => kind.CallsProducts == callsProducts && kind.IsWorkedOnHere).Select(kind => kind.Name)];

    public OperationKind this[string name] => kinds[name];

    /// <summary>A step of the operation that this release does not know.</summary>
    public string? UnknownStepOf(Operation operation) => operation.Steps.Except(kinds[operation.Kind].StepNames, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Whether operations of the kind can be undone; where it is another release's, nobody here knows.</summary>
    public bool CanBeUndone(string name) => kinds.TryGetValue(name, out var kind) && kind.CanBeUndone;

    /// <summary>The operation as the API shows it.</summary>
    public OperationResponse Show(Operation operation) => operation.ToResponse(CanBeUndone(operation.Kind));
}
