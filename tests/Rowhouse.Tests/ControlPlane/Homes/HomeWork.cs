using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Deprovisioning;
using Rowhouse.ControlPlane.Homes;
using Rowhouse.Tenancy;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>What tests do with dedicated homes.</summary>
internal static class HomeWork
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Asks for a private tenant.</summary>
    public static Task<HttpResponseMessage> AskAsync(this ServerFixture server, string name, string? prefer = null, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants") { Content = JsonContent.Create(new { name, cloudType = "private", products = new[] { "cardvault" }, deletionProtection = false }) };
        if (prefer is not null)
        {
            request.Headers.Add("Prefer", prefer);
        }

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return server.SuperAdmin.SendAsync(request, Cancelled);
    }

    public static Task<TenantResponse> TenantAsync(this ServerFixture server, string idOrSlug) => server.SuperAdmin.GetAsync($"/api/tenants/{idOrSlug}", Cancelled).ReadAsync<TenantResponse>();

    /// <summary>Waits until the operation stops.</summary>
    public static async Task<OperationResponse> EndOfAsync(this ServerFixture server, Uri? location)
    {
        OperationResponse? last = null;
        await Eventually.UntilAsync(async () => (last = await server.SuperAdmin.GetAsync(location, Cancelled).ReadAsync<OperationResponse>()).Status is not ("running" or "undoing"), Cancelled);
        return last!; // it has stopped, so it was read
    }

    /// <summary>Lets nobody read the shared reference data until it is disposed of, so that the operation waits in its last step.</summary>
    public static async Task<NpgsqlConnection> HoldReferenceDataAsync(this ServerFixture server)
    {
        var connection = new NpgsqlConnection(await new PostgresFixture().SuperuserAsync(server.Database.Application));
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE catalogue.cards IN ACCESS EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync(Cancelled);
        return connection;
    }

    /// <summary>A connection string of a home's own login, to a database.</summary>
    public static async Task<string> LoginAsync(this ServerFixture server, TenantResponse tenant, string? database = null)
    {
        var password = await server.Services.GetRequiredService<DedicatedHomes>().GetPasswordAsync(new TenantId(tenant.Id), tenant.TableName, Cancelled);
        return new NpgsqlConnectionStringBuilder(server.Database.Application) { Username = tenant.TableName, Password = password, Database = database ?? tenant.TableName, Pooling = false }.ConnectionString;
    }

    /// <summary>Lets the time in which a deleted tenant can be revived be over.</summary>
    public static async Task EndRetentionAsync(this ServerFixture server, Guid tenant)
    {
        await ExecuteAsync(await new PostgresFixture().SuperuserAsync(server.Database.Control!), $"UPDATE platform.tenants SET retained_until = now() - interval '1 second' WHERE id = '{tenant}'");
        await server.Services.GetServices<IHostedService>().OfType<EndOfRetention>().Single().BeginAsync(Cancelled);
    }

    /// <summary>What there is on the server of a home: its database and its login.</summary>
    public static async Task<(long Databases, long Roles)> RemainsAsync(string home)
    {
        var admin = await new PostgresFixture().AdminAsync();
        return (await ScalarAsync<long>(admin, "SELECT count(*) FROM pg_database WHERE datname = $1", home), await ScalarAsync<long>(admin, "SELECT count(*) FROM pg_roles WHERE rolname = $1", home));
    }

    public static async Task<T> ScalarAsync<T>(string connectionString, string sql, params string[] values)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync(Cancelled)).ShouldNotBeNull();
    }

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }
}
