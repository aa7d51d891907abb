using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Binding;

public sealed class PoolerTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_works_directly_works_through_a_pooler()
    {
        await using var pooler = await PoolerAsync();
        await using var host = await NotesHost.StartAsync(pooler.Connections);
        var note = await host.WriteNoteAsync(host.Smith);

        await host.InAsync(host.Smith, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            var mine = await db.Notes.SingleAsync(Token);
            mine.Text = "changed";
            db.AddRange(new Label { Name = "a" }, new Label { Name = "b" });
            await db.SaveChangesAsync(Token);
            await db.Labels.BulkInsertAsync([new() { Name = "c" }], Token);
            await transaction.CommitAsync(Token);
        });
        await Should.ThrowAsync<DbUpdateConcurrencyException>(host.InAsync(host.Harbor, db =>
        {
            db.Remove(new Note { Id = note.Id, Text = "" });
            return db.SaveChangesAsync(Token);
        }));
        await Should.ThrowAsync<PostgresException>(host.InAsync(host.Smith, db => db.Notes.Select(n => 1 / n.Revision).ToListAsync(Token)));

        (await host.InAsync(host.Smith, db => db.Labels.CountAsync(Token))).ShouldBe(3);
        (await host.InAsync(host.Smith, db => db.Notes.Select(n => n.Text).SingleAsync(Token))).ShouldBe("changed");
        (await host.InAsync(host.Harbor, db => db.Labels.CountAsync(Token))).ShouldBe(0);
    }

    private async Task<PgBouncer> PoolerAsync()
    {
        if (!PgBouncer.IsInstalled && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip("pgbouncer is not installed (Debian and Ubuntu: apt-get install pgbouncer).");
        }

        return await PgBouncer.StartAsync(await NotesHost.PrepareAsync(postgres), Token);
    }
}
