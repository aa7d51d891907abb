using Microsoft.EntityFrameworkCore;

namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>What is asked of a lane's events, wherever they lie.</summary>
internal static class OutboxQueries
{
    /// <summary>How many rows are looked at to find a kind that nobody here handles.</summary>
    private const int Sample = 100;

    public static async Task<IReadOnlyList<string>> UnknownAsync<TRow>(this IQueryable<TRow> rows, string[] handled, CancellationToken cancellationToken)
        where TRow : PublishedEvent =>
        [.. (await rows.Where(row => row.FailedAt == null && !handled.Contains(row.Kind)).OrderBy(row => row.Number).Take(Sample).Select(row => row.Kind).ToListAsync(cancellationToken).ConfigureAwait(false)).Distinct(StringComparer.Ordinal)];

    public static Task DeleteAsync<TRow>(this IQueryable<TRow> rows, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
        where TRow : PublishedEvent =>
        rows.Where(row => ids.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);

    public static Task FailAsync<TRow>(this IQueryable<TRow> rows, Guid id, string error, DateTimeOffset notBefore, DateTimeOffset? failedAt, CancellationToken cancellationToken)
        where TRow : PublishedEvent =>
        rows.Where(row => row.Id == id).ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.Attempts, row => row.Attempts + 1)
                .SetProperty(row => row.Error, error)
                .SetProperty(row => row.NotBefore, notBefore)
                .SetProperty(row => row.FailedAt, failedAt),
            cancellationToken);

    /// <summary>Lets an event that was set aside be tried again, now and as often as a new one.</summary>
    public static Task<int> RetryAsync<TRow>(this IQueryable<TRow> rows, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
        where TRow : PublishedEvent =>
        rows.Where(row => row.Id == id && row.FailedAt != null).ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.Attempts, 0)
                .SetProperty(row => row.NotBefore, now)
                .SetProperty(row => row.FailedAt, (DateTimeOffset?)null),
            cancellationToken);

    public static Task<int> DropAsync<TRow>(this IQueryable<TRow> rows, Guid id, CancellationToken cancellationToken)
        where TRow : PublishedEvent =>
        rows.Where(row => row.Id == id && row.FailedAt != null).ExecuteDeleteAsync(cancellationToken);

    public static async Task<bool> HasBelowAsync<TRow>(this IQueryable<TRow> rows, Guid bound, CancellationToken cancellationToken)
        where TRow : PublishedEvent =>
        // The first by the key's index, and not whether there is one: that is looked for from end to end where there are few below.
        await rows.OrderBy(row => row.Id).Select(row => (Guid?)row.Id).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false) is { } first && first.CompareTo(bound) < 0;

    /// <summary>What LINQ does not say: a DELETE with a limit. It deletes as many at least, where there are as many.</summary>
    public static string ForgetSql(string table) =>
        $"DELETE FROM {table} WHERE tenant_id = {{0}} AND event_id = ANY (ARRAY(SELECT event_id FROM {table} WHERE tenant_id = {{0}} AND event_id < {{1}} ORDER BY event_id LIMIT {{2}}))";
}
