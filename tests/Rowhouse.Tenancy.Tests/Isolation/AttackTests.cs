using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>The tenant Harbor tries what it can to reach the note of Smith.</summary>
public sealed class AttackTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly string[] Tables = ["notes.notes", "notes.notebooks", "notes.labels", "notes.label_note"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Raw_sql_without_a_tenant_reads_nothing_and_cannot_write()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var note = await host.WriteNoteAsync(host.Smith);

        foreach (var table in Tables)
        {
            (await NotesHost.ScalarAsync<long>(host.Connections.Application, $"SELECT count(*) FROM {table}")).ShouldBe(0);
            await RefusedAsync(host, PostgresErrorCodes.InsufficientPrivilege, $"DELETE FROM {table}");
        }

        await RefusedAsync(host, PostgresErrorCodes.InsufficientPrivilege, "UPDATE notes.notes SET text = 'x'");
        await RefusedAsync(host, PostgresErrorCodes.InsufficientPrivilege, $"INSERT INTO notes.notebooks (tenant_id, id, title) VALUES ('{host.Harbor.Id}', '{note.NotebookId}', 'x')");
        (await TextsAsync(host)).ShouldBe(["note"]);
    }

    [Fact]
    public async Task Raw_sql_with_the_tenant_bound_reaches_its_own_rows_only()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var theirs = await host.WriteNoteAsync(host.Smith);
        await host.WriteNoteAsync(host.Harbor, "own");

        (await AsHarborAsync<string>(host, "SELECT string_agg(text, ',') FROM notes.notes")).ShouldBe("own");
        (await AsHarborAsync<int>(host, "WITH changed AS (UPDATE notes.notes SET text = 'changed' RETURNING 1) SELECT count(*)::int FROM changed")).ShouldBe(1);
        (await AsHarborAsync<int>(host, "WITH gone AS (DELETE FROM notes.notes RETURNING 1) SELECT count(*)::int FROM gone")).ShouldBe(1);
        await RefusedAsHarborAsync(host, PostgresErrorCodes.InsufficientPrivilege, $"INSERT INTO notes.notebooks (tenant_id, id, title) VALUES ('{host.Smith.Id}', gen_random_uuid(), 'x')");
        await RefusedAsHarborAsync(host, PostgresErrorCodes.ForeignKeyViolation, $"INSERT INTO notes.notes (tenant_id, id, text, written_on, revision, notebook_id) VALUES ('{host.Harbor.Id}', gen_random_uuid(), 'x', now(), 0, '{theirs.NotebookId}')");
        (await AsHarborAsync<long>(host, "SELECT count(*) FROM tenancy.homes")).ShouldBe(1);
        (await TextsAsync(host)).ShouldBe(["note"]);
    }

    [Theory]
    [InlineData("TRUNCATE notes.notes CASCADE", "42501")]
    [InlineData("COPY notes.notes FROM STDIN", "0A000")]
    [InlineData("ALTER TABLE notes.notes DISABLE ROW LEVEL SECURITY", "42501")]
    [InlineData("ALTER TABLE notes.notes DISABLE TRIGGER fence", "42501")]
    [InlineData("DROP POLICY tenant ON notes.notes", "42501")]
    [InlineData("SET ROLE rowhouse_owner", "42501")]
    [InlineData("SET ROLE rowhouse_platform", "42501")]
    [InlineData("SET SESSION AUTHORIZATION rowhouse_owner", "42501")]
    [InlineData("SET LOCAL session_replication_role = replica", "42501")]
    [InlineData("SET LOCAL row_security = off; SELECT * FROM notes.notes", "42501")]
    [InlineData("UPDATE tenancy.homes SET state = 'open'", "42501")]
    [InlineData("SELECT token FROM tenancy.homes", "42501")]
    [InlineData("SELECT count(*) FROM tenancy.changes", "42501")]
    [InlineData("INSERT INTO tenancy.changes (tenant_id, relation, key) VALUES (current_setting('rowhouse.tenant')::uuid, 'notes.notes', '{x}')", "42501")]
    [InlineData("SELECT tenancy.\"capture_notes.notes\"()", "42501")]
    [InlineData("INSERT INTO tenancy.homes VALUES (gen_random_uuid(), 1)", "42501")]
    [InlineData("INSERT INTO atlas.countries VALUES ('xx', 'Nowhere')", "42501")]
    [InlineData("CREATE FUNCTION notes.leak() RETURNS int LANGUAGE sql AS 'SELECT 1'", "42501")]
    [InlineData("CREATE TEMPORARY TABLE loot AS SELECT * FROM notes.notes", "42501")]
    [InlineData("SELECT tenancy.fence()", "42501")]
    [InlineData("INSERT INTO tenancy.migrations VALUES ('notes', 2, 'x', 'x')", "42501")]
    public async Task What_the_applications_role_must_not_do_is_refused(string sql, string state)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);

        await RefusedAsHarborAsync(host, state, sql);

        (await TextsAsync(host)).ShouldBe(["note"]);
    }

    [Fact]
    public async Task Copying_out_gives_the_own_rows_only()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);
        await host.WriteNoteAsync(host.Harbor, "own");
        await using var connection = new NpgsqlConnection(host.Connections.Application + ";Pooling=false");
        await connection.OpenAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await BindAsync(connection, host.Harbor);

        using var copy = await connection.BeginTextExportAsync("COPY notes.notes (text) TO STDOUT", Token);

        (await copy.ReadToEndAsync(Token)).ShouldBe("own\n");
    }

    [Fact]
    public async Task Ignored_filters_and_raw_queries_reach_nothing()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);

        await host.InAsync(host.Harbor, async db =>
        {
            (await db.Notes.IgnoreQueryFilters().CountAsync(Token)).ShouldBe(0);
            (await db.Notes.IgnoreQueryFilters(["tenant"]).ExecuteDeleteAsync(Token)).ShouldBe(0);
            (await db.Notes.IgnoreQueryFilters().ExecuteUpdateAsync(set => set.SetProperty(note => note.Text, "x"), Token)).ShouldBe(0);
            (await db.Database.SqlQueryRaw<string>("SELECT text AS \"Value\" FROM notes.notes").ToListAsync(Token)).ShouldBeEmpty();
            (await db.Notes.FromSqlRaw("SELECT * FROM notes.notes").IgnoreQueryFilters().ToListAsync(Token)).ShouldBeEmpty();
            (await db.Database.ExecuteSqlRawAsync("UPDATE notes.notes SET text = 'x'", Token)).ShouldBe(0);
        });

        (await TextsAsync(host)).ShouldBe(["note"]);
    }

    [Fact]
    public async Task A_tenant_forced_through_the_change_tracker_is_refused()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var note = await host.WriteNoteAsync(host.Smith);

        await host.InAsync(host.Harbor, async db =>
        {
            var entry = db.Entry(new Note { Id = note.Id, Text = "stolen", NotebookId = note.NotebookId });
            entry.Property<TenantId>("tenant_id").CurrentValue = host.Smith.Id;
            Should.Throw<TenantMismatchException>(() => entry.State = EntityState.Modified);
            Should.Throw<TenantMismatchException>(() => entry.State = EntityState.Deleted);
            Should.Throw<TenantMismatchException>(() => db.Attach(entry.Entity));
            db.ChangeTracker.Clear();

            var added = db.Add(new Notebook { Title = "for them" });
            added.Property<TenantId>("tenant_id").CurrentValue = host.Smith.Id;
            await Should.ThrowAsync<TenantMismatchException>(db.SaveChangesAsync(Token));
            db.ChangeTracker.Clear();

            var own = new Notebook { Title = "own" };
            db.Add(own);
            await db.SaveChangesAsync(Token);
            Should.Throw<InvalidOperationException>(() =>
            {
                db.Entry(own).Property<TenantId>("tenant_id").CurrentValue = host.Smith.Id;
                db.SaveChanges();
            });
        });

        (await TextsAsync(host)).ShouldBe(["note"]);
        (await host.InAsync(host.Smith, db => db.Notebooks.CountAsync(Token))).ShouldBe(1);
    }

    [Fact]
    public async Task A_row_cannot_be_given_away_by_a_bulk_update()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Harbor, "own");

        var refused = await Should.ThrowAsync<PostgresException>(host.InAsync(host.Harbor, db =>
            db.Notebooks.ExecuteUpdateAsync(set => set.SetProperty(notebook => EF.Property<TenantId>(notebook, "tenant_id"), host.Smith.Id), Token)));

        refused.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task A_reference_to_another_tenants_row_is_refused()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var theirs = await host.WriteNoteAsync(host.Smith);

        var refused = await Should.ThrowAsync<DbUpdateException>(host.InAsync(host.Harbor, db =>
        {
            db.Add(new Note { Text = "mine", NotebookId = theirs.NotebookId });
            return db.SaveChangesAsync(Token);
        }));

        ((PostgresException)refused.InnerException!).SqlState.ShouldBe(PostgresErrorCodes.ForeignKeyViolation);
    }

    [Fact]
    public async Task Nothing_tells_whether_another_tenant_has_a_key_or_a_unique_value()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var theirs = await host.InAsync(host.Smith, db => AddAsync(db, new Notebook { Title = "Rookies" }));

        var own = await host.InAsync(host.Harbor, db => AddAsync(db, new Notebook { Id = theirs.Id, Title = "Rookies" }));

        own.Id.ShouldBe(theirs.Id);

        static async Task<Notebook> AddAsync(NotesDb db, Notebook notebook)
        {
            db.Add(notebook);
            await db.SaveChangesAsync(Token);
            return notebook;
        }
    }

    [Fact]
    public async Task Shared_reference_data_is_read_by_all_and_written_by_none()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await NotesHost.ExecuteAsync(host.Connections.Platform, "INSERT INTO atlas.countries VALUES ('cl', 'Chile')");

        await host.InAsync(host.Harbor, async db =>
        {
            var country = await db.Countries.SingleAsync(Token);
            country.Name.ShouldBe("Chile");

            Should.Throw<InvalidOperationException>(() => db.Add(new Country { Code = "xx", Name = "Nowhere" })).Message.ShouldContain("shared reference data");
            country.Name = "Nowhere";
            (await Should.ThrowAsync<InvalidOperationException>(db.SaveChangesAsync(Token))).Message.ShouldContain("shared reference data");
            db.Entry(country).State = EntityState.Deleted;
            (await Should.ThrowAsync<InvalidOperationException>(db.SaveChangesAsync(Token))).Message.ShouldContain("shared reference data");
            (await Should.ThrowAsync<PostgresException>(db.Countries.ExecuteDeleteAsync(Token))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        });
    }

    [Fact]
    public async Task A_table_that_no_model_knows_is_out_of_the_applications_reach()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await NotesHost.ExecuteAsync(host.Connections.Owner!, "CREATE TABLE notes.forgotten (id uuid PRIMARY KEY)");

        await RefusedAsync(host, PostgresErrorCodes.InsufficientPrivilege, "SELECT * FROM notes.forgotten");
    }

    private static Task<List<string>> TextsAsync(NotesHost host) => host.InAsync(host.Smith, db => db.Notes.Select(note => note.Text).ToListAsync(Token));

    private static async Task RefusedAsync(NotesHost host, string state, string sql) =>
        (await Should.ThrowAsync<PostgresException>(NotesHost.ExecuteAsync(host.Connections.Application, sql))).SqlState.ShouldBe(state);

    private static async Task RefusedAsHarborAsync(NotesHost host, string state, string sql) =>
        (await Should.ThrowAsync<PostgresException>(AsHarborAsync<object>(host, sql))).SqlState.ShouldBe(state, sql);

    private static async Task<T?> AsHarborAsync<T>(NotesHost host, string sql)
    {
        await using var connection = new NpgsqlConnection(host.Connections.Application + ";Pooling=false");
        await connection.OpenAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await BindAsync(connection, host.Harbor);
        await using var command = new NpgsqlCommand(sql, connection);
        var result = await command.ExecuteScalarAsync(Token) is T value ? value : default;
        await transaction.CommitAsync(Token);
        return result;
    }

    private static async Task BindAsync(DbConnection connection, Tenant tenant)
    {
        await using var bind = connection.CreateCommand();
        bind.CommandText = $"CALL tenancy.bind('{tenant.Id}', {tenant.Placement.Generation})";
        await bind.ExecuteNonQueryAsync(Token);
    }
}
