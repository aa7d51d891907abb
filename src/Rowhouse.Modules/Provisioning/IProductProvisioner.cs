namespace Rowhouse.Modules.Provisioning;

/// <summary>
/// Sets up what a product has outside of a tenant's home, an account at a vendor's say, and removes it. Made in the tenant's scope, as a product's other services are,
/// and can enter no other.
/// </summary>
/// <remarks>
/// Both methods make it so: they look what is there and do what is missing, from whatever a crash or a failure left, any number of times. What they throw is tried
/// again, less and less often, but for a <see cref="ProvisioningException"/> that is for good. So that nothing is left that nobody knows of, write down in the home
/// what is about to be made elsewhere, and under which name, before it is made. Each call may take five minutes.
/// </remarks>
public interface IProductProvisioner
{
    /// <summary>Sets the product up. Called when the tenant first subscribes and has a home, again until it has answered, when something has changed since, and with the next subscription where it was given up for the lack of one.</summary>
    /// <param name="cancellationToken">Stops: somebody else goes on.</param>
    /// <returns>Whether the product is ready for the tenant, or waits for credentials that the tenant's owner has to give.</returns>
    /// <exception cref="ProvisioningException">It cannot be done; the message tells people why.</exception>
    Task<ProvisioningResult> ProvisionAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Removes what the product has outside of the tenant's home, before the home is removed with all that is in it. Called when the retention of the deleted
    /// tenant has ended, also where setting it up has failed.
    /// </summary>
    /// <param name="cancellationToken">Stops: somebody else goes on.</param>
    /// <exception cref="ProvisioningException">It cannot be done; the message tells people why. Until it can, the home is kept.</exception>
    Task DeprovisionAsync(CancellationToken cancellationToken);
}
