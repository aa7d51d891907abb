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

        postgres = await RunAsync();
        var connections = postgres.Connections;
        await PrepareAsync(connections);
        NpgsqlConnection.ClearAllPools();
        return connections;
    }

    private Task<EmbeddedPostgres> RunAsync() =>
        EmbeddedPostgres.StartAsync(new() { DataFolder = Path.Combine(folder.FullName, "own"), Databases = DatabaseNames.Of(RoleNames.Default), Durable = false }, cancellationToken: Cancelled);

    // So that half a minute of waiting for a server is a second.
    protected override void Configure(WebApplicationBuilder builder) =>
        builder.Services.AddSingleton(new OperationOptions { Lease = TimeSpan.FromSeconds(5), Poll = TimeSpan.FromMilliseconds(100), FirstPause = TimeSpan.FromMilliseconds(20) });

    /// <summary>As a superuser, in the database <c>postgres</c> or in another.</summary>
    public Task ExecuteAsync(string sql) => HomeWork.ExecuteAsync(postgres!.Administrator, sql);

    public Task<T> ScalarAsync<T>(string sql, params string[] values) => HomeWork.ScalarAsync<T>(postgres!.Administrator, sql, values);

    /// <summary>A connection string to the control database that may do anything.</summary>
    public string Control => new NpgsqlConnectionStringBuilder(postgres!.Administrator) { Database = new NpgsqlConnectionStringBuilder(Database.Control).Database }.ConnectionString;

    /// <summary>Ends PostgreSQL with all that is under way in it, does something, and starts it again where it was.</summary>
    public async Task WithoutPostgresAsync(Func<Task> doAsync)
    {
        await ExecuteAsync("CHECKPOINT"); // a server that flushes nothing is ended as by a crash, and would lose what was committed last
        await postgres!.DisposeAsync();
        try
        {
            await doAsync();
        }
        finally
        {
            postgres = await RunAsync();
        }
    }

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
