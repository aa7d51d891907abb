using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Rowhouse.Tenancy;

/// <summary>
/// The map identifier → tenant that a node keeps in memory, and 64 bits of every identifier there is. It is filled from
/// <see cref="ITenantCatalogue"/> at start and follows it; whoever makes a change here puts it in with <see cref="Apply"/> at once.
/// Safe for any number of threads; a look-up takes no lock and allocates nothing.
/// </summary>
public sealed class TenantDirectory
{
    private readonly ConcurrentDictionary<Guid, Resident> byId = new();
    private readonly ConcurrentDictionary<string, Resident>[] byValue;
    private readonly FingerprintSet fingerprints = new();
    private readonly ResidentRing residents;
    private readonly SharedParts parts = new();
    private readonly Lock changing = new();
    private long changes;

    /// <summary>An empty directory.</summary>
    /// <param name="options">How much it keeps.</param>
    public TenantDirectory(DirectoryOptions? options = null)
    {
        residents = new((options ?? new()).Capacity);
        byValue = new ConcurrentDictionary<string, Resident>[Enum.GetValues<IdentifierKind>().Length];
        for (var kind = 0; kind < byValue.Length; kind++)
        {
            byValue[kind] = new(StringComparer.Ordinal);
        }
    }

    /// <summary>How many tenants are in memory.</summary>
    public int Count => byId.Count;

    /// <summary>How many identifiers lead to a tenant, in memory or not. Of those that a tenant lost while it was not in memory some are counted still.</summary>
    public int IdentifierCount => fingerprints.Count;

    /// <summary>Whether <see cref="FillAsync"/> has succeeded once.</summary>
    public bool IsFilled { get; private set; }

    /// <summary>Whether it hears from its catalogue.</summary>
    /// <value><see cref="DirectoryContact.Connected"/> also where nobody listens to a catalogue.</value>
    public DirectoryContact Contact { get; internal set; }

    /// <summary>Counts what was taken in: an answer of the catalogue that was asked for before may be older than the directory.</summary>
    internal long Changes => Volatile.Read(ref changes);

    /// <summary>The bytes that the fingerprints take.</summary>
    internal long FingerprintBytes => fingerprints.Bytes;

    /// <summary>Finds a tenant in memory by its id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="tenant">The tenant.</param>
    public bool TryFind(TenantId id, [NotNullWhen(true)] out Tenant? tenant) => TryFind(id.Value, out tenant);

    /// <summary>Finds the tenant in memory that an identifier leads to.</summary>
    /// <param name="kind">What sort of value it is.</param>
    /// <param name="value">The value in its normal form.</param>
    /// <param name="tenant">The tenant.</param>
    public bool TryFind(IdentifierKind kind, ReadOnlySpan<char> value, [NotNullWhen(true)] out Tenant? tenant)
    {
        if (byValue[(int)kind].GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(value, out var resident))
        {
            tenant = resident.Use();
            return true;
        }

        tenant = null;
        return kind is IdentifierKind.Name && value.Length == 36 && Guid.TryParseExact(value, "D", out var id) && TryFind(id, out tenant);
    }

    /// <summary>
    /// Whether an identifier may lead to a tenant that is not in memory: the catalogue has to be asked. Where it says no, and there is
    /// <see cref="Contact"/>, the identifier leads nowhere.
    /// </summary>
    /// <param name="kind">What sort of value it is.</param>
    /// <param name="value">The value in its normal form.</param>
    public bool MayLead(IdentifierKind kind, ReadOnlySpan<char> value) => fingerprints.Contains(fingerprints.Of(kind, value));

    /// <summary>Reads the whole catalogue.</summary>
    /// <param name="catalogue">Where to read from.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="CatalogueUnreachableException">The catalogue is out of reach.</exception>
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
            changes++;
            byId.TryGetValue(entry.Tenant.Id.Value, out var known);
            if (known is not null && known.Tenant.Version > entry.Tenant.Version)
            {
                return;
            }

            var resident = new Resident(parts.Share(entry.Tenant), entry.Identifiers is [] ? [] : [.. entry.Identifiers]);
            fingerprints.Add(FingerprintOf(resident.Tenant.Id));
            foreach (var identifier in resident.Identifiers)
            {
                fingerprints.Add(FingerprintOf(identifier));
                byValue[(int)identifier.Kind][identifier.Value] = resident;
            }

            byId[resident.Tenant.Id.Value] = resident;
            if (known is not null)
            {
                residents.Replace(known, resident);
                RemoveValues(known, except: resident, forGood: true);
            }
            else if (residents.Add(resident) is { } evicted)
            {
                byId.TryRemove(evicted.Tenant.Id.Value, out _);
                RemoveValues(evicted, except: null, forGood: false);
            }
        }
    }

    /// <summary>Forgets a tenant.</summary>
    /// <param name="id">The tenant.</param>
    public void Remove(TenantId id)
    {
        lock (changing)
        {
            changes++;
            fingerprints.Remove(FingerprintOf(id));
            if (byId.TryRemove(id.Value, out var known))
            {
                residents.Remove(known);
                RemoveValues(known, except: null, forGood: true);
            }
        }
    }

    private bool TryFind(Guid id, [NotNullWhen(true)] out Tenant? tenant)
    {
        tenant = byId.TryGetValue(id, out var resident) ? resident.Use() : null;
        return tenant is not null;
    }

    private void RemoveValues(Resident known, Resident? except, bool forGood)
    {
        foreach (var identifier in known.Identifiers)
        {
            if (except?.Identifiers.Contains(identifier) is true)
            {
                continue;
            }

            // Only what still leads to this tenant: the value may have been given to another one meanwhile.
            if (byValue[(int)identifier.Kind].TryGetValue(identifier.Value, out var resident) && resident.Tenant.Id == known.Tenant.Id)
            {
                byValue[(int)identifier.Kind].TryRemove(identifier.Value, out _);
                if (forGood)
                {
                    fingerprints.Remove(FingerprintOf(identifier));
                }
            }
        }
    }

    private ulong FingerprintOf(Identifier identifier) => fingerprints.Of(identifier.Kind, identifier.Value);

    private ulong FingerprintOf(TenantId id)
    {
        Span<char> text = stackalloc char[36];
        id.Value.TryFormat(text, out _);
        return fingerprints.Of(IdentifierKind.Name, text);
    }
}
