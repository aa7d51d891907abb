using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

/// <summary>Reads that may lag, and where they are done.</summary>
public sealed class ReplicaTests(ReplicaTests.Fixture made) : IClassFixture<ReplicaTests.Fixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_that_may_lag_is_done_on_the_standby_and_all_else_on_the_primary()
    {
        await made.Host.InAsync(made.Host.Smith, async db =>
        {
            (await IsStandbyAsync(db)).ShouldBeFalse();
            (await db.ReadFromReplicaAsync(_ => IsStandbyAsync(db), Token)).ShouldBeTrue();
            (await IsStandbyAsync(db)).ShouldBeFalse();
            db.Add(new Label { Name = "after" });
            await db.SaveChangesAsync(Token);
        });
    }

    [Fact]
    public async Task It_sees_rows_of_its_own_tenant_alone_and_tracks_none_of_them_afterwards()
    {
        await made.Host.WriteNoteAsync(made.Host.Smith, "smith's");
        await made.Host.WriteNoteAsync(made.Host.Harbor, "harbor's");
        await made.Twin.UntilReplicatedAsync();

        await made.Host.InAsync(made.Host.Harbor, async db =>
        {
            (await db.ReadFromReplicaAsync(async cancelled => await db.Notes.IgnoreQueryFilters().Select(note => note.Text).ToListAsync(cancelled), Token)).ShouldBe(["harbor's"]);
            await db.ReadFromReplicaAsync(cancelled => db.Notes.ToListAsync(cancelled), Token);
            db.ChangeTracker.Entries().ShouldBeEmpty();
        });
    }

    [Fact]
    public async Task What_writes_there_is_refused_and_nothing_is_changed_with_and_without_a_standby()
    {
        await using var alone = await NotesHost.StartAsync(made.Postgres);
        foreach (var host in new[] { made.Host, alone })
        {
            await host.InAsync(host.Smith, async db =>
            {
                var before = await db.Labels.CountAsync(Token);
                await Should.ThrowAsync<DbUpdateException>(() => db.ReadFromReplicaAsync(
                    cancelled =>
                    {
                        db.Add(new Label { Name = "refused" });
                        return db.SaveChangesAsync(cancelled);
                    },
                    Token));
                (await Should.ThrowAsync<PostgresException>(() => db.ReadFromReplicaAsync(cancelled => db.Labels.ExecuteDeleteAsync(cancelled), Token))).SqlState.ShouldBe(PostgresErrorCodes.ReadOnlySqlTransaction);
                (await db.Labels.CountAsync(Token)).ShouldBe(before);
            });
        }
    }

    [Fact]
    public async Task Where_the_context_is_at_work_already_it_is_refused()
    {
        await made.Host.InAsync(made.Host.Smith, async db =>
        {
            await Should.ThrowAsync<InvalidOperationException>(() => db.InTransactionAsync(_ => db.ReadFromReplicaAsync(cancelled => db.Labels.CountAsync(cancelled), Token), Token));
            db.Add(new Label { Name = "pending" });
            await Should.ThrowAsync<InvalidOperationException>(() => db.ReadFromReplicaAsync(cancelled => db.Labels.CountAsync(cancelled), Token));
        });
    }

    [Fact]
    public async Task An_application_that_ends_leaves_no_session_on_either_server()
    {
        var named = new NpgsqlConnectionStringBuilder(made.Connections.Application) { ApplicationName = "ends" }.ConnectionString;
        await using (var host = await NotesHost.StartAsync(made.Connections with { Application = named }))
        {
            await host.InAsync(host.Smith, db => db.ReadFromReplicaAsync(cancelled => db.Labels.CountAsync(cancelled), Token));
            await host.InAsync(host.Smith, db => db.Labels.CountAsync(Token));
            (await SessionsAsync(made.Twin.Primary), await SessionsAsync(made.Twin.Standby)).ShouldBe((1, 1));
        }

        await Eventually.UntilAsync(async () => await SessionsAsync(made.Twin.Primary) + await SessionsAsync(made.Twin.Standby) == 0, Token);
    }

    private static Task<long> SessionsAsync(string server) => NotesHost.ScalarAsync<long>(server, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ends'");

    private static Task<bool> IsStandbyAsync(NotesDb db) => db.Database.SqlQuery<bool>($"SELECT pg_is_in_recovery() AS \"Value\"").SingleAsync(Token);

    /// <summary>An application on a server that has a standby.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public PostgresFixture Postgres { get; } = new();

        public ReplicatedServer Twin { get; private set; } = null!; // the runner initialises it before any test

        public PostgresConnections Connections { get; private set; } = null!; // and this

        public NotesHost Host { get; private set; } = null!; // and this

        public async ValueTask InitializeAsync()
        {
            Twin = await ReplicatedServer.StartAsync();
            Connections = await DatabaseRoles.EnsureAsync(Twin.Administrator, new("twin"), RoleNames.Default, RolePasswords.Generate(), Token);
            await NotesHost.MigrateAsync(Connections);
            await Twin.UntilReplicatedAsync();
            Host = await NotesHost.StartAsync(Connections);
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            await Twin.DisposeAsync();
        }
    }
}
