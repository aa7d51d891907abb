namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>
/// Does what follows from an event, in a scope of the tenant that it is about and in one transaction of the context that it was registered with:
/// what it writes there and that it has handled the event commit together, so each event takes effect once.
/// </summary>
/// <remarks>
/// It may be called again where its transaction did not commit, so it does nothing outside of it. What its context tracks is saved when it ends.
/// What it throws is logged, and the event is brought again later; the tenant's later events wait for that. Registered by
/// <see cref="OutboxHostExtensions.AddEventHandler{TEvent, THandler, TContext}"/>.
/// </remarks>
/// <typeparam name="TEvent">The event.</typeparam>
public interface IEventHandler<in TEvent>
    where TEvent : class
{
    /// <summary>Handles the event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="info">What is known of it beside what it says.</param>
    /// <param name="cancellationToken">Stops, and undoes what was done.</param>
    Task HandleAsync(TEvent happened, EventInfo info, CancellationToken cancellationToken);
}

/// <summary>
/// Does what follows from an event in the control database, in one transaction of the context that it was registered with. What is said of
/// <see cref="IEventHandler{TEvent}"/> holds for it too. Registered by <see cref="OutboxHostExtensions.AddControlEventHandler{TEvent, THandler, TContext}"/>.
/// </summary>
/// <typeparam name="TEvent">The event.</typeparam>
public interface IControlEventHandler<in TEvent>
    where TEvent : class
{
    /// <summary>Handles the event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="tenant">Whose it is, by where it lay and not by what it says; <see langword="null"/> where it is about the platform.</param>
    /// <param name="info">What is known of it beside what it says.</param>
    /// <param name="cancellationToken">Stops, and undoes what was done.</param>
    Task HandleAsync(TEvent happened, TenantId? tenant, EventInfo info, CancellationToken cancellationToken);
}

/// <summary>What is known of an event beside what it says.</summary>
/// <param name="Id">Its id, the same however often it is brought.</param>
/// <param name="At">When it was published.</param>
/// <param name="Attempt">How often it has been brought, this time included; 1 at first.</param>
public sealed record EventInfo(Guid Id, DateTimeOffset At, int Attempt);
