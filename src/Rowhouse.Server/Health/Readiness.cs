using Npgsql;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Server.Health;

/// <summary>Whether the server can do its work. The answer is remembered for a moment: anybody may ask, and each question takes connections.</summary>
internal sealed partial class Readiness(PostgresStore store, TenantDirectory directory, TimeProvider clock, ILogger<Readiness> logger) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim asking = new(1);
    private string? fault;
    private DateTimeOffset? asked;

    /// <summary>What is in the way; <see langword="null"/> where nothing is.</summary>
    public async Task<string?> FaultAsync(CancellationToken cancellationToken)
    {
        if (!directory.IsFilled)
        {
            return "The directory of tenants is still being read.";
        }

        if (directory.Contact is DirectoryContact.Stale)
        {
            return "The directory of tenants has not heard from its catalogue for too long.";
        }

        await asking.WaitAsync(cancellationToken);
        try
        {
            if (asked is not { } then || clock.GetUtcNow() - then >= Memory)
            {
                fault = await AskAsync() ? null : "A database does not answer.";
                asked = clock.GetUtcNow();
            }

            return fault;
        }
        finally
        {
            asking.Release();
        }
    }

    public void Dispose() => asking.Dispose();

    // Not with the caller's token: the answer is for whoever waits behind this caller too.
    private async Task<bool> AskAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            foreach (var role in new[] { store.Application, store.Platform, store.Control })
            {
                await using var ask = role.CreateCommand("SELECT 1");
                await ask.ExecuteScalarAsync(patience.Token);
            }

            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            NotReady(logger, exception);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not ready: the database does not answer")]
    private static partial void NotReady(ILogger logger, Exception exception);
}
