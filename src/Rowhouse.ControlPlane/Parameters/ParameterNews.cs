using System.Threading.Channels;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>What one watcher has to look at again. What is told often before it looks is looked at once.</summary>
internal sealed class ParameterNews(ParameterScope scope, Action<ParameterNews> forget) : IDisposable
{
    /// <summary>A watcher that is so slow reads all of it anew.</summary>
    private const int MostTenants = 10_000;

    private readonly Lock gate = new();
    private readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<TenantId> tenants = [];
    private bool platform;
    private bool everything;

    public void AddEverything()
    {
        lock (gate)
        {
            everything = true;
            tenants = [];
        }

        signal.Writer.TryWrite(true);
    }

    public void AddTenants(IReadOnlyCollection<TenantId> changed)
    {
        lock (gate)
        {
            if (everything)
            {
                return; // whoever set it has signalled
            }

            var before = tenants.Count;
            tenants.UnionWith(changed.Where(scope.CoversTenant));
            if (tenants.Count == before)
            {
                return;
            }

            if (tenants.Count > MostTenants)
            {
                everything = true;
                tenants = [];
            }
        }

        signal.Writer.TryWrite(true);
    }

    public void AddPlatform()
    {
        if (!scope.CoversPlatform)
        {
            return;
        }

        lock (gate)
        {
            platform = true;
        }

        signal.Writer.TryWrite(true);
    }

    /// <summary>Waits until something is told, and no longer than this.</summary>
    /// <returns>What was told; nothing where the time is over.</returns>
    public async Task<ParameterChanges> NextAsync(TimeSpan longest, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            await signal.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(Everything: false, [], Platform: false);
        }

        lock (gate)
        {
            var changes = new ParameterChanges(everything, tenants, platform);
            (everything, tenants, platform) = (false, [], false);
            return changes;
        }
    }

    public void Dispose() => forget(this);
}

/// <summary>What may have changed.</summary>
/// <param name="Everything">Whether all may have.</param>
/// <param name="Tenants">Tenants that have.</param>
/// <param name="Platform">Whether parameters of the platform may have.</param>
internal sealed record ParameterChanges(bool Everything, IReadOnlyCollection<TenantId> Tenants, bool Platform);
