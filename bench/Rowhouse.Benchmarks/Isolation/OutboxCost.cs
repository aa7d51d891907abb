using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.Benchmarks.Isolation;

/// <summary>What an event costs whoever publishes it: an insert with its event beside one without, and beside one of two rows. Nothing is delivered meanwhile.</summary>
internal static class OutboxCost
{
    private const int Operations = 100;

    public static async Task RunAsync(TextWriter output)
    {
        await RunAsync("An event beside an insert", durable: true, output);
        await RunAsync("The same, where no commit is flushed to disk", durable: false, output);
    }

    private static async Task RunAsync(string title, bool durable, TextWriter output)
    {
        await using var host = await NotesHost.StartAsync(durable);
        var random = new Random(1);
        await new Rounds(title)
            .Add("insert of one row", Operations, () => InAsync(db => db.Notes.Add(Make())))
            .Add("insert of two rows", Operations, () => InAsync(db => db.Notes.AddRange(Make(), Make())))
            .Add("**insert of one row, with its event**", Operations, () => InAsync(db =>
            {
                var note = Make();
                db.Notes.Add(note);
                db.Publish(new NoteAdded(note.Id));
            }))
            .PrintAsync(output);

        async Task InAsync(Action<NotesDb> add)
        {
            await using var scope = await host.Scopes.EnterAsync(host.Tenants[random.Next(host.Tenants.Count)].Id);
            var db = scope.Get<NotesDb>();
            add(db);
            await db.SaveChangesAsync();
        }
    }

    private static Note Make() => new() { Id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Title = "New", Body = "text", CreatedAt = DateTimeOffset.UnixEpoch };
}
