using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Binding;

public sealed class TenantBindingTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Isolation_costs_no_round_trip()
    {
        var connections = await NotesHost.PrepareAsync(postgres);
        await using var trips = RoundTrips.To(connections.Application);
        await using var host = await NotesHost.StartAsync(connections with { Application = trips.ConnectionString });
        var note = await host.WriteNoteAsync(host.Smith);

        await host.InAsync(host.Smith, async db =>
        {
            (await trips.CountAsync(() => db.Notes.AsNoTracking().SingleAsync(Token))).ShouldBe(1, "a read");
            (await trips.CountAsync(() => db.Notes.Include(n => n.Labels).ToListAsync(Token))).ShouldBe(1, "a read over several tables");

            db.Add(new Notebook { Title = "one" });
            (await trips.CountAsync(() => db.SaveChangesAsync(Token))).ShouldBe(1, "an insert");

            db.AddRange(new Notebook { Title = "two" }, new Label { Name = "three" }, new Note { Text = "four", NotebookId = note.NotebookId });
            (await trips.CountAsync(() => db.SaveChangesAsync(Token))).ShouldBe(1, "three inserts");

            db.Notes.Local.First().Text = "changed";
            (await trips.CountAsync(() => db.SaveChangesAsync(Token))).ShouldBe(1, "an update");
            (await trips.CountAsync(() => db.Labels.ExecuteDeleteAsync(Token))).ShouldBe(1, "a bulk delete");

            (await trips.CountAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(Token);
                await db.Notes.CountAsync(Token);
                await db.Notes.CountAsync(Token);
                await transaction.CommitAsync(Token);
            })).ShouldBe(3, "a transaction of two reads");

            (await trips.CountAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(Token);
                db.Add(new Notebook { Title = "five" });
                await db.SaveChangesAsync(Token);
                db.Add(new Notebook { Title = "six" });
                await db.SaveChangesAsync(Token);
                await transaction.CommitAsync(Token);
            })).ShouldBe(3, "a transaction of two writes");
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_command_is_bound_however_it_is_run(bool synchronously)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith, "smith's");
        await host.WriteNoteAsync(host.Harbor, "harbor's");

        await host.InAsync(host.Smith, async db =>
        {
            var connection = db.GetService<IRelationalConnection>();
            RelationalCommandParameterObject parameters = new(connection, null, null, db, db.GetService<IRelationalCommandDiagnosticsLogger>());
            IRelationalCommand Command(string sql) => db.GetService<IRelationalCommandBuilderFactory>().Create().Append(sql).Build();

            var change = Command("UPDATE notes.notes SET revision = 7");
            (synchronously ? change.ExecuteNonQuery(parameters) : await change.ExecuteNonQueryAsync(parameters, Token)).ShouldBe(1);

            var one = Command("SELECT text FROM notes.notes");
            (synchronously ? one.ExecuteScalar(parameters) : await one.ExecuteScalarAsync(parameters, Token)).ShouldBe("smith's");

            await using var rows = synchronously ? one.ExecuteReader(parameters) : await one.ExecuteReaderAsync(parameters, Token);
            (await rows.ReadAsync(Token)).ShouldBeTrue();
            rows.DbDataReader.GetString(0).ShouldBe("smith's");
            (await rows.ReadAsync(Token)).ShouldBeFalse();
        });

        (await host.InAsync(host.Harbor, db => db.Notes.Select(note => note.Revision).SingleAsync(Token))).ShouldBe(0);
    }

    [Fact]
    public async Task Everything_is_prepared_once_for_all_tenants()
    {
        await using var host = await NotesHost.StartAsync(postgres, OneConnection);
        for (var i = 0; i < 5; i++)
        {
            await host.InAsync(i % 2 == 0 ? host.Smith : host.Harbor, db => db.Notes.Where(note => note.Revision == i).ToListAsync(Token));
        }

        await using var connection = await host.Services.GetRequiredService<PostgresStore>().Application.OpenConnectionAsync(Token);
        await using var command = new NpgsqlCommand("SELECT statement FROM pg_prepared_statements", connection);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var statements = new List<string>();
        while (await reader.ReadAsync(Token))
        {
            statements.Add(reader.GetString(0));
        }

        statements.Count(statement => statement.Contains("tenancy.bind", StringComparison.Ordinal)).ShouldBe(1);
        statements.Count(statement => statement.Contains("notes.notes", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_connection_serves_tenants_in_turn_and_keeps_nothing_of_them(bool pooler)
    {
        await using var host = await NotesHost.StartAsync(postgres, connections => OneConnection(connections) with { ThroughPooler = pooler });
        await host.WriteNoteAsync(host.Smith, "smith's");
        await host.WriteNoteAsync(host.Harbor, "harbor's");

        for (var i = 0; i < 5; i++)
        {
            (await host.InAsync(host.Smith, db => db.Notes.Select(note => note.Text).ToListAsync(Token))).ShouldBe(["smith's"]);
            (await host.InAsync(host.Harbor, db => db.Notes.Select(note => note.Text).ToListAsync(Token))).ShouldBe(["harbor's"]);
        }

        await using var connection = await host.Services.GetRequiredService<PostgresStore>().Application.OpenConnectionAsync(Token);
        await using var raw = new NpgsqlCommand("SELECT coalesce(current_setting('rowhouse.tenant', true), '') || (SELECT count(*) FROM notes.notes)", connection);
        (await raw.ExecuteScalarAsync(Token)).ShouldBe("0");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tenant_is_bound_by_one_text_for_all_tenants_and_by_plain_settings_behind_a_pooler(bool pooler)
    {
        await using var host = await NotesHost.StartAsync(postgres, connections => connections with { ThroughPooler = pooler });
        await using var scope = await host.EnterAsync(host.Smith);
        var executed = new List<string>();
        await using var db = NotesHost.Context<NotesDb>(scope, options => new(options), options => options.AddInterceptors(new Commands(command => executed.Add(command.CommandText))));

        (await db.Notes.CountAsync(Token)).ShouldBe(0);

        var text = executed.ShouldHaveSingleItem();
        text.Contains($"SET LOCAL rowhouse.tenant = '{host.Smith.Id}';SET LOCAL rowhouse.generation = '1';", StringComparison.Ordinal).ShouldBe(pooler);
        text.Contains("CALL tenancy.bind(@rowhouse_tenant, @rowhouse_generation);", StringComparison.Ordinal).ShouldBe(!pooler);
        text.Contains(host.Smith.Id.ToString(), StringComparison.Ordinal).ShouldBe(pooler);
    }

    [Fact]
    public async Task Many_tasks_of_two_tenants_on_few_connections_never_see_a_foreign_row()
    {
        await using var host = await NotesHost.StartAsync(postgres, connections => connections with { Application = connections.Application + ";Maximum Pool Size=3" });
        await host.WriteNoteAsync(host.Smith, "smith's");
        await host.WriteNoteAsync(host.Harbor, "harbor's");

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (i, cancellationToken) =>
        {
            var (tenant, text) = i % 2 == 0 ? (host.Smith, "smith's") : (host.Harbor, "harbor's");
            var texts = await host.InAsync(tenant, async db =>
            {
                if (i % 5 == 0)
                {
                    await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                    await db.Notes.ExecuteUpdateAsync(set => set.SetProperty(note => note.Revision, note => note.Revision + 1), cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                }

                return await db.Notes.Select(note => note.Text).ToListAsync(cancellationToken);
            });
            texts.ShouldBe([text]);
        });

        (await host.InAsync(host.Smith, db => db.Notes.Select(note => note.Revision).SingleAsync(Token))).ShouldBe(20);
        (await host.InAsync(host.Harbor, db => db.Notes.Select(note => note.Revision).SingleAsync(Token))).ShouldBe(20);
    }

    [Fact]
    public async Task A_failed_statement_leaves_the_connection_usable_and_bound_to_nobody()
    {
        await using var host = await NotesHost.StartAsync(postgres, OneConnection);
        await host.WriteNoteAsync(host.Smith, "smith's");

        await host.InAsync(host.Smith, async db =>
        {
            // Held open, so that it is not the pool that undoes what is left of a transaction.
            await db.Database.OpenConnectionAsync(Token);
            await Should.ThrowAsync<PostgresException>(db.Database.ExecuteSqlRawAsync("SELECT 1 / 0", Token));
            (await db.Notes.CountAsync(Token)).ShouldBe(1);
            Should.Throw<PostgresException>(() => db.Database.ExecuteSqlRaw("SELECT 1 / 0"));
            (await db.Notes.CountAsync(Token)).ShouldBe(1);
            await Should.ThrowAsync<PostgresException>(db.Notes.Select(note => 1 / note.Revision).ToListAsync(Token));
            (await db.Notes.CountAsync(Token)).ShouldBe(1);
        });
        (await host.InAsync(host.Harbor, db => db.Notes.CountAsync(Token))).ShouldBe(0);
    }

    [Fact]
    public async Task A_cancelled_statement_leaves_the_connection_usable()
    {
        await using var host = await NotesHost.StartAsync(postgres, OneConnection);
        await host.WriteNoteAsync(host.Smith, "smith's");
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await host.InAsync(host.Smith, async db =>
        {
            await db.Database.OpenConnectionAsync(Token);
            await Should.ThrowAsync<OperationCanceledException>(db.Database.ExecuteSqlRawAsync("SELECT pg_sleep(20)", cancelled.Token));
            (await db.Notes.CountAsync(Token)).ShouldBe(1);
        });
        (await host.InAsync(host.Harbor, db => db.Notes.CountAsync(Token))).ShouldBe(0);
    }

    [Fact]
    public async Task Streaming_can_stop_half_way()
    {
        await using var host = await NotesHost.StartAsync(postgres, OneConnection);
        await host.InAsync(host.Smith, db => db.Labels.BulkInsertAsync(Enumerable.Range(0, 5000).Select(i => new Label { Name = $"label {i}" }), Token));

        await host.InAsync(host.Smith, async db =>
        {
            await foreach (var label in db.Labels.AsNoTracking().AsAsyncEnumerable().WithCancellation(Token))
            {
                label.Name.ShouldStartWith("label");
                break;
            }

            (await db.Labels.CountAsync(Token)).ShouldBe(5000);
        });
        (await host.InAsync(host.Harbor, db => db.Labels.CountAsync(Token))).ShouldBe(0);
    }

    [Fact]
    public async Task An_error_in_the_middle_of_a_stream_leaves_an_opened_connection_usable()
    {
        await using var host = await NotesHost.StartAsync(postgres, OneConnection);
        var notebook = (await host.WriteNoteAsync(host.Smith)).NotebookId;
        await host.InAsync(host.Smith, db => db.Notes.BulkInsertAsync(Enumerable.Range(1, 3000).Select(i => new Note { Text = "x", Revision = i == 3000 ? 0 : i, NotebookId = notebook, WrittenOn = new DateOnly(2000, 1, 1).AddDays(i) }), Token));

        await host.InAsync(host.Smith, async db =>
        {
            await db.Database.OpenConnectionAsync(Token);
            var read = 0;
            await Should.ThrowAsync<PostgresException>(async () =>
            {
                await foreach (var _ in db.Notes.Where(note => note.Text == "x").OrderBy(note => note.WrittenOn).Select(note => 1 / note.Revision).AsAsyncEnumerable().WithCancellation(Token))
                {
                    read++;
                }
            });
            (await db.Notes.CountAsync(Token)).ShouldBe(3001);
        });
    }

    [Fact]
    public async Task What_a_savepoint_undoes_is_bound_again()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);

        await host.InAsync(host.Smith, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await transaction.CreateSavepointAsync("first", Token);
            (await db.Notes.CountAsync(Token)).ShouldBe(1);
            await transaction.RollbackToSavepointAsync("first", Token);
            (await db.Notes.CountAsync(Token)).ShouldBe(1);

            await transaction.CreateSavepointAsync("second", Token);
            await Should.ThrowAsync<PostgresException>(db.Database.ExecuteSqlRawAsync("SELECT 1 / 0", Token));
            await transaction.RollbackToSavepointAsync("second", Token);
            (await db.Notes.CountAsync(Token)).ShouldBe(1);
            await transaction.CommitAsync(Token);
        });
    }

    [Fact]
    public async Task Transactions_one_after_the_other_are_each_bound()
    {
        await using var host = await NotesHost.StartAsync(postgres, OneConnection);
        await host.WriteNoteAsync(host.Smith);

        await host.InAsync(host.Smith, async db =>
        {
            for (var i = 0; i < 3; i++)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(Token);
                (await db.Notes.CountAsync(Token)).ShouldBe(1);
                await transaction.RollbackAsync(Token);
            }
        });
    }

    [Fact]
    public async Task An_ambient_transaction_is_refused()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await host.InAsync(host.Smith, async db =>
        {
            using var ambient = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await Should.ThrowAsync<NotSupportedException>(db.Notes.CountAsync(Token));
        });
    }

    private static PostgresConnections OneConnection(PostgresConnections connections) =>
        connections with { Application = connections.Application + ";Maximum Pool Size=1;Timeout=5" };
}
