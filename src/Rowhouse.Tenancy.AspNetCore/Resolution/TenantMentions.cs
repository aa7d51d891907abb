using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>The tenants that one request names, and whether they are one. Not thread-safe; <see langword="default"/> cannot be used.</summary>
public struct TenantMentions
{
    private readonly TenantDirectory directory;
    private string? first;
    private Tenant? tenant;
    private bool conflicting;
    private bool spelledDifferently;

    internal TenantMentions(TenantDirectory directory) => this.directory = directory;

    /// <summary>Adds a value that must lead to a tenant; one that leads nowhere counts as much as one that leads somewhere.</summary>
    /// <param name="kind">What kind of identifier it is.</param>
    /// <param name="value">The value, normalised.</param>
    public void Add(IdentifierKind kind, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        directory.TryFind(kind, value, out var found);
        Add(value, found);
    }

    /// <summary>Adds a value only where it leads to a tenant: for values that every request has, such as its host.</summary>
    /// <param name="kind">What kind of identifier it is.</param>
    /// <param name="value">The value, normalised.</param>
    public void AddIfKnown(IdentifierKind kind, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (directory.TryFind(kind, value, out var found))
        {
            Add(value, found);
        }
    }

    internal readonly TenantResolution Resolve(bool required) => new(Outcome, conflicting ? null : tenant, required)
    {
        SpelledDifferently = spelledDifferently,
    };

    private readonly TenantResolutionOutcome Outcome =>
        first is null ? TenantResolutionOutcome.None
        : conflicting ? TenantResolutionOutcome.Conflicting
        : tenant is null ? TenantResolutionOutcome.Unknown
        : TenantResolutionOutcome.Found;

    private void Add(string value, Tenant? found)
    {
        if (first is null)
        {
            first = value;
            tenant = found;
            return;
        }

        var same = string.Equals(first, value, StringComparison.Ordinal);
        spelledDifferently |= !same;
        conflicting |= found?.Id != tenant?.Id || (found is null && !same);
    }
}
