using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres.Binding;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Model;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// A context whose rows belong to the tenant of its dependency-injection scope. Derive from it, declare entities without
/// any tenant in them and register it with <see cref="TenantDbContextHostExtensions.AddTenantDbContext{TContext}"/>:
/// the tenant is part of every key, foreign key and index, is stamped on what is added, filters what is read and is in
/// the WHERE of every UPDATE and DELETE. Tables and columns are named in snake_case.
/// </summary>
/// <remarks>
/// Below it stands PostgreSQL's row-level security, so what escapes the context (raw SQL, ignored filters) still sees
/// one tenant only. Such a context is not pooled: one that is kept after its scope would become the next tenant's.
/// Not safe for concurrent use, like every <see cref="DbContext"/>.
/// </remarks>
public abstract class TenantDbContext : DbContext
{
    private readonly IServiceProvider? scopeServices;
    private readonly TenantScope? scope;
    private Placement? home;

    /// <summary>Makes a context. Its tenant is asked for when it is first needed, not here.</summary>
    /// <param name="options">The options, as <c>AddTenantDbContext</c> registers them.</param>
    /// <exception cref="InvalidOperationException">
    /// The context is pooled, or <see cref="ConfigureConventions"/> was overridden without a call of the base method.
    /// </exception>
    protected TenantDbContext(DbContextOptions options)
        : base(options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var core = options.FindExtension<CoreOptionsExtension>();
        if (core?.MaxPoolSize is not null)
        {
            throw new InvalidOperationException($"{GetType().Name} cannot be pooled: a reference that outlives its scope would become the context of another tenant. Register it by AddTenantDbContext.");
        }

        scopeServices = core?.ApplicationServiceProvider;
        scope = scopeServices?.GetService<TenantScope>();

        // Where its connection leads, also when another context of the scope has learnt of a newer home meanwhile.
        home = scope is { IsBound: true } ? scope.Tenant.Placement : null;
        base.ChangeTracker.Tracking += Stamp;

        // A savepoint before every SaveChanges of an explicit transaction costs two round trips; who retries inside a
        // transaction makes one.
        base.Database.AutoSavepointsEnabled = false;
        if (base.Model.FindAnnotation(TenantModel.KeyedAnnotation) is null)
        {
            throw new InvalidOperationException($"{GetType().Name}.{nameof(ConfigureConventions)} must call base.{nameof(ConfigureConventions)}: without it no table would belong to a tenant.");
        }
    }

    /// <summary>The tenant whose rows these are. The query filter reads it.</summary>
    /// <exception cref="TenantNotBoundException">The scope has no tenant.</exception>
    internal TenantId BoundTenant => Scope.Tenant.Id;

    /// <summary>The home that was bound last; writes to any other are refused by the database.</summary>
    internal int BoundGeneration { get; private set; }

    /// <summary>The explicit transaction that the tenant is bound in, if any.</summary>
    internal Guid? BoundTransaction { get; set; }

    /// <summary>Whether since the work began a statement of its transaction was answered, or something was sent that is kept with it: then doing it again could do it twice.</summary>
    internal bool MayNotRepeat
    {
        get;
        set
        {
            field = value;
            if (value && Entered is { } other)
            {
                other.MayNotRepeat = true;
            }
        }
    }

    /// <summary>How deep it is in work that may be done again; what is in other work is not done again by itself.</summary>
    internal int Depth { get; set; }

    /// <summary>The context in whose transaction it works, if it entered one.</summary>
    internal TenantDbContext? Entered { get; set; }

    /// <summary>The explicit transaction that it works in, its own or one that it entered; also when that is lost.</summary>
    internal TenantTransaction? Transaction { get; set; }

    /// <summary>Refuses to go on without the transaction.</summary>
    /// <exception cref="InvalidOperationException">The context works in a transaction, which is not there any more.</exception>
    internal void RefuseLostTransaction()
    {
        if (Transaction is { IsLost: true })
        {
            throw new InvalidOperationException("The transaction that this is part of has ended with its connection: let the failure out, and begin anew in a scope of its own.");
        }
    }

    /// <summary>Whether its connection may lead to a standby.</summary>
    internal bool IsOnReplica { get; private set; }

    /// <summary>Whether the driver may hold a statement of the open connection for prepared that is not, see <see cref="PreparedStatementGuard"/>.</summary>
    internal bool HasSuspectStatements { get; set; }

    /// <summary>Where the context is connected to; none before its scope had the tenant.</summary>
    internal Placement? Home => home;

    /// <summary>The home that the context is connected to, which the caller binds.</summary>
    /// <exception cref="InvalidOperationException">The context was made before its scope had the tenant, so it leads elsewhere than to the tenant's dedicated home.</exception>
    internal int BindGeneration()
    {
        home ??= Scope.Tenant.Placement;
        if (home.Kind is PlacementKind.Dedicated && Database.GetDbConnection().Database != home.Database)
        {
            throw new InvalidOperationException($"{GetType().Name} was made before its scope belonged to a tenant, whose home is elsewhere. Take it from the scope once the tenant is bound.");
        }

        return BoundGeneration = home.Generation;
    }

