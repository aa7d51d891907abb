using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Rowhouse.Tenancy;

/// <summary>
/// The map identifier → tenant that a node keeps in memory, and 64 bits of every identifier there is. It is filled from
/// <see cref="ITenantCatalogue"/> at start and follows it; whoever makes a change here puts it in with <see cref="Apply"/> at once.
/// Safe for any number of threads; a look-up takes no lock and allocates nothing.
/// </summary>
public sealed class TenantDirectory
{
    private const int IdLength = 36;

    // .NET reads "+1…" and "0x…" as parts of an id too.
    private static readonly SearchValues<char> OfIds = SearchValues.Create("0123456789abcdef-");

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

    /// <summary>How many identifiers lead to a tenant, in memory or not. One that a tenant lost counts until the process ends.</summary>
    internal int IdentifierCount => fingerprints.Count;

    /// <summary>Whether <see cref="FillAsync"/> has succeeded once.</summary>
    public bool IsFilled { get; private set; }

    /// <summary>Whether it hears from its catalogue.</summary>
    /// <value><see cref="DirectoryContact.Connected"/> where the host has not started.</value>
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
        // First what reads as an id: to hash its text takes longer than to read it.
        if (value.Length == IdLength && kind is IdentifierKind.Name && TryFind(value, out tenant))
        {
            return true;
        }

        tenant = byValue[(int)kind].GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(value, out var resident) ? resident.Use() : null;
        return tenant is not null;
    }

    /// <summary>
    /// Whether an identifier may lead to a tenant that is not in memory: the catalogue has to be asked. Where it says no, and there is
    /// <see cref="Contact"/>, the identifier leads nowhere.
    /// </summary>
    internal bool MightContain(IdentifierKind kind, ReadOnlySpan<char> value) => fingerprints.Contains(fingerprints.Of(kind, value));

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
    /// changes nothing, so its notices may arrive late and twice. Where memory is full and the tenant is not in it, only its identifiers are
    /// noted: a change is no reason that others give way. One that was purged or erased is taken out.
    /// </summary>
    /// <param name="entry">The tenant and everything that leads to it.</param>
    public void Apply(CatalogueEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        lock (changing)
        {
            ApplyLocked(entry, makeRoom: false);
        }
    }

    /// <summary>Takes in what somebody asked for, and makes room for it, unless something else was taken in since the reading began: it may be newer.</summary>
    /// <returns>Whether it was taken in.</returns>
    internal bool TryApply(IReadOnlyList<CatalogueEntry> entries, long since)
    {
        lock (changing)
        {
            if (changes != since)
            {
                return false;
            }

            foreach (var entry in entries)
            {
                ApplyLocked(entry, makeRoom: true);
            }

            return true;
        }
    }

    private void ApplyLocked(CatalogueEntry entry, bool makeRoom)
    {
        changes++;
        byId.TryGetValue(entry.Tenant.Id.Value, out var known);
        if (known is not null && known.Tenant.Version > entry.Tenant.Version)
        {
            return;
        }

        if (entry.Tenant.IsPurged)
        {
            if (known is not null)
            {
                residents.Remove(known);
                byId.TryRemove(known.Tenant.Id.Value, out _);
                RemoveValues(known, except: null);
            }

            return;
        }

        // What counts the settings' changes is no part of the version: of two answers of one version the one that comes second may be the older.
        var tenant = known is not null && known.Tenant.SettingsVersion > entry.Tenant.SettingsVersion ? entry.Tenant with { SettingsVersion = known.Tenant.SettingsVersion } : entry.Tenant;

        // A release that is newer than this node may know kinds that this one does not: nobody asks it for those.
        var resident = new Resident(parts.Share(tenant), entry.Identifiers.Where(identifier => (int)identifier.Kind < byValue.Length));
        fingerprints.Add(FingerprintOf(resident.Tenant.Id));
        foreach (var identifier in resident.Identifiers)
        {
            fingerprints.Add(FingerprintOf(identifier));
        }

        if (known is not null)
        {
            residents.Replace(known, resident);
            RemoveValues(known, except: resident);
        }
        else if (residents.IsFull && !makeRoom)
        {
            return;
        }
        else if (residents.Add(resident) is { } evicted)
        {
            byId.TryRemove(evicted.Tenant.Id.Value, out _);
            RemoveValues(evicted, except: null);
        }

        byId[resident.Tenant.Id.Value] = resident;
        foreach (var identifier in resident.Identifiers)
        {
            Lead(identifier, resident);
        }
    }

    private void Lead(Identifier identifier, Resident resident)
    {
        var values = byValue[(int)identifier.Kind];
        if (values.TryGetValue(identifier.Value, out var other) && other.Tenant.Id != resident.Tenant.Id)
        {
            // It has moved, and which of the two is older nobody can tell here: the next who asks for it asks the catalogue.
            values.TryRemove(identifier.Value, out _);
            return;
        }

        values[identifier.Value] = resident;
    }

    // Apart, so that who asks for a slug does not pay for its variables.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFind(ReadOnlySpan<char> id, [NotNullWhen(true)] out Tenant? tenant)
    {
        tenant = null;
        return !id.ContainsAnyExcept(OfIds) && Guid.TryParseExact(id, "D", out var value) && TryFind(value, out tenant);
    }

    private bool TryFind(Guid id, [NotNullWhen(true)] out Tenant? tenant)
    {
        tenant = byId.TryGetValue(id, out var resident) ? resident.Use() : null;
        return tenant is not null;
    }

    private void RemoveValues(Resident known, Resident? except)
    {
        foreach (var identifier in known.Identifiers)
        {
            // Only what still leads to this tenant: the value may have been given to another one meanwhile.
            if (except?.Identifiers.Contains(identifier) is not true
                && byValue[(int)identifier.Kind].TryGetValue(identifier.Value, out var resident)
                && resident.Tenant.Id == known.Tenant.Id)
            {
                byValue[(int)identifier.Kind].TryRemove(identifier.Value, out _);
            }
        }
    }

    private ulong FingerprintOf(Identifier identifier) => fingerprints.Of(identifier.Kind, identifier.Value);

    private ulong FingerprintOf(TenantId id)
    {
        Span<char> text = stackalloc char[IdLength];
        id.Value.TryFormat(text, out _);
        return fingerprints.Of(IdentifierKind.Name, text);
    }
}
