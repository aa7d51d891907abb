using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>Registers events and who handles them.</summary>
public static class OutboxHostExtensions
{
    /// <summary>Gives a type of event the name under which it is stored. Who publishes and who handles both say it; it is registered once.</summary>
    /// <typeparam name="TEvent">The event; an immutable record that System.Text.Json writes and reads again.</typeparam>
    /// <param name="builder">The application that is being built.</param>
    /// <param name="kind">The name; it can never change. Lower-case words joined by dots, what it is about first: <c>cards.imported</c>.</param>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    public static IHostApplicationBuilder AddEvent<TEvent>(this IHostApplicationBuilder builder, string kind)
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(kind);
        builder.AddPostgresStore();
        var type = new EventType(kind, typeof(TEvent));
        if (!builder.Services.Any(service => type.Equals(service.ImplementationInstance)))
        {
            builder.Services.AddSingleton(type);
        }

        return builder;
    }

    /// <summary>Lets events be handled in a scope of the tenant that they are about.</summary>
    /// <typeparam name="TEvent">The event; <see cref="AddEvent{TEvent}"/> names it.</typeparam>
    /// <typeparam name="THandler">The handler; made in the tenant's scope.</typeparam>
    /// <typeparam name="TContext">The context with which the handler commits.</typeparam>
    /// <param name="builder">The application that is being built.</param>
    /// <param name="consumer">The name under which the database remembers what was handled; it can never change. Of the form of a kind.</param>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    public static IHostApplicationBuilder AddEventHandler<TEvent, THandler, TContext>(this IHostApplicationBuilder builder, string consumer)
        where TEvent : class
        where THandler : class, IEventHandler<TEvent>
        where TContext : TenantDbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddTenantDbContext<TContext>();
        return builder.AddConsumer<THandler>(new TenantConsumer<TEvent, THandler, TContext>(Named(consumer)));
    }

    /// <summary>Lets events of tenants and of the platform be handled in the control database.</summary>
    /// <typeparam name="TEvent">The event; <see cref="AddEvent{TEvent}"/> names it.</typeparam>
    /// <typeparam name="THandler">The handler; made in a scope of its own, which has no tenant.</typeparam>
    /// <typeparam name="TContext">The context with which the handler commits; <see cref="AddControlOutbox{TContext}"/> says that it has an outbox.</typeparam>
    /// <param name="builder">The application that is being built.</param>
    /// <param name="consumer">The name under which the database remembers what was handled; it can never change. Of the form of a kind.</param>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    public static IHostApplicationBuilder AddControlEventHandler<TEvent, THandler, TContext>(this IHostApplicationBuilder builder, string consumer)
        where TEvent : class
        where THandler : class, IControlEventHandler<TEvent>
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddControlOutbox<TContext>();
        return builder.AddConsumer<THandler>(new ControlConsumer<TEvent, THandler, TContext>(Named(consumer)));
    }

    /// <summary>Delivers what a context of the control database publishes. There is one such context.</summary>
    /// <typeparam name="TContext">A scoped service, whose model has <see cref="OutboxModelExtensions.HasOutbox"/> and whose options <see cref="OutboxExtensions.UseOutbox"/>.</typeparam>
    /// <param name="builder">The application that is being built.</param>
    public static IHostApplicationBuilder AddControlOutbox<TContext>(this IHostApplicationBuilder builder)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddPostgresStore();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<OutboxSource, ControlOutbox<TContext>>());
        return builder;
    }

    /// <summary>Says how events are delivered.</summary>
    /// <param name="builder">The application that is being built.</param>
    /// <param name="configure">Changes the defaults, or what a call before has made of them.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is outside its bounds; the message names it and them.</exception>
    public static IHostApplicationBuilder WithOutbox(this IHostApplicationBuilder builder, Action<OutboxOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = builder.Services.Select(service => service.ImplementationInstance).OfType<OutboxOptions>().FirstOrDefault() ?? new();
        configure(options);
        options.Check();
        builder.Services.Replace(ServiceDescriptor.Singleton(options));
        return builder;
    }

    /// <summary>What every application with tenants' rows has, so that anything may publish.</summary>
    internal static void AddOutbox(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<OutboxOptions>();
        services.TryAddSingleton<EventRegistry>();
        services.TryAddSingleton<OutboxQueue>();
        services.TryAddSingleton<OutboxPublisher>();
        services.TryAddSingleton(provider => new EventOutbox(
            provider.GetRequiredService<OutboxPublisher>(), provider.GetRequiredService<OutboxQueue>(), provider.GetRequiredService<ITenantScopes>, provider.GetServices<OutboxSource>, provider.GetRequiredService<TimeProvider>()));
    }

    private static IHostApplicationBuilder AddConsumer<THandler>(this IHostApplicationBuilder builder, EventConsumer consumer)
        where THandler : class
    {
        builder.AddTenantContext<OutboxDb>();
        builder.Services.TryAddScoped<THandler>();
        builder.Services.AddSingleton(consumer);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<OutboxSource, HomeOutbox>());
        builder.Services.TryAddSingleton<OutboxDelivery>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OutboxDispatcher>());
        return builder;
    }

    private static string Named(string consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        return EventType.KindForm().IsMatch(consumer)
            ? consumer
            : throw new ArgumentException($"'{consumer}' is no name of a consumer: lower-case words with dashes, joined by dots, at most 100 characters.", nameof(consumer));
    }
}
