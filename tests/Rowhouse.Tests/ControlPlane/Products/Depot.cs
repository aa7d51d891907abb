using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Rowhouse.Modules;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Provisioning;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing.Host.Ledger;

namespace Rowhouse.Tests.ControlPlane.Products;

/// <summary>A product that has a workspace at a vendor's for each tenant, and where a test says so needs credentials of the tenant's.</summary>
public sealed class DepotModule : IModule
{
    private static readonly Permission GiveCredentials = new("depot.credentials.give", Role.Admin);

    public static ModuleInfo Info { get; } = new("depot", "Depot", [GiveCredentials]);

    public static void AddServices(IHostApplicationBuilder builder) => builder.AddTenantDbContext<LedgerDb>().AddProvisioner<DepotModule, WorkspaceProvisioner<DepotModule>>();

    public static void MapEndpoints(RouteGroupBuilder api)
    {
        api.MapPost("/credentials", async (LedgerDb db) =>
        {
            db.Entries.Add(new() { Number = 0, By = WorkspaceProvisioner<DepotModule>.Credentials });
            db.PublishChanged<DepotModule>();
            await db.SaveChangesAsync();
            return TypedResults.NoContent();
        }).WithName(nameof(GiveCredentials)).RequirePermission(GiveCredentials);

        api.MapDelete("/credentials", async (LedgerDb db) =>
        {
            db.Entries.RemoveRange(await db.Entries.Where(entry => entry.By == WorkspaceProvisioner<DepotModule>.Credentials).ToListAsync());
            db.PublishChanged<DepotModule>();
            await db.SaveChangesAsync();
            return TypedResults.NoContent();
        }).WithName("RevokeCredentials").RequirePermission(GiveCredentials);
    }
}

/// <summary>Another product with a workspace of its own.</summary>
public sealed class QuayModule : IModule
{
    public static ModuleInfo Info { get; } = new("quay", "Quay", []);

    public static void AddServices(IHostApplicationBuilder builder) => builder.AddTenantDbContext<LedgerDb>().AddProvisioner<QuayModule, WorkspaceProvisioner<QuayModule>>();

    public static void MapEndpoints(RouteGroupBuilder api)
    {
    }
}

/// <summary>What tests see of the provisioners, and tell them.</summary>
public sealed class Provisioned
{
    /// <summary>What a provisioner saw in its scope: the tenant's slug, and whose rows raw SQL without any filter finds.</summary>
    public ConcurrentQueue<(string Act, string Slug, Guid[] Tenants)> Seen { get; } = new();

    /// <summary>Slugs of tenants whose depot waits for credentials.</summary>
    public ConcurrentDictionary<string, bool> NeedCredentials { get; } = new();

    /// <summary>What happens when a provisioner has all but answered, by its product and the tenant's slug.</summary>
    public ConcurrentDictionary<string, Func<CancellationToken, Task>> AtEnd { get; } = new();
}

internal sealed class WorkspaceProvisioner<TModule>(LedgerDb db, TenantScope scope, Vendor vendor, Provisioned provisioned) : IProductProvisioner
    where TModule : IModule
{
    public const string Credentials = "credentials";

    private static readonly string Intent = $"{TModule.Info.Name} workspace";

    private string Name => $"{TModule.Info.Name} {scope.Tenant.Slug}";

    public async Task<ProvisioningResult> ProvisionAsync(CancellationToken cancellationToken)
    {
        await SeeAsync("provision", cancellationToken);
        if (await FindKeyAsync(cancellationToken) is not { } key)
        {
            key = RandomNumberGenerator.GetInt32(1, int.MaxValue);
            db.Entries.Add(new() { Number = key, By = Intent });
            await db.SaveChangesAsync(cancellationToken);
        }

        using var client = new HttpClient { BaseAddress = vendor.Address };
        if (await FindAsync(client, key, cancellationToken) is [])
        {
            using var made = await client.PostAsJsonAsync("/workspaces", new Workspace(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Name, Text(key)), cancellationToken);
            await CheckAsync(made, cancellationToken);
        }

        var waits = provisioned.NeedCredentials.ContainsKey(scope.Tenant.Slug.Value) && !await db.Entries.AnyAsync(entry => entry.By == Credentials, cancellationToken);
        if (provisioned.AtEnd.TryGetValue(Name, out var atEnd))
        {
            await atEnd(cancellationToken);
        }

        return waits ? ProvisioningResult.PendingCredentials("ChannelEngine API credentials") : ProvisioningResult.Ready;
    }

    public async Task DeprovisionAsync(CancellationToken cancellationToken)
    {
        await SeeAsync("deprovision", cancellationToken);
        if (await FindKeyAsync(cancellationToken) is not { } key)
        {
            return;
        }

        using var client = new HttpClient { BaseAddress = vendor.Address };
        foreach (var workspace in await FindAsync(client, key, cancellationToken))
        {
            using var removed = await client.DeleteAsync($"/workspaces/{workspace.Id}", cancellationToken);
            await CheckAsync(removed, cancellationToken);
        }
    }

    private async Task<int?> FindKeyAsync(CancellationToken cancellationToken) => (await db.Entries.AsNoTracking().SingleOrDefaultAsync(entry => entry.By == Intent, cancellationToken))?.Number;

    private async Task<List<Workspace>> FindAsync(HttpClient client, int key, CancellationToken cancellationToken) =>
        await client.GetFromJsonAsync<List<Workspace>>($"/workspaces?name={Uri.EscapeDataString(Name)}&key={Text(key)}", cancellationToken) ?? [];

    private static string Text(int key) => key.ToString(CultureInfo.InvariantCulture);

    private static async Task CheckAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.TooManyRequests)
        {
            throw new ProvisioningException(await answer.Content.ReadAsStringAsync(cancellationToken)) { IsTransient = answer.StatusCode is HttpStatusCode.TooManyRequests };
        }

        answer.EnsureSuccessStatusCode();
    }

    // Whatever a product runs, PostgreSQL shows it no row of another tenant.
    private async Task SeeAsync(string act, CancellationToken cancellationToken)
    {
#pragma warning disable RS0030 // that raw SQL finds nothing else is what is tested
        var tenants = await db.Database.SqlQueryRaw<Guid>("SELECT DISTINCT tenant_id AS \"Value\" FROM ledger.entries").ToArrayAsync(cancellationToken);
#pragma warning restore RS0030
        provisioned.Seen.Enqueue(($"{act} {TModule.Info.Name}", scope.Tenant.Slug.Value, tenants));
    }
}
