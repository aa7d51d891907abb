using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>Publishes events that commit with the data that they tell of.</summary>
public static class OutboxExtensions
{
    /// <summary>
    /// Adds an event to what the context saves next: it is written in the same batch and transaction, and brought to its handlers once that has
    /// committed, in the order of the tenant's events. Where the transaction is undone, or done again, so is the event.
    /// </summary>
    /// <typeparam name="TEvent">The event; an immutable record, whose kind <see cref="OutboxHostExtensions.AddEvent{TEvent}"/> says.</typeparam>
    /// <param name="context">The context that writes what the event tells of.</param>
    /// <param name="happened">The event. It is written as it is now.</param>
    /// <exception cref="EventRefusedException">It has more than 64 KB as JSON, or cannot be written as JSON.</exception>
    /// <exception cref="InvalidOperationException">Its kind is not registered, or the context is not.</exception>
    /// <exception cref="TenantNotBoundException">The scope has no tenant.</exception>
    public static void Publish<TEvent>(this TenantDbContext context, TEvent happened)
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(happened);
        PublisherOf(context).Publish(context, happened, about: null);
    }

    /// <summary>The same where somebody on this node handles such events: what nobody handles would wait for good. For libraries, which do not know who they are used by.</summary>
    /// <typeparam name="TEvent">The event.</typeparam>
    /// <param name="context">The context that writes what the event tells of.</param>
    /// <param name="happened">The event.</param>
    /// <returns>Whether it is published.</returns>
    /// <exception cref="EventRefusedException">It has more than 64 KB as JSON, or cannot be written as JSON.</exception>
    public static bool PublishIfHandled<TEvent>(this TenantDbContext context, TEvent happened)
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(happened);
        var publisher = PublisherOf(context);
        if (!publisher.IsHandled<TEvent>())
        {
            return false;
        }

        publisher.Publish(context, happened, about: null);
        return true;
    }

    /// <summary>The same for a context of the control database.</summary>
    /// <typeparam name="TEvent">The event.</typeparam>
    /// <param name="context">A context of the control database, whose model has <see cref="OutboxModelExtensions.HasOutbox"/> and whose options <see cref="UseOutbox"/>.</param>
    /// <param name="happened">The event.</param>
    /// <param name="about">Whom it is about; <see langword="null"/>: the platform.</param>
    /// <exception cref="EventRefusedException">It has more than 64 KB as JSON, or cannot be written as JSON.</exception>
    /// <exception cref="InvalidOperationException">Its kind is not registered, or the context has no outbox.</exception>
    public static void PublishAbout<TEvent>(this DbContext context, TEvent happened, TenantId? about)
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(happened);
        if (context is TenantDbContext)
        {
            throw new InvalidOperationException("A tenant's context publishes events of its own tenant, which nobody names. Use Publish.");
        }

        PublisherOf(context).Publish(context, happened, about);
    }

    /// <summary>Lets a context of the control database publish. Contexts of tenants do already.</summary>
    /// <typeparam name="TBuilder">The builder.</typeparam>
    /// <param name="options">The context's options.</param>
    /// <param name="outbox">The outbox of the application.</param>
    public static TBuilder UseOutbox<TBuilder>(this TBuilder options, EventOutbox outbox)
        where TBuilder : DbContextOptionsBuilder
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(outbox);
        options.AddInterceptors(outbox.Publisher);
        return options;
    }

    // Of the options and not of a scope: contexts of the control database are made without one.
    private static OutboxPublisher PublisherOf(DbContext context) =>
        context.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()?.Interceptors?.OfType<OutboxPublisher>().FirstOrDefault()
        ?? throw new InvalidOperationException($"{context.GetType().Name} has no outbox. Register it by AddTenantDbContext, or in the control database by UseOutbox.");
}
