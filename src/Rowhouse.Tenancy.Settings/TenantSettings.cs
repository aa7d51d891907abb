using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Tenancy.Settings.Store;

namespace Rowhouse.Tenancy.Settings;

/// <summary>A section of the scope's tenant, in the tenant's home and in its cache.</summary>
internal sealed class TenantSettings<T>(SettingsSection<T> section, SettingsDb db, ITenantCache<CurrentSettings<T>> cache, TenantScope scope, TenantDirectory directory) : ITenantSettings<T>
    where T : class
{
    private readonly TenantCacheEntry kept = new() { Duration = TimeSpan.FromMinutes(1), Tags = [section.Name] };

    // With the version that the directory knows by now, which a change raises: a node that hears of one looks for another value than it has, and nobody
    // has to remove what each node keeps. The scope may be older than the change.
    private string Key => $"{section.Edition}:{(directory.TryFind(scope.Tenant.Id, out var tenant) ? tenant : scope.Tenant).SettingsVersion}";

    public ValueTask<CurrentSettings<T>> GetAsync(CancellationToken cancellationToken = default) =>
        cache.GetOrSetAsync(
            Key,
            async cancelled => section.Of(await db.Overrides.AsNoTracking().SingleOrDefaultAsync(known => known.Section == section.Name, cancelled).ConfigureAwait(false)),
            kept,
            cancellationToken);

    public Task<CurrentSettings<T>> ChangeAsync(Func<CurrentSettings<T>, T> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return SetAsync(overrides => section.OverridesOf(change(section.Of(overrides))), cancellationToken);
    }

    public Task<CurrentSettings<T>> ResetAsync(CancellationToken cancellationToken = default) => SetAsync(_ => [], cancellationToken);

    private async Task<CurrentSettings<T>> SetAsync(Func<SectionOverrides?, JsonObject> set, CancellationToken cancellationToken)
    {
        // Nobody else has this context, and what it has read before is of no use.
        db.ChangeTracker.Clear();
        var now = await db.InLockAsync(
            $"settings:{section.Name}",
            async cancelled =>
            {
                var overrides = await db.Overrides.SingleOrDefaultAsync(known => known.Section == section.Name, cancelled).ConfigureAwait(false);
                var members = set(overrides);
                if (!JsonNode.DeepEquals(members, overrides is null ? new JsonObject() : JsonNode.Parse(overrides.Members)))
                {
                    overrides ??= db.Add(new SectionOverrides { Section = section.Name, Members = "{}" }).Entity;
                    overrides.Members = members.ToJsonString();
                    overrides.Version++;
                    db.PublishIfHandled(new SettingsChanged(section.Name, overrides.Version));
                    await db.SaveChangesAsync(cancelled).ConfigureAwait(false);
                }

                return section.Of(overrides);
            },
            cancellationToken).ConfigureAwait(false);

        // They are changed, whoever is still waiting for it.
        await cache.RemoveByTagAsync(section.Name, CancellationToken.None).ConfigureAwait(false);
        return now;
    }
}
