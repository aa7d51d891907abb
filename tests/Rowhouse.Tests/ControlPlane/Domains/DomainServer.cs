using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Server;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Domains;

/// <summary>A server on a clock that the test moves, whose name server says what the test tells it to.</summary>
public sealed class DomainServer : ServerFixture
{
    // On a whole second: the database keeps no times finer than a microsecond.
    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()));

    public DnsResponder Dns { get; } = new();

    protected override ServerSettings Configure(ServerSettings settings) => settings with
    {
        NameServers = [Dns.EndPoint],
        TenantSources = [.. settings.TenantSources, "host {tenant}.rowhouse.example"],
    };

    protected override void Configure(WebApplicationBuilder builder)
    {
        builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));

        // It would remove what has lapsed before a test finds it so.
        builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(ExpiredRows)));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Dns.Dispose();
    }

    /// <summary>Claims a host and says what proves it.</summary>
    public async Task<DomainResponse> ClaimAsync(TestTenant tenant, string host)
    {
        var domain = await tenant.AddDomainAsync(host).ReadAsync<DomainResponse>(System.Net.HttpStatusCode.Created);
        Dns.Say(domain.Record.Name, domain.Record.Value);
        return domain;
    }

    /// <summary>Claims a host and proves it.</summary>
    public async Task<DomainResponse> ProveAsync(TestTenant tenant, string host)
    {
        await ClaimAsync(tenant, host);
        return await tenant.CheckDomainAsync(host).ReadAsync<DomainResponse>();
    }

    /// <summary>Runs SQL in the control database, as its owner.</summary>
    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var owner = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database.ControlOwner) { Pooling = false }.ConnectionString);
        await using var command = owner.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}

internal static class DomainRequests
{
    public static Task<HttpResponseMessage> AddDomainAsync(this TestTenant tenant, string host) => tenant.Admin.Client.AddDomainAsync(host);

    public static Task<HttpResponseMessage> AddDomainAsync(this HttpClient client, string host) => client.PostAsJsonAsync("/api/domains", new { host }, TestContext.Current.CancellationToken);

    public static Task<HttpResponseMessage> CheckDomainAsync(this TestTenant tenant, string host) =>
        tenant.Admin.Client.PostAsync($"/api/domains/{Uri.EscapeDataString(host)}/check", content: null, TestContext.Current.CancellationToken);

    public static Task<HttpResponseMessage> RemoveDomainAsync(this TestTenant tenant, string host) =>
        tenant.Admin.Client.DeleteAsync($"/api/domains/{Uri.EscapeDataString(host)}", TestContext.Current.CancellationToken);

    public static async Task<DomainResponse> DomainAsync(this TestTenant tenant) => (await tenant.DomainsAsync()).ShouldHaveSingleItem();

    public static async Task<IReadOnlyList<DomainResponse>> DomainsAsync(this TestTenant tenant) =>
        (await tenant.Admin.Client.GetAsync("/api/domains?limit=200", TestContext.Current.CancellationToken).ReadAsync<Page<DomainResponse>>()).Items;
}
