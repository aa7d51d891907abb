using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Rowhouse.Tenancy;

/// <summary>
/// The map identifier → tenant that a node keeps in memory. It is filled from <see cref="ITenantCatalogue"/> at start;
/// afterwards whoever learns of a change (this node's own control plane, a notice from another node) puts it in with
/// <see cref="Apply"/>. Safe for any number of threads; a look-up takes no lock and allocates nothing.
/// </summary>
public sealed class TenantDirectory
{
    private readonly ConcurrentDictionary<TenantId, CatalogueEntry> byId = new();
    private readonly ConcurrentDictionary<string, Tenant>[] byValue;
    private readonly Lock changing = new();

    /// <summary>An empty directory.</summary>
    public TenantDirectory()
    {
        byValue = new ConcurrentDictionary<string, Tenant>[Enum.GetValues<IdentifierKind>().Length];
        for (var kind = 0; kind < byValue.Length; kind++)
        {
            byValue[kind] = new(StringComparer.Ordinal);
        }
    }

    /// <summary>How many tenants are known.</summary>
    public int Count => byId.Count;

    /// <summary>Whether <see cref="FillAsync"/> has succeeded once.</summary>
    public bool IsFilled { get; private set; }

    /// <summary>Finds a tenant by its id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="tenant">The tenant.</param>
    public bool TryFind(TenantId id, [NotNullWhen(true)] out Tenant? tenant)
    {
        tenant = byId.TryGetValue(id, out var entry) ? entry.Tenant : null;
        return tenant is not null;
    }

    /// <summary>Finds the tenant that an identifier leads to.</summary>
    /// <param name="kind">What sort of value it is.</param>
    /// <param name="value">The value in its normal form; for names lower case.</param>
    /// <param name="tenant">The tenant.</param>
    public bool TryFind(IdentifierKind kind, ReadOnlySpan<char> value, [NotNullWhen(true)] out Tenant? tenant)
    {
        if (kind is IdentifierKind.Name && Guid.TryParseExact(value, "D", out var id) && id != Guid.Empty && TryFind(new TenantId(id), out tenant))
        {
            return true;
        }

        return byValue[(int)kind].GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(value, out tenant);
    }

    /// <summary>Reads the whole catalogue.</summary>
    /// <param name="catalogue">Where to read from.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task FillAsync(ITenantCatalogue catalogue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        await foreach (var entry in catalogue.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            Apply(entry);
        }

        IsFilled = true;
    }

    /// <summary>
    /// Takes in a tenant as the catalogue now has it. A value of this tenant older than the one that is known
    /// changes nothing, so its notices may arrive late and twice.
    /// </summary>
    /// <param name="entry">The tenant and everything that leads to it.</param>
    public void Apply(CatalogueEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        lock (changing)
        {
            byId.TryGetValue(entry.Tenant.Id, out var known);
            if (known is not null && known.Tenant.Version > entry.Tenant.Version)
            {
                return;
            }

            byId[entry.Tenant.Id] = entry;
            foreach (var identifier in IdentifiersOf(entry))
            {
                byValue[(int)identifier.Kind][identifier.Value] = entry.Tenant;
            }

            if (known is not null)
            {
                RemoveValues(known, except: entry);
            }
        }
    }

    /// <summary>Forgets a tenant.</summary>
    /// <param name="id">The tenant.</param>
    public void Remove(TenantId id)
    {
        lock (changing)
        {
            if (byId.TryRemove(id, out var known))
            {
                RemoveValues(known, except: null);
            }
        }
    }

    private void RemoveValues(CatalogueEntry known, CatalogueEntry? except)
    {
        foreach (var identifier in IdentifiersOf(known).Except(except is null ? [] : IdentifiersOf(except)))
        {
            // Only what still leads to this tenant: the value may have been given to another one meanwhile.
            if (byValue[(int)identifier.Kind].TryGetValue(identifier.Value, out var tenant) && tenant.Id == known.Tenant.Id)
            {
                byValue[(int)identifier.Kind].TryRemove(identifier.Value, out _);
            }
        }
    }

    private static IEnumerable<Identifier> IdentifiersOf(CatalogueEntry entry) =>
        entry.Identifiers.Append(new(IdentifierKind.Name, entry.Tenant.Slug.Value));
}
