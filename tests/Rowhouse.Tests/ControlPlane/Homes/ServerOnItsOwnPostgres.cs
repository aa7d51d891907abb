using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.Server;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Embedded;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tests.Server;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>A server with a PostgreSQL that is nobody else's: what is done to its template and its store would disturb others.</summary>
public sealed class ServerOnItsOwnPostgres : ServerFixture
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-own-");
    private EmbeddedPostgres? postgres;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected override async Task<PostgresConnections> MakeDatabaseAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            folder.UnixFileMode |= UnixFileMode.OtherExecute; // the server's user has to get through
        }

        postgres = await EmbeddedPostgres.StartAsync(new() { DataFolder = Path.Combine(folder.FullName, "own"), Databases = DatabaseNames.Of(RoleNames.Default), Durable = false }, cancellationToken: Cancelled);
        var connections = postgres.Connections;
        await PrepareAsync(connections);
        NpgsqlConnection.ClearAllPools();
        return connections;
    }

    // So that half a minute of waiting for a server is a second.
    protected override void Configure(WebApplicationBuilder builder) =>
        builder.Services.AddSingleton(new OperationOptions { Lease = TimeSpan.FromSeconds(5), Poll = TimeSpan.FromMilliseconds(100), FirstPause = TimeSpan.FromMilliseconds(20) });

    /// <summary>As a superuser, in the database <c>postgres</c> or in another.</summary>
    public Task ExecuteAsync(string sql) => HomeWork.ExecuteAsync(postgres!.Administrator, sql);

    public Task<T> ScalarAsync<T>(string sql, params string[] values) => HomeWork.ScalarAsync<T>(postgres!.Administrator, sql, values);

    /// <summary>What <c>rowhouse migrate</c> does, with the connections of the owner and the provisioner.</summary>
    public async Task MigrateAsync()
    {
        await using var program = ServerHost.Build(Settings with { Database = Database });
        var database = program.Services.GetRequiredService<PostgresDatabase>();
        await database.OpenAsync(Cancelled);
        await database.MigrateAsync(Cancelled);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (postgres is not null)
        {
            await postgres.DisposeAsync();
        }

        folder.Delete(recursive: true);
    }
}
