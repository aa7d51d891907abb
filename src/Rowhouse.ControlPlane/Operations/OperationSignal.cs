namespace Rowhouse.ControlPlane.Operations;

/// <summary>Tells this server's workers that there are operations to work on: those of homes, and those of products.</summary>
internal sealed class OperationSignal
{
    private readonly WorkSignal homes = new();
    private readonly WorkSignal products = new();

    /// <summary>Wakes one worker of each sort: what is to be done is looked for, not told.</summary>
    public void Set()
    {
        homes.Set();
        products.Set();
    }

    /// <summary>Waits for a signal, and no longer than this.</summary>
    public Task WaitAsync(bool callsProducts, TimeSpan longest, TimeProvider clock, CancellationToken cancellationToken) => (callsProducts ? products : homes).WaitAsync(longest, clock, cancellationToken);
}
