using System.Collections;

namespace Rowhouse.Tenancy.AspNetCore.Admission;

/// <summary>The tenant as a log scope: structured for providers that read pairs, readable for those that print.</summary>
internal sealed class TenantLogScope(TenantId tenant) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 1;

    public KeyValuePair<string, object?> this[int index] =>
        index == 0 ? new("Tenant", tenant) : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return this[0];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"Tenant:{tenant}";
}
