using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Tenancy.Tests.Roles;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Verification;

/// <summary>The notes' database on a server of its own, since damage to a role is damage to the whole server.</summary>
public sealed class SoundDatabase : IAsyncLifetime
{
    private readonly OwnServer server = new();

    public NotesHost Host { get; private set; } = null!; // the runner initialises it before any test

    public string Superuser => server.As(Host.Connections, "postgres");

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        var connections = await server.CreateDatabaseAsync();
        await NotesHost.MigrateAsync(connections);
        Host = await NotesHost.StartAsync(connections);
    }

    /// <summary>What is found while the damage is there. It is never committed.</summary>
    public async Task<IsolationReport> DamageAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Superuser);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var damage = new NpgsqlCommand(sql, connection);
        await damage.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return await IsolationCheck.RunAsync(connection, RoleNames.Default, Host.Services.GetRequiredService<TenantModels>().Tables, TestContext.Current.CancellationToken);
    }

    /// <summary>That the damage is found, by its rule, with its place and a sentence that says so.</summary>
    public async Task ShouldFindAsync(string sql, string rule, string where, string says)
    {
        var report = await DamageAsync(sql);

        report.Findings.ShouldContain(finding => finding.Rule == rule && finding.Where == where && finding.What.Contains(says, StringComparison.Ordinal), report.ToString());
        report.Findings.ShouldAllBe(finding => finding.Mend.Length > 0);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await server.DisposeAsync();
    }
}
