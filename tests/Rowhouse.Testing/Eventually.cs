using System.Diagnostics;

namespace Rowhouse.Testing;

/// <summary>Waits for what somebody else does in their own time.</summary>
public static class Eventually
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    /// <summary>Waits until something is so.</summary>
    /// <param name="isSo">Looks whether it is.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TimeoutException">It is not so after half a minute.</exception>
    public static async Task UntilAsync(Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(isSo);
        var watch = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (watch.Elapsed > patience)
            {
                throw new TimeoutException($"It is not so after {patience}.");
            }

            await Task.Delay(10, cancellationToken);
        }
    }
}
