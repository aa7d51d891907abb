using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Modules;
using Rowhouse.Modules.Provisioning;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Products;

/// <summary>The products that this server sets up for their tenants.</summary>
internal sealed class ProductProvisioners(IEnumerable<ProvisionedProduct> products, IEnumerable<Module> modules, TimeProvider clock)
{
    /// <summary>How long a call may take: one that never ended would keep its worker from all others.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public IReadOnlyCollection<string> Names { get; } = [.. products.Select(product => product.Name).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether a product is of those that have nothing to set up. Of one that only servers of another release have that is not known here.</summary>
    public bool HasNothingToSetUp(string product) => !Names.Contains(product) && modules.Any(module => module.Info.Name == product);

    /// <summary>Sets a product up in the scope of its tenant.</summary>
    public Task<ProvisioningResult> ProvisionAsync(EnteredTenant tenant, string product, CancellationToken cancellationToken) =>
        CallAsync(tenant, product, (provisioner, cancelled) => provisioner.ProvisionAsync(cancelled), cancellationToken);

    /// <summary>Removes what a product has outside of the home of the tenant whose scope this is.</summary>
    public Task DeprovisionAsync(EnteredTenant tenant, string product, CancellationToken cancellationToken) =>
        CallAsync(
            tenant,
            product,
            async (provisioner, cancelled) =>
            {
                await provisioner.DeprovisionAsync(cancelled);
                return true;
            },
            cancellationToken);

    private async Task<T> CallAsync<T>(EnteredTenant tenant, string product, Func<IProductProvisioner, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(Longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            // Waited for no longer, also where it does not listen: the worker is needed for others.
            return await call(tenant.Get<IServiceProvider>().GetRequiredKeyedService<IProductProvisioner>(product), either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException exception) when (time.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The provisioner of {product} did not end in time.", exception);
        }
        catch (Exception exception) when (exception is NpgsqlException or DbUpdateException)
        {
            // What a statement of a product's says may be of its rows.
            throw new ProvisioningException($"{product} could not do it in the tenant's home just now. The server's log says more.", exception) { IsTransient = true };
        }
    }
}
