using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.Testing.Host.Ledger;

/// <summary>Makes an entry for each event. One that is handled twice is there twice.</summary>
public sealed class CopyRecorded(LedgerDb db, LedgerProbe probe) : IEventHandler<Recorded>
{
    public async Task HandleAsync(Recorded happened, EventInfo info, CancellationToken cancellationToken)
    {
        await probe.Before(happened, info, cancellationToken);
        db.Add(new Entry { Number = happened.Number, By = "handler" });
        await db.SaveChangesAsync(cancellationToken);
        await probe.After(happened, info, cancellationToken);
    }
}

/// <summary>Makes an entry as well, under a name of its own, and leaves the saving to the dispatcher.</summary>
public sealed class CountRecorded(LedgerDb db) : IEventHandler<Recorded>
{
    public Task HandleAsync(Recorded happened, EventInfo info, CancellationToken cancellationToken)
    {
        db.Add(new Entry { Number = happened.Number, By = "counter" });
        return Task.CompletedTask;
    }
}

/// <summary>What a test does in the middle of a handler.</summary>
public sealed class LedgerProbe
{
    public Func<Recorded, EventInfo, CancellationToken, Task> Before { get; set; } = (_, _, _) => Task.CompletedTask;

    public Func<Recorded, EventInfo, CancellationToken, Task> After { get; set; } = (_, _, _) => Task.CompletedTask;
}
