using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Deprovisioning;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Server;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Secrets;
using Rowhouse.Tenancy.Settings;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Deprovisioning;

/// <summary>
/// Two servers on the same databases that remove tenants, each step of which a test can hold. Their clocks are an hour behind the database's: they would revive
/// what the database says has ended.
/// </summary>
public sealed class DeprovisionServer : ServerFixture
{
    public const string Section = "deprovisioned";

    private static readonly HashSet<string> Ends = ["succeeded", "failed", "cancelled", "stuck"];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-node-");
    private WebApplication? there;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The second server.</summary>
    public IServiceProvider There => there!.Services;

    /// <summary>What happens around a step, by <c>before home</c> and the like. It does not hear that its worker is to stop.</summary>
    internal ConcurrentDictionary<(Guid Tenant, string Moment), Func<Task>> At { get; } = new();

    protected override string Template => "rowhouse_deprovision";

    protected override void Configure(WebApplicationBuilder builder)
    {
        builder.AddTenantSettings(Section, new Known(1)).AddTenantSecret<KnownSecret>(Section);
        builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new SlowClock()));
        builder.Services.AddSingleton(new OperationOptions { Lease = TimeSpan.FromSeconds(2), Poll = TimeSpan.FromMilliseconds(100), FirstPause = TimeSpan.FromMilliseconds(20) });
        builder.Services.Remove(builder.Services.Single(service => service.ServiceType == typeof(OperationKind) && service.ImplementationType == typeof(Deprovision)));
        builder.Services.AddSingleton<OperationKind>(services => new Held(this, ActivatorUtilities.CreateInstance<Deprovision>(services)));
    }

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        there = ServerHost.Build(Settings with { DataFolder = folder.FullName }, builder =>
        {
            builder.Logging.ClearProviders();
            Configure(builder);
        });
        await there.StartAsync(Cancelled);
    }

    public override async ValueTask DisposeAsync()
    {
        if (there is not null)
        {
            await there.StopAsync();
            await there.DisposeAsync();
        }

        folder.Delete(recursive: true);
        await base.DisposeAsync();
    }

    /// <summary>Deletes a tenant, and lets its retention end by the database's clock.</summary>
    public async Task DeleteAsync(Guid tenant, string slug)
    {
        await SuperAdmin.PatchAsJsonAsync($"/api/tenants/{tenant}", new { deletionProtection = false }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await SuperAdmin.DeleteAsync($"/api/tenants/{tenant}?confirm={slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await ExecuteAsync(Database.Control!, $"UPDATE platform.tenants SET retained_until = now() - interval '1 second', version = version + 1 WHERE id = '{tenant}'");
    }

    /// <summary>Lets a server look whose retention has ended, as it does every minute.</summary>
    /// <returns>How many it has begun to remove.</returns>
    public static Task<int> LookAsync(IServiceProvider services) => services.GetServices<IHostedService>().OfType<EndOfRetention>().Single().BeginAsync(Cancelled);

    /// <summary>Deletes a tenant whose retention ends at once, and waits until it is gone and both servers know.</summary>
    public async Task PurgeAsync(Guid tenant, string slug)
    {
        await DeleteAsync(tenant, slug);
        await LookAsync(Services);
        (await EndAsync(tenant)).Status.ShouldBe("succeeded");
        await Eventually.UntilAsync(() => Task.FromResult(new[] { Services, There }.All(node => !node.GetRequiredService<TenantDirectory>().TryFind(new TenantId(tenant), out _))), Cancelled);
    }

    /// <summary>The operation that removes a tenant; there is one.</summary>
    public async Task<OperationResponse> OperationAsync(Guid tenant) =>
        (await SuperAdmin.GetAsync($"/api/tenants/{tenant}/operations", Cancelled).ReadAsync<Page<OperationResponse>>()).Items.Single(operation => operation.Kind == "deprovision");

    /// <summary>Waits until the operation that removes a tenant stops.</summary>
    public async Task<OperationResponse> EndAsync(Guid tenant)
    {
        OperationResponse? last = null;
        await Eventually.UntilAsync(async () => Ends.Contains((last = await OperationAsync(tenant)).Status), Cancelled);
        return last!; // it has stopped, so it was read
    }

    public Task<TenantResponse> TenantAsync(Guid tenant) => SuperAdmin.GetAsync($"/api/tenants/{tenant}", Cancelled).ReadAsync<TenantResponse>();

    /// <summary>How many rows each table of the store has of a tenant, but for its home.</summary>
    public async Task<SortedDictionary<string, long>> StoredAsync(Guid tenant) => await TenantRows.StoredAsync(await new PostgresFixture().SuperuserAsync(Database.Application), tenant);

    /// <summary>How many rows each table of the control database has of a tenant, wherever one is named.</summary>
    public async Task<SortedDictionary<string, long>> RegisteredAsync(Guid tenant) =>
        await TenantRows.RegisteredAsync(await new PostgresFixture().SuperuserAsync(Database.Control!), tenant);

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(await new PostgresFixture().SuperuserAsync(database));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    public async Task<T> ScalarAsync<T>(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(await new PostgresFixture().SuperuserAsync(database));
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancelled))!; // the tests ask for what is there
    }

    internal sealed record Known(int Count);

    internal sealed record KnownSecret(string Token)
    {
        public override string ToString() => nameof(KnownSecret);
    }

    private sealed class SlowClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - TimeSpan.FromHours(1);
    }

    /// <summary>The real kind, which waits where a test says.</summary>
    private sealed class Held(DeprovisionServer server, OperationKind kind) : OperationKind
    {
        public override string Name => kind.Name;

        public override IReadOnlyList<string> StepNames => kind.StepNames;

        public override bool CanBeUndone => kind.CanBeUndone;

        public override async Task<JsonDocument> StepAsync(Rowhouse.ControlPlane.Operations.Operation operation, Guid token, IServiceProvider services, CancellationToken cancellationToken)
        {
            await WaitAsync("before");
            var data = await kind.StepAsync(operation, token, services, CancellationToken.None);
            await WaitAsync("after");
            return data;

            Task WaitAsync(string when) => server.At.TryGetValue((operation.TenantId.Value, $"{when} {operation.NextStep}"), out var does) ? does() : Task.CompletedTask;
        }

        public override void EndStep(Rowhouse.ControlPlane.Operations.Operation operation, JsonDocument data) => kind.EndStep(operation, data);

        public override Task StateChangedAsync(PlatformDbContext db, Rowhouse.ControlPlane.Operations.Operation operation, CancellationToken cancellationToken) => kind.StateChangedAsync(db, operation, cancellationToken);
    }
}
