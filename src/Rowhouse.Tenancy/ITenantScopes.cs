using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tenancy;

/// <summary>Opens tenant scopes for work outside a request: jobs, operations, commands.</summary>
public interface ITenantScopes
{
    /// <summary>Opens a scope of its own for one tenant.</summary>
    /// <param name="id">The tenant.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    /// <returns>The scope; dispose it when the work is done.</returns>
    /// <exception cref="TenantUnavailableException">There is no such tenant, or it is not active.</exception>
    /// <exception cref="CatalogueUnreachableException">Whether there is, and what became of it, is not known now.</exception>
    ValueTask<EnteredTenant> EnterAsync(TenantId id, CancellationToken cancellationToken = default);

    /// <summary>Opens a scope of its own for the tenant that an identifier leads to, such as the line that a message came in by.</summary>
    /// <param name="identifier">The identifier. That whoever sent it may speak for that tenant has to be known before.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    /// <returns>The scope; dispose it when the work is done.</returns>
    /// <exception cref="TenantUnavailableException">It leads nowhere, or to a tenant that is not active.</exception>
    /// <exception cref="CatalogueUnreachableException">Where it leads, and what became of the tenant, is not known now.</exception>
    ValueTask<EnteredTenant> EnterAsync(Identifier identifier, CancellationToken cancellationToken = default);
}

/// <summary>Opens scopes of tenants that were deleted, for whoever removes what they have. It does not wait for other work in them, nor look whether the home is still there: that is the caller's.</summary>
public interface IDeletedTenantScopes
{
    /// <summary>Opens a scope of its own for a deleted tenant.</summary>
    /// <param name="id">The tenant.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    /// <returns>The scope; dispose it when the work is done.</returns>
    /// <exception cref="TenantUnavailableException">There is no such tenant, or it is not deleted.</exception>
    /// <exception cref="CatalogueUnreachableException">Whether there is, and what became of it, is not known now.</exception>
    ValueTask<EnteredTenant> EnterAsync(TenantId id, CancellationToken cancellationToken = default);
}

/// <summary>
/// A dependency-injection scope that belongs to one tenant for its whole life. What is logged in it has the tenant in its log scope, as <c>Tenant</c>,
/// and what is traced is below an activity <c>tenant</c> of the source <c>Rowhouse.Tenancy</c>, whose tag <c>rowhouse.tenant</c> names it.
/// </summary>
public sealed class EnteredTenant : IAsyncDisposable
{
    private static readonly ActivitySource source = new("Rowhouse.Tenancy");

    private readonly AsyncServiceScope scope;
    private readonly ILogger? logger;
    private bool isTold;
    private IDisposable? logs;
    private Activity? activity;

    private EnteredTenant(AsyncServiceScope scope, Tenant tenant, ILogger? logger)
    {
        this.scope = scope;
        this.logger = logger;
        Tenant = tenant;
    }

    /// <summary>The tenant.</summary>
    public Tenant Tenant { get; }

    /// <summary>A service of this scope.</summary>
    /// <typeparam name="T">The service.</typeparam>
    public T Get<T>()
        where T : notnull
    {
        Tell();
        return scope.ServiceProvider.GetRequiredService<T>();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        // In the caller's own context, like their beginning: hence no async method.
        activity?.Dispose();
        logs?.Dispose();
        return scope.DisposeAsync();
    }

    internal static EnteredTenant Open(IServiceScopeFactory scopes, Tenant tenant, ILogger? logger)
    {
        var opened = scopes.CreateAsyncScope();
        opened.ServiceProvider.GetRequiredService<TenantScope>().Bind(tenant);
        return new(opened, tenant, logger);
    }

    /// <summary>
    /// Lets logs and traces know the tenant from here on. They follow the execution context, which an async method does not change for its caller;
    /// so this is done where the caller is: at once when the tenant was known, else when the first service is asked for.
    /// </summary>
    internal void Tell()
    {
        if (!isTold)
        {
            isTold = true;
            logs = logger?.BeginTenant(Tenant.Id);
            activity = source.StartActivity("tenant");
            TenantTelemetry.Tag(activity, Tenant.Id);
        }
    }
}

/// <summary>A tenant cannot be entered.</summary>
public sealed class TenantUnavailableException : InvalidOperationException
{
    internal TenantUnavailableException(string named)
        : base($"There is no tenant {named}.")
    {
    }

    internal TenantUnavailableException(Tenant tenant)
        : this(tenant, "only an active tenant can be entered")
    {
    }

    internal TenantUnavailableException(Tenant tenant, string rule)
        : base($"Tenant {tenant.Id} is {tenant.Status}; {rule}.")
    {
        TenantId = tenant.Id;
        Status = tenant.Status;
    }

    /// <summary>The tenant that was asked for, or <see langword="null"/> when there is none.</summary>
    public TenantId? TenantId { get; }

    /// <summary>Its state, or <see langword="null"/> when there is no such tenant.</summary>
    public TenantStatus? Status { get; }
}

internal sealed class TenantScopes(TenantDirectory directory, TenantLookup lookup, IServiceScopeFactory scopes, ILogger<TenantScopes>? logger = null) : ITenantScopes
{
    public ValueTask<EnteredTenant> EnterAsync(TenantId id, CancellationToken cancellationToken = default) =>
        directory.TryFind(id, out var tenant) ? new(EnterKnown(tenant)) : LookUpAndEnterAsync(lookup.FindAsync(id, cancellationToken), id.ToString());

    public ValueTask<EnteredTenant> EnterAsync(Identifier identifier, CancellationToken cancellationToken = default) =>
        directory.TryFind(identifier.Kind, identifier.Value, out var tenant)
            ? new(EnterKnown(tenant))
            : LookUpAndEnterAsync(
                lookup.FindAsync(identifier, cancellationToken),
                identifier.Kind is IdentifierKind.ApiKey or IdentifierKind.OAuthState ? $"with this {identifier.Kind}" : $"{identifier.Value} ({identifier.Kind})");

    private EnteredTenant EnterKnown(Tenant tenant)
    {
        var entered = Enter(tenant);
        entered.Tell();
        return entered;
    }

    private async ValueTask<EnteredTenant> LookUpAndEnterAsync(ValueTask<Tenant?> lookingUp, string named) =>
        Enter(await lookingUp.ConfigureAwait(false) ?? throw new TenantUnavailableException(named));

    private EnteredTenant Enter(Tenant tenant)
    {
        lookup.ThrowIfNotServed(tenant);
        return EnteredTenant.Open(scopes, tenant, logger);
    }
}

internal sealed class DeletedTenantScopes(TenantLookup lookup, IServiceScopeFactory scopes, ILogger<DeletedTenantScopes>? logger = null) : IDeletedTenantScopes
{
    public async ValueTask<EnteredTenant> EnterAsync(TenantId id, CancellationToken cancellationToken = default)
    {
        var tenant = await lookup.FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new TenantUnavailableException(id.ToString());
        return tenant.Status is TenantStatus.Deleted ? EnteredTenant.Open(scopes, tenant, logger) : throw new TenantUnavailableException(tenant, "here only a deleted one can be entered");
    }
}
