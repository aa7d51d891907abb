using Microsoft.EntityFrameworkCore;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>Work of a tenant that only one at a time may do, on however many nodes.</summary>
public static class TenantLockExtensions
{
    /// <summary>
    /// Runs work in one transaction that holds a lock of the scope's tenant. Of two, the second waits until the first has
    /// committed and then sees what it wrote. Other tenants, and locks of other names, are not waited for.
    /// </summary>
    /// <typeparam name="TResult">What the work gives.</typeparam>
    /// <param name="context">The context that does the work.</param>
    /// <param name="name">What is locked, for example <c>cards</c>.</param>
    /// <param name="work">The work. It is committed when it ends and undone when it throws.</param>
    /// <param name="cancellationToken">Stops, and undoes what was done.</param>
    /// <exception cref="InvalidOperationException">The context is in a transaction already.</exception>
    public static async Task<TResult> InLockAsync<TResult>(this TenantDbContext context, string name, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(work);
        var key = $"{context.BoundTenant}:{name}";
        var transaction = await context.Database.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var dispose = transaction.ConfigureAwait(false);
#pragma warning disable RS0030 // it names no rows, and its value is a parameter
        await context.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({key}, 0))", cancellationToken).ConfigureAwait(false);
#pragma warning restore RS0030
        var result = await work(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }
}
