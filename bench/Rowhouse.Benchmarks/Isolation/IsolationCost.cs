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

    private readonly Random random = new(1);

    public static async Task RunAsync(TextWriter output)
    {
        await using var host = await NotesHost.StartAsync();
        var cost = new IsolationCost(host);
        await new Rounds("Point read")
            .Add("without isolation, prepared", Operations, () => cost.PlainPointReadAsync(host.Prepared))
            .Add("without isolation, not prepared (as most run today)", Operations, () => cost.PlainPointReadAsync(host.Unprepared))
            .Add("**isolated**", Operations, cost.PointReadAsync)
            .PrintAsync(output);
        await new Rounds("Point read in a transaction")
            .Add("without isolation, prepared", Operations, cost.PlainPointReadInTransactionAsync)
            .Add("**isolated**", Operations, cost.PointReadInTransactionAsync)
            .PrintAsync(output);
        await new Rounds("First 50 of a list")
            .Add("without isolation, prepared", Operations, cost.PlainListAsync)
            .Add("**isolated**", Operations, cost.ListAsync)
            .PrintAsync(output);
        await new Rounds("Insert of one row")
            .Add("without isolation, prepared", Operations, cost.PlainInsertAsync)
            .Add("isolated but for the fence", Operations, cost.UnfencedInsertAsync)
            .Add("**isolated**", Operations, cost.InsertAsync)
            .PrintAsync(output);
    }

    private async Task PlainPointReadAsync(IServiceProvider application)
    {
        var (tenant, id) = Any();
        await using var scope = application.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlainDb>();
        await db.Notes.Where(note => note.TenantId == tenant.Value && note.Id == id).Select(note => note.Title).SingleAsync();
    }

    private async Task PointReadAsync()
    {
        var (tenant, id) = Any();
        await using var scope = await host.Scopes.EnterAsync(tenant);
        await scope.Get<NotesDb>().Notes.Where(note => note.Id == id).Select(note => note.Title).SingleAsync();
    }

    private async Task PlainPointReadInTransactionAsync()
    {
        var (tenant, id) = Any();
        await using var scope = host.Prepared.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlainDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Notes.Where(note => note.TenantId == tenant.Value && note.Id == id).Select(note => note.Title).SingleAsync();
        await transaction.CommitAsync();
    }

    private async Task PointReadInTransactionAsync()
    {
        var (tenant, id) = Any();
        await using var scope = await host.Scopes.EnterAsync(tenant);
        var db = scope.Get<NotesDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Notes.Where(note => note.Id == id).Select(note => note.Title).SingleAsync();
        await transaction.CommitAsync();
    }

    private async Task PlainListAsync()
    {
        var (tenant, _) = Any();
        await using var scope = host.Prepared.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlainDb>();
        await db.Notes.AsNoTracking().Where(note => note.TenantId == tenant.Value).OrderBy(note => note.CreatedAt).Take(50).ToListAsync();
    }

    private async Task ListAsync()
    {
        var (tenant, _) = Any();
        await using var scope = await host.Scopes.EnterAsync(tenant);
        await scope.Get<NotesDb>().Notes.AsNoTracking().OrderBy(note => note.CreatedAt).Take(50).ToListAsync();
    }

    private async Task PlainInsertAsync()
    {
        var (tenant, _) = Any();
        await using var scope = host.Prepared.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlainDb>();
        db.Notes.Add(new() { TenantId = tenant.Value, Id = NewId(), Title = "New", Body = "text", CreatedAt = DateTimeOffset.UnixEpoch });
        await db.SaveChangesAsync();
    }

    private async Task UnfencedInsertAsync()
    {
        var (tenant, _) = Any();
        await using var scope = await host.Scopes.EnterAsync(tenant);
        var db = scope.Get<NotesDb>();
        db.UnfencedNotes.Add(new() { Id = NewId(), Title = "New", Body = "text", CreatedAt = DateTimeOffset.UnixEpoch });
        await db.SaveChangesAsync();
    }

    private async Task InsertAsync()
    {
        var (tenant, _) = Any();
        await using var scope = await host.Scopes.EnterAsync(tenant);
        var db = scope.Get<NotesDb>();
        db.Notes.Add(new() { Id = NewId(), Title = "New", Body = "text", CreatedAt = DateTimeOffset.UnixEpoch });
        await db.SaveChangesAsync();
    }

    private (Tenancy.TenantId Tenant, Guid Note) Any() => (host.Tenants[random.Next(host.Tenants.Count)].Id, host.NoteIds[random.Next(host.NoteIds.Count)]);

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
