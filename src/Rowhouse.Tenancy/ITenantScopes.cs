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
    ValueTask<EnteredTenant> EnterAsync(TenantId id, CancellationToken cancellationToken = default);
}

/// <summary>
/// A dependency-injection scope that belongs to one tenant for its whole life. What is logged in it has the tenant in its log scope, as <c>Tenant</c>,
/// and what is traced is below an activity <c>tenant</c> of the source <c>Rowhouse.Tenancy</c>, whose tag <c>rowhouse.tenant</c> names it.
/// </summary>
public sealed class EnteredTenant : IAsyncDisposable
{
    private static readonly ActivitySource source = new("Rowhouse.Tenancy");
    private static readonly Func<ILogger, TenantId, IDisposable?> logScope = LoggerMessage.DefineScope<TenantId>("Tenant:{Tenant}");

    private readonly AsyncServiceScope scope;
    private readonly ILogger? logger;
    private bool isTold;
    private IDisposable? logs;
    private Activity? activity;

    internal EnteredTenant(AsyncServiceScope scope, Tenant tenant, ILogger? logger)
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

    /// <summary>
    /// Lets logs and traces know the tenant from here on. They follow the execution context, which an async method does not change for its caller;
    /// so this is done where the caller is: at once when the tenant was known, else when the first service is asked for.
    /// </summary>
    internal void Tell()
    {
        if (!isTold)
        {
            isTold = true;
            logs = logger is null ? null : logScope(logger, Tenant.Id);
            activity = source.StartActivity("tenant")?.SetTag("rowhouse.tenant", Tenant.Id.ToString());
        }
    }
}

/// <summary>A tenant cannot be entered.</summary>
/// <param name="id">The tenant.</param>
/// <param name="status">Its state, or <see langword="null"/> when there is no such tenant.</param>
public sealed class TenantUnavailableException(TenantId id, TenantStatus? status)
    : InvalidOperationException(status is null ? $"There is no tenant {id}." : $"Tenant {id} is {status}; only an active tenant can be entered.")
{
    /// <summary>The tenant that was asked for.</summary>
    public TenantId TenantId { get; } = id;

    /// <summary>Its state, or <see langword="null"/> when there is no such tenant.</summary>
    public TenantStatus? Status { get; } = status;
}

internal sealed class TenantScopes(TenantDirectory directory, ITenantCatalogue catalogue, IServiceScopeFactory scopes, ILogger<TenantScopes>? logger = null) : ITenantScopes
{
    public ValueTask<EnteredTenant> EnterAsync(TenantId id, CancellationToken cancellationToken = default)
    {
        if (!directory.TryFind(id, out var tenant))
        {
            return FindAndEnterAsync(id, cancellationToken);
        }

        var entered = Enter(tenant);
        entered.Tell();
        return new(entered);
    }

    private async ValueTask<EnteredTenant> FindAndEnterAsync(TenantId id, CancellationToken cancellationToken)
    {
        if (await catalogue.FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } entry)
        {
            throw new TenantUnavailableException(id, status: null);
        }

        directory.Apply(entry);
        return Enter(entry.Tenant);
    }

    private EnteredTenant Enter(Tenant tenant)
    {
        if (tenant.Status is not (TenantStatus.Active or TenantStatus.Moving))
        {
            throw new TenantUnavailableException(tenant.Id, tenant.Status);
        }

        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Bind(tenant);
        return new(scope, tenant, logger);
    }
}
