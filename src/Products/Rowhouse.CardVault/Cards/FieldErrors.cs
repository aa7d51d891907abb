namespace Rowhouse.CardVault.Cards;

/// <summary>What is wrong with a request, field by field, in the order it was found.</summary>
internal sealed class FieldErrors
{
    private readonly List<(string Field, string Message)> errors = [];

    public bool IsEmpty => errors.Count == 0;

    public IReadOnlyList<(string Field, string Message)> All => errors;

    public void Add(string field, string message) => errors.Add((field, message));

    public IReadOnlyDictionary<string, string[]> ByField() =>
        errors.GroupBy(error => error.Field).ToDictionary(group => group.Key, group => group.Select(error => error.Message).ToArray());
}
