using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tenancy;

/// <summary>
/// Fills the directory before anything of the host serves, and keeps it as the catalogue is from then on. Where contact is lost
/// the directory says so, first <see cref="DirectoryContact.Disconnected"/> and later <see cref="DirectoryContact.Stale"/>, until there is contact again.
/// </summary>
internal sealed partial class DirectoryFollower(
    TenantDirectory directory,
    DirectoryOptions options,
    ITenantCatalogue catalogue,
    ILogger<DirectoryFollower> logger) : IHostedLifecycleService, IDisposable
{
    private const int PollsMissed = 4;

    private static readonly TimeSpan Check = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopping = new();
    private readonly Lock judging = new();
    private IAsyncEnumerator<IReadOnlyList<CatalogueEntry>>? changes;
    private Task following = Task.CompletedTask;
    private ITimer? timer;
    private long heard;
    private Exception? failure;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // Listening begins before reading: what changes in between is told, and read as well.
        changes = catalogue.WatchAsync(stopping.Token).GetAsyncEnumerator(stopping.Token);
        await changes.MoveNextAsync().ConfigureAwait(false);
        await directory.FillAsync(catalogue, cancellationToken).ConfigureAwait(false);
        LogFilled(directory.Count, directory.IdentifierCount);
        Take(changes.Current);
        timer = options.Clock.CreateTimer(_ => Judge(), state: null, Check, Check);
        following = FollowAsync(stopping.Token);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await following.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        // A host whose start fails is not stopped.
        stopping.Cancel();
        timer?.Dispose();
        stopping.Dispose();
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                changes ??= catalogue.WatchAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
                while (await changes.MoveNextAsync().ConfigureAwait(false))
                {
                    Take(changes.Current);
                    pause = FirstPause;
                }

                throw new CatalogueUnreachableException("The catalogue stopped telling of changes.");
            }
#pragma warning disable CA1031 // Whatever it was, this node hears of no change; the directory says so, and it is tried again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    Lose(exception);
                }
            }

            await EndAsync().ConfigureAwait(false);
            await Task.Delay(pause, options.Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        await EndAsync().ConfigureAwait(false);
    }

    private void Take(IReadOnlyList<CatalogueEntry> entries)
    {
        foreach (var entry in entries)
        {
            directory.Apply(entry);
        }

        lock (judging)
        {
            heard = options.Clock.GetTimestamp();
            failure = null;
        }

        Judge();
    }

    private void Lose(Exception exception)
    {
        lock (judging)
        {
            failure = exception;
        }

        Judge();
    }

    // Also by the timer: a connection that died unnoticed says nothing at all.
    private void Judge()
    {
        lock (judging)
        {
            var silence = options.Clock.GetElapsedTime(heard);
            var contact = failure is null && silence <= PollsMissed * options.Poll ? DirectoryContact.Connected
                : silence <= options.MaxStale ? DirectoryContact.Disconnected
                : DirectoryContact.Stale;
            if (contact != directory.Contact)
            {
                Log(contact, silence);
            }

            directory.Contact = contact;
        }
    }

    private void Log(DirectoryContact contact, TimeSpan silence)
    {
        switch (contact)
        {
            case DirectoryContact.Connected:
                LogConnected();
                break;
            case DirectoryContact.Disconnected:
                LogDisconnected(failure, options.MaxStale);
                break;
            default:
                LogStale(failure, silence);
                break;
        }
    }

    private async Task EndAsync()
    {
        if (changes is not { } ended)
        {
            return;
        }

        changes = null;
        try
        {
            await ended.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It failed before, or is being stopped.
        catch (Exception)
#pragma warning restore CA1031
        {
            return;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} tenants in the directory, and {Identifiers} identifiers that lead to a tenant")]
    private partial void LogFilled(int count, int identifiers);

    [LoggerMessage(Level = LogLevel.Information, Message = "The catalogue of tenants is in reach again")]
    private partial void LogConnected();

    [LoggerMessage(Level = LogLevel.Error, Message = "The catalogue of tenants is out of reach. Tenants in memory are served for {MaxStale}; other names are answered with 503")]
    private partial void LogDisconnected(Exception? exception, TimeSpan maxStale);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The catalogue of tenants has been out of reach for {Silence}. No tenant is served until it is back")]
    private partial void LogStale(Exception? exception, TimeSpan silence);
}
