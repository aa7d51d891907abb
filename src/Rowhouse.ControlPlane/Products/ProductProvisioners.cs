using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Modules.Provisioning;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Products;

/// <summary>The products that this server sets up for their tenants.</summary>
internal sealed class ProductProvisioners(IEnumerable<ProvisionedProduct> products, TimeProvider clock)
{
    /// <summary>How long a call may take: one that never ended would keep its worker from all others.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public IReadOnlyCollection<string> Names { get; } = [.. products.Select(product => product.Name).Distinct(StringComparer.Ordinal)];

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
            return await call(tenant.Get<IServiceProvider>().GetRequiredKeyedService<IProductProvisioner>(product), either.Token);
        }
        catch (OperationCanceledException exception) when (time.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The provisioner of {product} did not end in time.", exception);
        }
    }
}
