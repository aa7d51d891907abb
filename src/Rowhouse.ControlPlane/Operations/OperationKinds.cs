using Rowhouse.Contracts;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>The kinds of operations that this server knows.</summary>
internal sealed class OperationKinds(IEnumerable<OperationKind> kinds)
{
    private readonly Dictionary<string, OperationKind> kinds = kinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => kinds.Keys;

    /// <summary>The names of those that this server works on.</summary>
    public IReadOnlyCollection<string> WorkedOn => [.. kinds.Values.Where(kind => kind.IsWorkedOnHere).Select(kind => kind.Name)];

    public OperationKind this[string name] => kinds[name];

    /// <summary>Whether operations of the kind can be undone; where it is another release's, nobody here knows.</summary>
    public bool CanBeUndone(string name) => kinds.TryGetValue(name, out var kind) && kind.CanBeUndone;

    /// <summary>The operation as the API shows it. One of a kind that another release knows has the steps that were begun.</summary>
    public OperationResponse Show(Operation operation) =>
        operation.ToResponse(
        kinds.TryGetValue(operation.Kind, out var kind) ? kind.StepNames : [.. operation.History.OrderBy(attempt => attempt.Step).Select(attempt => attempt.Name).Distinct()],
        CanBeUndone(operation.Kind));
}
