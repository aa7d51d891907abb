using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Isolation;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Verification;

public sealed class IsolationCheckTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_migrated_database_is_sound()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        var report = await VerifyAsync(host);

        report.IsSound.ShouldBeTrue(report.ToString());
        report.Tables.ShouldBe(4);
        report.SharedTables.ShouldBe(1);
        report.IsDistributed.ShouldBeFalse();
    }

    [Fact]
    public async Task Migrating_again_mends_the_guards()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await AsSuperuserAsync(host, """
            ALTER TABLE notes.notes NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER fence;
            ALTER POLICY tenant ON notes.notes USING (true);
            DROP POLICY tenant ON notes.labels;
            GRANT ALL ON notes.notes TO rowhouse_app;
            GRANT UPDATE (name) ON atlas.countries TO rowhouse_app;
            REVOKE SELECT ON notes.labels FROM rowhouse_app;
            """);

        (await host.Services.GetRequiredService<PostgresDatabase>().MigrateAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();

        var report = await VerifyAsync(host);
        report.IsSound.ShouldBeTrue(report.ToString());
    }

    [Fact]
    public async Task A_host_refuses_to_serve_an_unguarded_table()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await AsSuperuserAsync(host, "ALTER TABLE notes.notes DISABLE ROW LEVEL SECURITY");

        var refused = await Should.ThrowAsync<IsolationException>(NotesHost.StartAsync(host.Connections));

        refused.Message.ShouldContain("notes.notes: row-level security is off");
    }

    [Fact]
    public async Task What_is_not_seen_of_a_store_that_Citus_distributes_is_said()
    {
        var connections = await NotesHost.PrepareAsync(postgres);
        var log = new RecordingLog();
        await CitusStandIn.InstallAsync(await postgres.SuperuserAsync(connections.Application));

        using var host = NotesHost.Build(connections, migrate: false, log: log);
        await host.StartAsync(TestContext.Current.CancellationToken);

        log.Take().ShouldContain("Warning The store has Citus");
        var report = await host.Services.GetRequiredService<PostgresDatabase>().VerifyIsolationAsync(TestContext.Current.CancellationToken);
        report.IsSound.ShouldBeTrue(report.ToString());
        report.IsDistributed.ShouldBeTrue();
        report.ToString().ShouldContain("shards on its nodes, which have guards of their own, were not looked at");
    }

    [Fact]
    public async Task A_view_that_asks_as_its_caller_is_fine()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await AsSuperuserAsync(host, "CREATE VIEW notes.titles WITH (security_invoker = true) AS SELECT title FROM notes.notebooks; GRANT SELECT ON notes.titles TO rowhouse_app");

        (await VerifyAsync(host)).IsSound.ShouldBeTrue();
    }

    private async Task AsSuperuserAsync(NotesHost host, string sql) => await NotesHost.ExecuteAsync(await postgres.SuperuserAsync(host.Connections.Application), sql);

    private static Task<IsolationReport> VerifyAsync(NotesHost host) =>
        host.Services.GetRequiredService<PostgresDatabase>().VerifyIsolationAsync(TestContext.Current.CancellationToken);
}
