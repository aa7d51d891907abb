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

    public static Task DeleteAsync<TRow>(this IQueryable<TRow> rows, IReadOnlyList<long> numbers, CancellationToken cancellationToken)
        where TRow : PublishedEvent =>
        rows.Where(row => numbers.Contains(row.Number)).ExecuteDeleteAsync(cancellationToken);

    public static Task FailAsync<TRow>(this IQueryable<TRow> rows, long number, string error, DateTimeOffset notBefore, DateTimeOffset? failedAt, CancellationToken cancellationToken)
        where TRow : PublishedEvent =>
        rows.Where(row => row.Number == number).ExecuteUpdateAsync(
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

    public static Task<bool> HasBelowAsync<TRow>(this IQueryable<TRow> rows, Guid bound, CancellationToken cancellationToken)
        where TRow : PublishedEvent =>
        rows.AnyAsync(row => row.Id.CompareTo(bound) < 0, cancellationToken);

    /// <summary>What a session does not say in LINQ: an insert or a delete with a limit.</summary>
    public static string ForgetSql(string table) =>
        $"DELETE FROM {table} WHERE tenant_id = {{0}} AND consumer = {{1}} AND event_id = ANY (ARRAY(SELECT event_id FROM {table} WHERE tenant_id = {{0}} AND consumer = {{1}} AND event_id < {{2}} ORDER BY event_id LIMIT {{3}}))";
}
