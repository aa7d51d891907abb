using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Verification;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Verification;

public sealed class IsolationCheckTests(PostgresFixture postgres, IsolationCheckTests.SoundDatabase sound) : IClassFixture<PostgresFixture>, IClassFixture<IsolationCheckTests.SoundDatabase>
{
    public static TheoryData<string, string, string> Sabotage => new()
    {
        { "ALTER TABLE notes.notes DISABLE ROW LEVEL SECURITY", "row-security", "notes.notes" },
        { "ALTER TABLE notes.notes NO FORCE ROW LEVEL SECURITY", "row-security", "notes.notes" },
        { "DROP POLICY tenant ON notes.notes", "policy", "notes.notes" },
        { "ALTER POLICY tenant ON notes.notes USING (true)", "policy", "notes.notes" },
        { "ALTER POLICY tenant ON notes.notes WITH CHECK (true)", "policy", "notes.notes" },
        { "ALTER POLICY tenant ON notes.notes TO PUBLIC", "policy", "notes.notes" },
        { "CREATE POLICY more ON notes.notes FOR SELECT USING (true)", "policy", "notes.notes" },
        { "DROP TRIGGER fence ON notes.notes", "fence", "notes.notes" },
        { "ALTER TABLE notes.notes DISABLE TRIGGER fence", "fence", "notes.notes" },
        { "CREATE OR REPLACE TRIGGER fence BEFORE INSERT ON notes.notes FOR EACH STATEMENT EXECUTE FUNCTION tenancy.fence()", "fence", "notes.notes" },
        { "CREATE OR REPLACE TRIGGER fence BEFORE INSERT OR UPDATE OR DELETE ON notes.notes FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION tenancy.fence()", "fence", "notes.notes" },
        { "CREATE OR REPLACE TRIGGER fence BEFORE INSERT OR DELETE OR UPDATE OF text ON notes.notes FOR EACH STATEMENT EXECUTE FUNCTION tenancy.fence()", "fence", "notes.notes" },
        { "GRANT TRUNCATE ON notes.notes TO rowhouse_app", "grant", "notes.notes" },
        { "GRANT REFERENCES (id) ON notes.notes TO rowhouse_app", "grant", "notes.notes" },
        { "GRANT SELECT ON notes.notes TO PUBLIC", "grant", "notes.notes" },
        { "GRANT SELECT ON notes.notes TO rowhouse_platform", "grant", "notes.notes" },
        { "GRANT INSERT ON atlas.countries TO rowhouse_app", "grant", "atlas.countries" },
        { "REVOKE INSERT ON notes.notes FROM rowhouse_app", "grant", "notes.notes" },
        { "REVOKE USAGE ON SCHEMA notes FROM rowhouse_app", "grant", "notes" },
        { "ALTER TABLE notes.notes OWNER TO rowhouse_platform", "owner", "notes.notes" },
        { "CREATE TABLE notes.forgotten (id uuid PRIMARY KEY); ALTER TABLE notes.forgotten OWNER TO rowhouse_owner", "unknown-table", "notes.forgotten" },
        { "CREATE TABLE public.forgotten (id uuid PRIMARY KEY); GRANT SELECT ON public.forgotten TO rowhouse_app", "unknown-table", "public.forgotten" },
        { "CREATE TABLE notes.notes_2026 () INHERITS (notes.notes); GRANT SELECT ON notes.notes_2026 TO rowhouse_app", "row-security", "notes.notes_2026" },
        { "CREATE VIEW notes.all_notes AS SELECT * FROM notes.notes; GRANT SELECT ON notes.all_notes TO rowhouse_app", "view", "notes.all_notes" },
        { "CREATE MATERIALIZED VIEW notes.copy AS SELECT * FROM notes.notes; GRANT SELECT ON notes.copy TO rowhouse_app", "view", "notes.copy" },
        { "CREATE FUNCTION notes.everything() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM notes.notes'", "function", "notes.everything()" },
        { "CREATE UNIQUE INDEX by_text ON notes.notes (text)", "key", "notes.notes" },
        { "ALTER TABLE notes.labels ADD CONSTRAINT one_name UNIQUE (name)", "key", "notes.labels" },
        { "ALTER TABLE notes.label_note DROP CONSTRAINT pk_label_note", "key", "notes.label_note" },
        { "ALTER TABLE notes.labels ADD CONSTRAINT alone UNIQUE (id); ALTER TABLE notes.label_note ADD CONSTRAINT loose FOREIGN KEY (labels_id) REFERENCES notes.labels (id)", "foreign-key", "notes.label_note" },
        { "ALTER TABLE notes.notes DROP CONSTRAINT fk_notes_notes_tenant_id_answer_to_id, ADD CONSTRAINT clearing FOREIGN KEY (tenant_id, answer_to_id) REFERENCES notes.notes (tenant_id, id) ON DELETE SET NULL", "delete-rule", "notes.notes" },
        { "ALTER TABLE notes.notes DROP CONSTRAINT fk_notes_countries_country_code, ADD CONSTRAINT deleting FOREIGN KEY (country_code) REFERENCES atlas.countries (code) ON DELETE CASCADE", "delete-rule", "notes.notes" },
        { "ALTER TABLE atlas.countries ADD tenant_id uuid, ADD note_id uuid, ADD CONSTRAINT wrong FOREIGN KEY (tenant_id, note_id) REFERENCES notes.notes (tenant_id, id)", "foreign-key", "atlas.countries" },
        { "ALTER TABLE notes.notes ALTER COLUMN text DROP NOT NULL; DROP TABLE notes.label_note", "missing", "notes.label_note" },
        { "ALTER TABLE tenancy.homes NO FORCE ROW LEVEL SECURITY", "kernel", "tenancy.homes" },
        { "GRANT UPDATE ON tenancy.homes TO rowhouse_app", "kernel", "tenancy.homes" },
        { "GRANT INSERT ON tenancy.migrations TO rowhouse_app", "kernel", "tenancy.migrations" },
        { "CREATE OR REPLACE FUNCTION tenancy.fence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NULL; END'", "kernel", "tenancy.fence()" },
        { "ALTER FUNCTION tenancy.fence() SECURITY INVOKER", "kernel", "tenancy.fence()" },
        { "GRANT CREATE ON SCHEMA notes TO rowhouse_app", "role", "rowhouse_app" },
        { "DO $$ BEGIN EXECUTE format('GRANT TEMP ON DATABASE %I TO rowhouse_app', current_database()); END $$", "role", "rowhouse_app" },
        { "ALTER ROLE rowhouse_app BYPASSRLS", "role", "rowhouse_app" },
        { "ALTER ROLE rowhouse_platform CREATEROLE", "role", "rowhouse_platform" },
        { "GRANT rowhouse_owner TO rowhouse_app", "role", "rowhouse_app" },
    };

