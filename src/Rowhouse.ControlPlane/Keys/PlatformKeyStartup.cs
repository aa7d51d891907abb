using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Keys;

/// <summary>Reads the platform's keys, makes the first, and lets no server start that could not open what others have wrapped, nor they what it wraps.</summary>
internal sealed partial class PlatformKeyStartup(
    IDbContextFactory<PlatformDbContext> contexts,
    ControlPlaneOptions options,
    PlatformKeys keys,
    TimeProvider clock,
    ILogger<PlatformKeyStartup> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var file = PlatformKeyFile.Of(options);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);

        // One server after the other, so that the second finds what the first has left.
        await db.LockPlatformKeysAsync(cancellationToken);
        var known = await db.PlatformKeys.AsNoTracking()
            .Select(key => new { key.Id, key.Proof, IsInUse = db.TenantKeys.Any(wrapped => wrapped.PlatformKey == key.Id) || db.Stores.Any(store => store.PlatformKey == key.Id) })
            .OrderBy(key => key.Id)
            .ToListAsync(cancellationToken);
        var inUse = known.Where(key => key.IsInUse).ToList();
        if (!file.Exists)
        {
            if (inUse is not [])
            {
                throw new PlatformKeyException(
                    $"The platform's key '{file.Path}' is not there, and keys of tenants or connections of stores are sealed by {Names(inUse.Select(key => key.Id))}. Restore the file from its copy, or name it (ROWHOUSE_PLATFORM_KEY_FILE). A new one would open nothing, so none is made.");
            }

            file.Make(clock.GetUtcNow());
            Made(logger, file.Path);
        }

        var read = file.Read();
        var missing = inUse.Where(key => !read.Any(one => one.Id == key.Id && CryptographicOperations.FixedTimeEquals(one.Proof, key.Proof))).Select(key => key.Id).ToList();
        if (missing is not [])
        {
            throw new PlatformKeyException(
                $"Keys of tenants or connections of stores are sealed by {Names(missing)}, and the platform's key '{file.Path}' does not have {(missing is [_] ? "that" : "those")}: it has {Names(read.Select(key => key.Id))}. "
                + "All servers of an installation have the same file: restore it from its copy, or name the right one (ROWHOUSE_PLATFORM_KEY_FILE).");
        }

        // Another server may be about to wrap by it: two keys of one id could not be told apart by what they have wrapped.
        var first = known.Find(key => key.Id == read[0].Id);
        if (first is not null && !CryptographicOperations.FixedTimeEquals(first.Proof, read[0].Proof))
        {
            throw new PlatformKeyException(
                $"Another server has a key '{first.Id}', and in the platform's key '{file.Path}' that is another one. Give all servers the same file (ROWHOUSE_PLATFORM_KEY_FILE); a new key has an id that none had before.");
        }

        // While nobody has wrapped anything, the file of who starts last counts: by a key that is not known here nothing can be wrapped.
        foreach (var unused in known.Where(key => inUse is [] && key.Id != read[0].Id))
        {
            await db.PlatformKeys.Where(key => key.Id == unused.Id).ExecuteDeleteAsync(cancellationToken);
        }

        if (first is null)
        {
            db.PlatformKeys.Add(new() { Id = read[0].Id, Proof = read[0].Proof, SeenAt = clock.GetUtcNow() });
            await db.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        keys.Open(read);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static string Names(IEnumerable<string> ids) => string.Join(", ", ids.Select(id => $"'{id}'"));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Made the platform's key {Path}. Keep a copy apart from the databases' backups: without it no secret and no backup of a tenant can be opened")]
    private static partial void Made(ILogger logger, string path);
}
