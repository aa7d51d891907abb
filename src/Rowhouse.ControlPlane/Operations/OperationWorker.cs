using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>Lets this server work on operations: those that it is told of, and those that others left.</summary>
internal sealed partial class OperationWorker(OperationRunner runner, OperationSignal signal, OperationOptions options, TimeProvider clock, ILogger<OperationWorker> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, 2 * options.Workers).Select(number => WorkAsync(callsProducts: number % 2 > 0, stoppingToken)));

    private async Task WorkAsync(bool callsProducts, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await runner.RunNextAsync(callsProducts, stoppingToken))
                {
                    // There may be more than one worker can do.
                    signal.Set();
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                NotNow(logger, exception);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                return; // the server stops
            }

            try
            {
                await signal.WaitAsync(callsProducts, options.Poll, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Operations cannot be worked on now; they are tried again")]
    private static partial void NotNow(ILogger logger, Exception exception);
}