    [Fact]
    public async Task A_migrated_database_is_sound()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        var report = await VerifyAsync(host);

        report.IsSound.ShouldBeTrue(report.ToString());
        report.Tables.ShouldBe(4);
        report.SharedTables.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Sabotage))]
    public async Task What_was_tampered_with_is_found(string sql, string rule, string where)
    {
        await using var connection = new NpgsqlConnection(await AsSuperuserOfAsync(sound.Host));
        await connection.OpenAsync(TestContext.Current.CancellationToken);

        // Never committed: roles belong to the server, which other tests use at the same time.
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var sabotage = new NpgsqlCommand(sql, connection);
        await sabotage.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var report = await IsolationCheck.RunAsync(connection, sound.Host.Services.GetRequiredService<TenantModels>().Tables, TestContext.Current.CancellationToken);

        report.Findings.ShouldContain(finding => finding.Rule == rule && finding.Where == where, report.ToString());
        report.Findings.ShouldAllBe(finding => finding.Mend.Length > 0);
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
    public async Task A_view_that_asks_as_its_caller_is_fine()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await AsSuperuserAsync(host, "CREATE VIEW notes.titles WITH (security_invoker = true) AS SELECT title FROM notes.notebooks; GRANT SELECT ON notes.titles TO rowhouse_app");

        (await VerifyAsync(host)).IsSound.ShouldBeTrue();
    }

    private async Task<string> AsSuperuserOfAsync(NotesHost host)
    {
        var database = new NpgsqlConnectionStringBuilder(host.Connections.Application).Database;
        return new NpgsqlConnectionStringBuilder(await postgres.AdminAsync()) { Database = database, Pooling = false }.ConnectionString;
    }

    private async Task AsSuperuserAsync(NotesHost host, string sql) => await NotesHost.ExecuteAsync(await AsSuperuserOfAsync(host), sql);

    private static Task<IsolationReport> VerifyAsync(NotesHost host) =>
        host.Services.GetRequiredService<PostgresDatabase>().VerifyIsolationAsync(TestContext.Current.CancellationToken);

    public sealed class SoundDatabase : IAsyncLifetime
    {
        public NotesHost Host { get; private set; } = null!; // the runner initialises it before any test

        public async ValueTask InitializeAsync() => Host = await NotesHost.StartAsync(new PostgresFixture());

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
