using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>One who handles events of one type. What it commits and that it has handled the event commit together.</summary>
/// <param name="name">The name under which the database remembers what was handled.</param>
/// <param name="handles">The type of the events.</param>
internal abstract class EventConsumer(string name, Type handles)
{
    public string Name { get; } = name;

    public Type Handles { get; } = handles;

    /// <summary>Handles an event, unless it did so before.</summary>
    public abstract Task HandleAsync(IServiceProvider services, TenantId? tenant, object happened, EventInfo info, CancellationToken cancellationToken);
}

/// <summary>Handles events in a scope of the tenant.</summary>
internal sealed class TenantConsumer<TEvent, THandler, TContext>(string name) : EventConsumer(name, typeof(TEvent))
    where TEvent : class
    where THandler : class, IEventHandler<TEvent>
    where TContext : TenantDbContext
{
    public override async Task HandleAsync(IServiceProvider services, TenantId? tenant, object happened, EventInfo info, CancellationToken cancellationToken)
    {
        if (tenant is not { } id)
        {
            throw new InvalidOperationException($"'{Name}' works for a tenant, and the event is about the platform.");
        }

        var scope = await services.GetRequiredService<ITenantScopes>().EnterAsync(id, cancellationToken).ConfigureAwait(false);
        await using var dispose = scope.ConfigureAwait(false);
        var context = scope.Get<TContext>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        await context.InTransactionAsync(
            async cancelled =>
            {
#pragma warning disable RS0030 // no set has an insert that does nothing where the row is there; its values are parameters
                var isNew = await context.Database.ExecuteSqlAsync(
                    $"INSERT INTO tenancy.seen_events (tenant_id, consumer, event_id, seen_at) VALUES ({id.Value}, {Name}, {info.Id}, {now}) ON CONFLICT DO NOTHING", cancelled).ConfigureAwait(false);
#pragma warning restore RS0030
                if (isNew > 0)
                {
                    await scope.Get<THandler>().HandleAsync((TEvent)happened, info, cancelled).ConfigureAwait(false);
                    await context.SaveChangesAsync(cancelled).ConfigureAwait(false);
                }

                return isNew;
            },
            cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Handles events in the control database.</summary>
internal sealed class ControlConsumer<TEvent, THandler, TContext>(string name) : EventConsumer(name, typeof(TEvent))
    where TEvent : class
    where THandler : class, IControlEventHandler<TEvent>
    where TContext : DbContext
{
    public override async Task HandleAsync(IServiceProvider services, TenantId? tenant, object happened, EventInfo info, CancellationToken cancellationToken)
    {
        var scope = services.CreateAsyncScope();
        await using var disposeScope = scope.ConfigureAwait(false);
        var context = scope.ServiceProvider.GetRequiredService<TContext>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var transaction = await context.Database.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var disposeTransaction = transaction.ConfigureAwait(false);
        var whose = tenant?.Value ?? Guid.Empty;
#pragma warning disable RS0030 // as above
        var isNew = await context.Database.ExecuteSqlRawAsync(ControlOutbox.InsertSeen(context), [whose, Name, info.Id, now], cancellationToken).ConfigureAwait(false);
        if (isNew > 0)
        {
            await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync((TEvent)happened, tenant, info, cancellationToken).ConfigureAwait(false);
            await context.SaveChangesAsync(cancellationToken).ConfigureAwait(false);

            // Where the handler caught what the database refused, everything is undone: this says so, and COMMIT would not.
            await context.Database.ExecuteSqlRawAsync(ControlOutbox.TouchSeen(context), [whose, Name, info.Id], cancellationToken).ConfigureAwait(false);
        }
#pragma warning restore RS0030

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }
}
