using System.Threading.Channels;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Tells this server's workers that there is work, so that it begins at once and not at the next look.</summary>
internal sealed class OperationSignal
{
    private readonly Channel<bool> homes = Make();
    private readonly Channel<bool> products = Make();

    /// <summary>Wakes one worker of each sort: what is to be done is looked for, not told.</summary>
    public void Set()
    {
        homes.Writer.TryWrite(true);
        products.Writer.TryWrite(true);
    }

    /// <summary>Waits for a signal, and no longer than this.</summary>
    public async Task WaitAsync(bool ofProducts, TimeSpan longest, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            await (ofProducts ? products : homes).Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It is time to look.
        }
    }

    private static Channel<bool> Make() => Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
}