    /// <summary>
    /// Takes in where the directory says that the tenant lives by now, and takes a new connection for it.
    /// </summary>
    /// <returns>Whether that is another home than the one that was bound.</returns>
    internal bool FollowTenant(Func<Tenant, DbConnection> connect)
    {
        // Another context of the scope may have renewed it already.
        if (scopeServices?.GetService<TenantDirectory>()?.TryFind(BoundTenant, out var tenant) is true)
        {
            Scope.Renew(tenant!); // found
        }

        if (Scope.Tenant.Placement.Generation <= BoundGeneration)
        {
            return false;
        }

        BoundTransaction = null;
        Connect(connect);
        return true;
    }

    /// <summary>Takes a new connection, to the home that the scope knows of.</summary>
    internal void Reconnect()
    {
        Connect(Homes.Connect);
        IsOnReplica = false;
    }

    /// <summary>Takes a connection to a standby of the home that the scope knows of, where it has one.</summary>
    internal void ConnectReplica()
    {
        Connect(Homes.ConnectReplica);
        IsOnReplica = true;
    }

    /// <summary>Takes the connection of another context, which leads to that one's home.</summary>
    internal void ConnectAs(TenantDbContext other)
    {
        home = other.home;
        Database.SetDbConnection(other.Database.GetDbConnection(), contextOwnsConnection: false);
    }

    private void Connect(Func<Tenant, DbConnection> connect)
    {
        home = Scope.Tenant.Placement;
        Database.SetDbConnection(connect(Scope.Tenant), contextOwnsConnection: true);
    }

    private HomeSources Homes => (scopeServices ?? throw new InvalidOperationException($"{GetType().Name} was made without the services of a scope, so it has no home.")).GetRequiredService<HomeSources>();

    /// <summary>Where the time in new ids comes from.</summary>
    internal TimeProvider Clock => scopeServices?.GetService<TimeProvider>() ?? TimeProvider.System;

    private TenantScope Scope => scope
        ?? throw new InvalidOperationException($"{GetType().Name} was made without the services of a scope, so it has no tenant. Take it from a dependency-injection scope.");

    /// <inheritdoc/>
    public override void Dispose()
    {
        try
        {
            if (HasSuspectStatements)
            {
                // In a transaction that has failed the statements cannot be forgotten.
                Database.CurrentTransaction?.Dispose();
                PreparedStatementGuard.Instance.Forget(Database.GetDbConnection(), this);
            }
        }
        finally
        {
            base.Dispose();
            GC.SuppressFinalize(this);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (HasSuspectStatements)
            {
                if (Database.CurrentTransaction is { } transaction)
                {
                    await transaction.DisposeAsync().ConfigureAwait(false);
                }

                PreparedStatementGuard.Instance.Forget(Database.GetDbConnection(), this);
            }
        }
        finally
        {
            await base.DisposeAsync().ConfigureAwait(false);
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Registers the tenant key and ids that make themselves. Call the base method when you override it.</summary>
    /// <param name="configurationBuilder">The conventions of the model.</param>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);

        // It would put back the indexes on foreign keys that the tenant key replaces.
        configurationBuilder.Conventions.Remove<ForeignKeyIndexConvention>();
        configurationBuilder.Conventions.Add(_ => new HomeOutboxConvention());
        configurationBuilder.Conventions.Add(_ => new IdConvention());
        configurationBuilder.Conventions.Add(_ => new TenantKeyConvention());
    }

    // Fires before the identity map is asked, for Add, Attach, Update, Remove, Entry().State and for rows that are read.
    private static void Stamp(object? sender, EntityTrackingEventArgs e)
    {
        var context = (TenantDbContext)e.Entry.Context;
        if (e.Entry.Metadata.FindProperty(TenantModel.Key) is not { } key)
        {
            if (!e.FromQuery)
            {
                throw new InvalidOperationException($"{e.Entry.Metadata.DisplayName()} is shared reference data: tenants read it and never write it.");
            }

            return;
        }

#pragma warning disable EF1001 // The internal entry is the only way to write a key before tracking begins; a test holds it.
        var entry = e.Entry.GetInfrastructure();
        var tenant = (TenantId)(entry[key] ?? default(TenantId));
        if (!tenant.IsSet && !e.FromQuery)
        {
            entry[key] = context.BoundTenant;
        }
        else if (tenant != context.BoundTenant)
        {
            throw new TenantMismatchException(e.Entry.Metadata.DisplayName());
        }
#pragma warning restore EF1001
    }
}

/// <summary>An entity of another tenant came into a tenant's context. Nothing was written.</summary>
/// <param name="entity">The type of the entity.</param>
public sealed class TenantMismatchException(string entity)
    : InvalidOperationException($"The {entity} belongs to another tenant than the scope that uses it.");
