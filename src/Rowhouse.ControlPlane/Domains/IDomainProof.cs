namespace Rowhouse.ControlPlane.Domains;

/// <summary>Finds out whether who claims a domain can also set its records.</summary>
internal interface IDomainProof
{
    /// <summary>Looks for the record of a claim.</summary>
    /// <param name="domain">The claim.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>What is wrong, or <see langword="null"/> where it is proven.</returns>
    Task<DomainFailure?> CheckAsync(Domain domain, CancellationToken cancellationToken);
}
