using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Rowhouse.Benchmarks.Isolation;

/// <summary>
/// What isolation costs: each case in a scope and context of its own, a tenant at random, beside the same EF Core query
/// on a table without policy, key convention or fence, with the WHERE written by hand.
/// </summary>
internal sealed class IsolationCost(NotesHost host)
{
    private const int Operations = 100;
    private const int Statements = 50;

    private readonly Random random = new(1);

    public static async Task RunAsync(TextWriter output)
    {
        await using (var host = await NotesHost.StartAsync())
        {
            await RunAsync(host, output);
        }

        await using var quick = await NotesHost.StartAsync(durable: false);
        await new IsolationCost(quick).InsertsAsync("Insert of one row, where no commit is flushed to disk", output);
    }

    /// <summary>Inserts lone rows and prints nothing: for a profiler.</summary>
    public static async Task InsertForProfilerAsync(int count)
    {
        await using var host = await NotesHost.StartAsync();
        var cost = new IsolationCost(host);
        for (var i = 0; i < count; i++)
        {
            await cost.IsolatedAsync(InsertAsync);
        }
    }

    private static async Task RunAsync(NotesHost host, TextWriter output)
    {
        var cost = new IsolationCost(host);
        await new Rounds("Point read")
            .Add("without isolation, prepared", Operations, () => cost.PlainAsync(host.Prepared, PlainReadAsync))
            .Add("without isolation, not prepared (as most run today)", Operations, () => cost.PlainAsync(host.Unprepared, PlainReadAsync))
            .Add("**isolated**", Operations, () => cost.IsolatedAsync(ReadAsync))
            .PrintAsync(output);
        await new Rounds("Point read in a transaction of its own")
            .Add("without isolation, prepared", Operations, () => cost.PlainInTransactionAsync(1, PlainReadAsync))
            .Add("**isolated**", Operations, () => cost.InTransactionAsync(1, ReadAsync))
            .PrintAsync(output);
        await new Rounds("50 point reads in one transaction")
            .Add("without isolation, prepared", Operations / Statements, () => cost.PlainInTransactionAsync(Statements, PlainReadAsync))
            .Add("**isolated**", Operations / Statements, () => cost.InTransactionAsync(Statements, ReadAsync))
            .PrintAsync(output);
        await new Rounds("50 lists of 50 in one transaction")
            .Add("without isolation, prepared", Operations / Statements, () => cost.PlainInTransactionAsync(Statements, PlainScanAsync))
            .Add("**isolated**", Operations / Statements, () => cost.InTransactionAsync(Statements, ScanAsync))
            .PrintAsync(output);
        await new Rounds("50 inserts, one after another, in one transaction")
            .Add("without isolation, prepared", Operations / Statements, () => cost.PlainInTransactionAsync(Statements, PlainInsertAsync))
            .Add("isolated but for the fence", Operations / Statements, () => cost.InTransactionAsync(Statements, UnfencedInsertAsync))
            .Add("**isolated**", Operations / Statements, () => cost.InTransactionAsync(Statements, InsertAsync))
            .PrintAsync(output);
        await new Rounds("First 50 of a list")
            .Add("without isolation, prepared", Operations, () => cost.PlainAsync(host.Prepared, PlainScanAsync))
            .Add("**isolated**", Operations, () => cost.IsolatedAsync(ScanAsync))
            .PrintAsync(output);
        await cost.InsertsAsync("Insert of one row", output);
    }

    private Task InsertsAsync(string title, TextWriter output) => new Rounds(title)
        .Add("without isolation, prepared", Operations, () => PlainAsync(host.Prepared, PlainInsertAsync))
        .Add("isolated but for the fence", Operations, () => IsolatedAsync(UnfencedInsertAsync))
        .Add("**isolated**", Operations, () => IsolatedAsync(InsertAsync))
        .PrintAsync(output);

    private async Task PlainAsync(IServiceProvider application, Func<PlainDb, Guid, Guid, Task> work)
    {
        var (tenant, id) = Any();
        await using var scope = application.CreateAsyncScope();
        await work(scope.ServiceProvider.GetRequiredService<PlainDb>(), tenant.Value, id);
    }

    private async Task IsolatedAsync(Func<NotesDb, Guid, Task> work)
    {
        var (tenant, id) = Any();
        await using var scope = await host.Scopes.EnterAsync(tenant);
        await work(scope.Get<NotesDb>(), id);
    }

    private Task PlainInTransactionAsync(int statements, Func<PlainDb, Guid, Guid, Task> work) => PlainAsync(host.Prepared, async (db, tenant, id) =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        for (var i = 0; i < statements; i++)
        {
            await work(db, tenant, id);
        }

        await transaction.CommitAsync();
    });

    private Task InTransactionAsync(int statements, Func<NotesDb, Guid, Task> work) => IsolatedAsync(async (db, id) =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        for (var i = 0; i < statements; i++)
        {
            await work(db, id);
        }

        await transaction.CommitAsync();
    });

    public static Task<string> PlainReadAsync(PlainDb db, Guid tenant, Guid id) => db.Notes.Where(note => note.TenantId == tenant && note.Id == id).Select(note => note.Title).SingleAsync();

    public static Task<string> ReadAsync(NotesDb db, Guid id) => db.Notes.Where(note => note.Id == id).Select(note => note.Title).SingleAsync();

    private static Task PlainScanAsync(PlainDb db, Guid tenant, Guid id) => db.Notes.AsNoTracking().Where(note => note.TenantId == tenant).OrderBy(note => note.CreatedAt).Take(50).ToListAsync();

    private static Task ScanAsync(NotesDb db, Guid id) => db.Notes.AsNoTracking().OrderBy(note => note.CreatedAt).Take(50).ToListAsync();

    private static Task PlainInsertAsync(PlainDb db, Guid tenant, Guid id)
    {
        db.ChangeTracker.Clear();
        db.Notes.Add(new() { TenantId = tenant, Id = NewId(), Title = "New", Body = "text", CreatedAt = DateTimeOffset.UnixEpoch });
        return db.SaveChangesAsync();
    }

    private static Task UnfencedInsertAsync(NotesDb db, Guid id)
    {
        db.ChangeTracker.Clear();
        db.UnfencedNotes.Add(new() { Id = NewId(), Title = "New", Body = "text", CreatedAt = DateTimeOffset.UnixEpoch });
        return db.SaveChangesAsync();
    }

    private static Task InsertAsync(NotesDb db, Guid id)
    {
        db.ChangeTracker.Clear();
        db.Notes.Add(new() { Id = NewId(), Title = "New", Body = "text", CreatedAt = DateTimeOffset.UnixEpoch });
        return db.SaveChangesAsync();
    }

    private (Tenancy.TenantId Tenant, Guid Note) Any() => (host.Tenants[random.Next(host.Tenants.Count)].Id, host.NoteIds[random.Next(host.NoteIds.Count)]);

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
