using Microsoft.Extensions.DependencyInjection;

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

/// <summary>A dependency-injection scope that belongs to one tenant for its whole life.</summary>
public sealed class EnteredTenant : IAsyncDisposable
{
    private readonly AsyncServiceScope scope;

    internal EnteredTenant(AsyncServiceScope scope, Tenant tenant)
    {
        this.scope = scope;
        Tenant = tenant;
    }

    /// <summary>The tenant.</summary>
    public Tenant Tenant { get; }

    /// <summary>A service of this scope.</summary>
    /// <typeparam name="T">The service.</typeparam>
    public T Get<T>()
        where T : notnull => scope.ServiceProvider.GetRequiredService<T>();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => scope.DisposeAsync();
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

internal sealed class TenantScopes(TenantDirectory directory, ITenantCatalogue catalogue, IServiceScopeFactory scopes) : ITenantScopes
{
    public async ValueTask<EnteredTenant> EnterAsync(TenantId id, CancellationToken cancellationToken = default)
    {
        if (!directory.TryFind(id, out var tenant))
        {
            if (await catalogue.FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } entry)
            {
                throw new TenantUnavailableException(id, status: null);
            }

            directory.Apply(entry);
            tenant = entry.Tenant;
        }

        if (tenant.Status is not (TenantStatus.Active or TenantStatus.Moving))
        {
            throw new TenantUnavailableException(id, tenant.Status);
        }

        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Bind(tenant);
        return new(scope, tenant);
    }
}
